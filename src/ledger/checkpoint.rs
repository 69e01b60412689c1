//! Checkpoints: the signed head of a log, as C2SP tlog-checkpoint has it.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use serde::Serialize;

use super::key::PrivateKey;
use super::note::{MalformedNote, Note};
use crate::digest::Digest;

/// The head of a log: how many leaves it has, and the root over them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// Leaves.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Digest,
}

impl Checkpoint {
    /// Its text, which is what keys sign.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, Base64::encode_string(self.root.bytes()))
    }

    /// Reads the text of a note.
    ///
    /// # Errors
    /// If it is no checkpoint, or one with further lines, which nobody here understands.
    pub fn parse(text: &str) -> Result<Self, MalformedNote> {
        let lines: Vec<&str> = text.split('\n').collect();
        let [origin, size, root, ""] = lines.as_slice() else {
            return Err(MalformedNote("a checkpoint is three lines: origin, size and root"));
        };
        if origin.is_empty() {
            return Err(MalformedNote("the checkpoint names no origin"));
        }
        let number: u64 =
            size.parse().map_err(|_| MalformedNote("the size of the checkpoint is no number"))?;
        if number.to_string() != *size {
            return Err(MalformedNote("the size of the checkpoint is not written plainly"));
        }
        let mut bytes = [0; 32];
        let root = Base64::decode(root, &mut bytes)
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .ok_or(MalformedNote("the root of the checkpoint is not 32 bytes in base64"))?;
        Ok(Self { origin: (*origin).to_owned(), size: number, root: Digest::from_bytes(root) })
    }

    /// Signs it.
    #[must_use]
    pub fn sign<'k>(&self, keys: impl IntoIterator<Item = &'k PrivateKey>) -> Note {
        let text = self.text();
        let signatures = keys.into_iter().map(|key| key.sign_note(&text)).collect();
        Note { text, signatures }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} leaves, root {}", self.size, Base64::encode_string(self.root.bytes()))
    }
}
