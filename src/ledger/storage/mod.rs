//! Where a ledger lies. The trait is there so that tests can put crashes and full disks in its place.

mod folder;

pub use folder::Folder;

use std::io;

/// Files under short relative names with `/`, and what is needed of them to survive a crash.
///
/// What was written may be lost until its file was synced, and a file that was created, renamed or removed
/// until its folder was.
pub trait Storage {
    /// A file's bytes.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;

    /// Exactly so many bytes of a file, from an offset.
    fn read_at(&self, path: &str, offset: u64, length: usize) -> io::Result<Vec<u8>>;

    /// The length of a file in bytes; nothing if there is none.
    fn length(&self, path: &str) -> io::Result<Option<u64>>;

    /// The names in a folder, in their order; a folder that is not there has none. Those of folders end
    /// in `/`.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;

    /// Creates a folder and those above it; one that is there stays.
    fn create_folder(&mut self, folder: &str) -> io::Result<()>;

    /// Creates an empty file, which must not be there.
    fn create(&mut self, path: &str) -> io::Result<()>;

    /// Writes at the end of a file.
    fn append(&mut self, path: &str, bytes: &[u8]) -> io::Result<()>;

    /// Writes over bytes of a file.
    fn overwrite(&mut self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts a file.
    fn truncate(&mut self, path: &str, length: u64) -> io::Result<()>;

    /// Returns once a file's bytes survive a crash.
    fn sync(&mut self, path: &str) -> io::Result<()>;

    /// Returns once the names in a folder survive a crash.
    fn sync_folder(&mut self, folder: &str) -> io::Result<()>;

    /// Renames a file, over another one if it is there.
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    fn remove(&mut self, path: &str) -> io::Result<()>;
}

/// The folder of a path; empty for one at the top.
#[must_use]
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The files and folders of a ledger.
pub const PARTS: [&str; 11] = [
    "origin",
    "keys",
    "wal",
    "checkpoint",
    "checkpoints",
    "tile",
    "blobs",
    "vault",
    "index",
    "lock",
    UNFINISHED,
];

/// What a file is called before it is whole and takes its name; a crash may leave it behind.
pub(super) const UNFINISHED: &str = "unfinished";

/// Puts a file in place so that it is there whole, or as it was before, whatever happens.
pub(super) fn replace(storage: &mut dyn Storage, path: &str, bytes: &[u8]) -> io::Result<()> {
    write_unfinished(storage, bytes)?;
    storage.sync(UNFINISHED)?;
    storage.rename(UNFINISHED, path)?;
    storage.sync_folder(folder_of(path))
}

/// Puts a file in place without waiting for the disk: `sync` and `sync_folder` have to follow.
pub(super) fn replace_unsynced(
    storage: &mut dyn Storage,
    path: &str,
    bytes: &[u8],
) -> io::Result<()> {
    write_unfinished(storage, bytes)?;
    storage.rename(UNFINISHED, path)
}

/// Removes what a crash left before it was whole.
pub(super) fn remove_unfinished(storage: &mut dyn Storage) -> io::Result<()> {
    if storage.length(UNFINISHED)?.is_some() {
        storage.remove(UNFINISHED)?;
    }
    Ok(())
}

fn write_unfinished(storage: &mut dyn Storage, bytes: &[u8]) -> io::Result<()> {
    remove_unfinished(storage)?;
    storage.create(UNFINISHED)?;
    storage.append(UNFINISHED, bytes)
}
