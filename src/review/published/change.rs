//! How a text differs from the one that was published, told from digests alone.

use std::collections::BTreeMap;
use std::fmt;

use super::clause_digest::ClauseDigest;
use super::freeze::{self, text_digest};
use super::lock::{PublishedFile, PublishedVersion};
use crate::digest::Digest;
use crate::loader::{Policy, digest_of};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax::declared;
use crate::value::Date;

/// How a published text was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It cannot be understood any more.
    NotUnderstood,
    /// It is laid out otherwise, and nothing else.
    Layout,
    /// Comments are other ones, or declarations stand in another order; it says the same.
    Comments,
    /// It says something else: the declarations that are others now, are new, or are gone.
    Meaning {
        /// Declarations that say something else.
        changed: Vec<String>,
        /// Declarations that were not there.
        added: Vec<String>,
        /// Declarations that are no longer there.
        removed: Vec<String>,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUnderstood => f.write_str("it cannot be understood any more"),
            Self::Layout => f.write_str("only its layout is another; it says the same"),
            Self::Comments => f.write_str(
                "only its comments or the order of its declarations are others; it says the same",
            ),
            Self::Meaning { changed, added, removed } => {
                f.write_str("it says something else")?;
                let parts = [("changed", changed), ("added", added), ("removed", removed)];
                let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
                for (place, (what, names)) in parts.enumerate() {
                    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                    let before = if place == 0 { ": " } else { "; " };
                    write!(f, "{before}{} {what}", names.join(", "))?;
                }
                Ok(())
            }
        }
    }
}

/// A change, and where the declarations stand that are others now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What was changed.
    pub change: Change,
    /// The declarations that are others or new.
    pub places: Vec<(String, Span)>,
}

/// How a text differs from the one that was published; nothing if it does not.
#[must_use]
pub fn change_of(published: &PublishedFile, id: FileId, file: &SourceFile) -> Option<Changed> {
    if text_digest(file) == published.text {
        return None;
    }
    let Ok((laid_out, all)) = declared(id, file) else {
        return Some(Changed { change: Change::NotUnderstood, places: Vec::new() });
    };
    let without_place = |change: Change| Some(Changed { change, places: Vec::new() });
    if Digest::of(laid_out.as_bytes()) == published.layout {
        return without_place(Change::Layout);
    }
    if freeze::meaning_of_file(&all) == published.meaning {
        return without_place(Change::Comments);
    }
    let now = freeze::clauses(&all);
    let change = between(&published.clauses, &now);
    let is_other = |name: &str| published.clauses.get(name) != now.get(name);
    let places = all.iter().filter(|one| is_other(&one.name));
    let places = places.map(|one| (one.name.clone(), one.span)).collect();
    Some(Changed { change, places })
}

/// Which declarations are others in a later file, by their digests.
#[must_use]
pub fn between(
    before: &BTreeMap<String, ClauseDigest>,
    after: &BTreeMap<String, ClauseDigest>,
) -> Change {
    let names = |these: &BTreeMap<String, ClauseDigest>, wanted: &dyn Fn(&str) -> bool| {
        these.keys().filter(|name| wanted(name)).cloned().collect::<Vec<String>>()
    };
    Change::Meaning {
        changed: names(before, &|name| {
            after.get(name).is_some_and(|digest| before.get(name) != Some(digest))
        }),
        added: names(after, &|name| !before.contains_key(name)),
        removed: names(before, &|name| !after.contains_key(name)),
    }
}

/// Whether a version with no end was given this one, and nothing else was changed: the published text comes
/// back when ` until DATE` is taken out.
pub(super) fn is_ended(
    version: &PublishedVersion,
    published: &PublishedFile,
    file: &SourceFile,
    until: Option<Date>,
) -> bool {
    let Some(until) = until.filter(|_| version.until.is_none()) else { return false };
    texts_without_end(file, until).any(|text| Digest::of(text.as_bytes()) == published.text)
}

/// What a text may have been before ` until DATE` was written into it, once, somewhere.
fn texts_without_end(file: &SourceFile, until: Date) -> impl Iterator<Item = String> {
    let text = file.text();
    let end = until.to_string();
    let places: Vec<usize> = text.match_indices(&end).map(|(place, _)| place).collect();
    places.into_iter().filter_map(move |place| {
        let before = text.get(..place)?.trim_end().strip_suffix("until")?.trim_end();
        let after = text.get(place + end.len()..)?;
        Some(format!("{before}{after}"))
    })
}

/// Whether a version had this digest before it was given its end: it comes back when the end is taken out.
pub(in crate::review) fn had_digest(policy: &Policy, sources: &Sources, digest: &Digest) -> bool {
    let Some(until) = policy.checked.identity.effective.until else { return false };
    let files: Option<Vec<&SourceFile>> = policy.files.iter().map(|id| sources.file(*id)).collect();
    let Some((own, used)) = files.as_deref().and_then(<[&SourceFile]>::split_first) else {
        return false;
    };
    texts_without_end(own, until).any(|text| {
        let used = used.iter().map(|file| text_digest(file));
        let own = Digest::of(text.as_bytes());
        digest_of(std::iter::once(own).chain(used)) == *digest
    })
}
