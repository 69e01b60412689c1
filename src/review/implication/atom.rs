//! Conditions that are not taken apart: whether one holds wherever another does.

use super::bound::Bound;
use super::prove::{Formula, Proof};
use super::side::Side;
use crate::check::only_rises;
use crate::hir::{Condition, ConditionKind, FieldPath, Operand, OperandKind, Part, Window};
use crate::types::Type;

type Side2<'p, T> = (Side<'p>, T);

impl Proof {
    /// Whether, for every record, the second is at least as true as the first.
    pub(super) fn atom_implies<'p>(&mut self, given: Formula<'p>, wanted: Formula<'p>) -> bool {
        if !given.holds && !wanted.holds {
            return self.kind_implies(wanted.held(), given.held());
        }
        if let (Some(given), Some(wanted)) = (Bound::of(given), Bound::of(wanted)) {
            return self.bound_implies(given, wanted);
        }
        if let Some(wanted) = Bound::of(wanted)
            && Bound::around(given).into_iter().any(|given| self.bound_implies(given, wanted))
        {
            return true;
        }
        // The same turned round: what a value is excludes what it is equal to.
        if !wanted.holds
            && let Some(excluded) = Bound::of(given.contrary())
            && Bound::around(wanted.contrary())
                .into_iter()
                .any(|given| self.bound_implies(given, excluded))
        {
            return true;
        }
        match (given.holds, wanted.holds) {
            (true, true) => self.kind_implies(given, wanted),
            (false, true) => {
                differing_contradicts(given, wanted) || differing_contradicts(wanted, given)
            }
            (true | false, false) => false,
        }
    }

    fn kind_implies<'p>(&mut self, given: Formula<'p>, wanted: Formula<'p>) -> bool {
        let (side, other) = (given.side, wanted.side);
        if let (Some(inside), None) = (in_window(given.condition), in_window(wanted.condition)) {
            // What is among the elements of a window is among all; anything else is not shown of them.
            return !has_window(inside)
                && self.step()
                && self.plain_implies((side, inside), (other, wanted.condition));
        }
        match (&given.condition.kind, &wanted.condition.kind) {
            (ConditionKind::Field(path), ConditionKind::Field(there))
            | (ConditionKind::Has(path), ConditionKind::Has(there))
            | (ConditionKind::IsKnown(path), ConditionKind::IsKnown(there)) => {
                side.is_same_place(path, other, there)
            }
            (
                ConditionKind::Rule { rule, outcome },
                ConditionKind::Rule { rule: there, outcome: same },
            ) => outcome == same && self.rule_implies((side, *rule), (other, *there), *outcome),
            (
                ConditionKind::Rules { at_least, severity, kind, outcome },
                ConditionKind::Rules {
                    at_least: other_least,
                    severity: other_severity,
                    kind: other_kind,
                    outcome: other_outcome,
                },
            ) => {
                (kind, outcome) == (other_kind, other_outcome)
                    && (severity == other_severity || other_severity.is_none())
                    && self.at_most((other, other_least), (side, at_least))
            }
            (
                ConditionKind::AtLeast { count, of },
                ConditionKind::AtLeast { count: other_count, of: others },
            ) => self.at_least_implies((side, count, of), (other, other_count, others)),
            (ConditionKind::Equal(left, right), ConditionKind::Equal(first, second)) => {
                let (left, right) = ((side, left.as_ref()), (side, right.as_ref()));
                let (first, second) = ((other, first.as_ref()), (other, second.as_ref()));
                (self.is_same(left, first) && self.is_same(right, second))
                    || (self.is_same(left, second) && self.is_same(right, first))
            }
            (ConditionKind::Order { .. }, ConditionKind::Order { .. }) => {
                let given = Bound::of(given);
                given
                    .zip(Bound::of(wanted))
                    .is_some_and(|(given, wanted)| self.bound_implies(given, wanted))
            }
            (ConditionKind::Exists(members), ConditionKind::Exists(others)) => {
                self.are_among((side, members), (other, others))
            }
            (ConditionKind::Order { .. }, ConditionKind::Exists(others)) => {
                let given = Bound::of(given).and_then(Bound::at_least_one);
                given.is_some_and(|members| self.are_among((side, members), (other, others)))
            }
            (
                ConditionKind::Every { members, condition },
                ConditionKind::Every { members: others, condition: wanted },
            ) => {
                self.are_among((other, others), (side, members))
                    && self.plain_implies((side, condition), (other, wanted))
            }
            (
                ConditionKind::InAny { window, condition },
                ConditionKind::InAny { window: others, condition: wanted },
            ) => {
                self.windows_among((side, window), (other, others))
                    && self.implies_inside((side, condition), (other, wanted))
            }
            (
                ConditionKind::InTheLast { window, condition },
                ConditionKind::InTheLast { window: others, condition: wanted },
            ) => self.in_the_last_implies((side, window, condition), (other, others, wanted)),
            (
                ConditionKind::Inconsistent { paths, allowing },
                ConditionKind::Inconsistent { paths: others, allowing: wanted },
            ) => {
                are_compared_too((side, paths), (other, others))
                    && self.differ_too((side, allowing.as_deref()), (other, wanted.as_deref()))
            }
            (
                ConditionKind::Assume { condition, assumed },
                ConditionKind::Assume { condition: wanted, assumed: other_assumed },
            ) => assumed <= other_assumed && self.plain_implies((side, condition), (other, wanted)),
            _ => false,
        }
    }

    /// At least so many of the first: those among them that have a counterpart among the second.
    fn at_least_implies<'p>(
        &mut self,
        (side, count, of): (Side<'p>, &'p Operand, &'p [Condition]),
        (other, wanted, others): (Side<'p>, &'p Operand, &'p [Condition]),
    ) -> bool {
        let (Some(count), Some(wanted)) = (side.whole(count), other.whole(wanted)) else {
            return false;
        };
        let mut free: Vec<&Condition> = others.iter().collect();
        let mut without: i64 = 0;
        for part in of {
            let found =
                free.iter().position(|there| self.plain_implies((side, part), (other, there)));
            match found {
                Some(place) => drop(free.remove(place)),
                None => without += 1,
            }
        }
        count - without >= wanted
    }

    fn in_the_last_implies<'p>(
        &mut self,
        (side, window, condition): (Side<'p>, &'p Window, &'p Condition),
        (other, others, wanted): (Side<'p>, &'p Window, &'p Condition),
    ) -> bool {
        let is_same = |proof: &mut Self| {
            Self::is_same_time((side, window), (other, others))
                && proof.period_at_most((side, &window.period), (other, &others.period))
                && proof.period_at_most((other, &others.period), (side, &window.period))
                && proof.are_same_elements((side, &window.members), (other, &others.members))
        };
        let has_more = |proof: &mut Self| {
            only_rises(others, wanted, proof.windows)
                && proof.windows_among((side, window), (other, others))
        };
        let has_fewer = |proof: &mut Self| {
            let contrary =
                Condition { kind: ConditionKind::Not(Box::new(condition.clone())), ..*condition };
            only_rises(window, &contrary, proof.windows)
                && proof.windows_among((other, others), (side, window))
        };
        (is_same(self) || has_more(self) || has_fewer(self))
            && self.implies_inside((side, condition), (other, wanted))
    }

    /// Of conditions inside of a window.
    fn implies_inside<'p>(
        &mut self,
        given: Side2<'p, &'p Condition>,
        wanted: Side2<'p, &'p Condition>,
    ) -> bool {
        self.windows += 1;
        let implies = self.plain_implies(given, wanted);
        self.windows -= 1;
        implies
    }

    /// Whether texts that differ for the first differ for the second: one that allows less likeness, or the
    /// same.
    fn differ_too<'p>(
        &mut self,
        (side, allowing): Side2<'p, Option<&'p Operand>>,
        (other, wanted): Side2<'p, Option<&'p Operand>>,
    ) -> bool {
        match (allowing, wanted) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(allowing), Some(wanted)) => self.at_most((side, allowing), (other, wanted)),
        }
    }
}

impl Formula<'_> {
    fn held(self) -> Self {
        Self { holds: true, ..self }
    }
}

/// What is asked of the elements of a window.
fn in_window(condition: &Condition) -> Option<&Condition> {
    if let ConditionKind::InAny { condition, .. } | ConditionKind::InTheLast { condition, .. } =
        &condition.kind
    {
        Some(condition)
    } else {
        None
    }
}

fn has_window(condition: &Condition) -> bool {
    let mut has = false;
    condition.walk(&mut |part| {
        has |= matches!(part, Part::Condition(inner) if in_window(inner).is_some());
    });
    has
}

/// Whether two values that are not equal are among those of which the second says that some differ.
fn differing_contradicts(differing: Formula<'_>, contradicting: Formula<'_>) -> bool {
    let (ConditionKind::Equal(left, right), ConditionKind::Inconsistent { paths, allowing: None }) =
        (&differing.condition.kind, &contradicting.condition.kind)
    else {
        return false;
    };
    let is_compared = |operand: &Operand| {
        matches!(&operand.kind, OperandKind::Field(path)
        if !path.or_none()
            && !path.goes_through_list()
            && is_told_apart_by_key(path.of)
            && paths.iter().any(|there| {
                differing.side.is_same_place(path, contradicting.side, there)
            }))
    };
    is_compared(left) && is_compared(right) && paths.iter().all(is_one_each)
}

/// Whether values are equal where they are not told apart.
pub(super) const fn is_told_apart_by_key(of: Type) -> bool {
    matches!(of, Type::Country | Type::Choice(_) | Type::YesNo | Type::Number | Type::Date)
}

fn is_one_each(path: &FieldPath) -> bool {
    path.steps.iter().filter(|step| step.list).count() <= 1
}

/// Whether all that the first compares the second compares too. Further values can only contradict.
fn are_compared_too(
    (side, paths): Side2<'_, &[FieldPath]>,
    (other, others): Side2<'_, &[FieldPath]>,
) -> bool {
    let has_all =
        paths.iter().all(|path| others.iter().any(|there| side.is_same_place(path, other, there)));
    has_all && (paths.len() == others.len() || others.iter().all(is_one_each))
}
