//! What the tests of the ledger share: dice, keys, times and leaves.

use std::io;
use std::sync::Mutex;

use duecare::digest::Digest;
use duecare::ledger::canonical::Canonical;
use duecare::ledger::commitment::Document;
use duecare::ledger::event;
use duecare::ledger::key::PrivateKey;
use duecare::ledger::note::KeyUse;
use duecare::ledger::run::{RunCount, RunId};
use duecare::ledger::verify::{Trust, Verdict, verify};
use duecare::ledger::{Entry, Limits, Log, Random, Slot};
use duecare::value::Instant;

use super::write_back::Disk;
use crate::support::dice::Dice;

pub(super) const ORIGIN: &str = "test.example/log";

/// Random bytes from a seed.
pub(super) struct Seeded(Mutex<Dice>);

impl Seeded {
    pub(super) fn new(seed: u64) -> Self {
        Self(Mutex::new(Dice::new(seed)))
    }
}

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        let drawn = self.0.lock().unwrap().bytes(bytes.len());
        bytes.copy_from_slice(&drawn);
        Ok(())
    }
}

/// The n-th key of the log.
pub(super) fn key(number: u8) -> PrivateKey {
    PrivateKey::from_seed(&[number; 32], ORIGIN, KeyUse::Log).unwrap()
}

pub(super) fn now() -> Instant {
    Instant::parse("2022-05-16T14:30:00Z").unwrap()
}

/// Limits so small that every kind of file is followed by another.
pub(super) fn small_limits() -> Limits {
    Limits { segment_size: 2500, pack_size: 1200, publish_after: 12, frame_size: 1500 }
}

/// A leaf that says something of a length.
pub(super) fn leaf(number: u64, length: usize) -> Canonical {
    let what = format!("{number:08}").chars().cycle().take(length).collect::<String>();
    event::leaf("heartbeat", now(), [("what", Canonical::text(what))])
}

/// A leaf that names a blob.
pub(super) fn leaf_with_blob(digest: &Digest) -> Canonical {
    event::leaf("policy_published", now(), [("bundle", Canonical::text(digest))])
}

/// The text of a policy that the whole log keeps.
pub(super) const POLICY: &[u8] = b"policy \"test\"\n";

/// A list of a policy's texts, of one.
pub(super) fn bundle_of(text: &Digest) -> Canonical {
    let file = [("path", Canonical::text("test.due")), ("digest", Canonical::text(text))];
    Canonical::object([
        ("format", Canonical::text("duecare.bundle/1")),
        ("files", Canonical::Array(vec![Canonical::object(file)])),
    ])
}

/// A log with everything that a log has: a run, a vault, blobs, another key, an erasure, several segments and packs.
pub(super) fn whole_log(limits: Limits, records: u64) -> Disk {
    let disk = Disk::default();
    let random = Seeded::new(7);
    let mut log =
        Log::create_within(limits, Box::new(disk.clone()), key(1), &random, now()).unwrap();
    let text = log.keep_blob(POLICY).unwrap();
    let bundle = log.keep_blob(&bundle_of(&text).to_bytes()).unwrap();
    log.commit(vec![Entry::of(&leaf_with_blob(&bundle))]).unwrap();
    let slots = decide(&mut log, &random, &RUN, records, 20);
    log.publish().unwrap();
    let slot = slots[3];
    let subject = Digest::of(b"subject");
    log.erase(&event::erasure(&subject, &[slot], "counsel", "on request", now())).unwrap();
    log.rotate_key(key(2), now()).unwrap();
    log.commit(vec![Entry::of(&leaf(1, 20))]).unwrap();
    log.publish().unwrap();
    disk
}

/// A run over so many records, committed in so many frames; gives the slots of their subjects.
pub(super) fn decide(
    log: &mut Log,
    random: &Seeded,
    run: &RunId,
    records: u64,
    frames: u64,
) -> Vec<Slot> {
    let of_run = |leaf: Canonical| with(leaf, "run", Canonical::text(run.hex()));
    log.commit(vec![Entry::of(&of_run(run_started()))]).unwrap();
    let mut count = RunCount::default();
    let mut slots = Vec::new();
    let mut batch = Vec::new();
    for number in 0..records {
        let mut record = of_run(record_leaf(number));
        count.number(&mut record, &fields_of(number));
        let mut entry = Entry::of(&record);
        let mut document = Document::default();
        document.set("name", format!("Name {number}"));
        let sealed = log.with_subjects(|subjects| {
            let slot = subjects.of_subject(&format!("S-{}", number % 20), random)?;
            slots.push(slot);
            Ok((slot, subjects.key(slot).unwrap().seal(slot, &document, random)?))
        });
        entry.sealed = Some(sealed.unwrap());
        batch.push(entry);
        if batch.len() as u64 * frames > records || number + 1 == records {
            log.commit(std::mem::take(&mut batch)).unwrap();
        }
    }
    log.commit(vec![Entry::of(&count.completed(run, now()))]).unwrap();
    slots
}

pub(super) const RUN: RunId = RunId([5; 16]);

fn policy() -> Canonical {
    Canonical::object([
        ("name", Canonical::text("test")),
        ("version", Canonical::text("1.0.0")),
        ("digest", Canonical::text(Digest::of(b"policy"))),
        ("lists", Canonical::Array(Vec::new())),
    ])
}

fn with(mut object: Canonical, key: &str, value: Canonical) -> Canonical {
    if let Canonical::Object(entries) = &mut object {
        entries.insert(key.to_owned(), value);
    }
    object
}

pub(super) fn run_started() -> Canonical {
    let rules = Canonical::Array(vec![Canonical::text("a"), Canonical::text("b")]);
    let policies = Canonical::Array(vec![with(policy(), "rules", rules)]);
    event::leaf("run_started", now(), [("run", Canonical::text(RUN.hex())), ("policies", policies)])
}

pub(super) fn fields_of(number: u64) -> Digest {
    Digest::of(&number.to_be_bytes())
}

/// The leaf of a record, but for its ordinal; every tenth was refused.
pub(super) fn record_leaf(number: u64) -> Canonical {
    let run = ("run", Canonical::text(RUN.hex()));
    let fields = ("fields", Canonical::text(fields_of(number)));
    if number % 10 == 9 {
        return event::leaf("refused", now(), [run, fields]);
    }
    let policies = Canonical::Array(vec![with(policy(), "outcomes", Canonical::text("hc"))]);
    let subject = ("subject", Canonical::text(Digest::of(b"subject")));
    event::leaf("decision", now(), [run, fields, subject, ("policies", policies)])
}

/// What verification says of a log, in words.
pub(super) fn said(disk: &Disk) -> (Verdict, String) {
    let report = verify(disk, &Trust::default(), &mut |_| {});
    let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    (report.verdict, findings.join("\n"))
}
