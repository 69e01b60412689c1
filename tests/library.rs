//! The shipped policies as a library: the days of their versions, their sources, and what they never do.

use std::path::PathBuf;

use duecare::diagnostic::Code;
use duecare::hir::PolicySet;
use duecare::loader::{Loaded, load, load_documents};
use duecare::report::{ItemState, combined_coverage, restated_coverage, source_coverage};
use duecare::value::Date;

use crate::support::root;

const POLICIES: [&str; 4] =
    ["dprk-it-workers", "embargoed-jurisdictions", "engagement-risk", "north-korea-prohibitions"];

fn library(policy: &str) -> Loaded {
    let files = std::fs::read_dir(root().join("policies").join(policy)).unwrap();
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "due"));
    paths.sort();
    let loaded = load(&paths, &mut |path| std::fs::read(path));
    assert!(!loaded.has_errors() && !loaded.policies.is_empty(), "{policy}");
    loaded
}

#[test]
fn the_versions_of_the_red_flags_follow_each_other_day_by_day() {
    let loaded = library("dprk-it-workers");
    let version = |day: &str| {
        let found = loaded.in_force(Date::parse(day).unwrap());
        found.map(|policy| policy.checked.identity.version.to_string())
    };
    assert!(version("2022-05-15").is_err());
    for (day, expected) in [
        ("2022-05-16", "1.0.0"),
        ("2023-10-17", "1.0.0"),
        ("2023-10-18", "2.0.0"),
        ("2024-05-15", "2.0.0"),
        ("2024-05-16", "3.0.0"),
        ("2025-01-22", "3.0.0"),
        ("2025-01-23", "4.0.0"),
        ("2025-07-22", "4.0.0"),
        ("2025-07-23", "5.0.0"),
        ("2035-01-01", "5.0.0"),
    ] {
        assert_eq!(version(day).unwrap(), expected, "{day}");
    }
}

#[test]
fn every_item_of_every_source_is_accounted_for() {
    for name in POLICIES {
        for policy in &library(name).policies {
            let version = &policy.checked.identity.version;
            let rows = source_coverage(&policy.checked);
            assert!(rows.len() > 20, "{name} {version}");
            for row in rows {
                let item = format!("{name} {version}: {} {}", row.source, row.item);
                assert_ne!(row.state, ItemState::Nothing, "{item}");
                let is_accepted = row.state != ItemState::Gap || row.accepted_by.is_some();
                assert!(is_accepted, "{item}: a gap that nobody accepted");
            }
        }
    }
}

#[test]
fn what_the_article_repeats_is_accounted_for() {
    let path = root().join("policies/sources/brief-2022.due");
    let found = load_documents(&[path], &mut |path| std::fs::read(path));
    assert!(found.diagnostics.is_empty());
    let day = Date::parse("2026-01-01").unwrap();
    let loaded: Vec<Loaded> = POLICIES.iter().map(|name| library(name)).collect();
    let in_force: Vec<&PolicySet> =
        loaded.iter().map(|loaded| &*loaded.in_force(day).unwrap().checked).collect();
    let rows = restated_coverage(&found.documents, &combined_coverage(&in_force)).unwrap();
    assert_eq!(rows.len(), 38);
    for row in &rows {
        assert_ne!(row.state, ItemState::Nothing, "{}", row.item);
        assert!(!row.by.is_empty(), "{}", row.item);
    }
    let state = |item: &str| rows.iter().find(|row| row.item == item).unwrap().state;
    assert_eq!(state("b_21"), ItemState::Encoded);
    assert_eq!(state("b_20"), ItemState::Partly);
    assert_eq!(state("b_18"), ItemState::Gap);
    // Without the policies whose sources it repeats, nothing is said.
    let alone = restated_coverage(&found.documents, &combined_coverage(&in_force[..1]));
    assert!(alone.unwrap_err().to_string().contains("risk_matrix electronic_services"));
}

#[test]
fn no_rule_rests_on_origin() {
    for name in POLICIES {
        let found = library(name).diagnostics;
        assert!(found.iter().all(|finding| finding.code != Code::RestsOnOrigin), "{name}");
    }
}
