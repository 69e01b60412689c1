use std::ops::Not;

/// Yes, no, or unknown: strong Kleene logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It holds for every completion of the record.
    Yes,
    /// It holds for no completion.
    No,
    /// It may hold or not.
    Unknown,
}

impl Truth {
    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            (Self::Unknown, Self::Yes | Self::Unknown) | (Self::Yes, Self::Unknown) => {
                Self::Unknown
            }
        }
    }

    /// One of them holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        !(!self).and(!other)
    }

    /// Whether it may hold.
    #[must_use]
    pub fn is_possible(self) -> bool {
        match self {
            Self::Yes | Self::Unknown => true,
            Self::No => false,
        }
    }

    /// Certain if one of the two ways of looking at it is certain: yes where `certainly`, no where not
    /// `possibly`.
    #[must_use]
    pub fn between(certainly: bool, possibly: bool) -> Self {
        match (certainly, possibly) {
            (true, _) => Self::Yes,
            (false, true) => Self::Unknown,
            (false, false) => Self::No,
        }
    }

    /// At least `count` of them hold.
    #[must_use]
    pub fn at_least(count: usize, truths: impl IntoIterator<Item = Self>) -> Self {
        let (mut certain, mut possible) = (0_usize, 0_usize);
        for truth in truths {
            certain += usize::from(truth == Self::Yes);
            possible += usize::from(truth.is_possible());
        }
        Self::between(certain >= count, possible >= count)
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, No, Unknown, Yes};

    #[test]
    fn strong_kleene_tables() {
        let and = [
            (Yes, Yes, Yes),
            (Yes, No, No),
            (Yes, Unknown, Unknown),
            (No, Yes, No),
            (No, No, No),
            (No, Unknown, No),
            (Unknown, Yes, Unknown),
            (Unknown, No, No),
            (Unknown, Unknown, Unknown),
        ];
        for (left, right, expected) in and {
            assert_eq!(left.and(right), expected, "{left:?} and {right:?}");
        }
        let or = [
            (Yes, Yes, Yes),
            (Yes, No, Yes),
            (Yes, Unknown, Yes),
            (No, Yes, Yes),
            (No, No, No),
            (No, Unknown, Unknown),
            (Unknown, Yes, Yes),
            (Unknown, No, Unknown),
            (Unknown, Unknown, Unknown),
        ];
        for (left, right, expected) in or {
            assert_eq!(left.or(right), expected, "{left:?} or {right:?}");
        }
        assert_eq!([!Yes, !No, !Unknown], [No, Yes, Unknown]);
    }

    #[test]
    fn at_least_counts_what_is_certain_and_what_is_possible() {
        let at_least = |count| Truth::at_least(count, [Yes, No, Unknown]);
        assert_eq!([at_least(0), at_least(1), at_least(2), at_least(3)], [Yes, Yes, Unknown, No]);
    }
}
