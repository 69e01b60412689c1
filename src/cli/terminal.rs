use std::io::IsTerminal as _;

use anstyle::{AnsiColor, Style};
use duecare::report::wrapped;

/// Columns where there is no terminal to ask.
const COLUMNS: usize = 100;

/// Fewest and most columns that text is set in: wider lines are hard to read.
const COLUMNS_MIN: usize = 60;
const COLUMNS_MAX: usize = 140;

/// Columns to set text in.
pub(crate) fn columns() -> usize {
    asked_columns().or_else(columns_of_terminal).unwrap_or(COLUMNS).clamp(COLUMNS_MIN, COLUMNS_MAX)
}

/// Columns to set text in that is better left as it is where nobody says how wide standard output is.
pub(crate) fn columns_if_known() -> Option<usize> {
    let of_terminal = || std::io::stdout().is_terminal().then(columns_of_terminal).flatten();
    let known = asked_columns().or_else(of_terminal);
    known.map(|columns| columns.clamp(COLUMNS_MIN, COLUMNS_MAX))
}

fn asked_columns() -> Option<usize> {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok())
}

fn columns_of_terminal() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

/// A paragraph as wide as the terminal.
pub(crate) fn paragraph(text: &str, indent: usize, hanging: usize) -> String {
    wrapped(text, columns(), indent, hanging)
}

/// An error, as it is shown.
pub(crate) fn error(message: &str) -> String {
    labelled("error", AnsiColor::Red, message)
}

/// A warning, as it is shown.
pub(crate) fn warning(message: &str) -> String {
    labelled("warning", AnsiColor::Yellow, message)
}

/// What to do, as it is shown.
pub(crate) fn hint(message: &str) -> String {
    labelled("help", AnsiColor::Cyan, message)
}

/// A heading.
pub(crate) fn heading(text: &str) -> String {
    let style = Style::new().bold();
    format!("{style}{text}{style:#}")
}

/// The name of a level, coloured by its place among the levels.
pub(crate) fn level(name: &str, place_from_top: usize, width: usize) -> String {
    let color = match place_from_top {
        0 | 1 => AnsiColor::Red,
        2 => AnsiColor::Yellow,
        3 => AnsiColor::Cyan,
        _ => AnsiColor::Green,
    };
    let style = Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{name:width$}{style:#}")
}

fn labelled(label: &str, color: AnsiColor, message: &str) -> String {
    let style = Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{label}{style:#}: {message}")
}
