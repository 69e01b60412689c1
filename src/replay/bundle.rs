use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::ledger::canonical::Canonical;
use crate::ledger::{Log, Problem, View};
use crate::loader::{ApprovalText, Policy, load};
use crate::review::approval::{CannotJudge, judge_again};

const FORMAT: &str = "duecare.bundle/1";

/// A policy's texts: its own first, then all that it uses, and those that show who approved it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    files: Vec<(PathBuf, Vec<u8>)>,
    approvals: Vec<ApprovalText>,
}

/// What the list of texts calls those that show who approved the policy, the first of which says who may.
const APPROVAL: &str = "approval";

/// Why a policy cannot be had from its texts.
#[derive(Debug)]
pub enum BundleProblem {
    /// The ledger does not have them.
    Ledger(Problem),
    /// They do not make a policy.
    NoPolicy(String),
    /// The approvals among them do not hold.
    Approvals(String, CannotJudge),
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
            Self::Approvals(name, problem) => write!(
                f,
                "the approvals that the ledger has of `{name}` do not hold for its texts: {problem}"
            ),
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
            Some(again) if again.digest == policy.digest => {
                Ok(Self { files, approvals: policy.approvals.texts.clone() })
            }
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
            files.push(Canonical::object(entry(path, &log.keep_blob(bytes)?)));
        }
        for ApprovalText { path, text } in &self.approvals {
            let [path, digest] = entry(path, &log.keep_blob(text.as_bytes())?);
            let part = ("part", Canonical::text(APPROVAL));
            files.push(Canonical::object([path, digest, part]));
        }
        let list = Canonical::object([
            ("format", Canonical::text(FORMAT)),
            ("files", Canonical::Array(files)),
        ]);
        log.keep_blob(&list.to_bytes())
    }

    /// The texts with their paths, the policy's own first.
    pub fn files(&self) -> impl Iterator<Item = (&Path, &[u8])> {
        let approvals = self.approvals.iter();
        let files = self.files.iter().map(|(path, bytes)| (path.as_path(), bytes.as_slice()));
        files.chain(approvals.map(|approval| (approval.path.as_path(), approval.text.as_bytes())))
    }

    /// The texts that a ledger keeps under the digest of their list.
    ///
    /// # Errors
    /// If any is missing or was changed.
    pub fn read(view: &View, digest: &Digest) -> Result<Self, Problem> {
        let malformed =
            || Problem::Missing(format!("the blob {digest} is no list of a policy's texts"));
        let list = Canonical::parse(&view.blob(digest)?).map_err(|_| malformed())?;
        let (mut files, mut approvals) = (Vec::new(), Vec::new());
        for file in list.get("files").and_then(Canonical::as_array).ok_or_else(malformed)? {
            let path = PathBuf::from(file.text_at("path").ok_or_else(malformed)?);
            let digest = file.digest_at("digest");
            let bytes = view.blob(&digest.ok_or_else(malformed)?)?;
            match file.text_at("part") {
                None if file.get("part").is_none() => files.push((path, bytes)),
                Some(APPROVAL) => {
                    let text = String::from_utf8(bytes).map_err(|_| malformed())?;
                    approvals.push(ApprovalText { path, text });
                }
                Some(_) | None => return Err(malformed()),
            }
        }
        Ok(Self { files, approvals })
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
        let mut policy = loaded.policies.into_iter().next().ok_or_else(none)?;
        judge_again(&mut policy, &loaded.sources, &self.approvals)
            .map_err(|problem| BundleProblem::Approvals(name.to_owned(), problem))?;
        Ok(policy)
    }
}

fn entry(path: &Path, digest: &Digest) -> [(&'static str, Canonical); 2] {
    [("path", Canonical::text(path.display())), ("digest", Canonical::text(digest))]
}
