use serde::Serialize;

use super::{Diagnostic, Level};
use crate::source::{Sources, Span};

/// The findings as a JSON array, for editors and CI.
///
/// Each has `code`, `level` (`error` or `warning`), `message`, `place` (`file`, `line`, `column`,
/// `end_line`, `end_column`, all counted from 1), `hints`, and `related` places with a `label`.
#[must_use]
pub fn to_json(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let rows: Vec<Row<'_>> = diagnostics.iter().map(|found| Row::new(found, sources)).collect();
    serde_json::to_string_pretty(&rows).unwrap_or_else(|error| error.to_string())
}

#[derive(Serialize)]
struct Row<'d> {
    code: &'static str,
    level: Level,
    message: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'d str>,
    place: Place,
    hints: &'d [String],
    related: Vec<RelatedRow<'d>>,
}

#[derive(Serialize)]
struct RelatedRow<'d> {
    label: &'d str,
    place: Place,
}

#[derive(Serialize)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

impl<'d> Row<'d> {
    fn new(found: &'d Diagnostic, sources: &Sources) -> Self {
        let related = found
            .related
            .iter()
            .map(|related| RelatedRow {
                label: &related.label,
                place: place(related.span, sources),
            })
            .collect();
        Self {
            code: found.code.id(),
            level: found.level(),
            message: &found.message,
            label: found.label.as_deref(),
            place: place(found.span, sources),
            hints: &found.hints,
            related,
        }
    }
}

fn place(span: Span, sources: &Sources) -> Place {
    let Some(file) = sources.file(span.file) else {
        return Place { file: String::new(), line: 1, column: 1, end_line: 1, end_column: 1 };
    };
    let (start, end) = (file.position(span.start), file.position(span.end));
    Place {
        file: file.path().display().to_string(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}
