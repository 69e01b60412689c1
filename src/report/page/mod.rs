//! The report of a run as a page for people who were not there: HTML, and Markdown for a comment.

mod clean;
mod evidence;
mod found;
mod highlights;
mod html;
mod markdown;
mod missing;

pub use evidence::{EvidencePage, evidence_report};
pub use highlights::{Highlight, Highlights};
pub use html::{CannotRender, html_report};
pub use markdown::markdown_report;

pub(super) use clean::{clean, grouped, whole};
pub(super) use html::render_whole;
pub(super) use markdown::{code, plain};

use serde::Serialize;

use super::run::uncompared;
use crate::engine::Engine;
use crate::run::{DecisionCount, RunSummary, Summary};
use found::{ControlRow, RuleRow};
use highlights::{RefusedEntry, SubjectEntry};
use missing::{Missing, Reasons, SharedBy};

/// What a page shows of a run.
#[derive(Serialize)]
struct Page {
    roster: String,
    engine: &'static str,
    as_of: String,
    records: String,
    decided: String,
    refused: String,
    open: String,
    has_open: bool,
    has_refused: bool,
    is_several: bool,
    number_of_policies: usize,
    /// By the most severe decision of each subject.
    levels: Vec<LevelBar>,
    policies: Vec<PolicyPart>,
    subjects: Vec<SubjectEntry>,
    /// Whom the list of subjects has, of how many.
    shown_of: String,
    lowest: String,
    refusals: Reasons,
    first_refused: Vec<RefusedEntry>,
}

/// What a page shows of one policy.
#[derive(Serialize)]
struct PolicyPart {
    title: String,
    name: String,
    version: String,
    digest: String,
    owner: String,
    in_force: bool,
    levels: Vec<LevelBar>,
    rules: Vec<RuleRow>,
    /// What is to be said of the prohibitions and red flags that are not listed.
    other_rules: String,
    controls: Vec<ControlRow>,
    other_controls: String,
    missing: Vec<Missing>,
    more_missing: usize,
    /// Whether it compares people with each other.
    compares: bool,
    shared: Vec<SharedBy>,
    /// What was compared and nobody shares.
    unshared: String,
    /// That refused records were compared with nobody.
    uncompared: Option<String>,
    not_covered: Vec<RuleRow>,
    bad_values: Reasons,
    unmapped: Vec<Missing>,
    more_unmapped: usize,
    carried: Vec<Missing>,
    has_left_out: bool,
}

/// How many subjects are at a level; widths are of the widest bar.
#[derive(Serialize)]
struct LevelBar {
    level: String,
    subjects: String,
    share: String,
    settled: String,
    open: String,
    has_open: bool,
    settled_width: String,
    open_width: String,
    below_top: usize,
}

impl Page {
    fn new(
        roster: &str,
        summary: &RunSummary,
        engines: &[Engine],
        highlights: &Highlights,
        rows_max: usize,
    ) -> Self {
        let kept = highlights.kept();
        let first = summary.runs.first();
        let open: u64 = summary.subjects.iter().map(|count| count.subjects - count.settled).sum();
        let lowest = summary.subjects.last();
        let above = summary.decided() - lowest.map_or(0, |count| count.subjects);
        let parts = summary.runs.iter().zip(engines).enumerate();
        Self {
            roster: roster.to_owned(),
            engine: env!("CARGO_PKG_VERSION"),
            as_of: first.map(|run| moment(&run.as_of)).unwrap_or_default(),
            records: grouped(summary.records()),
            decided: grouped(summary.decided()),
            refused: grouped(summary.refused()),
            open: grouped(open),
            has_open: open > 0,
            has_refused: summary.refused() > 0,
            number_of_policies: summary.runs.len(),
            is_several: summary.runs.len() > 1,
            levels: bars(&summary.subjects),
            policies: parts
                .map(|(place, (run, engine))| {
                    let alone = |path: &str| {
                        kept.alone.get(&(place, path.to_owned())).copied().unwrap_or(0)
                    };
                    PolicyPart::new(run, engine, rows_max, &alone)
                })
                .collect(),
            subjects: kept.subjects.clone(),
            shown_of: format!(
                "{} of the {} people above the level “{}”, the most severe first.",
                kept.subjects.len(),
                grouped(above),
                lowest.map_or("", |count| count.decision.as_str()),
            ),
            lowest: lowest.map(|count| count.decision.clone()).unwrap_or_default(),
            refusals: Reasons::new(first.map_or(&[], |run| run.refusals.as_slice()), rows_max),
            first_refused: kept.refused.clone(),
        }
    }
}

impl PolicyPart {
    fn new(run: &Summary, engine: &Engine, rows_max: usize, alone: &dyn Fn(&str) -> u64) -> Self {
        let policy = &engine.policy().checked;
        let (rules, other_rules) = found::rules(run, policy, rows_max);
        let (controls, other_controls) = found::controls(run, policy, rows_max);
        Self {
            title: policy.identity.title.clone(),
            name: run.policy.clone(),
            version: run.version.clone(),
            digest: run.digest.to_string(),
            owner: policy.identity.owner.clone(),
            in_force: run.in_force,
            levels: bars(&run.decisions),
            rules,
            other_rules,
            controls,
            other_controls,
            has_left_out: rules_left_out(run)
                || !(run.bad_values.is_empty()
                    && run.unmapped.is_empty()
                    && run.carried.is_empty()),
            missing: missing::facts(run, rows_max, alone),
            more_missing: run.needs.len().saturating_sub(rows_max),
            compares: !run.peers.is_empty(),
            shared: SharedBy::all(run, policy),
            unshared: missing::unshared(run),
            uncompared: uncompared(run),
            not_covered: found::not_covered(run, policy),
            bad_values: Reasons::new(&run.bad_values, rows_max),
            unmapped: missing::fields(&run.unmapped, rows_max),
            more_unmapped: run.unmapped.len().saturating_sub(rows_max),
            carried: missing::fields(&run.carried, rows_max),
        }
    }
}

fn rules_left_out(run: &Summary) -> bool {
    run.rules.iter().any(|rule| rule.outcomes.contains_key("not_covered"))
}

fn bars(counts: &[DecisionCount]) -> Vec<LevelBar> {
    let widest = counts.iter().map(|count| count.subjects).max().unwrap_or(0);
    let all: u64 = counts.iter().map(|count| count.subjects).sum();
    let rows = counts.iter().enumerate();
    rows.map(|(below_top, count)| {
        let open = count.subjects - count.settled;
        LevelBar {
            level: count.decision.clone(),
            subjects: grouped(count.subjects),
            share: percent(count.subjects, all),
            settled: grouped(count.settled),
            open: grouped(open),
            has_open: open > 0,
            settled_width: percent(count.settled, widest),
            open_width: percent(open, widest),
            below_top,
        }
    })
    .collect()
}

/// `2022-08-01T00:00:00Z` as `2022-08-01 00:00:00 UTC`.
fn moment(as_of: &str) -> String {
    as_of.replace('T', " ").replace('Z', " UTC")
}

/// A share in hundredths with one decimal, as `12.5`.
fn percent(part: u64, of: u64) -> String {
    let (part, of) = (u128::from(part), u128::from(of));
    let thousandths = (part * 1_000 + of / 2).checked_div(of).unwrap_or(0);
    format!("{}.{}", thousandths / 10, thousandths % 10)
}
