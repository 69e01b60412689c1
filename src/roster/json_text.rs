mod plain;

use std::borrow::Cow;

use serde::Deserialize as _;
use serde::Deserializer;
use serde::de::{DeserializeSeed as _, Error as _};
use serde_json::value::RawValue;

pub(super) use plain::read as read_plain;

use super::decode::{Form, Reading, ShapeSeed};
use super::record::Fact;
use super::token::Token;
use crate::types::Shape;

/// JSON, whose numbers are taken from their source text.
pub(super) struct Json;

impl Form for Json {
    fn token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Token<'de>, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        Ok(match text.as_bytes().first() {
            Some(b'"') => Token::Text(unquoted(text).map_err(D::Error::custom)?),
            Some(b'n') => Token::Null,
            Some(b't') => Token::YesNo(true),
            Some(b'f') => Token::YesNo(false),
            Some(b'[') => Token::List,
            Some(b'{') => Token::Object,
            _ => Token::Number(text),
        })
    }
}

/// What a JSON string says, borrowed unless it has escapes.
fn unquoted(text: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Ok(Cow::Borrowed(plain)),
        _ => serde_json::from_str::<String>(text).map(Cow::Owned),
    }
}

/// Reads a fact of that shape from a whole JSON text.
pub(super) fn read<'a>(
    reading: &Reading<'_>,
    shape: Shape,
    text: &'a str,
) -> Result<Fact<'a>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let fact = ShapeSeed::<Json>::new(reading, shape).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(fact)
}
