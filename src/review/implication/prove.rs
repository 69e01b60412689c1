use std::collections::BTreeSet;

use super::side::Side;
use crate::hir::{Condition, ConditionKind, DefineBody};

/// Comparisons of parts after which a proof is given up. Rules of the bundled policies take a few hundred.
const STEPS_MAX: u32 = 60_000;

/// A condition of a policy, or its contrary.
#[derive(Clone, Copy, Debug)]
pub(in crate::review) struct Formula<'p> {
    pub(in crate::review) side: Side<'p>,
    pub(in crate::review) condition: &'p Condition,
    /// Whether it holds or its contrary does.
    pub(in crate::review) holds: bool,
}

/// An attempt to show that one condition implies another, and what had to be taken for granted.
#[derive(Debug)]
pub struct Proof {
    steps: u32,
    /// How many windows the conditions that are compared stand inside of.
    pub(super) windows: u8,
    /// Whether rules are taken for what they came to, whatever they ask for.
    pub(super) takes_outcomes: bool,
    /// Lists that have to be up to date.
    pub(super) fresh: BTreeSet<String>,
}

impl Default for Proof {
    fn default() -> Self {
        Self { steps: STEPS_MAX, windows: 0, takes_outcomes: false, fresh: BTreeSet::new() }
    }
}

/// What is given, or one of which is to be shown: what may still be taken apart, and what may not.
#[derive(Clone, Default)]
struct Formulas<'p> {
    open: Vec<Formula<'p>>,
    /// That make cases when they are taken apart.
    cases: Vec<Formula<'p>>,
    atoms: Vec<Formula<'p>>,
}

/// What a formula is made of.
enum Parts<'p> {
    /// All hold.
    All(Vec<Formula<'p>>),
    /// One holds.
    One(Vec<Formula<'p>>),
    None,
}

impl Proof {
    /// Of conditions on what rules came to: those of one name are taken to come to the same.
    pub(in crate::review) fn of_outcomes() -> Self {
        Self { takes_outcomes: true, ..Self::default() }
    }

    /// Whether, for every record, `right` is at least as true as `left`.
    pub fn implies<'p>(
        &mut self,
        left: (Side<'p>, &'p Condition),
        right: (Side<'p>, &'p Condition),
    ) -> bool {
        let formula = |(side, condition)| Formula { side, condition, holds: true };
        self.follows(vec![formula(left)], vec![formula(right)])
    }

    /// Whether, for every record, one of `right` is at least as true as the least true of `left`.
    pub(in crate::review) fn follows<'p>(
        &mut self,
        left: Vec<Formula<'p>>,
        right: Vec<Formula<'p>>,
    ) -> bool {
        self.sequent(
            Formulas { open: left, ..Formulas::default() },
            Formulas { open: right, ..Formulas::default() },
        )
    }

    /// The lists that have to be up to date for what was shown.
    #[must_use]
    pub fn fresh_lists(&self) -> &BTreeSet<String> {
        &self.fresh
    }

    /// Counts a step; whether there are any left.
    pub(super) fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_sub(1);
        self.steps > 0
    }

    fn sequent<'p>(&mut self, mut left: Formulas<'p>, mut right: Formulas<'p>) -> bool {
        while let Some(formula) = left.open.pop() {
            match formula.parts() {
                Parts::All(parts) => left.open.extend(parts),
                Parts::One(_) => left.cases.push(formula),
                Parts::None => {
                    left.open.extend(formula.without_assumption(false));
                    left.atoms.push(formula);
                }
            }
        }
        while let Some(formula) = right.open.pop() {
            match formula.parts() {
                Parts::One(parts) => right.open.extend(parts),
                Parts::All(_) => right.cases.push(formula),
                Parts::None => {
                    right.open.extend(formula.without_assumption(true));
                    right.atoms.push(formula);
                }
            }
        }
        if !self.step() {
            return false;
        }
        if self.is_settled(&left.atoms, &right.atoms) {
            return true;
        }
        if let Some(formula) = left.cases.pop() {
            let Parts::One(parts) = formula.parts() else { return false };
            return parts.into_iter().all(|part| {
                let mut left = left.clone();
                left.open.push(part);
                self.sequent(left, right.clone())
            });
        }
        if let Some(formula) = right.cases.pop() {
            let Parts::All(parts) = formula.parts() else { return false };
            return parts.into_iter().all(|part| {
                let mut right = right.clone();
                right.open.push(part);
                self.sequent(left.clone(), right)
            });
        }
        false
    }

    /// Whether what is given settles what is to be shown without taking anything apart.
    fn is_settled<'p>(&mut self, left: &[Formula<'p>], right: &[Formula<'p>]) -> bool {
        for given in left {
            for wanted in right {
                if !self.step() {
                    return false;
                }
                if self.atom_implies(*given, *wanted) {
                    return true;
                }
            }
        }
        self.sets_imply(left, right)
    }
}

impl<'p> Formula<'p> {
    fn of(self, condition: &'p Condition) -> Self {
        Self { condition, ..self }
    }

    fn contrary(self) -> Self {
        Self { holds: !self.holds, ..self }
    }

    fn parts(self) -> Parts<'p> {
        let each = |parts: &'p [Condition]| parts.iter().map(|part| self.of(part)).collect();
        match &self.condition.kind {
            ConditionKind::Not(inner) => Parts::All(vec![self.of(inner).contrary()]),
            ConditionKind::Define(id) => match self.side.define(*id) {
                Some(DefineBody::Condition(body)) => Parts::All(vec![self.of(body)]),
                Some(DefineBody::Operand(_)) | None => Parts::None,
            },
            ConditionKind::And(parts) if self.holds => Parts::All(each(parts)),
            ConditionKind::And(parts) => Parts::One(each(parts)),
            ConditionKind::Or(parts) if self.holds => Parts::One(each(parts)),
            ConditionKind::Or(parts) => Parts::All(each(parts)),
            ConditionKind::AtLeast { count, of } => {
                let needed = self.side.whole(count).and_then(|count| usize::try_from(count).ok());
                match (needed, self.holds) {
                    (Some(1), true) => Parts::One(each(of)),
                    (Some(1), false) => Parts::All(each(of)),
                    (Some(needed), true) if needed == of.len() => Parts::All(each(of)),
                    (Some(needed), false) if needed == of.len() => Parts::One(each(of)),
                    _ => Parts::None,
                }
            }
            ConditionKind::Field(_)
            | ConditionKind::Rule { .. }
            | ConditionKind::Rules { .. }
            | ConditionKind::Has(_)
            | ConditionKind::IsKnown(_)
            | ConditionKind::Equal(..)
            | ConditionKind::OneOf { .. }
            | ConditionKind::Order { .. }
            | ConditionKind::Exists(_)
            | ConditionKind::Every { .. }
            | ConditionKind::InAny { .. }
            | ConditionKind::InTheLast { .. }
            | ConditionKind::Inconsistent { .. }
            | ConditionKind::Assume { .. }
            | ConditionKind::Mistake => Parts::None,
        }
    }

    /// What is under an assumption that only makes it truer, or only less true.
    fn without_assumption(self, truer: bool) -> Option<Self> {
        let ConditionKind::Assume { condition, assumed } = &self.condition.kind else {
            return None;
        };
        let raises = *assumed == self.holds;
        (raises == truer).then(|| self.of(condition))
    }
}
