use std::fmt::Write as _;

use crate::decision::Decision;
use crate::digest::Digest;
use crate::ledger::canonical::Canonical;
use crate::ledger::commitment::Document;
use crate::ledger::run::{RunCount, RunStart};
use crate::ledger::{Entry, Problem, Random, SharedSubjects, Slot, SubjectKey};
use crate::roster::{self, Additions, RawRecord};
use crate::run::Judged;
use crate::value::Instant;

/// Makes leaves of the records of a run, on any thread.
pub struct Recorder<'r> {
    /// The run.
    pub start: &'r RunStart,
    /// The keys of subjects.
    pub subjects: SharedSubjects,
    /// Where random bytes come from.
    pub random: &'r dyn Random,
    /// The clock, for the time at which a decision is recorded.
    pub now: &'r (dyn Fn() -> Instant + Sync),
    /// Whether records are kept in the vault.
    pub keeps_records: bool,
    /// What was recorded about subjects besides the roster.
    pub additions: Option<&'r Additions>,
}

/// A leaf that lacks only its place in the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    leaf: Canonical,
    fields: Digest,
    sealed: Option<(Slot, Vec<u8>)>,
}

impl Prepared {
    /// What its leaf commits to.
    #[must_use]
    pub fn fields(&self) -> &Digest {
        &self.fields
    }

    /// Gives it its place in the run.
    #[must_use]
    pub fn number(mut self, count: &mut RunCount) -> Entry {
        count.number(&mut self.leaf, &self.fields);
        Entry { leaf: self.leaf.to_bytes(), sealed: self.sealed }
    }
}

impl Recorder<'_> {
    /// The leaf of a record that was decided. `decisions` are the decision records, one by each policy, each
    /// with its bytes.
    ///
    /// # Errors
    /// If it cannot be encrypted.
    pub fn decided(
        &self,
        raw: &RawRecord,
        judged: &[Judged<'_, '_>],
        decisions: &[(Decision<'_>, Vec<u8>)],
    ) -> Result<Prepared, Problem> {
        let subject =
            judged.first().map(|judged| judged.record.subject.as_str()).unwrap_or_default();
        let (slot, key) = self.subjects.with(|subjects| {
            let slot = subjects.of_subject(subject, self.random)?;
            Ok((slot, subjects.key(slot).cloned()))
        })?;
        let key = key.ok_or(Problem::Failed)?;
        let added = self.additions.and_then(|additions| additions.lines(subject));
        let (kept, stated) = documents(raw, added, judged, decisions);
        let fields = stated.root(&key.document_secret(&self.start.run.0, raw.number));
        let records: Vec<&Decision<'_>> = decisions.iter().map(|(decision, _)| decision).collect();
        let leaf = self.start.decision(
            raw.number,
            &key.commitment(subject),
            &fields,
            &records,
            (self.now)(),
        );
        Ok(Prepared { leaf, fields, sealed: self.seal(slot, &key, &kept)? })
    }

    /// The leaf of a record that was refused.
    ///
    /// # Errors
    /// If it cannot be encrypted.
    pub fn refused(
        &self,
        raw: &RawRecord,
        reasons: &[roster::Problem],
    ) -> Result<Prepared, Problem> {
        let run = &self.start.run.0;
        let (slot, key) = self.subjects.with(|subjects| {
            let slot = subjects.of_refused(run, raw.number, self.random)?;
            Ok((slot, subjects.key(slot).cloned()))
        })?;
        let key = key.ok_or(Problem::Failed)?;
        let mut document = source(raw);
        document.set("reasons", serde_json::to_vec(reasons).unwrap_or_default());
        let fields = document.root(&key.document_secret(run, raw.number));
        let leaf = self.start.refused(raw.number, &fields, (self.now)());
        Ok(Prepared { leaf, fields, sealed: self.seal(slot, &key, &document)? })
    }

    fn seal(
        &self,
        slot: Slot,
        key: &SubjectKey,
        document: &Document,
    ) -> Result<Option<(Slot, Vec<u8>)>, Problem> {
        if !self.keeps_records {
            return Ok(None);
        }
        Ok(Some((slot, key.seal(slot, document, self.random)?)))
    }
}

/// What the vault keeps of a decided record, and what its leaf commits to: the same, with what the record
/// states field by field and what was decided.
pub(super) fn documents(
    raw: &RawRecord,
    added: Option<&str>,
    judged: &[Judged<'_, '_>],
    decisions: &[(Decision<'_>, Vec<u8>)],
) -> (Document, Document) {
    let mut kept = source(raw);
    if let Some(added) = added {
        kept.set("added", added);
    }
    if let Some(Judged { engine, record, .. }) = judged.first() {
        kept.set("subject", record.subject.as_bytes());
        if let Some(lines) = engine.dispositions().lines(&record.subject) {
            kept.set("dispositions", lines);
        }
    }
    let mut stated = kept.clone();
    if let Some(Judged { engine, record, .. }) = judged.first() {
        let program = engine.program();
        let mut name = String::new();
        for (field, value) in record.stated(program.schema(), program.subject()) {
            name.clear();
            let _ = write!(name, "field/{field}");
            stated.set(name.as_str(), value);
        }
    }
    for (decision, bytes) in decisions {
        stated.set(format!("decision/{}", decision.policy.name), bytes.as_slice());
    }
    (kept, stated)
}

/// What was read of a record.
fn source(raw: &RawRecord) -> Document {
    let (form, bytes) = raw.to_stored();
    let mut document = Document::default();
    document.set("form", form);
    document.set("number", raw.number.to_string());
    document.set("source", bytes);
    document
}
