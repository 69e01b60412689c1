use std::fmt;

use chrono::{
    DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc,
};
use rust_decimal::Decimal;

use super::{Duration, Malformed, Period};

/// First and last year of dates that are accepted.
///
/// Nothing in a roster is older than 1900; exports write 0000, 0001 or 1899 for "no date", and such a
/// date must not pass for a known one.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=9999;

const SECONDS_PER_DAY: i64 = 86_400;
const NANOSECONDS_PER_SECOND: i64 = 1_000_000_000;

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    const EXPECTED: Malformed = Malformed::expected("a date from the year 1900 on, as 2022-05-16");

    /// Reads an ISO 8601 day, `2022-05-16`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        day_of(text.as_bytes()).map(Self).ok_or(Self::EXPECTED)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> i64 {
        i64::from(self.0.to_epoch_days())
    }

    /// The day that lies `days` after 1970-01-01, if it lies in the calendar.
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        i32::try_from(days).ok().and_then(NaiveDate::from_epoch_days).map(Self)
    }

    /// Midnight UTC, at which the day begins.
    #[must_use]
    pub fn start(self) -> Instant {
        Instant(self.0.and_time(NaiveTime::MIN).and_utc())
    }

    /// The day moved by a period; `None` beyond the calendar or by a part of a day.
    #[must_use]
    pub fn plus(self, period: Period, direction: Direction) -> Option<Self> {
        let day = match period {
            Period::Months(months) => move_months(self.0, months, direction)?,
            Period::Exact(duration) => {
                let days = Days::new(u64::try_from(duration.whole_days()?).ok()?);
                match direction {
                    Direction::Later => self.0.checked_add_days(days)?,
                    Direction::Earlier => self.0.checked_sub_days(days)?,
                }
            }
        };
        Some(Self(day))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether a period is added or taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Added.
    Later,
    /// Taken away.
    Earlier,
}

/// A point in time, held in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(DateTime<Utc>);

impl Instant {
    /// The earliest there is.
    pub const FIRST: Self = Self(DateTime::<Utc>::MIN_UTC);

    const EXPECTED: Malformed = Malformed::expected(
        "a time with its offset from UTC, from the year 1900 on, as 2022-05-16T14:30:00Z or 2022-05-16T14:30:00+09:00",
    );

    /// Reads an RFC 3339 time; the offset from UTC is required.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if let Some(time) = utc_second_of(text) {
            return Ok(Self(time));
        }
        DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|time| time.to_utc())
            .filter(|time| YEARS.contains(&time.year()))
            .map(Self)
            .ok_or(Self::EXPECTED)
    }

    /// The time that lies so many seconds and nanoseconds after the start of 1970 UTC.
    #[must_use]
    pub fn from_unix(seconds: i64, nanoseconds: u32) -> Option<Self> {
        DateTime::from_timestamp(seconds, nanoseconds).map(Self)
    }

    /// The time that lies so many seconds, with fractions, after the start of 1970 UTC.
    #[must_use]
    pub fn from_seconds(seconds: Decimal) -> Option<Self> {
        let whole = seconds.floor();
        let nanoseconds = (seconds - whole).checked_mul(NANOSECONDS_PER_SECOND.into())?.trunc();
        Self::from_unix(i64::try_from(whole).ok()?, u32::try_from(nanoseconds).ok()?)
    }

    /// The UTC day on which it lies.
    #[must_use]
    pub fn date(self) -> Date {
        Date(self.0.date_naive())
    }

    /// Whole days since the start of 1970 UTC, by the seconds: a leap second counts to the next day.
    #[must_use]
    pub fn days(self) -> i64 {
        let leap = i64::from(self.0.timestamp_subsec_nanos()) / NANOSECONDS_PER_SECOND;
        (self.0.timestamp() + leap).div_euclid(SECONDS_PER_DAY)
    }

    /// Seconds since the start of 1970 UTC, with fractions.
    #[must_use]
    pub fn seconds(self) -> Decimal {
        let whole = Decimal::from(self.0.timestamp());
        match self.0.timestamp_subsec_nanos() {
            0 => whole,
            nanoseconds => (whole + Decimal::new(i64::from(nanoseconds), 9)).normalize(),
        }
    }

    /// The time after which `other` comes, `other - self`.
    #[must_use]
    pub fn until(self, other: Self) -> TimeDelta {
        other.0.signed_duration_since(self.0)
    }

    /// The time moved by a period; `None` beyond the calendar.
    #[must_use]
    pub fn plus(self, period: Period, direction: Direction) -> Option<Self> {
        let moved = match (period, direction) {
            (Period::Months(months), _) => {
                let day = move_months(self.0.date_naive(), months, direction)?;
                day.and_time(self.0.time()).and_utc()
            }
            (Period::Exact(duration), Direction::Later) => {
                self.0.checked_add_signed(duration.delta())?
            }
            (Period::Exact(duration), Direction::Earlier) => {
                self.0.checked_sub_signed(duration.delta())?
            }
        };
        Some(Self(moved))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// The accepted day of four, two and two digits between hyphens.
fn day_of(text: &[u8]) -> Option<NaiveDate> {
    if text.len() != 10 || text.get(4) != Some(&b'-') || text.get(7) != Some(&b'-') {
        return None;
    }
    let year = two_digits(text, 0)? * 100 + two_digits(text, 2)?;
    let year = i32::try_from(year).ok().filter(|year| YEARS.contains(year))?;
    NaiveDate::from_ymd_opt(year, two_digits(text, 5)?, two_digits(text, 8)?)
}

/// The time of the usual form `2022-05-16T14:30:00Z`; absent for any other form, which may be right too.
fn utc_second_of(text: &str) -> Option<DateTime<Utc>> {
    let (day, time) = text.as_bytes().split_first_chunk::<10>()?;
    let is_usual = time.len() == 10
        && [(0, b'T'), (3, b':'), (6, b':'), (9, b'Z')]
            .iter()
            .all(|(place, byte)| time.get(*place) == Some(byte));
    if !is_usual {
        return None;
    }
    let (hour, minute) = (two_digits(time, 1)?, two_digits(time, 4)?);
    let time = NaiveTime::from_hms_opt(hour, minute, two_digits(time, 7)?)?;
    Some(day_of(day)?.and_time(time).and_utc())
}

fn two_digits(text: &[u8], at: usize) -> Option<u32> {
    let digit = |place: usize| {
        text.get(place).filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0'))
    };
    Some(digit(at)? * 10 + digit(at + 1)?)
}

fn move_months(day: NaiveDate, months: u32, direction: Direction) -> Option<NaiveDate> {
    match direction {
        Direction::Later => day.checked_add_months(Months::new(months)),
        Direction::Earlier => day.checked_sub_months(Months::new(months)),
    }
}

impl Duration {
    /// The number of days, if it is a whole one and not negative.
    #[must_use]
    pub fn whole_days(self) -> Option<i64> {
        let delta = self.delta();
        let seconds = delta.num_seconds();
        (delta.subsec_nanos() == 0 && seconds >= 0 && seconds % SECONDS_PER_DAY == 0)
            .then_some(seconds / SECONDS_PER_DAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        Period::parse(text).unwrap()
    }

    #[test]
    fn dates_that_stand_for_no_date_are_refused() {
        for text in [
            "0000-00-00",
            "0000-01-01",
            "0001-01-01",
            "1899-12-30",
            "2022-02-30",
            "2022-5-1",
            "16/05/2022",
            "+2022-05-1",
        ] {
            assert!(Date::parse(text).is_err(), "{text}");
        }
        assert_eq!(Date::parse("2024-02-29").unwrap().to_string(), "2024-02-29");
    }

    #[test]
    fn times_need_an_offset_and_are_held_in_utc() {
        assert!(Instant::parse("2022-05-16T14:30:00").is_err());
        assert!(Instant::parse("2022-05-16").is_err());
        let time = Instant::parse("2022-05-16T01:30:00+09:00").unwrap();
        assert_eq!(time.to_string(), "2022-05-15T16:30:00Z");
        assert_eq!(time.date().to_string(), "2022-05-15");
        for text in ["2022-02-30T14:30:00Z", "2022-05-16T24:00:00Z", "1899-12-31T23:59:59Z"] {
            assert!(Instant::parse(text).is_err(), "{text}");
        }
        let leap = Instant::parse("2016-12-31T23:59:60Z").map(|time| time.to_string());
        assert_eq!(leap.as_deref(), Ok("2016-12-31T23:59:60Z"));
        assert_eq!(Instant::parse("2022-05-16t14:30:00z"), Instant::parse("2022-05-16T14:30:00Z"));
    }

    #[test]
    fn months_are_calendar_months() {
        let day = Date::parse("2022-01-31").unwrap();
        let later = |text| day.plus(period(text), Direction::Later).map(|day| day.to_string());
        assert_eq!(later("1 month").as_deref(), Some("2022-02-28"));
        assert_eq!(later("2 years").as_deref(), Some("2024-01-31"));
        assert_eq!(later("2 days").as_deref(), Some("2022-02-02"));
        assert_eq!(later("5 hours"), None);
    }

    #[test]
    fn days_are_those_of_the_seconds() {
        for text in ["1969-12-31T23:59:59.5Z", "2016-12-31T23:59:60Z", "2016-12-31T23:59:59.9Z"] {
            let time = Instant::parse(text).unwrap();
            let days = (time.seconds() / Decimal::from(SECONDS_PER_DAY)).floor();
            assert_eq!(Decimal::from(time.days()), days, "{text}");
        }
    }

    #[test]
    fn seconds_keep_fractions() {
        let time = Instant::parse("1970-01-01T00:00:01.25Z").unwrap();
        assert_eq!(time.seconds().to_string(), "1.25");
        assert_eq!(time.to_string(), "1970-01-01T00:00:01.250Z");
    }
}
