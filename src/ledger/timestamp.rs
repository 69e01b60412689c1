//! Time stamps of others over heads: RFC 3161.

use super::checkpoint::Checkpoint;
use super::log::head_path;
use super::note::Note;
use super::problem::Problem;
use super::storage::{Storage, replace};
use crate::digest::Digest;

/// A request of RFC 3161 up to the digest: version 1, SHA-256.
const QUERY_HEAD: [u8; 24] = [
    0x30, 0x39, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
    0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
];

/// And behind it: that the certificate of the authority is wanted in the reply.
const QUERY_TAIL: [u8; 3] = [0x01, 0x01, 0xff];

/// The request to stamp the text of a head, without its signatures, which may grow.
#[must_use]
pub fn query(head: &str) -> Vec<u8> {
    [QUERY_HEAD.as_slice(), Digest::of(head.as_bytes()).bytes(), &QUERY_TAIL].concat()
}

/// The object identifier of signed data (PKCS #7), which is what a token is.
const SIGNED_DATA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// Whether an authority granted what it was asked for: a status of 0 or 1, and a token. A query has neither.
#[must_use]
pub fn is_granted(reply: &[u8]) -> bool {
    let granted = || {
        let (reply, behind) = element(SEQUENCE, reply)?;
        let (status, token) = element(SEQUENCE, reply)?;
        let (status, _) = element(INTEGER, status)?;
        let (token, nothing) = element(SEQUENCE, token)?;
        let is_whole = behind.is_empty() && nothing.is_empty();
        Some(is_whole && matches!(status, [0 | 1]) && token.starts_with(&SIGNED_DATA))
    };
    granted().unwrap_or(false)
}

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;

/// The content of an element of DER, and what stands behind it.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (short, rest) = rest.split_first()?;
    let (length, rest) = match short {
        ..=0x7f => (usize::from(*short), rest),
        // The length has bytes of its own; more than four are of no reply.
        0x81..=0x84 => {
            let (long, rest) = rest.split_at_checked(usize::from(short - 0x80))?;
            (long.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    (*first == tag).then(|| rest.split_at_checked(length)).flatten()
}

/// Whether a reply is over the text of a head: it names the SHA-256 of it. Who signed the reply is checked
/// with `openssl ts -verify`.
#[must_use]
pub fn is_over(reply: &[u8], head: &str) -> bool {
    memchr::memmem::find(reply, Digest::of(head.as_bytes()).bytes()).is_some()
}

/// Keeps a reply beside the head that it is over. The path is handed out.
///
/// # Errors
/// If it is no granted reply, is over no published head, or cannot be written.
pub fn keep_timestamp(storage: &mut dyn Storage, reply: &[u8]) -> Result<String, Problem> {
    if !is_granted(reply) {
        return Err(Problem::Missing(
            "this is no reply of a time-stamping authority that grants a time stamp: a query, a refusal or something else"
                .to_owned(),
        ));
    }
    let names = storage.list("checkpoints")?;
    for name in names.iter().rev().filter(|name| !name.contains('.')) {
        let bytes = storage.read(&format!("checkpoints/{name}"))?;
        let Ok(note) = Note::parse(&bytes) else { continue };
        let Ok(head) = Checkpoint::parse(&note.text) else { continue };
        if is_over(reply, &note.text) {
            let beside = format!("{name}.");
            let number = names.iter().filter(|other| other.starts_with(&beside)).count() + 1;
            let path = format!("{}.{number}.tsr", head_path(head.size));
            replace(storage, &path, reply)?;
            return Ok(path);
        }
    }
    Err(Problem::Missing("the reply is over no published head of this log".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_the_length_that_it_says() {
        let query = query("head\n");
        assert_eq!((query.len(), query.get(1)), (59, Some(&57)));
        assert!(is_over(&query, "head\n"));
        assert!(!is_over(&query, "other\n"));
    }

    /// An element of DER.
    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], length.as_slice(), content].concat()
    }

    fn reply(status: &[u8]) -> Vec<u8> {
        let status = der(SEQUENCE, &der(INTEGER, status));
        der(SEQUENCE, &[status, der(SEQUENCE, &SIGNED_DATA)].concat())
    }

    #[test]
    fn only_a_reply_that_grants_is_one() {
        assert!(is_granted(&reply(&[0])));
        assert!(is_granted(&reply(&[1])));
        assert!(!is_granted(&query("head\n")));
        assert!(!is_granted(&reply(&[2])), "a refusal");
        assert!(!is_granted(&reply(&[])));
        let refusal = der(SEQUENCE, &der(SEQUENCE, &der(INTEGER, &[0])));
        assert!(!is_granted(&refusal), "no token");
        let whole = reply(&[0]);
        for end in 0..whole.len() {
            assert!(!is_granted(&whole[..end]), "{end}");
        }
        assert!(!is_granted(&[whole.as_slice(), b"?"].concat()));
    }
}
