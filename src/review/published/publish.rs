//! Publishing: a lock with more versions in it.

use std::fmt;
use std::path::Path;

use semver::Version;

use super::change::{change_of, is_ended};
use super::find::{absolute, below};
use super::freeze::{self, CannotFreeze, shown, text_digest, whole_meaning};
use super::lock::{Lock, PublishedVersion};
use super::order::{OutOfOrder, out_of_order};
use crate::hir::Status;
use crate::loader::Policy;
use crate::source::{FileId, SourceFile, Sources};
use crate::value::Date;

/// A lock with more in it, and what became of each version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The lock.
    pub lock: Lock,
    /// Of each version, in the order of their names and numbers.
    pub outcomes: Vec<Outcome>,
}

/// What became of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is published now.
    New(String),
    /// It was published with no end, and has one now.
    Ended(String, Date),
    /// It was published, and is as it was.
    Unchanged(String),
}

/// Why versions were not published; none of them was.
#[derive(Clone, Debug)]
pub enum CannotPublish {
    /// A draft.
    Draft(String),
    /// A version was published with another text.
    Changed(String, String),
    /// A version is given an end that lies in the past.
    EndsInThePast(String, Date, Date),
    /// A version does not follow those that are published.
    OutOfOrder(String, OutOfOrder),
    /// A file lies outside of the folder of the lock, or its path is no text.
    Outside(String, String),
    /// A file cannot be frozen.
    Freeze(CannotFreeze),
}

impl fmt::Display for CannotPublish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft(key) => {
                write!(f, "`{key}` is a draft, and only what is `stable` or `retired` is published")
            }
            Self::Changed(key, what) => {
                write!(f, "`{key}` is published already, with another text: {what}")
            }
            Self::EndsInThePast(key, until, today) => write!(
                f,
                "`{key}` is published with no end, and cannot be given the end {until}: it was in force until today, {today}"
            ),
            Self::OutOfOrder(key, problem) => write!(f, "`{key}` cannot be published: {problem}"),
            Self::Outside(key, path) => {
                write!(f, "`{key}` uses `{path}`, which does not lie below the folder of the lock")
            }
            Self::Freeze(problem) => write!(f, "{problem}"),
        }
    }
}

impl std::error::Error for CannotPublish {}

impl CannotPublish {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Draft(_) => Some("give it `status stable` once it is agreed".to_owned()),
            Self::Changed(..) => Some(
                "put the published text back, and make the change in a new version with a file of its own".to_owned(),
            ),
            Self::EndsInThePast(..) => {
                Some("let the new version begin, and the old one end, today or later".to_owned())
            }
            Self::OutOfOrder(_, OutOfOrder::Days { published_until: None, from, .. }) => Some(format!(
                "end the published version with `until {from}` and publish both"
            )),
            Self::OutOfOrder(..) => Some("a new version follows the last one, in number and in days".to_owned()),
            Self::Outside(..) => Some("keep a policy and all it uses below one folder".to_owned()),
            Self::Freeze(_) => None,
        }
    }
}

/// Adds versions to a lock. `folder` is that of the lock from the root of the machine, `base` the folder from
/// which paths start.
///
/// # Errors
/// If any of them cannot be published.
pub fn publish(
    lock: &Lock,
    folder: &Path,
    base: &Path,
    policies: &[&Policy],
    sources: &Sources,
    today: Date,
) -> Result<Published, CannotPublish> {
    let mut made = Publishing { lock: lock.clone(), folder, base, sources, today };
    let mut outcomes = Vec::new();
    let mut sorted = policies.to_vec();
    sorted.sort_by(|left, right| identity(left).cmp(&identity(right)));
    // A version must have its end before another can take its place.
    let is_known = |policy: &&Policy| {
        lock.version(&policy.checked.identity.name, &policy.checked.identity.version).is_some()
    };
    let (known, new): (Vec<&Policy>, Vec<&Policy>) = sorted.into_iter().partition(is_known);
    for policy in known {
        outcomes.push(made.again(policy)?);
    }
    for policy in new {
        outcomes.push(made.first(policy)?);
    }
    Ok(Published { lock: made.lock, outcomes })
}

fn identity(policy: &Policy) -> (&str, &Version) {
    (&policy.checked.identity.name, &policy.checked.identity.version)
}

fn key(policy: &Policy) -> String {
    let (name, version) = identity(policy);
    format!("{name} {version}")
}

fn text(sources: &Sources, id: FileId) -> Result<&SourceFile, CannotPublish> {
    sources.file(id).ok_or(CannotPublish::Freeze(CannotFreeze::NoText))
}

struct Publishing<'p> {
    lock: Lock,
    folder: &'p Path,
    base: &'p Path,
    sources: &'p Sources,
    today: Date,
}

impl Publishing<'_> {
    /// A version that is published.
    fn again(&mut self, policy: &Policy) -> Result<Outcome, CannotPublish> {
        let (name, version) = identity(policy);
        let key = key(policy);
        let Some(published) = self.lock.version(name, version).cloned() else {
            return self.first(policy);
        };
        let again = self.frozen(policy, published.published)?;
        // What is told from the texts themselves: how this program lays them out may change.
        if again.is_made_like(&published) {
            self.keep_files(policy)?;
            return Ok(Outcome::Unchanged(key));
        }
        let until = policy.checked.identity.effective.until;
        let own = policy.files.first().and_then(|id| self.sources.file(*id));
        let known = self.lock.files.get(&published.file).filter(|_| again.file == published.file);
        let ended = until.filter(|_| {
            known.zip(own).is_some_and(|(known, own)| is_ended(&published, known, own, until))
        });
        let Some(until) = ended else {
            return Err(CannotPublish::Changed(key, self.what_changed(policy, &published)));
        };
        if until < self.today {
            return Err(CannotPublish::EndsInThePast(key, until, self.today));
        }
        let mut earlier = published.earlier.clone();
        earlier.push(published.digest);
        self.lock.files.remove(&published.file);
        self.lock.put(PublishedVersion { earlier, ..again });
        self.keep_files(policy)?;
        Ok(Outcome::Ended(key, until))
    }

    /// A version that was not published.
    fn first(&mut self, policy: &Policy) -> Result<Outcome, CannotPublish> {
        let identity = &policy.checked.identity;
        if identity.status == Status::Draft {
            return Err(CannotPublish::Draft(key(policy)));
        }
        if let Some(problem) = out_of_order(&self.lock, identity, false) {
            return Err(CannotPublish::OutOfOrder(key(policy), problem));
        }
        let frozen = self.frozen(policy, self.today)?;
        self.keep_files(policy)?;
        self.lock.put(frozen);
        Ok(Outcome::New(key(policy)))
    }

    /// Adds the files of a version, which must be as they are published for others.
    fn keep_files(&mut self, policy: &Policy) -> Result<(), CannotPublish> {
        for id in &policy.files {
            let source = text(self.sources, *id)?;
            let path = self.path(policy, source.path())?;
            if let Some(known) = self.lock.files.get(&path) {
                if let Some(changed) = change_of(known, *id, source) {
                    let what = format!("`{}`: {}", shown(source), changed.change);
                    return Err(CannotPublish::Changed(key(policy), what));
                }
                continue;
            }
            let file = freeze::file(*id, source).map_err(|problem| {
                CannotPublish::Freeze(CannotFreeze::NotFormatted(shown(source), problem))
            })?;
            self.lock.files.insert(path, file);
        }
        self.keep_lists(policy)
    }

    /// Adds the lists of a version, which must be as they are published for others.
    fn keep_lists(&mut self, policy: &Policy) -> Result<(), CannotPublish> {
        for list in &policy.lists {
            let source = text(self.sources, list.file)?;
            let path = self.path(policy, source.path())?;
            let digest = text_digest(source);
            if self.lock.lists.insert(path, digest).is_some_and(|known| known != digest) {
                let what = format!("the list `{}` was changed", shown(source));
                return Err(CannotPublish::Changed(key(policy), what));
            }
        }
        Ok(())
    }

    fn frozen(&self, policy: &Policy, published: Date) -> Result<PublishedVersion, CannotPublish> {
        let identity = &policy.checked.identity;
        let (mut paths, mut meanings) = (Vec::new(), Vec::new());
        for id in &policy.files {
            let source = text(self.sources, *id)?;
            paths.push(self.path(policy, source.path())?);
            let file = freeze::file(*id, source).map_err(|problem| {
                CannotPublish::Freeze(CannotFreeze::NotFormatted(shown(source), problem))
            })?;
            meanings.push(file.meaning);
        }
        let (mut lists, mut texts) = (Vec::new(), Vec::new());
        for list in &policy.lists {
            let source = text(self.sources, list.file)?;
            lists.push(self.path(policy, source.path())?);
            texts.push((list.name.clone(), text_digest(source)));
        }
        let mut paths = paths.into_iter();
        Ok(PublishedVersion {
            name: identity.name.clone(),
            version: identity.version.clone(),
            status: identity.status,
            from: identity.effective.from,
            until: identity.effective.until,
            published,
            digest: policy.digest,
            meaning: whole_meaning(&meanings, &texts),
            earlier: self.earlier(identity.name.as_str(), &identity.version),
            file: paths.next().unwrap_or_default(),
            uses: paths.collect(),
            lists,
        })
    }

    fn earlier(&self, name: &str, version: &Version) -> Vec<crate::digest::Digest> {
        self.lock.version(name, version).map(|known| known.earlier.clone()).unwrap_or_default()
    }

    fn path(&self, policy: &Policy, file: &Path) -> Result<String, CannotPublish> {
        let outside = || CannotPublish::Outside(key(policy), file.display().to_string());
        below(self.folder, &absolute(self.base, file)).ok_or_else(outside)
    }

    /// Which file of a published version is another one, and how.
    fn what_changed(&self, policy: &Policy, published: &PublishedVersion) -> String {
        for id in &policy.files {
            let Some(source) = self.sources.file(*id) else { continue };
            let path = below(self.folder, &absolute(self.base, source.path())).unwrap_or_default();
            let known =
                self.lock.files.get(&path).filter(|_| published.files().any(|of| of == path));
            match known {
                None => return format!("`{}` did not belong to it", shown(source)),
                Some(known) => {
                    if let Some(changed) = change_of(known, *id, source) {
                        return format!("`{}`: {}", shown(source), changed.change);
                    }
                }
            }
        }
        "it uses other files or lists".to_owned()
    }
}
