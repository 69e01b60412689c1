//! Whom a change of a policy touches: counted by hand, and against each version decided alone.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::Detail;
use duecare::loader::{Loaded, load};
use duecare::review::impact::{Impact, RulePairs, Versions, Watch};
use duecare::review::{Comparison, Version};
use duecare::roster::{BadValues, Format, Layout, RawReader};
use duecare::run::{Plan, RunError, collect, merge};
use duecare::value::Instant;
use serde_json::{Value, json};

use crate::support::{AS_OF, load_text, policy_with, read, root};

const ROSTER: &str = "policies/dprk-it-workers/examples/roster.jsonl";

fn engine(loaded: &Loaded, as_of: &str) -> Engine {
    let as_of = Instant::parse(as_of).unwrap();
    Engine::new(loaded.policies[0].clone(), as_of, Dispositions::default()).unwrap()
}

/// Both engines, knowing who shares what in the roster.
fn engines(old: &Loaded, new: &Loaded, roster: &str, as_of: &str) -> ([Engine; 2], [Layout; 2]) {
    let engines = [engine(old, as_of), engine(new, as_of)];
    let layouts = [0, 1].map(|place: usize| engines[place].layout(BadValues::Refuse));
    let plan = Plan {
        engines: &engines,
        layouts: &layouts,
        jobs: 1,
        detail: Detail::Brief,
        is_prompt: false,
    };
    let mut reader = RawReader::new(Format::JsonLines, roster.as_bytes()).unwrap();
    let collected = collect(&plan, &mut reader, &mut |_| Ok(ControlFlow::Continue(()))).unwrap();
    let mut groups = collected.into_iter().map(|one| merge(vec![one]).unwrap());
    (engines.map(|engine| engine.knowing(groups.next().unwrap())), layouts)
}

fn comparison(old: &Loaded, new: &Loaded) -> Comparison {
    let version = |loaded| -> Version<'_> {
        let Loaded { policies, sources, .. }: &Loaded = loaded;
        Version { policy: &policies[0], sources }
    };
    Comparison::of(version(old), version(new)).unwrap()
}

/// The impact on a roster, and the subjects that were told one by one.
fn impact(
    old: &Loaded,
    new: &Loaded,
    roster: &str,
    as_of: &str,
    jobs: usize,
) -> (Value, Vec<Value>) {
    let pairs =
        RulePairs::new(&old.policies[0].checked, &new.policies[0].checked, &comparison(old, new));
    let (engines, layouts) = engines(old, new, roster, as_of);
    let versions = Versions { engines: &engines, layouts: &layouts, pairs: &pairs };
    let mut told = Vec::new();
    let watch = Watch {
        on_touched: &mut |touched| {
            told.push(serde_json::to_value(touched).unwrap());
            Ok(())
        },
        on_refused: &mut |_| Ok(()),
        on_batch: &mut |_| Ok(ControlFlow::Continue(())),
    };
    let mut reader = RawReader::new(Format::JsonLines, roster.as_bytes()).unwrap();
    let impact = Impact::measure(&versions, jobs, &mut reader, watch).unwrap();
    (serde_json::to_value(&impact).unwrap(), told)
}

/// A policy whose one flag has the condition, with changes of its text.
fn changed(condition: &str, changes: &[(&str, &str)]) -> Loaded {
    let mut text = policy_with(condition);
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    let loaded = load_text(&text);
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    loaded
}

const FIVE: &str = r#"{"id": "S-1", "n": 1, "flag": false}
{"id": "S-2", "n": 5, "flag": false}
{"id": "S-3", "n": 9, "flag": true}
{"id": "S-4", "flag": true}
{"id": "S-5", "n": "many"}
{"id": "S-6", "n": 9}
"#;

#[test]
fn a_roster_by_hand() {
    let old = changed("n >= 8", &[]);
    let new = changed("n >= 5 and flag", &[]);
    let (impact, told) = impact(&old, &new, FIVE, AS_OF, 1);
    assert_eq!(
        (&impact["records"], &impact["decided"], &impact["refused"], &impact["faults"]),
        (&json!(6), &json!(5), &json!(1), &json!(0))
    );
    assert_eq!(impact["refusals"][0]["path"], "n");
    assert_eq!(impact["old_levels"], json!(["block", "review", "incomplete", "clear"]));
    // S-3 keeps its hit, S-6 may lose it, S-4 stays open.
    assert_eq!(
        impact["matrix"],
        json!([
            {"old": "review", "new": "review", "subjects": 1},
            {"old": "review", "new": "incomplete", "subjects": 1},
            {"old": "incomplete", "new": "incomplete", "subjects": 1},
            {"old": "clear", "new": "clear", "subjects": 2},
        ])
    );
    assert_eq!(
        (&impact["changed"], &impact["more_severe"], &impact["less_severe"]),
        (&json!(1), &json!(0), &json!(1))
    );
    assert_eq!(impact["unsettled"], json!({"old": 1, "new": 2, "newly": 1, "no_longer": 0}));
    assert_eq!(impact["newly_unknown"], json!([{"rule": "tested", "subjects": 1}]));
    let shift = json!({"rule": "tested", "old": "hit", "new": "unknown"});
    let mut counted = shift.clone();
    counted["subjects"] = json!(1);
    assert_eq!(impact["rules"], json!([counted]));
    let touched = json!({
        "subject": "S-6", "old": "review", "new": "incomplete",
        "old_settled": true, "new_settled": false, "old_score": [5, 5], "new_score": [0, 5],
        "rules": [shift],
    });
    assert_eq!(told, std::slice::from_ref(&touched));
    assert_eq!(
        impact["flips"],
        json!([{
            "old": "review", "new": "incomplete", "toward": "less_severe", "subjects": 1,
            "rules": [counted], "without_rule": 0, "first": [touched],
        }])
    );
}

#[test]
fn a_renamed_rule_is_the_same_rule() {
    let old = changed("n >= 8", &[]);
    let new = changed("n >= 8", &[("flag tested", "flag renamed")]);
    let (impact, told) = impact(&old, &new, FIVE, AS_OF, 1);
    assert_eq!((impact["rules"].clone(), told.len()), (json!([]), 0));
}

#[test]
fn a_rule_that_is_added_or_gone_is_told_where_it_says_something() {
    let second = "flag second \"Second\" { cites s i severity weak weight 5 because \"a test\" when flag }\ndecision {";
    let old = changed("n >= 8", &[]);
    let new = changed("n >= 8", &[("decision {", second)]);
    let told = |old, new| impact(old, new, FIVE, AS_OF, 1);
    let (added, subjects) = told(&old, &new);
    assert_eq!(
        added["rules"],
        json!([
            {"rule": "second", "new": "hit", "subjects": 2},
            {"rule": "second", "new": "unknown", "subjects": 1},
        ])
    );
    // S-4 was open and is a hit for certain; S-6 was a hit and is one.
    assert_eq!(subjects.iter().map(|one| &one["subject"]).collect::<Vec<_>>(), ["S-4"]);
    let (gone, subjects) = told(&new, &old);
    assert_eq!(
        gone["rules"],
        json!([
            {"rule": "second", "old": "hit", "subjects": 2},
            {"rule": "second", "old": "unknown", "subjects": 1},
        ])
    );
    assert_eq!(subjects.iter().map(|one| &one["subject"]).collect::<Vec<_>>(), ["S-4"]);
}

#[test]
fn other_weights_and_levels_are_told_too() {
    let levels = [("review when any flag is hit", "review when score >= 5")];
    let old = changed("n >= 8", &levels);
    let lighter = changed("n >= 8", &[levels[0], ("weight 5 ", "weight 4 ")]);
    let (impact, told) = self::impact(&old, &lighter, FIVE, AS_OF, 1);
    assert_eq!(
        impact["flips"][0]["rules"],
        json!([{"rule": "tested", "old": "hit", "new": "hit", "old_points": [5, 5], "new_points": [4, 4], "subjects": 2}])
    );
    assert_eq!(told.len(), 3, "{told:?}");
    let higher = changed("n >= 8", &[("review when any flag is hit", "review when score >= 6")]);
    let (impact, _) = self::impact(&old, &higher, FIVE, AS_OF, 1);
    assert_eq!(
        (&impact["flips"][0]["subjects"], &impact["flips"][0]["without_rule"]),
        (&json!(2), &json!(2))
    );
}

#[test]
fn levels_in_another_order_are_compared_by_name() {
    let old = changed("n >= 8", &[]);
    let new = changed(
        "n >= 8",
        &[("clear < incomplete < review < block", "clear < review < incomplete < block")],
    );
    let (impact, told) = impact(&old, &new, FIVE, AS_OF, 1);
    assert_eq!((&impact["changed"], told.len()), (&json!(0), 0));
    let new = changed(
        "n >= 8",
        &[
            ("clear < incomplete < review < block", "clear < review < incomplete < block"),
            ("review when any flag is hit", "incomplete when score >= 5\n  review when score >= 3"),
        ],
    );
    let (impact, _) = self::impact(&old, &new, FIVE, AS_OF, 1);
    assert_eq!(impact["flips"][0]["toward"], "other", "{impact}");
}

/// The real steps: the matrix is what each version comes to alone, and threads change nothing.
#[test]
fn each_step_of_the_shipped_policy_is_what_its_versions_come_to() {
    let roster = with_gaps(&read(ROSTER));
    let versions = ["1.0.0", "2.0.0", "3.0.0", "4.0.0", "5.0.0"].map(|version| {
        let path = root().join(format!("policies/dprk-it-workers/{version}.due"));
        load(&[path], &mut |asked| std::fs::read(asked))
    });
    let mut changed = 0;
    for pair in versions.windows(2) {
        let [old, new] = pair else { unreachable!() };
        let as_of = "2026-01-01T00:00:00Z";
        let one = impact(old, new, &roster, as_of, 1);
        assert_eq!(one, impact(old, new, &roster, as_of, 3));
        let (old, new) = (alone(old, &roster, as_of), alone(new, &roster, as_of));
        let mut matrix: BTreeMap<(String, String), u64> = BTreeMap::new();
        for (subject, level) in &old {
            *matrix.entry((level.clone(), new[subject].clone())).or_default() += 1;
        }
        let told: BTreeMap<(String, String), u64> = one.0["matrix"]
            .as_array()
            .unwrap()
            .iter()
            .map(|cell| {
                let word = |key: &str| cell[key].as_str().unwrap().to_owned();
                ((word("old"), word("new")), cell["subjects"].as_u64().unwrap())
            })
            .collect();
        assert_eq!(told, matrix);
        let flipped: Vec<&String> =
            old.iter().filter(|(key, level)| new[*key] != **level).map(|(key, _)| key).collect();
        let mut named: Vec<&str> =
            one.1.iter().map(|touched| touched["subject"].as_str().unwrap()).collect();
        named.sort_unstable();
        assert_eq!(named, flipped);
        changed += flipped.len();
    }
    assert!(changed >= 3, "{changed} decisions changed");
}

/// Every third record, and each of them without one of its fields.
fn with_gaps(roster: &str) -> String {
    let mut lines = String::new();
    for line in roster.lines().step_by(3) {
        let record: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
        let fields = record.keys().filter(|field| *field != "id").map(Some);
        for gap in std::iter::once(None).chain(fields) {
            let mut record = record.clone();
            if let Some(gap) = gap {
                record.remove(gap);
                record["id"] = json!(format!("{}-{gap}", record["id"].as_str().unwrap()));
            }
            lines.push_str(&Value::Object(record).to_string());
            lines.push('\n');
        }
    }
    lines
}

/// The level of each subject by one version.
fn alone(loaded: &Loaded, roster: &str, as_of: &str) -> BTreeMap<String, String> {
    let (engines, _) = engines(loaded, loaded, roster, as_of);
    let engine = &engines[0];
    let mut levels = BTreeMap::new();
    for raw in crate::support::raw(Format::JsonLines, roster.as_bytes()) {
        let layout = engine.layout(BadValues::Refuse);
        let record = layout.decode(&raw).record.unwrap();
        let judgement = engine.judge(&record, Detail::Full);
        levels.insert(record.subject.clone(), crate::support::level(engine, &judgement));
    }
    levels
}

#[test]
fn the_reading_can_be_ended() {
    let old = changed("n >= 8", &[]);
    let (engines, layouts) = engines(&old, &old, FIVE, AS_OF);
    let pairs =
        RulePairs::new(&old.policies[0].checked, &old.policies[0].checked, &comparison(&old, &old));
    let versions = Versions { engines: &engines, layouts: &layouts, pairs: &pairs };
    let watch = Watch {
        on_touched: &mut |_| Ok(()),
        on_refused: &mut |_| Ok(()),
        on_batch: &mut |_| Ok(ControlFlow::Break(())),
    };
    let mut reader = RawReader::new(Format::JsonLines, FIVE.as_bytes()).unwrap();
    let ended = Impact::measure(&versions, 1, &mut reader, watch);
    assert!(matches!(ended, Err(RunError::Stopped(so_far)) if so_far.records == 6));
}
