//! Records that two versions of a policy judge differently.
//!
//! They are made along the boundaries of the conditions of both versions, judged by the evaluator that judges
//! rosters, and shrunk to what the difference hangs on. That none was found proves nothing.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what the search cannot make it leaves out, and the evaluator has the last word"
)]

mod aggregate;
mod compare;
mod dice;
mod draft;
mod elements;
mod fill;
mod hints;
mod inconsistent;
mod likeness;
mod lists;
mod longest;
mod operand;
mod outcome;
mod peers;
mod score;
mod search;
mod shrink;
mod side;
mod solver;
mod standing;
mod trial;
mod values;
mod window;
mod wish;

use serde::Serialize;
use serde_json::Value;

pub use search::{DifferentTimes, Search};

use crate::hir::RuleId;

/// A record that two versions judge differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// For which time it was judged.
    pub as_of: String,
    /// The record: only what the difference hangs on, and the key.
    pub record: Value,
    /// Others in the roster, where subjects are compared with each other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Value>,
    /// What the old version makes of it.
    pub old: Verdict,
    /// What the new version makes of it.
    pub new: Verdict,
}

/// What a version makes of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What the rule came to; absent where the version has no such rule, or the difference is in the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    /// The severity of a flag that is hit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<&'static str>,
    /// The weight of a flag that is hit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// Whether a control must be done; absent where it is no control, or nobody can tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// The decision.
    pub decision: String,
    /// The score, lowest and highest.
    pub score: [u32; 2],
}

/// What has to differ.
#[derive(Clone, Copy, Debug)]
pub enum Target<'t> {
    /// What a rule comes to.
    Rule {
        /// The rule in the old version; none where it has no such rule.
        old: &'t [RuleId],
        /// The rule in the new version; several where it was split, of which the truest counts.
        new: &'t [RuleId],
    },
    /// The level of the decision.
    Decision,
}

/// Which way it has to differ.
///
/// Of prohibitions and flags, a hit is truer than anything else, and a hit of a higher severity or weight truer than
/// one of a lower. Of controls, `met` is truer than `failed`, that than `expired`, `unmet`, and `not_required` or
/// `waived`; of two equal ones, one that must be done is truer. Of decisions, a higher level is truer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// It is truer in the new version.
    NewTruer,
    /// It is truer in the old version.
    OldTruer,
    /// Either.
    Any,
}

/// The key of a record that is made up.
fn subject_id<'e>(number: usize) -> draft::Node<'e> {
    draft::Node::Value(crate::value::Value::Text(format!("C-{}", number + 1).into()))
}
