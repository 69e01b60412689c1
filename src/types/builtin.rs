use super::{EnumId, RecordId};

/// The type of a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Yes or no.
    YesNo,
    /// An exact decimal number.
    Number,
    /// A share in hundredths.
    Percent,
    /// Any text.
    Text,
    /// A day.
    Date,
    /// A point in time.
    Instant,
    /// A length of time of fixed length.
    Duration,
    /// A length of time in calendar months; only in policies.
    Months,
    /// An amount in a currency.
    Money,
    /// A country.
    Country,
    /// An internet address.
    Ip,
    /// A network.
    Network,
    /// An email address.
    Email,
    /// A telephone number.
    Phone,
    /// A web address.
    Url,
    /// A person's name.
    PersonName,
    /// A line of an address.
    AddressLine,
    /// A postal code.
    Postcode,
    /// An email address or telephone number.
    ContactPoint,
    /// A value of an enum.
    Choice(EnumId),
    /// A record.
    Record(RecordId),
}

/// The types a record can name, besides its own records and enums.
pub const BUILTIN_TYPES: [(&str, Type); 18] = [
    ("yes/no", Type::YesNo),
    ("number", Type::Number),
    ("percent", Type::Percent),
    ("text", Type::Text),
    ("date", Type::Date),
    ("instant", Type::Instant),
    ("duration", Type::Duration),
    ("money", Type::Money),
    ("country", Type::Country),
    ("ip", Type::Ip),
    ("network", Type::Network),
    ("email", Type::Email),
    ("phone", Type::Phone),
    ("url", Type::Url),
    ("person_name", Type::PersonName),
    ("address_line", Type::AddressLine),
    ("postcode", Type::Postcode),
    ("contact_point", Type::ContactPoint),
];

impl Type {
    /// Which record type it is, if it is one.
    #[must_use]
    pub const fn record(self) -> Option<RecordId> {
        if let Self::Record(record) = self { Some(record) } else { None }
    }

    /// Whether values of the type have an order and can be added up or averaged.
    #[must_use]
    pub const fn is_quantity(self) -> bool {
        matches!(
            self,
            Self::Number
                | Self::Percent
                | Self::Date
                | Self::Instant
                | Self::Duration
                | Self::Money
        )
    }

    /// Whether sums, averages and medians of the type make sense.
    #[must_use]
    pub const fn is_additive(self) -> bool {
        matches!(self, Self::Number | Self::Percent | Self::Duration | Self::Money)
    }

    /// Whether a text in quotes can stand for a value of the type.
    #[must_use]
    pub const fn is_textual(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Ip
                | Self::Network
                | Self::Email
                | Self::Phone
                | Self::Url
                | Self::PersonName
                | Self::AddressLine
                | Self::Postcode
                | Self::ContactPoint
        )
    }
}
