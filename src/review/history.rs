//! The history of a policy: its versions, what changed in each, who approved it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::change::{Change, Weight, What};
use super::compare::Version;
use super::comparison::{Comparison, StepSummary};
use super::direction::Direction;
use super::published::Lock;
use crate::decision::ApprovalEntry;
use crate::digest::Digest;
use crate::loader::{Loaded, Policy};
use crate::syntax::NotFormatted;

/// The name of the form.
const FORMAT: &str = "duecare.log/1";

/// The history of a policy.
#[derive(Clone, Debug, Serialize)]
pub struct History {
    /// `duecare.log/1`.
    pub format: &'static str,
    /// The name of the policy.
    pub name: String,
    /// Its versions, the newest first.
    pub versions: Vec<Entry>,
}

/// One version in the history of a policy.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Its number.
    pub version: String,
    /// What it is called in reports.
    pub title: String,
    /// `draft`, `stable` or `retired`.
    pub status: &'static str,
    /// The first day on which it is in force.
    pub effective_from: String,
    /// The first day on which it no longer is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_until: Option<String>,
    /// The day on which it was published, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// Digest of its text and all that it uses.
    pub digest: Digest,
    /// What changed against the version before it; absent of the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeLine>,
    /// Who approved it as it stands.
    pub approvals: Vec<ApprovalEntry>,
    /// Whether all have approved it who have to.
    pub approved: bool,
    /// What it lacks to be approved, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
}

/// What changed, in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeLine {
    /// The version before it.
    pub from: String,
    /// Which part of the number was raised, and which had to be.
    pub step: StepSummary,
    /// What changed.
    pub line: String,
}

impl History {
    /// The history of the one policy that was loaded, with the locks above it.
    ///
    /// # Errors
    /// If a file of a version cannot be laid out.
    pub fn of<'l>(
        loaded: &Loaded,
        locks: impl IntoIterator<Item = &'l Lock> + Clone,
    ) -> Result<Self, NotFormatted> {
        let mut policies: Vec<&Policy> = loaded.policies.iter().collect();
        policies.sort_by(|left, right| number(left).cmp(number(right)));
        let mut versions = Vec::new();
        let mut before: Option<&Policy> = None;
        for policy in &policies {
            let change = match before {
                Some(old) => Some(ChangeLine::between(loaded, old, policy)?),
                None => None,
            };
            versions.push(Entry::of(policy, change, locks.clone()));
            before = Some(policy);
        }
        versions.reverse();
        let name = policies.first().map(|policy| policy.checked.identity.name.clone());
        Ok(Self { format: FORMAT, name: name.unwrap_or_default(), versions })
    }
}

fn number(policy: &Policy) -> &semver::Version {
    &policy.checked.identity.version
}

impl Entry {
    fn of<'l>(
        policy: &Policy,
        change: Option<ChangeLine>,
        locks: impl IntoIterator<Item = &'l Lock>,
    ) -> Self {
        let identity = &policy.checked.identity;
        let published = locks
            .into_iter()
            .find_map(|lock| lock.version(&identity.name, &identity.version))
            .map(|version| version.published.to_string());
        Self {
            version: identity.version.to_string(),
            title: identity.title.clone(),
            status: identity.status.word(),
            effective_from: identity.effective.from.to_string(),
            effective_until: identity.effective.until.map(|until| until.to_string()),
            published,
            digest: policy.digest,
            change,
            approvals: policy.approvals.entries.clone(),
            approved: policy.approvals.are_complete(),
            lacks: policy.approvals.lacks.clone().unwrap_or_default(),
        }
    }
}

impl ChangeLine {
    fn between(loaded: &Loaded, old: &Policy, new: &Policy) -> Result<Self, NotFormatted> {
        let version = |policy| Version { policy, sources: &loaded.sources };
        let comparison = Comparison::of(version(old), version(new))?;
        Ok(Self {
            from: old.checked.identity.version.to_string(),
            line: comparison.line(),
            step: comparison.step,
        })
    }
}

impl Comparison {
    /// What changed, in a line: rules that came and went, and what other changes do.
    #[must_use]
    pub fn line(&self) -> String {
        let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
        let mut directions: BTreeMap<Direction, usize> = BTreeMap::new();
        let (mut grounds, mut wording) = (0, 0);
        for change in self.changes.iter().filter(|change| !is_of_days(change)) {
            let is_rule = matches!(change.clause.kind, "flag" | "prohibition" | "control");
            let came = match change.what {
                What::Added => Some("added"),
                What::Removed => Some("removed"),
                What::Renamed => Some("renamed"),
                What::Replaced => Some("replaced"),
                What::Changed | What::Moved => None,
            };
            match (came.filter(|_| is_rule), change.direction, change.weight) {
                (Some(came), _, _) => *rules.entry(came).or_default() += 1,
                (None, Some(direction), _) => *directions.entry(direction).or_default() += 1,
                (None, None, Weight::Wording) => wording += 1,
                (None, None, Weight::Meaning | Weight::Grounds) => grounds += 1,
            }
        }
        let mut parts: Vec<String> = rules
            .iter()
            .enumerate()
            .map(|(place, (came, count))| {
                let noun = match (place, *count) {
                    (0, 1) => " rule",
                    (0, _) => " rules",
                    (_, _) => "",
                };
                format!("{count}{noun} {came}")
            })
            .collect();
        for direction in Direction::ALL {
            if let Some(count) = directions.get(&direction) {
                parts.push(format!("{count} {}", in_words(direction)));
            }
        }
        if grounds > 0 {
            parts.push(format!("{grounds} in what rules rest on"));
        }
        if wording > 0 {
            parts.push(format!("{wording} in wording"));
        }
        if !parts.is_empty() {
            return parts.join(", ");
        }
        if self.summary.same_text { "nothing" } else { "layout and comments alone" }.to_owned()
    }
}

/// A change of nothing but days and status, which every new version has, and which are told beside.
fn is_of_days(change: &Change) -> bool {
    change.clause.kind == "policy"
        && change
            .details
            .iter()
            .all(|detail| matches!(detail.part.as_str(), "effective" | "status"))
}

fn in_words(direction: Direction) -> &'static str {
    match direction {
        Direction::Stricter | Direction::Looser => direction.word(),
        Direction::Equal => "the same in other words",
        Direction::Neither => "both ways",
        Direction::NotDetermined => "not determined",
    }
}
