//! Whether a version is published.

use std::fmt;
use std::path::{Path, PathBuf};

use super::find::{CannotLocate, LOCK_NAME, locate};
use super::lock::{Lock, LockProblem};
use crate::loader::{Policy, ReadFile};
use crate::value::Date;

/// Whether a version is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// This very text is, since that day.
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

/// What the lock in a folder above a policy says of it. `base` is the folder from which relative paths start.
///
/// # Errors
/// If there is a lock that cannot be used.
pub fn standing(policy: &Policy, base: &Path, read: ReadFile<'_>) -> Result<Standing, CannotTell> {
    let located = locate(LOCK_NAME, base, &policy.path, read).map_err(CannotTell::Locate)?;
    let Some(located) = located else { return Ok(Standing::NotPublished) };
    let lock = Lock::parse(&located.bytes)
        .map_err(|problem| CannotTell::Lock(located.shown.clone(), problem))?;
    let identity = &policy.checked.identity;
    Ok(match lock.version(&identity.name, &identity.version) {
        None => Standing::NotPublished,
        Some(known) if known.digest == policy.digest || known.earlier.contains(&policy.digest) => {
            Standing::Published(known.published)
        }
        Some(known) => Standing::Changed(known.published),
    })
}
