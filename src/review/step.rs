use semver::Version;
use serde::{Serialize, Serializer};

use super::{Change, Direction, Weight, What};

/// Which part of a version number a change has to raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// No outcome can change.
    Patch,
    /// Rules were added, or thresholds moved.
    Minor,
    /// Rules were removed, or levels or kinds changed: who reads decisions by their names has to follow.
    Major,
}

impl Step {
    /// As people write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// The step from one version to a later one.
    #[must_use]
    pub fn between(old: &Version, new: &Version) -> Option<Self> {
        if new.cmp_precedence(old).is_le() {
            return None;
        }
        Some(if new.major != old.major {
            Self::Major
        } else if new.minor != old.minor {
            Self::Minor
        } else {
            Self::Patch
        })
    }

    /// The least version that a change may have, after another one.
    #[must_use]
    pub fn after(self, old: &Version) -> Version {
        match self {
            Self::Patch => Version::new(old.major, old.minor, old.patch + 1),
            Self::Minor => Version::new(old.major, old.minor + 1, 0),
            Self::Major => Version::new(old.major + 1, 0, 0),
        }
    }

    /// What changes ask for.
    #[must_use]
    pub fn needed(changes: &[Change]) -> Self {
        changes.iter().map(Self::needed_for).max().unwrap_or(Self::Patch)
    }

    /// What one change asks for.
    #[must_use]
    pub fn needed_for(change: &Change) -> Self {
        let is_rule = matches!(change.clause.kind, "flag" | "prohibition" | "control");
        let is_level =
            |part: &str| change.clause.kind == "decision" && matches!(part, "levels" | "unsettled");
        let is_gone = matches!(change.what, What::Removed | What::Renamed | What::Replaced);
        if (is_rule && is_gone) || change.details.iter().any(|detail| is_level(&detail.part)) {
            Self::Major
        } else if change.weight == Weight::Meaning && change.direction != Some(Direction::Equal) {
            Self::Minor
        } else {
            Self::Patch
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}
