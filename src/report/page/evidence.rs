use std::collections::BTreeMap;

use serde::Serialize;

use super::clean::grouped;
use super::html::{CannotRender, render};
use crate::ledger::canonical::Canonical;
use crate::ledger::event::{FACTS, withdrawals};
use crate::ledger::verify::Report;
use crate::ledger::{Problem, View};

/// What the page of an export shows of a ledger.
#[derive(Serialize)]
pub struct EvidencePage {
    origin: String,
    verdict: String,
    assurance: String,
    size: String,
    root: String,
    decisions: String,
    refused: String,
    runs: Vec<RunRow>,
    policies: Vec<PolicyRow>,
    people: Vec<PersonRow>,
    upkeep: Vec<PersonRow>,
    findings: Vec<String>,
    proofs: usize,
    disclosures: usize,
}

/// A run.
#[derive(Serialize)]
struct RunRow {
    leaf: u64,
    recorded: String,
    as_of: String,
    policies: Vec<RunPolicy>,
    records: String,
    decided: String,
    refused: String,
    is_complete: bool,
    look_back: bool,
}

/// A policy of a run, and what it came to.
#[derive(Serialize)]
struct RunPolicy {
    name: String,
    version: String,
    levels: Vec<LevelCount>,
}

/// How many were decided at a level.
#[derive(Serialize)]
struct LevelCount {
    level: String,
    count: String,
}

/// A policy, as the ledger came to know it.
#[derive(Serialize)]
struct PolicyRow {
    leaf: u64,
    recorded: String,
    name: String,
    version: String,
    effective: String,
    digest: String,
}

/// What a person did, or what was done to the log.
#[derive(Serialize)]
struct PersonRow {
    leaf: u64,
    recorded: String,
    what: String,
    details: String,
}

impl EvidencePage {
    /// Of a ledger that was verified. `proofs` and `disclosures` are how many lie beside the page.
    ///
    /// # Errors
    /// If leaves cannot be read.
    pub fn new(
        view: &View,
        report: &Report,
        proofs: usize,
        disclosures: usize,
    ) -> Result<Self, Problem> {
        // By run and policy.
        let mut levels: BTreeMap<(String, String), BTreeMap<String, u64>> = BTreeMap::new();
        view.leaves(0..view.head().size, &mut |_, bytes| {
            let Ok(leaf) = Canonical::parse(bytes) else { return Ok(true) };
            if text(&leaf, "kind") == "decision" {
                let policies = leaf.get("policies").and_then(Canonical::as_array);
                for policy in policies.unwrap_or_default() {
                    let of = levels.entry((text(&leaf, "run"), text(policy, "name"))).or_default();
                    *of.entry(text(policy, "decision")).or_default() += 1;
                }
            }
            Ok(true)
        })?;
        let runs = view.events().of_kind("run_started").map(|(index, leaf)| {
            let id = text(leaf, "run");
            let found = report.runs.iter().find(|run| run.run == id);
            let policies = leaf.get("policies").and_then(Canonical::as_array).unwrap_or_default();
            let decided = policies.iter().map(|policy| {
                let name = text(policy, "name");
                let counts = levels.remove(&(id.clone(), name.clone())).unwrap_or_default();
                let levels = counts.into_iter();
                let levels =
                    levels.map(|(level, count)| LevelCount { level, count: grouped(count) });
                RunPolicy { name, version: text(policy, "version"), levels: levels.collect() }
            });
            RunRow {
                leaf: index,
                recorded: plain_time(&text(leaf, "recorded")),
                as_of: plain_time(&text(leaf, "as_of")),
                policies: decided.collect(),
                records: grouped(found.map_or(0, |run| run.records)),
                decided: grouped(found.map_or(0, |run| run.decided)),
                refused: grouped(found.map_or(0, |run| run.refused)),
                is_complete: found.is_some_and(|run| run.is_complete),
                look_back: policies
                    .iter()
                    .any(|policy| policy.get("look_back") == Some(&Canonical::YesNo(true))),
            }
        });
        let policies = view.events().of_kind("policy_published").map(|(index, leaf)| PolicyRow {
            leaf: index,
            recorded: plain_time(&text(leaf, "recorded")),
            name: text(leaf, "name"),
            version: text(leaf, "version"),
            effective: match leaf.get("effective_until") {
                Some(until) => {
                    let until = until.as_text().unwrap_or_default();
                    format!("{} until {until}", text(leaf, "effective_from"))
                }
                None => format!("from {}", text(leaf, "effective_from")),
            },
            digest: text(leaf, "digest"),
        });
        let head = view.head();
        Ok(Self {
            origin: head.origin.clone(),
            verdict: report.verdict.to_string(),
            assurance: report.assurance.to_string(),
            size: grouped(head.size),
            root: head.root.to_string(),
            decisions: grouped(report.read.decisions),
            refused: grouped(report.read.refused),
            runs: runs.collect(),
            policies: policies.collect(),
            people: rows(view, &[FACTS.as_slice(), &["withdrawal", "approval"]].concat()),
            upkeep: rows(
                view,
                &["log_opened", "key_rotated", "recovery", "erasure", "export_made", "log_sealed"],
            ),
            findings: report.findings.iter().map(ToString::to_string).collect(),
            proofs,
            disclosures,
        })
    }
}

/// The page of an export: one HTML file that needs nothing else.
///
/// # Errors
/// If the template of the page does not fit what it is given.
pub fn evidence_report(page: &EvidencePage) -> Result<String, CannotRender> {
    render(include_str!("evidence.html"), page)
}

fn rows(view: &View, kinds: &[&str]) -> Vec<PersonRow> {
    let events = view.events().iter();
    let withdrawn = withdrawals(view.events());
    let chosen = events.filter(|(_, leaf)| kinds.contains(&text(leaf, "kind").as_str()));
    chosen
        .map(|(index, leaf)| PersonRow {
            leaf: index,
            recorded: plain_time(&text(leaf, "recorded")),
            what: text(leaf, "kind").replace('_', " "),
            details: super::super::leaves::details(leaf, withdrawn.get(&index).copied()),
        })
        .collect()
}

fn text(leaf: &Canonical, key: &str) -> String {
    leaf.text_at(key).unwrap_or_default().to_owned()
}

/// A time as people read it.
fn plain_time(time: &str) -> String {
    time.replace('T', " ").replace('Z', " UTC")
}
