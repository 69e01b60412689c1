use std::borrow::Cow;

use super::{Schema, Type};
use crate::value::{
    AddressLine, Choice, ContactPoint, Country, Date, Duration, Email, Instant, Ip, Malformed,
    Money, Network, Number, Percent, PersonName, Phone, Postcode, Url, Value,
};

/// Reads a value of a type from text, as data holds it.
///
/// The text of an enum value that the enum does not have is an error without a list of the words; the
/// caller knows the enum and can name them.
pub fn parse_value<'a>(
    schema: &Schema,
    of: Type,
    text: Cow<'a, str>,
) -> Result<Value<'a>, Malformed> {
    parse_value_to(schema, of, text, |value| value)
}

/// The same, and the value is made into something at once: one that is handed back first and moved to its
/// place then takes nearly twice as long to read.
#[inline]
pub fn parse_value_to<'a, T>(
    schema: &Schema,
    of: Type,
    text: Cow<'a, str>,
    make: impl FnOnce(Value<'a>) -> T,
) -> Result<T, Malformed> {
    Ok(match of {
        Type::YesNo => make(Value::YesNo(parse_yes_no(&text)?)),
        Type::Number => make(Value::Number(Number::parse(&text)?)),
        Type::Percent => make(Value::Percent(Percent::parse_lenient(&text)?)),
        Type::Text => make(Value::Text(text)),
        Type::Date => make(Value::Date(Date::parse(&text)?)),
        Type::Instant => make(Value::Instant(Instant::parse(&text)?)),
        Type::Duration => make(Value::Duration(Duration::parse(&text)?)),
        Type::Money => make(Value::Money(Money::parse(&text)?)),
        Type::Country => make(Value::Country(Country::parse(&text)?)),
        Type::Ip => make(Value::Ip(Ip::parse(&text)?)),
        Type::Network => make(Value::Network(Network::parse(&text)?)),
        Type::Email => make(Value::Email(Email::parse(text)?)),
        Type::Phone => make(Value::Phone(Phone::parse(text)?)),
        Type::Url => make(Value::Url(Url::parse(text)?)),
        Type::PersonName => make(Value::PersonName(PersonName::parse(text)?)),
        Type::AddressLine => make(Value::AddressLine(AddressLine::parse(text)?)),
        Type::Postcode => make(Value::Postcode(Postcode::parse(text)?)),
        Type::ContactPoint => make(Value::ContactPoint(ContactPoint::parse(text)?)),
        Type::Choice(id) => {
            let words = &schema.enumeration(id).words;
            let found = (0..).zip(words).find(|(_, word)| ***word == *text);
            let (place, _) = found.ok_or(Malformed::expected("one of the words of the enum"))?;
            make(Value::Choice(Choice { place, word: text }))
        }
        Type::Months => {
            return Err(Malformed::expected("a length of time of fixed length, as 30 days"));
        }
        Type::Record(_) => return Err(Malformed::expected("an object with named fields")),
    })
}

fn parse_yes_no(text: &str) -> Result<bool, Malformed> {
    let is_one_of = |words: [&str; 2]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one_of(["yes", "true"]) {
        Ok(true)
    } else if is_one_of(["no", "false"]) {
        Ok(false)
    } else {
        Err(Malformed::expected("yes or no (or true or false)"))
    }
}
