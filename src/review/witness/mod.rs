//! Records that two versions of a policy judge differently.

use serde::Serialize;
use serde_json::Value;

/// A record that two versions judge differently.
#[derive(Clone, Debug, Serialize)]
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
    /// The decision.
    pub decision: String,
    /// The score, lowest and highest.
    pub score: [u32; 2],
}
