use comfy_table::{Cell, CellAlignment};
use std::fmt::Write as _;

use super::{plain_table, wrapped};
use crate::run::{FieldCount, ReasonCount, RuleCount, RunSummary, Summary};

/// Most rows of a list in the report of a run; the summary as JSON has all.
const ROWS_MAX: usize = 10;

/// What a run came to, as text of so many columns.
#[must_use]
pub fn run_report(summary: &RunSummary, columns: usize) -> String {
    let runs: Vec<String> = summary.runs.iter().map(|run| of_policy(run, columns)).collect();
    let mut text = runs.join("\n");
    if runs.len() > 1 {
        let mut table = plain_table(columns);
        table.set_header(["Most severe", "Subjects", "Settled"]);
        for count in &summary.subjects {
            table.add_row([
                Cell::new(&count.decision),
                number(count.subjects),
                number(count.settled),
            ]);
        }
        let _ = writeln!(text, "\nAll policies together\n\n{table}");
    }
    text
}

fn of_policy(summary: &Summary, columns: usize) -> String {
    let mut text = format!(
        "{} {} as of {}\n{} {} = {} decided + {} refused\n",
        summary.policy,
        summary.version,
        summary.as_of,
        summary.records,
        if summary.records == 1 { "record" } else { "records" },
        summary.decided,
        summary.refused
    );
    if !summary.in_force {
        text.push_str("This version is not in force on that day: the decisions are a look at what it would say.\n");
    }
    text.push('\n');
    text.push_str(&decisions(summary, columns));
    text.push_str(&rules(summary, columns));
    text.push_str(&fields(
        "Missing facts that would settle something",
        "Fact",
        &summary.needs,
        columns,
    ));
    text.push_str(&fields(
        "Columns or fields without a place in the record",
        "Field",
        &summary.unmapped,
        columns,
    ));
    text.push_str(&fields(
        "Declared as not collected, and there",
        "Field",
        &summary.carried,
        columns,
    ));
    text.push_str(&shared(summary, columns));
    text.push_str(&reasons("Refused", &summary.refusals, columns));
    text.push_str(&reasons(
        "Values that cannot be read, taken as unknown",
        &summary.bad_values,
        columns,
    ));
    text
}

/// What subjects share with each other.
fn shared(summary: &Summary, columns: usize) -> String {
    if summary.peers.is_empty() {
        return String::new();
    }
    let mut table = plain_table(columns);
    table.set_header(["Shared by several", "Compared", "Values", "Shared", "Most by"]);
    for by in &summary.peers {
        table.add_row([
            Cell::new(&by.sharing),
            Cell::new(format!("{} of {}", by.known_keys, by.of))
                .set_alignment(CellAlignment::Right),
            number(by.distinct as u64),
            number(by.shared as u64),
            number(by.largest as u64),
        ]);
    }
    match uncompared(summary) {
        Some(note) => format!("\n{table}\n\n{}\n", wrapped(&note, columns, 0, 0)),
        None => format!("\n{table}\n"),
    }
}

/// That records which were refused were compared with nobody, where a policy compares people.
pub(super) fn uncompared(summary: &Summary) -> Option<String> {
    let refused = match summary.refused {
        0 => return None,
        1 => "1 refused record was".to_owned(),
        refused => format!("{refused} refused records were"),
    };
    (!summary.peers.is_empty()).then(|| {
        format!(
            "{refused} compared with nobody: whoever shares something with them alone is told to share nothing. Mend them, and evaluate all again."
        )
    })
}

fn decisions(summary: &Summary, columns: usize) -> String {
    let mut table = plain_table(columns);
    table.set_header(["Decision", "Subjects", "Settled"]);
    for count in &summary.decisions {
        table.add_row([Cell::new(&count.decision), number(count.subjects), number(count.settled)]);
    }
    format!("{table}\n\n")
}

/// Rules that are hit, undone or unknown somewhere; those that are clear everywhere are counted.
fn rules(summary: &Summary, columns: usize) -> String {
    let of = |rule: &RuleCount, outcomes: &[&str]| -> u64 {
        outcomes.iter().filter_map(|outcome| rule.outcomes.get(outcome)).sum()
    };
    let found: &[&str] = &["hit"];
    let undone: &[&str] = &["failed", "unmet", "expired"];
    let unknown: &[&str] = &["unknown"];
    let mut indicators: Vec<&RuleCount> =
        summary.rules.iter().filter(|rule| rule.kind != "control").collect();
    let mut controls: Vec<&RuleCount> =
        summary.rules.iter().filter(|rule| rule.kind == "control").collect();
    let mut text = String::new();
    for (rules, title, outcomes) in
        [(&mut indicators, "Hit", found), (&mut controls, "Not done", undone)]
    {
        rules.sort_by_key(|rule| std::cmp::Reverse((of(rule, outcomes), of(rule, unknown))));
        let kind = if title == "Hit" { "Prohibition or flag" } else { "Control" };
        let mut table = plain_table(columns);
        table.set_header([kind, title, "Unknown"]);
        let (shown, quiet): (Vec<&&RuleCount>, Vec<&&RuleCount>) =
            rules.iter().partition(|rule| of(rule, outcomes) + of(rule, unknown) > 0);
        for rule in &shown {
            table.add_row([
                Cell::new(&rule.id),
                number(of(rule, outcomes)),
                number(of(rule, unknown)),
            ]);
        }
        if !shown.is_empty() {
            let _ = writeln!(text, "{table}");
        }
        if !quiet.is_empty() {
            let counted = if quiet.len() == 1 {
                "1 more has".to_owned()
            } else {
                format!("{} more have", quiet.len())
            };
            let _ = writeln!(text, "{counted} neither.");
        }
        text.push('\n');
    }
    text
}

fn fields(title: &str, of: &str, counts: &[FieldCount], columns: usize) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let mut table = plain_table(columns);
    table.set_header([of, "Subjects"]);
    for count in counts.iter().take(ROWS_MAX) {
        table.add_row([Cell::new(&count.path), number(count.subjects)]);
    }
    format!("{title}\n{table}\n{}\n", more(counts.len()))
}

fn reasons(title: &str, counts: &[ReasonCount], columns: usize) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let mut table = plain_table(columns);
    table.set_header(["Where", "Why", "Times"]);
    for count in counts.iter().take(ROWS_MAX) {
        let path = if count.path.is_empty() { "record" } else { &count.path };
        table.add_row([Cell::new(path), Cell::new(&count.reason), number(count.count)]);
    }
    format!("{title}\n{table}\n{}\n", more(counts.len()))
}

fn more(count: usize) -> String {
    match count.saturating_sub(ROWS_MAX) {
        0 => String::new(),
        more => format!("and {more} more, in the summary as JSON (--summary FILE)\n"),
    }
}

fn number(count: u64) -> Cell {
    Cell::new(count).set_alignment(CellAlignment::Right)
}
