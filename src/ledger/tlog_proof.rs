//! Proofs that a leaf stands in a log, in one file that tools of others check: C2SP tlog-proof.

use std::fmt;

use base64ct::{Base64, Encoding as _};

use super::checkpoint::Checkpoint;
use super::note::{MalformedNote, Note};
use super::tree::{leaf_hash, verify_inclusion};
use crate::digest::Digest;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// A proof that a leaf stands at an index of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// The leaf itself, which the proof carries along without vouching for it.
    pub leaf: Option<Vec<u8>>,
    /// Its index.
    pub index: u64,
    /// The hashes beside it, from the leaf upwards.
    pub path: Vec<Digest>,
    /// The signed head of the log.
    pub checkpoint: Note,
}

impl TlogProof {
    /// Reads a proof.
    ///
    /// # Errors
    /// If the text is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedNote> {
        let text = std::str::from_utf8(bytes).map_err(|_| MalformedNote("it is not UTF-8 text"))?;
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or(MalformedNote("it has no checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(MalformedNote("it does not begin with `c2sp.org/tlog-proof@v1`"));
        }
        let leaf = match lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            Some(extra) => {
                lines.next();
                let leaf = Base64::decode_vec(extra);
                Some(leaf.map_err(|_| MalformedNote("its extra line is not base64"))?)
            }
            None => None,
        };
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(|index| {
                index.parse::<u64>().ok().filter(|number| number.to_string() == index)
            })
            .ok_or(MalformedNote("its index line is not `index N`"))?;
        let path = lines.map(hash_of).collect::<Result<_, _>>()?;
        Ok(Self { leaf, index, path, checkpoint: Note::parse(checkpoint.as_bytes())? })
    }

    /// Whether the leaf that it carries stands at its index under the root of its checkpoint; who signed the
    /// checkpoint is a question of its own.
    #[must_use]
    pub fn holds(&self) -> bool {
        let Ok(checkpoint) = Checkpoint::parse(&self.checkpoint.text) else { return false };
        self.leaf.as_ref().is_some_and(|leaf| {
            let hash = leaf_hash(leaf);
            verify_inclusion(&hash, self.index, checkpoint.size, &self.path, &checkpoint.root)
        })
    }
}

fn hash_of(line: &str) -> Result<Digest, MalformedNote> {
    let bytes = Base64::decode_vec(line).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.map(Digest::from_bytes).ok_or(MalformedNote("a hash of it is not 32 bytes in base64"))
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(leaf) = &self.leaf {
            writeln!(f, "extra {}", Base64::encode_string(leaf))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", Base64::encode_string(hash.bytes()))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
