use std::str::FromStr as _;

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::manifest::Formats;
use crate::types::{Shape, Type};

/// How the cells of a column become JSON values of a field.
#[derive(Clone, Debug)]
pub(super) struct Convert {
    shape: Shape,
    formats: Formats,
    zone: Option<Tz>,
    /// Whether a blank cell says that there is none.
    pub(super) blank_is_none: bool,
}

/// What a cell says.
pub(super) enum Said {
    /// Nothing: it is blank.
    Nothing,
    /// This JSON.
    Json(String),
}

impl Convert {
    /// # Errors
    /// If the formats themselves mean nothing.
    pub(super) fn new(shape: Shape, formats: Formats) -> Result<Self, String> {
        let zone = match &formats.time_zone {
            Some(name) => Some(Tz::from_str(name).map_err(|_| {
                format!("`{name}` is no time zone; name one as `Europe/Berlin` or `UTC`")
            })?),
            None => None,
        };
        for format in [&formats.dates, &formats.times].into_iter().flatten() {
            let mut items = chrono::format::StrftimeItems::new(format);
            if items.any(|item| matches!(item, chrono::format::Item::Error)) {
                return Err(format!("`{format}` is no format of dates; write it as `%d/%m/%Y`"));
            }
        }
        Ok(Self { shape, formats, zone, blank_is_none: false })
    }

    /// What a cell says; `currency` is what the column of currencies says beside it.
    ///
    /// # Errors
    /// Why it cannot be read, and what would be.
    pub(super) fn cell(&self, cell: &str, currency: Option<&str>) -> Result<Said, String> {
        let cell = cell.trim();
        if cell.is_empty() {
            let is_none = self.blank_is_none && self.shape.or_none;
            return Ok(if is_none { Said::Json("null".to_owned()) } else { Said::Nothing });
        }
        let is_none = cell == "none" || self.formats.none.iter().any(|word| word == cell);
        if is_none && self.shape.list {
            return Ok(Said::Json("[]".to_owned()));
        }
        if is_none && self.shape.or_none {
            return Ok(Said::Json("null".to_owned()));
        }
        if is_none {
            return Err("this field cannot be none".to_owned());
        }
        if self.shape.list {
            return self.list(cell, currency).map(Said::Json);
        }
        self.value(cell, currency).map(Said::Json)
    }

    /// JSON with the text of a cell that is no value of the field, so that a record is refused where it is
    /// decoded.
    pub(super) fn no_value(&self, cell: &str) -> String {
        let cell = string(cell);
        if self.shape.list { format!("{{\"\":{cell}}}") } else { format!("[{cell}]") }
    }

    fn list(&self, cell: &str, currency: Option<&str>) -> Result<String, String> {
        if cell.starts_with('[') || matches!(self.shape.of, Type::Record(_)) {
            return json(cell, "a list as JSON");
        }
        let Some(separator) = &self.formats.separator else {
            return Err("a list in a cell is JSON, or has a `separator` in the manifest".to_owned());
        };
        let parts = cell.split(separator.as_str()).map(str::trim).filter(|part| !part.is_empty());
        let parts = parts.map(|part| self.value(part, currency)).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("[{}]", parts.join(",")))
    }

    fn value(&self, cell: &str, currency: Option<&str>) -> Result<String, String> {
        let formats = &self.formats;
        Ok(match self.shape.of {
            Type::YesNo => {
                let is_one_of = |words: &[String]| {
                    words.iter().any(|word| word.to_lowercase() == cell.to_lowercase())
                };
                if is_one_of(&formats.yes) {
                    "true".to_owned()
                } else if is_one_of(&formats.no) {
                    "false".to_owned()
                } else if formats.yes.is_empty() && formats.no.is_empty() {
                    string(cell)
                } else {
                    let words: Vec<&str> =
                        formats.yes.iter().chain(&formats.no).map(String::as_str).collect();
                    return Err(format!("expected one of {}", words.join(", ")));
                }
            }
            Type::Date => string(&self.date(cell)?),
            Type::Instant => string(&self.instant(cell)?),
            Type::Number | Type::Percent => string(&self.plain_number(cell)),
            Type::Money => string(&self.money(cell, currency)?),
            Type::Record(_) => return json(cell, "an object as JSON"),
            Type::Text
            | Type::Duration
            | Type::Months
            | Type::Country
            | Type::Ip
            | Type::Network
            | Type::Email
            | Type::Phone
            | Type::Url
            | Type::PersonName
            | Type::AddressLine
            | Type::Postcode
            | Type::ContactPoint
            | Type::Choice(_) => string(cell),
        })
    }

    fn date(&self, cell: &str) -> Result<String, String> {
        if let Some(format) = &self.formats.dates {
            return NaiveDate::parse_from_str(cell, format)
                .map(|date| date.to_string())
                .map_err(|_| format!("expected a date written as `{format}`"));
        }
        if is_undeclared_date(cell) {
            return Err(
                "nobody can tell which of the numbers is the day: say how dates are written, as `dates: \"%d/%m/%Y\"`"
                    .to_owned(),
            );
        }
        Ok(cell.to_owned())
    }

    fn instant(&self, cell: &str) -> Result<String, String> {
        let utc = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        if let Some(format) = &self.formats.times {
            if let Ok(time) = DateTime::parse_from_str(cell, format) {
                return Ok(utc(time.to_utc()));
            }
            let time = NaiveDateTime::parse_from_str(cell, format)
                .map_err(|_| format!("expected a time written as `{format}`"))?;
            return self.local(time).map(utc);
        }
        if let Ok(time) = DateTime::parse_from_rfc3339(cell) {
            return Ok(utc(time.to_utc()));
        }
        let naive =
            ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
                .iter()
                .find_map(|format| NaiveDateTime::parse_from_str(cell, format).ok());
        if let Some(time) = naive {
            return self.local(time).map(utc);
        }
        if is_undeclared_date(cell) {
            return Err(
                "nobody can tell which of the numbers is the day: say how times are written, as `times: \"%d/%m/%Y %H:%M\"`"
                    .to_owned(),
            );
        }
        Err("expected a time as 2022-05-16T09:00:00Z, or say how times are written with `times`"
            .to_owned())
    }

    /// A time that does not say its zone.
    fn local(&self, time: NaiveDateTime) -> Result<DateTime<Utc>, String> {
        let Some(zone) = self.zone else {
            return Err(
                "the time does not say its zone: add it, or name it with `time_zone`".to_owned()
            );
        };
        match zone.from_local_datetime(&time) {
            chrono::LocalResult::Single(time) => Ok(time.to_utc()),
            chrono::LocalResult::Ambiguous(..) => Err(format!(
                "clocks in {zone} show this time twice, when summer time ends; write it with its offset"
            )),
            chrono::LocalResult::None => {
                Err(format!("clocks in {zone} never show this time, because summer time begins"))
            }
        }
    }

    fn plain_number(&self, cell: &str) -> String {
        let mut text = cell.to_owned();
        if let Some(thousands) = &self.formats.thousands {
            text = text.replace(thousands.as_str(), "");
        }
        match &self.formats.decimal {
            // A point where a comma is the sign for decimals is no number.
            Some(decimal) if decimal != "." && !text.contains('.') => {
                text.replace(decimal.as_str(), ".")
            }
            Some(_) | None => text,
        }
    }

    fn money(&self, cell: &str, currency: Option<&str>) -> Result<String, String> {
        if cell.starts_with('{') {
            return Err("write an amount as 125.00 USD".to_owned());
        }
        let has_currency = cell.chars().any(char::is_alphabetic);
        let currency = currency.filter(|currency| !currency.trim().is_empty());
        match currency.or(self.formats.currency.as_deref()) {
            Some(currency) if !has_currency => {
                Ok(format!("{} {}", self.plain_number(cell), currency.trim()))
            }
            Some(_) | None => Ok(cell.to_owned()),
        }
    }
}

/// Whether a text looks like a date that is no ISO date, as 03/04/2022.
fn is_undeclared_date(cell: &str) -> bool {
    let mut parts = cell.split([' ', 'T']).next().unwrap_or("").split(['/', '.', '-']);
    let is_short = |part: Option<&str>| {
        part.is_some_and(|part| {
            (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let is_iso = cell.as_bytes().get(4) == Some(&b'-');
    !is_iso && is_short(parts.next()) && is_short(parts.next()) && is_short(parts.next())
}

fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// JSON that stands in a cell.
fn json(cell: &str, expected: &str) -> Result<String, String> {
    serde_json::from_str::<&serde_json::value::RawValue>(cell)
        .map(|raw| raw.get().to_owned())
        .map_err(|error| format!("expected {expected}: {error}"))
}
