use crate::types::FieldSlot;
use crate::value::Value;

/// What is known about one field.
#[derive(Clone, Debug)]
pub enum Fact<'a> {
    /// Nobody collected it.
    Unknown,
    /// It is known that there is none.
    None,
    /// A single value.
    Value(Value<'a>),
    /// A record: one fact for each field of its type.
    Record(Box<[Fact<'a>]>),
    /// A list; an element may be unknown, but that it is there is known.
    List(Vec<Fact<'a>>),
}

/// An unknown fact, for places where nothing is.
pub(crate) const UNKNOWN: &Fact<'static> = &Fact::Unknown;

impl<'a> Fact<'a> {
    /// The same fact with texts of its own.
    #[must_use]
    pub fn into_owned(self) -> Fact<'static> {
        match self {
            Self::Unknown => Fact::Unknown,
            Self::None => Fact::None,
            Self::Value(value) => Fact::Value(value.into_owned()),
            Self::Record(fields) => {
                Fact::Record(fields.into_iter().map(Fact::into_owned).collect())
            }
            Self::List(facts) => Fact::List(facts.into_iter().map(Fact::into_owned).collect()),
        }
    }

    /// A field of a record; of an unknown record every field is unknown, of none there is none.
    #[must_use]
    #[inline]
    pub fn field(&self, slot: FieldSlot) -> &Fact<'a> {
        match self {
            Self::Record(fields) => fields.get(slot.index()).unwrap_or(UNKNOWN),
            Self::None => &Self::None,
            Self::Unknown | Self::Value(_) | Self::List(_) => UNKNOWN,
        }
    }
}

/// One subject of a roster, read and typed.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// The value of its key.
    pub subject: String,
    /// The subject's record.
    pub facts: Fact<'a>,
    /// Fields that nobody filled and that are none by the word of the roster's manifest.
    pub assumed_none: Vec<String>,
}
