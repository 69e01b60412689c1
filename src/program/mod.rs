//! A checked policy as the evaluator runs it: names are places, parameters are the values of one day,
//! definitions are written out.

mod compile;
mod condition;
mod entries_needed;
mod operand;
mod peers;
mod place;
mod reads;
mod set;

pub use compile::CannotCompile;
pub use peers::PeersId;
pub use place::{Joint, Node, NodeId};

pub(crate) use condition::{Compared, Condition, ConditionKind, InAny, InTheLast};
pub(crate) use operand::{Longest, Operand, OperandKind};
pub(crate) use peers::{PeersOf, PeersProgram};
pub(crate) use place::{Field, Hops, Members, Steps};
pub(crate) use set::ValueSet;

use rust_decimal::Decimal;

use crate::hir::{Answer, LevelId, Outcome, RuleId, RuleKind, Severity};
use crate::types::{FieldSlot, RecordId, Schema};
use crate::value::{Currency, Instant, Period};

/// What the evaluator runs. Only a checked policy leads to one.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) as_of: Instant,
    pub(crate) schema: Schema,
    pub(crate) subject: RecordId,
    /// Prohibitions and flags, each after those it asks about.
    pub(crate) indicators: Vec<RuleId>,
    pub(crate) rules: Vec<RuleProgram>,
    pub(crate) exceptions: Vec<ExceptionProgram>,
    /// From the lowest; each with its condition if it has one.
    pub(crate) levels: Vec<Option<Condition>>,
    pub(crate) unsettled: LevelId,
    pub(crate) must_have: Vec<MustHave>,
    pub(crate) caps: Vec<CapProgram>,
    /// The flags without a cap.
    pub(crate) uncapped: Vec<RuleId>,
    /// Whether any condition asks what is known.
    pub(crate) asks_known: bool,
    pub(crate) not_collected: Vec<Vec<FieldSlot>>,
    pub(crate) rates: Option<RateTable>,
    /// What subjects are compared by.
    pub(crate) peers: Vec<PeersProgram>,
    /// What each node of a condition was written as.
    pub(crate) nodes: Vec<Node>,
    /// Names given with `as`.
    pub(crate) names: Vec<String>,
}

impl Program {
    /// The time for which it was made.
    #[must_use]
    pub fn as_of(&self) -> Instant {
        self.as_of
    }

    /// What a node was written as.
    #[must_use]
    pub fn node(&self, node: NodeId) -> Option<Node> {
        self.nodes.get(node.index()).copied()
    }

    /// A name given with `as`, by its place.
    #[must_use]
    pub fn name(&self, place: usize) -> Option<&str> {
        self.names.get(place).map(String::as_str)
    }

    /// The flags, in the order of the policy.
    pub(crate) fn flags(&self) -> impl Iterator<Item = (RuleId, &FlagProgram)> {
        self.rules.iter().enumerate().filter_map(|(place, rule)| match &rule.body {
            RuleBody::Flag(flag) => Some((RuleId(place), flag)),
            RuleBody::Prohibition { .. } | RuleBody::Control(_) => None,
        })
    }

    /// The controls, in the order of the policy.
    pub(crate) fn controls(&self) -> impl Iterator<Item = (RuleId, &ControlProgram)> {
        self.rules.iter().enumerate().filter_map(|(place, rule)| match &rule.body {
            RuleBody::Control(control) => Some((RuleId(place), &**control)),
            RuleBody::Prohibition { .. } | RuleBody::Flag(_) => None,
        })
    }

    /// Whether subjects are compared with each other, so that the whole roster must be read before any
    /// one is decided.
    #[must_use]
    pub fn compares_subjects(&self) -> bool {
        !self.peers.is_empty()
    }

    /// The shapes of the data it reads.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The record it judges.
    #[must_use]
    pub fn subject(&self) -> RecordId {
        self.subject
    }
}

/// A rule as the evaluator runs it.
#[derive(Clone, Debug)]
pub(crate) struct RuleProgram {
    pub(crate) applies_when: Option<Condition>,
    /// Which of the program's exceptions relieve from it.
    pub(crate) exceptions: Vec<usize>,
    /// Whether it can be unknown with every fact known: amounts may be in currencies without a rate,
    /// results may be too large, and facts about other subjects may be missing.
    pub(crate) may_stay_unknown: bool,
    /// How the subject is compared with others.
    pub(crate) comparisons: Vec<PeersId>,
    pub(crate) body: RuleBody,
}

#[derive(Clone, Debug)]
pub(crate) enum RuleBody {
    Prohibition { when: Condition },
    Flag(FlagProgram),
    Control(Box<ControlProgram>),
}

impl RuleProgram {
    pub(crate) fn kind(&self) -> RuleKind {
        match self.body {
            RuleBody::Prohibition { .. } => RuleKind::Prohibition,
            RuleBody::Flag(_) => RuleKind::Flag,
            RuleBody::Control(_) => RuleKind::Control,
        }
    }

    /// When a prohibition or flag is hit.
    pub(crate) fn when(&self) -> Option<&Condition> {
        match &self.body {
            RuleBody::Prohibition { when } => Some(when),
            RuleBody::Flag(flag) => Some(&flag.when),
            RuleBody::Control(_) => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct FlagProgram {
    pub(crate) when: Condition,
    pub(crate) severity: Severity,
    pub(crate) weight: u32,
    pub(crate) raised: Vec<RaisedProgram>,
}

#[derive(Clone, Debug)]
pub(crate) struct RaisedProgram {
    pub(crate) severity: Severity,
    pub(crate) weight: u32,
    pub(crate) when: Condition,
}

#[derive(Clone, Debug)]
pub(crate) struct ControlProgram {
    pub(crate) met_when: Condition,
    pub(crate) failed_when: Option<Condition>,
    pub(crate) dated: Option<Operand>,
    pub(crate) lasts: Vec<LastsProgram>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) required_when: Option<Condition>,
}

#[derive(Clone, Debug)]
pub(crate) struct LastsProgram {
    pub(crate) period: Period,
    pub(crate) when: Option<Condition>,
}

#[derive(Clone, Debug)]
pub(crate) struct ExceptionProgram {
    /// Its place in the policy.
    pub(crate) place: usize,
    pub(crate) when: Option<Condition>,
}

#[derive(Clone, Debug)]
pub(crate) struct CapProgram {
    pub(crate) limit: u32,
    pub(crate) flags: Vec<RuleId>,
}

/// A fact without which nobody is clear.
#[derive(Clone, Debug)]
pub(crate) struct MustHave {
    pub(crate) steps: Vec<FieldSlot>,
    pub(crate) shown: String,
}

/// What one unit of each currency is worth on the day.
#[derive(Clone, Debug)]
pub(crate) struct RateTable {
    pub(crate) to: Currency,
    pub(crate) rates: Vec<(Currency, Decimal)>,
}

impl RateTable {
    /// What one unit of a currency is worth; `None` without a rate.
    pub(crate) fn rate(&self, currency: Currency) -> Option<Decimal> {
        if currency == self.to {
            return Some(Decimal::ONE);
        }
        self.rates.iter().find(|(of, _)| *of == currency).map(|(_, rate)| *rate)
    }
}

/// A rule and the outcome that is asked of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AskedOutcome {
    pub(crate) rule: RuleId,
    pub(crate) outcome: Outcome,
}
