use std::fmt;

use chrono::{DateTime, Datelike as _, Months, NaiveDate, SecondsFormat, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::{Duration, Malformed, Period};

/// First and last year of dates that are accepted.
///
/// Nothing in a roster is older than 1900; exports write 0000, 0001 or 1899 for "no date", and such a
/// date must not pass for a known one.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=9999;

const SECONDS_PER_DAY: i64 = 86_400;
const NANOSECONDS_PER_SECOND: u32 = 1_000_000_000;

/// From the first of March of the year 0 on.
const DAYS_BEFORE_1970: i32 = 719_468;

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Since 1970-01-01.
    days: i32,
}

impl Date {
    const EXPECTED: Malformed = Malformed::expected("a date from the year 1900 on, as 2022-05-16");

    const fn of(day: NaiveDate) -> Self {
        Self { days: day.to_epoch_days() }
    }

    /// As the calendar library holds it. Whatever makes a day keeps it in the calendar.
    fn day(self) -> NaiveDate {
        NaiveDate::from_epoch_days(self.days).unwrap_or(NaiveDate::MAX)
    }

    /// Reads an ISO 8601 day, `2022-05-16`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        days_of(text.as_bytes()).map(|days| Self { days }).ok_or(Self::EXPECTED)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> i64 {
        i64::from(self.days)
    }

    /// The day that lies `days` after 1970-01-01, if it lies in the calendar.
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        let calendar = Self::of(NaiveDate::MIN).days..=Self::of(NaiveDate::MAX).days;
        i32::try_from(days).ok().filter(|days| calendar.contains(days)).map(|days| Self { days })
    }

    /// Midnight UTC, at which the day begins.
    #[must_use]
    pub fn start(self) -> Instant {
        Instant { seconds: self.days() * SECONDS_PER_DAY, nanoseconds: 0 }
    }

    /// The day moved by a period; `None` beyond the calendar or by a part of a day.
    #[must_use]
    pub fn plus(self, period: Period, direction: Direction) -> Option<Self> {
        match period {
            Period::Months(months) => move_months(self.day(), months, direction).map(Self::of),
            Period::Exact(duration) => {
                let days = duration.whole_days()?;
                Self::from_days(match direction {
                    Direction::Later => self.days().checked_add(days)?,
                    Direction::Earlier => self.days().checked_sub(days)?,
                })
            }
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.day().fmt(f)
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
pub struct Instant {
    /// Since the start of 1970; a leap second has that of the second before it.
    seconds: i64,
    /// From 1,000,000,000 on of a leap second.
    nanoseconds: u32,
}

impl Instant {
    /// The earliest there is.
    pub const FIRST: Self = Self::of(DateTime::<Utc>::MIN_UTC);

    const LAST: Self = Self::of(DateTime::<Utc>::MAX_UTC);

    const EXPECTED: Malformed = Malformed::expected(
        "a time with its offset from UTC, from the year 1900 on, as 2022-05-16T14:30:00Z or 2022-05-16T14:30:00+09:00",
    );

    const fn of(time: DateTime<Utc>) -> Self {
        Self { seconds: time.timestamp(), nanoseconds: time.timestamp_subsec_nanos() }
    }

    /// As the calendar library holds it. Whatever makes a time keeps it in the calendar.
    fn time(self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.seconds, self.nanoseconds).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Reads an RFC 3339 time; the offset from UTC is required.
    #[inline]
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        match utc_second_of(text) {
            Some(seconds) => Ok(Self { seconds, nanoseconds: 0 }),
            None => Self::parse_any(text),
        }
    }

    fn parse_any(text: &str) -> Result<Self, Malformed> {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|time| time.to_utc())
            .filter(|time| u32::try_from(time.year()).is_ok_and(|year| YEARS.contains(&year)))
            .map(Self::of)
            .ok_or(Self::EXPECTED)
    }

    /// The time that lies so many seconds and nanoseconds after the start of 1970 UTC.
    #[must_use]
    pub fn from_unix(seconds: i64, nanoseconds: u32) -> Option<Self> {
        DateTime::from_timestamp(seconds, nanoseconds).map(Self::of)
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
        let days = self.seconds.div_euclid(SECONDS_PER_DAY);
        Date::from_days(days).unwrap_or_else(|| Date::of(NaiveDate::MAX))
    }

    /// Whole days since the start of 1970 UTC, by the seconds: a leap second counts to the next day.
    #[must_use]
    pub fn days(self) -> i64 {
        (self.seconds + i64::from(self.is_leap())).div_euclid(SECONDS_PER_DAY)
    }

    /// Seconds since the start of 1970 UTC, with fractions.
    #[must_use]
    pub fn seconds(self) -> Decimal {
        let whole = Decimal::from(self.seconds);
        match self.nanoseconds {
            0 => whole,
            nanoseconds => (whole + Decimal::new(i64::from(nanoseconds), 9)).normalize(),
        }
    }

    fn is_leap(self) -> bool {
        self.nanoseconds >= NANOSECONDS_PER_SECOND
    }

    /// The time after which `other` comes, `other - self`.
    #[must_use]
    pub fn until(self, other: Self) -> TimeDelta {
        if self.is_leap() || other.is_leap() {
            return other.time().signed_duration_since(self.time());
        }
        let seconds = other.seconds - self.seconds;
        let (seconds, nanoseconds) = match other.nanoseconds.checked_sub(self.nanoseconds) {
            Some(nanoseconds) => (seconds, nanoseconds),
            None => (seconds - 1, other.nanoseconds + NANOSECONDS_PER_SECOND - self.nanoseconds),
        };
        TimeDelta::new(seconds, nanoseconds).unwrap_or(TimeDelta::MAX)
    }

    /// The time moved by a period; `None` beyond the calendar.
    #[must_use]
    pub fn plus(self, period: Period, direction: Direction) -> Option<Self> {
        match (period, direction) {
            (Period::Months(months), _) => {
                let time = self.time();
                let day = move_months(time.date_naive(), months, direction)?;
                Some(Self::of(day.and_time(time.time()).and_utc()))
            }
            (Period::Exact(duration), Direction::Later) => self.moved(duration.delta()),
            (Period::Exact(duration), Direction::Earlier) => self.moved(-duration.delta()),
        }
    }

    fn moved(self, delta: TimeDelta) -> Option<Self> {
        if self.is_leap() || delta.subsec_nanos() != 0 {
            return self.time().checked_add_signed(delta).map(Self::of);
        }
        let seconds = self.seconds.checked_add(delta.num_seconds())?;
        let calendar = Self::FIRST.seconds..=Self::LAST.seconds;
        calendar.contains(&seconds).then_some(Self { seconds, ..self })
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.time().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// The days since 1970-01-01 of the accepted day of four, two and two digits between hyphens.
fn days_of(text: &[u8]) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else { return None };
    let year = two_digits(y1, y2)? * 100 + two_digits(y3, y4)?;
    let (month, day) = (two_digits(m1, m2)?, two_digits(d1, d2)?);
    let is_in_month = day >= 1 && (day <= 28 || day <= length(year, month));
    if !YEARS.contains(&year) || !(1..=12).contains(&month) || !is_in_month {
        return None;
    }
    // A year that begins in March has the day that not all have at its end.
    let (year, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before = year * 365 + year / 4 - year / 100 + year / 400 + (months * 153 + 2) / 5;
    i32::try_from(before + day - 1).ok()?.checked_sub(DAYS_BEFORE_1970)
}

/// Days of a month.
fn length(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(if year.is_multiple_of(100) { 400 } else { 4 }) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The seconds since the start of 1970 of a time of the usual form `2022-05-16T14:30:00Z`; absent for any
/// other form, which may be right too.
fn utc_second_of(text: &str) -> Option<i64> {
    let (day, time) = text.as_bytes().split_at_checked(10)?;
    let [b'T', h1, h2, b':', m1, m2, b':', s1, s2, b'Z'] = *time else { return None };
    let (hour, minute, second) = (two_digits(h1, h2)?, two_digits(m1, m2)?, two_digits(s1, s2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let of_day = i64::from(hour * 3600 + minute * 60 + second);
    Some(i64::from(days_of(day)?) * SECONDS_PER_DAY + of_day)
}

fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| u32::from(tens) * 10 + u32::from(ones))
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
    fn every_day_is_that_of_the_calendar() {
        let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
        let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap();
        for days in first.to_epoch_days()..=last.to_epoch_days() {
            let day = NaiveDate::from_epoch_days(days).unwrap();
            let mut digits = *b"0000-00-00";
            let year = u32::try_from(day.year()).unwrap();
            let parts = [(0, 4, year), (5, 2, day.month()), (8, 2, day.day())];
            for (start, length, mut number) in parts {
                for place in (start..start + length).rev() {
                    digits[place] = b'0' + u8::try_from(number % 10).unwrap();
                    number /= 10;
                }
            }
            assert_eq!(days_of(&digits), Some(days), "{day}");
        }
        for year in 1900..=2400 {
            for (month, day) in (0..=13).flat_map(|month| (0..=32).map(move |day| (month, day))) {
                let known = NaiveDate::from_ymd_opt(year, month, day).map(Date::of);
                let text = format!("{year:04}-{month:02}-{day:02}");
                assert_eq!(Date::parse(&text).ok(), known, "{text}");
            }
        }
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
