//! How fast one thread decides the bundled roster by the bundled policy, next to what it takes merely to
//! parse the same bytes into plain structs. Only the ratio means something on another machine.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a bench fails loudly")]

mod plain;

use std::path::{Path, PathBuf};

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::Detail;
use duecare::loader::load;
use duecare::roster::{BadValues, Format, RawReader};
use duecare::value::Instant;

/// How often the bundled roster is repeated, under other ids.
const ROUNDS: usize = 20;

fn main() {
    divan::main();
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn roster() -> (String, usize) {
    let path = root().join("policies/dprk-it-workers/examples/roster.jsonl");
    let bundled = std::fs::read_to_string(path).unwrap();
    let rounds = (0..ROUNDS)
        .map(|round| bundled.replace("{\"id\": \"C-", &format!("{{\"id\": \"C-{round}-")));
    let text: String = rounds.collect();
    let records = text.lines().count();
    (text, records)
}

fn engine() -> Engine {
    let path: PathBuf = root().join("policies/dprk-it-workers/1.0.0.due");
    let loaded = load(&[path], &mut |asked| std::fs::read(asked));
    let policy = loaded.policies.into_iter().next().unwrap();
    let as_of = Instant::parse("2022-08-01T00:00:00Z").unwrap();
    Engine::new(policy, as_of, Dispositions::default()).unwrap()
}

/// Reads, decodes, judges and writes each record.
fn decide(engine: &Engine, roster: &str, detail: Detail) -> usize {
    let layout = engine.layout(BadValues::Refuse);
    let mut reader = RawReader::new(Format::JsonLines, roster.as_bytes()).unwrap();
    let mut written = 0;
    while let Some(raw) = reader.next_record().unwrap() {
        let record = layout.decode(&raw).record.unwrap();
        let judgement = engine.judge(&record, detail);
        let line = if detail == Detail::Full {
            serde_json::to_vec(&engine.decision(&record, &judgement))
        } else {
            serde_json::to_vec(&engine.brief(&record, &judgement))
        };
        written += line.unwrap().len();
    }
    written
}

#[divan::bench]
fn a_plain_parse(bencher: Bencher<'_, '_>) {
    let (roster, records) = roster();
    bencher.counter(ItemsCount::new(records)).counter(BytesCount::of_str(&roster)).bench(|| {
        for line in black_box(&roster).lines() {
            black_box(serde_json::from_str::<plain::Contractor>(line).unwrap());
        }
    });
}

#[divan::bench]
fn b_decisions_brief(bencher: Bencher<'_, '_>) {
    let ((roster, records), engine) = (roster(), engine());
    bencher
        .counter(ItemsCount::new(records))
        .counter(BytesCount::of_str(&roster))
        .bench(|| decide(&engine, black_box(&roster), Detail::Brief));
}

#[divan::bench]
fn c_decisions_full(bencher: Bencher<'_, '_>) {
    let ((roster, records), engine) = (roster(), engine());
    bencher
        .counter(ItemsCount::new(records))
        .counter(BytesCount::of_str(&roster))
        .bench(|| decide(&engine, black_box(&roster), Detail::Full));
}
