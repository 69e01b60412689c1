use std::fmt;

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::{Signature, VerifyingKey};

use crate::digest::Digest;

/// What the text of a key begins with.
const KIND: &str = "ed25519:";

/// The public key of somebody who approves, written `ed25519:` and base64 of its 32 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApproverKey(VerifyingKey);

/// What statements call a key: the SHA-256 of its 32 bytes, in 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(String);

/// That a text is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAKey;

impl fmt::Display for NotAKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is no public key: `ed25519:` and the base64 of its 32 bytes, to the letter as `duecare approve --new-key` prints it")
    }
}

impl std::error::Error for NotAKey {}

impl ApproverKey {
    /// The public half of a key.
    #[must_use]
    pub fn new(key: VerifyingKey) -> Self {
        Self(key)
    }

    /// Reads what `Display` writes.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let bytes = text.strip_prefix(KIND).and_then(|key| Base64::decode_vec(key).ok());
        let bytes: [u8; 32] = bytes.and_then(|key| key.try_into().ok()).ok_or(NotAKey)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| NotAKey)?;
        // One that lets a signature hold for other texts too proves nothing.
        if key.is_weak() { Err(NotAKey) } else { Ok(Self(key)) }
    }

    /// What statements call it.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let digest = Digest::of(self.0.as_bytes()).to_string();
        KeyId(digest.trim_start_matches("sha256:").to_owned())
    }

    /// Whether a signature over these bytes is by it.
    #[must_use]
    pub fn has_signed(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(bytes, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Display for ApproverKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{KIND}{}", Base64::encode_string(self.0.as_bytes()))
    }
}

impl KeyId {
    /// Reads an id.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Digest::parse(&format!("sha256:{text}")).map(|_| Self(text.to_owned()))
    }

    /// Its first 16 digits, as names of files have it.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..16).unwrap_or(&self.0)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
