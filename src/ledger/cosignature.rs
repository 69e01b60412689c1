//! Cosignatures: that a witness saw a log grow and never change, at a time; as C2SP tlog-cosignature has it.

use ed25519_dalek::Signature;

use super::key::PrivateKey;
use super::note::{Note, NoteSignature, Vkey};

/// Cosigns a checkpoint's text at a time, in seconds since 1970 UTC.
#[must_use]
pub fn cosign(witness: &PrivateKey, text: &str, at: u64) -> NoteSignature {
    let mut signature = at.to_be_bytes().to_vec();
    signature.extend(witness.sign(message(text, at).as_bytes()));
    NoteSignature {
        name: witness.public().name().to_owned(),
        key_id: witness.public().id(),
        signature,
    }
}

/// The time at which a witness cosigned a checkpoint, the latest if it did more than once; nothing if it
/// did not, or if any line that names it does not verify.
#[must_use]
pub fn cosigned_at(note: &Note, witness: &Vkey) -> Option<u64> {
    let named: Vec<&NoteSignature> =
        note.signatures.iter().filter(|signature| witness.is_named_by(signature)).collect();
    let times = named.into_iter().map(|signature| time_of(signature, witness, &note.text));
    times.collect::<Option<Vec<u64>>>()?.into_iter().max()
}

fn time_of(signature: &NoteSignature, witness: &Vkey, text: &str) -> Option<u64> {
    let (at, signature) = signature.signature.split_first_chunk::<8>()?;
    let at = u64::from_be_bytes(*at);
    let signature = Signature::from_slice(signature).ok()?;
    let is_valid = witness.key().verify_strict(message(text, at).as_bytes(), &signature).is_ok();
    (is_valid && i64::try_from(at).is_ok()).then_some(at)
}

fn message(text: &str, at: u64) -> String {
    format!("cosignature/v1\ntime {at}\n{text}")
}
