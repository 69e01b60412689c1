//! Appends leaves to a ledger, in batches, and says how many a second: `append_leaves FOLDER LEAVES BATCH`.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a measurement")]

use std::path::Path;
use std::time::Instant as Clock;

use duecare::ledger::canonical::Canonical;
use duecare::ledger::key::PrivateKey;
use duecare::ledger::note::KeyUse;
use duecare::ledger::storage::Folder;
use duecare::ledger::{Entry, Log, Random, event};
use duecare::value::Instant;

/// Bytes that are as good as random for a measurement.
struct Fixed;

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) -> std::io::Result<()> {
        bytes.fill(7);
        Ok(())
    }
}

/// A leaf of the size that a decision has.
fn leaf(number: u64, now: Instant) -> Entry {
    let text = "0".repeat(480);
    Entry::of(&event::leaf(
        "measurement",
        now,
        [("number", Canonical::count(number)), ("text", Canonical::text(text))],
    ))
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, leaves, batch] = arguments.as_slice() else {
        panic!("append_leaves FOLDER LEAVES BATCH");
    };
    let (leaves, batch): (u64, u64) = (leaves.parse().unwrap(), batch.parse().unwrap());
    let now = Instant::parse("2026-01-01T00:00:00Z").unwrap();
    let key = PrivateKey::from_seed(&[1; 32], "example.org/measured", KeyUse::Log).unwrap();
    let storage = Folder::locked(Path::new(folder)).unwrap();
    let mut log = Log::create(Box::new(storage), key, &Fixed, now).unwrap();
    let entries: Vec<Entry> = (0..batch).map(|number| leaf(number, now)).collect();
    let start = Clock::now();
    let mut appended = 0;
    while appended < leaves {
        log.commit(entries.clone()).unwrap();
        appended += batch;
    }
    let seconds = start.elapsed().as_millis().max(1);
    log.publish().unwrap();
    println!(
        "batches of {batch}: {} leaves/s ({appended} leaves)",
        u128::from(appended) * 1000 / seconds
    );
}
