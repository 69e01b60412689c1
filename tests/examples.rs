//! The examples beside the shipped policies, and the roster.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use duecare::hir::RuleKind;
use duecare::loader::load;
use duecare::testing::{Suite, read_cases};

use crate::support::{read, root, shipped_with_roster};

/// The outcomes that the examples of every rule must show between them.
fn wanted(kind: RuleKind) -> &'static [&'static str] {
    match kind {
        RuleKind::Flag | RuleKind::Prohibition => &["hit", "clear", "unknown"],
        RuleKind::Control => &["met", "unmet", "unknown"],
    }
}

/// The folders under `policies` that hold versions of a policy.
fn policy_folders() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root().join("policies")).unwrap();
    let mut found: Vec<PathBuf> = folders.map(|entry| entry.unwrap().path()).collect();
    found.retain(|folder| folder.join("1.0.0.due").exists());
    found.sort();
    assert!(found.len() >= 4, "{found:?}");
    found
}

#[test]
fn examples_come_out_as_written_and_show_every_outcome_of_every_rule() {
    for folder in policy_folders() {
        let mut versions = files_in(&folder, "due");
        versions.sort();
        let loaded = load(&versions, &mut |asked| std::fs::read(asked));
        assert!(!loaded.has_errors(), "{}", folder.display());
        let mut suite = Suite::new(&loaded);
        let mut seen: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for path in files_in(&folder.join("examples"), "yaml") {
            let cases = read_cases(&std::fs::read_to_string(&path).unwrap()).unwrap();
            for case in cases {
                for result in suite.run(&case).unwrap() {
                    assert!(result.has_passed(), "{}: {result:#?}", path.display());
                    for (rule, outcome) in case.records.iter().flat_map(|(_, expect)| &expect.rules)
                    {
                        let key = (result.version.clone(), rule.clone());
                        seen.entry(key).or_default().insert(outcome.clone());
                    }
                }
            }
        }
        for policy in &loaded.policies {
            let version = policy.checked.identity.version.to_string();
            for rule in &policy.checked.rules {
                let shown = seen.get(&(version.clone(), rule.name.clone()));
                for outcome in wanted(rule.kind()) {
                    let has = shown.is_some_and(|outcomes| outcomes.contains(*outcome));
                    assert!(has, "{version}: `{}` has no example that is {outcome}", rule.name);
                }
            }
        }
    }
}

fn files_in(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
}

#[test]
fn the_bundled_roster_is_decided_as_expected_by_hand() {
    let (engine, roster) = shipped_with_roster("2022-08-01T00:00:00Z");
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
