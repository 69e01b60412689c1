//! Whether a version is published.

use std::fmt;
use std::path::{Path, PathBuf};

use super::change::is_ended;
use super::find::{CannotLocate, LOCK_NAME, locate};
use super::freeze::text_digest;
use super::lock::{Lock, LockProblem, PublishedVersion};
use crate::digest::Digest;
use crate::loader::ReadFile;
use crate::review::compare::Version;
use crate::value::Date;

/// Whether a version is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// This very text is, since that day, or the same with no end.
    Published(Date),
    /// Its number is, since that day, with another text.
    Changed(Date),
    /// Neither is.
    NotPublished,
}

/// Why it cannot be told whether a version is published.
#[derive(Debug)]
pub enum CannotTell {
    /// The lock cannot be found or read.
    Locate(CannotLocate),
    /// The lock cannot be used.
    Lock(PathBuf, LockProblem),
}

impl fmt::Display for CannotTell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what is published cannot be told: ")?;
        match self {
            Self::Locate(problem) => problem.fmt(f),
            Self::Lock(path, problem) => {
                write!(f, "`{}` cannot be used: {problem}", path.display())
            }
        }
    }
}

impl std::error::Error for CannotTell {}

/// Whether a version was given an end that is still to be published, and nothing else changed.
fn is_ended_since(version: Version<'_>, known: &PublishedVersion, lock: &Lock) -> bool {
    let until = version.policy.checked.identity.effective.until;
    let mut files = version.policy.files.iter().filter_map(|file| version.sources.file(*file));
    let own = files.next().zip(lock.files.get(&known.file));
    let published = known.uses.iter().map(|path| lock.files.get(path).map(|file| file.text));
    own.is_some_and(|(file, published)| is_ended(known, published, file, until))
        && files.map(|file| Some(text_digest(file))).eq(published)
}

/// What the lock in a folder above a version says of it. `base` is the folder from which relative paths start.
///
/// # Errors
/// If there is a lock that cannot be used.
pub fn standing(
    version: Version<'_>,
    base: &Path,
    read: ReadFile<'_>,
) -> Result<Standing, CannotTell> {
    let policy = version.policy;
    let located = locate(LOCK_NAME, base, &policy.path, read).map_err(CannotTell::Locate)?;
    let Some(located) = located else { return Ok(Standing::NotPublished) };
    let lock = Lock::parse(&located.bytes)
        .map_err(|problem| CannotTell::Lock(located.shown.clone(), problem))?;
    let identity = &policy.checked.identity;
    let Some(known) = lock.version(&identity.name, &identity.version) else {
        return Ok(Standing::NotPublished);
    };
    let is_text = known.digest == policy.digest
        || known.earlier.contains(&policy.digest)
        || is_ended_since(version, known, &lock);
    let mut lists: Vec<&Digest> =
        known.lists.iter().filter_map(|path| lock.lists.get(path)).collect();
    let texts = version.list_texts();
    let mut of_version: Vec<&Digest> = texts.values().collect();
    lists.sort();
    lists.dedup();
    of_version.sort();
    of_version.dedup();
    Ok(if is_text && lists == of_version {
        Standing::Published(known.published)
    } else {
        Standing::Changed(known.published)
    })
}
