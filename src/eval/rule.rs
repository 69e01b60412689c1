use super::scope::Scope;
use super::trace::{Recorder, Silent, Step, Trace};
use super::{Evaluator, Truth};
use crate::hir::{Outcome, RuleId, RuleKind, Severity};
use crate::program::{FlagProgram, RuleProgram};

/// How a rule stands, for whoever asks about its outcome.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) outcome: Outcome,
    /// Whether it counts as hit, or as met, in a completion of the record.
    pub(super) holds: Truth,
    /// The same, as far as known now: an unknown exception excepts nobody.
    pub(super) holds_now: Truth,
    /// Whether an exception relieves from it where it stands.
    pub(super) relief: Truth,
    /// Whether the severity of a flag is this one, from the lowest.
    pub(super) severity: [Truth; 3],
}

impl Standing {
    /// Whether what holds now and what holds in completions may differ for whoever asks about it.
    pub(super) fn may_differ(&self) -> bool {
        self.holds != self.holds_now
            || self.outcome == Outcome::Unknown
            || self.relief == Truth::Unknown
    }

    /// Whether it stands only as long as nobody knows that an exception relieves from it.
    fn may_be_relieved(&self) -> bool {
        self.relief == Truth::Unknown
            && matches!(
                self.outcome,
                Outcome::Hit | Outcome::Failed | Outcome::Unmet | Outcome::Expired
            )
    }
}

/// What the conditions of a prohibition or flag came to, before anything else is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Presence {
    pub(super) applies: Truth,
    pub(super) when: Truth,
    /// Whether an exception relieves, and which one: the first that does, or that may.
    pub(super) excepted: Truth,
    pub(super) exception: Option<usize>,
}

impl Presence {
    /// Whether it is there, exceptions aside.
    pub(super) fn present(self) -> Truth {
        self.applies.and(self.when)
    }

    /// Whether it counts, in a completion of the record.
    pub(super) fn counts(self) -> Truth {
        self.present().and(!self.excepted)
    }

    /// Whether it counts as far as known now.
    pub(super) fn counts_now(self) -> Truth {
        self.present().and((self.excepted != Truth::Yes).into())
    }

    /// The outcome, if no field was left out and no person has judged.
    pub(super) fn outcome(self) -> Outcome {
        match (self.applies, self.when) {
            (Truth::No, _) => Outcome::NotApplicable,
            (Truth::Yes, Truth::No) => Outcome::Clear,
            (Truth::Yes, Truth::Yes) if self.excepted == Truth::Yes => Outcome::Excepted,
            (Truth::Yes, Truth::Yes) => Outcome::Hit,
            (Truth::Unknown, _) | (Truth::Yes, Truth::Unknown) => Outcome::Unknown,
        }
    }
}

impl<'p> Evaluator<'p> {
    /// Whether a prohibition or flag is there.
    pub(super) fn presence<T: Trace>(
        &self,
        rule: &'p RuleProgram,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Presence {
        let applies = rule
            .applies_when
            .as_ref()
            .map_or(Truth::Yes, |applies| self.truth(applies, scope, trace));
        let when = match rule.when() {
            Some(when) if applies != Truth::No || T::RECORDS => self.truth(when, scope, trace),
            Some(_) => Truth::No,
            None => Truth::Unknown,
        };
        let (excepted, exception) = self.relief(rule, scope);
        Presence { applies, when, excepted, exception }
    }

    /// Whether an exception relieves from the rule.
    pub(super) fn relief(
        &self,
        rule: &'p RuleProgram,
        scope: &Scope<'_, '_>,
    ) -> (Truth, Option<usize>) {
        let mut relief = (Truth::No, None);
        for place in &rule.exceptions {
            let Some(exception) = self.program.exceptions.get(*place) else { continue };
            let relieves = exception
                .when
                .as_ref()
                .map_or(Truth::Yes, |when| self.truth(when, scope, &mut Silent));
            match relieves {
                Truth::Yes => return (Truth::Yes, Some(exception.place)),
                Truth::Unknown if relief.1.is_none() => {
                    relief = (Truth::Unknown, Some(exception.place));
                }
                Truth::Unknown | Truth::No => {}
            }
        }
        relief
    }

    /// The steps by which a rule came to what it came to.
    pub(super) fn steps(&self, rule: &'p RuleProgram, scope: &Scope<'_, '_>) -> Vec<Step> {
        self.recorded(rule, scope, Recorder::default())
    }

    /// The same without the fields that were read.
    pub(super) fn steps_without_facts(
        &self,
        rule: &'p RuleProgram,
        scope: &Scope<'_, '_>,
    ) -> Vec<Step> {
        self.recorded(rule, scope, Recorder::without_facts())
    }

    fn recorded(
        &self,
        rule: &'p RuleProgram,
        scope: &Scope<'_, '_>,
        mut recorder: Recorder,
    ) -> Vec<Step> {
        match &rule.body {
            crate::program::RuleBody::Control(control) => {
                self.control_truths(control, scope, &mut recorder);
            }
            crate::program::RuleBody::Prohibition { .. } | crate::program::RuleBody::Flag(_) => {
                self.presence(rule, scope, &mut recorder);
            }
        }
        recorder.into_steps()
    }

    /// Severities and weights that a flag can have, with whether each is the one that counts: its own
    /// or that of the strongest form that holds.
    pub(super) fn strengths(
        &self,
        flag: &'p FlagProgram,
        scope: &Scope<'_, '_>,
    ) -> Vec<(Severity, u32, Truth)> {
        let mut raised: Vec<(Severity, u32, Truth)> = flag
            .raised
            .iter()
            .map(|raised| {
                (raised.severity, raised.weight, self.truth(&raised.when, scope, &mut Silent))
            })
            .collect();
        raised.sort_by_key(|(severity, weight, _)| std::cmp::Reverse((*severity, *weight)));
        raised.push((flag.severity, flag.weight, Truth::Yes));
        let mut no_stronger = Truth::Yes;
        for (_, _, holds) in &mut raised {
            let counts = holds.and(no_stronger);
            no_stronger = no_stronger.and(!*holds);
            *holds = counts;
        }
        raised
    }

    /// Whether a rule has an outcome.
    pub(super) fn asked(&self, rule: RuleId, outcome: Outcome, completed: bool) -> Truth {
        let Some(standing) = self.standing(rule) else { return Truth::Unknown };
        match outcome {
            Outcome::Hit | Outcome::Met => {
                if completed {
                    standing.holds
                } else {
                    standing.holds_now
                }
            }
            // A completed record leaves nothing unknown.
            Outcome::Unknown if completed => Truth::No,
            Outcome::Clear
            | Outcome::Unknown
            | Outcome::NotApplicable
            | Outcome::NotCovered
            | Outcome::Excepted
            | Outcome::Reviewed
            | Outcome::Failed
            | Outcome::Unmet
            | Outcome::Expired
            | Outcome::Waived
            | Outcome::NotRequired => {
                let is_open = standing.outcome == Outcome::Unknown
                    || (standing.may_be_relieved()
                        && (outcome == standing.outcome
                            || matches!(outcome, Outcome::Excepted | Outcome::Waived)));
                if completed && is_open {
                    Truth::Unknown
                } else {
                    (standing.outcome == outcome).into()
                }
            }
        }
    }

    /// Whether each rule of a kind and severity has an outcome.
    pub(super) fn asked_of_all(
        &self,
        severity: Option<Severity>,
        kind: RuleKind,
        outcome: Outcome,
        completed: bool,
    ) -> impl Iterator<Item = (RuleId, Truth)> {
        let rules =
            self.program.rules.iter().enumerate().filter(move |(_, rule)| rule.kind() == kind);
        rules.map(move |(place, _)| {
            let rule = RuleId(place);
            let asked = self.asked(rule, outcome, completed);
            let of_severity = match (severity, self.standing(rule)) {
                _ if asked == Truth::No => Truth::No,
                (Some(severity), Some(standing)) => severity_of(standing, severity),
                (Some(_), None) => Truth::Unknown,
                (None, _) => Truth::Yes,
            };
            (rule, asked.and(of_severity))
        })
    }
}

fn severity_of(standing: &Standing, severity: Severity) -> Truth {
    let found = Severity::ALL.iter().zip(standing.severity).find(|(of, _)| **of == severity);
    found.map_or(Truth::Unknown, |(_, truth)| truth)
}
