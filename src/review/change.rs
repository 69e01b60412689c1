//! What changed between two versions of a policy, by clause.

use serde::Serialize;

use super::compare::{Role, Truer};
use super::direction::Direction;
use super::witness::Witness;
use crate::hir::RuleId;
use crate::value::Date;

/// A clause: a kind of declaration and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ClauseId {
    /// The word that begins it: `flag`, `param`, `decision`.
    pub kind: &'static str,
    /// Its name; absent where there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What became of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It has another name and says the same.
    Renamed,
    /// Another clause, or several, took its place.
    Replaced,
    /// It stands elsewhere and says the same.
    Moved,
}

/// How much a change matters to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// What people are judged by.
    Meaning,
    /// What rules rest on, who answers for them: citations, gaps, documents, dates of review.
    Grounds,
    /// Titles, texts for people, notes, places.
    Wording,
}

/// One changed clause.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// Which clause; of a renamed one its new name.
    pub clause: ClauseId,
    /// The names that it had, if others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<String>,
    /// Further clauses that took the place of the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<String>,
    /// What it is called in reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What became of it.
    pub what: What,
    /// How much it matters.
    pub weight: Weight,
    /// What it does to those whom it touches; absent where it cannot touch anybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// What changed in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// Clauses through which it touches people: rules that use a parameter, a list or a definition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<Through>,
    /// What it rests on now, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<String>,
    /// Its old text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_text: Option<String>,
    /// Its new text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_text: Option<String>,
}

/// A rule through which a changed value touches people.
#[derive(Clone, Debug, Serialize)]
pub struct Through {
    /// Which rule.
    pub clause: ClauseId,
    /// What the change alone does to it.
    pub direction: Direction,
}

/// One changed part of a clause.
#[derive(Clone, Debug, Serialize)]
pub struct Detail {
    /// Which part, as written: `when`, `weight`, `cites`.
    pub part: String,
    /// What it was, in words or as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// How much it matters.
    pub weight: Weight,
    /// What it does to those whom it touches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Clauses elsewhere that changed it, while its own text stayed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<ClauseId>,
    /// What a reader has to know to rely on the direction.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub provided: Vec<String>,
    /// Records that the two versions judge differently; one each way where it is neither.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<Witness>,
    /// What a witness has to show; absent where none is looked for.
    #[serde(skip)]
    pub(super) seek: Option<Seek>,
}

/// What a witness has to show.
#[derive(Clone, Debug)]
pub(super) struct Seek {
    pub(super) judged: Judged,
    /// How the truth of the condition changed.
    pub(super) truer: Truer,
    /// What the condition does where it holds.
    pub(super) role: Role,
    /// Days for which it is looked for.
    pub(super) days: Vec<Date>,
}

/// What is judged differently.
#[derive(Clone, Debug)]
pub(super) enum Judged {
    /// Rules of the old and of the new version.
    Rules { old: Vec<RuleId>, new: Vec<RuleId> },
    /// What all rules come to.
    Decision,
}
