use super::assembled::Fault;
use super::convert::{Convert, Said};
use super::manifest::{ColumnTarget, Formats};
use crate::diagnostic::did_you_mean;
use crate::roster::cell::{Cell, CellKind};
use crate::types::{RecordId, Schema, Shape, Type};

/// How the rows of a table become JSON objects of a record.
#[derive(Clone, Debug)]
pub(super) struct Mapping {
    fields: Vec<Node>,
    /// Columns of the table that nothing is made of and nobody left out.
    pub(super) unmapped: Vec<String>,
}

#[derive(Clone, Debug)]
struct Node {
    name: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Column {
        index: usize,
        currency: Option<usize>,
        convert: Convert,
        place: String,
    },
    /// The same JSON in every row.
    Constant(String),
    /// None in every row, by the word of the manifest.
    Absent(String),
    Object(Vec<Node>),
}

/// What a manifest says of one table.
pub(super) struct TableMapping<'m> {
    pub(super) file: &'m str,
    pub(super) header: &'m [String],
    pub(super) columns: &'m [(String, ColumnTarget)],
    pub(super) constants: &'m [(String, String)],
    pub(super) ignore: &'m [String],
    /// The column of the subject's key, where it is not a field.
    pub(super) key: Option<&'m str>,
    pub(super) formats: &'m Formats,
    /// Fields of the record of which nothing means none.
    pub(super) absent_is_none: Vec<&'m str>,
}

impl Mapping {
    /// # Errors
    /// If the manifest names what is not there, or a field twice.
    pub(super) fn new(
        schema: &Schema,
        record: RecordId,
        table: &TableMapping<'_>,
    ) -> Result<Self, String> {
        let mut made = Self { fields: Vec::new(), unmapped: Vec::new() };
        let mut taken: Vec<&str> = Vec::new();
        for (column, target) in table.columns {
            let index = table.column(column)?;
            let shape = table.shape(schema, record, &target.field)?;
            if taken.contains(&target.field.as_str()) {
                return Err(format!(
                    "`{}`: two columns are mapped to the field `{}`",
                    table.file, target.field
                ));
            }
            taken.push(&target.field);
            let formats = target.formats.within(table.formats);
            let currency = match &formats.currency_column {
                Some(column) if shape.of == Type::Money => Some(table.column(column)?),
                Some(_) | None => None,
            };
            let mut convert = Convert::new(shape, formats)
                .map_err(|reason| format!("`{}`, column `{column}`: {reason}", table.file))?;
            convert.blank_is_none = table.absent_is_none.contains(&target.field.as_str());
            let place = target.field.clone();
            made.put(&target.field, Kind::Column { index, currency, convert, place });
        }
        for (field, value) in table.constants {
            let shape = table.shape(schema, record, field)?;
            if taken.contains(&field.as_str()) {
                return Err(format!("`{}`: `{field}` has a column and a constant", table.file));
            }
            let convert = Convert::new(shape, table.formats.clone())?;
            let cell = Cell { text: value, kind: CellKind::Text };
            let said = convert.cell(cell, None).map_err(|reason| {
                format!("`{}`, constant `{field}`: {reason}, found `{value}`", table.file)
            })?;
            if let Said::Json(json) = said {
                made.put(field, Kind::Constant(json));
            }
        }
        for field in &table.absent_is_none {
            let shape = table.shape(schema, record, field)?;
            if !shape.or_none {
                return Err(format!("`absent_is_none`: `{field}` cannot be none"));
            }
            if !taken.contains(field) {
                made.put(field, Kind::Absent((*field).to_owned()));
            }
        }
        for column in table.ignore {
            table.column(column)?;
        }
        let is_used = |column: &&String| {
            table.columns.iter().any(|(known, _)| known == *column)
                || table.ignore.contains(column)
                || table.key == Some(column.as_str())
                || table.currency_columns().any(|known| known == *column)
        };
        let unmapped = table.header.iter().filter(|column| !is_used(column));
        made.unmapped = unmapped.map(|column| format!("{}: {column}", table.file)).collect();
        Ok(made)
    }

    fn put(&mut self, field: &str, kind: Kind) {
        let mut fields = &mut self.fields;
        let mut names = field.split('.').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                fields.push(Node { name: name.to_owned(), kind });
                return;
            }
            let known = fields
                .iter()
                .position(|node| node.name == name && matches!(node.kind, Kind::Object(_)));
            let place = known.unwrap_or_else(|| {
                fields.push(Node { name: name.to_owned(), kind: Kind::Object(Vec::new()) });
                fields.len() - 1
            });
            let Some(Node { kind: Kind::Object(inner), .. }) = fields.get_mut(place) else {
                return;
            };
            fields = inner;
        }
    }

    /// Writes the fields of a row as JSON, without the braces around them; notes cells that could not be
    /// read, and fields that are none because nobody filled them.
    pub(super) fn write(
        &self,
        cells: &[Cell<'_>],
        json: &mut String,
        faults: &mut Vec<Fault>,
        assumed: &mut Vec<String>,
    ) {
        write_fields(&self.fields, cells, json, faults, assumed);
    }

    /// Whether a field is filled by the table.
    pub(super) fn fills(&self, field: &str) -> bool {
        self.fields.iter().any(|node| node.name == field)
    }
}

fn write_fields(
    fields: &[Node],
    cells: &[Cell<'_>],
    json: &mut String,
    faults: &mut Vec<Fault>,
    assumed: &mut Vec<String>,
) {
    for node in fields {
        let before = json.len();
        if !json.is_empty() && !json.ends_with('{') {
            json.push(',');
        }
        json.push('"');
        json.push_str(&node.name);
        json.push_str("\":");
        let is_written = match &node.kind {
            Kind::Constant(value) => {
                json.push_str(value);
                true
            }
            Kind::Absent(place) => {
                assumed.push(place.clone());
                json.push_str("null");
                true
            }
            Kind::Object(inner) => {
                json.push('{');
                let empty = json.len();
                write_fields(inner, cells, json, faults, assumed);
                let is_filled = json.len() > empty;
                json.push('}');
                is_filled
            }
            Kind::Column { index, currency, convert, place } => {
                let cell = |index: usize| cells.get(index).copied().unwrap_or(Cell::BLANK);
                let currency = currency.map(|index| cell(index).name());
                let cell = cell(*index);
                match convert.cell(cell, currency) {
                    Ok(Said::Nothing) => false,
                    Ok(Said::Json(value)) => {
                        if convert.blank_is_none && cell.is_blank() {
                            assumed.push(place.clone());
                        }
                        json.push_str(&value);
                        true
                    }
                    Err(reason) => {
                        faults.push(Fault {
                            place: place.clone(),
                            found: cell.shown().to_owned(),
                            reason,
                        });
                        json.push_str(&convert.no_value(cell.text));
                        true
                    }
                }
            }
        };
        if !is_written {
            json.truncate(before);
        }
    }
}

impl TableMapping<'_> {
    fn column(&self, name: &str) -> Result<usize, String> {
        let mut places =
            self.header.iter().enumerate().filter(|(_, column)| *column == name).map(|(at, _)| at);
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(place),
            (Some(_), Some(_)) => Err(format!("`{}` has two columns `{name}`", self.file)),
            (None, _) => {
                let close = did_you_mean(name, self.header.iter().map(String::as_str));
                let close =
                    close.map_or_else(String::new, |close| format!(" (did you mean `{close}`?)"));
                Err(format!(
                    "`{}` has no column `{name}`{close}; it has {}",
                    self.file,
                    self.header.join(", ")
                ))
            }
        }
    }

    fn shape(&self, schema: &Schema, record: RecordId, field: &str) -> Result<Shape, String> {
        shape_of(schema, record, field).map_err(|reason| format!("`{}`: {reason}", self.file))
    }

    fn currency_columns(&self) -> impl Iterator<Item = &String> {
        self.columns
            .iter()
            .filter_map(|(_, target)| target.formats.currency_column.as_ref())
            .chain(self.formats.currency_column.as_ref())
    }
}

/// The shape of a field of a record, by its path.
pub(super) fn shape_of(schema: &Schema, record: RecordId, field: &str) -> Result<Shape, String> {
    let mut of = Type::Record(record);
    let mut shape = None;
    for name in field.split('.') {
        if shape.is_some_and(|shape: Shape| shape.list) {
            return Err(format!("`{field}` leads into a list; give the list a table of its own"));
        }
        let Type::Record(record) = of else {
            return Err(format!("`{field}`: a value has no field `{name}`"));
        };
        let known = schema.record(record);
        let Some((_, found)) = known.field(name) else {
            let close = did_you_mean(name, known.fields.iter().map(|field| field.name.as_str()));
            let close =
                close.map_or_else(String::new, |close| format!(" (did you mean `{close}`?)"));
            return Err(format!("there is no field `{field}`{close}"));
        };
        shape = Some(found.shape);
        of = found.shape.of;
    }
    shape.ok_or_else(|| "a field has no name".to_owned())
}
