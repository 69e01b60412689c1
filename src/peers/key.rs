use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::value::Key;

/// Something that subjects share, as the first 128 bits of the SHA-256 digest of its canonical form.
/// It tells equal from different and does not show what is shared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SharedKey([u64; 2]);

impl SharedKey {
    /// Of one or more values that are shared together.
    #[must_use]
    pub fn of(parts: &[Key<'_>]) -> Self {
        let mut form: Vec<u8> = Vec::with_capacity(64);
        for part in parts {
            let (kind, text) = written(part);
            form.push(kind);
            form.extend_from_slice(&(text.len() as u64).to_be_bytes());
            form.extend_from_slice(text.as_bytes());
        }
        let bytes: [u8; 32] = Sha256::digest(&form).into();
        let (first, rest) = bytes.split_at(8);
        let second = rest.get(..8).unwrap_or_default();
        let word =
            |bytes: &[u8]| bytes.iter().fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
        Self([word(first), word(second)])
    }
}

fn written<'k>(key: &'k Key<'_>) -> (u8, Cow<'k, str>) {
    let (kind, text) = match key {
        Key::Text(text) => return (b't', Cow::Borrowed(text)),
        Key::YesNo(yes) => (b'b', yes.to_string()),
        Key::Amount(amount) => (b'n', amount.normalize().to_string()),
        Key::Money(currency, amount) => (b'm', format!("{currency} {}", amount.normalize())),
        Key::Instant(instant) => (b'i', instant.seconds().normalize().to_string()),
        Key::Country(country) => (b'c', country.to_string()),
        Key::Ip(ip) => (b'a', ip.to_string()),
        Key::Network(network) => (b'w', network.to_string()),
        Key::Choice(place) => (b'e', place.to_string()),
    };
    (kind, text.into())
}

impl fmt::Display for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.0;
        write!(f, "{first:016x}{second:016x}")
    }
}

impl fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for SharedKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
