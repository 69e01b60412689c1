//! Whether a version is published.

use std::fmt;
use std::path::{Path, PathBuf};

use super::change::had_digest;
use super::find::{CannotLocate, LOCK_NAME, absolute, below, locate};
use super::freeze::text_digest;
use super::lock::{Lock, LockProblem};
use crate::loader::{ListText, ReadFile};
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
    // An end that it was given is still to be published.
    let is_text = known.digest == policy.digest
        || known.earlier.contains(&policy.digest)
        || (known.until.is_none() && had_digest(policy, version.sources, &known.digest));
    let is_listed = |list: &ListText| {
        let file = version.sources.file(list.file)?;
        let path = below(&located.folder, &absolute(base, file.path()))?;
        Some(known.lists.contains(&path) && lock.lists.get(&path) == Some(&text_digest(file)))
    };
    let has_lists = policy.lists.iter().all(|list| is_listed(list) == Some(true));
    Ok(if is_text && has_lists {
        Standing::Published(known.published)
    } else {
        Standing::Changed(known.published)
    })
}
