//! Commitments: a leaf shows that a value was there without showing it, and one can be shown alone.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::frame::Bytes;
use super::tree::{Frontier, inclusion_proof, leaf_hash, verify_inclusion};
use crate::digest::Digest;

const DOMAIN: &[u8] = b"duecare.field/1";

/// What is about one subject, by name: the fields of a record, or of what a person recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    fields: BTreeMap<String, Vec<u8>>,
}

/// The secret from which the salts of one document are made.
#[derive(Clone)]
pub struct DocumentSecret(Hmac<Sha256>);

/// One field of a document with what shows that the document's root commits to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// The field.
    pub field: String,
    /// Its value.
    pub value: Vec<u8>,
    /// Its salt.
    pub salt: Digest,
    /// Its place among the fields.
    pub index: u64,
    /// Fields of the document.
    pub size: u64,
    /// The hashes beside it.
    pub path: Vec<Digest>,
}

impl Document {
    /// Adds a field.
    pub fn set(&mut self, field: impl Into<String>, value: impl Into<Vec<u8>>) {
        self.fields.insert(field.into(), value.into());
    }

    /// A field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&[u8]> {
        self.fields.get(field).map(Vec::as_slice)
    }

    /// A field that is text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        std::str::from_utf8(self.get(field)?).ok()
    }

    /// Its fields, in the order of their names.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields.iter().map(|(field, value)| (field.as_str(), value.as_slice()))
    }

    /// The root over the commitments to its fields, in the order of their names.
    #[must_use]
    pub fn root(&self, secret: &DocumentSecret) -> Digest {
        let mut tree = Frontier::default();
        for (field, value) in &self.fields {
            tree.append(commitment(&secret.salt(field), field, value), |_, _| {});
        }
        tree.root()
    }

    /// Shows one field.
    #[must_use]
    pub fn disclose(&self, secret: &DocumentSecret, field: &str) -> Option<Disclosure> {
        let hashes: Vec<Digest> = self
            .fields
            .iter()
            .map(|(field, value)| commitment(&secret.salt(field), field, value))
            .collect();
        let index = self.fields.keys().position(|name| name == field)? as u64;
        let size = hashes.len() as u64;
        let mut subtree = |level: u32, index: u64| {
            let start = usize::try_from(index << level).map_err(|_| ())?;
            let leaves = hashes.get(start..start + (1 << level)).ok_or(())?;
            let mut tree = Frontier::default();
            for leaf in leaves {
                tree.append(*leaf, |_, _| {});
            }
            Ok::<_, ()>(tree.root())
        };
        let path = inclusion_proof(index, size, &mut subtree).ok()?;
        Some(Disclosure {
            field: field.to_owned(),
            value: self.get(field)?.to_vec(),
            salt: secret.salt(field),
            index,
            size,
            path,
        })
    }

    /// Its bytes, as the vault keeps them.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (field, value) in &self.fields {
            let (name, length) = (u16::try_from(field.len()), u32::try_from(value.len()));
            bytes.extend_from_slice(&name.unwrap_or(u16::MAX).to_be_bytes());
            bytes.extend_from_slice(&length.unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend_from_slice(field.as_bytes());
            bytes.extend_from_slice(value);
        }
        bytes
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = Bytes(bytes);
        let mut made = Self::default();
        while !rest.0.is_empty() {
            let name = usize::from(u16::from_be_bytes(*rest.array()?));
            let length = usize::try_from(u32::from_be_bytes(*rest.array()?)).ok()?;
            let field = std::str::from_utf8(rest.slice(name)?).ok()?;
            made.set(field, rest.slice(length)?);
        }
        Some(made)
    }
}

impl DocumentSecret {
    /// The secret that a key and a context make.
    pub(super) fn new(secret: &[u8; 32]) -> Self {
        Self(keyed(secret))
    }

    /// The salt of a field.
    #[must_use]
    pub fn salt(&self, field: &str) -> Digest {
        let mut mac = self.0.clone();
        mac.update(field.as_bytes());
        Digest::from_bytes(mac.finalize().into_bytes().into())
    }
}

impl Disclosure {
    /// Whether a root commits to it.
    #[must_use]
    pub fn is_under(&self, root: &Digest) -> bool {
        let leaf = commitment(&self.salt, &self.field, &self.value);
        verify_inclusion(&leaf, self.index, self.size, &self.path, root)
    }
}

/// The commitment to one field.
#[must_use]
pub fn commitment(salt: &Digest, field: &str, value: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(DOMAIN);
    hasher.update(salt.bytes());
    hasher.update(u16::try_from(field.len()).unwrap_or(u16::MAX).to_be_bytes());
    hasher.update(field.as_bytes());
    hasher.update(value);
    Digest::from_bytes(hasher.finalize().into())
}

/// HMAC-SHA-256 under a key.
pub(super) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    Hmac::new_from_slice(key).expect("any length")
}

/// The root over digests, as the leaves of a tree.
#[must_use]
pub fn root_over(digests: &[Digest]) -> Digest {
    let mut tree = Frontier::default();
    for digest in digests {
        tree.append(leaf_hash(digest.bytes()), |_, _| {});
    }
    tree.root()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_field_is_shown_and_no_other_value_fits() {
        let secret = DocumentSecret::new(&[7; 32]);
        let mut document = Document::default();
        for field in ["field/a", "field/b", "field/c", "field/d", "field/e"] {
            document.set(field, format!("value of {field}"));
        }
        let root = document.root(&secret);
        for field in ["field/a", "field/c", "field/e"] {
            let shown = document.disclose(&secret, field).expect("a field");
            assert!(shown.is_under(&root));
            assert!(!Disclosure { value: b"other".to_vec(), ..shown.clone() }.is_under(&root));
            assert!(!Disclosure { field: "field/b".to_owned(), ..shown.clone() }.is_under(&root));
            assert!(!Disclosure { index: 3, ..shown }.is_under(&root));
        }
        assert_eq!(Document::parse(&document.to_bytes()), Some(document));
    }
}
