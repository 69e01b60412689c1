//! Dates whose order nobody has said.

use crate::value::Date;

/// What a text could mean that looks like a date and is no ISO date, as 03/04/2022; nothing of any other text.
pub(super) fn readings(text: &str) -> Option<String> {
    let day = text.trim().split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['/', '.', '-']).collect();
    let is_short = |part: &&str| {
        (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let [first, second, third] = parts.as_slice() else { return None };
    if day.as_bytes().get(4) == Some(&b'-') || !parts.iter().all(is_short) {
        return None;
    }
    let date = |day: &str, month: &str| Date::parse(&format!("{third}-{month:0>2}-{day:0>2}")).ok();
    Some(match (date(first, second), date(second, first)) {
        (Some(by_day), Some(by_month)) if by_day != by_month => {
            format!("it is {by_day} if the day stands first, and {by_month} if the month does")
        }
        (Some(date), _) | (_, Some(date)) => format!("it could be {date}"),
        (None, None) => "nobody can tell which of its numbers is the day".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_readings_are_named_and_nothing_else_is_taken_for_a_date() {
        let both = "it is 2022-04-03 if the day stands first, and 2022-03-04 if the month does";
        for text in ["03/04/2022", "3.4.2022", " 03-04-2022 09:30", "03/04/2022T09:30"] {
            assert_eq!(readings(text).as_deref(), Some(both), "{text}");
        }
        for text in ["13/04/2022", "04/13/2022"] {
            assert_eq!(readings(text).as_deref(), Some("it could be 2022-04-13"), "{text}");
        }
        assert_eq!(readings("04/04/2022").as_deref(), Some("it could be 2022-04-04"));
        for text in ["03/04/22", "99/99/2022"] {
            assert!(readings(text).is_some_and(|said| said.starts_with("nobody")), "{text}");
        }
        for text in ["2022-04-03", "2022-4", "2022-02-30", "soon", "1/2/3/4", "12345/1/1", ""] {
            assert_eq!(readings(text), None, "{text}");
        }
    }
}
