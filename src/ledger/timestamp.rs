//! Time stamps of others over heads: RFC 3161.

use crate::digest::Digest;

/// The bytes that a time stamp of a head is over: its text, without signatures, which may grow.
#[must_use]
pub fn stamped(head: &str) -> &[u8] {
    head.as_bytes()
}

/// Whether a reply is over the text of a head: it names the SHA-256 of it. Who signed the reply is checked
/// with `openssl ts -verify`.
#[must_use]
pub fn is_over(reply: &[u8], head: &str) -> bool {
    let digest = Digest::of(stamped(head));
    memchr::memmem::find(reply, digest.bytes()).is_some()
}
