//! What rules come to, where conditions ask about it.

use super::plain::plain;
use super::prove::{Formula, Proof};
use super::side::Side;
use crate::hir::{Condition, Days, Exception, Outcome, Rule, RuleId};

/// A rule of one of the policies.
type Asked<'p> = (Side<'p>, RuleId);

impl Proof {
    /// Whether the second rule has an outcome wherever the first does.
    pub(super) fn rule_implies<'p>(
        &mut self,
        (side, rule): Asked<'p>,
        (other, there): Asked<'p>,
        outcome: Outcome,
    ) -> bool {
        let (Some(first), Some(second)) = (side.rule(rule), other.rule(there)) else {
            return false;
        };
        if self.takes_outcomes {
            return first.kind() == second.kind() && is_successor(first, second);
        }
        match outcome {
            Outcome::Hit => {
                has_all_facts(other)
                    && self.is_there_too((side, first), (other, second))
                    && self.relieves_no_more((side, rule), (other, there))
            }
            Outcome::Clear | Outcome::Unknown | Outcome::NotApplicable | Outcome::Excepted => {
                has_all_facts(side)
                    && has_all_facts(other)
                    && self.is_same_presence((side, first), (other, second))
                    && self.relieves_no_more((side, rule), (other, there))
                    && self.relieves_no_more((other, there), (side, rule))
            }
            // These hang on what a person judged, or on which facts are missing.
            Outcome::NotCovered | Outcome::Reviewed => false,
            // Only levels ask about controls.
            Outcome::Met
            | Outcome::Failed
            | Outcome::Unmet
            | Outcome::Expired
            | Outcome::Waived
            | Outcome::NotRequired => false,
        }
    }

    /// Whether one is there wherever the other is, exceptions aside.
    fn is_there_too<'p>(
        &mut self,
        (side, first): (Side<'p>, &'p Rule),
        (other, second): (Side<'p>, &'p Rule),
    ) -> bool {
        if first.kind() != second.kind() || !self.step() {
            return false;
        }
        let given = plain_of(side, first.applies_when.iter().chain(first.when()));
        let wanted = plain_of(other, second.applies_when.iter().chain(second.when()));
        wanted
            .iter()
            .all(|wanted| self.follows(formulas(side, &given), vec![Formula::new(other, wanted)]))
    }

    /// Whether they apply to the same and hold for the same.
    fn is_same_presence<'p>(
        &mut self,
        (side, first): (Side<'p>, &'p Rule),
        (other, second): (Side<'p>, &'p Rule),
    ) -> bool {
        first.kind() == second.kind()
            && self.step()
            && self.is_same_or_none(
                (side, first.applies_when.as_ref()),
                (other, second.applies_when.as_ref()),
            )
            && self.is_same_or_none((side, first.when()), (other, second.when()))
    }

    /// Whether two conditions hold for the same; one that is not written always holds.
    fn is_same_or_none<'p>(
        &mut self,
        (side, first): (Side<'p>, Option<&'p Condition>),
        (other, second): (Side<'p>, Option<&'p Condition>),
    ) -> bool {
        let (first, second) = (plain_of(side, first), plain_of(other, second));
        let mut one_way =
            |from: Vec<Formula<'_>>, to: Vec<Formula<'_>>| to.is_empty() || self.follows(from, to);
        one_way(formulas(side, &first), formulas(other, &second))
            && one_way(formulas(other, &second), formulas(side, &first))
    }

    /// Whether exceptions from the second relieve only where some from the first do.
    fn relieves_no_more<'p>(&mut self, (side, rule): Asked<'p>, (other, there): Asked<'p>) -> bool {
        other.exceptions(there).all(|new| {
            side.exceptions(rule).any(|old| {
                is_within(&new.in_force, &old.in_force)
                    && match (&new.when, &old.when) {
                        (_, None) => true,
                        (None, Some(_)) => false,
                        (Some(new), Some(old)) => self.implies((other, new), (side, old)),
                    }
            })
        })
    }
}

/// Whether it is the same rule, or has taken its place.
fn is_successor(first: &Rule, second: &Rule) -> bool {
    first.name == second.name
        || first.replaces.contains(&second.name)
        || second.replaces.contains(&first.name)
}

/// A rule that lacks only what is not collected counts as not there, though nobody knows.
fn has_all_facts(side: Side<'_>) -> bool {
    side.policy.not_collected.is_empty()
}

fn is_within(narrow: &Days, wide: &Days) -> bool {
    let ends_by = match (narrow.until, wide.until) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(narrow), Some(wide)) => narrow <= wide,
    };
    wide.from <= narrow.from && ends_by
}

fn formulas<'p>(
    side: Side<'p>,
    conditions: impl IntoIterator<Item = &'p Condition>,
) -> Vec<Formula<'p>> {
    conditions.into_iter().map(|condition| Formula::new(side, condition)).collect()
}

fn plain_of<'c>(
    side: Side<'_>,
    conditions: impl IntoIterator<Item = &'c Condition>,
) -> Vec<Condition> {
    conditions.into_iter().map(|condition| plain(side, condition)).collect()
}

impl<'p> Side<'p> {
    fn rule(self, rule: RuleId) -> Option<&'p Rule> {
        self.policy.rules.get(rule.index())
    }

    fn exceptions(self, rule: RuleId) -> impl Iterator<Item = &'p Exception> {
        self.policy.exceptions.iter().filter(move |exception| exception.excepts.contains(&rule))
    }
}
