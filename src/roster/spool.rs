use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};

/// Copies a roster that cannot be read from the start to the end into a temporary file.
pub(super) fn spooled(mut reader: impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut reader, &mut file)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}
