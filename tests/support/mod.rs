//! What several tests need: a policy from text, a record from JSON, a judgement.

pub(crate) mod command;
pub(crate) mod dice;

use std::path::{Path, PathBuf};

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::{Detail, Judgement, RuleJudgement};
use duecare::loader::{Loaded, Policy, load};
use duecare::roster::{BadValues, Format, Layout, RawReader, RawRecord, Record};
use duecare::value::Instant;

/// The folder of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the project as text.
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Loads a policy from a text that stands for `policies/test/policy.due`; `use` finds the real files.
pub(crate) fn load_text(text: &str) -> Loaded {
    let path = root().join("policies/test/policy.due");
    let main = path.clone();
    load(&[path], &mut |asked: &Path| {
        if asked == main { Ok(text.as_bytes().to_vec()) } else { std::fs::read(asked) }
    })
}

/// The policy of a text without errors.
pub(crate) fn policy(text: &str) -> Policy {
    let loaded = load_text(text);
    let found: Vec<String> = loaded
        .diagnostics
        .iter()
        .map(|found| format!("{} {}", found.code, found.message))
        .collect();
    assert!(!loaded.has_errors(), "{}\n{text}", found.join("\n"));
    loaded.policies.into_iter().next().expect("a policy")
}

/// A policy made ready for a time.
pub(crate) fn engine(text: &str, as_of: &str) -> Engine {
    let as_of = Instant::parse(as_of).expect("a time");
    Engine::new(policy(text), as_of, Dispositions::default()).expect("a program")
}

/// The shipped policy of that path made ready for a time.
pub(crate) fn shipped(path: &str, as_of: &str) -> Engine {
    let path: PathBuf = root().join(path);
    let loaded = load(&[path], &mut |asked| std::fs::read(asked));
    assert!(!loaded.has_errors());
    let policy = loaded.policies.into_iter().next().expect("a policy");
    let as_of = Instant::parse(as_of).expect("a time");
    Engine::new(policy, as_of, Dispositions::default()).expect("a program")
}

/// The shipped policy of the 2022 advisory, with the bundled roster to compare subjects with.
pub(crate) fn shipped_with_roster(as_of: &str) -> (Engine, String) {
    let engine = shipped("policies/dprk-it-workers/1.0.0.due", as_of);
    let roster = read("policies/dprk-it-workers/examples/roster.jsonl");
    let raws = raw(Format::JsonLines, roster.as_bytes());
    let layout: Layout = engine.layout(BadValues::Refuse);
    let records: Vec<Record<'_>> =
        raws.iter().filter_map(|raw| layout.decode(raw).record).collect();
    let engine = engine.among(&records).expect("no subject twice");
    (engine, roster)
}

/// Every raw record of a roster text.
pub(crate) fn raw(format: Format, text: &[u8]) -> Vec<RawRecord> {
    let mut reader = RawReader::new(format, text).expect("a roster");
    let mut records = Vec::new();
    while let Some(record) = reader.next_record().expect("a readable roster") {
        records.push(record);
        reader.drain(&mut |_| Ok(())).expect("a readable roster");
    }
    records
}

/// Judges a JSON record that must be readable.
pub(crate) fn judge(engine: &Engine, json: &str) -> Judgement {
    with_record(engine, json, |record| engine.judge(record, Detail::Full))
}

/// Hands a decoded JSON record to a closure.
pub(crate) fn with_record<T>(
    engine: &Engine,
    json: &str,
    use_it: impl FnOnce(&Record<'_>) -> T,
) -> T {
    let layout: Layout = engine.layout(BadValues::Refuse);
    let one_line = json.replace('\n', " ");
    let raw = raw(Format::JsonLines, one_line.as_bytes());
    let decoded = layout.decode(raw.first().expect("a record"));
    assert!(decoded.unmapped.is_empty(), "no such fields: {:?}", decoded.unmapped);
    match decoded.record {
        Some(record) => use_it(&record),
        None => panic!("refused: {:?}\n{json}", decoded.problems),
    }
}

/// What a rule came to, by its name.
pub(crate) fn rule_of<'j>(
    engine: &Engine,
    judgement: &'j Judgement,
    rule: &str,
) -> &'j RuleJudgement {
    let place = engine
        .policy()
        .checked
        .rules
        .iter()
        .position(|known| known.name == rule)
        .unwrap_or_else(|| panic!("no rule {rule}"));
    &judgement.rules[place]
}

/// The outcome of a rule by its name.
pub(crate) fn outcome(engine: &Engine, judgement: &Judgement, rule: &str) -> &'static str {
    rule_of(engine, judgement, rule).outcome.word()
}

/// What would settle a rule, by its name.
pub(crate) fn needs(engine: &Engine, judgement: &Judgement, rule: &str) -> Vec<String> {
    let needs = &rule_of(engine, judgement, rule).needs;
    needs.iter().map(|need| engine.path(&need.steps)).collect()
}

/// The name of the level of a judgement.
pub(crate) fn level(engine: &Engine, judgement: &Judgement) -> String {
    engine.policy().checked.decision.levels[judgement.decision.index()].name.clone()
}

/// A policy with one flag, `tested`, over the record of `tests/fixtures/subject.due`.
pub(crate) fn policy_with(condition: &str) -> String {
    format!(
        r#"policy test 1.0.0 {{
  title "Test" owner "Test" status draft effective 2022-01-01 applies to subject
  use "../../tests/fixtures/subject.due"
}}
source s {{
  title "S" issued 2021-01-01
  item i "I"
}}
flag tested "Tested" {{
  cites s i
  severity weak
  weight 5 because "a test"
  when {condition}
}}
decision {{
  levels clear < incomplete < review < block
  block when any prohibition is hit
  review when any flag is hit
  unsettled incomplete
}}
"#
    )
}

/// The time of tests that do not say another.
pub(crate) const AS_OF: &str = "2022-08-01T00:00:00Z";

/// What a condition comes to for a record with those facts, given as the inside of a JSON object.
pub(crate) fn condition_truth(condition: &str, facts: &str) -> duecare::eval::Truth {
    let engine = engine(&policy_with(condition), AS_OF);
    let separator = if facts.trim().is_empty() { "" } else { ", " };
    let judgement = judge(&engine, &format!("{{\"id\": \"S-1\"{separator}{facts}}}"));
    match outcome(&engine, &judgement, "tested") {
        "hit" => duecare::eval::Truth::Yes,
        "clear" => duecare::eval::Truth::No,
        "unknown" => duecare::eval::Truth::Unknown,
        other => panic!("{other}"),
    }
}

/// The code of the first error that a condition is refused with.
pub(crate) fn condition_refusal(condition: &str) -> Option<String> {
    let loaded = load_text(&policy_with(condition));
    let errors = loaded
        .diagnostics
        .iter()
        .filter(|found| found.level() == duecare::diagnostic::Level::Error);
    errors.map(|found| found.code.id().to_owned()).next()
}

/// The fields of a record as columns: those of a record inside with dots, lists as JSON.
pub(crate) fn cells(path: &str, value: &serde_json::Value, row: &mut Vec<(String, String)>) {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                cells(&format!("{path}{dot}{name}"), inner, row);
            }
        }
        Value::Null => row.push((path.to_owned(), "none".to_owned())),
        Value::String(text) => row.push((path.to_owned(), text.clone())),
        Value::Bool(yes) => row.push((path.to_owned(), yes.to_string())),
        Value::Number(number) => row.push((path.to_owned(), number.to_string())),
        Value::Array(_) => row.push((path.to_owned(), value.to_string())),
    }
}
