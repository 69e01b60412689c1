use std::collections::BTreeMap;

use serde::Serialize;

use super::change::{Change, Detail, Weight, What};
use super::compare::{Follows, Version, changes};
use super::direction::Direction;
use super::step::Step;
use crate::digest::Digest;
use crate::hir::PolicyIdentity;
use crate::syntax::NotFormatted;

/// The name of the form.
pub const FORMAT: &str = "duecare.diff/1";

/// What changed between two versions of a policy, for somebody who has to approve it.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// `duecare.diff/1`.
    pub format: &'static str,
    /// The one version.
    pub old: VersionSummary,
    /// The other.
    pub new: VersionSummary,
    /// How much changed.
    pub summary: Summary,
    /// What the number of the new version has to be.
    pub step: StepSummary,
    /// What changed, what matters most first.
    pub changes: Vec<Change>,
    #[serde(skip)]
    follows: Follows,
}

/// Which version.
#[derive(Clone, Debug, Serialize)]
pub struct VersionSummary {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is called in reports.
    pub title: String,
    /// `draft`, `stable` or `retired`.
    pub status: &'static str,
    /// The first day on which it is in force.
    pub effective_from: String,
    /// The first day on which it is no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_until: Option<String>,
    /// Whether this very text is published; absent where that was not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<bool>,
    /// Digest of its text and all that it uses.
    pub digest: Digest,
}

/// How much changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Changes by what they do to those whom they touch.
    pub directions: BTreeMap<Direction, usize>,
    /// Changes of what rules rest on.
    pub grounds: usize,
    /// Changes of words alone.
    pub wording: usize,
    /// Of all changes together: where it is stricter nobody gets a lower decision, where it is looser nobody a
    /// higher one, where it is equal nobody another.
    pub direction: Option<Direction>,
    /// Whether the texts are the same, byte by byte.
    pub same_text: bool,
}

/// The step between two versions and the one that is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepSummary {
    /// What the changes ask for.
    pub needed: Step,
    /// What the versions are apart; absent where the new one is not later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<Step>,
    /// The least version that would do, where the new one does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_instead: Option<String>,
}

impl Comparison {
    /// Compares two versions by reasoning alone; witnesses are looked for by `Comparison::witnessed`.
    ///
    /// # Errors
    /// If a file of a version cannot be laid out, so that nobody could say that nothing else changed.
    pub fn of(old: Version<'_>, new: Version<'_>) -> Result<Self, NotFormatted> {
        let (changes, follows) = changes(old, new)?;
        let mut comparison = Self {
            format: FORMAT,
            old: VersionSummary::of(old),
            new: VersionSummary::of(new),
            summary: Summary { same_text: old.has_same_texts(new), ..Summary::default() },
            step: StepSummary { needed: Step::Patch, taken: None, use_instead: None },
            changes,
            follows,
        };
        comparison.settle();
        comparison.step = StepSummary::of(
            &comparison.changes,
            &old.policy.checked.identity,
            &new.policy.checked.identity,
        );
        Ok(comparison)
    }

    /// Makes directions of clauses of those of their parts, puts what matters first and counts.
    pub(super) fn settle(&mut self) {
        for change in &mut self.changes {
            if matches!(change.what, What::Changed | What::Replaced) {
                change.direction = change.direction_of_parts();
            }
        }
        self.changes.sort_by_key(|change| {
            let direction = change
                .direction
                .map(|direction| Direction::ALL.iter().position(|other| *other == direction));
            (change.weight, direction.is_none(), direction)
        });
        self.summary = Summary::of(&self.changes, self.summary.same_text);
        self.summary.direction =
            self.summary.direction.map(|direction| self.follows.direction(direction));
    }

    /// The comparison as JSON, indented, with a line break at its end: these very bytes are what somebody read who
    /// approves a change.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "it does not")]
    pub fn to_json(&self) -> String {
        #[expect(clippy::expect_used, reason = "it has no keys but texts, and writes into memory")]
        let text = serde_json::to_string_pretty(self).expect("JSON of a comparison");
        text + "\n"
    }

    /// The digest that somebody signs who read the difference: of its JSON, which says nothing of what is
    /// published, as that may change later.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut read = self.clone();
        (read.old.published, read.new.published) = (None, None);
        Digest::of(read.to_json().as_bytes())
    }

    /// Whether nothing changed but comments and layout.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

impl Change {
    fn direction_of_parts(&self) -> Option<Direction> {
        let of_parts = self.details.iter().filter_map(|detail: &Detail| detail.direction);
        let through = self.through.iter().map(|through| through.direction);
        of_parts.chain(through).reduce(Direction::with)
    }
}

impl VersionSummary {
    fn of(version: Version<'_>) -> Self {
        let identity = &version.policy.checked.identity;
        Self {
            name: identity.name.clone(),
            version: identity.version.to_string(),
            title: identity.title.clone(),
            status: identity.status.word(),
            effective_from: identity.effective.from.to_string(),
            effective_until: identity.effective.until.map(|until| until.to_string()),
            published: None,
            digest: version.policy.digest,
        }
    }
}

impl Summary {
    fn of(changes: &[Change], same_text: bool) -> Self {
        let mut summary = Self { same_text, ..Self::default() };
        for change in changes {
            match (change.weight, change.direction) {
                (_, Some(direction)) => {
                    *summary.directions.entry(direction).or_default() += 1;
                }
                (Weight::Wording, None) => summary.wording += 1,
                (Weight::Meaning | Weight::Grounds, None) => summary.grounds += 1,
            }
        }
        // A changed value is told again at the rules that use it.
        summary.direction =
            changes.iter().filter_map(|change| change.direction).reduce(Direction::with);
        summary
    }
}

impl StepSummary {
    /// The step between two versions.
    #[must_use]
    pub fn of(changes: &[Change], old: &PolicyIdentity, new: &PolicyIdentity) -> Self {
        let needed = Step::needed(changes);
        let taken = Step::between(&old.version, &new.version);
        let is_enough = changes.is_empty() || taken.is_some_and(|taken| taken >= needed);
        let least = needed.after(&old.version).to_string();
        Self { needed, taken, use_instead: (!is_enough).then_some(least) }
    }
}
