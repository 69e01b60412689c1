//! The clauses of a version as they are written.

use std::collections::BTreeMap;

use crate::loader::Policy;
use crate::review::{ClauseId, Version};
use crate::source::Sources;
use crate::syntax::{Declared, declared};

/// The words that begin a clause.
const KINDS: [&str; 16] = [
    "policy",
    "use",
    "record",
    "enum",
    "source",
    "param",
    "list",
    "rates",
    "define",
    "flag",
    "prohibition",
    "control",
    "exception",
    "gap",
    "not collected",
    "decision",
];

impl ClauseId {
    /// A clause by its word and its name.
    #[must_use]
    pub fn new(kind: &'static str, name: &str) -> Self {
        Self { kind, name: Some(name.to_owned()) }
    }

    /// A clause of which there is one.
    #[must_use]
    pub const fn only(kind: &'static str) -> Self {
        Self { kind, name: None }
    }

    fn of(declared: &Declared) -> Option<Self> {
        let name = &declared.name;
        let kind = KINDS.into_iter().find(|kind| {
            name.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })?;
        let rest = name.strip_prefix(kind)?.trim();
        Some(if rest.is_empty() { Self::only(kind) } else { Self::new(kind, rest) })
    }
}

/// A clause as it is written.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub(super) id: ClauseId,
    /// Without comments and layout.
    pub(super) line: String,
    /// As it stands in its file.
    pub(super) text: String,
}

/// All clauses of a version, its own file first, and the comments and layout of its files.
#[derive(Clone, Debug, Default)]
pub(super) struct Clauses {
    in_order: Vec<Clause>,
    places: BTreeMap<ClauseId, usize>,
}

impl Clauses {
    pub(super) fn of(version: Version<'_>) -> Self {
        let mut clauses = Self::default();
        for declared in all_declared(version.policy, version.sources) {
            let Some(id) = ClauseId::of(&declared) else { continue };
            let text = version.sources.text(declared.span).trim_end().to_owned();
            clauses.places.insert(id.clone(), clauses.in_order.len());
            clauses.in_order.push(Clause { id, line: declared.line, text });
        }
        clauses
    }

    pub(super) fn get(&self, id: &ClauseId) -> Option<&Clause> {
        self.places.get(id).and_then(|place| self.in_order.get(*place))
    }

    pub(super) fn text(&self, id: &ClauseId) -> Option<String> {
        self.get(id).map(|clause| clause.text.clone())
    }

    /// Whether a clause says the same in both, letter by letter.
    pub(super) fn is_same(&self, other: &Self, id: &ClauseId) -> bool {
        match (self.get(id), other.get(id)) {
            (Some(old), Some(new)) => old.line == new.line,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Clause> {
        self.in_order.iter()
    }
}

fn all_declared(policy: &Policy, sources: &Sources) -> Vec<Declared> {
    let files = policy.files.iter().filter_map(|id| Some((*id, sources.file(*id)?)));
    files
        .filter_map(|(id, file)| declared(id, file).ok())
        .flat_map(|(_, declared)| declared)
        .collect()
}
