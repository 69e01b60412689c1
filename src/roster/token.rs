use std::borrow::Cow;

use crate::types::Schema;
use crate::types::{Shape, Type, parse_value};
use crate::value::Malformed;

use super::record::Fact;
use super::undeclared::readings;

/// One value as a format writes it, before its type is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Null,
    YesNo(bool),
    /// A number by its source text.
    Number(&'a str),
    /// A text in quotes.
    Text(Cow<'a, str>),
    /// A bare word of a format that does not tell texts from numbers.
    Bare(Cow<'a, str>),
    List,
    Object,
}

impl Token<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::YesNo(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) | Self::Bare(_) => "a text",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// Why a token is no value of its type: what was found, and the reason.
pub(super) struct Mismatch {
    pub(super) found: String,
    pub(super) reason: String,
}

/// The fact that a token states about a field of that shape.
///
/// Null and blank texts are unknown, unless the field may be none: null then says that it is. Nothing
/// is guessed: a number for a text is taken only if it is a whole one, whose text is plain.
pub(super) fn fact<'a>(
    schema: &Schema,
    shape: Shape,
    token: Token<'a>,
) -> Result<Fact<'a>, Mismatch> {
    let text: Cow<'a, str> = match token {
        Token::Null if shape.or_none => return Ok(Fact::None),
        Token::Null => return Ok(Fact::Unknown),
        Token::Text(text) | Token::Bare(text) => text,
        Token::YesNo(yes) if shape.of == Type::YesNo => if yes { "yes" } else { "no" }.into(),
        Token::Number(text) if matches!(shape.of, Type::Number | Type::Percent) => text.into(),
        Token::Number(text) if shape.of == Type::Text && is_whole(text) => text.into(),
        Token::Number(text) => return Err(mismatch(schema, shape, text, &Token::Number(text))),
        other @ (Token::YesNo(_) | Token::List | Token::Object) => {
            let found = if let Token::YesNo(yes) = other { yes.to_string() } else { String::new() };
            return Err(mismatch(schema, shape, &found, &other));
        }
    };
    let found = text.clone();
    stated(schema, shape.of, text).map_err(|malformed| {
        let found = trimmed(found).into_owned();
        let reason = if let Type::Choice(id) = shape.of {
            format!("expected {}", choices(schema, id, &found))
        } else if shape.of == Type::Date {
            unordered(&found, "dates", "%d/%m/%Y", &malformed)
        } else if shape.of == Type::Instant {
            unordered(&found, "times", "%d/%m/%Y %H:%M", &malformed)
        } else {
            malformed.to_string()
        };
        Mismatch { found, reason }
    })
}

/// The fact that a text states about a field of that type: blank is unknown.
pub(super) fn stated<'a>(
    schema: &Schema,
    of: Type,
    text: Cow<'a, str>,
) -> Result<Fact<'a>, Malformed> {
    let text = trimmed(text);
    if text.is_empty() {
        return Ok(Fact::Unknown);
    }
    parse_value(schema, of, text).map(Fact::Value)
}

/// Why a text is no date; of one whose order nobody has said, how to say it.
fn unordered(found: &str, key: &str, example: &str, malformed: &Malformed) -> String {
    match readings(found) {
        Some(readings) => format!(
            "{malformed}; {readings}: say the order in a `roster.yaml`, as `formats: {{{key}: \"{example}\"}}`, which `duecare roster map` drafts"
        ),
        None => malformed.to_string(),
    }
}

/// The words of an enum, with the one that is close to what was found.
fn choices(schema: &Schema, id: crate::types::EnumId, found: &str) -> String {
    let words: Vec<&str> = schema.enumeration(id).words.iter().map(|word| &**word).collect();
    match crate::diagnostic::did_you_mean(found, words.iter().copied()) {
        Some(close) => format!("one of {} (did you mean `{close}`?)", words.join(", ")),
        None => format!("one of {}", words.join(", ")),
    }
}

fn mismatch(schema: &Schema, shape: Shape, found: &str, token: &Token<'_>) -> Mismatch {
    let reason =
        format!("expected a value of type {}, not {}", schema.type_name(shape.of), token.kind());
    Mismatch { found: found.to_owned(), reason }
}

fn is_whole(text: &str) -> bool {
    text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit())
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        text if begins_and_ends_visibly(&text) => text,
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// Whether nothing is trimmed off it, as is plain to see.
#[inline]
pub(super) fn begins_and_ends_visibly(text: &str) -> bool {
    let is_visible = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    is_visible(text.as_bytes().first()) && is_visible(text.as_bytes().last())
}
