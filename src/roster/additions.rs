use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use super::layout::Layout;
use super::raw::{RawRecord, RawText};
use super::record::{Fact, Record};
use crate::diagnostic::did_you_mean;
use crate::types::FieldSlot;

/// Facts that were recorded about subjects besides the roster: elements of lists of their records.
#[derive(Debug, Default)]
pub struct Additions {
    by_subject: BTreeMap<String, Vec<(FieldSlot, Fact<'static>)>>,
    /// What was recorded, as it was recorded, one JSON object on each line.
    lines: BTreeMap<String, String>,
    /// How many could not be used, since the roster leaves the rest of the list unknown.
    unused: AtomicU64,
}

/// A fact that was recorded about a subject.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addition {
    /// The subject.
    pub subject: String,
    /// The list of its record.
    pub field: String,
    /// The element, as JSON.
    pub value: String,
    /// The leaf of a ledger in which it was found; it is no part of the fact.
    #[serde(skip)]
    pub leaf: Option<u64>,
}

/// A fact that no record of a layout can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfitAddition {
    /// The fact.
    pub addition: Addition,
    /// Why.
    pub why: String,
}

impl fmt::Display for UnfitAddition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Addition { subject, field, .. } = &self.addition;
        write!(f, "what was recorded about `{subject}` as `{field}`: {}", self.why)
    }
}

impl std::error::Error for UnfitAddition {}

impl Additions {
    /// Reads facts as the records of a layout have them.
    ///
    /// # Errors
    /// If a fact is none of the record: what was recorded must not be passed over.
    pub fn new(layout: &Layout, additions: &[Addition]) -> Result<Self, UnfitAddition> {
        let mut made = Self::default();
        for addition in additions {
            let subject = &addition.subject;
            let unfit = |why: String| UnfitAddition { addition: addition.clone(), why };
            let (slot, fact) = read(layout, addition).map_err(unfit)?;
            let Fact::List(facts) = fact else {
                return Err(unfit("the record has no such list".to_owned()));
            };
            let of_subject = made.by_subject.entry(subject.clone()).or_default();
            of_subject.extend(facts.into_iter().map(|fact| (slot, fact)));
            let line = serde_json::to_string(addition).map_err(|error| unfit(error.to_string()))?;
            let lines = made.lines.entry(subject.clone()).or_default();
            lines.push_str(&line);
            lines.push('\n');
        }
        Ok(made)
    }

    /// Reads lines as `lines` hands them out.
    #[must_use]
    pub fn parse(lines: &str) -> Option<Vec<Addition>> {
        lines.lines().map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// What was recorded about a subject.
    #[must_use]
    pub fn lines(&self, subject: &str) -> Option<&str> {
        self.lines.get(subject).map(String::as_str)
    }

    /// How many facts could not be used, since the roster leaves the rest of their list unknown.
    #[must_use]
    pub fn unused(&self) -> u64 {
        self.unused.load(Ordering::Relaxed)
    }

    /// Adds to a record what was recorded about its subject. A list that is unknown stays so: what was
    /// recorded may not be all of it.
    pub(super) fn add_to(&self, record: &mut Record<'_>, wanted: Option<&[bool]>) {
        let Some(additions) = self.by_subject.get(&record.subject) else { return };
        let Fact::Record(fields) = &mut record.facts else { return };
        for (slot, fact) in additions {
            if wanted.is_some_and(|wanted| wanted.get(slot.index()) == Some(&false)) {
                continue;
            }
            match fields.get_mut(slot.index()) {
                Some(Fact::List(facts)) => facts.push(fact.clone()),
                Some(list @ Fact::None) => *list = Fact::List(vec![fact.clone()]),
                Some(Fact::Unknown | Fact::Value(_) | Fact::Record(_)) | None => {
                    self.unused.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }
}

/// The list with the one element, read as if it stood in a roster.
fn read(layout: &Layout, addition: &Addition) -> Result<(FieldSlot, Fact<'static>), String> {
    let (key, slot) = layout.key_and_list(&addition.field).ok_or_else(|| {
        let lists = layout.lists();
        match did_you_mean(&addition.field, lists.iter().copied()) {
            Some(close) => format!("the record has no such list (did you mean `{close}`?)"),
            None => format!("the record has no such list; it has {}", lists.join(", ")),
        }
    })?;
    let json = format!(
        "{{{}:{},{}:[{}]}}",
        serde_json::Value::from(key),
        serde_json::Value::from(addition.subject.as_str()),
        serde_json::Value::from(addition.field.as_str()),
        addition.value
    );
    let raw = RawRecord { number: 1, text: RawText::Json(json.into_bytes()) };
    let decoded = layout.decode(&raw);
    if let Some(unknown) = decoded.unmapped.first() {
        return Err(format!("the record has no field `{unknown}`"));
    }
    if let Some(problem) = decoded.problems.first() {
        return Err(problem.to_string());
    }
    let record = decoded.record.ok_or("it cannot be read")?;
    Ok((slot, record.facts.field(slot).clone().into_owned()))
}
