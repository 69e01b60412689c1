//! Compares two versions of a policy, clause by clause.

mod clauses;
mod control;
mod decision;
mod defines;
mod detail;
mod grounds;
mod policy;
mod relief;
mod rules;
mod uses;
mod values;
mod verdict;
mod whole;

use std::collections::BTreeSet;

pub(in crate::review) use verdict::{Role, Truer};
pub(in crate::review) use whole::Follows;

use super::change::{Change, ClauseId, Detail, Weight, What};
use super::direction::Direction;
use crate::loader::Policy;
use crate::review::published::lists_of;
use crate::source::{Sources, Span};
use crate::syntax::{NotFormatted, one_line};
use crate::value::Date;
use clauses::Clauses;

/// One version of a policy with its texts.
#[derive(Clone, Copy, Debug)]
pub struct Version<'v> {
    /// The policy.
    pub policy: &'v Policy,
    /// The texts that it was loaded from.
    pub sources: &'v Sources,
}

impl Version<'_> {
    /// Whether another version is the same to the letter, with all that it uses.
    #[must_use]
    pub fn has_same_texts(self, other: Version<'_>) -> bool {
        let lists = |version: Version<'_>| lists_of(version.policy, version.sources).ok();
        let (own, others) = (lists(self), lists(other));
        self.policy.digest == other.policy.digest && own.is_some() && own == others
    }

    /// A place of its texts as it is written, without line breaks and comments.
    fn written(self, span: Span) -> String {
        one_line(self.sources.text(span))
    }
}

/// Two versions that are compared.
pub(in crate::review) struct Pair<'v> {
    old: Version<'v>,
    new: Version<'v>,
    old_clauses: Clauses,
    new_clauses: Clauses,
}

/// What changed, clause by clause.
///
/// # Errors
/// If a file of a version cannot be laid out.
pub(super) fn changes(
    old: Version<'_>,
    new: Version<'_>,
) -> Result<(Vec<Change>, Follows), NotFormatted> {
    let pair = Pair { old, new, old_clauses: Clauses::of(old)?, new_clauses: Clauses::of(new)? };
    let mut changes = pair.rules();
    changes.extend(pair.params());
    changes.extend(pair.lists());
    changes.extend(pair.rates());
    changes.extend(pair.defines());
    changes.extend(pair.exceptions());
    changes.extend(pair.not_collected());
    changes.extend(pair.decision());
    changes.extend(pair.header());
    changes.extend(pair.records());
    changes.extend(pair.sources());
    changes.extend(pair.gaps());
    let others = pair.other_texts(&changes);
    changes.extend(others);
    let follows = pair.follows(&changes);
    Ok((changes, follows))
}

impl Pair<'_> {
    /// Clauses whose text changed in something that no other change tells of.
    fn other_texts(&self, told: &[Change]) -> Vec<Change> {
        let is_told = |id: &ClauseId| {
            told.iter().any(|change| {
                let names = change.was.iter().chain(&change.beside);
                let own = change.clause.name.as_ref();
                change.clause.kind == id.kind
                    && names.chain(own).any(|name| Some(name) == id.name.as_ref())
                    || change.clause == *id
            })
        };
        let ids: BTreeSet<&ClauseId> =
            self.old_clauses.ids().chain(self.new_clauses.ids()).collect();
        let others = ids.into_iter().filter(|id| !self.is_same_clause(id) && !is_told(id));
        others
            .map(|id| {
                let detail = Detail::new("text", None, None, Weight::Wording);
                self.change(What::Changed, id.clone(), None, Weight::Wording, vec![detail])
            })
            .collect()
    }

    /// The day for which dated values are picked first: the first day of the new version.
    fn day(&self) -> Date {
        self.new.policy.checked.identity.effective.from
    }

    /// Whether a clause is there in both and says the same.
    fn is_same_clause(&self, id: &ClauseId) -> bool {
        self.old_clauses.is_same(&self.new_clauses, id)
    }

    /// A clause of one kind that changed, if any of its parts did.
    fn changed(
        &self,
        clause: ClauseId,
        title: Option<&str>,
        details: Vec<Detail>,
    ) -> Option<Change> {
        (!details.is_empty()).then(|| {
            let weight = details.iter().map(|detail| detail.weight).min();
            self.change(What::Changed, clause, title, weight.unwrap_or(Weight::Wording), details)
        })
    }

    fn change(
        &self,
        what: What,
        clause: ClauseId,
        title: Option<&str>,
        weight: Weight,
        details: Vec<Detail>,
    ) -> Change {
        Change {
            was: Vec::new(),
            beside: Vec::new(),
            title: title.map(str::to_owned),
            what,
            weight,
            direction: None,
            details,
            through: Vec::new(),
            cites: Vec::new(),
            old_text: self.old_clauses.text(&clause),
            new_text: self.new_clauses.text(&clause),
            clause,
        }
    }

    /// Named values and definitions that are only in one of them; what they do is told at the rules.
    fn lone_values<T>(
        &self,
        matched: &Matched<'_, T>,
        clause: impl Fn(&T) -> ClauseId,
    ) -> Vec<Change> {
        let removed = matched.removed.iter().map(|one| (What::Removed, *one));
        let added = matched.added.iter().map(|one| (What::Added, *one));
        removed
            .chain(added)
            .map(|(what, one)| self.lone(what, clause(one), None, Weight::Grounds, None))
            .collect()
    }

    /// A clause that is only in one of them.
    fn lone(
        &self,
        what: What,
        clause: ClauseId,
        title: Option<&str>,
        weight: Weight,
        direction: Option<Direction>,
    ) -> Change {
        Change { direction, ..self.change(what, clause, title, weight, Vec::new()) }
    }
}

/// Two lists by name: those in both, those only in the old one, those only in the new one.
struct Matched<'m, T> {
    both: Vec<(&'m T, &'m T)>,
    removed: Vec<&'m T>,
    added: Vec<&'m T>,
}

impl<'m, T> Matched<'m, T> {
    fn by<K: Ord>(old: &'m [T], new: &'m [T], key: impl Fn(&'m T) -> K) -> Self {
        let names: BTreeSet<K> = old.iter().map(&key).collect();
        let mut matched = Self { both: Vec::new(), removed: Vec::new(), added: Vec::new() };
        for one in old {
            match new.iter().find(|other| key(other) == key(one)) {
                Some(other) => matched.both.push((one, other)),
                None => matched.removed.push(one),
            }
        }
        matched.added.extend(new.iter().filter(|one| !names.contains(&key(one))));
        matched
    }
}
