//! DSSE: a statement and a signature over it (<https://github.com/secure-systems-lab/dsse>).

use std::fmt;

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::Signature;
use serde::{Deserialize, Serialize};

use super::statement::Approval;
use crate::digest::Digest;
use crate::ledger::key::PrivateKey;
use crate::ledger::note::Vkey;

/// The type of what an envelope holds.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// Largest envelope, in bytes.
const SIZE_MAX: usize = 64 * 1024;

/// A signed approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// What was signed.
    pub approval: Approval,
    /// The digest of the statement.
    pub statement: Digest,
    /// The key that signed, as `name+id`.
    pub key_id: String,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// Why bytes are no envelope with an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAnEnvelope {
    /// They are larger than an approval can be.
    TooLarge,
    /// They are no DSSE envelope.
    Malformed(String),
    /// The envelope holds something else than a statement.
    OtherPayload(String),
    /// The statement cannot be understood.
    Statement(String),
    /// The statement is none about the approval of a policy.
    NotOurs,
    /// They say the same as other bytes, which are the canonical ones.
    OtherBytes,
}

impl fmt::Display for NotAnEnvelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("it is larger than 64 KiB, and no approval is"),
            Self::Malformed(error) => {
                write!(f, "it is no DSSE envelope with one signature: {error}")
            }
            Self::OtherPayload(kind) => {
                write!(f, "it holds `{kind}`, and an approval is `{PAYLOAD_TYPE}`")
            }
            Self::Statement(error) => write!(f, "its statement cannot be understood: {error}"),
            Self::NotOurs => f.write_str("its statement is none about the approval of a policy"),
            Self::OtherBytes => {
                f.write_str("it is not in the canonical form: it was written by something else")
            }
        }
    }
}

impl std::error::Error for NotAnEnvelope {}

/// The envelope as JSON has it; fields stand in the order of their keys.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: [WrittenSignature; 1],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSignature {
    keyid: String,
    sig: String,
}

impl Envelope {
    /// Signs an approval.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn sign(approval: Approval, key: &PrivateKey) -> Result<Self, NotAnEnvelope> {
        let payload = approval.to_bytes()?;
        let signature = key.sign(&pre_authentication(PAYLOAD_TYPE, &payload)).to_vec();
        let statement = Digest::of(&payload);
        Ok(Self { approval, statement, key_id: key_id(key.public()), payload, signature })
    }

    /// Its bytes: one line.
    ///
    /// # Errors
    /// Never for what can be read back.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NotAnEnvelope> {
        let written = Written {
            payload: Base64::encode_string(&self.payload),
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: [WrittenSignature {
                keyid: self.key_id.clone(),
                sig: Base64::encode_string(&self.signature),
            }],
        };
        let mut bytes = serde_json::to_vec(&written)
            .map_err(|error| NotAnEnvelope::Malformed(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads an envelope; nothing is said of its signature.
    ///
    /// # Errors
    /// If the bytes are not exactly what `to_bytes` writes for some approval.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAnEnvelope> {
        if bytes.len() > SIZE_MAX {
            return Err(NotAnEnvelope::TooLarge);
        }
        let written: Written = serde_json::from_slice(bytes)
            .map_err(|error| NotAnEnvelope::Malformed(error.to_string()))?;
        if written.payload_type != PAYLOAD_TYPE {
            return Err(NotAnEnvelope::OtherPayload(written.payload_type));
        }
        let [WrittenSignature { keyid, sig }] = written.signatures;
        let payload = decoded(&written.payload)?;
        let envelope = Self {
            approval: Approval::parse(&payload)?,
            statement: Digest::of(&payload),
            key_id: keyid,
            payload,
            signature: decoded(&sig)?,
        };
        if envelope.to_bytes()? == bytes { Ok(envelope) } else { Err(NotAnEnvelope::OtherBytes) }
    }

    /// Whether a key signed it.
    #[must_use]
    pub fn is_signed_by(&self, key: &Vkey) -> bool {
        let signed = pre_authentication(PAYLOAD_TYPE, &self.payload);
        self.key_id == key_id(key)
            && Signature::from_slice(&self.signature)
                .is_ok_and(|signature| key.key().verify_strict(&signed, &signature).is_ok())
    }
}

/// How envelopes name a key: `name+id`, the beginning of its line in `approvers.yaml`.
#[must_use]
pub fn key_id(key: &Vkey) -> String {
    format!("{}+{}", key.name(), key.shown_id())
}

/// The bytes that DSSE signs.
#[must_use]
pub fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

fn decoded(text: &str) -> Result<Vec<u8>, NotAnEnvelope> {
    Base64::decode_vec(text).map_err(|error| NotAnEnvelope::Malformed(format!("base64: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification() {
        let signed = pre_authentication("http://example.com/HelloWorld", b"hello world");
        assert_eq!(signed, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }
}
