use chrono::{NaiveDate, NaiveDateTime};

use crate::types::Type;

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
                .flat_map(|date| TIMES_OF_DAY.iter().map(move |time| format!("{date} {time}")));
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
