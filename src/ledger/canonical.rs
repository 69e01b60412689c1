//! The canonical form of leaves: JSON that has one way to be written.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use crate::digest::Digest;

/// Deepest nesting of objects and arrays.
const DEPTH_MAX: usize = 8;

/// Largest integer, on either side of zero: those that every reader of JSON keeps exact.
const INTEGER_MAX: i64 = (1 << 53) - 1;

/// A value of the canonical form: JSON without floats and null, with keys in one order.
///
/// Its bytes are valid RFC 8785, and no other bytes are read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Canonical {
    /// An object; keys are `[a-z][a-z0-9_]*`.
    Object(BTreeMap<String, Canonical>),
    /// An array.
    Array(Vec<Canonical>),
    /// A text.
    Text(String),
    /// Yes or no.
    YesNo(bool),
    /// An integer within 2^53.
    Integer(i64),
}

/// Why bytes are not in the canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCanonical {
    /// They are no JSON.
    Malformed(String),
    /// They hold a value that the form does not have.
    Forbidden(&'static str),
    /// They say the same as other bytes, which are the canonical ones.
    OtherBytes,
}

impl fmt::Display for NotCanonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "it is no JSON: {error}"),
            Self::Forbidden(what) => write!(f, "it has {what}, which the canonical form does not"),
            Self::OtherBytes => f.write_str("it is JSON, but not in the canonical form"),
        }
    }
}

impl std::error::Error for NotCanonical {}

impl Canonical {
    /// An object of these entries.
    #[must_use]
    pub fn object<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// A text.
    #[must_use]
    pub fn text(text: impl fmt::Display) -> Self {
        Self::Text(text.to_string())
    }

    /// A count; one beyond 2^53 has no form and is cut to it, which no ledger reaches.
    #[must_use]
    pub fn count(count: u64) -> Self {
        Self::Integer(i64::try_from(count).map_or(INTEGER_MAX, |count| count.min(INTEGER_MAX)))
    }

    /// An entry of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(entries) => entries.get(key),
            Self::Array(_) | Self::Text(_) | Self::YesNo(_) | Self::Integer(_) => None,
        }
    }

    /// The text of an entry, if it is one.
    #[must_use]
    pub fn text_at(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_text()
    }

    /// The digest that an entry states, if it does.
    #[must_use]
    pub fn digest_at(&self, key: &str) -> Option<Digest> {
        Digest::parse(self.text_at(key)?)
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Object(_) | Self::Array(_) | Self::YesNo(_) | Self::Integer(_) => None,
        }
    }

    /// The count, if it is one.
    #[must_use]
    pub fn as_count(&self) -> Option<u64> {
        match self {
            Self::Integer(number) => u64::try_from(*number).ok(),
            Self::Object(_) | Self::Array(_) | Self::Text(_) | Self::YesNo(_) => None,
        }
    }

    /// The elements, if it is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(elements) => Some(elements),
            Self::Object(_) | Self::Text(_) | Self::YesNo(_) | Self::Integer(_) => None,
        }
    }

    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = String::with_capacity(512);
        self.write(&mut text);
        text.into_bytes()
    }

    /// Reads its bytes.
    ///
    /// # Errors
    /// If the bytes are not exactly what `to_bytes` writes for some value.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotCanonical> {
        let json: serde_json::Value = serde_json::from_slice(bytes)
            .map_err(|error| NotCanonical::Malformed(error.to_string()))?;
        let value = Self::of_json(json, 0)?;
        if value.to_bytes() == bytes { Ok(value) } else { Err(NotCanonical::OtherBytes) }
    }

    fn of_json(json: serde_json::Value, depth: usize) -> Result<Self, NotCanonical> {
        use serde_json::Value;
        if depth > DEPTH_MAX {
            return Err(NotCanonical::Forbidden("deeper nesting than eight levels"));
        }
        match json {
            Value::Null => Err(NotCanonical::Forbidden("null")),
            Value::Bool(yes) => Ok(Self::YesNo(yes)),
            Value::Number(number) => number
                .as_i64()
                .filter(|number| number.abs() <= INTEGER_MAX)
                .map(Self::Integer)
                .ok_or(NotCanonical::Forbidden("a number that is no integer within 2^53")),
            Value::String(text) => Ok(Self::Text(text)),
            Value::Array(elements) => elements
                .into_iter()
                .map(|element| Self::of_json(element, depth + 1))
                .collect::<Result<_, _>>()
                .map(Self::Array),
            Value::Object(entries) => entries
                .into_iter()
                .map(|(key, value)| {
                    if is_key(&key) {
                        Ok((key, Self::of_json(value, depth + 1)?))
                    } else {
                        Err(NotCanonical::Forbidden(
                            "a key that is not lower case letters, digits and _",
                        ))
                    }
                })
                .collect::<Result<_, _>>()
                .map(Self::Object),
        }
    }

    fn write(&self, text: &mut String) {
        match self {
            Self::Object(entries) => {
                text.push('{');
                for (place, (key, value)) in entries.iter().enumerate() {
                    if place > 0 {
                        text.push(',');
                    }
                    quote(key, text);
                    text.push(':');
                    value.write(text);
                }
                text.push('}');
            }
            Self::Array(elements) => {
                text.push('[');
                for (place, element) in elements.iter().enumerate() {
                    if place > 0 {
                        text.push(',');
                    }
                    element.write(text);
                }
                text.push(']');
            }
            Self::Text(content) => quote(content, text),
            Self::YesNo(yes) => text.push_str(if *yes { "true" } else { "false" }),
            Self::Integer(number) => {
                let _ = write!(text, "{number}");
            }
        }
    }
}

fn is_key(key: &str) -> bool {
    key.starts_with(|letter: char| letter.is_ascii_lowercase())
        && key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

/// A string as RFC 8785 has it.
fn quote(content: &str, text: &mut String) {
    text.push('"');
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if content.bytes().all(is_plain) {
        text.push_str(content);
        text.push('"');
        return;
    }
    for letter in content.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            letter if letter < ' ' => {
                let _ = write!(text, "\\u{:04x}", u32::from(letter));
            }
            letter => text.push(letter),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read_back() {
        let bytes = br#"{"a":[1,-2,true,"\u0001\n\"\\ \u00e9"],"b_1":{}}"#;
        let canonical = "{\"a\":[1,-2,true,\"\\u0001\\n\\\"\\\\ é\"],\"b_1\":{}}";
        assert_eq!(Canonical::parse(bytes), Err(NotCanonical::OtherBytes));
        let value = Canonical::parse(canonical.as_bytes()).expect("canonical");
        assert_eq!(value.to_bytes(), canonical.as_bytes());
    }

    #[test]
    fn anything_else_is_refused() {
        let refused = [
            "",
            "null",
            "{\"a\":null}",
            "1.0",
            "1e3",
            "-0",
            "9007199254740992",
            "{\"A\":1}",
            "{\"\":1}",
            "{\"a\":1,\"a\":1}",
            "{\"b\":1,\"a\":2}",
            "{ }",
            "[1] ",
            "\u{feff}1",
            "\"\\u0041\"",
            "\"\\/\"",
            "[[[[[[[[[[1]]]]]]]]]]",
            "01",
            "\"\u{1}\"",
        ];
        for text in refused {
            assert!(Canonical::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Canonical::parse(b"\"\xff\"").is_err());
        assert!(Canonical::parse(b"9007199254740991").is_ok());
    }
}
