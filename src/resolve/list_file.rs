use std::borrow::Cow;

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};
use crate::syntax::ast::Text;
use crate::types::{Type, parse_value};
use crate::value::{Date, Value};

/// Most values of one list that are reported.
const REPORTED_MAX: usize = 20;

/// What stands at the beginning of the line that dates a list.
const DATED_BY: &str = "as of ";

/// The file of a list.
#[derive(Clone, Debug)]
pub struct ListFile {
    /// The file of the policy that names it.
    pub named_in: FileId,
    /// How it is named there.
    pub name: String,
    /// Its own id.
    pub id: FileId,
    /// Its text.
    pub text: String,
}

/// What the file of a list says.
pub(super) struct ListContent {
    pub(super) values: Vec<Value<'static>>,
    /// The day the list is of.
    pub(super) as_of: Option<Date>,
}

/// A value as written, with its place.
struct Written<'t> {
    text: Cow<'t, str>,
    start: usize,
    end: usize,
}

impl Resolver<'_> {
    /// Reads the values of a list from its file: CSV with a header, where the name ends in `.csv`, one
    /// value on each line otherwise. Lines that begin with `#` are comments; `# as of DATE` dates the
    /// list. A value that cannot be read is an error, and so is a list without values: never "no match".
    pub(super) fn list_file(&mut self, path: &Text, of: Type) -> Option<ListContent> {
        let named_in = Span::from(path.span).file;
        let file = self
            .list_files
            .iter()
            .find(|file| file.named_in == named_in && file.name == path.as_str())?
            .clone();
        let as_of = self.date_of(&file);
        let is_csv = path.as_str().to_ascii_lowercase().ends_with(".csv");
        let written = if is_csv { self.rows(&file)? } else { lines(&file.text) };
        let mut values = Vec::new();
        let mut refused = 0;
        for value in &written {
            match parse_value(&self.schema, of, Cow::Owned(value.text.clone().into_owned())) {
                Ok(parsed) => values.push(parsed),
                Err(malformed) => {
                    refused += 1;
                    if refused <= REPORTED_MAX {
                        let span = Span { file: file.id, start: value.start, end: value.end };
                        let message = format!(
                            "`{}` is no value of type `{}`: {malformed}",
                            value.text,
                            self.schema.type_name(of)
                        );
                        self.error(Code::MalformedValue, span, message);
                    }
                }
            }
        }
        if refused > REPORTED_MAX {
            let more = refused - REPORTED_MAX;
            let message = format!("{more} more values of this list cannot be read");
            self.error(Code::MalformedValue, path.span, message);
        }
        if written.is_empty() {
            self.report(
                Diagnostic::new(
                    Code::FileEmpty,
                    path.span,
                    "this list is empty, so nothing would ever be in it",
                )
                .hint("leave the list out, or say where its values are"),
            );
        }
        Some(ListContent { values, as_of })
    }

    /// The day that the file says it is of, in the first lines that are comments.
    fn date_of(&mut self, file: &ListFile) -> Option<Date> {
        let mut start = 0;
        for line in file.text.split_inclusive('\n') {
            let comment = line.trim().strip_prefix('#')?;
            if let Some(date) = comment.trim().strip_prefix(DATED_BY) {
                return Date::parse(date.trim())
                    .map_err(|malformed| {
                        let span =
                            Span { file: file.id, start, end: start + line.trim_end().len() };
                        self.error(Code::MalformedValue, span, format!("`{date}`: {malformed}"));
                    })
                    .ok();
            }
            start += line.len();
        }
        None
    }

    /// The cells of the column `value`, or of the only column.
    fn rows<'t>(&mut self, file: &'t ListFile) -> Option<Vec<Written<'t>>> {
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(file.text.as_bytes());
        let at = |place: Option<&csv::Position>| {
            let start = place.map_or(0, |place| usize::try_from(place.byte()).unwrap_or(0));
            let line = file.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
            (start, start + line.len())
        };
        let malformed = |error: &csv::Error| {
            let (start, end) = at(error.position());
            Diagnostic::new(
                Code::MalformedValue,
                Span { file: file.id, start, end },
                format!("this is no row of the table: {error}"),
            )
        };
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                self.report(malformed(&error));
                return None;
            }
        };
        let named = header.iter().position(|column| column == "value");
        let Some(column) = named.or_else(|| (header.len() == 1).then_some(0)) else {
            let columns: Vec<&str> = header.iter().collect();
            let start = Span { file: file.id, start: 0, end: 0 };
            self.report(
                Diagnostic::new(
                    Code::MalformedValue,
                    start,
                    format!("none of the columns is called `value`: {}", columns.join(", ")),
                )
                .hint("call the column that has the values `value`"),
            );
            return None;
        };
        let mut written = Vec::new();
        for row in reader.records() {
            match row {
                Ok(row) => {
                    let (start, end) = at(row.position());
                    let cell = row.get(column).unwrap_or("").to_owned();
                    written.push(Written { text: Cow::Owned(cell), start, end });
                }
                Err(error) => {
                    self.report(malformed(&error));
                    return None;
                }
            }
        }
        Some(written)
    }
}

/// One value on each line that is not blank and no comment.
fn lines(text: &str) -> Vec<Written<'_>> {
    let mut start = 0;
    let mut written = Vec::new();
    for line in text.split_inclusive('\n') {
        let value = line.trim();
        if !value.is_empty() && !value.starts_with('#') {
            let from = start + (line.len() - line.trim_start().len());
            written.push(Written {
                text: Cow::Borrowed(value),
                start: from,
                end: from + value.len(),
            });
        }
        start += line.len();
    }
    written
}
