use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use twox_hash::XxHash3_128;

use super::exit::Failure;
use super::{apart, unfinished};

/// Whether a path means standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Opens a file for reading, or standard input for `-`.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>, Failure> {
    if is_standard(path) {
        return Ok(Box::new(BufReader::with_capacity(1 << 16, io::stdin())));
    }
    let shown = path.display();
    if path.is_dir() {
        return Err(Failure::input(format!("`{shown}` is a folder, and a file is needed")));
    }
    match File::open(path) {
        Ok(file) => Ok(Box::new(BufReader::with_capacity(1 << 16, file))),
        Err(error) => Err(Failure::input(format!("`{shown}` cannot be read: {error}"))),
    }
}

/// A hash of what was read so far. It tells a file that was written to while it was read; who can write to it
/// need not be kept from more than that, so it is the fastest there is.
pub(crate) type SoFar = Rc<RefCell<XxHash3_128>>;

/// A roster that can be read twice, and whether it is the same the second time; standard input is kept in a
/// temporary file.
pub(crate) struct Rereadable {
    spool: Option<File>,
    so_far: SoFar,
}

impl Rereadable {
    pub(crate) fn new(path: &Path) -> Result<Self, Failure> {
        let spool = if is_standard(path) {
            let failed = |error: io::Error| {
                Failure::input(format!(
                    "standard input is read twice, and cannot be kept in a temporary file: {error}"
                ))
            };
            let mut spool = tempfile::tempfile().map_err(failed)?;
            io::copy(&mut io::stdin().lock(), &mut spool).map_err(failed)?;
            Some(spool)
        } else {
            None
        };
        Ok(Self { spool, so_far: SoFar::default() })
    }

    /// Begins a reading.
    pub(crate) fn restart(&mut self) -> SoFar {
        self.so_far = SoFar::default();
        Rc::clone(&self.so_far)
    }

    /// Opens a file at its start.
    pub(crate) fn open(&self, path: &Path) -> Result<Box<dyn Read>, Failure> {
        let inner: Box<dyn Read> = match &self.spool {
            Some(spool) => {
                let mut spool = spool.try_clone()?;
                spool.seek(SeekFrom::Start(0))?;
                Box::new(spool)
            }
            None => open(path)?,
        };
        let digesting = Digesting { inner, so_far: Rc::clone(&self.so_far) };
        Ok(Box::new(BufReader::with_capacity(1 << 16, digesting)))
    }
}

struct Digesting {
    inner: Box<dyn Read>,
    so_far: SoFar,
}

impl Read for Digesting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.so_far.borrow_mut().write(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Reads a text file whole.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    open(path)?
        .read_to_string(&mut text)
        .map_err(|error| Failure::input(format!("`{}` cannot be read: {error}", path.display())))?;
    Ok(text)
}

/// A file that appears whole or not at all: it is written under another name beside its own and renamed
/// when it is complete. `-` is standard output, which is written at once.
pub(crate) struct Output {
    writer: Writer,
    /// Its name while it is written, and its name.
    names: Option<(PathBuf, PathBuf)>,
}

enum Writer {
    Standard(BufWriter<io::Stdout>),
    File(BufWriter<File>),
}

impl Output {
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        if is_standard(path) {
            return Ok(Self::standard());
        }
        apart::require_no_ledger(path)?;
        let Some(name) = path.file_name() else {
            return Err(Failure::input(format!("`{}` is not the name of a file", path.display())));
        };
        if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
            // A device or a pipe stays what it is.
            let file = File::create(path).map_err(|error| cannot_write(path, &error))?;
            return Ok(Self { writer: Writer::File(BufWriter::new(file)), names: None });
        }
        let (file, temporary) =
            unfinished::create(path, name).map_err(|error| cannot_write(path, &error))?;
        Ok(Self {
            writer: Writer::File(BufWriter::new(file)),
            names: Some((temporary, path.to_path_buf())),
        })
    }

    pub(crate) fn standard() -> Self {
        let writer = BufWriter::with_capacity(1 << 16, io::stdout());
        Self { writer: Writer::Standard(writer), names: None }
    }

    /// Completes the file and gives it its name, so that it is there after a power cut too.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.flush()?;
        let (Some((temporary, path)), Writer::File(writer)) = (&self.names, &self.writer) else {
            return Ok(());
        };
        writer
            .get_ref()
            .sync_all()
            .and_then(|()| fs::rename(temporary, path))
            .and_then(|()| sync_folder(path))
            .map_err(|error| cannot_write(path, &error))
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::input(format!("`{}` cannot be written: {error}", path.display()))
}

/// Writes to disk that the folder of a file has it under its name.
#[cfg(unix)]
fn sync_folder(of: &Path) -> io::Result<()> {
    let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Folders cannot be opened here.
#[cfg(not(unix))]
fn sync_folder(_of: &Path) -> io::Result<()> {
    Ok(())
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Writer::Standard(writer) => writer.write(bytes),
            Writer::File(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::Standard(writer) => writer.flush(),
            Writer::File(writer) => writer.flush(),
        }
    }
}

/// A file that was not completed leaves nothing behind.
impl Drop for Output {
    fn drop(&mut self) {
        if let Some((temporary, _)) = &self.names {
            unfinished::remove(temporary);
        }
    }
}
