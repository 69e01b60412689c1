//! Records, and what a version makes of them.

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::{Detail, Judgement};
use duecare::loader::Policy;
use duecare::value::Instant;
use serde_json::Value;

use crate::soundness::facts::Facts;
use crate::support::dice::Dice;
use crate::support::with_record;

/// Days on both sides of those on which dated values, exceptions and lengths of time begin and end.
const TIMES: [&str; 5] = [
    "2022-07-14T12:00:00Z",
    "2022-07-15T00:00:00Z",
    "2022-08-01T00:00:00Z",
    "2022-08-19T18:00:00Z",
    "2022-09-01T00:00:00Z",
];

/// A version made ready for each of the times.
pub(super) fn engines(policy: &Policy) -> Vec<Engine> {
    let engine = |time: &&str| {
        let time = Instant::parse(time).expect("a time");
        Engine::new(policy.clone(), time, Dispositions::default()).expect("values on every day")
    };
    TIMES.iter().map(engine).collect()
}

/// A record, every other one with all facts known, and some amounts in another currency.
pub(super) fn record(engine: &Engine, dice: &mut Dice) -> Value {
    let mut facts = Facts::new(engine.program(), dice.next());
    let incomplete = facts.record();
    let record = if dice.once_in(2) { incomplete } else { facts.completion(&incomplete) };
    if !dice.once_in(4) {
        return record;
    }
    let text = record.to_string().replace("\"5 USD\"", "\"5 EUR\"");
    serde_json::from_str(&text).expect("a record")
}

pub(super) fn judge(engine: &Engine, record: &Value) -> Judgement {
    with_record(engine, &record.to_string(), |record| engine.judge(record, Detail::Brief))
}
