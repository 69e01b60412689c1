//! The examples beside the shipped policy, and its roster.

use std::collections::{BTreeMap, BTreeSet};

use duecare::hir::RuleKind;
use duecare::loader::load;
use duecare::testing::{Suite, read_cases};

use crate::support::{read, root, shipped};

/// The outcomes that the examples of every rule must show between them.
fn wanted(kind: RuleKind) -> &'static [&'static str] {
    match kind {
        RuleKind::Flag | RuleKind::Prohibition => &["hit", "clear", "unknown"],
        RuleKind::Control => &["met", "unmet", "unknown"],
    }
}

#[test]
fn examples_of_the_2022_advisory_come_out_as_written_and_show_every_outcome() {
    let path = root().join("policies/dprk-it-workers/1.0.0.due");
    let loaded = load(&[path], &mut |asked| std::fs::read(asked));
    let mut suite = Suite::new(&loaded);
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let folder = root().join("policies/dprk-it-workers/examples");
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|ending| ending == "yaml") {
            let cases = read_cases(&std::fs::read_to_string(&path).unwrap()).unwrap();
            for case in cases {
                let result = suite.run(&case).unwrap();
                assert!(result.has_passed(), "{}: {result:#?}", path.display());
                for (rule, outcome) in case.records.iter().flat_map(|(_, expect)| &expect.rules) {
                    seen.entry(rule.clone()).or_default().insert(outcome.clone());
                }
            }
        }
    }
    for rule in &loaded.policies[0].checked.rules {
        for outcome in wanted(rule.kind()) {
            let has = seen.get(&rule.name).is_some_and(|outcomes| outcomes.contains(*outcome));
            assert!(has, "`{}` has no example that is {outcome}", rule.name);
        }
    }
}

#[test]
fn the_bundled_roster_is_decided_as_expected_by_hand() {
    let engine = shipped("policies/dprk-it-workers/1.0.0.due", "2022-08-01T00:00:00Z");
    let roster = read("policies/dprk-it-workers/examples/roster.jsonl");
    let expected = read("tests/golden/dprk-it-workers-1.0.0.brief.jsonl");
    assert_eq!(roster.lines().count(), expected.lines().count());
    for (record, expected) in roster.lines().zip(expected.lines()) {
        let found = crate::support::with_record(&engine, record, |record| {
            let judgement = engine.judge(record, duecare::eval::Detail::Full);
            serde_json::to_string(&engine.brief(record, &judgement)).unwrap()
        });
        assert_eq!(found, expected);
    }
}
