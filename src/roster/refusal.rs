use std::fmt;

use serde::Serialize;

/// Most characters of a value that a message quotes.
const QUOTED_MAX: usize = 40;

/// What is wrong with a record, or with one of its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where, as `logins[3].ip`; empty for the record as a whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// The first characters of what is there; empty where nothing is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub found: String,
    /// What is wrong, and what would be accepted.
    pub reason: String,
    /// The table and line that it stands in, where a record was put together from several tables.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// Whether only one value is wrong, which can be taken as unknown.
    #[serde(skip)]
    pub is_of_value: bool,
}

impl Problem {
    /// Of a record as a whole.
    pub(crate) fn of_record(reason: impl Into<String>) -> Self {
        Self {
            place: String::new(),
            found: String::new(),
            reason: reason.into(),
            origin: String::new(),
            is_of_value: false,
        }
    }

    /// Of one value.
    pub(super) fn of_value(place: String, found: &str, reason: impl Into<String>) -> Self {
        Self {
            place,
            found: quoted(found),
            reason: reason.into(),
            origin: String::new(),
            is_of_value: true,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.reason)?;
        if !self.found.is_empty() {
            write!(f, ", found `{}`", self.found)?;
        }
        if !self.origin.is_empty() {
            write!(f, " ({})", self.origin)?;
        }
        Ok(())
    }
}

/// The beginning of a text, on one line.
fn quoted(text: &str) -> String {
    let mut letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut made: String = letters.by_ref().take(QUOTED_MAX).collect();
    if letters.next().is_some() {
        made.push('…');
    }
    made
}
