//! Loads policies with everything they use, and checks them together.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::check::{self, Checked};
use crate::decision::ApprovalEntry;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::digest::Digest;
use crate::hir::{PolicySet, Source, Status};
use crate::resolve::{self, ListFile, PolicyFiles};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax;
use crate::syntax::ast::{Declaration, ListFrom, PolicyFile, Text};
use crate::value::Date;

/// Largest file of a policy, in bytes. Handwritten policies have a hundredth of it.
const FILE_SIZE_MAX: usize = 4 * 1024 * 1024;

/// Largest file of a list, in bytes.
const LIST_SIZE_MAX: usize = 64 * 1024 * 1024;

/// Most files that one policy may use.
const FILES_MAX: usize = 100;

/// Reads a file of a policy.
pub type ReadFile<'f> = &'f mut dyn FnMut(&Path) -> io::Result<Vec<u8>>;

/// Policies as loaded: what was found wrong, and, if that allows, the policies.
#[derive(Debug)]
pub struct Loaded {
    /// Every text that was read.
    pub sources: Sources,
    /// What was found, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The policies, in the order of their files; none if any has an error.
    pub policies: Vec<Policy>,
}

impl Loaded {
    /// Whether something keeps the policies from being used.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|found| found.level() == crate::diagnostic::Level::Error)
    }

    /// Adds what was found otherwise.
    pub fn add_findings(&mut self, found: Vec<Diagnostic>) {
        let mut sink = self.take_findings();
        for found in found {
            sink.push(found);
        }
        self.put_findings(sink);
    }

    /// What was found so far, for who finds more.
    pub(crate) fn take_findings(&mut self) -> Sink {
        let mut sink = Sink::default();
        for found in self.diagnostics.drain(..) {
            sink.push(found);
        }
        sink
    }

    /// Puts back what was found. An error keeps the policies from being used.
    pub(crate) fn put_findings(&mut self, sink: Sink) {
        if sink.has_errors() {
            self.policies.clear();
        }
        self.diagnostics = sink.into_sorted();
    }

    /// The one stable version in force on a day.
    ///
    /// # Errors
    /// If none is, or if they are versions of more than one policy.
    pub fn in_force(&self, day: Date) -> Result<&Policy, NoneInForce> {
        let is_in_force = |policy: &&Policy| {
            policy.checked.identity.status == Status::Stable
                && policy.checked.identity.effective.contains(day)
        };
        self.policies.iter().find(is_in_force).ok_or_else(|| NoneInForce {
            day,
            versions: self.policies.iter().map(Policy::when_in_force).collect(),
        })
    }
}

/// One checked version of a policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its file.
    pub path: PathBuf,
    /// What it means.
    pub checked: Checked<PolicySet>,
    /// SHA-256 over the digests of its own text and of every text it uses, in the order of first use.
    pub digest: Digest,
    /// Its own text and every text it uses, in the order of first use.
    pub files: Vec<FileId>,
    /// Its lists that lie in files.
    pub lists: Vec<ListText>,
    /// Who approved it; nobody until `review::approval` looked.
    pub approvals: Approvals,
}

/// Who approved a policy as it stands, and the texts that show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approvals {
    /// The approvals that count, in the order in which they were given.
    pub entries: Vec<ApprovalEntry>,
    /// The text that says who may approve, then those of the approvals; none where there are none.
    pub texts: Vec<ApprovalText>,
    /// What it lacks to be approved, in words; absent where nobody looked.
    pub lacks: Option<Vec<String>>,
}

impl Approvals {
    /// Whether the policy is approved as it stands, by all who have to.
    #[must_use]
    pub fn are_complete(&self) -> bool {
        self.lacks.as_ref().is_some_and(Vec::is_empty)
    }
}

/// A text that shows who approved a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalText {
    /// Its file.
    pub path: PathBuf,
    /// What is there.
    pub text: String,
}

/// A list of a policy whose values lie in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListText {
    /// The name of the list.
    pub name: String,
    /// Its file.
    pub file: FileId,
}

impl Policy {
    fn when_in_force(&self) -> String {
        let identity = &self.checked.identity;
        let until = identity
            .effective
            .until
            .map_or_else(|| "with no end".to_owned(), |until| format!("until {until}"));
        format!(
            "{} ({}, from {} {until})",
            identity.version,
            identity.status.word(),
            identity.effective.from
        )
    }
}

/// That no version of a policy is in force on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoneInForce {
    /// The day.
    pub day: Date,
    /// The versions there are, with their days.
    pub versions: Vec<String>,
}

impl fmt::Display for NoneInForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no version is in force on {}; there is {}", self.day, self.versions.join(", "))
    }
}

impl std::error::Error for NoneInForce {}

/// Loads the policies in these files, each with what it uses. Files without a `policy` are checked on
/// their own.
pub fn load(paths: &[PathBuf], read: ReadFile<'_>) -> Loaded {
    let mut loader = Loader {
        sink: Sink::default(),
        sources: Sources::default(),
        parsed: BTreeMap::new(),
        read,
    };
    let mut policies = Vec::new();
    for path in paths {
        policies.extend(loader.policy(&normal(path)));
    }
    check_folders(&mut loader.sink, &policies);
    if loader.sink.has_errors() {
        policies.clear();
    }
    Loaded { sources: loader.sources, diagnostics: loader.sink.into_sorted(), policies }
}

/// The documents that files without a `policy` declare.
#[derive(Debug)]
pub struct Documents {
    /// Every text that was read.
    pub sources: Sources,
    /// What was found, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The documents, in the order of the files.
    pub documents: Vec<Source>,
}

/// Loads the documents that these files declare.
pub fn load_documents(paths: &[PathBuf], read: ReadFile<'_>) -> Documents {
    let mut loader = Loader {
        sink: Sink::default(),
        sources: Sources::default(),
        parsed: BTreeMap::new(),
        read,
    };
    let mut documents = Vec::new();
    for path in paths {
        let path = normal(path);
        if loader.file(&path, None).is_none() {
            continue;
        }
        let Some((_, file)) = loader.parsed.get(&path) else { continue };
        for declaration in &file.declarations {
            if let Declaration::Source(source) = declaration {
                documents.push(resolve::document(&mut loader.sink, source));
            }
        }
    }
    Documents { sources: loader.sources, diagnostics: loader.sink.into_sorted(), documents }
}

/// Versions that lie in one folder belong to one policy.
fn check_folders(sink: &mut Sink, policies: &[Policy]) {
    let mut folders: BTreeMap<&Path, Vec<Checked<PolicySet>>> = BTreeMap::new();
    for policy in policies {
        let folder = policy.path.parent().unwrap_or(Path::new(""));
        folders.entry(folder).or_default().push(policy.checked.clone());
    }
    for versions in folders.values() {
        check::check_versions(sink, versions);
    }
}

struct Loader<'f> {
    sink: Sink,
    sources: Sources,
    parsed: BTreeMap<PathBuf, (FileId, PolicyFile)>,
    read: ReadFile<'f>,
}

impl Loader<'_> {
    fn policy(&mut self, path: &Path) -> Option<Policy> {
        let found_before = self.sink.error_count();
        let id = self.file(path, None)?;
        let mut order = vec![path.to_path_buf()];
        self.used(path, &mut vec![path.to_path_buf()], &mut order);
        let mut files =
            order.iter().filter_map(|path| self.parsed.get(path)).map(|(_, file)| file.clone());
        let main = files.next()?;
        let is_policy = main
            .declarations
            .iter()
            .any(|declaration| matches!(declaration, Declaration::Policy(_)));
        if !is_policy {
            self.check_lone(&main);
            return None;
        }
        let used: Vec<PolicyFile> = files.collect();
        let (lists, list_texts) = self.list_files(&order);
        let files = PolicyFiles { policy: main, used, lists };
        let resolved = resolve::resolve(&mut self.sink, &files)?;
        if self.sink.error_count() > found_before {
            // The passes behind look for what a policy that reads well has wrong.
            let _ = check::check(&mut self.sink, &self.sources, resolved);
            return None;
        }
        let checked = check::check(&mut self.sink, &self.sources, resolved)?;
        let texts = self.texts(id, &order);
        Some(Policy {
            path: path.to_path_buf(),
            checked,
            digest: self.digest(&texts),
            files: texts,
            lists: list_texts,
            approvals: Approvals::default(),
        })
    }

    /// A file that no policy holds together: its records must still make sense.
    fn check_lone(&mut self, file: &PolicyFile) {
        for declaration in &file.declarations {
            if !resolve::is_shareable(declaration) {
                self.sink.push(
                    Diagnostic::new(
                        Code::Misplaced,
                        declaration.place(),
                        "this file has no `policy` declaration",
                    )
                    .hint("a file with rules begins with `policy NAME VERSION { ... }`"),
                );
            }
        }
    }

    /// Reads and parses a file once.
    fn file(&mut self, path: &Path, used_at: Option<Span>) -> Option<FileId> {
        if let Some((id, _)) = self.parsed.get(path) {
            return Some(*id);
        }
        let (text, problem) = match self.read_text(path, FILE_SIZE_MAX) {
            Ok(text) => (text, None),
            Err(problem) => (String::new(), Some(problem)),
        };
        let file = SourceFile::new(path.to_path_buf(), &text);
        let id = self.sources.add(file.clone());
        if let Some(problem) = problem {
            let own = Span { file: id, start: 0, end: 0 };
            let message = format!("`{}` cannot be read: {problem}", path.display());
            self.sink.push(Diagnostic::new(Code::FileUnreadable, used_at.unwrap_or(own), message));
            return None;
        }
        check::check_text(&mut self.sink, id, &file);
        let found_before = self.sink.error_count();
        let parsed = syntax::parse(&mut self.sink, id, &file);
        if parsed.declarations.is_empty() && self.sink.error_count() == found_before {
            let own = Span { file: id, start: 0, end: 0 };
            let message = format!("`{}` declares nothing", path.display());
            self.sink.push(
                Diagnostic::new(Code::FileEmpty, used_at.unwrap_or(own), message)
                    .hint("a policy begins with `policy NAME VERSION { ... }`"),
            );
        }
        self.parsed.insert(path.to_path_buf(), (id, parsed));
        Some(id)
    }

    /// Loads what a file uses, and what that uses, into the order of first use.
    fn used(&mut self, path: &Path, open: &mut Vec<PathBuf>, order: &mut Vec<PathBuf>) {
        for written in self.uses(path) {
            let target = normal(&path.parent().unwrap_or(Path::new("")).join(written.as_str()));
            let span = Span::from(written.span);
            if open.contains(&target) {
                let message = format!("`{}` uses itself", target.display());
                self.sink.push(Diagnostic::new(Code::UseCycle, span, message));
                continue;
            }
            if order.contains(&target) {
                continue;
            }
            if order.len() >= FILES_MAX {
                let message = format!("a policy may use {FILES_MAX} files");
                self.sink.push(Diagnostic::new(Code::FileUnreadable, span, message));
                return;
            }
            if self.file(&target, Some(span)).is_some() {
                order.push(target.clone());
                open.push(target.clone());
                self.used(&target, open, order);
                open.pop();
            }
        }
    }

    /// The files of the lists that these files name.
    fn list_files(&mut self, paths: &[PathBuf]) -> (Vec<ListFile>, Vec<ListText>) {
        let mut named: Vec<(PathBuf, FileId, String, Text)> = Vec::new();
        for path in paths {
            let Some((id, file)) = self.parsed.get(path) else { continue };
            for declaration in &file.declarations {
                if let Declaration::List(list) = declaration
                    && let ListFrom::File { path: name, .. } = &list.from
                {
                    named.push((path.clone(), *id, list.name.text.clone(), name.clone()));
                }
            }
        }
        let (mut files, mut texts) = (Vec::new(), Vec::new());
        for (path, named_in, list, name) in named {
            let target = normal(&path.parent().unwrap_or(Path::new("")).join(name.as_str()));
            match self.read_text(&target, LIST_SIZE_MAX) {
                Ok(text) => {
                    let file = SourceFile::new(target, &text);
                    let text = file.text().to_owned();
                    let id = self.sources.add(file);
                    files.push(ListFile { named_in, name: name.as_str().to_owned(), id, text });
                    texts.push(ListText { name: list, file: id });
                }
                Err(problem) => {
                    let message = format!("`{}` cannot be read: {problem}", target.display());
                    self.sink.push(Diagnostic::new(Code::FileUnreadable, name.span, message));
                }
            }
        }
        (files, texts)
    }

    /// The text of a file of at most so many bytes, or why there is none.
    fn read_text(&mut self, path: &Path, size_max: usize) -> Result<String, String> {
        let bytes = (self.read)(path).map_err(|error| error.to_string())?;
        if bytes.len() > size_max {
            return Err(format!("it is larger than {} MiB", size_max / 1024 / 1024));
        }
        String::from_utf8(bytes)
            .map_err(|error| format!("byte {} is not UTF-8 text", error.utf8_error().valid_up_to()))
    }

    fn uses(&self, path: &Path) -> Vec<Text> {
        let declarations = self.parsed.get(path).map(|(_, file)| file.declarations.as_slice());
        declarations
            .unwrap_or_default()
            .iter()
            .flat_map(|declaration| {
                if let Declaration::Policy(policy) = declaration {
                    policy.uses.clone()
                } else if let Declaration::Use(text) = declaration {
                    vec![text.clone()]
                } else {
                    Vec::new()
                }
            })
            .collect()
    }

    /// A policy's own text, and those it uses.
    fn texts(&self, main: FileId, order: &[PathBuf]) -> Vec<FileId> {
        let used = order.iter().filter_map(|path| self.parsed.get(path)).map(|(id, _)| *id);
        std::iter::once(main).chain(used.filter(|id| *id != main)).collect()
    }

    fn digest(&self, texts: &[FileId]) -> Digest {
        let files = texts.iter().filter_map(|id| self.sources.file(*id));
        digest_of(files.map(|file| Digest::of(file.text().as_bytes())))
    }
}

/// The digest of a policy from those of its own text and of every text it uses, in the order of first use.
pub(crate) fn digest_of(texts: impl Iterator<Item = Digest>) -> Digest {
    let mut whole = "duecare.policy/1\n".to_owned();
    for text in texts {
        let _ = writeln!(whole, "{text}");
    }
    Digest::of(whole.as_bytes())
}

/// The path without `.` and, where it can be told from the text alone, without `..`; files are read by such paths.
#[must_use]
pub fn normal(path: &Path) -> PathBuf {
    let mut made = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(made.components().next_back(), Some(Component::Normal(_))) =>
            {
                made.pop();
            }
            Component::ParentDir
            | Component::Normal(_)
            | Component::RootDir
            | Component::Prefix(_) => made.push(part),
        }
    }
    made
}
