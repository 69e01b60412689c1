use super::amount::{Amount, Bound};
use super::evidence::Newest;
use super::operand::note_operand;
use super::possible::Possible;
use super::scope::Scope;
use super::trace::Trace;
use super::{Evaluator, Truth};
use crate::hir::{Aggregation, Order, Outcome};
use crate::peers::Age;
use crate::program::{ControlProgram, LastsProgram, Operand, OperandKind};
use crate::value::{Date, Direction};
use rust_decimal::Decimal;

/// What a control came to, before it is known whether it had to be done.
#[derive(Clone, Copy, Debug)]
pub(super) struct ControlTruths {
    /// It was done with a bad result.
    pub(super) failed: Truth,
    /// It was done, by the time of the evaluation.
    pub(super) done: Truth,
    /// It was done too long ago.
    pub(super) expired: Truth,
    /// The day on which it was done, in days; absent when the control is not dated.
    pub(super) dated: Option<Amount>,
}

impl ControlTruths {
    /// Of a control that was done well on a day and still counts.
    pub(super) fn done_on(day: Date) -> Self {
        Self {
            failed: Truth::No,
            done: Truth::Yes,
            expired: Truth::No,
            dated: Some(Amount::exactly(day.days().into())),
        }
    }

    /// It was done, well, and not too long ago.
    pub(super) fn met(self) -> Truth {
        (!self.failed).and(self.done).and(!self.expired)
    }

    /// Whether it was neither done nor failed, so that all depends on whether it must be done.
    pub(super) fn is_certainly_not_done(self) -> bool {
        self.failed == Truth::No && self.done == Truth::No
    }

    /// The outcome of a control that may have had to be done or not.
    pub(super) fn outcome(self, required: Truth) -> Outcome {
        match (self.failed, self.done, self.expired) {
            (Truth::Yes, ..) => Outcome::Failed,
            (Truth::No, Truth::No, _) => match required {
                Truth::Yes => Outcome::Unmet,
                Truth::No => Outcome::NotRequired,
                Truth::Unknown => Outcome::Unknown,
            },
            (Truth::No, Truth::Yes, Truth::Yes) => Outcome::Expired,
            (Truth::No, Truth::Yes, Truth::No) => Outcome::Met,
            (Truth::Unknown, ..)
            | (Truth::No, Truth::Unknown, _)
            | (Truth::No, Truth::Yes, Truth::Unknown) => Outcome::Unknown,
        }
    }

    /// The day on which it was done, if it is known.
    pub(super) fn day(self) -> Option<Date> {
        let days = self.dated?.exact()?;
        i64::try_from(days).ok().and_then(Date::from_days)
    }

    /// Certain where both agree.
    pub(super) fn met_in_both(self, other: Self) -> Truth {
        if self.met() == other.met() { self.met() } else { Truth::Unknown }
    }
}

impl<'p> Evaluator<'p> {
    /// Whether a control was done, with which result, and whether that still counts.
    pub(super) fn control_truths<T: Trace>(
        &self,
        control: &'p ControlProgram,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> ControlTruths {
        let failed = control
            .failed_when
            .as_ref()
            .map_or(Truth::No, |failed| self.truth(failed, scope, trace));
        let met = self.truth(&control.met_when, scope, trace);
        let Some(operand) = &control.dated else {
            // A control that lasts but has no date: nobody can tell that it has not run out.
            let expired = Truth::from(!control.lasts.is_empty());
            return ControlTruths { failed, done: met, expired, dated: None };
        };
        match self.day_done(operand, scope, trace) {
            Possible::Amount(amount) => {
                let days = amount.in_days(operand.of);
                let today = Amount::exactly(self.program.as_of.date().days().into());
                let by_now = days.order(Order::AtMost, &today);
                let expired = self.expired(control, days, scope, trace);
                ControlTruths { failed, done: met.and(by_now), expired, dated: Some(days) }
            }
            // What has no date is not shown to have been done.
            Possible::None => {
                ControlTruths { failed, done: Truth::No, expired: Truth::No, dated: None }
            }
            Possible::Value(_) | Possible::Whole(_) | Possible::Unknown | Possible::Cannot(_) => {
                ControlTruths {
                    failed,
                    done: met.and(Truth::Unknown),
                    expired: Truth::Unknown,
                    dated: Some(Amount::any(true)),
                }
            }
        }
    }

    /// The day on which it was done. Of several, the newest that has come: what is planned for a later
    /// day does not undo what was done before.
    fn day_done<'r, T: Trace>(
        &self,
        operand: &'p Operand,
        scope: &Scope<'_, 'r>,
        trace: &mut T,
    ) -> Possible<'r>
    where
        'p: 'r,
    {
        let OperandKind::Aggregate { aggregation: Aggregation::Greatest, members } = &operand.kind
        else {
            return self.operand(operand, scope, trace);
        };
        trace.begin();
        let newest = self.greatest_by_now(members, scope, trace);
        note_operand(operand, &newest, trace);
        newest
    }

    /// Whether the shortest of the lengths that apply has passed since the day the control was done. It
    /// still counts on its last day.
    fn expired<T: Trace>(
        &self,
        control: &'p ControlProgram,
        days: Amount,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        let today = Decimal::from(self.program.as_of.date().days());
        let mut expired = Truth::No;
        for lasts in &control.lasts {
            let applies =
                lasts.when.as_ref().map_or(Truth::Yes, |when| self.truth(when, scope, trace));
            let certainly = days.high.value().is_some_and(|day| has_passed(day, lasts, today));
            let possibly = match days.low {
                Bound::Unbounded => true,
                Bound::At(day) | Bound::Beyond(day) => has_passed(day, lasts, today),
            };
            let passed = Truth::between(certainly && !days.or_none, possibly || days.or_none);
            expired = expired.or(applies.and(passed));
        }
        // A date that turns out to be none shows nothing.
        if days.or_none { expired.or(Truth::Unknown) } else { expired }
    }
}

fn has_passed(day: Decimal, lasts: &LastsProgram, today: Decimal) -> bool {
    let last = i64::try_from(day)
        .ok()
        .and_then(Date::from_days)
        .and_then(|day| day.start().plus(lasts.period, Direction::Later))
        .map(|end| Decimal::from(end.date().days()));
    last.is_some_and(|last| last < today)
}

/// Whether a control that was done on that day answers evidence of that age: it was done on or after
/// the day of the newest. What rests on facts without a day is answered only by a control that answers
/// at any time.
pub(super) fn is_recent_enough(dated: Option<Amount>, newest: Newest) -> Truth {
    let Some(dated) = dated else { return Truth::Unknown };
    let not_before = |age: Age, of_nothing: Truth| match age {
        Age::Nothing => of_nothing,
        Age::Day(day) => dated.order(Order::AtLeast, &Amount::exactly(day.days().into())),
        Age::Unknown => Truth::Unknown,
        Age::Dayless => Truth::No,
    };
    let at_best = not_before(newest.certain, Truth::Yes);
    // Where no element is certain, the flag may come to rest on facts without a day alone.
    let at_worst = match newest.certain {
        Age::Nothing => Truth::No,
        Age::Day(_) | Age::Unknown | Age::Dayless => not_before(newest.possible, Truth::No),
    };
    match (at_best, at_worst) {
        (Truth::No, _) => Truth::No,
        (_, Truth::Yes) => Truth::Yes,
        _ if newest.possible == Age::Nothing => Truth::No,
        _ => Truth::Unknown,
    }
}
