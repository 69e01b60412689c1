//! Reads a record of a known shape from any format that serde reads.

use std::cell::RefCell;
use std::fmt;
use std::fmt::Write as _;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::record::Fact;
use super::refusal::Problem;
use super::token::{Mismatch, Token, fact};
use crate::types::{RecordId, Schema, Shape, Type};
use crate::value::{Currency, Money, Number, Value};

/// Most elements of one list. More than any contractor has in years; beyond it the input is an error.
pub(super) const ELEMENTS_MAX: usize = 100_000;

/// Most fields of a record that have no place in the schema and are still told apart.
pub(super) const UNMAPPED_MAX: usize = 1_000;

/// How a format writes single values.
pub(super) trait Form {
    /// Reads one value that is not a list or an object, or says that it is one.
    fn token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Token<'de>, D::Error>;
}

/// What was found while one record was read.
pub(super) struct Findings {
    pub(super) problems: Vec<Problem>,
    /// Fields that the schema does not have, as paths without places in lists.
    pub(super) unmapped: Vec<String>,
}

/// The state of reading one record.
pub(super) struct Reading<'s> {
    schema: &'s Schema,
    /// The way to the value that is being read: names and places in lists.
    path: RefCell<Vec<Way>>,
    findings: RefCell<Findings>,
}

#[derive(Clone)]
enum Way {
    Field(String),
    Element(usize),
}

impl<'s> Reading<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        let findings = Findings { problems: Vec::new(), unmapped: Vec::new() };
        Self { schema, path: RefCell::default(), findings: RefCell::new(findings) }
    }

    pub(super) fn into_findings(self) -> Findings {
        self.findings.into_inner()
    }

    /// The fact that a token states, or a finding and an unknown.
    pub(super) fn fact<'a>(&self, shape: Shape, token: Token<'a>) -> Fact<'a> {
        fact(self.schema, shape, token).unwrap_or_else(|Mismatch { found, reason }| {
            self.report(&found, reason);
            Fact::Unknown
        })
    }

    pub(super) fn report(&self, found: &str, reason: impl Into<String>) {
        let problem = Problem::of_value(self.place(true), found, reason);
        self.findings.borrow_mut().problems.push(problem);
    }

    fn report_structure(&self, reason: impl Into<String>) {
        let problem =
            Problem { is_of_value: false, ..Problem::of_value(self.place(true), "", reason) };
        self.findings.borrow_mut().problems.push(problem);
    }

    fn note_unmapped(&self, name: &str) {
        let within = self.place(false);
        let path = if within.is_empty() { name.to_owned() } else { format!("{within}.{name}") };
        let unmapped = &mut self.findings.borrow_mut().unmapped;
        if unmapped.len() < UNMAPPED_MAX && !unmapped.contains(&path) {
            unmapped.push(path);
        }
    }

    pub(super) fn enter_field(&self, name: &str) {
        self.path.borrow_mut().push(Way::Field(name.to_owned()));
    }

    pub(super) fn leave(&self) {
        self.path.borrow_mut().pop();
    }

    fn place(&self, with_elements: bool) -> String {
        let mut place = String::new();
        for way in self.path.borrow().iter() {
            match way {
                Way::Field(name) => {
                    if !place.is_empty() {
                        place.push('.');
                    }
                    place.push_str(name);
                }
                Way::Element(index) if with_elements => {
                    let _ = write!(place, "[{index}]");
                }
                Way::Element(_) => {}
            }
        }
        place
    }
}

/// Reads a fact of a shape.
pub(super) struct ShapeSeed<'r, 's, F> {
    reading: &'r Reading<'s>,
    shape: Shape,
    form: PhantomData<F>,
}

impl<'r, 's, F: Form> ShapeSeed<'r, 's, F> {
    pub(super) fn new(reading: &'r Reading<'s>, shape: Shape) -> Self {
        Self { reading, shape, form: PhantomData }
    }

    fn of(&self, shape: Shape) -> Self {
        Self::new(self.reading, shape)
    }
}

impl<'de, F: Form> DeserializeSeed<'de> for ShapeSeed<'_, '_, F> {
    type Value = Fact<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fact<'de>, D::Error> {
        match (self.shape.list, self.shape.of) {
            (true, _) => deserializer.deserialize_any(ListVisitor(self)),
            (false, Type::Record(record)) => {
                deserializer.deserialize_any(RecordVisitor { seed: self, record })
            }
            (false, Type::Money) => deserializer.deserialize_any(MoneyVisitor(self)),
            (false, _) => {
                let token = F::token(deserializer)?;
                Ok(self.reading.fact(self.shape, token))
            }
        }
    }
}

/// Writes the visits of values that are not what a list, record or amount of money is written as.
macro_rules! refuse_scalars {
    ($self:ident => $seed:expr; $($text:ident)?) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value of the roster")
        }

        fn visit_unit<E: serde::de::Error>($self) -> Result<Fact<'de>, E> {
            Ok($seed.reading.fact($seed.shape, Token::Null))
        }

        fn visit_none<E: serde::de::Error>($self) -> Result<Fact<'de>, E> {
            Ok($seed.reading.fact($seed.shape, Token::Null))
        }

        fn visit_bool<E: serde::de::Error>($self, yes: bool) -> Result<Fact<'de>, E> {
            Ok($seed.wrong(&yes.to_string()))
        }

        fn visit_i64<E: serde::de::Error>($self, number: i64) -> Result<Fact<'de>, E> {
            Ok($seed.wrong(&number.to_string()))
        }

        fn visit_u64<E: serde::de::Error>($self, number: u64) -> Result<Fact<'de>, E> {
            Ok($seed.wrong(&number.to_string()))
        }

        fn visit_f64<E: serde::de::Error>($self, number: f64) -> Result<Fact<'de>, E> {
            Ok($seed.wrong(&number.to_string()))
        }
    };
}

impl<F: Form> ShapeSeed<'_, '_, F> {
    /// A value that has the wrong form altogether.
    fn wrong<'de>(&self, found: &str) -> Fact<'de> {
        let expected = match (self.shape.list, self.shape.of) {
            (true, _) => "a list",
            (false, Type::Money) => "an amount and a currency, as 125.00 USD",
            (false, _) => "an object with named fields",
        };
        self.reading.report(found, format!("expected {expected}"));
        Fact::Unknown
    }

    /// A text where a list or record should be: blank is unknown, anything else is wrong.
    fn text_instead<'de>(&self, text: &str) -> Fact<'de> {
        if text.trim().is_empty() { Fact::Unknown } else { self.wrong(text) }
    }
}

struct ListVisitor<'r, 's, F>(ShapeSeed<'r, 's, F>);

impl<'de, F: Form> Visitor<'de> for ListVisitor<'_, '_, F> {
    type Value = Fact<'de>;

    refuse_scalars! { self => self.0; }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Fact<'de>, E> {
        Ok(self.0.text_instead(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Fact<'de>, A::Error> {
        let shape = Shape { list: false, or_none: false, ..self.0.shape };
        let mut facts = Vec::new();
        loop {
            if facts.len() >= ELEMENTS_MAX {
                return Err(A::Error::custom(format!(
                    "a list has more than {ELEMENTS_MAX} elements"
                )));
            }
            self.0.reading.path.borrow_mut().push(Way::Element(facts.len()));
            let element = elements.next_element_seed(self.0.of(shape))?;
            self.0.reading.leave();
            match element {
                Some(fact) => facts.push(fact),
                None => return Ok(Fact::List(facts)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Fact<'de>, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self.0.wrong("{…}"))
    }
}

struct RecordVisitor<'r, 's, F> {
    seed: ShapeSeed<'r, 's, F>,
    record: RecordId,
}

impl<'de, F: Form> Visitor<'de> for RecordVisitor<'_, '_, F> {
    type Value = Fact<'de>;

    refuse_scalars! { self => self.seed; }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Fact<'de>, E> {
        Ok(self.seed.text_instead(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Fact<'de>, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.seed.wrong("[…]"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Fact<'de>, A::Error> {
        let reading = self.seed.reading;
        let record = reading.schema.record(self.record);
        let mut facts: Vec<Option<Fact<'de>>> = Vec::new();
        facts.resize_with(record.fields.len(), || None);
        let mut unmapped: Vec<String> = Vec::new();
        while let Some(name) = entries.next_key_seed(NameSeed)? {
            let Some((slot, field)) = record.field(&name) else {
                if unmapped.iter().any(|known| *known == *name) {
                    reading.report_structure(format!("`{name}` is given twice"));
                } else {
                    reading.note_unmapped(&name);
                    unmapped.push(name.into_owned());
                }
                entries.next_value::<IgnoredAny>()?;
                continue;
            };
            reading.enter_field(&field.name);
            let fact = entries.next_value_seed(self.seed.of(field.shape))?;
            if let Some(place) = facts.get_mut(slot.index())
                && place.replace(fact).is_some()
            {
                reading.report_structure("this field is given twice");
            }
            reading.leave();
        }
        let facts = facts.into_iter().map(|fact| fact.unwrap_or(Fact::Unknown));
        Ok(Fact::Record(facts.collect()))
    }
}

/// Reads the name of a field without copying it where the format allows.
struct NameSeed;

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = std::borrow::Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for NameSeed {
    type Value = std::borrow::Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(name.into())
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(name.to_owned().into())
    }
}

struct MoneyVisitor<'r, 's, F>(ShapeSeed<'r, 's, F>);

impl<'de, F: Form> Visitor<'de> for MoneyVisitor<'_, '_, F> {
    type Value = Fact<'de>;

    refuse_scalars! { self => self.0; }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Fact<'de>, E> {
        Ok(self.0.reading.fact(self.0.shape, Token::Text(text.to_owned().into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Fact<'de>, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.0.wrong("[…]"))
    }

    /// `{"amount": "125.00", "currency": "USD"}`: unknown if either part is.
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Fact<'de>, A::Error> {
        let reading = self.0.reading;
        let part = |of| Shape { of, list: false, or_none: false };
        let (mut amount, mut currency) = (None, None);
        while let Some(name) = entries.next_key_seed(NameSeed)? {
            let place = match &*name {
                "amount" => &mut amount,
                "currency" => &mut currency,
                _ => {
                    reading.note_unmapped(&name);
                    entries.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let of = if name == "amount" { Type::Number } else { Type::Text };
            reading.enter_field(&name);
            if place.replace(entries.next_value_seed(self.0.of(part(of)))?).is_some() {
                reading.report_structure("this field is given twice");
            }
            reading.leave();
        }
        Ok(match (amount, currency) {
            (
                Some(Fact::Value(Value::Number(amount))),
                Some(Fact::Value(Value::Text(currency))),
            ) => self.money(amount, &currency),
            _ => Fact::Unknown,
        })
    }
}

impl<F: Form> MoneyVisitor<'_, '_, F> {
    fn money<'de>(&self, amount: Number, currency: &str) -> Fact<'de> {
        match Currency::parse(currency) {
            Ok(currency) => Fact::Value(Value::Money(Money { amount, currency })),
            Err(malformed) => {
                self.0.reading.report(currency, malformed.to_string());
                Fact::Unknown
            }
        }
    }
}
