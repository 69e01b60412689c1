//! Where the lock of a policy lies: in the nearest folder above it that has one.

use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::loader::{ReadFile, normal};

/// What a lock is called.
pub const LOCK_NAME: &str = "published.lock";

/// A file that was found above a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Its folder, from the root of the machine.
    pub folder: PathBuf,
    /// The file as it is read and shown.
    pub shown: PathBuf,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Why it cannot be said which file above a policy is meant.
#[derive(Debug)]
pub enum CannotLocate {
    /// One is there and cannot be read.
    Unreadable(PathBuf, io::Error),
    /// Two are there.
    Two(PathBuf, PathBuf),
}

impl fmt::Display for CannotLocate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => {
                write!(f, "`{}` cannot be read: {error}", path.display())
            }
            Self::Two(near, far) => write!(
                f,
                "both `{}` and `{}` lie above one policy, and one of them must hold",
                near.display(),
                far.display()
            ),
        }
    }
}

impl std::error::Error for CannotLocate {}

impl CannotLocate {
    /// The file that it is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Unreadable(path, _) | Self::Two(path, _) => path,
        }
    }
}

/// The path from the root of the machine. `base` is the folder from which relative paths start.
pub(crate) fn absolute(base: &Path, path: &Path) -> PathBuf {
    normal(&base.join(path))
}

/// The folders above a file, the nearest first, from the root of the machine.
pub fn folders_above(base: &Path, file: &Path) -> impl Iterator<Item = PathBuf> {
    let file = absolute(base, file);
    let folders: Vec<PathBuf> = file.ancestors().skip(1).map(Path::to_path_buf).collect();
    folders.into_iter()
}

/// A path from the root of the machine as somebody in the folder `base` writes it.
#[must_use]
pub fn shown_from(base: &Path, path: &Path) -> PathBuf {
    if let Ok(below) = path.strip_prefix(base) {
        return below.to_path_buf();
    }
    let mut up = PathBuf::new();
    for folder in base.ancestors().skip(1) {
        up.push("..");
        let is_root = folder.parent().is_none();
        if let Ok(beside) = path.strip_prefix(folder).map(|beside| up.join(beside))
            && !is_root
        {
            return beside;
        }
    }
    path.to_path_buf()
}

/// A path below a folder as a lock writes it, with `/` between its parts on every system.
pub(crate) fn below(folder: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(folder).ok()?.components();
    let parts: Option<Vec<&str>> = parts
        .map(|part| match part {
            Component::Normal(name) => name.to_str(),
            Component::Prefix(_)
            | Component::RootDir
            | Component::CurDir
            | Component::ParentDir => None,
        })
        .collect();
    parts.map(|parts| parts.join("/"))
}

/// The one file of that name in the folders above a policy, if there is one.
///
/// # Errors
/// If one cannot be read, or there are two.
pub fn locate(
    name: &str,
    base: &Path,
    policy: &Path,
    read: ReadFile<'_>,
) -> Result<Option<Located>, CannotLocate> {
    let mut found: Option<Located> = None;
    for folder in folders_above(base, policy) {
        let shown = shown_from(base, &folder.join(name));
        match read(&shown) {
            Ok(bytes) => match found {
                Some(near) => return Err(CannotLocate::Two(near.shown, shown)),
                None => found = Some(Located { folder, shown, bytes }),
            },
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(CannotLocate::Unreadable(shown, error)),
        }
    }
    Ok(found)
}

pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_as_somebody_there_writes_them() {
        let shown = |path: &str| shown_from(Path::new("/home/ann/work"), Path::new(path));
        assert_eq!(shown("/home/ann/work/policies/a.due"), Path::new("policies/a.due"));
        assert_eq!(shown("/home/ann/published.lock"), Path::new("../published.lock"));
        assert_eq!(shown("/home/ben/a"), Path::new("../../ben/a"));
        assert_eq!(shown("/var/a"), Path::new("/var/a"));
    }

    #[test]
    fn two_of_a_kind_are_refused() {
        let mut read = |path: &Path| match path.to_str() {
            Some("x" | "policies/x") => Ok(Vec::new()),
            _ => Err(io::ErrorKind::NotFound.into()),
        };
        let base = Path::new("/work");
        let found = locate("x", base, Path::new("policies/a/1.due"), &mut read);
        assert!(matches!(found, Err(CannotLocate::Two(..))));
        let found = locate("x", base, Path::new("other/../a/1.due"), &mut read).unwrap().unwrap();
        assert_eq!((found.shown, found.folder), (PathBuf::from("x"), PathBuf::from("/work")));
    }
}
