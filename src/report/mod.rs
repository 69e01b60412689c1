//! Results for people and for spreadsheets.

mod csv;
mod decisions;
mod difference;
mod flat;
mod history;
mod leaves;
mod page;
mod parquet;
mod run;
mod sources;
mod survey;

pub use csv::{CSV_HEADER, csv_row};
pub use decisions::{DecisionRow, decision_table};
pub use difference::{
    Compared, ComparedVersion, difference_json, difference_markdown, difference_page,
    difference_text,
};
pub use flat::FlatDecision;
pub use history::{history_markdown, history_table};
pub use leaves::{LeafRow, leaf_table};
pub use page::{
    CannotRender, EvidencePage, Highlight, Highlights, evidence_report, html_report,
    markdown_report,
};
pub use parquet::{CannotWrite, ParquetDecisions};
pub use run::run_report;
pub use sources::{
    ItemCoverage, ItemState, UnknownItem, combined_coverage, restated_coverage, source_coverage,
    source_table,
};

pub use survey::survey_report;

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};

/// A line under the header and no other, so that columns can be read and copied.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A table arranged to fit so many columns.
fn plain_table(columns: usize) -> Table {
    let mut table = Table::new();
    table
        .load_style(STYLE)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(columns).unwrap_or(u16::MAX));
    table
}

/// A paragraph of so many columns: its first line and the others indented, words kept whole.
#[must_use]
pub fn wrapped(text: &str, columns: usize, indent: usize, hanging: usize) -> String {
    let (first, rest) = (" ".repeat(indent), " ".repeat(indent + hanging));
    let options = textwrap::Options::new(columns)
        .initial_indent(&first)
        .subsequent_indent(&rest)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::fill(text, options)
}
