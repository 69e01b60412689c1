//! What is logged: one leaf for each event.

use base64ct::{Base64, Encoding as _};

use super::canonical::Canonical;
use super::key::PrivateKey;
use super::note::Vkey;
use super::open::Recovered;
use crate::value::Instant;

/// The form of leaves.
pub const FORMAT: &str = "duecare.leaf/1";

/// A leaf of a kind, recorded at a time.
#[must_use]
pub fn leaf<const N: usize>(kind: &str, now: Instant, entries: [(&str, Canonical); N]) -> Canonical {
    let mut leaf = Canonical::object(entries);
    if let Canonical::Object(entries) = &mut leaf {
        entries.insert("format".to_owned(), Canonical::text(FORMAT));
        entries.insert("kind".to_owned(), Canonical::text(kind));
        entries.insert("recorded".to_owned(), Canonical::text(now));
    }
    leaf
}

/// The first leaf of a log: its name and its first key.
#[must_use]
pub fn log_opened(key: &Vkey, now: Instant) -> Canonical {
    leaf(
        "log_opened",
        now,
        [("origin", Canonical::text(key.name())), ("key", Canonical::text(key))],
    )
}

/// That a log goes on under another key, signed by both.
#[must_use]
pub fn key_rotated(old: &PrivateKey, new: &PrivateKey, now: Instant) -> Canonical {
    let statement = rotation_statement(old.public(), new.public());
    let signed = |key: &PrivateKey| {
        Canonical::text(Base64::encode_string(&key.sign(statement.as_bytes())))
    };
    leaf(
        "key_rotated",
        now,
        [
            ("old_key", Canonical::text(old.public())),
            ("new_key", Canonical::text(new.public())),
            ("old_signature", signed(old)),
            ("new_signature", signed(new)),
        ],
    )
}

/// What both keys sign when one follows the other.
#[must_use]
pub fn rotation_statement(old: &Vkey, new: &Vkey) -> String {
    format!("duecare.key_rotated/1\n{old}\n{new}\n")
}

/// That something a crash had left was cut off.
#[must_use]
pub fn recovery(recovered: &Recovered, now: Instant) -> Canonical {
    leaf(
        "recovery",
        now,
        [
            ("file", Canonical::text(&recovered.path)),
            ("offset", Canonical::count(recovered.offset)),
            ("bytes", Canonical::count(recovered.bytes)),
            ("digest", Canonical::text(recovered.digest)),
        ],
    )
}
