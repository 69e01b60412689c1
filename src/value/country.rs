use std::fmt;

use super::Malformed;

/// An ISO 3166-1 alpha-2 country code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    const EXPECTED: Malformed =
        Malformed::expected("a two-letter ISO 3166 country code, as US, KP or GB");

    /// Kosovo has no code of its own in ISO 3166; `XK` is the user-assigned one in common use.
    const KOSOVO: [u8; 2] = *b"XK";

    /// Reads a code in capital letters.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let code: [u8; 2] = text.as_bytes().try_into().map_err(|_| Self::EXPECTED)?;
        let is_known = code.iter().all(u8::is_ascii_uppercase)
            && (code == Self::KOSOVO || rust_iso3166::from_alpha2(text).is_some());
        if is_known { Ok(Self(code)) } else { Err(Self::EXPECTED) }
    }

    /// How many codes there are, which is how many values an unknown country can have.
    #[must_use]
    pub fn count() -> usize {
        rust_iso3166::ALL.len() + 1
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_assigned_codes_are_countries() {
        for text in ["US", "KP", "GB", "XK", "NO"] {
            assert_eq!(Country::parse(text).unwrap().to_string(), text);
        }
        for text in ["UK", "XX", "us", "USA", "", "U", "ÖS"] {
            assert!(Country::parse(text).is_err(), "{text}");
        }
    }
}
