//! Reads sound JSON straight from its bytes, which is several times as fast as the general way.
//!
//! It never decides that something is wrong: whatever is not plainly right it leaves to the general way,
//! which reads the record anew and says what is the matter. So it accepts a part of what that accepts, and
//! makes the same facts of it.

use std::borrow::Cow;
use std::iter::repeat_with;
use std::ops::Range;

use super::unquoted;
use crate::roster::decode::{ELEMENTS_MAX, UNMAPPED_MAX};
use crate::roster::record::Fact;
use crate::roster::token::{Token, begins_and_ends_visibly, fact, stated};
use crate::types::{FieldShape, RecordId, RecordType, Schema, Shape, Type, parse_value_to};
use crate::value::Value;

/// Most lists and objects inside each other in a field that the schema does not have.
const DEPTH_MAX: usize = 64;

/// How many of the fields that may come next are tried before all others.
const SOON: usize = 4;

/// Elements that there is room for at first.
const ELEMENTS_USUAL: usize = 16;

/// The record and the fields that it has beyond the schema, as paths without places in lists; absent where
/// only the general way can tell. `wanted` says of each field of the record whether its fact is asked
/// for; the others are read all the same, and left out as unknown.
pub(in crate::roster) fn read<'a>(
    schema: &Schema,
    subject: RecordId,
    wanted: Option<&[bool]>,
    text: &'a str,
) -> Option<(Fact<'a>, Vec<String>)> {
    let mut plain = Plain {
        schema,
        text,
        bytes: text.as_bytes(),
        at: 0,
        way: Vec::new(),
        elements: Vec::with_capacity(ELEMENTS_USUAL),
        unmapped: Vec::new(),
    };
    plain.blank();
    plain.step(b'{')?;
    let facts = plain.record::<true>(subject, wanted)?;
    plain.blank();
    plain.peek().is_none().then_some((Fact::Record(facts), plain.unmapped))
}

struct Plain<'s, 'a> {
    schema: &'s Schema,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// The names of the fields on the way.
    way: Vec<&'s str>,
    /// Of the lists that are being read, the outermost first.
    elements: Vec<Fact<'a>>,
    unmapped: Vec<String>,
}

impl<'s, 'a> Plain<'s, 'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn blank(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Goes past a byte that must come next.
    fn step(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Goes past a word that must come next.
    fn word(&mut self, word: &[u8]) -> Option<()> {
        let end = self.at + word.len();
        (self.bytes.get(self.at..end)? == word).then(|| self.at = end)
    }

    /// Goes past the comma before the next element or field, and says whether there is one; otherwise past
    /// the end.
    #[inline]
    fn next(&mut self, is_first: bool, end: u8) -> Option<bool> {
        self.blank();
        let byte = self.peek()?;
        if byte == end {
            self.at += 1;
            return Some(false);
        }
        if is_first {
            return Some(true);
        }
        self.step(b',')?;
        self.blank();
        Some(true)
    }

    /// The fields of a record, from behind its brace on.
    fn record<const KEPT: bool>(
        &mut self,
        id: RecordId,
        wanted: Option<&[bool]>,
    ) -> Option<Box<[Fact<'a>]>> {
        let record = self.schema.record(id);
        let fields = if KEPT { record.fields.len() } else { 0 };
        let mut facts: Box<[Fact<'a>]> = repeat_with(|| Fact::Unknown).take(fields).collect();
        let mut given: u64 = 0;
        let mut unmapped: Vec<&str> = Vec::new();
        let mut expected = 0;
        let mut is_first = true;
        while self.next(is_first, b'}')? {
            is_first = false;
            let (place, field) = if let Some(next) = self.next_of(record, expected) {
                self.colon()?;
                next
            } else {
                let name = self.name()?;
                self.colon()?;
                let Some(found) = field_named(record, name, expected) else {
                    self.beyond(name, &mut unmapped)?;
                    continue;
                };
                found
            };
            expected = place + 1;
            let bit = 1_u64.checked_shl(u32::try_from(place).ok()?)?;
            if given & bit != 0 {
                return None;
            }
            given |= bit;
            let is_wanted = wanted.is_none_or(|wanted| wanted.get(place) == Some(&true));
            if KEPT && is_wanted {
                self.value::<true>(field, facts.get_mut(place)?)?;
            } else {
                self.value::<false>(field, &mut Fact::Unknown)?;
            }
        }
        Some(facts)
    }

    fn colon(&mut self) -> Option<()> {
        self.blank();
        self.step(b':')?;
        self.blank();
        Some(())
    }

    /// The field that is expected, or one of those soon behind it, if its name comes next: then past it.
    #[inline]
    fn next_of<'r>(
        &mut self,
        record: &'r RecordType,
        expected: usize,
    ) -> Option<(usize, &'r FieldShape)> {
        let rest = self.bytes.get(self.at..)?.strip_prefix(b"\"")?;
        let last = record.fields.len().min(expected + SOON);
        for place in expected..last {
            let field = record.fields.get(place)?;
            let name = field.name.as_bytes();
            if rest.get(name.len()) == Some(&b'"') && rest.starts_with(name) {
                self.at += name.len() + 2;
                return Some((place, field));
            }
        }
        None
    }

    /// A field that the record does not have.
    fn beyond(&mut self, name: &'a str, others: &mut Vec<&'a str>) -> Option<()> {
        if others.contains(&name) {
            return None;
        }
        others.push(name);
        let path = self.way.iter().copied().chain([name]).collect::<Vec<&str>>().join(".");
        if self.unmapped.len() < UNMAPPED_MAX && !self.unmapped.contains(&path) {
            self.unmapped.push(path);
        }
        self.skip()
    }

    /// What is known of a field, written to where it belongs.
    fn value<const KEPT: bool>(&mut self, field: &'s FieldShape, to: &mut Fact<'a>) -> Option<()> {
        let Shape { of, list, or_none } = field.shape;
        if self.peek()? == b'n' {
            self.word(b"null")?;
            if or_none {
                *to = Fact::None;
            }
            return Some(());
        }
        match (list, of) {
            (true, _) => {
                self.way.push(&field.name);
                let elements = self.list::<KEPT>(of)?;
                self.way.pop();
                *to = Fact::List(elements);
            }
            (false, Type::Record(record)) => {
                self.way.push(&field.name);
                self.step(b'{')?;
                let facts = self.record::<KEPT>(record, None)?;
                self.way.pop();
                *to = Fact::Record(facts);
            }
            (false, _) => self.single(field.shape, to)?,
        }
        Some(())
    }

    fn list<const KEPT: bool>(&mut self, of: Type) -> Option<Vec<Fact<'a>>> {
        self.step(b'[')?;
        let shape = Shape { of, list: false, or_none: false };
        let first = self.elements.len();
        let mut count = 0;
        while self.next(count == 0, b']')? {
            count += 1;
            if count > ELEMENTS_MAX - 1 {
                return None;
            }
            let mut element = Fact::Unknown;
            match (self.peek()?, of) {
                (b'n', _) => self.word(b"null")?,
                (b'{', Type::Record(record)) => {
                    self.at += 1;
                    element = Fact::Record(self.record::<KEPT>(record, None)?);
                }
                (_, Type::Record(_)) => return None,
                _ => self.single(shape, &mut element)?,
            }
            if KEPT {
                self.elements.push(element);
            }
        }
        Some(self.elements.drain(first..).collect())
    }

    /// One value that is not null.
    fn single(&mut self, shape: Shape, to: &mut Fact<'a>) -> Option<()> {
        match self.peek()? {
            b'"' => {
                let (range, has_escapes) = self.quoted()?;
                let text = self.text.get(range.clone())?;
                if !has_escapes && begins_and_ends_visibly(text) {
                    let put = |value| *to = Fact::Value(value);
                    return parse_value_to(self.schema, shape.of, text.into(), put).ok();
                }
                *to = stated(self.schema, shape.of, self.unescaped(range, has_escapes)?).ok()?;
            }
            first @ (b't' | b'f') if shape.of == Type::YesNo => {
                let yes = first == b't';
                self.word(if yes { b"true".as_slice() } else { b"false" })?;
                *to = Fact::Value(Value::YesNo(yes));
            }
            b'-' | b'0'..=b'9' if shape.of != Type::Money => {
                let number = Token::Number(self.number()?);
                *to = fact(self.schema, shape, number).ok()?;
            }
            _ => return None,
        }
        Some(())
    }

    /// A name without escapes.
    fn name(&mut self) -> Option<&'a str> {
        let (range, has_escapes) = self.quoted()?;
        if has_escapes { None } else { self.text.get(range) }
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        let (range, has_escapes) = self.quoted()?;
        self.unescaped(range, has_escapes)
    }

    /// The text that stands between quotes.
    fn unescaped(&self, range: Range<usize>, has_escapes: bool) -> Option<Cow<'a, str>> {
        if has_escapes {
            return unquoted(self.text.get(range.start - 1..=range.end)?).ok();
        }
        self.text.get(range).map(Cow::Borrowed)
    }

    /// Goes past a text in quotes: where it stands between them, and whether it has escapes, which are not
    /// looked at.
    fn quoted(&mut self) -> Option<(Range<usize>, bool)> {
        self.step(b'"')?;
        let start = self.at;
        let mut has_escapes = false;
        loop {
            self.at += plain_length(self.bytes.get(self.at..)?);
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some((start..self.at - 1, has_escapes));
                }
                b'\\' => {
                    has_escapes = true;
                    self.at += 2;
                }
                _ => return None,
            }
        }
    }

    /// A number as JSON writes it.
    fn number(&mut self) -> Option<&'a str> {
        let start = self.at;
        if self.peek()? == b'-' {
            self.at += 1;
        }
        if let (b'0', 2..) = self.digits()? {
            return None;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        self.text.get(start..self.at)
    }

    /// Digits, at least one: the first of them, and how many.
    fn digits(&mut self) -> Option<(u8, usize)> {
        let rest = self.bytes.get(self.at..)?;
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let first = *rest.first().filter(|_| count > 0)?;
        self.at += count;
        Some((first, count))
    }

    /// Goes past any value.
    fn skip(&mut self) -> Option<()> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            self.blank();
            let opened = match self.peek()? {
                b'"' => self.string().map(|_| None)?,
                b'n' => self.word(b"null").map(|()| None)?,
                b't' => self.word(b"true").map(|()| None)?,
                b'f' => self.word(b"false").map(|()| None)?,
                b'[' => Some(b']'),
                b'{' => Some(b'}'),
                _ => self.number().map(|_| None)?,
            };
            let mut is_first = opened.is_some();
            if let Some(end) = opened {
                self.at += 1;
                open.push(end);
                if open.len() > DEPTH_MAX {
                    return None;
                }
            }
            loop {
                let Some(end) = open.last().copied() else { return Some(()) };
                if self.next(is_first, end)? {
                    break;
                }
                is_first = false;
                open.pop();
            }
            if open.last() == Some(&b'}') {
                self.string()?;
                self.blank();
                self.step(b':')?;
            }
        }
    }
}

/// The field of a name; it is mostly the one that is expected or one soon behind it.
fn field_named<'r>(
    record: &'r RecordType,
    name: &str,
    expected: usize,
) -> Option<(usize, &'r FieldShape)> {
    let (before, behind) = record.fields.split_at_checked(expected)?;
    let is_named = |field: &FieldShape| field.name == name;
    let place = match behind.iter().position(is_named) {
        Some(place) => expected + place,
        None => before.iter().position(is_named)?,
    };
    Some((place, record.fields.get(place)?))
}

/// How many bytes come before the next quote, backslash or control character.
fn plain_length(bytes: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let below = |word: u64, limit: u8| word.wrapping_sub(EACH * u64::from(limit)) & !word & HIGH;
    let (words, rest) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The lowest mark is right in each of the three; higher ones may not be.
        let marks = below(word, 0x20)
            | below(word ^ (EACH * u64::from(b'"')), 1)
            | below(word ^ (EACH * u64::from(b'\\')), 1);
        if marks != 0 {
            return place * 8 + (marks.trailing_zeros() / 8) as usize;
        }
    }
    let is_plain = |byte: &u8| *byte >= 0x20 && *byte != b'"' && *byte != b'\\';
    words.len() * 8 + rest.iter().take_while(|byte| is_plain(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::decode::{Findings, Reading};
    use crate::roster::yaml_items::subject_shape;
    use crate::types::EnumType;

    fn schema() -> Schema {
        let field = |name: &str, of, list, or_none| FieldShape {
            name: name.to_owned(),
            shape: Shape { of, list, or_none },
            doc: String::new(),
        };
        let record = |fields| RecordType {
            name: String::new(),
            doc: String::new(),
            fields,
            key: None,
            time: None,
            end: None,
            compared: Vec::new(),
        };
        let login = RecordId(1);
        Schema {
            records: vec![
                record(vec![
                    field("id", Type::Text, false, false),
                    field("name", Type::PersonName, false, true),
                    field("pages", Type::Number, false, true),
                    field("since", Type::Date, false, false),
                    field("fee", Type::Money, false, false),
                    field("works", Type::YesNo, false, true),
                    field("tags", Type::Text, true, false),
                    field("logins", Type::Record(login), true, true),
                    field("first", Type::Record(login), false, true),
                ]),
                record(vec![
                    field("at", Type::Instant, false, false),
                    field("ip", Type::Ip, false, false),
                    field("country", Type::Country, false, true),
                    field("kind", Type::Choice(crate::types::EnumId(0)), false, false),
                ]),
            ],
            enums: vec![EnumType {
                name: String::new(),
                words: vec!["home".into(), "office".into()],
            }],
        }
    }

    /// What both ways make of a text; the general one must find nothing wrong in what the plain one takes.
    fn compare(schema: &Schema, text: &str) -> bool {
        let subject = RecordId(0);
        let Some((facts, unmapped)) = read(schema, subject, None, text) else { return false };
        let reading = Reading::new(schema);
        let general = super::super::read(&reading, subject_shape(Type::Record(subject)), text)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        let Findings { problems, unmapped: also } = reading.into_findings();
        assert!(problems.is_empty(), "{text}: {problems:?}");
        assert_eq!(unmapped, also, "{text}");
        assert_eq!(format!("{facts:?}"), format!("{general:?}"), "{text}");
        assert!(read(schema, subject, Some(&[]), text).is_some(), "{text}");
        true
    }

    const RECORDS: [&str; 4] = [
        r#"{"id":"C-1","name":"Zoë \u00c9mile","pages":-12.50e1,"since":"2022-02-03","fee":"125.00 USD","works":true,"tags":["a"," b ",null,7,"\ud83d\ude00\n"],"logins":[{"at":"2022-07-05T15:00:00Z","ip":"10.0.0.1","country":null,"kind":"home"},null,{}],"first":null}"#,
        r#" { "id" : 17 , "more" : {"x":[1,{"y":"z\t"},[],{}],"id":-0.0} , "logins" : [ { "beyond" : [ ] , "kind" : "office" } , {"beyond":false} ] , "pages" : 3 , "first" : {"at":"2022-07-05T15:00:00.25+09:00","ip":"::1","country":"XK","beyond":1} } "#,
        r#"{"id":"","name":"  ","pages":null,"since":null,"fee":null,"works":"yes","tags":[],"logins":null,"first":{"kind":null}}"#,
        r#"{"works":false,"works ":false,"a\u0062":1,"fee":" 5 EUR","pages":"1250","since":"2024-02-29","id":"x"}"#,
    ];

    #[test]
    fn both_ways_agree_on_texts_with_mistakes() {
        let schema = schema();
        let mut state = 7_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(state >> 33).unwrap_or(0) % below
        };
        let pieces = [
            "\"",
            "\\",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "null",
            "true",
            "0",
            "-",
            ".",
            "e5",
            " ",
            "\t",
            "\u{1}",
            "é",
            "\\u00e9",
            "\\ud800",
            "\\/",
            "\"id\"",
            "\"id\":1,",
            "x",
            "[[[[",
            "1e999",
            "007",
            "2022-02-30",
        ];
        let (mut taken, mut tried) = (0, 0);
        for record in RECORDS {
            assert!(compare(&schema, record) || record.contains("a\\u0062"), "{record}");
            for _ in 0..20_000 {
                let mut text: Vec<char> = record.chars().collect();
                for _ in 0..=random(2) {
                    let (from, piece) = (random(text.len()), pieces[random(pieces.len())]);
                    let to = (from + random(3)).min(text.len());
                    text.splice(from..to, piece.chars());
                }
                taken += usize::from(compare(&schema, &text.into_iter().collect::<String>()));
                tried += 1;
            }
        }
        assert!(taken > tried / 20, "{taken} of {tried}");
    }

    #[test]
    fn what_is_long_or_deep_is_left_to_the_general_way() {
        let schema = schema();
        let list = |count: usize| format!(r#"{{"tags":[{}]}}"#, vec!["1"; count].join(","));
        assert!(compare(&schema, &list(ELEMENTS_MAX - 1)));
        assert!(!compare(&schema, &list(ELEMENTS_MAX)));
        let deep = |count: usize| format!(r#"{{"x":{}{}}}"#, "[".repeat(count), "]".repeat(count));
        assert!(compare(&schema, &deep(DEPTH_MAX)));
        assert!(!compare(&schema, &deep(DEPTH_MAX + 1)));
    }
}
