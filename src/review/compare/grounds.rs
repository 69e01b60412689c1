//! What rules rest on: records, documents, and what is left out of them.

use super::detail::{cited, optional, set_of, worded};
use super::relief::accepted;
use super::{Matched, Pair};
use crate::hir::{Gap, PolicySet, Source};
use crate::review::{Change, ClauseId, Detail, Direction, Weight, What};
use crate::types::{EnumType, FieldSlot, RecordType, Schema, Shape};

impl Pair<'_> {
    pub(super) fn records(&self) -> Vec<Change> {
        let (old, new) = (&self.old.policy.checked.schema, &self.new.policy.checked.schema);
        let mut changes = Vec::new();
        let records = Matched::by(old.records(), new.records(), |record| record.name.as_str());
        for (before, after) in records.both {
            let details = record_details((old, before), (new, after));
            changes.extend(self.changed(ClauseId::new("record", &after.name), None, details));
        }
        let enums = Matched::by(old.enums(), new.enums(), |one| one.name.as_str());
        for (before, after) in enums.both {
            let words = |one: &EnumType| -> Vec<String> {
                one.words.iter().map(ToString::to_string).collect()
            };
            let details = set_of("values", &words(before), &words(after), Weight::Grounds);
            let id = ClauseId::new("enum", &after.name);
            changes.extend(self.changed(id, None, details.into_iter().collect()));
        }
        let lone = |what, kind, name: &str| {
            self.lone(what, ClauseId::new(kind, name), None, Weight::Grounds, None)
        };
        changes.extend(records.removed.iter().map(|one| lone(What::Removed, "record", &one.name)));
        changes.extend(records.added.iter().map(|one| lone(What::Added, "record", &one.name)));
        changes.extend(enums.removed.iter().map(|one| lone(What::Removed, "enum", &one.name)));
        changes.extend(enums.added.iter().map(|one| lone(What::Added, "enum", &one.name)));
        // What the language itself knows is written in no file.
        changes.retain(|change| change.old_text.is_some() || change.new_text.is_some());
        changes
    }

    pub(super) fn sources(&self) -> Vec<Change> {
        let (old, new) = (&self.old.policy.checked.sources, &self.new.policy.checked.sources);
        let matched = Matched::by(old, new, |source| source.name.as_str());
        let mut changes: Vec<Change> = Vec::new();
        for (before, after) in matched.both {
            let id = ClauseId::new("source", &after.name);
            changes.extend(self.changed(id, Some(&after.title), source_details(before, after)));
        }
        let lone = |what, source: &Source| {
            let id = ClauseId::new("source", &source.name);
            self.lone(what, id, Some(&source.title), Weight::Grounds, None)
        };
        changes.extend(matched.removed.into_iter().map(|source| lone(What::Removed, source)));
        changes.extend(matched.added.into_iter().map(|source| lone(What::Added, source)));
        changes
    }

    pub(super) fn gaps(&self) -> Vec<Change> {
        let (old, new) = (&self.old.policy.checked, &self.new.policy.checked);
        let matched = Matched::by(&old.gaps, &new.gaps, |gap| gap.name.as_str());
        let clause = |gap: &Gap| ClauseId::new("gap", &gap.name);
        let mut changes: Vec<Change> = Vec::new();
        for (before, after) in matched.both {
            let mut details: Vec<Detail> = Vec::new();
            details.extend(worded("kind", before.kind.word(), after.kind.word(), Weight::Grounds));
            details.extend(accepted(before.accepted.as_ref(), after.accepted.as_ref()));
            details.extend(set_of(
                "cites",
                &cited(old, &before.cites),
                &cited(new, &after.cites),
                Weight::Grounds,
            ));
            details.extend(worded("because", &before.because, &after.because, Weight::Wording));
            details.extend(worded("title", &before.title, &after.title, Weight::Wording));
            changes.extend(self.changed(clause(after), Some(&after.title), details));
        }
        let lone = |what, gap: &Gap, policy: &PolicySet| {
            let change = self.lone(what, clause(gap), Some(&gap.title), Weight::Grounds, None);
            Change { cites: cited(policy, &gap.cites), ..change }
        };
        changes.extend(matched.removed.into_iter().map(|gap| lone(What::Removed, gap, old)));
        changes.extend(matched.added.into_iter().map(|gap| lone(What::Added, gap, new)));
        changes
    }
}

fn record_details(
    (old, before): (&Schema, &RecordType),
    (new, after): (&Schema, &RecordType),
) -> Vec<Detail> {
    let matched = Matched::by(&before.fields, &after.fields, |field| field.name.as_str());
    let shown = |schema: &Schema, shape: Shape| {
        let of = schema.type_name(shape.of);
        let list = if shape.list { format!("list of {of}") } else { of.to_owned() };
        if shape.or_none { format!("{list} or none") } else { list }
    };
    let mut details: Vec<Detail> = Vec::new();
    for (field, same) in matched.both {
        let part = format!("field {}", same.name);
        let (was, is) = (shown(old, field.shape), shown(new, same.shape));
        // A field of another type changes what every rule that reads it means.
        let changed = worded(&part, &was, &is, Weight::Meaning);
        details.extend(changed.map(|detail| detail.directed(Direction::NotDetermined)));
        details.extend(worded(&format!("{part} in words"), &field.doc, &same.doc, Weight::Wording));
    }
    let mark = |record: &RecordType, slot: Option<FieldSlot>| {
        slot.and_then(|slot| record.at(slot)).map(|field| field.name.clone())
    };
    for (part, was, is) in [
        ("key", before.key, after.key),
        ("time", before.time, after.time),
        ("end", before.end, after.end),
    ] {
        let (was, is) = (mark(before, was), mark(after, is));
        // By which field elements are told apart or follow each other is asked by no name.
        let changed = optional(part, was.as_deref(), is.as_deref(), Weight::Meaning);
        details.extend(changed.map(|detail| detail.directed(Direction::NotDetermined)));
    }
    let names = |fields: Vec<&crate::types::FieldShape>| -> Vec<String> {
        fields.into_iter().map(|field| field.name.clone()).collect()
    };
    let (removed, added) = (names(matched.removed), names(matched.added));
    details.extend(set_of("fields", &removed, &added, Weight::Grounds));
    details
}

fn source_details(old: &Source, new: &Source) -> Vec<Detail> {
    let mut details: Vec<Detail> = Vec::new();
    let day = |source: &Source| source.issued.map(|day| day.to_string());
    details.extend(worded("title", &old.title, &new.title, Weight::Wording));
    details.extend(worded("issuer", &old.issuer, &new.issuer, Weight::Grounds));
    details.extend(optional("issued", day(old).as_deref(), day(new).as_deref(), Weight::Grounds));
    details.extend(optional("url", old.url.as_deref(), new.url.as_deref(), Weight::Grounds));
    let items = Matched::by(&old.items, &new.items, |item| item.name.as_str());
    for (before, after) in items.both {
        let part = format!("item {}", after.name);
        details.extend(worded(&part, &before.text, &after.text, Weight::Grounds));
    }
    let names = |items: Vec<&crate::hir::SourceItem>| -> Vec<String> {
        items.into_iter().map(|item| item.name.clone()).collect()
    };
    details.extend(set_of("items", &names(items.removed), &names(items.added), Weight::Grounds));
    details
}
