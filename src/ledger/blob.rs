//! Blobs: texts that leaves name by their digest. A file is exactly the text, so that any tool for SHA-256
//! checks it.

use super::log::Log;
use super::note::hex;
use super::planted::{self, Bug};
use super::problem::Problem;
use super::storage::{Storage, folder_of, replace, replace_unsynced};
use crate::digest::Digest;

/// The folder of blobs.
pub(super) const BLOBS: &str = "blobs/sha256";

/// The path of a blob.
#[must_use]
pub fn blob_path(digest: &Digest) -> String {
    let hex = hex(digest.bytes());
    let (first, rest) = hex.split_at(2);
    let (second, rest) = rest.split_at(2);
    format!("{BLOBS}/{first}/{second}/{rest}")
}

/// The bytes that have a digest.
///
/// # Errors
/// If they are not there, or were changed.
pub fn read_blob(storage: &dyn Storage, digest: &Digest) -> Result<Vec<u8>, Problem> {
    let path = blob_path(digest);
    if storage.length(&path)?.is_none() {
        return Err(Problem::Missing(format!("the blob {digest} is not in the ledger")));
    }
    let bytes = storage.read(&path)?;
    if Digest::of(&bytes) == *digest {
        Ok(bytes)
    } else {
        Err(Problem::damaged(&path, 0, "its content is not what its name says"))
    }
}

impl Log {
    /// Keeps bytes. They are on disk when it returns, so that leaves may name them.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn keep_blob(&mut self, bytes: &[u8]) -> Result<Digest, Problem> {
        if self.has_failed {
            return Err(Problem::Failed);
        }
        let digest = Digest::of(bytes);
        self.has_failed = true;
        self.put_blob(&blob_path(&digest), &digest, bytes)?;
        self.has_failed = false;
        Ok(digest)
    }

    fn put_blob(&mut self, path: &str, digest: &Digest, bytes: &[u8]) -> Result<(), Problem> {
        let folder = folder_of(path).to_owned();
        if planted::is(Bug::SkipBlobSync) {
            self.storage.create_folder(&folder)?;
            return Ok(replace_unsynced(self.storage.as_mut(), path, bytes)?);
        }
        if read_blob(self.storage.as_ref(), digest).is_ok() {
            // A crash perhaps left it before the disk had it.
            self.storage.sync(path)?;
        } else {
            self.storage.create_folder(&folder)?;
            replace(self.storage.as_mut(), path, bytes)?;
        }
        for folder in [folder.as_str(), folder_of(&folder), BLOBS] {
            self.storage.sync_folder(folder)?;
        }
        Ok(())
    }
}
