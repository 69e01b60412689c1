use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::ledger::canonical::Canonical;
use crate::ledger::{Log, Problem, View};
use crate::loader::{Policy, load};

const FORMAT: &str = "duecare.bundle/1";

/// A policy's texts: its own first, then all that it uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    files: Vec<(PathBuf, Vec<u8>)>,
}

/// Why a policy cannot be had from its texts.
#[derive(Debug)]
pub enum BundleProblem {
    /// The ledger does not have them.
    Ledger(Problem),
    /// They do not make a policy.
    NoPolicy(String),
}

impl fmt::Display for BundleProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger(problem) => write!(f, "{problem}"),
            Self::NoPolicy(name) => {
                write!(
                    f,
                    "the texts that the ledger has of `{name}` do not make a policy that this program can use"
                )
            }
        }
    }
}

impl std::error::Error for BundleProblem {}

impl Bundle {
    /// The texts of a policy, read again.
    ///
    /// # Errors
    /// If a text cannot be read, or is another one by now.
    pub fn of(
        policy: &Policy,
        read: &mut dyn FnMut(&Path) -> io::Result<Vec<u8>>,
    ) -> io::Result<Self> {
        let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
        let again = load(std::slice::from_ref(&policy.path), &mut |path| {
            let bytes = read(path)?;
            files.push((path.to_path_buf(), bytes.clone()));
            Ok(bytes)
        });
        match again.policies.first() {
            Some(again) if again.digest == policy.digest => Ok(Self { files }),
            Some(_) | None => Err(io::Error::other(format!(
                "`{}` was changed while it was read",
                policy.path.display()
            ))),
        }
    }

    /// Keeps the texts in a ledger, and a list of them, whose digest is handed out.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn keep(&self, log: &mut Log) -> Result<Digest, Problem> {
        let mut files = Vec::new();
        for (path, bytes) in &self.files {
            let digest = log.keep_blob(bytes)?;
            files.push(Canonical::object([
                ("path", Canonical::text(path.display())),
                ("digest", Canonical::text(digest)),
            ]));
        }
        let list = Canonical::object([
            ("format", Canonical::text(FORMAT)),
            ("files", Canonical::Array(files)),
        ]);
        log.keep_blob(&list.to_bytes())
    }

    /// The texts with their paths, the policy's own first.
    pub fn files(&self) -> impl Iterator<Item = (&Path, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_path(), bytes.as_slice()))
    }

    /// The texts that a ledger keeps under the digest of their list.
    ///
    /// # Errors
    /// If any is missing or was changed.
    pub fn read(view: &View, digest: &Digest) -> Result<Self, Problem> {
        let malformed =
            || Problem::Missing(format!("the blob {digest} is no list of a policy's texts"));
        let list = Canonical::parse(&view.blob(digest)?).map_err(|_| malformed())?;
        let mut files = Vec::new();
        for file in list.get("files").and_then(Canonical::as_array).ok_or_else(malformed)? {
            let path = file.text_at("path").ok_or_else(malformed)?;
            let digest = file.digest_at("digest");
            files.push((PathBuf::from(path), view.blob(&digest.ok_or_else(malformed)?)?));
        }
        Ok(Self { files })
    }

    /// The policy that the texts make.
    ///
    /// # Errors
    /// If they make none.
    pub fn policy(&self, name: &str) -> Result<Policy, BundleProblem> {
        let none = || BundleProblem::NoPolicy(name.to_owned());
        let (main, _) = self.files.first().ok_or_else(none)?;
        let texts: BTreeMap<&Path, &Vec<u8>> =
            self.files.iter().map(|(path, bytes)| (path.as_path(), bytes)).collect();
        let loaded = load(std::slice::from_ref(main), &mut |path| {
            let text = texts.get(path).map(|bytes| (*bytes).clone());
            text.ok_or_else(|| io::ErrorKind::NotFound.into())
        });
        loaded.policies.into_iter().next().ok_or_else(none)
    }
}
