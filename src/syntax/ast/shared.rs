use std::fmt;

use crate::source::Span;
use crate::value::Date;

/// Where a node stands. Any two places are equal: trees are compared by what they say.
#[derive(Clone, Copy, Debug)]
pub struct Place(Span);

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self(span)
    }
}

impl From<Place> for Span {
    fn from(place: Place) -> Self {
        place.0
    }
}

/// A name as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where.
    pub span: Place,
}

impl Name {
    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A quoted text: escapes resolved, line breaks folded into single blanks.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// What it says.
    pub text: String,
    /// Where, quotes included.
    pub span: Place,
}

impl Text {
    /// What it says.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// `cites SOURCE ITEM [partly [because "..."]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Citation {
    /// Which source.
    pub source: Name,
    /// Which of its items.
    pub item: Name,
    /// Set when the rule covers only a part of the item.
    pub partly: bool,
    /// What is not covered.
    pub because: Option<Text>,
}

/// Why a value is as it is: `because "..."` or `cites SOURCE ITEM`.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// In words.
    Because(Text),
    /// By a source.
    Cites(Citation),
}

/// `from DATE [until DATE]`; the first day is included, the last is not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Days {
    /// First day.
    pub from: Date,
    /// First day no longer included; open when absent.
    pub until: Option<Date>,
    /// Where.
    pub span: Place,
}

impl Days {
    /// Whether the day is one of them.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}
