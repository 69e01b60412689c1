use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Visitor};

use super::decode::{Form, Reading, ShapeSeed};
use super::record::Fact;
use super::token::Token;
use crate::types::{Shape, Type};

/// YAML, whose plain values are taken by their text: `NO` is a country and `125.10` a number of two
/// decimal places, whatever YAML would make of them.
pub(super) struct Yaml;

impl Form for Yaml {
    fn token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Token<'de>, D::Error> {
        deserializer.deserialize_option(TokenVisitor)
    }
}

struct TokenVisitor;

impl<'de> Visitor<'de> for TokenVisitor {
    type Value = Token<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a single value")
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Token<'de>, E> {
        Ok(Token::Null)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Token<'de>, E> {
        Ok(Token::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Token<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Token<'de>, E> {
        Ok(Token::Bare(Cow::Owned(text.to_owned())))
    }
}

/// Reads the records of a YAML text: of a sequence, of one mapping, or of one item of a sequence.
pub(super) fn read<'a>(
    reading: &Reading<'_>,
    shape: Shape,
    text: &str,
) -> Result<Vec<Fact<'a>>, serde_yaml::Error> {
    let is_sequence = text.lines().find(|line| is_content(line)).is_some_and(|line| {
        line.starts_with("- ") || line.trim_end() == "-" || line.trim_start().starts_with('[')
    });
    let deserializer = serde_yaml::Deserializer::from_str(text);
    let shape = if is_sequence { Shape { list: true, ..shape } } else { shape };
    // YAML hands out no borrowed text, so the facts own theirs whatever the lifetime says.
    let fact: Fact<'static> =
        OwnedSeed(ShapeSeed::<Yaml>::new(reading, shape)).deserialize(deserializer)?;
    Ok(match fact {
        Fact::List(facts) => facts,
        Fact::Unknown if is_sequence => Vec::new(),
        Fact::Unknown | Fact::None | Fact::Value(_) | Fact::Record(_) => vec![fact],
    })
}

struct OwnedSeed<'r, 's>(ShapeSeed<'r, 's, Yaml>);

impl<'de> DeserializeSeed<'de> for OwnedSeed<'_, '_> {
    type Value = Fact<'static>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fact<'static>, D::Error> {
        self.0.deserialize(deserializer).map(Fact::into_owned)
    }
}

/// The texts of the records: the items of a block sequence at the left margin, or the documents, or
/// the whole text.
pub(super) fn split(text: &str) -> Vec<Range<usize>> {
    let mut starts = Vec::new();
    let mut place = 0;
    let mut is_block_sequence = None;
    let mut is_inside_document = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        if bare == "---" || bare.starts_with("--- ") || bare == "..." {
            is_inside_document = false;
            is_block_sequence = None;
        } else if is_content(line) {
            let begins_item = line.starts_with("- ") || bare == "-";
            let is_sequence = *is_block_sequence.get_or_insert(begins_item);
            if (is_sequence && begins_item) || !is_inside_document {
                starts.push(place);
                is_inside_document = true;
            }
        }
        place += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..cut(text, start, end)).collect()
}

/// The end of an item without the marker of the next document.
fn cut(text: &str, start: usize, end: usize) -> usize {
    let item = text.get(start..end).unwrap_or("");
    let marker = ["\n---", "\n..."].iter().filter_map(|marker| item.find(marker)).min();
    marker.map_or(end, |marker| start + marker + 1)
}

/// Whether a line has more than blanks and a remark.
fn is_content(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#') && !line.starts_with('%')
}

/// The shape of a subject's record.
pub(super) const fn subject_shape(of: Type) -> Shape {
    Shape { of, list: false, or_none: false }
}
