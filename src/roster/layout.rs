use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::additions::Additions;
use super::decode::{Findings, Reading};
use super::folder::Assembled;
use super::raw::{RECORD_SIZE_MAX, RawRecord, RawText};
use super::record::{Fact, Record};
use super::refusal::Problem;
use super::token::Token;
use super::yaml_items::subject_shape;
use super::{json_text, yaml_items};
use crate::types::{FieldSlot, RecordId, Schema, Shape, Type};
use crate::value::Value;

/// What becomes of a record of which single values cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadValues {
    /// The record is refused.
    #[default]
    Refuse,
    /// The values count as unknown, and are reported.
    Unknown,
}

/// How raw records become records of subjects.
#[derive(Clone, Debug)]
pub struct Layout {
    schema: Schema,
    subject: RecordId,
    bad_values: BadValues,
    columns: Vec<Column>,
    /// Columns that have no place in the record.
    unmapped: Vec<String>,
    additions: Option<Arc<Additions>>,
}

/// A column of a table, and the field that its cells hold.
#[derive(Clone, Debug)]
struct Column {
    name: String,
    /// From the subject to the field; empty for a column without a place.
    steps: Vec<FieldSlot>,
    shape: Shape,
}

/// Why a table cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderProblem {
    /// No column holds the key.
    NoKey(String),
    /// Two columns hold the same field.
    Twice(String),
    /// A column leads into a list.
    InsideList(String),
}

impl fmt::Display for HeaderProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey(key) => {
                write!(f, "no column is called `{key}`, which identifies the subject")
            }
            Self::Twice(name) => write!(f, "two columns are called `{name}`"),
            Self::InsideList(name) => write!(
                f,
                "column `{name}` leads into a list; write the whole list as JSON in one cell, under the name of the list"
            ),
        }
    }
}

impl std::error::Error for HeaderProblem {}

/// What a raw record came to.
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    /// The record; absent when it is refused.
    pub record: Option<Record<'a>>,
    /// What is wrong with it: why it is refused, or values that were taken as unknown.
    pub problems: Vec<Problem>,
    /// Fields that the schema does not have, as paths without places in lists.
    pub unmapped: Vec<String>,
}

impl Layout {
    /// For rosters of that record; tables need their header besides.
    #[must_use]
    pub fn new(schema: Schema, subject: RecordId, bad_values: BadValues) -> Self {
        Self {
            schema,
            subject,
            bad_values,
            columns: Vec::new(),
            unmapped: Vec::new(),
            additions: None,
        }
    }

    /// Finds the field of each column of a table: `residence.country` is the country of the residence.
    ///
    /// # Errors
    /// If no column holds the key, or a column cannot be what it says.
    pub fn with_header(mut self, header: &[String]) -> Result<Self, HeaderProblem> {
        for name in header {
            if self.columns.iter().any(|column| column.name == *name) {
                return Err(HeaderProblem::Twice(name.clone()));
            }
            let (steps, shape) = self.column(name)?.unwrap_or_else(|| {
                self.unmapped.push(name.clone());
                (Vec::new(), Shape { of: Type::Text, list: false, or_none: false })
            });
            self.columns.push(Column { name: name.clone(), steps, shape });
        }
        let record = self.schema.record(self.subject);
        let key = record.key.map(|key| vec![key]).unwrap_or_default();
        if self.columns.iter().all(|column| column.steps != key) {
            let name = record.key.and_then(|key| record.at(key)).map(|key| key.name.clone());
            return Err(HeaderProblem::NoKey(name.unwrap_or_default()));
        }
        Ok(self)
    }

    /// Adds to records what was recorded about their subjects besides the roster.
    #[must_use]
    pub fn with_additions(self, additions: Arc<Additions>) -> Self {
        Self { additions: Some(additions), ..self }
    }

    /// What was recorded about a subject besides the roster, as it was recorded.
    #[must_use]
    pub fn additions(&self, subject: &str) -> Option<&str> {
        self.additions.as_ref()?.lines(subject)
    }

    /// The name of the key, and the place of a list of the record.
    pub(super) fn key_and_list(&self, list: &str) -> Option<(&str, FieldSlot)> {
        let record = self.schema.record(self.subject);
        let key = record.at(record.key?)?;
        let (slot, _) = record.field(list).filter(|(_, field)| field.shape.list)?;
        Some((&key.name, slot))
    }

    /// The lists of the record.
    pub(super) fn lists(&self) -> Vec<&str> {
        let fields = self.schema.record(self.subject).fields.iter();
        fields.filter(|field| field.shape.list).map(|field| field.name.as_str()).collect()
    }

    /// Columns that have no place in the record.
    #[must_use]
    pub fn unmapped_columns(&self) -> &[String] {
        &self.unmapped
    }

    fn column(&self, name: &str) -> Result<Option<(Vec<FieldSlot>, Shape)>, HeaderProblem> {
        let mut steps = Vec::new();
        let mut shape = subject_shape(Type::Record(self.subject));
        for part in name.split('.') {
            if shape.list {
                return Err(HeaderProblem::InsideList(name.to_owned()));
            }
            let Type::Record(record) = shape.of else { return Ok(None) };
            let Some((slot, field)) = self.schema.record(record).field(part) else {
                return Ok(None);
            };
            steps.push(slot);
            shape = field.shape;
        }
        Ok(Some((steps, shape)))
    }

    /// Decodes a raw record.
    #[must_use]
    pub fn decode<'a>(&self, raw: &'a RawRecord) -> Decoded<'a> {
        self.decode_wanted(raw, None)
    }

    /// Decodes a raw record as `decode` does, except that fields of the subject that are not wanted may be
    /// left out as unknown.
    pub(crate) fn decode_wanted<'a>(
        &self,
        raw: &'a RawRecord,
        wanted: Option<&[bool]>,
    ) -> Decoded<'a> {
        let mut decoded = self.decode_text(raw, wanted);
        if let (Some(additions), Some(record)) = (&self.additions, &mut decoded.record) {
            additions.add_to(record, wanted);
        }
        decoded
    }

    fn decode_text<'a>(&self, raw: &'a RawRecord, wanted: Option<&[bool]>) -> Decoded<'a> {
        match &raw.text {
            RawText::Json(text) => self.json(text, wanted),
            RawText::Yaml(text) => self.yaml(text),
            RawText::Row { cells, .. } => self.row(cells),
            RawText::Assembled(assembled) => self.assembled(assembled, wanted),
            RawText::TooLong(_) => {
                refused(format!("the record is longer than {} MiB", RECORD_SIZE_MAX / 1024 / 1024))
            }
            RawText::Broken { reason, .. } => refused(reason.clone()),
        }
    }

    fn json<'a>(&self, text: &'a [u8], wanted: Option<&[bool]>) -> Decoded<'a> {
        let text = match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(error) => {
                return refused(format!("byte {} is not UTF-8 text", error.valid_up_to() + 1));
            }
        };
        if let Some((fact, unmapped)) =
            json_text::read_plain(&self.schema, self.subject, wanted, text)
        {
            return self.finish(fact, Findings { problems: Vec::new(), unmapped });
        }
        let reading = Reading::new(&self.schema);
        match json_text::read(&reading, subject_shape(Type::Record(self.subject)), text) {
            Ok(fact) => self.finish(fact, reading.into_findings()),
            Err(error) => refused(format!("not a JSON object: {error}")),
        }
    }

    fn assembled<'a>(&self, assembled: &'a Assembled, wanted: Option<&[bool]>) -> Decoded<'a> {
        let mut decoded = self.json(&assembled.json, wanted);
        assembled.explain(&mut decoded.problems);
        if let Some(record) = &mut decoded.record {
            record.assumed_none.clone_from(&assembled.assumed_none);
        }
        for column in assembled.unmapped.iter() {
            decoded.unmapped.push(column.clone());
        }
        decoded
    }

    fn yaml<'a>(&self, text: &str) -> Decoded<'a> {
        let reading = Reading::new(&self.schema);
        match yaml_items::read(&reading, subject_shape(Type::Record(self.subject)), text) {
            Ok(facts) => {
                let mut facts = facts.into_iter();
                match (facts.next(), facts.next()) {
                    (Some(fact), None) => self.finish(fact, reading.into_findings()),
                    (Some(_), Some(_)) => refused(
                        "several records stand in one item; write the sequence with `- ` at the left margin",
                    ),
                    (None, _) => refused("there is no record here"),
                }
            }
            Err(error) => refused(format!("not YAML of the record's shape: {error}")),
        }
    }

    fn row<'a>(&self, cells: &'a [Vec<u8>]) -> Decoded<'a> {
        if cells.len() != self.columns.len() {
            return refused(format!(
                "the row has {} cells and the header {}",
                cells.len(),
                self.columns.len()
            ));
        }
        let reading = Reading::new(&self.schema);
        let mut subject = self.unknown_record(self.subject);
        for (column, cell) in
            self.columns.iter().zip(cells).filter(|(column, _)| !column.steps.is_empty())
        {
            let Ok(cell) = std::str::from_utf8(cell) else {
                return refused(format!("column `{}` is not UTF-8 text", column.name));
            };
            reading.enter_field(&column.name);
            let fact = cell_fact(&reading, column.shape, cell.trim());
            reading.leave();
            if !matches!(fact, Fact::Unknown) {
                self.set(&mut subject, self.subject, &column.steps, fact);
            }
        }
        let mut decoded = self.finish(subject, reading.into_findings());
        decoded.unmapped.clone_from(&self.unmapped);
        decoded
    }

    fn unknown_record<'a>(&self, record: RecordId) -> Fact<'a> {
        Fact::Record(self.schema.record(record).fields.iter().map(|_| Fact::Unknown).collect())
    }

    /// Puts a fact in its place; a record on the way becomes known, its other fields do not.
    fn set<'a>(&self, fact: &mut Fact<'a>, record: RecordId, steps: &[FieldSlot], value: Fact<'a>) {
        let Some((slot, rest)) = steps.split_first() else { return };
        let Fact::Record(fields) = fact else { return };
        let Some(place) = fields.get_mut(slot.index()) else { return };
        if rest.is_empty() {
            *place = value;
            return;
        }
        let Some(Type::Record(inner)) =
            self.schema.record(record).at(*slot).map(|field| field.shape.of)
        else {
            return;
        };
        if !matches!(place, Fact::Record(_)) {
            *place = self.unknown_record(inner);
        }
        self.set(place, inner, rest, value);
    }

    /// Refuses what has no key or cannot be taken as it is.
    fn finish<'a>(&self, facts: Fact<'a>, findings: Findings) -> Decoded<'a> {
        let Findings { mut problems, unmapped } = findings;
        let record = self.schema.record(self.subject);
        let key = record.key.map(|key| (facts.field(key), record.at(key)));
        let subject = match key {
            Some((Fact::Value(Value::Text(text)), _)) => Some(text.to_string()),
            Some((_, field)) => {
                let name = field.map_or("", |field| field.name.as_str());
                problems.push(Problem::of_record(format!("the record has no `{name}`")));
                None
            }
            None => None,
        };
        let is_refused = match self.bad_values {
            BadValues::Refuse => !problems.is_empty(),
            BadValues::Unknown => problems.iter().any(|problem| !problem.is_of_value),
        };
        let record = subject.filter(|_| !is_refused).map(|subject| Record {
            subject,
            facts,
            assumed_none: Vec::new(),
        });
        Decoded { record, problems, unmapped }
    }
}

/// The fact that a cell states: blank is unknown, `none` is none, lists and records are JSON.
fn cell_fact<'a>(reading: &Reading<'_>, shape: Shape, cell: &'a str) -> Fact<'a> {
    if cell.is_empty() {
        return Fact::Unknown;
    }
    if cell == "none" {
        return reading.fact(shape, Token::Null);
    }
    let is_structured = shape.list
        || matches!(shape.of, Type::Record(_))
        || (shape.of == Type::Money && cell.starts_with('{'));
    if !is_structured {
        return reading.fact(shape, Token::Bare(Cow::Borrowed(cell)));
    }
    json_text::read(reading, shape, cell).unwrap_or_else(|error| {
        reading.report(cell, format!("expected JSON in this cell: {error}"));
        Fact::Unknown
    })
}

fn refused<'a>(reason: impl Into<String>) -> Decoded<'a> {
    Decoded { record: None, problems: vec![Problem::of_record(reason)], unmapped: Vec::new() }
}
