use base64ct::{Base64, Encoding as _};
use ed25519_dalek::Signature;

use super::{Findings, KeyFound, KeyTrust, Trust};
use crate::ledger::canonical::Canonical;
use crate::ledger::event::rotation_statement;
use crate::ledger::log::{ORIGIN, key_path};
use crate::ledger::note::{KeyUse, Vkey};
use crate::ledger::storage::Storage;

/// The keys that signed a log, one after the other.
#[derive(Default)]
pub(super) struct Succession {
    /// Each with the size of the log from which on it signs.
    keys: Vec<(u64, Vkey)>,
}

impl Succession {
    pub(super) fn leaf(
        &mut self,
        index: u64,
        leaf: &Canonical,
        origin: &str,
        findings: &mut Findings,
    ) {
        let kind = leaf.text_at("kind");
        if index == 0 {
            let key = vkey_at(leaf, "key").filter(|key| key.name() == origin);
            if let Some(key) = key.filter(|_| kind == Some("log_opened")) {
                self.keys.push((1, key));
            } else {
                findings.leaf("wal", 0, "the first leaf does not name this log and its key");
                findings.fault(ORIGIN, "it is not the name that the first leaf has");
            }
        } else if kind == Some("log_opened") {
            findings.leaf("wal", index, "a log is opened once");
        } else if kind == Some("key_rotated") {
            match self.rotated(leaf, origin) {
                Some(key) => self.keys.push((index + 1, key)),
                None => {
                    findings.leaf("wal", index, "the change of keys is not signed by both keys");
                }
            }
        }
    }

    fn rotated(&self, leaf: &Canonical, origin: &str) -> Option<Vkey> {
        let (old, new) = (vkey_at(leaf, "old_key")?, vkey_at(leaf, "new_key")?);
        let statement = rotation_statement(&old, &new);
        let is_signed = |key: &Vkey, at: &str| {
            leaf.text_at(at)
                .and_then(|signature| Base64::decode_vec(signature).ok())
                .and_then(|bytes| Signature::from_slice(&bytes).ok())
                .is_some_and(|signature| {
                    key.key().verify_strict(statement.as_bytes(), &signature).is_ok()
                })
        };
        let fits = self.current() == Some(&old)
            && new.name() == origin
            && is_signed(&old, "old_signature")
            && is_signed(&new, "new_signature");
        fits.then_some(new)
    }

    /// The key that signs the newest head.
    pub(super) fn current(&self) -> Option<&Vkey> {
        self.keys.last().map(|(_, key)| key)
    }

    /// The key that signed the head of a size.
    pub(super) fn at(&self, size: u64) -> Option<&Vkey> {
        self.keys.iter().rev().find(|(from, _)| *from <= size).map(|(_, key)| key)
    }

    /// Compares with the files of keys, and with the key that whoever verifies knows.
    pub(super) fn finish(
        &self,
        storage: &dyn Storage,
        trust: &Trust,
        findings: &mut Findings,
    ) -> KeyTrust {
        for (number, (_, key)) in (1..).zip(&self.keys) {
            let path = key_path(number);
            match storage.read(&path) {
                Ok(bytes) if bytes == format!("{key}\n").into_bytes() => {}
                Ok(_) => findings.fault(&path, "it is not the key that the log names"),
                Err(error) => findings.unreadable(&path, &error),
            }
        }
        let Some(trusted) = &trust.key else { return KeyTrust::NotGiven };
        if self.keys.iter().any(|(_, key)| key == trusted) {
            return KeyTrust::Given;
        }
        findings.fault(
            "keys",
            format!("the key that you trust, {}, never signed this log", trusted.shown_id()),
        );
        KeyTrust::Other
    }

    /// What is told of them.
    pub(super) fn found(&self) -> Vec<KeyFound> {
        let keys = self.keys.iter();
        keys.map(|(from, key)| KeyFound { id: key.shown_id(), from: *from }).collect()
    }
}

fn vkey_at(leaf: &Canonical, entry: &str) -> Option<Vkey> {
    let key = Vkey::parse(leaf.text_at(entry)?).ok()?;
    (key.usage() == KeyUse::Log).then_some(key)
}
