//! That there are elements of some kind: those of one kind are of one of several.

use super::elements::is_of_same_list;
use super::prove::{Formula, Proof};
use super::side::Side;
use crate::hir::{ConditionKind, Members};

/// That there is such an element, or that there is none.
struct Existence<'p> {
    side: Side<'p>,
    members: &'p Members,
}

impl<'p> Existence<'p> {
    fn of(formula: &Formula<'p>, holds: bool) -> Option<Self> {
        let ConditionKind::Exists(members) = &formula.condition.kind else { return None };
        (formula.holds == holds).then_some(Self { side: formula.side, members })
    }

    fn filter(&self) -> Vec<Formula<'p>> {
        let filter = self.members.filter.as_deref();
        filter.into_iter().map(|filter| Formula::new(self.side, filter)).collect()
    }

    fn is_of_same_list(&self, other: &Self) -> bool {
        is_of_same_list((self.side, self.members), (other.side, other.members))
    }
}

impl Proof {
    /// Whether some element that is given is of one of several kinds of which one is wanted, or, where none of
    /// several kinds is given, whether every element that is wanted not to be is of one of these.
    pub(super) fn elements_imply<'p>(
        &mut self,
        left: &[Formula<'p>],
        right: &[Formula<'p>],
    ) -> bool {
        let all = |formulas: &[Formula<'p>], holds: bool| -> Vec<Existence<'p>> {
            formulas.iter().filter_map(|formula| Existence::of(formula, holds)).collect()
        };
        self.one_is_among(&all(left, true), &all(right, true))
            || self.one_is_among(&all(right, false), &all(left, false))
    }

    fn one_is_among<'p>(&mut self, given: &[Existence<'p>], wanted: &[Existence<'p>]) -> bool {
        given.iter().any(|one| {
            let kinds: Vec<&Existence<'p>> =
                wanted.iter().filter(|kind| one.is_of_same_list(kind)).collect();
            // One kind alone was compared before; of a kind without a filter all are.
            if kinds.len() < 2 || kinds.iter().any(|kind| kind.members.filter.is_none()) {
                return false;
            }
            let filters = kinds.iter().flat_map(|kind| kind.filter()).collect();
            self.step() && self.follows(one.filter(), filters)
        })
    }
}
