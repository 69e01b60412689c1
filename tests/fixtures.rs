//! Policies with mistakes, and what is said about each: the codes stand in the lines they are about,
//! the words in the snapshots.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use duecare::diagnostic::{Code, Style, render};
use duecare::loader::Loaded;

use crate::support::{load_text, root};

/// What a fixture that does not say otherwise is part of; it follows, so that lines keep their numbers.
const REST_OF_POLICY: &str = r#"
policy test 1.0.0 {
  title "Test" owner "Test" status draft effective 2022-01-01 applies to subject
  use "../../tests/fixtures/subject.due"
}
source s { title "S" issued 2021-01-01 item i "I" }
"#;

const REST_OF_DECISION: &str = r#"
decision {
  levels clear < incomplete < review < block
  weights weak 5, moderate 15, strong 30 because "x"
  block when any prohibition is hit
  review when any flag is hit
  unsettled incomplete
}
"#;

fn fixtures(folder: &str) -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root().join("tests/fixtures").join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "due"))
        .collect();
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

fn load_fixture(text: &str) -> Loaded {
    let mut whole = text.to_owned();
    if !text.contains("policy test") {
        whole.push_str(REST_OF_POLICY);
        if !text.contains("decision {") {
            whole.push_str(REST_OF_DECISION);
        }
    }
    load_text(&whole)
}

/// Line and code of every finding.
fn found(loaded: &Loaded) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = loaded
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let file = loaded.sources.file(diagnostic.span.file).unwrap();
            (file.position(diagnostic.span.start).line, diagnostic.code.id().to_owned())
        })
        .collect();
    found.sort();
    found
}

/// The codes behind `//~` in each line.
fn expected(text: &str) -> Vec<(usize, String)> {
    let lines = text
        .lines()
        .enumerate()
        .filter_map(|(line, text)| Some((line + 1, text.split_once("//~")?.1)));
    let mut expected: Vec<(usize, String)> = lines
        .flat_map(|(line, codes)| codes.split_whitespace().map(move |code| (line, code.to_owned())))
        .collect();
    expected.sort();
    expected
}

fn rendered(loaded: &Loaded) -> String {
    let mut text = String::new();
    for finding in &loaded.diagnostics {
        let _ = writeln!(
            text,
            "{}\n",
            render(finding, &loaded.sources, Style { color: false, width: 90 })
        );
    }
    text.replace(root().to_str().unwrap(), "")
}

#[test]
fn every_mistake_is_found_where_it_stands() {
    let mut covered = BTreeSet::new();
    let mut failures = String::new();
    for folder in ["syntax/bad", "check/bad"] {
        for (name, text) in fixtures(folder) {
            let loaded = load_fixture(&text);
            let (found, expected) = (found(&loaded), expected(&text));
            covered.extend(found.iter().map(|(_, code)| code.clone()));
            if found != expected {
                let only = |these: &[(usize, String)], those: &[(usize, String)]| {
                    these.iter().filter(|one| !those.contains(one)).cloned().collect::<Vec<_>>()
                };
                let _ = writeln!(
                    failures,
                    "{folder}/{name}: not expected {:?}, not found {:?}",
                    only(&found, &expected),
                    only(&expected, &found)
                );
            }
            let snapshot = format!("{}_{name}", folder.replace('/', "_"));
            insta::with_settings!({
                snapshot_path => "fixtures/snapshots",
                prepend_module_to_snapshot => false,
                omit_expression => true,
            }, {
                insta::assert_snapshot!(snapshot, rendered(&loaded));
            });
        }
    }
    assert!(failures.is_empty(), "{failures}");
    // Of versions in one folder, of a file on its own, of lists, of what is published and approved: see
    // `versions`, `hostile`, `lists`, `publishing`, `approvals`.
    let elsewhere = [
        "DC0111", "DC0112", "DC0113", "DC0501", "DC0506", "DC0901", "DC0902", "DC0903", "DC0904",
        "DC0905", "DC0714", "DC0715", "DC0906", "DC0907", "DC0908",
    ];
    let missing: Vec<&str> = Code::ALL
        .iter()
        .map(|code| code.id())
        .filter(|id| !covered.contains(*id) && !elsewhere.contains(id))
        .collect();
    assert!(missing.is_empty(), "no fixture has {missing:?}");
}

#[test]
fn what_is_right_has_no_findings() {
    for folder in ["syntax/ok", "check/ok"] {
        for (name, text) in fixtures(folder) {
            let loaded = load_fixture(&text);
            assert!(loaded.diagnostics.is_empty(), "{folder}/{name}:\n{}", rendered(&loaded));
        }
    }
}
