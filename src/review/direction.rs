use serde::{Serialize, Serializer};

/// What a change does to those whom it touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// It catches or asks for as much as before, and more.
    Stricter,
    /// It catches or asks for as much as before, or less.
    Looser,
    /// It says the same in other words.
    Equal,
    /// It catches some who were not caught, and lets go some who were.
    Neither,
    /// It was not proved to be any of these.
    NotDetermined,
}

impl Direction {
    /// All, in the order in which they are reported.
    pub const ALL: [Self; 5] =
        [Self::Stricter, Self::Looser, Self::Neither, Self::NotDetermined, Self::Equal];

    /// As people read it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stricter => "stricter",
            Self::Looser => "looser",
            Self::Equal => "equal",
            Self::Neither => "neither",
            Self::NotDetermined => "not determined",
        }
    }

    /// Of two changes together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Equal, direction) | (direction, Self::Equal) => direction,
            (Self::Stricter, Self::Stricter) => Self::Stricter,
            (Self::Looser, Self::Looser) => Self::Looser,
            (Self::NotDetermined, _) | (_, Self::NotDetermined) => Self::NotDetermined,
            (Self::Neither, _)
            | (_, Self::Neither)
            | (Self::Stricter, Self::Looser)
            | (Self::Looser, Self::Stricter) => Self::Neither,
        }
    }

    /// Of something that counts the other way round.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Stricter => Self::Looser,
            Self::Looser => Self::Stricter,
            Self::Equal | Self::Neither | Self::NotDetermined => self,
        }
    }

    /// Of two amounts, where a higher one is stricter.
    #[must_use]
    pub fn of_amounts<T: Ord>(old: T, new: T) -> Self {
        match new.cmp(&old) {
            std::cmp::Ordering::Greater => Self::Stricter,
            std::cmp::Ordering::Less => Self::Looser,
            std::cmp::Ordering::Equal => Self::Equal,
        }
    }
}

impl Serialize for Direction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::NotDetermined => "not_determined",
            Self::Stricter | Self::Looser | Self::Equal | Self::Neither => self.word(),
        })
    }
}
