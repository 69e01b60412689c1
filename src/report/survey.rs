use comfy_table::{Cell, CellAlignment};

use super::plain_table;
use crate::run::Survey;

/// What a roster has to say before anybody is judged, as tables of so many columns.
#[must_use]
pub fn survey_report(survey: &Survey, columns: usize) -> String {
    let mut text = String::new();
    let mut known = plain_table(columns);
    known.set_header(["Field", "Of", "Unknown", "", "None"]);
    for field in &survey.fields {
        let share = field.unknown.saturating_mul(100).checked_div(field.of);
        let share = share.map_or_else(String::new, |share| format!("{share} %"));
        known.add_row([
            Cell::new(&field.field),
            number(field.of),
            number(field.unknown),
            Cell::new(share).set_alignment(CellAlignment::Right),
            number(field.none),
        ]);
    }
    if !survey.fields.is_empty() {
        text.push_str(&format_section("What is known of each field", &known.to_string()));
    }
    if !survey.unmapped.is_empty() {
        let mut table = plain_table(columns);
        table.set_header(["Column or field", "Records"]);
        for field in &survey.unmapped {
            table.add_row([Cell::new(&field.field), number(field.records)]);
        }
        text.push_str(&format_section("Without a place in the record", &table.to_string()));
    }
    if !survey.reasons.is_empty() {
        let mut table = plain_table(columns);
        table.set_header(["Field", "Why, by the first of them", "Records"]);
        for reason in &survey.reasons {
            let field = if reason.field.is_empty() { "record" } else { &reason.field };
            table.add_row([Cell::new(field), Cell::new(&reason.example), number(reason.records)]);
        }
        text.push_str(&format_section("Refused", &table.to_string()));
    }
    text
}

fn number(count: u64) -> Cell {
    Cell::new(count).set_alignment(CellAlignment::Right)
}

fn format_section(title: &str, table: &str) -> String {
    format!("{title}\n{table}\n\n")
}
