use std::fmt;

use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::{Malformed, Number};

const NANOSECONDS_PER_SECOND: i64 = 1_000_000_000;

/// A length of time that is the same whenever it begins: seconds to weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(TimeDelta);

impl Duration {
    const EXPECTED: Malformed =
        Malformed::expected("a length of time, as `10 minutes`, `24 hours`, `30 days` or PT10M");

    /// Reads `10 minutes`, `24 hours`, or the part of ISO 8601 that has no months or years.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let parsed = match text.strip_prefix('-') {
            Some(positive) => parse_unsigned(positive).map(|delta| -delta),
            None => parse_unsigned(text),
        };
        parsed.map(Self).ok_or(Self::EXPECTED)
    }

    /// The length as the calendar library holds it.
    #[must_use]
    pub const fn delta(self) -> TimeDelta {
        self.0
    }

    /// The length of so many seconds, with fractions.
    #[must_use]
    pub fn from_seconds(seconds: Decimal) -> Option<Self> {
        let whole = seconds.floor();
        let nanoseconds = (seconds - whole).checked_mul(NANOSECONDS_PER_SECOND.into())?.trunc();
        TimeDelta::new(i64::try_from(whole).ok()?, u32::try_from(nanoseconds).ok()?).map(Self)
    }

    /// The length in seconds, with fractions.
    #[must_use]
    pub fn seconds(self) -> Decimal {
        let fraction = Decimal::new(i64::from(self.0.subsec_nanos()), 9);
        (Decimal::from(self.0.num_seconds()) + fraction).normalize()
    }
}

impl From<TimeDelta> for Duration {
    fn from(delta: TimeDelta) -> Self {
        Self(delta)
    }
}

impl fmt::Display for Duration {
    /// In the largest unit of minutes to days that divides it, else in seconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.num_seconds();
        if self.0.subsec_nanos() != 0 {
            return write!(f, "{} seconds", self.seconds());
        }
        let (count, unit) = match seconds {
            0 => (0, Unit::Minute),
            _ if seconds % Unit::Day.seconds() == 0 && seconds.abs() > Unit::Day.seconds() => {
                (seconds / Unit::Day.seconds(), Unit::Day)
            }
            _ if seconds % Unit::Hour.seconds() == 0 => {
                (seconds / Unit::Hour.seconds(), Unit::Hour)
            }
            _ if seconds % Unit::Minute.seconds() == 0 => {
                (seconds / Unit::Minute.seconds(), Unit::Minute)
            }
            _ => (seconds, Unit::Second),
        };
        write_count(f, count, unit.word())
    }
}

/// A length of time as a policy writes it: exact, or in calendar months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// Minutes to weeks.
    Exact(Duration),
    /// Months; a year is twelve.
    Months(u32),
}

impl Period {
    /// Reads `24 hours`, `6 months`, `2 years`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let expected =
            Malformed::expected("a number and minutes, hours, days, weeks, months or years");
        let (count, unit) = split_unit(text).ok_or_else(|| expected.clone())?;
        let months = |factor| count.parse::<u32>().ok()?.checked_mul(factor).map(Self::Months);
        match unit {
            "month" | "months" => months(1).ok_or(expected),
            "year" | "years" => months(12).ok_or(expected),
            _ => Duration::parse(text).map(Self::Exact).map_err(|_| expected),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(duration) => duration.fmt(f),
            Self::Months(months) if months % 12 == 0 && *months > 0 => {
                write_count(f, i64::from(months / 12), "year")
            }
            Self::Months(months) => write_count(f, i64::from(*months), "month"),
        }
    }
}

#[derive(Clone, Copy)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
}

impl Unit {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "second" | "seconds" => Some(Self::Second),
            "minute" | "minutes" => Some(Self::Minute),
            "hour" | "hours" => Some(Self::Hour),
            "day" | "days" => Some(Self::Day),
            "week" | "weeks" => Some(Self::Week),
            _ => None,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    const fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Week => 604_800,
        }
    }
}

fn parse_unsigned(text: &str) -> Option<TimeDelta> {
    if let Some(iso) = text.strip_prefix('P') {
        return parse_iso(iso);
    }
    let (count, word) = split_unit(text)?;
    scaled(count, Unit::from_word(word)?)
}

/// What follows the `P` of an ISO 8601 duration: weeks, days, then `T` and hours, minutes, seconds.
fn parse_iso(text: &str) -> Option<TimeDelta> {
    let (days, time) = match text.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None => (text, ""),
    };
    let mut total = TimeDelta::zero();
    let parts = [
        (days, [('W', Unit::Week), ('D', Unit::Day)].as_slice()),
        (time, [('H', Unit::Hour), ('M', Unit::Minute), ('S', Unit::Second)].as_slice()),
    ];
    for (mut rest, units) in parts {
        for (letter, unit) in units {
            if let Some((count, after)) = rest.split_once(*letter) {
                total = total.checked_add(&scaled(count, *unit)?)?;
                rest = after;
            }
        }
        if !rest.is_empty() {
            return None;
        }
    }
    (!text.is_empty()).then_some(total)
}

fn scaled(count: &str, unit: Unit) -> Option<TimeDelta> {
    let is_unsigned = count.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds = is_unsigned
        .then(|| Number::parse(count).ok())
        .flatten()?
        .decimal()
        .checked_mul(Decimal::from(unit.seconds()))?;
    let whole = i64::try_from(seconds.trunc().mantissa()).ok()?;
    let nanos = (seconds.fract() * Decimal::from(NANOSECONDS_PER_SECOND)).normalize();
    let nanos = (nanos.scale() == 0).then(|| u32::try_from(nanos.mantissa()).ok()).flatten()?;
    TimeDelta::new(whole, nanos)
}

fn split_unit(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let (count, word) = text.split_at(end);
    Some((count, word.trim_start()))
}

fn write_count(f: &mut fmt::Formatter<'_>, count: i64, word: &str) -> fmt::Result {
    let plural = if count == 1 { "" } else { "s" };
    write!(f, "{count} {word}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_iso_agree() {
        for (left, right) in [
            ("10 minutes", "PT10M"),
            ("24 hours", "P1D"),
            ("1 week", "P7D"),
            ("90 minutes", "PT1H30M"),
            ("1.5 hours", "PT90M"),
            ("-5 hours", "-PT5H"),
        ] {
            assert_eq!(Duration::parse(left).unwrap(), Duration::parse(right).unwrap(), "{left}");
        }
    }

    #[test]
    fn lengths_that_depend_on_the_calendar_are_not_durations() {
        for text in [
            "1 month",
            "P1M",
            "P1Y",
            "",
            "P",
            "PT",
            "10",
            "ten minutes",
            "PT1M1H",
            "1e9 days",
            "--1 day",
            "1 day 2 hours",
        ] {
            assert!(Duration::parse(text).is_err(), "{text}");
        }
        assert_eq!(Period::parse("1 year").unwrap(), Period::Months(12));
        assert_eq!(Period::parse("18 months").unwrap().to_string(), "18 months");
    }

    #[test]
    fn shown_in_the_largest_unit_that_fits() {
        for (text, shown) in [
            ("86400 seconds", "24 hours"),
            ("P2D", "2 days"),
            ("PT1S", "1 second"),
            ("60 minutes", "1 hour"),
            ("0 days", "0 minutes"),
        ] {
            assert_eq!(Duration::parse(text).unwrap().to_string(), shown);
        }
    }
}
