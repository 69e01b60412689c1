use chrono::{NaiveDate, NaiveDateTime};

use super::convert::{Convert, Said};
use super::manifest::Formats;
use crate::roster::cell::{Cell, CellKind};
use crate::types::{Schema, Shape, Type, parse_value};

/// How values of a column are written that are not as ISO has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In this way, as the `formats` of a column.
    Told(String),
    /// In one of these ways, which the values do not tell apart.
    Open(Vec<String>),
}

const DATES: [&str; 9] = [
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d %b %Y",
    "%b %d, %Y",
];

const TIMES_OF_DAY: [&str; 3] = ["%H:%M:%S", "%H:%M", "%I:%M %p"];

const YES_NO: [(&str, &str); 9] = [
    ("Y", "N"),
    ("Yes", "No"),
    ("J", "N"),
    ("Ja", "Nein"),
    ("Oui", "Non"),
    ("Si", "No"),
    ("1", "0"),
    ("T", "F"),
    ("on", "off"),
];

/// How values of a type are written, if all are written in one way.
pub(super) fn of(of: Type, values: &[&str]) -> Option<Form> {
    if values.is_empty() {
        return None;
    }
    match of {
        Type::Date => {
            let fits = |format: &&&str| {
                values.iter().all(|value| NaiveDate::parse_from_str(value, format).is_ok())
            };
            told("dates", DATES.iter().filter(fits).map(|format| (*format).to_owned()).collect())
        }
        Type::Instant => {
            let formats = DATES
                .iter()
                .chain(["%Y-%m-%d"].iter())
                .flat_map(|date| TIMES_OF_DAY.iter().map(move |time| format!("{date} {time}")))
                .chain(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"].map(str::to_owned));
            let fits = |format: &String| {
                values.iter().all(|value| NaiveDateTime::parse_from_str(value, format).is_ok())
            };
            let fitting = formats.filter(fits).map(|format| format!("{format}\", time_zone: \"?"));
            told("times", fitting.collect())
        }
        Type::YesNo => YES_NO.iter().find_map(|(yes, no)| {
            let is_one =
                |value: &&str| value.eq_ignore_ascii_case(yes) || value.eq_ignore_ascii_case(no);
            values
                .iter()
                .all(is_one)
                .then(|| Form::Told(format!("{{yes: [\"{yes}\"], no: [\"{no}\"]}}")))
        }),
        Type::Number
        | Type::Percent
        | Type::Text
        | Type::Duration
        | Type::Months
        | Type::Money
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
        | Type::Choice(_)
        | Type::Record(_) => None,
    }
}

/// The signs before decimals and between thousands that are tried.
const SIGNS: [(&str, &str); 7] =
    [(".", ""), (".", ","), (",", "."), (",", ""), (".", " "), (",", " "), (".", "'")];

/// How amounts are written, if all are written in one way; `currency` is the column that holds theirs.
pub(super) fn of_amounts(schema: &Schema, values: &[&str], currency: Option<&str>) -> Option<Form> {
    let has_own = values.iter().all(|value| value.contains(char::is_alphabetic));
    let shape = Shape { of: Type::Money, list: false, or_none: false };
    let fits = |(decimal, thousands): &&(&str, &str)| {
        let sign = |sign: &str| Some(sign.to_owned()).filter(|sign| !sign.is_empty());
        // Any currency shows whether the number can be read.
        let formats = Formats {
            decimal: sign(decimal),
            thousands: sign(thousands),
            currency: sign("USD"),
            ..Formats::default()
        };
        let Ok(convert) = Convert::new(shape, formats) else { return false };
        values.iter().all(|text| {
            let cell = Cell { text, kind: CellKind::Text };
            let Ok(Said::Json(json)) = convert.cell(cell, None) else { return false };
            let amount = serde_json::from_str::<String>(&json);
            amount.is_ok_and(|amount| {
                parse_value(schema, Type::Money, amount.as_str().into()).is_ok()
            })
        })
    };
    let told = |(decimal, thousands): &(&str, &str)| {
        let mut formats = Vec::new();
        if *decimal != "." || !thousands.is_empty() {
            formats.push(format!("decimal: \"{decimal}\""));
        }
        if !thousands.is_empty() {
            formats.push(format!("thousands: \"{thousands}\""));
        }
        match currency {
            _ if has_own => {}
            Some(column) => formats.push(format!("currency_column: {column}")),
            None => formats.push("currency: \"?\"".to_owned()),
        }
        format!("{{{}}}", formats.join(", "))
    };
    let mut fitting = SIGNS.iter().filter(fits);
    let first = fitting.next()?;
    let others: Vec<String> = fitting.map(told).collect();
    // Where the plain way fits, nothing tells the others from it.
    if others.is_empty() || *first == (".", "") {
        return Some(Form::Told(told(first)));
    }
    Some(Form::Open(std::iter::once(told(first)).chain(others).collect()))
}

/// Most words of a column that are asked for their meaning.
const WORDS_MAX: usize = 20;

/// The words of a column that are no values of a type which has few, each with what it seems to mean, or `?`.
pub(super) fn words(schema: &Schema, of: Type, values: &[&str]) -> Option<Vec<(String, String)>> {
    if !matches!(of, Type::Choice(_) | Type::Country) {
        return None;
    }
    let is_value = |word: &str| parse_value(schema, of, word.into()).is_ok();
    let mut words: Vec<(String, String)> = Vec::new();
    for value in values.iter().filter(|value| !is_value(value)) {
        if words.iter().any(|(known, _)| known == value) {
            continue;
        }
        if words.len() == WORDS_MAX {
            return None;
        }
        let small = value.to_lowercase().replace([' ', '-'], "_");
        let alike = [small, value.to_uppercase()].into_iter().find(|word| is_value(word));
        words.push(((*value).to_owned(), alike.unwrap_or_else(|| "?".to_owned())));
    }
    Some(words)
}

/// Whether any of the values could be of a type, were it said how they are written.
pub(super) fn is_any(of: Type, values: &[&str]) -> bool {
    let is_one = |value: &&str| match of {
        Type::Date | Type::Instant | Type::YesNo => self::of(of, &[value]).is_some(),
        // Its currency may stand elsewhere.
        Type::Money => {
            let is_digit = |letter: char| letter.is_ascii_digit();
            value.contains(is_digit) && !value.contains(char::is_alphabetic)
        }
        Type::Number
        | Type::Percent
        | Type::Text
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
        | Type::Choice(_)
        | Type::Record(_) => false,
    };
    values.iter().any(is_one)
}

fn told(what: &str, formats: Vec<String>) -> Option<Form> {
    match formats.as_slice() {
        [] => None,
        [only] => Some(Form::Told(format!("{{{what}: \"{only}\"}}"))),
        [..] => Some(Form::Open(
            formats.iter().map(|format| format!("{{{what}: \"{format}\"}}")).collect(),
        )),
    }
}
