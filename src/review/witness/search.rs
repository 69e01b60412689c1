use std::fmt;
use std::rc::Rc;

use serde_json::Value;

use super::dice::Dice;
use super::draft::{Draft, Node};
use super::hints::Hints;
use super::shrink::shrunk;
use super::side::Side;
use super::solver::Solver;
use super::standing::{Difference, Kind, Seen};
use super::trial::Trial;
use super::{Target, Wanted, Witness, subject_id};
use crate::engine::Engine;
use crate::eval::Judgement;
use crate::hir::{Condition, ConditionKind, Part, RuleId};

/// How many records are made at most. Most differences show within some dozens; a condition with twenty parts, of
/// which one changed, takes some hundreds.
const ATTEMPTS: usize = 1_500;

/// How many more are made in the hope of one that says more, once there is one that says something.
const MORE_ATTEMPTS: usize = 300;

/// Of how many one is made with facts left unknown, where no settled one was found.
const UNSETTLED_PART: usize = 4;

/// How many conditions are looked at for one record: some times those of the largest rules there are.
const FUEL_OF_RULE: u32 = 3_000;
const FUEL_OF_DECISION: u32 = 20_000;

/// The two versions are not made ready for the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferentTimes {
    /// The time of the old version.
    pub old: String,
    /// The time of the new version.
    pub new: String,
}

impl fmt::Display for DifferentTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { old, new } = self;
        write!(
            f,
            "the old version is made ready for {old} and the new one for {new}; compare them for one time"
        )
    }
}

impl std::error::Error for DifferentTimes {}

/// Two versions of a policy whose differences are looked for.
pub struct Search<'e> {
    pub(super) old: Trial<'e>,
    pub(super) new: Trial<'e>,
    seed: u64,
    attempts: usize,
}

/// A difference, and the records that show it.
struct Found {
    difference: Difference,
    records: Vec<Value>,
}

impl<'e> Search<'e> {
    /// Of two versions made ready for the same time.
    ///
    /// # Errors
    /// If they are made ready for different times.
    pub fn new(old: &'e Engine, new: &'e Engine) -> Result<Self, DifferentTimes> {
        let (of_old, of_new) = (old.program().as_of(), new.program().as_of());
        if of_old == of_new {
            let (old, new) = (Trial::new(old), Trial::new(new));
            Ok(Self { old, new, seed: 0, attempts: ATTEMPTS })
        } else {
            Err(DifferentTimes { old: of_old.to_string(), new: of_new.to_string() })
        }
    }

    /// With other records than those that are made first.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// With at most so many records for one difference.
    #[must_use]
    pub fn with_attempts(self, attempts: usize) -> Self {
        Self { attempts, ..self }
    }

    /// A record that the versions judge differently; the same one whenever it is asked for. That there is none
    /// proves nothing.
    #[must_use]
    pub fn find(&self, target: &Target<'_>, wanted: Wanted) -> Option<Witness> {
        let wanted = possible(target, wanted)?;
        let mut dice = Dice::new(seed_of(self.seed, target));
        let hints = self.hints(target);
        let found = self.best(target, wanted, &hints, &mut dice)?;
        let keys = self.keys();
        let is_same = |records: &[Value]| {
            self.difference(target, records)
                .is_some_and(|(_, other)| found.difference.is_same(&other))
        };
        self.witness(target, shrunk(found.records.clone(), &keys, &is_same))
    }

    fn best(
        &self,
        target: &Target<'_>,
        wanted: Wanted,
        hints: &Hints,
        dice: &mut Dice,
    ) -> Option<Found> {
        let mut best: Option<Found> = None;
        let settled = self.attempts - self.attempts / UNSETTLED_PART;
        let mut left = self.attempts;
        for attempt in 0..self.attempts {
            if left == 0 || (attempt >= settled && best.is_some()) {
                break;
            }
            left -= 1;
            let unknown_once_in = (attempt >= settled).then_some(2);
            let records = self.make(target, wanted, (hints, unknown_once_in), dice);
            let Some((_, difference)) = self.difference(target, &records) else { continue };
            if !is_wanted(&difference, wanted) {
                continue;
            }
            if best.as_ref().is_none_or(|best| difference.kind < best.difference.kind) {
                if difference.kind == Kind::Strength {
                    left = left.min(MORE_ATTEMPTS);
                }
                best = Some(Found { difference, records });
            }
            if best.as_ref().is_some_and(|best| best.difference.kind == Kind::Outcome) {
                break;
            }
        }
        best
    }

    fn make(
        &self,
        target: &Target<'_>,
        wanted: Wanted,
        (hints, unknown_once_in): (&Hints, Option<usize>),
        dice: &mut Dice,
    ) -> Vec<Value> {
        let mut draft: Draft<'e> = Draft::new();
        let (old, new) = (Side::new(self.old.engine), Side::new(self.new.engine));
        for side in [old, new] {
            let subject = side.policy.schema.record(side.policy.subject);
            if let (Some(key), Some(Node::Record(fields))) =
                (subject.key.and_then(|key| subject.at(key)), draft.records.first_mut())
            {
                Rc::make_mut(fields).insert(key.name.as_str(), subject_id(0));
            }
        }
        let is_new_truer = match wanted {
            Wanted::NewTruer => true,
            Wanted::OldTruer => false,
            Wanted::Any => dice.coin(),
        };
        let fuel = match target {
            Target::Rule { .. } => FUEL_OF_RULE,
            Target::Decision => FUEL_OF_DECISION,
        };
        let mut solver =
            Solver { side: old, draft: &mut draft, dice, hints, fuel, unknown_once_in };
        match target {
            Target::Rule { old: of_old, new: of_new } => {
                let (old, new) = ((old, *of_old), (new, *of_new));
                let (truer, other) = if is_new_truer { (new, old) } else { (old, new) };
                solver.wish_for_rule(truer, other);
            }
            Target::Decision => {
                let (truer, other) = if is_new_truer { (new, old) } else { (old, new) };
                solver.wish_for_decision(truer, other);
            }
        }
        draft.json()
    }

    /// How the versions differ about the first of several records.
    fn difference(
        &self,
        target: &Target<'_>,
        records: &[Value],
    ) -> Option<((Judgement, Judgement), Difference)> {
        let judgements = (self.old.judge(records)?, self.new.judge(records)?);
        let (old, new) = self.seen(&judgements);
        let difference = Difference::of(target, old, new)?;
        Some((judgements, difference))
    }

    fn seen<'s>(&'s self, (old, new): &'s (Judgement, Judgement)) -> (Seen<'s>, Seen<'s>) {
        let seen = |trial: &Trial<'e>, judgement| Seen { engine: trial.engine, judgement };
        (seen(&self.old, old), seen(&self.new, new))
    }

    fn witness(&self, target: &Target<'_>, records: Vec<Value>) -> Option<Witness> {
        let (judgements, difference) = self.difference(target, &records)?;
        let (old, new) = self.seen(&judgements);
        let (of_old, of_new): (&[RuleId], &[RuleId]) = match target {
            Target::Rule { old, new } => (old, new),
            Target::Decision => (&[], &[]),
        };
        let mut records = records.into_iter();
        Some(Witness {
            as_of: self.old.engine.program().as_of().to_string(),
            record: records.next()?,
            others: records.collect(),
            old: old.verdict(of_old, &difference.old),
            new: new.verdict(of_new, &difference.new),
        })
    }

    fn keys(&self) -> Vec<String> {
        let sides = [Side::new(self.old.engine), Side::new(self.new.engine)];
        let keys = sides.iter().filter_map(|side| {
            let subject = side.policy.schema.record(side.policy.subject);
            Some(subject.at(subject.key?)?.name.clone())
        });
        keys.collect()
    }

    fn hints(&self, target: &Target<'_>) -> Hints {
        let (old, new) = (Side::new(self.old.engine), Side::new(self.new.engine));
        let (of_old, of_new) = match target {
            Target::Rule { old: of_old, new: of_new } => {
                (read_by(&old, of_old), read_by(&new, of_new))
            }
            Target::Decision => {
                (old.policy.conditions().collect(), new.policy.conditions().collect())
            }
        };
        Hints::new((&old, &of_old), (&new, &of_new))
    }
}

/// The way that is wanted, as far as both versions have what it needs.
fn possible(target: &Target<'_>, wanted: Wanted) -> Option<Wanted> {
    let Target::Rule { old, new } = target else { return Some(wanted) };
    match wanted {
        Wanted::NewTruer => (!new.is_empty()).then_some(wanted),
        Wanted::OldTruer => (!old.is_empty()).then_some(wanted),
        Wanted::Any if new.is_empty() && old.is_empty() => None,
        Wanted::Any if new.is_empty() => Some(Wanted::OldTruer),
        Wanted::Any if old.is_empty() => Some(Wanted::NewTruer),
        Wanted::Any => Some(wanted),
    }
}

fn is_wanted(difference: &Difference, wanted: Wanted) -> bool {
    match wanted {
        Wanted::NewTruer => difference.is_new_truer,
        Wanted::OldTruer => !difference.is_new_truer,
        Wanted::Any => true,
    }
}

/// The conditions that rules rest on: their own, those of their exceptions, those of rules they ask about.
fn read_by<'e>(side: &Side<'e>, rules: &[RuleId]) -> Vec<&'e Condition> {
    let mut ids = rules.to_vec();
    let mut found: Vec<&'e Condition> = Vec::new();
    let mut next = 0;
    while let Some(id) = ids.get(next).copied() {
        next += 1;
        let Some(rule) = side.rule(id) else { continue };
        let exceptions = side.exceptions(id).filter_map(|exception| exception.when.as_ref());
        for condition in rule.conditions().chain(exceptions) {
            found.push(condition);
            side.policy.walk(condition, &mut |part| {
                if let Part::Condition(Condition { kind: ConditionKind::Rule { rule, .. }, .. }) =
                    part
                    && !ids.contains(rule)
                {
                    ids.push(*rule);
                }
            });
        }
    }
    found
}

/// Different targets begin differently, so that one that is hard to reach is not so for all.
fn seed_of(seed: u64, target: &Target<'_>) -> u64 {
    let mix = |sum: u64, number: usize| {
        sum.wrapping_mul(0x0100_0000_01b3) ^ u64::try_from(number).unwrap_or(u64::MAX)
    };
    match target {
        Target::Decision => mix(seed, usize::MAX),
        Target::Rule { old, new } => {
            let places = old.iter().chain(*new).map(|id| id.index() + 1);
            places.fold(seed, mix)
        }
    }
}
