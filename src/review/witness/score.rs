//! Flags that add up to a score on either side of a limit.

use rust_decimal::Decimal;

use super::solver::Solver;
use crate::hir::{Order, Outcome, RuleBody, RuleId};

impl Solver<'_, '_> {
    /// Hits as many flags, in any order, as bring the score just to where it is wanted.
    pub(super) fn ensure_score(&mut self, order: Order, limit: Decimal) -> bool {
        let is_reached = |score: u32| match order {
            Order::AtLeast => Decimal::from(score) >= limit,
            Order::Greater => Decimal::from(score) > limit,
            Order::AtMost => Decimal::from(score) <= limit,
            Order::Less => Decimal::from(score) < limit,
        };
        let is_up = matches!(order, Order::AtLeast | Order::Greater);
        let flags = self.flags();
        let mut hit: Vec<(RuleId, u32)> = Vec::new();
        for place in self.dice.shuffled(flags.len()) {
            let Some(flag) = flags.get(place).copied() else { continue };
            if is_up && is_reached(self.added(&hit)) {
                break;
            }
            let mut more = hit.clone();
            more.push(flag);
            if !is_up && !is_reached(self.added(&more)) {
                continue;
            }
            if self.attempt(|solver| solver.ensure_outcome(flag.0, Outcome::Hit)) {
                hit = more;
            }
        }
        is_reached(self.added(&hit))
    }

    fn flags(&self) -> Vec<(RuleId, u32)> {
        let rules = self.side.policy.rules.iter().enumerate();
        rules
            .filter_map(|(place, rule)| match &rule.body {
                RuleBody::Flag(flag) => Some((RuleId(place), flag.weight)),
                RuleBody::Prohibition { .. } | RuleBody::Control(_) => None,
            })
            .collect()
    }

    /// What hits add, caps considered; a flag of several caps as far as the tightest lets it.
    fn added(&self, hit: &[(RuleId, u32)]) -> u32 {
        let caps = &self.side.policy.decision.caps;
        let mut total: u32 = 0;
        let mut left: Vec<u32> = caps.iter().map(|cap| cap.limit).collect();
        for (flag, weight) in hit {
            let of: Vec<usize> = (0..caps.len())
                .filter(|place| caps.get(*place).is_some_and(|cap| cap.flags.contains(flag)))
                .collect();
            let room = of.iter().filter_map(|place| left.get(*place)).min().copied();
            let counted = room.map_or(*weight, |room| room.min(*weight));
            for place in of {
                if let Some(left) = left.get_mut(place) {
                    *left -= counted;
                }
            }
            total = total.saturating_add(counted);
        }
        total
    }
}
