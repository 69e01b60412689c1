//! Whether what is published is still what was published.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::change::{Change, Changed, change_of, is_ended};
use super::find::{self, CannotLocate, LOCK_NAME, Located, absolute, below, is_absent, shown_from};
use super::freeze::text_digest;
use super::lock::{Lock, PublishedVersion};
use super::order::{OutOfOrder, out_of_order};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::Status;
use crate::loader::{Loaded, Policy, ReadFile, load};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::value::Date;

/// Most declarations of one file that are pointed at; all are named.
const PLACES_MAX: usize = 10;

/// How much of a lock is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All that is published.
    Whole,
    /// The versions of the policies that were loaded.
    Loaded,
    /// All, but for ends that versions were given: publishing them again takes those over.
    Publishing,
}

/// What was looked at.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// How many published versions.
    pub versions: usize,
    /// The locks that were read, by their folders from the root of the machine.
    pub locks: BTreeMap<PathBuf, Lock>,
}

/// Compares policies with the locks in the folders above them. What is found is added to what was found; an
/// error keeps the policies from being used. `base` is the folder from which relative paths start.
pub fn check(
    loaded: &mut Loaded,
    paths: &[PathBuf],
    extent: Extent,
    base: &Path,
    read: ReadFile<'_>,
) -> Checked {
    let sink = loaded.take_findings();
    let known = loaded.sources.iter().map(|(id, file)| (absolute(base, file.path()), id)).collect();
    let mut checking =
        Checking { sink, sources: std::mem::take(&mut loaded.sources), known, base, read };
    let asked: BTreeSet<PathBuf> = paths.iter().map(|path| absolute(base, path)).collect();
    let mut checked = Checked::default();
    for located in checking.locks(paths) {
        let Some((id, lock)) = checking.lock(&located) else { continue };
        let at = At { id, folder: located.folder.clone(), lock };
        checked.versions += checking.versions(&at, &loaded.policies, &asked, extent);
        checking.policies(&at, &loaded.policies, extent);
        checked.locks.insert(located.folder, at.lock);
    }
    loaded.sources = checking.sources;
    loaded.put_findings(checking.sink);
    checked
}

struct Checking<'c> {
    sink: Sink,
    sources: Sources,
    /// Texts that were read, by their paths from the root of the machine.
    known: BTreeMap<PathBuf, FileId>,
    base: &'c Path,
    read: ReadFile<'c>,
}

/// A lock, its text and its folder.
struct At {
    id: FileId,
    folder: PathBuf,
    lock: Lock,
}

impl At {
    /// Where a version or a file stands in the lock.
    fn place(&self, sources: &Sources, key: &str) -> Span {
        let text = sources.file(self.id).map(SourceFile::text).unwrap_or_default();
        let start = [format!("\n  {key}:"), format!("\n  \"{key}\":")]
            .iter()
            .find_map(|line| text.find(line.as_str()))
            .map_or(0, |start| start + 3);
        let end = if start == 0 { 0 } else { start + key.len() };
        Span { file: self.id, start, end }
    }
}

/// A published text as it is now.
enum Now {
    There(FileId, SourceFile),
    Gone(PathBuf, String),
}

impl Checking<'_> {
    /// The locks above these policies, each once.
    fn locks(&mut self, paths: &[PathBuf]) -> Vec<Located> {
        let mut found: BTreeMap<PathBuf, Located> = BTreeMap::new();
        let mut folders = BTreeSet::new();
        for path in paths {
            let folder = absolute(self.base, path).parent().map(Path::to_path_buf);
            if !folders.insert(folder) {
                continue;
            }
            match find::locate(LOCK_NAME, self.base, path, self.read) {
                Ok(Some(located)) => {
                    found.entry(located.folder.clone()).or_insert(located);
                }
                Ok(None) => {}
                Err(problem) => self.unusable_above(path, &problem),
            }
        }
        found.into_values().collect()
    }

    fn unusable_above(&mut self, policy: &Path, problem: &CannotLocate) {
        let known = self.known.get(&absolute(self.base, policy)).copied();
        let id = known
            .unwrap_or_else(|| self.sources.add(SourceFile::new(problem.path().to_path_buf(), "")));
        let message = format!("what is published cannot be told: {problem}");
        self.sink.push(Diagnostic::new(Code::LockUnusable, start_of(id), message));
    }

    fn lock(&mut self, located: &Located) -> Option<(FileId, Lock)> {
        let text = String::from_utf8_lossy(&located.bytes);
        let id = self.sources.add(SourceFile::new(located.shown.clone(), &text));
        match Lock::parse(&located.bytes) {
            Ok(lock) => Some((id, lock)),
            Err(problem) => {
                let message = format!("`{}` cannot be used: {problem}", located.shown.display());
                self.sink.push(
                    Diagnostic::new(Code::LockUnusable, start_of(id), message)
                        .hint("take it back as it was; only `duecare publish` writes it"),
                );
                None
            }
        }
    }

    /// Looks at the texts of published versions, each once, and counts the versions.
    fn versions(
        &mut self,
        at: &At,
        policies: &[Policy],
        asked: &BTreeSet<PathBuf>,
        extent: Extent,
    ) -> usize {
        let is_wanted = |version: &&PublishedVersion| {
            extent != Extent::Loaded
                || policies.iter().any(|policy| policy.checked.identity.name == version.name)
                || asked.contains(&at.folder.join(&version.file))
        };
        let versions: Vec<&PublishedVersion> = at.lock.versions.iter().filter(is_wanted).collect();
        let mut files: BTreeMap<&str, Vec<&PublishedVersion>> = BTreeMap::new();
        let mut lists: BTreeMap<&str, Vec<&PublishedVersion>> = BTreeMap::new();
        for version in &versions {
            version.files().for_each(|path| files.entry(path).or_default().push(version));
            version.lists.iter().for_each(|path| lists.entry(path).or_default().push(version));
        }
        for (path, users) in files {
            self.file(at, path, &users, policies, extent);
        }
        for (path, users) in lists {
            self.list(at, path, &users);
        }
        versions.len()
    }

    fn file(
        &mut self,
        at: &At,
        path: &str,
        users: &[&PublishedVersion],
        policies: &[Policy],
        extent: Extent,
    ) {
        let Some(published) = at.lock.files.get(path) else { return };
        let (id, file) = match self.now(&at.folder.join(path)) {
            Now::There(id, file) => (id, file),
            Now::Gone(shown, why) => return self.gone(at, path, &shown, &why, users),
        };
        let Some(changed) = change_of(published, id, &file) else { return };
        let own = users.iter().find(|version| version.file == path);
        let ended = own.filter(|version| {
            let now = policies.iter().find(|policy| policy.files.first() == Some(&id));
            let until = match now {
                Some(policy) => policy.checked.identity.effective.until,
                None => self.until(file.path()),
            };
            is_ended(version, published, &file, until)
        });
        if ended.is_some() && extent == Extent::Publishing {
            return;
        }
        let shown = file.path().display().to_string();
        self.sink.push(match (own, ended) {
            (Some(own), Some(_)) => of_end(own, id),
            (Some(own), None) => of_change(&changed, id, &published_as(own), Some(own)),
            (None, _) => {
                let keys: Vec<String> = users.iter().map(|version| version.key()).collect();
                let subject =
                    format!("`{shown}` is used by published versions ({})", keys.join(", "));
                of_change(&changed, id, &subject, None)
            }
        });
    }

    /// The end of a version that was not among those that were loaded.
    fn until(&mut self, path: &Path) -> Option<Date> {
        let loaded = load(&[path.to_path_buf()], self.read);
        loaded.policies.first()?.checked.identity.effective.until
    }

    fn list(&mut self, at: &At, path: &str, users: &[&PublishedVersion]) {
        let Some(published) = at.lock.lists.get(path) else { return };
        match self.now(&at.folder.join(path)) {
            Now::There(_, file) if text_digest(&file) == *published => {}
            Now::There(id, file) => {
                let keys: Vec<String> = users.iter().map(|version| version.key()).collect();
                let message = format!(
                    "`{}` is a list of published versions ({}), and its text was changed",
                    file.path().display(),
                    keys.join(", ")
                );
                self.sink.push(
                    Diagnostic::new(Code::PublishedChanged, start_of(id), message).hint(
                        "put the published list back; a new version of the policy takes a new list from a file of its own",
                    ),
                );
            }
            Now::Gone(shown, why) => self.gone(at, path, &shown, &why, users),
        }
    }

    fn gone(&mut self, at: &At, path: &str, shown: &Path, why: &str, users: &[&PublishedVersion]) {
        let keys: Vec<String> = users.iter().map(|version| version.key()).collect();
        let message = format!(
            "`{}` is gone, which belongs to what is published ({}): {why}",
            shown.display(),
            keys.join(", ")
        );
        let span = at.place(&self.sources, path);
        self.sink.push(
            Diagnostic::new(Code::PublishedGone, span, message)
                .hint("put the file back: what was published stays"),
        );
    }

    /// A published text, from what was loaded or from its file.
    fn now(&mut self, path: &Path) -> Now {
        let known =
            self.known.get(path).and_then(|id| Some((*id, self.sources.file(*id)?.clone())));
        // What could not be read was taken for an empty text, and may be gone.
        if let Some((id, file)) = known.filter(|(_, file)| !file.text().is_empty()) {
            return Now::There(id, file);
        }
        let shown = shown_from(self.base, path);
        let bytes = match (self.read)(&shown) {
            Ok(bytes) => bytes,
            Err(error) if is_absent(&error) => {
                return Now::Gone(shown, "there is no such file".to_owned());
            }
            Err(error) => return Now::Gone(shown, format!("it cannot be read: {error}")),
        };
        // What is no text is another text than the published one.
        let file = SourceFile::new(shown, &String::from_utf8_lossy(&bytes));
        let id = self.sources.add(file.clone());
        self.known.insert(path.to_path_buf(), id);
        Now::There(id, file)
    }

    /// Looks at the policies that were loaded: whether they are the published ones, and how they follow them.
    fn policies(&mut self, at: &At, policies: &[Policy], extent: Extent) {
        for policy in policies {
            let identity = &policy.checked.identity;
            let path = absolute(self.base, &policy.path);
            if !path.starts_with(&at.folder) {
                continue;
            }
            match at.lock.version(&identity.name, &identity.version) {
                Some(published) => {
                    self.is_in_its_place(at, published, policy, &path);
                    if extent != Extent::Publishing {
                        self.is_as_stated(at, published, policy);
                    }
                }
                None if identity.status == Status::Draft => {}
                None => self.order(at, policy),
            }
        }
    }

    fn is_in_its_place(
        &mut self,
        at: &At,
        published: &PublishedVersion,
        policy: &Policy,
        path: &Path,
    ) {
        let is_elsewhere = below(&at.folder, path).as_deref() != Some(published.file.as_str());
        if is_elsewhere {
            let message = format!(
                "{}, in `{}`, and this file says that it is the same version",
                published_as(published),
                shown_from(self.base, &at.folder.join(&published.file)).display()
            );
            self.sink.push(
                Diagnostic::new(Code::PublishedChanged, policy.checked.identity.span, message)
                    .hint("give it a version of its own"),
            );
        }
    }

    /// Texts that are as published and make another policy: the lock is not what publishing writes.
    fn is_as_stated(&mut self, at: &At, published: &PublishedVersion, policy: &Policy) {
        let identity = &policy.checked.identity;
        let stated = (published.status, published.from, published.until, published.digest);
        let effective = &identity.effective;
        let found = (identity.status, effective.from, effective.until, policy.digest);
        if stated != found && !self.sink.has_errors() {
            let message = format!(
                "{} with other days, another status or another digest than its texts have",
                published_as(published)
            );
            let span = at.place(&self.sources, &published.key());
            self.sink.push(
                Diagnostic::new(Code::LockUnusable, span, message)
                    .hint("take the lock back as it was; only `duecare publish` writes it"),
            );
        }
    }

    fn order(&mut self, at: &At, policy: &Policy) {
        let identity = &policy.checked.identity;
        let Some(problem) = out_of_order(&at.lock, identity, true) else { return };
        let (code, span) = match problem {
            OutOfOrder::Number { .. } => (Code::PublishedOrder, identity.span),
            OutOfOrder::Days { .. } => (Code::PublishedPeriod, identity.effective.span.into()),
        };
        self.sink.push(
            Diagnostic::new(code, span, problem.to_string())
                .hint("a new version follows the last published one, in number and in days"),
        );
    }
}

fn start_of(file: FileId) -> Span {
    Span { file, start: 0, end: 0 }
}

fn published_as(version: &PublishedVersion) -> String {
    format!("`{}` {} is published", version.name, version.version)
}

fn of_end(version: &PublishedVersion, id: FileId) -> Diagnostic {
    let message = format!(
        "{} with no end, and its text has one now; nothing else was changed",
        published_as(version)
    );
    Diagnostic::new(Code::PublishedChanged, start_of(id), message).hint(
        "publish it again, together with the version that follows: `duecare publish` takes its end over",
    )
}

fn of_change(
    changed: &Changed,
    id: FileId,
    subject: &str,
    own: Option<&PublishedVersion>,
) -> Diagnostic {
    let message = format!("{subject}, and its text was changed: {}", changed.change);
    let mut places = changed.places.iter();
    let span = places.next().map_or(start_of(id), |(_, span)| *span);
    let mut found = Diagnostic::new(Code::PublishedChanged, span, message);
    if let Some((name, _)) = changed.places.first() {
        found = found.label(format!("`{name}` is not what was published"));
    }
    for (name, span) in places.take(PLACES_MAX) {
        found = found.related(*span, format!("`{name}` is not what was published"));
    }
    found.hint(match (&changed.change, own) {
        (Change::Layout | Change::Comments, _) => {
            "put the published text back: what is published stays as it is, to the letter".to_owned()
        }
        (Change::NotUnderstood | Change::Meaning { .. }, Some(_)) => {
            "put the published text back, and make the change in a new version, in a file of its own".to_owned()
        }
        (Change::NotUnderstood | Change::Meaning { .. }, None) => {
            "put the published text back; a new version that needs another one uses a file of its own".to_owned()
        }
    })
}
