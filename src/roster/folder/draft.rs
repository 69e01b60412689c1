use std::collections::HashSet;
use std::fmt::Write as _;

use super::form::{self, Form};
use crate::types::{RecordId, Schema, Shape, Type, parse_value};
use crate::value::{Currency, fold_words, similarity_percent};
use rust_decimal::Decimal;

/// How alike a header and a field must be to be proposed, in hundredths.
const LIKENESS_MIN: u32 = 60;
/// From which likeness on, with values that fit, a proposal is called sure.
const SURE_FROM: u32 = 90;

/// What other programs call fields, beside the names of the record.
const SYNONYMS: [(&str, &str); 53] = [
    ("id", "contractor id"),
    ("id", "contractor no"),
    ("id", "contractor number"),
    ("id", "worker id"),
    ("id", "vendor id"),
    ("id", "supplier id"),
    ("id", "freelancer id"),
    ("legal_name", "name"),
    ("legal_name", "full name"),
    ("legal_name", "contractor name"),
    ("legal_name", "contractor"),
    ("date_of_birth", "dob"),
    ("date_of_birth", "birth date"),
    ("date_of_birth", "birthday"),
    ("date_of_birth", "born"),
    ("nationality", "citizenship"),
    ("residence.country", "country of residence"),
    ("residence.country", "country"),
    ("residence.city", "city"),
    ("residence.postcode", "zip"),
    ("residence.postcode", "postal code"),
    ("residence.line1", "street"),
    ("residence.line1", "address"),
    ("claimed_location.country", "work country"),
    ("claimed_location.country", "location"),
    ("engaged_on", "start"),
    ("engaged_on", "start date"),
    ("engaged_on", "contract start"),
    ("ended_on", "end"),
    ("ended_on", "end date"),
    ("ended_on", "contract end"),
    ("role", "job title"),
    ("role", "position"),
    ("privileged_access", "admin"),
    ("started_at", "start"),
    ("started_at", "login time"),
    ("started_at", "session start"),
    ("started_at", "timestamp"),
    ("ended_at", "end"),
    ("ended_at", "logout time"),
    ("ended_at", "session end"),
    ("ip", "ip address"),
    ("country", "geo"),
    ("country", "geo country"),
    ("paid_at", "paid on"),
    ("paid_at", "payment date"),
    ("paid_at", "date"),
    ("account", "iban"),
    ("account", "account number"),
    ("payee_name", "beneficiary"),
    ("payee_name", "account holder"),
    ("method", "payment method"),
    ("bank_country", "country of bank"),
];

/// A table as it was found: its header and some of its rows.
#[derive(Clone, Debug)]
pub struct SampledTable {
    /// Its file.
    pub file: String,
    /// The names of its columns.
    pub header: Vec<String>,
    /// Some rows from its start.
    pub rows: Vec<Vec<String>>,
}

/// A draft of a manifest: a text to read and to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The manifest as YAML, with what is unsure in comments.
    pub text: String,
    /// Columns that found a field.
    pub mapped: usize,
    /// Of them those that are not sure.
    pub unsure: usize,
    /// Columns that found none.
    pub homeless: usize,
}

/// Drafts a manifest for tables: matches the names of columns to fields, and what stands in them to types.
/// Nothing is used before somebody has read it.
#[must_use]
pub fn draft(schema: &Schema, record: RecordId, tables: &[SampledTable]) -> Draft {
    let subject_fields = leaves(schema, record, "");
    let key = schema.record(record).key.and_then(|key| schema.record(record).at(key));
    let key = key.map_or("id", |key| key.name.as_str());
    let mut made = Draft { text: String::new(), mapped: 0, unsure: 0, homeless: 0 };
    // The table of subjects is the one whose columns are most of all fields of the subject.
    let subjects = (0..tables.len()).max_by_key(|place| {
        let matches = tables.get(*place).map(|table| matches(schema, &subject_fields, table, None));
        let has_key = |found: &Match<'_>| found.field.path == key;
        matches.map(|Found { fields, .. }| {
            (fields.iter().any(has_key), worth(&fields), std::cmp::Reverse(*place))
        })
    });
    let Some(subjects) = subjects.and_then(|place| tables.get(place)) else { return made };
    let found = matches(schema, &subject_fields, subjects, None);
    let key_column =
        found.fields.iter().find(|found| found.field.path == key).map(|found| found.column);
    let keys: HashSet<&str> =
        key_column.map(|column| column_values(subjects, column).collect()).unwrap_or_default();
    made.text.push_str(
        "# A draft: read it, and mend what is marked with `?`. Dates and times that are not written as ISO need\n\
         # `formats`, see the documentation of rosters.\n\
         subjects:\n",
    );
    let _ = writeln!(made.text, "  file: {}", quoted(&subjects.file));
    if key_column.is_none() {
        let _ = writeln!(
            made.text,
            "  # ? no column was found for `{key}`, which identifies the subject"
        );
    }
    made.write_columns(schema, "  ", subjects, &found, None);
    let mut is_first = true;
    for table in tables.iter().filter(|table| table.file != subjects.file) {
        if is_first {
            made.text.push_str("tables:\n");
            is_first = false;
        }
        made.table(schema, record, table, &keys);
    }
    made
}

impl Draft {
    fn table(
        &mut self,
        schema: &Schema,
        record: RecordId,
        table: &SampledTable,
        keys: &HashSet<&str>,
    ) {
        let key = joining_column(table, keys);
        let lists = schema.record(record).fields.iter().filter_map(|field| match field.shape {
            Shape { list: true, of: Type::Record(element), .. } => Some((field, element)),
            Shape { .. } => None,
        });
        let stem = table.file.split('.').next().unwrap_or_default().to_owned();
        let best = lists
            .map(|(field, element)| {
                let fields = leaves(schema, element, "");
                let found = matches(schema, &fields, table, key);
                let likeness = alike(&stem, &field.name);
                let worth =
                    worth(&found.fields) + if likeness >= LIKENESS_MIN { likeness * 2 } else { 0 };
                (worth, field.name.clone(), element)
            })
            .max_by_key(|(worth, ..)| *worth);
        let Some((_, list, element)) = best else { return };
        let fields = leaves(schema, element, "");
        let found = matches(schema, &fields, table, key);
        let _ = writeln!(self.text, "  - field: {list}");
        let _ = writeln!(self.text, "    file: {}", quoted(&table.file));
        match key.and_then(|key| table.header.get(key)) {
            Some(column) => {
                let _ = writeln!(self.text, "    key: {}", quoted(column));
            }
            None => self.text.push_str(
                "    key: ''  # ? no column was found that holds the key of the subject\n",
            ),
        }
        self.text.push_str(
            "    covers: listed  # ? `all` if a subject without rows is known to have none\n",
        );
        self.write_columns(schema, "    ", table, &found, key);
    }

    fn write_columns(
        &mut self,
        schema: &Schema,
        indent: &str,
        table: &SampledTable,
        found: &Found<'_>,
        key: Option<usize>,
    ) {
        let _ = writeln!(self.text, "{indent}columns:");
        let Found { fields, misfits } = found;
        let has_field =
            |place: usize| Some(place) == key || fields.iter().any(|found| found.column == place);
        let is_currencies = |place: &usize| {
            let mut values = column_values(table, *place).peekable();
            !has_field(*place)
                && values.peek().is_some()
                && values.all(|value| Currency::parse(value).is_ok())
        };
        let currency = (0..table.header.len()).find(is_currencies).filter(|_| {
            let is_open =
                |found: &Match<'_>| found.field.shape.of == Type::Money && found.fitting < 100;
            fields.iter().any(is_open)
        });
        let currency_name =
            currency.and_then(|place| table.header.get(place)).map(|name| flow(name));
        for found in fields {
            let column = table.header.get(found.column).map_or("", String::as_str);
            let _ = write!(self.text, "{indent}  {}: ", quoted(column));
            self.mapped += 1;
            let values: Vec<&str> = column_values(table, found.column).collect();
            let of = found.field.shape.of;
            let is_amount = of == Type::Money;
            let form = match found.fitting {
                100 => None,
                _ if is_amount => form::of_amounts(schema, &values, currency_name.as_deref()),
                _ => form::of(of, &values),
            };
            let words = form::words(schema, of, &values).filter(|words| !words.is_empty());
            let field = &found.field.path;
            let _ = match (&form, &words) {
                (Some(Form::Told(formats)), _) => {
                    write!(self.text, "{{field: {field}, formats: {formats}}}")
                }
                (_, Some(words)) => {
                    let words: Vec<String> = words
                        .iter()
                        .map(|(word, meant)| format!("{}: {}", flow(word), flow(meant)))
                        .collect();
                    let words = words.join(", ");
                    write!(self.text, "{{field: {field}, formats: {{values: {{{words}}}}}}}")
                }
                (Some(Form::Open(_)) | None, None) => write!(self.text, "{field}"),
            };
            if found.likeness < SURE_FROM || found.fitting < 100 {
                self.unsure += 1;
                let _ = write!(self.text, "  # ? name {} % alike", found.likeness);
                let _ = match &form {
                    Some(Form::Told(_)) if is_amount => {
                        write!(self.text, ", not written as 125.00 USD")
                    }
                    Some(Form::Told(_)) => write!(self.text, ", written otherwise than ISO"),
                    Some(Form::Open(choices)) => {
                        write!(self.text, ", say which of these it is: {}", choices.join(" or "))
                    }
                    None => write!(self.text, ", {} % of values fit", found.fitting),
                };
                if words.is_some() {
                    self.text.push_str(", say what the others mean");
                }
            }
            self.text.push('\n');
        }
        if fields.is_empty() {
            let _ = writeln!(self.text, "{indent}  {{}}");
        }
        let is_homeless = |place: &usize| !has_field(*place) && Some(*place) != currency;
        let homeless: Vec<usize> = (0..table.header.len()).filter(is_homeless).collect();
        self.homeless += homeless.len();
        if !homeless.is_empty() {
            let _ = writeln!(
                self.text,
                "{indent}# ? found no field: map them, or list them under `ignore`"
            );
            for place in homeless {
                let name = table.header.get(place).map_or("", String::as_str);
                let sample = column_values(table, place).next().unwrap_or("");
                let sample: String = sample.chars().take(30).collect();
                let _ = write!(self.text, "{indent}#   {}  (as {})", quoted(name), quoted(&sample));
                if let Some(misfit) = misfits.iter().find(|misfit| misfit.column == place) {
                    let fitting = match misfit.fitting {
                        0 => "no value".to_owned(),
                        percent => format!("only {percent} % of values"),
                    };
                    let field = &misfit.field.path;
                    let _ = write!(self.text, "  called like {field}, and {fitting} would fit it");
                }
                self.text.push('\n');
            }
        }
    }
}

/// A field that can stand in a cell.
struct Leaf {
    path: String,
    shape: Shape,
}

/// The single values of a record, and of records inside it.
fn leaves(schema: &Schema, record: RecordId, within: &str) -> Vec<Leaf> {
    let mut found = Vec::new();
    for field in &schema.record(record).fields {
        let path =
            if within.is_empty() { field.name.clone() } else { format!("{within}.{}", field.name) };
        match field.shape {
            Shape { list: false, of: Type::Record(inner), .. } => {
                found.extend(leaves(schema, inner, &path));
            }
            Shape { list: true, of: Type::Record(_), .. } => {}
            shape => found.push(Leaf { path, shape }),
        }
    }
    found
}

/// A column and the field it seems to hold.
struct Match<'f> {
    column: usize,
    field: &'f Leaf,
    /// How alike their names are, in hundredths.
    likeness: u32,
    /// How many of the values fit, in hundredths.
    fitting: u32,
}

/// What was found for the columns of a table.
struct Found<'f> {
    /// The best field of each column, each field once, in the order of the columns.
    fields: Vec<Match<'f>>,
    /// What columns are called like, and do not hold; the most alike first.
    misfits: Vec<Match<'f>>,
}

fn matches<'f>(
    schema: &Schema,
    fields: &'f [Leaf],
    table: &SampledTable,
    key: Option<usize>,
) -> Found<'f> {
    let (mut candidates, mut misfits) = (Vec::new(), Vec::new());
    for (column, name) in table.header.iter().enumerate() {
        if Some(column) == key {
            continue;
        }
        for field in fields {
            let likeness = likeness(name, &field.path);
            if likeness < LIKENESS_MIN {
                continue;
            }
            let fitting = fitting(schema, field.shape, table, column);
            let values = || column_values(table, column).collect::<Vec<_>>();
            // A date in another order is a date still; a word among addresses is none.
            let may_fit = || form::is_any(field.shape.of, &values());
            let has_forms =
                matches!(field.shape.of, Type::Date | Type::Instant | Type::YesNo | Type::Money);
            // Few words of a column that is called so may have a meaning.
            let has_words = || {
                likeness >= SURE_FROM && form::words(schema, field.shape.of, &values()).is_some()
            };
            let found = Match { column, field, likeness, fitting };
            if fitting >= 50 || (has_forms && (fitting > 0 || may_fit())) || has_words() {
                candidates.push(found);
            } else {
                misfits.push(found);
            }
        }
    }
    let order = |found: &Match<'_>| {
        (std::cmp::Reverse(found.likeness), std::cmp::Reverse(found.fitting), found.column)
    };
    candidates.sort_by_key(order);
    misfits.sort_by_key(order);
    let mut chosen: Vec<Match<'f>> = Vec::new();
    for candidate in candidates {
        let is_taken = chosen.iter().any(|known| {
            known.column == candidate.column || known.field.path == candidate.field.path
        });
        if !is_taken {
            chosen.push(candidate);
        }
    }
    chosen.sort_by_key(|found| found.column);
    Found { fields: chosen, misfits }
}

fn worth(found: &[Match<'_>]) -> u32 {
    found.iter().map(|found| found.likeness + found.fitting / 4).sum()
}

/// How alike the name of a column is to a field, by its whole path, its last name, or what else it is called.
fn likeness(column: &str, path: &str) -> u32 {
    let last = path.rsplit('.').next().unwrap_or(path);
    let other = SYNONYMS.iter().filter(|(field, _)| *field == path).map(|(_, name)| *name);
    let by_path = alike(column, path);
    // `country` alone may be that of many things.
    let by_last = if last == path { by_path } else { alike(column, last).saturating_sub(15) };
    other.map(|name| alike(column, name)).chain([by_path, by_last]).max().unwrap_or(0)
}

fn alike(left: &str, right: &str) -> u32 {
    let plain = |text: &str| {
        let spaced = text.replace(['_', '.'], " ").replace('#', " no");
        fold_words(&spaced).concat()
    };
    let percent = similarity_percent(&plain(left), &plain(right));
    u32::try_from(percent.trunc().min(Decimal::ONE_HUNDRED)).unwrap_or(0)
}

/// How many of the values of a column are of a type, in hundredths; of none at all half.
fn fitting(schema: &Schema, shape: Shape, table: &SampledTable, column: usize) -> u32 {
    let (mut fit, mut all) = (0_u32, 0_u32);
    for value in column_values(table, column) {
        all += 1;
        let is_one = shape.list || parse_value(schema, shape.of, value.into()).is_ok();
        fit += u32::from(is_one || (shape.or_none && value == "none"));
    }
    (fit * 100).checked_div(all).unwrap_or(50)
}

/// The column of a table whose values are most often keys of subjects.
fn joining_column(table: &SampledTable, keys: &HashSet<&str>) -> Option<usize> {
    let shared =
        |column: &usize| column_values(table, *column).filter(|value| keys.contains(value)).count();
    (0..table.header.len())
        .filter(|column| shared(column) > 0)
        .max_by_key(|column| (shared(column), std::cmp::Reverse(*column)))
}

fn column_values(table: &SampledTable, column: usize) -> impl Iterator<Item = &str> {
    let cells = table.rows.iter().filter_map(move |row| row.get(column));
    cells.map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
}

/// A text as YAML reads it back among others on a line.
fn flow(text: &str) -> String {
    if text.contains(' ') { in_quotes(text) } else { quoted(text) }
}

/// A text as YAML reads it back.
fn quoted(text: &str) -> String {
    let is_plain = !text.is_empty()
        && text.chars().next().is_some_and(char::is_alphabetic)
        && text.chars().all(|letter| letter.is_alphanumeric() || "_-. /".contains(letter))
        && !text.ends_with(' ')
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "yes" | "no" | "true" | "false" | "on" | "off" | "null" | "y" | "n"
        );
    if is_plain { text.to_owned() } else { in_quotes(text) }
}

fn in_quotes(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
