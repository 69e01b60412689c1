use std::collections::BTreeSet;

use super::plain::plain;
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
    /// Instead of the condition, that at least so many of some of its parts hold.
    pub(super) among: Option<(usize, &'p [Condition])>,
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
    /// The first holds and with it a second, or else a third, which never holds where the second does not.
    Either(Box<[Formula<'p>; 3]>),
    None,
}

impl Proof {
    /// Of conditions on what rules came to: those of one name are taken to come to the same.
    pub(in crate::review) fn of_outcomes() -> Self {
        Self { takes_outcomes: true, ..Self::default() }
    }

    /// Whether, for every record, `right` is at least as true as `left`.
    pub fn implies(
        &mut self,
        (side, left): (Side<'_>, &Condition),
        (other, right): (Side<'_>, &Condition),
    ) -> bool {
        self.plain_implies((side, &plain(side, left)), (other, &plain(other, right)))
    }

    /// The same of conditions in their plain form.
    pub(super) fn plain_implies<'p>(
        &mut self,
        (side, left): (Side<'p>, &'p Condition),
        (other, right): (Side<'p>, &'p Condition),
    ) -> bool {
        self.follows(vec![Formula::new(side, left)], vec![Formula::new(other, right)])
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
                Parts::Either(_) => {
                    left.atoms.extend(formula.is_whole().then_some(formula));
                    left.cases.push(formula);
                }
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
                Parts::Either(_) => {
                    right.atoms.extend(formula.is_whole().then_some(formula));
                    right.cases.push(formula);
                }
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
            let cases = match formula.parts() {
                Parts::One(parts) => parts.into_iter().map(|part| vec![part]).collect(),
                Parts::Either(parts) => {
                    let [first, second, third] = *parts;
                    vec![vec![first, second], vec![third]]
                }
                Parts::All(_) | Parts::None => return false,
            };
            return cases.into_iter().all(|case| {
                let mut left = left.clone();
                left.open.extend(case);
                self.sequent(left, right.clone())
            });
        }
        if let Some(formula) = right.cases.pop() {
            let cases = match formula.parts() {
                Parts::All(parts) => parts.into_iter().map(|part| vec![part]).collect(),
                Parts::Either(parts) => {
                    let [first, second, third] = *parts;
                    vec![vec![first, third], vec![second]]
                }
                Parts::One(_) | Parts::None => return false,
            };
            return cases.into_iter().all(|case| {
                let mut right = right.clone();
                right.open.extend(case);
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
            || self.elements_imply(left, right)
            || self.bounds_meet(left, right)
    }
}

impl<'p> Formula<'p> {
    pub(in crate::review) const fn new(side: Side<'p>, condition: &'p Condition) -> Self {
        Self { side, condition, holds: true, among: None }
    }

    fn of(self, condition: &'p Condition) -> Self {
        Self { condition, among: None, ..self }
    }

    /// Whether it is the condition itself, not some of its parts.
    const fn is_whole(self) -> bool {
        self.among.is_none()
    }

    pub(super) fn contrary(self) -> Self {
        Self { holds: !self.holds, ..self }
    }

    fn parts(self) -> Parts<'p> {
        let each = |parts: &'p [Condition]| parts.iter().map(|part| self.of(part)).collect();
        if let Some((needed, of)) = self.among {
            return self.parts_of_some(needed, of);
        }
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
                needed.map_or(Parts::None, |needed| self.parts_of_some(needed, of))
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

    /// That at least so many of some hold: either the first does and one fewer of the others, or as many of these.
    fn parts_of_some(self, needed: usize, of: &'p [Condition]) -> Parts<'p> {
        let each = || of.iter().map(|part| self.of(part)).collect();
        let some = |needed, of| Self { among: Some((needed, of)), ..self };
        let Some((first, others)) = of.split_first().filter(|_| needed > 0) else {
            // None at all are always there, and more than there are never.
            let holds = (needed == 0) == self.holds;
            return if holds { Parts::All(Vec::new()) } else { Parts::One(Vec::new()) };
        };
        if needed == 1 || needed == of.len() {
            return if (needed == 1) == self.holds {
                Parts::One(each())
            } else {
                Parts::All(each())
            };
        }
        let (fewer, as_many) = (some(needed - 1, others), some(needed, others));
        // The contrary: the first does not hold and as many do not, or else fewer do not.
        let parts = if self.holds {
            [self.of(first), fewer, as_many]
        } else {
            [self.of(first), as_many, fewer]
        };
        Parts::Either(Box::new(parts))
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
