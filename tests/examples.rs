//! The examples beside the shipped policies: each gives a record and what some rules come to.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::support::{judge, level, needs, outcome, read, root, rule_of, shipped};
use duecare::hir::RuleKind;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleFile {
    examples: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    name: String,
    as_of: String,
    record: serde_json::Value,
    expect: Expectation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    #[serde(default)]
    rules: BTreeMap<String, String>,
    #[serde(default)]
    decision: Option<String>,
    #[serde(default)]
    needs: Option<BTreeMap<String, Vec<String>>>,
    /// What a hit adds to the score, as `5..30`.
    #[serde(default)]
    counted: BTreeMap<String, String>,
}

#[test]
fn examples_of_the_2022_advisory_come_out_as_written() {
    let folder = root().join("policies/dprk-it-workers/examples");
    let mut engines: BTreeMap<String, duecare::engine::Engine> = BTreeMap::new();
    let mut failures = Vec::new();
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
    {
        let file: ExampleFile = serde_yaml::from_str(&std::fs::read_to_string(path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for example in file.examples {
            let engine = engines
                .entry(example.as_of.clone())
                .or_insert_with(|| shipped("policies/dprk-it-workers/1.0.0.due", &example.as_of));
            let judgement = judge(engine, &example.record.to_string());
            for (rule, expected) in &example.expect.rules {
                let found = outcome(engine, &judgement, rule);
                seen.entry(rule.clone()).or_default().insert(found.to_owned());
                if found != expected {
                    failures.push(format!(
                        "{}: {rule}: expected {expected}, found {found}",
                        example.name
                    ));
                }
            }
            for (rule, expected) in &example.expect.counted {
                let indicator = rule_of(engine, &judgement, rule).indicator.as_ref();
                let range = indicator.and_then(|indicator| indicator.counted).unwrap();
                let found = format!("{}..{}", range.low, range.high);
                if found != *expected {
                    failures.push(format!("{}: {rule} counts {found}", example.name));
                }
            }
            let decision = level(engine, &judgement);
            if example.expect.decision.as_ref().is_some_and(|expected| *expected != decision) {
                failures.push(format!("{}: found decision {decision}", example.name));
            }
            for (rule, expected) in example.expect.needs.unwrap_or_default() {
                let found = needs(engine, &judgement, &rule);
                if found != expected {
                    failures.push(format!("{}: {rule} needs {found:?}", example.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));

    let engine = shipped("policies/dprk-it-workers/1.0.0.due", "2022-08-01T00:00:00Z");
    for rule in &engine.policy().checked.rules {
        let wanted: &[&str] = match rule.kind() {
            RuleKind::Flag | RuleKind::Prohibition => &["hit", "clear", "unknown"],
            RuleKind::Control => &["met", "unmet", "unknown"],
        };
        for outcome in wanted {
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
