use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::Storage;

/// A folder of the file system.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Files that are being written, so that each is opened once.
    open: BTreeMap<String, File>,
    /// Held while somebody writes.
    _lock: Option<File>,
}

impl Folder {
    /// To read.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf(), open: BTreeMap::new(), _lock: None }
    }

    /// To write: nobody else can until this is dropped.
    ///
    /// # Errors
    /// If somebody else writes (`WouldBlock`), or the folder cannot be written.
    pub fn locked(path: &Path) -> io::Result<Self> {
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).open(path.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
            fs::TryLockError::Error(error) => error,
        })?;
        Ok(Self { path: path.to_path_buf(), open: BTreeMap::new(), _lock: Some(lock) })
    }

    fn at(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }

    /// The file, opened for writing.
    fn file(&mut self, path: &str) -> io::Result<&mut File> {
        if !self.open.contains_key(path) {
            let file = OpenOptions::new().write(true).open(self.at(path))?;
            self.open.insert(path.to_owned(), file);
        }
        self.open.get_mut(path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Storage for Folder {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.at(path))
    }

    fn read_at(&self, path: &str, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut file = File::open(self.at(path))?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn length(&self, path: &str) -> io::Result<Option<u64>> {
        match fs::metadata(self.at(path)) {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.at(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            names.push(if entry.file_type()?.is_dir() { format!("{name}/") } else { name });
        }
        names.sort();
        Ok(names)
    }

    fn create_folder(&mut self, folder: &str) -> io::Result<()> {
        fs::create_dir_all(self.at(folder))
    }

    fn create(&mut self, path: &str) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if path.starts_with("vault/") {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = options.open(self.at(path))?;
        self.open.insert(path.to_owned(), file);
        Ok(())
    }

    fn append(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let file = self.file(path)?;
        file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)
    }

    fn overwrite(&mut self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let file = self.file(path)?;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)
    }

    fn truncate(&mut self, path: &str, length: u64) -> io::Result<()> {
        self.file(path)?.set_len(length)
    }

    fn sync(&mut self, path: &str) -> io::Result<()> {
        match self.open.get(path) {
            Some(file) => file.sync_data(),
            // Not kept open: there are as many tiles as somebody has leaves.
            None => OpenOptions::new().write(true).open(self.at(path))?.sync_data(),
        }
    }

    #[cfg(unix)]
    fn sync_folder(&mut self, folder: &str) -> io::Result<()> {
        File::open(self.at(folder))?.sync_all()?;
        // The name of the ledger itself stands in the folder above.
        let above = self.path.parent().filter(|_| folder.is_empty());
        match above.map(|above| if above.as_os_str().is_empty() { Path::new(".") } else { above }) {
            Some(above) => File::open(above)?.sync_all(),
            None => Ok(()),
        }
    }

    #[cfg(not(unix))]
    fn sync_folder(&mut self, _folder: &str) -> io::Result<()> {
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.open.remove(from);
        self.open.remove(to);
        fs::rename(self.at(from), self.at(to))
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        self.open.remove(path);
        fs::remove_file(self.at(path))
    }
}
