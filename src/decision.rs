//! The decision record: what is written about one subject under one policy.
//!
//! The form is `duecare.decision/1`: keys in the order of the fields here, absent ones left out, numbers
//! exact. It is a function of policy, lists, record and as-of time; nothing of the run is in it.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::digest::Digest;
use crate::peers::SharedKey;
use crate::value::Shown;

/// The name of the form.
pub const FORMAT: &str = "duecare.decision/1";

/// What a policy comes to for one subject.
#[derive(Clone, Debug, Serialize)]
pub struct Decision<'p> {
    /// `duecare.decision/1`.
    pub format: &'static str,
    /// The key of the subject.
    pub subject: String,
    /// The level.
    pub decision: &'p str,
    /// Whether no missing fact can change it.
    pub settled: bool,
    /// What it could be once nothing is missing; left out when settled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub could_be: Vec<&'p str>,
    /// What the flags add up to.
    pub score: Range,
    /// Every rule, in the order of the policy.
    pub rules: Vec<RuleEntry<'p>>,
    /// What would settle which rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<NeedEntry<'p>>,
    /// Controls to do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionEntry<'p>>,
    /// Which policy.
    pub policy: PolicyEntry<'p>,
    /// The time for which it was decided.
    pub as_of: String,
    /// Digest of the record.
    pub record_digest: Digest,
    /// The lists that the policy has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListEntry<'p>>,
    /// Fields that nobody filled and that were taken as none by the word of the roster's manifest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumed_none: Vec<String>,
}

/// From the lowest to the highest possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Range {
    /// In the best case.
    pub low: u32,
    /// In the worst case.
    pub high: u32,
}

/// A number: one number, or the range in which it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Points(pub Range);

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.low == self.0.high {
            return serializer.serialize_u32(self.0.low);
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("low", &self.0.low)?;
        map.serialize_entry("high", &self.0.high)?;
        map.end()
    }
}

/// What one rule came to.
#[derive(Clone, Debug, Serialize)]
pub struct RuleEntry<'p> {
    /// Its id.
    pub id: &'p str,
    /// `prohibition`, `flag` or `control`.
    pub kind: &'static str,
    /// The outcome.
    pub outcome: &'static str,
    /// What it would have been without the exception.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would_be: Option<&'static str>,
    /// An exception that relieves, or may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<ExceptionEntry<'p>>,
    /// How much a flag says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<&'static str>,
    /// What a flag weighs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// What a hit adds to the score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted: Option<Points>,
    /// What a hit says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// With whom the subject was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peers: Option<PeersEntry>,
    /// The same for each further comparison of the rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more_peers: Vec<PeersEntry>,
    /// What a hit rests on: at most twenty facts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceEntry>,
    /// How many more facts there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_evidence: Option<usize>,
    /// Digest of all that a hit rests on, which a disposition names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_digest: Option<Digest>,
    /// Controls that answer a hit, or may.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answered_by: Vec<&'p str>,
    /// What would settle it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// The day on which a control was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Whether a control must be done; left out where that is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// Which items of which sources it comes from.
    pub cites: Vec<CiteEntry<'p>>,
}

/// An exception that relieves from a rule, or may.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ExceptionEntry<'p> {
    /// Its id.
    pub id: &'p str,
    /// `yes`, or `unknown` for one that excepts nobody yet.
    pub relieves: &'static str,
}

/// A fact that a hit rests on.
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceEntry {
    /// Where, as `logins[3].ip`.
    pub path: String,
    /// What is there.
    pub value: Shown,
}

/// With whom a subject shares something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PeersEntry {
    /// How many others do; left out where the roster was not collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<Points>,
    /// The first twenty of those who certainly do, by their keys.
    pub ids: Vec<String>,
    /// The first twenty groups, as the summary of the run names them.
    pub groups: Vec<SharedKey>,
    /// Subjects that could be compared: the rest have no known value of this kind.
    pub known_keys: usize,
    /// Subjects of the roster.
    pub of: usize,
}

/// A citation.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CiteEntry<'p> {
    /// Which source.
    pub source: &'p str,
    /// Which item.
    pub item: &'p str,
    /// `fully` or `partly`.
    pub covers: &'static str,
}

/// A fact that would settle rules.
#[derive(Clone, Debug, Serialize)]
pub struct NeedEntry<'p> {
    /// Which field.
    pub path: String,
    /// Why it does not settle them although it is known: `currency`, `range` or `stale`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cannot: Option<&'static str>,
    /// Which rules.
    pub settles: Vec<&'p str>,
}

/// A control to do.
#[derive(Clone, Debug, Serialize)]
pub struct ActionEntry<'p> {
    /// Which control.
    pub control: &'p str,
    /// The rules that are hit and call for it.
    pub because: Vec<&'p str>,
}

/// Which policy.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyEntry<'p> {
    /// Its name.
    pub name: &'p str,
    /// Its version.
    pub version: String,
    /// Digest of its text and all that it uses.
    pub digest: Digest,
    /// Who approved it as it stands.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub approvals: &'p [ApprovalEntry],
}

/// An approval of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApprovalEntry {
    /// Who approved.
    pub by: String,
    /// In which role.
    pub role: String,
    /// The id of the key.
    pub key: String,
    /// When, by the clock of who approved.
    pub at: String,
    /// Digest of the signed statement, as its file holds it.
    pub digest: Digest,
}

/// A list of values.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ListEntry<'p> {
    /// Its name.
    pub name: &'p str,
    /// Digest of its values.
    pub digest: Digest,
}

/// One short line about a subject.
#[derive(Clone, Debug, Serialize)]
pub struct Brief<'p> {
    /// The key of the subject.
    pub subject: String,
    /// The level.
    pub decision: &'p str,
    /// Whether no missing fact can change it.
    pub settled: bool,
    /// What the flags add up to.
    pub score: Range,
    /// Prohibitions and flags that are hit.
    pub hits: Vec<&'p str>,
    /// Rules that are unknown.
    pub unknown: Vec<&'p str>,
    /// The policy, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<&'p str>,
}
