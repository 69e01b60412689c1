//! How many days calendar months can have.

use rust_decimal::Decimal;

use crate::value::Period;

const DAY_SECONDS: i64 = 86_400;

/// Days of the months of two years in a row without a leap day; the second of these is February.
const MONTHS: [i64; 24] = [
    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
];

/// Whether a length of time is at most another, whatever months they are.
pub(super) fn is_no_longer(left: Period, right: Period) -> bool {
    match (left, right) {
        (Period::Exact(left), Period::Exact(right)) => left.seconds() <= right.seconds(),
        (Period::Months(left), Period::Months(right)) => left <= right,
        (Period::Exact(left), Period::Months(right)) => left.seconds() <= seconds(days(right).0),
        (Period::Months(left), Period::Exact(right)) => seconds(days(left).1) <= right.seconds(),
    }
}

fn seconds(days: i64) -> Decimal {
    Decimal::from(days * DAY_SECONDS)
}

/// Fewest and most days from a day to the same day of the month so many months later, or earlier. What is cut off
/// where that month is shorter makes no less than the fewest: from the 31st of January to the end of February
/// there are as many days as February has.
fn days(months: u32) -> (i64, i64) {
    let (years, months) = (i64::from(months / 12), usize::try_from(months % 12).unwrap_or(11));
    let mut sums: Vec<(i64, i64)> = Vec::new();
    for run in MONTHS.windows(months.max(1)) {
        let days: i64 = run.iter().take(months).sum();
        let has_leap_day = run.iter().take(months).any(|days| *days == 28);
        sums.push((days, days + i64::from(has_leap_day)));
    }
    let fewest = sums.iter().map(|(fewest, _)| *fewest).min().unwrap_or_default();
    let most = sums.iter().map(|(_, most)| *most).max().unwrap_or_default();
    (365 * years + fewest, 366 * years + most)
}

#[cfg(test)]
mod tests {
    use super::days;

    #[test]
    fn months_have_as_many_days_as_the_calendar_gives_them() {
        let expected = [
            (0, 0),
            (28, 31),
            (59, 62),
            (89, 92),
            (120, 123),
            (150, 153),
            (181, 184),
            (212, 215),
            (242, 245),
            (273, 276),
            (303, 306),
            (334, 337),
            (365, 366),
            (393, 397),
        ];
        for (months, expected) in (0..).zip(expected) {
            assert_eq!(days(months), expected, "{months} months");
        }
    }
}
