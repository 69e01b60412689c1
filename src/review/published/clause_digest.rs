use std::fmt;

use crate::digest::Digest;

/// The first eight bytes of the SHA-256 of a clause, shown as `sha256:` and 16 hexadecimal digits. It tells
/// which clause is another one; that a file is the same is told by its whole digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClauseDigest([u8; 8]);

impl ClauseDigest {
    /// Of a clause on one line.
    #[must_use]
    pub fn of(line: &str) -> Self {
        let digest = Digest::of(line.as_bytes());
        Self(digest.bytes().first_chunk().copied().unwrap_or_default())
    }

    /// Reads what `Display` writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("sha256:").filter(|digits| digits.len() == 16)?;
        let whole = Digest::parse(&format!("sha256:{digits}{digits}{digits}{digits}"))?;
        whole.bytes().first_chunk().copied().map(Self)
    }
}

impl fmt::Display for ClauseDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
