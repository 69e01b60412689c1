//! Files that are being written. Each has a name of its own beside the one it gets when it is complete, and
//! is locked meanwhile: one that nobody has locked was left by a program that was killed.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const ENDING: &str = ".part";

/// Those of this program, to be removed where it ends at once.
static WRITTEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Creates the file that becomes `path` when it is complete, and gives it and its name until then. What a
/// killed run left for the same path is removed.
pub(super) fn create(path: &Path, name: &OsStr) -> io::Result<(File, PathBuf)> {
    remove_left(path, name);
    let mut own = name.to_os_string();
    own.push(format!(".{}{ENDING}", std::process::id()));
    let own = path.with_file_name(own);
    if WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).contains(&own) {
        return Err(io::Error::other("another output has this name"));
    }
    loop {
        let file = File::create(&own)?;
        match file.lock() {
            // Another program that saw the file before it was locked has removed it.
            Ok(()) if !own.exists() => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Where files cannot be locked nothing is removed either.
            Ok(()) | Err(_) => return Ok((kept(file, &own), own)),
        }
    }
}

fn kept(file: File, own: &Path) -> File {
    WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).push(own.to_path_buf());
    file
}

/// Removes one that was not completed, if it is there still.
pub(super) fn remove(own: &Path) {
    let _ = fs::remove_file(own);
    WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| other != own);
}

/// Removes all that this program writes.
pub(super) fn remove_all() {
    for own in WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
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
fn is_of(found: &OsString, name: &OsStr) -> bool {
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
    }
}
