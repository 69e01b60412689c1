use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;

use super::{
    AddressLine, ContactPoint, Country, Date, Duration, Email, Instant, Ip, Money, Network, Number,
    Percent, PersonName, Phone, Postcode, Url,
};

/// One known value of any type.
///
/// Values of different types never compare as equal; the checker keeps them apart.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// Yes or no.
    YesNo(bool),
    /// An exact number.
    Number(Number),
    /// A share in hundredths.
    Percent(Percent),
    /// Any text; compared letter by letter.
    Text(Cow<'a, str>),
    /// A day.
    Date(Date),
    /// A point in time.
    Instant(Instant),
    /// A length of time.
    Duration(Duration),
    /// An amount in a currency.
    Money(Money),
    /// A country.
    Country(Country),
    /// An internet address.
    Ip(Ip),
    /// A network of addresses.
    Network(Network),
    /// An email address.
    Email(Email<'a>),
    /// A telephone number.
    Phone(Phone<'a>),
    /// A web address.
    Url(Url<'a>),
    /// A person's name.
    PersonName(PersonName<'a>),
    /// A line of an address.
    AddressLine(AddressLine<'a>),
    /// A postal code.
    Postcode(Postcode<'a>),
    /// An email address or telephone number.
    ContactPoint(ContactPoint<'a>),
    /// A value of an enum, by its place in it.
    Choice(Choice<'a>),
}

/// A value of an enum: its place and its word.
#[derive(Clone, Debug)]
pub struct Choice<'a> {
    /// Its place in the enum.
    pub place: u16,
    /// Its word.
    pub word: Cow<'a, str>,
}

impl Choice<'_> {
    /// The same with a word of its own.
    #[must_use]
    pub fn into_owned(self) -> Choice<'static> {
        Choice { place: self.place, word: self.word.into_owned().into() }
    }
}

/// The form in which a value is compared, sorted and counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key<'v> {
    /// Yes or no.
    YesNo(bool),
    /// Numbers, percentages, dates, lengths of time: by amount.
    Amount(Decimal),
    /// Money: by currency and amount.
    Money(&'static str, Decimal),
    /// Texts of any kind: by canonical form.
    Text(Cow<'v, str>),
    /// A point in time.
    Instant(Instant),
    /// A country.
    Country(Country),
    /// An internet address.
    Ip(Ip),
    /// A network.
    Network(Network),
    /// A value of an enum.
    Choice(u16),
}

impl Key<'_> {
    /// The same key, on its own.
    #[must_use]
    pub fn into_owned(self) -> Key<'static> {
        match self {
            Self::YesNo(yes) => Key::YesNo(yes),
            Self::Amount(amount) => Key::Amount(amount),
            Self::Money(currency, amount) => Key::Money(currency, amount),
            Self::Text(text) => Key::Text(text.into_owned().into()),
            Self::Instant(instant) => Key::Instant(instant),
            Self::Country(country) => Key::Country(country),
            Self::Ip(ip) => Key::Ip(ip),
            Self::Network(network) => Key::Network(network),
            Self::Choice(place) => Key::Choice(place),
        }
    }
}

impl Value<'_> {
    /// The same value with texts of its own.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::YesNo(yes) => Value::YesNo(yes),
            Self::Number(number) => Value::Number(number),
            Self::Percent(percent) => Value::Percent(percent),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Date(date) => Value::Date(date),
            Self::Instant(instant) => Value::Instant(instant),
            Self::Duration(duration) => Value::Duration(duration),
            Self::Money(money) => Value::Money(money),
            Self::Country(country) => Value::Country(country),
            Self::Ip(ip) => Value::Ip(ip),
            Self::Network(network) => Value::Network(network),
            Self::Email(email) => Value::Email(email.into_owned()),
            Self::Phone(phone) => Value::Phone(phone.into_owned()),
            Self::Url(url) => Value::Url(url.into_owned()),
            Self::PersonName(name) => Value::PersonName(name.into_owned()),
            Self::AddressLine(line) => Value::AddressLine(line.into_owned()),
            Self::Postcode(postcode) => Value::Postcode(postcode.into_owned()),
            Self::ContactPoint(point) => Value::ContactPoint(point.into_owned()),
            Self::Choice(choice) => Value::Choice(choice.into_owned()),
        }
    }

    /// The form in which the value is compared, sorted and counted.
    #[must_use]
    pub fn key(&self) -> Key<'_> {
        match self {
            Self::YesNo(yes) => Key::YesNo(*yes),
            Self::Number(number) => Key::Amount(number.decimal()),
            Self::Percent(percent) => Key::Amount(percent.decimal()),
            Self::Text(text) => Key::Text(Cow::Borrowed(text)),
            Self::Date(date) => Key::Amount(date.days().into()),
            Self::Instant(instant) => Key::Instant(*instant),
            Self::Duration(duration) => Key::Amount(duration.seconds()),
            Self::Money(money) => Key::Money(money.currency.code(), money.amount.decimal()),
            Self::Country(country) => Key::Country(*country),
            Self::Ip(ip) => Key::Ip(*ip),
            Self::Network(network) => Key::Network(*network),
            Self::Email(email) => Key::Text(email.canonical()),
            Self::Phone(phone) => Key::Text(Cow::Borrowed(phone.canonical())),
            Self::Url(url) => Key::Text(Cow::Owned(url.canonical())),
            Self::PersonName(name) => Key::Text(Cow::Borrowed(name.canonical())),
            Self::AddressLine(line) => Key::Text(Cow::Borrowed(line.canonical())),
            Self::Postcode(postcode) => Key::Text(Cow::Borrowed(postcode.canonical())),
            Self::ContactPoint(point) => Key::Text(point.canonical()),
            Self::Choice(choice) => Key::Choice(choice.place),
        }
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Value<'_> {}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::YesNo(true) => f.write_str("yes"),
            Self::YesNo(false) => f.write_str("no"),
            Self::Number(number) => number.fmt(f),
            Self::Percent(percent) => percent.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Date(date) => date.fmt(f),
            Self::Instant(instant) => instant.fmt(f),
            Self::Duration(duration) => duration.fmt(f),
            Self::Money(money) => money.fmt(f),
            Self::Country(country) => country.fmt(f),
            Self::Ip(ip) => ip.fmt(f),
            Self::Network(network) => network.fmt(f),
            Self::Email(email) => email.fmt(f),
            Self::Phone(phone) => phone.fmt(f),
            Self::Url(url) => url.fmt(f),
            Self::PersonName(name) => name.fmt(f),
            Self::AddressLine(line) => line.fmt(f),
            Self::Postcode(postcode) => postcode.fmt(f),
            Self::ContactPoint(point) => point.fmt(f),
            Self::Choice(choice) => f.write_str(&choice.word),
        }
    }
}
