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

/// Whether a reply is over the text of a head: it names the SHA-256 of it. Who signed the reply is checked
/// with `openssl ts -verify`.
#[must_use]
pub fn is_over(reply: &[u8], head: &str) -> bool {
    memchr::memmem::find(reply, Digest::of(head.as_bytes()).bytes()).is_some()
}

/// Keeps a reply beside the head that it is over. The path is handed out.
///
/// # Errors
/// If it is over no published head, or cannot be written.
pub fn keep_timestamp(storage: &mut dyn Storage, reply: &[u8]) -> Result<String, Problem> {
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
}
