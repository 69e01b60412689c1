//! The head of a policy.

use super::Pair;
use super::detail::{optional, set_of, worded};
use super::relief::days;
use crate::review::{Change, ClauseId, Weight};

impl Pair<'_> {
    pub(super) fn header(&self) -> Option<Change> {
        let (old, new) = (&self.old.policy.checked.identity, &self.new.policy.checked.identity);
        let mut details = Vec::new();
        details.extend(worded("name", &old.name, &new.name, Weight::Grounds));
        details.extend(worded("status", old.status.word(), new.status.word(), Weight::Grounds));
        details.extend(worded(
            "effective",
            &days(&old.effective),
            &days(&new.effective),
            Weight::Grounds,
        ));
        let day = |date: Option<crate::value::Date>| date.map(|date| date.to_string());
        details.extend(optional(
            "review by",
            day(old.review_by).as_deref(),
            day(new.review_by).as_deref(),
            Weight::Grounds,
        ));
        details.extend(worded("owner", &old.owner, &new.owner, Weight::Grounds));
        details.extend(worded("title", &old.title, &new.title, Weight::Wording));
        details.extend(set_of("note", &old.notes, &new.notes, Weight::Wording));
        self.changed(ClauseId::only("policy"), None, details)
    }
}
