//! What people decided about hits, so that a nightly run does not raise again what was judged.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::digest::Digest;
use crate::eval::Disposition;
use crate::hir::PolicySet;
use crate::hir::RuleId;
use crate::value::Date;

/// Dispositions of many subjects.
///
/// Each stands on a line of its own, as a JSON object: `subject`, `rule`, `evidence` (the
/// `evidence_digest` of the hit that was judged), `outcome` (`cleared` or `confirmed`), `by`, `on`,
/// `until` (optional) and `why`. Only `cleared` takes a hit out of the count, and only while the
/// evidence is the same; a confirmed hit goes on counting. Of several over the same evidence those of the
/// newest day count, in whatever order they were given.
#[derive(Clone, Debug, Default)]
pub struct Dispositions {
    by_subject: BTreeMap<String, Vec<Entry>>,
    /// The lines as they were given, for the evidence.
    lines: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
struct Entry {
    rule: String,
    evidence: Digest,
    outcome: Verdict,
    on: Date,
    until: Option<Date>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Cleared,
    Confirmed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    subject: String,
    rule: String,
    evidence: String,
    outcome: Verdict,
    by: String,
    on: String,
    #[serde(default)]
    until: Option<String>,
    why: String,
}

/// A line that is no disposition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedDisposition {
    /// Which line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for MalformedDisposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for MalformedDisposition {}

impl Dispositions {
    /// Reads dispositions, one on each line.
    ///
    /// # Errors
    /// If any line is not one: a disposition that was meant and not understood must not be passed over.
    pub fn parse(text: &str) -> Result<Self, MalformedDisposition> {
        let mut made = Self::default();
        for (line, text) in (1..).zip(text.lines()) {
            if text.trim().is_empty() {
                continue;
            }
            let malformed = |reason: String| MalformedDisposition { line, reason };
            let row: Row =
                serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
            let (subject, entry) = row.entry().map_err(malformed)?;
            let lines = made.lines.entry(subject.clone()).or_default();
            lines.push_str(text);
            lines.push('\n');
            made.by_subject.entry(subject).or_default().push(entry);
        }
        Ok(made)
    }

    /// These, and others that were given behind them.
    #[must_use]
    pub fn followed_by(mut self, others: Self) -> Self {
        for (subject, lines) in others.lines {
            self.lines.entry(subject).or_default().push_str(&lines);
        }
        for (subject, entries) in others.by_subject {
            self.by_subject.entry(subject).or_default().extend(entries);
        }
        self
    }

    /// The lines about a subject, as they were given.
    #[must_use]
    pub fn lines(&self, subject: &str) -> Option<&str> {
        self.lines.get(subject).map(String::as_str)
    }

    /// Those about a subject that clear a hit on a day.
    #[must_use]
    pub fn clearing(&self, policy: &PolicySet, subject: &str, day: Date) -> Vec<Disposition> {
        let entries = self.by_subject.get(subject).map(Vec::as_slice).unwrap_or_default();
        newest(entries, day)
            .into_iter()
            .filter(|(_, of_one_day)| of_one_day.iter().all(|entry| entry.clears_on(day)))
            .filter_map(|((rule, evidence), _)| {
                let place = policy.rules.iter().position(|known| known.name == rule)?;
                Some(Disposition { rule: RuleId(place), evidence: *evidence })
            })
            .collect()
    }

    /// Rules that dispositions name and the policy does not have.
    #[must_use]
    pub fn unknown_rules(&self, policy: &PolicySet) -> Vec<String> {
        let mut unknown: Vec<String> = self
            .by_subject
            .values()
            .flatten()
            .map(|entry| entry.rule.clone())
            .filter(|name| policy.rules.iter().all(|rule| rule.name != *name))
            .collect();
        unknown.sort();
        unknown.dedup();
        unknown
    }
}

impl Entry {
    fn clears_on(&self, day: Date) -> bool {
        self.outcome == Verdict::Cleared && self.until.is_none_or(|until| day < until)
    }
}

/// A rule with the evidence that was judged.
type Judged<'e> = (&'e str, &'e Digest);

/// The entries of the newest day up to a day, for each rule and evidence. They have no hour, so of those of
/// one day nobody knows which came last: all of them have to clear.
fn newest(entries: &[Entry], day: Date) -> BTreeMap<Judged<'_>, Vec<&Entry>> {
    let mut newest: BTreeMap<Judged<'_>, Vec<&Entry>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.on <= day) {
        let kept = newest.entry((entry.rule.as_str(), &entry.evidence)).or_default();
        kept.retain(|other| other.on >= entry.on);
        if kept.iter().all(|other| other.on == entry.on) {
            kept.push(entry);
        }
    }
    newest
}

impl Row {
    fn entry(self) -> Result<(String, Entry), String> {
        for (name, text) in [("subject", &self.subject), ("by", &self.by), ("why", &self.why)] {
            if text.trim().is_empty() {
                return Err(format!("`{name}` is empty"));
            }
        }
        let date =
            |text: &str| Date::parse(text).map_err(|malformed| format!("`{text}`: {malformed}"));
        let evidence = Digest::parse(&self.evidence).ok_or_else(|| {
            format!("`{}` is not the digest of evidence, sha256:...", self.evidence)
        })?;
        let until = self.until.as_deref().map(date).transpose()?;
        let on = date(&self.on)?;
        if until.is_some_and(|until| until <= on) {
            return Err("`until` does not come after `on`".to_owned());
        }
        Ok((self.subject, Entry { rule: self.rule, evidence, outcome: self.outcome, on, until }))
    }
}
