use std::collections::HashMap;
use std::str::FromStr as _;
use std::sync::LazyLock;

use chrono::format::{Item, Parsed, StrftimeItems};
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::manifest::Formats;
use crate::roster::cell::{Cell, CellKind};
use crate::roster::undeclared::readings;
use crate::types::{Shape, Type};
use crate::value::Currency;

/// How times are written where nobody says so.
static PLAIN_TIMES: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let written =
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    written.iter().filter_map(|written| Pattern::new(written).ok()).collect()
});

/// How the cells of a column become JSON values of a field.
#[derive(Clone, Debug)]
pub(super) struct Convert {
    shape: Shape,
    formats: Formats,
    dates: Option<Pattern>,
    times: Option<Pattern>,
    zone: Option<Tz>,
    /// What words of the table mean.
    values: HashMap<String, String>,
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
        let pattern = |format: &Option<String>| format.as_deref().map(Pattern::new).transpose();
        let (dates, times) = (pattern(&formats.dates)?, pattern(&formats.times)?);
        require_signs(&formats)?;
        require_words(&formats)?;
        if let Some(currency) = &formats.currency
            && Currency::parse(currency).is_err()
        {
            return Err(format!("`{currency}` is no currency; name one as `USD`"));
        }
        let values = formats.values.iter().cloned().collect();
        Ok(Self { shape, formats, dates, times, zone, values, blank_is_none: false })
    }

    /// What a cell says; `currency` is what the column of currencies says beside it. `formats` speak of
    /// texts: what the file itself says of a cell goes before them.
    ///
    /// # Errors
    /// Why it cannot be read, and what would be.
    pub(super) fn cell(&self, cell: Cell<'_>, currency: Option<&str>) -> Result<Said, String> {
        match cell.kind {
            CellKind::Null => return Ok(Said::Json("null".to_owned())),
            CellKind::Nested => return self.nested(cell.text).map(Said::Json),
            CellKind::Unusable => return Err(cell.text.to_owned()),
            CellKind::Text | CellKind::Number | CellKind::YesNo | CellKind::Time => {}
        }
        let cell = self.meant(Cell { text: cell.text.trim(), ..cell });
        if cell.is_blank() {
            let is_none = self.blank_is_none && self.shape.or_none;
            return Ok(if is_none { Said::Json("null".to_owned()) } else { Said::Nothing });
        }
        let is_none = cell.text == "none" || self.formats.none.iter().any(|word| word == cell.text);
        if is_none && self.shape.list {
            return Ok(Said::Json("[]".to_owned()));
        }
        if is_none && self.shape.or_none {
            return Ok(Said::Json("null".to_owned()));
        }
        if is_none {
            return Ok(Said::Nothing);
        }
        if self.shape.list {
            return self.list(cell, currency).map(Said::Json);
        }
        self.value(cell, currency).map(Said::Json)
    }

    /// A cell with the word that its own means.
    fn meant<'c>(&'c self, cell: Cell<'c>) -> Cell<'c> {
        let meant = self.values.get(cell.text);
        meant.map_or(cell, |meant| Cell { text: meant, kind: CellKind::Text })
    }

    /// A list or an object that the file has in a cell.
    fn nested(&self, text: &str) -> Result<String, String> {
        let is_list = text.starts_with('[');
        let fits =
            if self.shape.list { is_list } else { !is_list && self.shape.of.record().is_some() };
        if fits {
            return Ok(text.to_owned());
        }
        let what = if is_list { "a list" } else { "an object" };
        Err(format!(
            "{what} stands here, and the field takes no such thing; give a list a table of its own, and what lies in an object columns of their own"
        ))
    }

    /// JSON with the text of a cell that is no value of the field, so that a record is refused where it is
    /// decoded.
    pub(super) fn no_value(&self, cell: &str) -> String {
        let cell = string(cell);
        if self.shape.list { format!("{{\"\":{cell}}}") } else { format!("[{cell}]") }
    }

    fn list(&self, cell: Cell<'_>, currency: Option<&str>) -> Result<String, String> {
        if cell.text.starts_with('[') || matches!(self.shape.of, Type::Record(_)) {
            return json(cell.text, "a list as JSON");
        }
        let Some(separator) = &self.formats.separator else {
            return Err("a list in a cell is JSON, or has a `separator` in the manifest".to_owned());
        };
        let parts =
            cell.text.split(separator.as_str()).map(str::trim).filter(|part| !part.is_empty());
        let parts = parts.map(|part| self.meant(Cell { text: part, ..cell }));
        let parts = parts.map(|part| self.value(part, currency)).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("[{}]", parts.join(",")))
    }

    fn value(&self, cell: Cell<'_>, currency: Option<&str>) -> Result<String, String> {
        Ok(match self.shape.of {
            Type::YesNo => self.yes_no(cell)?,
            Type::Date => string(&self.date(cell)?),
            Type::Instant => string(&self.instant(cell)?),
            Type::Number | Type::Percent => string(&self.plain_number(cell)?),
            Type::Money => string(&self.money(cell, currency)?),
            Type::Record(_) => return json(cell.text, "an object as JSON"),
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
            | Type::Choice(_) => text(cell)?,
        })
    }

    fn yes_no(&self, cell: Cell<'_>) -> Result<String, String> {
        let Formats { yes, no, .. } = &self.formats;
        let is_one_of = |words: &[String]| {
            words.iter().any(|word| word.to_lowercase() == cell.text.to_lowercase())
        };
        if is_one_of(yes) {
            Ok("true".to_owned())
        } else if is_one_of(no) {
            Ok("false".to_owned())
        } else if cell.kind == CellKind::YesNo {
            Ok(cell.text.to_owned())
        } else if yes.is_empty() && no.is_empty() {
            Ok(string(cell.text))
        } else {
            let words: Vec<&str> = yes.iter().chain(no).map(String::as_str).collect();
            Err(format!("expected one of {}", words.join(", ")))
        }
    }

    fn date(&self, Cell { text: cell, kind }: Cell<'_>) -> Result<String, String> {
        if kind == CellKind::Time {
            return Ok(cell.to_owned());
        }
        if let Some(dates) = &self.dates {
            let date = dates.parse(cell).and_then(|parsed| parsed.to_naive_date().ok());
            return date
                .map(|date| date.to_string())
                .ok_or_else(|| format!("expected a date written as `{}`", dates.written));
        }
        if let Some(readings) = readings(cell) {
            return Err(format!("{readings}: say how dates are written, as `dates: \"%d/%m/%Y\"`"));
        }
        Ok(cell.to_owned())
    }

    fn instant(&self, Cell { text: cell, kind }: Cell<'_>) -> Result<String, String> {
        let utc = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        if let Some(times) = self.times.as_ref().filter(|_| kind != CellKind::Time) {
            let parsed = times.parse(cell);
            if let Some(time) = parsed.as_ref().and_then(|parsed| parsed.to_datetime().ok()) {
                return Ok(utc(time.to_utc()));
            }
            let time = parsed
                .as_ref()
                .and_then(naive)
                .ok_or_else(|| format!("expected a time written as `{}`", times.written))?;
            return self.local(time).map(utc);
        }
        if let Ok(time) = DateTime::parse_from_rfc3339(cell) {
            return Ok(utc(time.to_utc()));
        }
        let plain = PLAIN_TIMES.iter().find_map(|times| naive(&times.parse(cell)?));
        // Midnight, of which a workbook writes the day only.
        let midnight = || {
            let day = (kind == CellKind::Time).then(|| NaiveDate::parse_from_str(cell, "%Y-%m-%d"));
            day.and_then(Result::ok).and_then(|day| day.and_hms_opt(0, 0, 0))
        };
        if let Some(time) = plain.or_else(midnight) {
            return self.local(time).map(utc);
        }
        if let Some(readings) = readings(cell) {
            return Err(format!(
                "{readings}: say how times are written, as `times: \"%d/%m/%Y %H:%M\"`"
            ));
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

    fn plain_number(&self, cell: Cell<'_>) -> Result<String, String> {
        let mut text = cell.text.to_owned();
        if cell.kind == CellKind::Number {
            return Ok(text);
        }
        let decimal = self.formats.decimal.as_deref().unwrap_or(".");
        if let Some(thousands) = self.formats.thousands.as_deref().filter(|sign| !sign.is_empty()) {
            if !is_grouped(&text, thousands, decimal) {
                return Err(format!(
                    "`{thousands}` stands between thousands, as in 1{thousands}234{decimal}50, and not so here"
                ));
            }
            text = text.replace(thousands, "");
        }
        // A point where a comma is the sign for decimals is no number.
        if decimal != "." && !decimal.is_empty() && !text.contains('.') {
            text = text.replace(decimal, ".");
        }
        Ok(text)
    }

    fn money(&self, cell: Cell<'_>, currency: Option<&str>) -> Result<String, String> {
        if cell.text.starts_with('{') {
            return Err("write an amount as 125.00 USD".to_owned());
        }
        if let Some((number, code)) = cell.text.split_once(' ')
            && cell.kind == CellKind::Text
            && Currency::parse(code).is_ok()
        {
            let number = Cell { text: number, ..cell };
            return Ok(format!("{} {code}", self.plain_number(number)?));
        }
        let has_currency = cell.text.chars().any(char::is_alphabetic);
        let currency = currency.filter(|currency| !currency.trim().is_empty());
        match currency.or(self.formats.currency.as_deref()) {
            Some(currency) if !has_currency => {
                Ok(format!("{} {}", self.plain_number(cell)?, currency.trim()))
            }
            Some(_) | None => Ok(cell.text.to_owned()),
        }
    }
}

/// How dates or times are written, taken apart once.
#[derive(Clone, Debug)]
struct Pattern {
    written: String,
    items: Vec<Item<'static>>,
}

impl Pattern {
    fn new(written: &str) -> Result<Self, String> {
        let items = StrftimeItems::new(written)
            .parse_to_owned()
            .map_err(|_| format!("`{written}` is no format of dates; write it as `%d/%m/%Y`"))?;
        Ok(Self { written: written.to_owned(), items })
    }

    fn parse(&self, text: &str) -> Option<Parsed> {
        let mut parsed = Parsed::new();
        chrono::format::parse(&mut parsed, text, self.items.iter()).ok()?;
        Some(parsed)
    }
}

/// A time without a zone.
fn naive(parsed: &Parsed) -> Option<NaiveDateTime> {
    parsed.to_naive_datetime_with_offset(0).ok()
}

/// Signs that could not be told from each other, or from a number, would change it.
fn require_signs(formats: &Formats) -> Result<(), String> {
    let decimal = formats.decimal.as_deref().filter(|sign| !sign.is_empty()).unwrap_or(".");
    let thousands = formats.thousands.as_deref().filter(|sign| !sign.is_empty());
    for sign in std::iter::once(decimal).chain(thousands) {
        let mut letters = sign.chars();
        let is_sign = letters.next().is_some_and(|letter| {
            !letter.is_alphanumeric() && !matches!(letter, '-' | '+' | '(' | ')')
        });
        if !is_sign || letters.next().is_some() {
            return Err(format!(
                "`{sign}` is no sign in a number; `decimal` and `thousands` are one sign, as `,`"
            ));
        }
    }
    if thousands == Some(decimal) {
        return Err(format!(
            "`{decimal}` cannot stand both before decimals and between thousands; say both, `decimal` and `thousands`"
        ));
    }
    Ok(())
}

/// A word that says two things would turn one into the other.
fn require_words(Formats { yes, no, none, .. }: &Formats) -> Result<(), String> {
    let lists = [("yes", yes), ("no", no), ("none", none)];
    for (place, (name, words)) in lists.iter().enumerate() {
        for (other, others) in lists.iter().skip(place + 1) {
            let is_among = |word: &&String| {
                others.iter().any(|other| other.to_lowercase() == word.to_lowercase())
            };
            if let Some(word) = words.iter().find(is_among) {
                return Err(format!("`{word}` is a word for `{name}` and for `{other}`"));
            }
        }
    }
    Ok(())
}

/// Whether a sign stands only where it divides thousands: before three last digits, and before two or
/// three others, as numbers are written in India. 1.5 is not 15 where a point divides thousands.
fn is_grouped(text: &str, thousands: &str, decimal: &str) -> bool {
    let (whole, decimals) = text.split_once(decimal).unwrap_or((text, ""));
    let mut groups = whole.split(thousands).map(str::len);
    let first = groups.next();
    let others: Vec<usize> = groups.collect();
    let Some((last, between)) = others.split_last() else { return !decimals.contains(thousands) };
    first.is_some_and(|first| first > 0)
        && *last == 3
        && between.iter().all(|length| (2..=3).contains(length))
        && !decimals.contains(thousands)
}

/// A text; a whole number is one, since it is written in one way only.
fn text(cell: Cell<'_>) -> Result<String, String> {
    let digits = cell.text.strip_prefix('-').unwrap_or(cell.text);
    let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    match cell.kind {
        CellKind::Number if !is_whole => {
            Err("a number with decimals stands here, and the field takes a text".to_owned())
        }
        CellKind::YesNo => Err("true or false stands here, and the field takes a text".to_owned()),
        CellKind::Text
        | CellKind::Number
        | CellKind::Time
        | CellKind::Null
        | CellKind::Nested
        | CellKind::Unusable => Ok(string(cell.text)),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn formats() -> Formats {
        let text = |text: &str| Some(text.to_owned());
        Formats {
            dates: text("%d/%m/%Y"),
            times: text("%d/%m/%Y %H:%M"),
            time_zone: text("Europe/Berlin"),
            decimal: text(","),
            thousands: text("."),
            yes: vec!["Y".to_owned()],
            no: vec!["N".to_owned()],
            currency: text("EUR"),
            ..Formats::default()
        }
    }

    fn said(of: Type, kind: CellKind, text: &str) -> Result<String, String> {
        said_by(Shape { of, list: false, or_none: true }, formats(), kind, text)
    }

    fn said_by(
        shape: Shape,
        formats: Formats,
        kind: CellKind,
        text: &str,
    ) -> Result<String, String> {
        let convert = Convert::new(shape, formats).unwrap();
        match convert.cell(Cell { text, kind }, None)? {
            Said::Nothing => Ok(String::new()),
            Said::Json(json) => Ok(json),
        }
    }

    #[test]
    fn formats_speak_of_texts_only() {
        let (text, number) = (CellKind::Text, CellKind::Number);
        assert_eq!(said(Type::Number, text, "1.234,5"), Ok("\"1234.5\"".to_owned()));
        assert_eq!(said(Type::Number, number, "1234.5"), Ok("\"1234.5\"".to_owned()));
        assert_eq!(said(Type::Number, number, "1.234"), Ok("\"1.234\"".to_owned()));
        assert_eq!(said(Type::Money, text, "1.234,50"), Ok("\"1234.50 EUR\"".to_owned()));
        assert_eq!(said(Type::Money, number, "1234.5"), Ok("\"1234.5 EUR\"".to_owned()));
        let time = CellKind::Time;
        assert_eq!(said(Type::Date, text, "03/04/2022"), Ok("\"2022-04-03\"".to_owned()));
        assert_eq!(said(Type::Date, time, "2022-04-03"), Ok("\"2022-04-03\"".to_owned()));
        assert!(said(Type::Date, text, "2022-04-03").is_err());
        let winter = "\"2022-01-31T23:00:00Z\"".to_owned();
        assert_eq!(said(Type::Instant, text, "01/02/2022 00:00"), Ok(winter.clone()));
        // Of midnight a workbook has the day only.
        assert_eq!(said(Type::Instant, time, "2022-02-01"), Ok(winter));
        let summer = "\"2022-07-01T06:30:00Z\"".to_owned();
        assert_eq!(said(Type::Instant, time, "2022-07-01T08:30:00"), Ok(summer));
        assert_eq!(said(Type::YesNo, text, "Y"), Ok("true".to_owned()));
        assert_eq!(said(Type::YesNo, CellKind::YesNo, "false"), Ok("false".to_owned()));
        assert!(said(Type::YesNo, text, "false").is_err());
        assert_eq!(said(Type::Text, number, "17"), Ok("\"17\"".to_owned()));
        assert!(said(Type::Text, number, "1.5").is_err());
        assert!(said(Type::Text, number, "1e3").is_err());
        assert!(said(Type::Text, CellKind::YesNo, "true").is_err());
        assert_eq!(said(Type::Text, CellKind::Null, ""), Ok("null".to_owned()));
        assert_eq!(said(Type::Text, text, " "), Ok(String::new()));
        assert_eq!(said(Type::Text, CellKind::Unusable, "why"), Err("why".to_owned()));
    }

    #[test]
    fn a_sign_between_thousands_stands_between_thousands() {
        let number = |text: &str| said(Type::Number, CellKind::Text, text);
        for (text, value) in [
            ("1.234.567,89", "1234567.89"),
            ("-1.234", "-1234"),
            ("12.34.567", "1234567"),
            ("1234567,8", "1234567.8"),
            ("0,5", "0.5"),
        ] {
            assert_eq!(number(text), Ok(format!("\"{value}\"")), "{text}");
        }
        for text in ["1.5", "1234.5", "1.2345", "1.234,5.6", ".234", "1..234", "1,234.567"] {
            let reason = number(text).unwrap_err();
            assert!(reason.starts_with("`.` stands between thousands, as in 1.234,50"), "{text}");
        }
    }

    #[test]
    fn formats_that_say_two_things_are_refused() {
        let refused = |change: &dyn Fn(&mut Formats)| {
            let mut formats = formats();
            change(&mut formats);
            let shape = Shape { of: Type::Text, list: false, or_none: true };
            Convert::new(shape, formats).map(|_| ()).unwrap_err()
        };
        let said = refused(&|formats| formats.yes.push("n".to_owned()));
        assert_eq!(said, "`n` is a word for `yes` and for `no`");
        let said = refused(&|formats| formats.none.push("Y".to_owned()));
        assert_eq!(said, "`Y` is a word for `yes` and for `none`");
        for (decimal, thousands) in [(Some(","), ","), (None, "."), (Some(""), ".")] {
            let said = refused(&|formats| {
                formats.decimal = decimal.map(str::to_owned);
                formats.thousands = Some(thousands.to_owned());
            });
            assert!(said.contains("cannot stand both before decimals"), "{said}");
        }
        for sign in ["::", "4", "-", "x"] {
            let said = refused(&|formats| formats.thousands = Some(sign.to_owned()));
            assert!(said.starts_with(&format!("`{sign}` is no sign in a number")), "{said}");
        }
        let said = refused(&|formats| formats.currency = Some("Euro".to_owned()));
        assert_eq!(said, "`Euro` is no currency; name one as `USD`");
    }

    #[test]
    fn an_amount_with_its_currency_is_written_as_any_other_number() {
        let money = |text: &str| said(Type::Money, CellKind::Text, text);
        assert_eq!(money("1.234,50 USD"), Ok("\"1234.50 USD\"".to_owned()));
        assert_eq!(money("12,5 USD"), Ok("\"12.5 USD\"".to_owned()));
        assert!(money("1.5 USD").unwrap_err().contains("stands between thousands"));
        assert_eq!(money("5 XYZ"), Ok("\"5 XYZ\"".to_owned()));
    }

    #[test]
    fn words_mean_what_the_manifest_says() {
        let value = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let formats = Formats {
            values: vec![value("Wire", "bank_transfer"), value("-", ""), value("n/a", "none")],
            separator: Some(";".to_owned()),
            ..Formats::default()
        };
        let shape = Shape { of: Type::Text, list: false, or_none: true };
        let said = |shape, text| said_by(shape, formats.clone(), CellKind::Text, text);
        assert_eq!(said(shape, " Wire "), Ok("\"bank_transfer\"".to_owned()));
        assert_eq!(said(shape, "wire"), Ok("\"wire\"".to_owned()));
        assert_eq!(said(shape, "-"), Ok(String::new()));
        assert_eq!(said(shape, "n/a"), Ok("null".to_owned()));
        // What cannot be none is unknown, as in a single file.
        assert_eq!(said(Shape { or_none: false, ..shape }, "n/a"), Ok(String::new()));
        let list = Shape { list: true, ..shape };
        assert_eq!(said(list, "Wire; cash"), Ok("[\"bank_transfer\",\"cash\"]".to_owned()));
    }

    #[test]
    fn what_is_nested_stands_in_fields_that_take_it_only() {
        let list = Shape { of: Type::Text, list: true, or_none: false };
        let nested = |shape, text| said_by(shape, formats(), CellKind::Nested, text);
        assert_eq!(nested(list, "[\"A\"]"), Ok("[\"A\"]".to_owned()));
        assert!(nested(list, "{}").unwrap_err().starts_with("an object stands here"));
        let single = Shape { list: false, ..list };
        assert!(nested(single, "[]").unwrap_err().starts_with("a list stands here"));
        assert!(nested(single, "{}").unwrap_err().starts_with("an object stands here"));
    }
}
