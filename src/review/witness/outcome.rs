//! Outcomes of rules, and what they are made of.

use super::solver::{Env, Solver};
use crate::hir::{
    Condition, ControlRule, Lasts, Outcome, Rule, RuleBody, RuleId, RuleKind, Severity,
};
use crate::value::{Date, Direction, Period, Value};

impl<'e> Solver<'_, 'e> {
    /// Makes a rule come to an outcome.
    pub(super) fn ensure_outcome(&mut self, id: RuleId, outcome: Outcome) -> bool {
        let Some(fuel) = self.fuel.checked_sub(1) else { return false };
        self.fuel = fuel;
        let Some(rule) = self.side.rule(id) else { return false };
        match &rule.body {
            RuleBody::Control(control) => self.ensure_control(id, rule, control, outcome),
            RuleBody::Prohibition { when } => self.ensure_indicator(id, rule, when, outcome),
            RuleBody::Flag(flag) => {
                let is_made = self.ensure_indicator(id, rule, &flag.when, outcome);
                if is_made && outcome == Outcome::Hit {
                    for raised in &flag.raised {
                        let wanted = self.dice.coin();
                        self.try_to_ensure(&raised.when, wanted, &Env::of_record(0));
                    }
                }
                is_made
            }
        }
    }

    fn ensure_indicator(
        &mut self,
        id: RuleId,
        rule: &'e Rule,
        when: &'e Condition,
        outcome: Outcome,
    ) -> bool {
        let env = Env::of_record(0);
        let applies = rule.applies_when.as_ref();
        let applies_to = |solver: &mut Self, want: bool| match applies {
            Some(applies) => solver.ensure(applies, want, &env),
            None => want,
        };
        match outcome {
            Outcome::Hit => {
                applies_to(self, true) && self.ensure(when, true, &env) && self.relieve(id, false)
            }
            Outcome::Excepted => {
                applies_to(self, true) && self.ensure(when, true, &env) && self.relieve(id, true)
            }
            Outcome::Clear => applies_to(self, true) && self.ensure(when, false, &env),
            Outcome::NotApplicable => {
                let is_made = applies_to(self, false);
                self.try_to_ensure(when, true, &env);
                is_made
            }
            Outcome::Unknown
            | Outcome::NotCovered
            | Outcome::Reviewed
            | Outcome::Met
            | Outcome::Failed
            | Outcome::Unmet
            | Outcome::Expired
            | Outcome::Waived
            | Outcome::NotRequired => false,
        }
    }

    /// Makes an exception relieve from a rule, or none.
    fn relieve(&mut self, id: RuleId, want: bool) -> bool {
        let env = Env::of_record(0);
        let exceptions: Vec<_> = self.side.exceptions(id).collect();
        if !want {
            return exceptions.into_iter().all(|exception| {
                exception.when.as_ref().is_some_and(|when| self.ensure(when, false, &env))
            });
        }
        let order = self.dice.shuffled(exceptions.len());
        order.into_iter().filter_map(|place| exceptions.get(place)).any(|exception| {
            exception.when.as_ref().is_none_or(|when| self.try_to_ensure(when, true, &env))
        })
    }

    fn ensure_control(
        &mut self,
        id: RuleId,
        rule: &'e Rule,
        control: &'e ControlRule,
        outcome: Outcome,
    ) -> bool {
        let env = Env::of_record(0);
        // Whether a control has a scope of its own is up to the language; where it has, it must hold.
        if let Some(applies) = &rule.applies_when
            && !self.ensure(applies, true, &env)
        {
            return false;
        }
        let has_not_failed = |solver: &mut Self| {
            let failed = control.failed_when.as_ref();
            failed.is_none_or(|failed| solver.ensure(failed, false, &env))
        };
        match outcome {
            Outcome::Met | Outcome::Expired => {
                self.ensure(&control.met_when, true, &env)
                    && has_not_failed(self)
                    && self.ensure_dated(control, outcome == Outcome::Met, &env)
            }
            Outcome::Failed => {
                let failed = control.failed_when.as_ref();
                failed.is_some_and(|failed| self.ensure(failed, true, &env))
            }
            Outcome::Unmet | Outcome::NotRequired => {
                self.ensure(&control.met_when, false, &env)
                    && has_not_failed(self)
                    && self.require(control, outcome == Outcome::Unmet)
                    && self.relieve(id, false)
            }
            Outcome::Waived => {
                self.ensure(&control.met_when, false, &env) && self.relieve(id, true)
            }
            Outcome::Hit
            | Outcome::Clear
            | Outcome::Unknown
            | Outcome::NotApplicable
            | Outcome::NotCovered
            | Outcome::Excepted
            | Outcome::Reviewed => false,
        }
    }

    /// Makes a control that was done still count, or not any more: on its last day, or the day after.
    fn ensure_dated(&mut self, control: &'e ControlRule, counts: bool, env: &Env<'e>) -> bool {
        let Some(dated) = &control.dated else { return control.lasts.is_empty() == counts };
        let today = self.side.as_of.date();
        let order = self.dice.shuffled(control.lasts.len());
        let mut shortest: Option<Date> = None;
        for lasts in order.into_iter().filter_map(|place| control.lasts.get(place)) {
            let applies = shortest.is_none() || self.dice.coin();
            if let Some(when) = &lasts.when
                && !self.try_to_ensure(when, applies, env)
            {
                continue;
            }
            if applies || lasts.when.is_none() {
                let day = self.last_day(lasts, today);
                shortest = shortest.max(day);
            }
        }
        let day = match (shortest, counts) {
            (None, true) => Date::from_days(today.days() - 10),
            (None, false) => None,
            (Some(_), true) if self.dice.once_in(4) => Some(today),
            (Some(day), true) => Some(day),
            (Some(day), false) => Date::from_days(day.days() - 1),
        };
        let Some(day) = day else { return false };
        let is_put = self.attempt(|solver| solver.achieve(dated, &Value::Date(day), env));
        // What was done may have been dated before; whether that will do is for the evaluator to say.
        is_put || self.known(dated, env).value().is_some() || self.dice.coin()
    }

    /// The first day from which a length of time reaches to today.
    fn last_day(&mut self, lasts: &'e Lasts, today: Date) -> Option<Date> {
        let period = self.side.period(&lasts.period)?;
        let reaches = |day: Date| {
            let end = day.start().plus(period, Direction::Later);
            end.is_some_and(|end| end.date() >= today)
        };
        let mut day = today.start().plus(period, Direction::Earlier)?.date();
        if matches!(period, Period::Months(_)) {
            // Months differ in length.
            while !reaches(day) {
                day = Date::from_days(day.days() + 1)?;
            }
            while let Some(earlier) = Date::from_days(day.days() - 1).filter(|day| reaches(*day)) {
                day = earlier;
            }
        }
        Some(day)
    }

    /// Makes a control be asked for, or not.
    pub(super) fn require(&mut self, control: &'e ControlRule, want: bool) -> bool {
        let env = Env::of_record(0);
        if let Some(required) = &control.required_when {
            return self.ensure(required, want, &env);
        }
        if control.answers.is_empty() {
            return want;
        }
        if !want {
            return control.answers.iter().all(|answer| self.ensure_not_hit(answer.flag));
        }
        let order = self.dice.shuffled(control.answers.len());
        order
            .into_iter()
            .filter_map(|place| control.answers.get(place))
            .any(|answer| self.attempt(|solver| solver.ensure_outcome(answer.flag, Outcome::Hit)))
    }

    /// Makes a prohibition or flag not be hit, in whichever way.
    pub(super) fn ensure_not_hit(&mut self, id: RuleId) -> bool {
        let mut ways = vec![Outcome::Clear];
        if self.side.rule(id).is_some_and(|rule| rule.applies_when.is_some()) {
            ways.push(Outcome::NotApplicable);
        }
        if self.side.exceptions(id).next().is_some() {
            ways.push(Outcome::Excepted);
        }
        let order = self.dice.shuffled(ways.len());
        order
            .into_iter()
            .filter_map(|place| ways.get(place))
            .any(|way| self.attempt(|solver| solver.ensure_outcome(id, *way)))
    }

    /// Makes a control come to something else.
    pub(super) fn ensure_control_not(&mut self, id: RuleId, outcome: Outcome) -> bool {
        let ways = [
            Outcome::Met,
            Outcome::Unmet,
            Outcome::Failed,
            Outcome::Expired,
            Outcome::NotRequired,
            Outcome::Waived,
        ];
        let order = self.dice.shuffled(ways.len());
        order
            .into_iter()
            .filter_map(|place| ways.get(place).copied())
            .filter(|way| *way != outcome)
            .any(|way| self.attempt(|solver| solver.ensure_outcome(id, way)))
    }

    /// Makes a rule that a condition asks about have the outcome, or another one.
    pub(super) fn ensure_asked(&mut self, id: RuleId, outcome: Outcome, want: bool) -> bool {
        if want {
            return self.ensure_outcome(id, outcome);
        }
        let Some(rule) = self.side.rule(id) else { return false };
        match (rule.kind(), outcome) {
            (RuleKind::Control, _) => self.ensure_control_not(id, outcome),
            (_, Outcome::Hit) => self.ensure_not_hit(id),
            (_, _) => self.ensure_outcome(id, Outcome::Hit),
        }
    }

    /// Makes so many rules of a kind have an outcome, or one too few.
    pub(super) fn ensure_rules(
        &mut self,
        least: usize,
        (kind, severity): (RuleKind, Option<Severity>),
        outcome: Outcome,
        want: bool,
    ) -> bool {
        let of_kind: Vec<RuleId> = self
            .side
            .policy
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.kind() == kind && may_be_of(rule, severity))
            .map(|(place, _)| RuleId(place))
            .collect();
        let wanted = if want { least } else { least.saturating_sub(1) };
        let mut left = wanted;
        for place in self.dice.shuffled(of_kind.len()) {
            let Some(id) = of_kind.get(place).copied() else { continue };
            if left > 0 && self.attempt(|solver| solver.ensure_asked(id, outcome, true)) {
                left -= 1;
            } else if !want {
                self.attempt(|solver| solver.ensure_asked(id, outcome, false));
            }
        }
        !want || left == 0
    }
}

fn may_be_of(rule: &Rule, severity: Option<Severity>) -> bool {
    let Some(severity) = severity else { return true };
    match &rule.body {
        RuleBody::Flag(flag) => {
            flag.severity == severity
                || flag.raised.iter().any(|raised| raised.severity == severity)
        }
        RuleBody::Prohibition { .. } | RuleBody::Control(_) => false,
    }
}
