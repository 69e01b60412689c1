//! Records that are shown for a change really are judged differently, as they say.

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::{Detail, Judgement};
use duecare::loader::Policy;
use duecare::review::witness::{Verdict, Witness};
use duecare::review::{Comparison, Direction};
use duecare::roster::{BadValues, RawRecord, RawText, Record};
use duecare::value::Instant;

use crate::support::level;

/// How many there are; each is judged anew by both versions.
pub(super) fn check(comparison: &Comparison, old: &Policy, new: &Policy) -> usize {
    let mut count = 0;
    for change in &comparison.changes {
        for detail in &change.details {
            if detail.direction == Some(Direction::Neither) && detail.part == "when" {
                assert_eq!(detail.witnesses.len(), 2, "{change:#?}");
            }
            for witness in &detail.witnesses {
                let rules: Vec<&str> = change.clause.name.iter().map(String::as_str).collect();
                let (before, after) = (judged(old, witness), judged(new, witness));
                same(&before, &witness.old, &rules);
                same(&after, &witness.new, &rules);
                let (is, was) = (&witness.new, &witness.old);
                assert_ne!(
                    (is.outcome, is.severity, is.weight, is.required, &is.decision),
                    (was.outcome, was.severity, was.weight, was.required, &was.decision),
                    "{witness:#?}"
                );
                count += 1;
            }
        }
    }
    count
}

fn same((engine, judgement): &(Engine, Judgement), said: &Verdict, rules: &[&str]) {
    assert_eq!(level(engine, judgement), said.decision);
    assert_eq!([judgement.score.low, judgement.score.high], said.score);
    let policy = &engine.policy().checked;
    let ids = rules.iter().filter_map(|name| policy.rule_named(name));
    for id in ids {
        let judged = &judgement.rules[id.index()];
        if let Some(outcome) = said.outcome {
            assert_eq!(judged.outcome.word(), outcome);
        }
    }
}

fn judged(policy: &Policy, witness: &Witness) -> (Engine, Judgement) {
    let as_of = Instant::parse(&witness.as_of).expect("a time");
    let engine = Engine::new(policy.clone(), as_of, Dispositions::default()).expect("a program");
    let raws: Vec<RawRecord> = std::iter::once(&witness.record)
        .chain(&witness.others)
        .map(|record| RawRecord {
            number: 1,
            text: RawText::Json(serde_json::to_vec(record).expect("JSON")),
        })
        .collect();
    let layout = engine.layout(BadValues::Refuse);
    let roster: Vec<Record<'_>> =
        raws.iter().map(|raw| layout.decode(raw).record.expect("a record")).collect();
    let engine = if witness.others.is_empty() {
        engine
    } else {
        engine.among(&roster).expect("no subject twice")
    };
    let judgement = engine.judge(&roster[0], Detail::Brief);
    drop(roster);
    (engine, judgement)
}
