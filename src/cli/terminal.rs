use anstyle::{AnsiColor, Style};
use duecare::report::wrapped;

/// Columns where there is no terminal to ask.
const COLUMNS: usize = 100;

/// Fewest and most columns that text is set in: wider lines are hard to read.
const COLUMNS_MIN: usize = 60;
const COLUMNS_MAX: usize = 140;

/// Columns to set text in.
pub(crate) fn columns() -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let of_terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    asked.or(of_terminal).unwrap_or(COLUMNS).clamp(COLUMNS_MIN, COLUMNS_MAX)
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
