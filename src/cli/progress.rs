use std::io::{self, IsTerminal as _};
use std::path::Path;

use duecare::run::{Ladder, SoFar};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::files;

/// How often a second the line is drawn anew.
const DRAWN_PER_SECOND: u8 = 8;

/// Names of rosters whose size tells how much text there is to read.
const PLAIN: [&str; 7] = ["jsonl", "ndjson", "json", "yaml", "yml", "csv", "tsv"];

/// How far a run has come, on one line of a terminal that is gone at the end.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    /// The names of levels, from the lowest.
    levels: Vec<String>,
}

impl Progress {
    /// Of a run over a roster; nothing is shown unless it is wanted and standard error is a terminal that
    /// can draw a line anew.
    pub(crate) fn new(is_wanted: bool, roster: &Path, ladder: &Ladder) -> Self {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let is_shown = is_wanted && !is_dumb && io::stderr().is_terminal();
        let levels = ladder.levels().iter().map(|names| names.join(" or ")).collect();
        Self { bar: is_shown.then(|| bar(size(roster))), levels }
    }

    pub(crate) fn show(&self, so_far: &SoFar) {
        let Some(bar) = &self.bar else { return };
        // Each record has a line break or a comma behind it.
        let read = so_far.bytes + so_far.records;
        let elapsed = bar.elapsed().as_millis().max(1);
        let rate = u128::from(so_far.records) * 1_000 / elapsed;
        let levels = self.levels.iter().zip(&so_far.levels).rev();
        let mut counts: Vec<String> = levels
            .filter(|(_, subjects)| **subjects > 0)
            .map(|(level, subjects)| format!("{level} {subjects}"))
            .collect();
        if so_far.refused > 0 {
            counts.push(format!("refused {}", so_far.refused));
        }
        let counts = counts.join(", ");
        bar.set_message(format!("{} records, {rate}/s: {counts}", so_far.records));
        bar.set_position(bar.length().map_or(read, |length| read.min(length)));
    }

    /// Writes something else without tearing the line.
    pub(crate) fn beside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

/// The line is gone before anything else is said, however the run ends.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(size: Option<u64>) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(DRAWN_PER_SECOND);
    let template = match size {
        Some(_) => "{bar:12} {percent:>3} %, {eta} left, {wide_msg}",
        None => "{wide_msg}",
    };
    let bar = ProgressBar::with_draw_target(size, target);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// How many bytes there are to read, where that is known: of a file that is not packed.
fn size(roster: &Path) -> Option<u64> {
    let ending = roster.extension()?.to_str()?.to_ascii_lowercase();
    if files::is_standard(roster) || !PLAIN.contains(&ending.as_str()) {
        return None;
    }
    let found = std::fs::metadata(roster).ok()?;
    found.is_file().then_some(found.len())
}
