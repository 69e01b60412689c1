//! The clauses of a version as they are written.

use std::collections::BTreeMap;

use crate::loader::Policy;
use crate::review::{ClauseId, Version};
use crate::source::Sources;
use crate::syntax::{DECLARATION_WORDS, Declared, NotFormatted, declared};

/// The words that begin a clause for a field that is not collected.
pub(super) const NOT_COLLECTED: &str = "not collected";

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
        let word = declared.name.split(' ').next()?;
        let word = DECLARATION_WORDS.into_iter().find(|known| *known == word)?;
        let kind = if word == "not" { NOT_COLLECTED } else { word };
        let rest = declared.name.strip_prefix(kind)?.trim();
        Some(if rest.is_empty() { Self::only(kind) } else { Self::new(kind, rest) })
    }
}

/// A clause as it is written.
#[derive(Clone, Debug)]
struct Clause {
    /// Without comments and layout; of the policy's head without its version.
    line: String,
    /// As it stands in its file.
    text: String,
}

/// All clauses of a version.
#[derive(Clone, Debug, Default)]
pub(super) struct Clauses(BTreeMap<ClauseId, Clause>);

impl Clauses {
    /// # Errors
    /// If a file of the version cannot be laid out.
    pub(super) fn of(version: Version<'_>) -> Result<Self, NotFormatted> {
        let version_word = format!(" {} {{", version.policy.checked.identity.version);
        let clause = |declared: Declared| {
            let id = ClauseId::of(&declared)?;
            let text = version.sources.text(declared.span).trim_end().to_owned();
            let line = match id.kind {
                "policy" => declared.line.replacen(&version_word, " {", 1),
                _ => declared.line,
            };
            Some((id, Clause { line, text }))
        };
        let declared = all_declared(version.policy, version.sources)?;
        Ok(Self(declared.into_iter().filter_map(clause).collect()))
    }

    pub(super) fn text(&self, id: &ClauseId) -> Option<String> {
        self.0.get(id).map(|clause| clause.text.clone())
    }

    /// Whether a clause says the same in both, letter by letter.
    pub(super) fn is_same(&self, other: &Self, id: &ClauseId) -> bool {
        self.0.get(id).map(|clause| &clause.line) == other.0.get(id).map(|clause| &clause.line)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &ClauseId> {
        self.0.keys()
    }
}

fn all_declared(policy: &Policy, sources: &Sources) -> Result<Vec<Declared>, NotFormatted> {
    let mut all = Vec::new();
    for id in &policy.files {
        let file = sources.file(*id).ok_or(NotFormatted::Fault)?;
        all.extend(declared(*id, file)?.1);
    }
    Ok(all)
}
