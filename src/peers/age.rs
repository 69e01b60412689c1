use crate::value::Date;

/// How new something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Age {
    /// There is nothing.
    Nothing,
    /// This day.
    Day(Date),
    /// The day is unknown.
    Unknown,
    /// It has no day, so nothing can be shown to come after it.
    Dayless,
}

/// The same in four bytes, in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PackedAge(i32);

impl PackedAge {
    pub(super) const NOTHING: Self = Self(i32::MIN);
    const UNKNOWN: Self = Self(i32::MAX - 1);
    const DAYLESS: Self = Self(i32::MAX);
}

impl From<Age> for PackedAge {
    fn from(age: Age) -> Self {
        match age {
            Age::Nothing => Self::NOTHING,
            Age::Day(day) => i32::try_from(day.days()).map_or(Self::UNKNOWN, Self),
            Age::Unknown => Self::UNKNOWN,
            Age::Dayless => Self::DAYLESS,
        }
    }
}

impl From<PackedAge> for Age {
    fn from(packed: PackedAge) -> Self {
        match packed {
            PackedAge::NOTHING => Self::Nothing,
            PackedAge::DAYLESS => Self::Dayless,
            PackedAge(days) => Date::from_days(days.into()).map_or(Self::Unknown, Self::Day),
        }
    }
}
