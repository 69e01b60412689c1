use std::fmt::Write as _;

use super::page::plain;
use super::plain_table;
use crate::review::history::{Entry, History};

/// The history of a policy as a table of so many columns, the newest version first.
#[must_use]
pub fn history_table(history: &History, columns: usize) -> String {
    let mut table = plain_table(columns);
    table.set_header(["Version", "In force", "Published", "Step", "What changed", "Approved by"]);
    for entry in &history.versions {
        table.add_row([
            version(entry),
            days(entry),
            entry.published.clone().unwrap_or_else(|| "not yet".to_owned()),
            step(entry),
            changed(entry),
            approved(entry),
        ]);
    }
    table.to_string()
}

/// The history of a policy as Markdown.
#[must_use]
pub fn history_markdown(history: &History) -> String {
    let mut text = format!("## History of {}\n\n", plain(&history.name));
    text.push_str("| Version | In force | Published | Step | What changed | Approved by |\n");
    text.push_str("|---|---|---|---|---|---|\n");
    for entry in &history.versions {
        let published = entry.published.clone().unwrap_or_else(|| "not yet".to_owned());
        let cells =
            [version(entry), days(entry), published, step(entry), changed(entry), approved(entry)];
        let cells: Vec<String> = cells.iter().map(|cell| plain(cell)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

fn version(entry: &Entry) -> String {
    match entry.status {
        "stable" => entry.version.clone(),
        other => format!("{} ({other})", entry.version),
    }
}

fn days(entry: &Entry) -> String {
    match &entry.effective_until {
        Some(until) => format!("{} until {until}", entry.effective_from),
        None => format!("from {}", entry.effective_from),
    }
}

/// The step that was taken, and the one that it should have been.
fn step(entry: &Entry) -> String {
    let Some(change) = &entry.change else { return String::new() };
    let taken = change.step.taken.map_or("none", |step| step.word());
    match &change.step.use_instead {
        Some(least) => format!("{taken}, {} is due ({least})", change.step.needed.word()),
        None => taken.to_owned(),
    }
}

fn changed(entry: &Entry) -> String {
    entry
        .change
        .as_ref()
        .map_or_else(|| "the first version".to_owned(), |change| change.line.clone())
}

fn approved(entry: &Entry) -> String {
    let by: Vec<String> =
        entry.approvals.iter().map(|one| format!("{} ({})", one.by, one.role)).collect();
    match (by.is_empty(), entry.approved) {
        (false, true) => by.join(", "),
        (false, false) => format!("{}; not complete", by.join(", ")),
        (true, _) => "nobody".to_owned(),
    }
}
