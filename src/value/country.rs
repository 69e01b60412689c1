use std::fmt;
use std::sync::LazyLock;

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
        let is_known = letter_places(code).is_some_and(|(first, second)| {
            KNOWN.get(first).is_some_and(|seconds| seconds & (1 << second) != 0)
        });
        if is_known { Ok(Self(code)) } else { Err(Self::EXPECTED) }
    }

    /// How many codes there are, which is how many values an unknown country can have.
    #[must_use]
    pub fn count() -> usize {
        rust_iso3166::ALL.len() + 1
    }
}

/// The second letters of the codes that begin with each letter, as bits.
static KNOWN: LazyLock<[u32; 26]> = LazyLock::new(|| {
    let assigned =
        rust_iso3166::ALL.iter().filter_map(|country| country.alpha2.as_bytes().try_into().ok());
    let mut known = [0; 26];
    for (first, second) in assigned.chain([Country::KOSOVO]).filter_map(letter_places) {
        if let Some(seconds) = known.get_mut(first) {
            *seconds |= 1 << second;
        }
    }
    known
});

/// The places of two capital letters in the alphabet.
fn letter_places(code: [u8; 2]) -> Option<(usize, usize)> {
    let place = |letter: u8| letter.is_ascii_uppercase().then(|| usize::from(letter - b'A'));
    let [first, second] = code;
    Some((place(first)?, place(second)?))
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
    fn every_pair_of_letters_is_known_if_it_is_assigned() {
        for first in 'A'..='Z' {
            for second in 'A'..='Z' {
                let code = format!("{first}{second}");
                let is_assigned = code == "XK" || rust_iso3166::from_alpha2(&code).is_some();
                assert_eq!(Country::parse(&code).is_ok(), is_assigned, "{code}");
            }
        }
    }

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
