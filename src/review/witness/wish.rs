//! What is tried for one record: what a rule, or the decision, shall come to in each of the versions.

use super::draft::Node;
use super::side::Side;
use super::solver::{Env, Solver};
use crate::hir::{FieldPath, Outcome, RuleBody, RuleId, RuleKind};

/// A version and its rules that are looked at.
type Of<'e, 't> = (Side<'e>, &'t [RuleId]);

impl<'e> Solver<'_, 'e> {
    /// A rule that is truer in one version than in the other.
    pub(super) fn wish_for_rule(&mut self, truer: Of<'e, '_>, other: Of<'e, '_>) {
        match self.dice.below(8) {
            0 => self.wish_true(truer),
            1 => self.wish_false(other),
            2 => {
                self.wish_true(truer);
                self.wish_true(other);
            }
            3 => self.wish_required(truer, other),
            4 | 5 => {
                self.wish_false(other);
                self.wish_true(truer);
            }
            _ => {
                self.wish_true(truer);
                self.wish_false(other);
            }
        }
        for (side, rules) in [truer, other] {
            self.side = side;
            for id in rules {
                self.fill_rule(*id);
            }
        }
    }

    fn wish_true(&mut self, (side, rules): Of<'e, '_>) {
        self.side = side;
        let Some(id) = self.dice.pick(rules).copied() else { return };
        let outcome = if is_control(&side, id) {
            let ways =
                [Outcome::Met, Outcome::Met, Outcome::Failed, Outcome::Expired, Outcome::Unmet];
            self.dice.pick(&ways).copied().unwrap_or(Outcome::Met)
        } else {
            Outcome::Hit
        };
        self.attempt(|solver| solver.ensure_outcome(id, outcome));
    }

    fn wish_false(&mut self, (side, rules): Of<'e, '_>) {
        self.side = side;
        for id in rules {
            if is_control(&side, *id) {
                self.ensure_control_not(*id, Outcome::Met);
            } else {
                self.ensure_not_hit(*id);
            }
        }
    }

    /// A control that must be done in one version and not in the other; of flags, one that is hit in both.
    fn wish_required(&mut self, truer: Of<'e, '_>, other: Of<'e, '_>) {
        for ((side, rules), want) in [(truer, true), (other, false)] {
            self.side = side;
            for id in rules {
                let Some(rule) = side.rule(*id) else { continue };
                if let RuleBody::Control(control) = &rule.body {
                    self.attempt(|solver| solver.require(control, want));
                } else {
                    self.attempt(|solver| solver.ensure_outcome(*id, Outcome::Hit));
                }
            }
        }
    }

    /// A decision that is higher in one version than in the other.
    pub(super) fn wish_for_decision(&mut self, truer: Side<'e>, other: Side<'e>) {
        self.wish_empty(truer, other);
        let levels = &truer.policy.decision.levels;
        let Some(level) = self.dice.pick(levels) else { return };
        let when_other = other.policy.decision.levels.iter().find(|of| of.name == level.name);
        let env = Env::of_record(0);
        let is_other_first = self.dice.once_in(3);
        for is_truer in [!is_other_first, is_other_first] {
            self.side = if is_truer { truer } else { other };
            let of = if is_truer { Some(level) } else { when_other };
            if let Some(when) = of.and_then(|of| of.when.as_ref()) {
                self.try_to_ensure(when, is_truer, &env);
            }
        }
        if self.dice.once_in(3) {
            self.settle([truer, other]);
        }
    }

    /// Leaves a fact that only one of the versions must have without a value.
    fn wish_empty(&mut self, truer: Side<'e>, other: Side<'e>) {
        let of_one: Vec<&FieldPath> = truer
            .policy
            .decision
            .must_have
            .iter()
            .filter(|path| {
                !other.policy.decision.must_have.iter().any(|known| known.shown == path.shown)
            })
            .collect();
        let Some(path) = self.dice.pick(&of_one).copied().filter(|_| self.dice.coin()) else {
            return;
        };
        self.side = truer;
        let env = Env::of_record(0);
        if !self.put_none(path, &env)
            && let Some(place) = self.place(path, &env)
        {
            let is_list = path.steps.last().is_some_and(|step| step.list);
            self.draft.put(&place, if is_list { Node::empty_list() } else { Node::Unknown });
        }
    }

    /// Makes everything known, and every rule that nothing was said about clear.
    fn settle(&mut self, sides: [Side<'e>; 2]) {
        let env = Env::of_record(0);
        for side in sides {
            self.side = side;
            for path in &side.policy.decision.must_have {
                self.give_what_must_be(path, &env);
            }
            for (place, rule) in side.policy.rules.iter().enumerate() {
                let id = RuleId(place);
                if rule.kind() == RuleKind::Control {
                    self.attempt(|solver| solver.ensure_outcome(id, Outcome::Met));
                } else {
                    self.ensure_not_hit(id);
                }
            }
        }
        for side in sides {
            self.side = side;
            for place in 0..side.policy.rules.len() {
                self.fill_rule(RuleId(place));
            }
            for level in &side.policy.decision.levels {
                if let Some(when) = &level.when {
                    self.fill(when, &env);
                }
            }
        }
    }

    fn give_what_must_be(&mut self, path: &'e FieldPath, env: &Env<'e>) {
        let Some(place) = self.place(path, env) else { return };
        if self.draft.get(&place).is_some() {
            return;
        }
        if path.steps.last().is_some_and(|step| step.list) {
            if let Some(element) = self.push(&place, path.of)
                && path.of.record().is_none()
            {
                self.put_any(&element, path.of);
            }
        } else {
            self.put_any(&place, path.of);
        }
    }
}

fn is_control(side: &Side<'_>, id: RuleId) -> bool {
    side.rule(id).is_some_and(|rule| rule.kind() == RuleKind::Control)
}
