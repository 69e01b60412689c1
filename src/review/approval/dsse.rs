//! Signed envelopes, as DSSE has them: a payload, its type, and a signature over both.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use serde::Deserialize;

use super::key::{ApproverKey, KeyId};
use crate::ledger::key::PrivateKey;

/// The type of an in-toto statement.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// Largest envelope, in bytes. One has about two thousand.
const SIZE_MAX: usize = 1024 * 1024;

/// A statement with its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The statement.
    pub payload: Vec<u8>,
    /// Whose signature it says that it has.
    pub key: KeyId,
    /// The signature.
    pub signature: [u8; 64],
}

/// Why a file holds no signed statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedEnvelope(String);

impl fmt::Display for MalformedEnvelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MalformedEnvelope {}

/// The bytes that are signed.
#[must_use]
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head =
        format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    [head.as_slice(), payload].concat()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written {
    payload: String,
    payload_type: String,
    signatures: Vec<WrittenSignature>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSignature {
    keyid: String,
    sig: String,
}

impl Envelope {
    /// Signs a statement.
    #[must_use]
    pub fn sign(payload: Vec<u8>, key: &PrivateKey) -> Self {
        let signature = key.sign(&pae(PAYLOAD_TYPE, &payload));
        let key = ApproverKey::new(*key.public().key()).id();
        Self { payload, key, signature }
    }

    /// Reads the text of an envelope.
    ///
    /// # Errors
    /// If it is not, to the letter, one that `to_text` writes: the signature covers the payload alone, and
    /// nothing besides it may be changed unseen.
    pub fn parse(text: &str) -> Result<Self, MalformedEnvelope> {
        let malformed = |what: &str| MalformedEnvelope(what.to_owned());
        if text.len() > SIZE_MAX {
            return Err(malformed("it is larger than 1 MiB"));
        }
        let written: Written = serde_json::from_str(text)
            .map_err(|error| MalformedEnvelope(format!("it is no DSSE envelope: {error}")))?;
        if written.payload_type != PAYLOAD_TYPE {
            return Err(MalformedEnvelope(format!(
                "its payload is `{}`, and not `{PAYLOAD_TYPE}`",
                written.payload_type
            )));
        }
        let [signed] = written.signatures.as_slice() else {
            return Err(MalformedEnvelope(format!(
                "it has {} signatures, and an approval has one",
                written.signatures.len()
            )));
        };
        let key = KeyId::parse(&signed.keyid)
            .ok_or_else(|| malformed("its `keyid` is not 64 hexadecimal digits"))?;
        let signature =
            Base64::decode_vec(&signed.sig).ok().and_then(|bytes| bytes.try_into().ok());
        let envelope = Self {
            payload: Base64::decode_vec(&written.payload)
                .map_err(|_| malformed("its payload is no base64"))?,
            key,
            signature: signature.ok_or_else(|| malformed("its `sig` is no base64 of 64 bytes"))?,
        };
        if envelope.to_text() == text {
            Ok(envelope)
        } else {
            Err(malformed("it is not in the one way in which approvals are written"))
        }
    }

    /// Its text: JSON, one entry on each line.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!(
            "{{\n  \"payload\": \"{}\",\n  \"payloadType\": \"{PAYLOAD_TYPE}\",\n  \"signatures\": [\n    {{\n      \"keyid\": \"{}\",\n      \"sig\": \"{}\"\n    }}\n  ]\n}}\n",
            Base64::encode_string(&self.payload),
            self.key,
            Base64::encode_string(&self.signature)
        )
    }

    /// Whether the signature is by this key.
    #[must_use]
    pub fn is_signed_by(&self, key: &ApproverKey) -> bool {
        key.has_signed(&pae(PAYLOAD_TYPE, &self.payload), &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_signed_are_those_of_the_specification() {
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }
}
