//! Reads the approvals beside policies, and judges them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::approvers::{APPROVERS_NAME, Approvers};
use super::quorum::{Standing, standing};
use super::record::record;
use super::signed::Signed;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::Status;
use crate::loader::{ApprovalText, Loaded, Policy, ReadFile};
use crate::review::published::{CannotLocate, Located, is_absent, locate};
use crate::source::{FileId, SourceFile, Sources, Span};

/// The folder beside the versions of a policy in which approvals lie.
pub const FOLDER: &str = "approvals";

/// Lists the files of a folder.
pub type ListFolder<'f> = &'f mut dyn FnMut(&Path) -> io::Result<Vec<PathBuf>>;

/// How versions stand, by the files of their policies.
pub type Standings = BTreeMap<PathBuf, Standing>;

/// The file above a policy that says who may approve it.
///
/// # Errors
/// If one cannot be read, or there are two.
pub fn approvers_above(
    base: &Path,
    policy: &Path,
    read: ReadFile<'_>,
) -> Result<Option<Located>, CannotLocate> {
    locate(APPROVERS_NAME, base, policy, read)
}

/// Judges the approvals of policies that were loaded. What is found is added to what was found, and who
/// approved a policy is added to it. Where approval is required, a version that is not approved as it stands is
/// an error; drafts are not looked at. `base` is the folder from which relative paths start.
pub fn check(
    loaded: &mut Loaded,
    is_required: bool,
    base: &Path,
    read: ReadFile<'_>,
    list: ListFolder<'_>,
) -> Standings {
    let sink = loaded.take_findings();
    let sources = std::mem::take(&mut loaded.sources);
    let mut checking = Checking { sink, sources, base, read, list, files: BTreeMap::new() };
    let mut folders: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
    for (place, policy) in loaded.policies.iter().enumerate() {
        let folder = policy.path.parent().unwrap_or(Path::new("")).join(FOLDER);
        folders.entry(folder).or_default().push(place);
    }
    let mut standings = Standings::new();
    for (folder, places) in folders {
        let mut policies = loaded.policies.iter_mut().enumerate();
        let of_it = policies.by_ref().filter(|(place, _)| places.contains(place));
        let mut of_it: Vec<&mut Policy> = of_it.map(|(_, policy)| policy).collect();
        let Some(first) = of_it.first().map(|policy| policy.path.clone()) else { continue };
        let Some(of_folder) = checking.folder(&folder, &first) else { continue };
        for policy in &mut of_it {
            let standing = checking.policy(policy, &of_folder, is_required);
            standings.insert(policy.path.clone(), standing);
        }
    }
    loaded.sources = checking.sources;
    loaded.put_findings(checking.sink);
    standings
}

/// What to do about a version that is not approved.
#[must_use]
pub fn how_to_approve(policy: &Path) -> String {
    format!(
        "let it be approved: `duecare approve {} --as \"NAME, ROLE\" --key FILE`",
        policy.display()
    )
}

struct Checking<'c> {
    sink: Sink,
    sources: Sources,
    base: &'c Path,
    read: ReadFile<'c>,
    list: ListFolder<'c>,
    /// The texts of approvals, to point at.
    files: BTreeMap<PathBuf, FileId>,
}

/// What lies beside the versions of a policy, and who may approve them.
struct OfFolder {
    /// Where that is said, and what.
    approvers: Option<(ApprovalText, Approvers)>,
    approvals: Vec<Signed>,
}

impl Checking<'_> {
    /// What lies in a folder of approvals; nothing if it cannot be told who may approve.
    fn folder(&mut self, folder: &Path, policy: &Path) -> Option<OfFolder> {
        let mut files = match (self.list)(folder) {
            Ok(files) => files,
            Err(error) if is_absent(&error) => Vec::new(),
            Err(error) => {
                let id = self.add(folder, "");
                let message = format!("`{}` cannot be read: {error}", folder.display());
                self.sink.push(Diagnostic::new(Code::ApprovalUnusable, start_of(id), message));
                return None;
            }
        };
        files.sort();
        let approvers = self.approvers(policy).ok()?;
        let Some((_, known)) = &approvers else {
            if let Some(first) = files.first() {
                let id = self.add(first, "");
                let message = format!(
                    "there are approvals in `{}`, and no `{APPROVERS_NAME}` in a folder above says who may approve",
                    folder.display()
                );
                self.sink.push(Diagnostic::new(Code::ApproversUnusable, start_of(id), message));
                return None;
            }
            return Some(OfFolder { approvers: None, approvals: Vec::new() });
        };
        let approvals = files.iter().filter_map(|path| self.approval(path, known)).collect();
        Some(OfFolder { approvers, approvals })
    }

    /// Who may approve. It was said what is wrong where that cannot be told.
    fn approvers(&mut self, policy: &Path) -> Result<Option<(ApprovalText, Approvers)>, ()> {
        let located = match approvers_above(self.base, policy, self.read) {
            Ok(None) => return Ok(None),
            Ok(Some(located)) => located,
            Err(problem) => {
                let id = self.add(problem.path(), "");
                let message = format!("it cannot be told who may approve: {problem}");
                self.sink.push(Diagnostic::new(Code::ApproversUnusable, start_of(id), message));
                return Err(());
            }
        };
        let text = String::from_utf8_lossy(&located.bytes).into_owned();
        match Approvers::parse(&located.bytes) {
            Ok(approvers) => Ok(Some((ApprovalText { path: located.shown, text }, approvers))),
            Err(problem) => {
                let id = self.add(&located.shown, &text);
                let message = format!("`{}` cannot be used: {problem}", located.shown.display());
                self.sink.push(
                    Diagnostic::new(Code::ApproversUnusable, start_of(id), message)
                        .hint("docs/publishing.md says how it is written"),
                );
                Err(())
            }
        }
    }

    fn approval(&mut self, path: &Path, approvers: &Approvers) -> Option<Signed> {
        let bytes = match (self.read)(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let id = self.add(path, "");
                let message = format!("the approval `{}` cannot be read: {error}", path.display());
                self.sink.push(Diagnostic::new(Code::ApprovalUnusable, start_of(id), message));
                return None;
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        let id = self.add(path, &text);
        match Signed::read(path, &text, approvers) {
            Ok(signed) => Some(signed),
            Err(problem) => {
                let message =
                    format!("the approval `{}` cannot be used: {problem}", path.display());
                self.sink.push(
                    Diagnostic::new(Code::ApprovalUnusable, start_of(id), message)
                        .hint(problem.hint()),
                );
                None
            }
        }
    }

    fn policy(&mut self, policy: &mut Policy, of_folder: &OfFolder, is_required: bool) -> Standing {
        let identity = &policy.checked.identity;
        let Some((said_in, approvers)) = &of_folder.approvers else {
            let standing = Standing::without_approvers();
            self.require(policy, &standing, is_required);
            record(policy, &standing, None);
            return standing;
        };
        let standing = standing(policy, &self.sources, approvers, &of_folder.approvals);
        for (path, by, refusal) in &standing.refused {
            let Some(id) = self.files.get(path) else { continue };
            let message = format!(
                "the approval of `{}` {} by {by} does not count: {refusal}",
                identity.name, identity.version
            );
            self.sink.push(
                Diagnostic::new(Code::ApprovalIdle, start_of(*id), message)
                    .hint("delete it, or let the version be approved again"),
            );
        }
        self.require(policy, &standing, is_required);
        record(policy, &standing, Some(said_in));
        standing
    }

    fn require(&mut self, policy: &Policy, standing: &Standing, is_required: bool) {
        let identity = &policy.checked.identity;
        if !is_required || standing.is_approved() || identity.status == Status::Draft {
            return;
        }
        let message = format!(
            "`{}` {} is not approved as it stands: {}",
            identity.name,
            identity.version,
            standing.reasons().join("; ")
        );
        self.sink.push(
            Diagnostic::new(Code::NotApproved, identity.span, message)
                .hint(how_to_approve(&policy.path)),
        );
    }

    fn add(&mut self, path: &Path, text: &str) -> FileId {
        let id = self.sources.add(SourceFile::new(path.to_path_buf(), text));
        self.files.insert(path.to_path_buf(), id);
        id
    }
}

fn start_of(file: FileId) -> Span {
    Span { file, start: 0, end: 0 }
}
