//! A run that judges each record when it first reads it, as if its subject shared nothing with anybody, and
//! judges anew only who does share something, comes to the same bytes as one that judges all in the second
//! reading.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::Detail;
use duecare::roster::{BadValues, Format, Layout, RawReader, RawRecord};
use duecare::run::{
    Callbacks, Earlier, Judged, Ladder, OnDecided, Plan, Refused, SoFar, collect, collect_early,
    evaluate, merge,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::peers::{COMPARISONS, roster};
use crate::support::{AS_OF, engine, policy_with};

/// What a run hands out, in order.
#[derive(Debug, PartialEq)]
struct Ran {
    told: Vec<String>,
    summary: String,
    faults: u64,
}

struct Runner {
    engines: Vec<Engine>,
    bad_values: BadValues,
    jobs: usize,
}

impl Runner {
    fn of(engines: Vec<Engine>) -> Self {
        Self { engines, bad_values: BadValues::Refuse, jobs: 1 }
    }

    /// Runs over a roster; also how many records were judged in the second reading.
    fn run(&self, text: &[u8], is_early: bool) -> (Ran, usize) {
        let layouts: Vec<Layout> =
            self.engines.iter().map(|engine| engine.layout(self.bad_values)).collect();
        let plan = |engines| Plan {
            engines,
            layouts: &layouts,
            jobs: self.jobs,
            detail: Detail::Brief,
            is_prompt: false,
        };
        let ladder = Ladder::new(&self.engines).unwrap();
        let open = || RawReader::new(Format::JsonLines, text).unwrap();
        let mut go_on = |_: &SoFar| Ok(ControlFlow::Continue(()));
        let first = plan(&self.engines);
        let (collected, early) = if is_early {
            let kept = |_: &RawRecord, judged: &[Judged<'_, '_>]| line(judged);
            let (collected, early) =
                collect_early(&first, &ladder, &mut open(), &kept, &mut go_on).unwrap();
            (collected, Some(early))
        } else {
            (collect(&first, &mut open(), &mut go_on).unwrap(), None)
        };
        let engines = self.engines.iter().cloned().zip(collected);
        let knowing: Vec<Engine> = engines
            .map(|(engine, collected)| {
                if engine.program().compares_subjects() {
                    engine.knowing(merge(vec![collected]).unwrap())
                } else {
                    engine
                }
            })
            .collect();
        let judged_anew = AtomicUsize::new(0);
        let render = |_: &RawRecord, judged: &[Judged<'_, '_>]| {
            judged_anew.fetch_add(1, Ordering::Relaxed);
            line(judged)
        };
        let told = std::cell::RefCell::new(Vec::new());
        let on_decided: OnDecided<'_, Vec<u8>> = &mut |line: Vec<u8>| {
            told.borrow_mut().push(String::from_utf8(line).unwrap());
            Ok(())
        };
        let callbacks = Callbacks {
            render: &render,
            earlier: early.map(|early| Earlier { early, remake: &|line| line }),
            on_decided,
            on_refused: &mut |record: Refused<'_>| {
                told.borrow_mut().push(format!("{} {:?}", record.raw.number, record.problems));
                (record.rest)(&mut |_| Ok(()))
            },
            on_batch: &mut |so_far: &SoFar| {
                told.borrow_mut().push(format!("{so_far:?}"));
                Ok(ControlFlow::Continue(()))
            },
        };
        let summary = evaluate(&plan(&knowing), &ladder, &mut open(), callbacks).unwrap();
        let ran = Ran {
            told: told.into_inner(),
            summary: serde_json::to_string(&summary).unwrap(),
            faults: summary.faults,
        };
        (ran, judged_anew.into_inner())
    }
}

/// The short line of each policy.
fn line(judged: &[Judged<'_, '_>]) -> Vec<u8> {
    let briefs: Vec<_> =
        judged.iter().map(|judged| judged.engine.brief(judged.record, &judged.judgement)).collect();
    serde_json::to_vec(&briefs).unwrap()
}

/// Makes some subjects of a roster share nothing, and puts records between them that are refused.
fn text(mut roster: Vec<Value>, seed: usize) -> Vec<u8> {
    let mut lines: Vec<String> = Vec::new();
    for (place, subject) in roster.iter_mut().enumerate() {
        let kind = (place * 7 + seed) % 5;
        if kind < 3 {
            for item in subject["items"].as_array_mut().into_iter().flatten() {
                if item.get("owner").is_some() {
                    item["owner"] = json!(format!("own-{place}"));
                }
            }
        }
        if (place + seed).is_multiple_of(4) {
            subject["beyond"] = json!(1);
        }
        lines.push(subject.to_string());
        match (place * 3 + seed) % 7 {
            // Twice the same subject, once the same and once another record.
            0 => lines.push(subject.to_string()),
            1 => lines.push(json!({"id": subject["id"], "items": [{"owner": "a"}]}).to_string()),
            2 => lines.push("broken".to_owned()),
            3 => lines.push(json!({"id": format!("B-{place}"), "n": "many"}).to_string()),
            _ => {}
        }
    }
    lines.join("\n").into_bytes()
}

fn policies() -> Vec<Vec<Engine>> {
    let each = COMPARISONS.iter();
    let mut policies: Vec<Vec<Engine>> = each
        .flat_map(|(peers, _)| {
            [
                format!("count of {peers} >= 2"),
                format!("not exists {peers}"),
                format!("exists {peers}"),
            ]
        })
        .map(|condition| vec![engine(&policy_with(&condition), AS_OF)])
        .collect();
    let other = |condition: &str, name: &str| {
        engine(&policy_with(condition).replace("policy test", &format!("policy {name}")), AS_OF)
    };
    policies.push(vec![
        other("exists peers sharing items.owner", "first"),
        other("flag", "second"),
        other("count of peers sharing maybe_t < 1", "third"),
    ]);
    policies
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(11), ..ProptestConfig::default() })]

    #[test]
    fn it_comes_to_the_same_bytes(roster in roster(1..14), seed in 0_usize..35) {
        let text = text(roster, seed);
        for engines in policies() {
            for (jobs, bad_values) in [(1, BadValues::Refuse), (3, BadValues::Unknown)] {
                let runner = Runner { engines: engines.clone(), bad_values, jobs };
                let (expected, all) = runner.run(&text, false);
                let (ran, anew) = runner.run(&text, true);
                prop_assert_eq!(&ran, &expected, "{}", String::from_utf8_lossy(&text));
                prop_assert!(anew <= all);
            }
        }
    }
}

/// Ten subjects: two share an owner, one has an owner that nobody knows, one stands in it twice.
const ROSTER: &str = r#"{"id": "S-0", "items": [{"owner": "a"}]}
{"id": "S-1", "items": [{"owner": "b", "happened": "2022-07-01T00:00:00Z"}]}
{"id": "S-2", "items": [{}]}
{"id": "S-3", "items": [{"owner": "a"}, {"owner": "d"}]}
{"id": "S-4", "items": []}
{"id": "S-5", "items": [{"owner": "e"}]}
{"id": "S-5", "items": [{"owner": "f"}]}
{"id": "S-6"}
{"id": "S-7", "items": [{"owner": "f"}]}
broken
"#;

#[test]
fn only_who_shares_something_or_may_is_judged_anew() {
    let runner = Runner::of(vec![engine(&policy_with("exists peers sharing items.owner"), AS_OF)]);
    let (expected, all) = runner.run(ROSTER.as_bytes(), false);
    let (ran, anew) = runner.run(ROSTER.as_bytes(), true);
    assert_eq!(ran, expected);
    // S-0 and S-3 share, S-2 and S-6 may, and the second record of S-5 was not compared.
    assert_eq!((all, anew), (9, 5));
    assert_eq!(ran.told.len(), 11);
    assert!(ran.told[6].contains("`S-5` stands already at 6"), "{}", ran.told[6]);
}

#[test]
fn what_people_decided_about_sharing_nothing_holds() {
    let engine = engine(&policy_with("not exists peers sharing items.owner"), AS_OF);
    let layout = engine.layout(BadValues::Refuse);
    let raws = crate::support::raw(Format::JsonLines, ROSTER.as_bytes());
    let records: Vec<_> = raws.iter().filter_map(|raw| layout.decode(raw).record).collect();
    let among = engine.clone().among(&records).unwrap();
    let judgement = among.judge(&records[1], Detail::Full);
    let decision = serde_json::to_value(among.decision(&records[1], &judgement)).unwrap();
    let row = json!({"subject": "S-1", "rule": "tested", "outcome": "cleared", "by": "A person",
        "evidence": decision["rules"][0]["evidence_digest"], "on": "2022-07-15", "why": "looked at"});
    let runner =
        Runner::of(vec![engine.with_dispositions(Dispositions::parse(&row.to_string()).unwrap())]);
    let (expected, _) = runner.run(ROSTER.as_bytes(), false);
    let (ran, anew) = runner.run(ROSTER.as_bytes(), true);
    assert_eq!(ran, expected);
    assert_eq!(anew, 5);
    let hits: BTreeSet<usize> =
        (0..5).filter(|place| ran.told[*place].contains(r#""hits":["tested"]"#)).collect();
    // Of S-1 and S-4, who both share nothing, the one was reviewed.
    assert_eq!(hits, BTreeSet::from([4]));
}

#[test]
fn brief_decisions_of_the_command_are_those_of_full_ones() {
    let early = crate::support::command::eval(
        &["--detail", "brief", "--format", "jsonl", "-q"],
        crate::support::read("policies/dprk-it-workers/examples/roster.jsonl").as_bytes(),
    );
    let full = crate::support::command::eval(
        &["--format", "jsonl", "-q"],
        crate::support::read("policies/dprk-it-workers/examples/roster.jsonl").as_bytes(),
    );
    let of = |text: &str| -> Vec<(Value, Value, Value)> {
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines
            .map(|line| (line["subject"].clone(), line["decision"].clone(), line["score"].clone()))
            .collect()
    };
    assert_eq!(of(&early.out), of(&full.out));
    assert_eq!(early.out.lines().count(), 29);
}
