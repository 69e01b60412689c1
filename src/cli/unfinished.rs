//! Files that are being written. Each has a name of its own beside the one it gets when it is complete, and
//! is locked meanwhile: one that nobody has locked was left by a program that was killed.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

const ENDING: &str = ".part";

/// Those of this program, to be removed where it ends at once.
static WRITTEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn written() -> MutexGuard<'static, Vec<PathBuf>> {
    WRITTEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates the file that becomes `path` when it is complete, and gives it and its name until then. What a
/// killed run left for the same path is removed.
pub(super) fn create(path: &Path, name: &OsStr) -> io::Result<(File, PathBuf)> {
    remove_left(path, name);
    let is_same = |other: &PathBuf| {
        other.parent() == path.parent() && other.file_name().is_some_and(|other| is_of(other, name))
    };
    if written().iter().any(is_same) {
        return Err(io::Error::other("another output has this name"));
    }
    let mut number = std::process::id();
    loop {
        let mut own = name.to_os_string();
        own.push(format!(".{number}{ENDING}"));
        let own = path.with_file_name(own);
        match File::create_new(&own) {
            // Another program that saw the file before it was locked has removed it.
            Ok(file) if is_locked(&file) && !own.exists() => {}
            Ok(file) => {
                written().push(own.clone());
                return Ok((file, own));
            }
            // A program of the same number writes it, in another container.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                number = number.wrapping_add(1);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Locks a file. Where files cannot be locked none is removed either.
fn is_locked(file: &File) -> bool {
    loop {
        match file.lock() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            locked => return locked.is_ok(),
        }
    }
}

/// Removes one that was not completed, if it is there still.
pub(super) fn remove(own: &Path) {
    let _ = fs::remove_file(own);
    written().retain(|other| other != own);
}

/// Removes all that this program writes.
pub(super) fn remove_all() {
    for own in written().drain(..) {
        let _ = fs::remove_file(own);
    }
}

fn remove_left(path: &Path, name: &OsStr) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(entries) = fs::read_dir(folder.unwrap_or(Path::new("."))) else { return };
    for entry in entries.flatten().filter(|entry| is_of(&entry.file_name(), name)) {
        let Ok(file) = File::options().write(true).open(entry.path()) else { continue };
        match file.try_lock() {
            Ok(()) => {
                let _ = fs::remove_file(entry.path());
            }
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
        }
    }
}

/// Whether a name is one that a file of that name has until it is complete.
fn is_of(found: &OsStr, name: &OsStr) -> bool {
    let found = found.as_encoded_bytes();
    let program = found
        .strip_prefix(name.as_encoded_bytes())
        .and_then(|rest| rest.strip_prefix(b"."))
        .and_then(|rest| rest.strip_suffix(ENDING.as_bytes()));
    program.is_some_and(|program| !program.is_empty() && program.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_is_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let beside = |name: &str| {
            let path = folder.path().join(name);
            fs::write(&path, "half").unwrap();
            path
        };
        let left = beside("decisions.jsonl.1.part");
        let others =
            ["decisions.jsonl.x.part", "decisions.jsonl", "other.jsonl.1.part"].map(beside);
        let writing = beside("decisions.jsonl.2.part");
        let writer = File::options().write(true).open(&writing).unwrap();
        writer.lock().unwrap();

        let (file, own) = create(&path, OsStr::new("decisions.jsonl")).unwrap();
        assert!(!left.exists());
        assert!(others.iter().chain([&writing]).all(|path| path.exists()));
        let other = File::options().write(true).open(&own).unwrap();
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        assert!(create(&path, OsStr::new("decisions.jsonl")).is_err());
        drop(file);
        remove(&own);
        assert!(!own.exists());

        // Somebody of the same number is writing.
        fs::write(&own, "half").unwrap();
        let other = File::options().write(true).open(&own).unwrap();
        other.lock().unwrap();
        let (_file, beside) = create(&path, OsStr::new("decisions.jsonl")).unwrap();
        assert_ne!(beside, own);
        assert_eq!(fs::read_to_string(&own).unwrap(), "half");
        remove(&beside);
    }
}
