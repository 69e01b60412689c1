use std::fmt;

use serde::Serialize;

/// What replaying a decision came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict")]
pub enum Verdict {
    /// To the same bytes.
    #[serde(rename = "IDENTICAL")]
    Identical,
    /// To something else.
    #[serde(rename = "DIFFERENT")]
    Different {
        /// What differs first.
        what: String,
    },
    /// It could not be replayed.
    #[serde(rename = "NOT REPLAYABLE")]
    NotReplayable {
        /// Which input is missing.
        why: String,
    },
}

/// One decision, replayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// Its leaf.
    pub leaf: u64,
    /// Its place in its run.
    pub ordinal: u64,
    /// The subject, where the vault or the roster tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What it came to.
    #[serde(flatten)]
    pub verdict: Verdict,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identical => f.write_str("IDENTICAL"),
            Self::Different { what } => write!(f, "DIFFERENT: {what}"),
            Self::NotReplayable { why } => write!(f, "NOT REPLAYABLE: {why}"),
        }
    }
}
