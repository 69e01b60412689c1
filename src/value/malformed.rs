use std::fmt;

/// Why a text is not a value of the type it should have: a sentence that ends with what would be
/// accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    accepted: &'static str,
}

impl Malformed {
    /// `accepted` continues "expected ...".
    #[must_use]
    pub const fn expected(accepted: &'static str) -> Self {
        Self { accepted }
    }

    /// What would have been accepted, with an example.
    #[must_use]
    pub const fn accepted(&self) -> &'static str {
        self.accepted
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.accepted)
    }
}

impl std::error::Error for Malformed {}
