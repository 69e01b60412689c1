//! A manifest and two tables of any bytes, with zeros between: a folder is read or refused, and never in a panic.
#![no_main]

use std::io::{self, Read};

use duecare::roster::{BadValues, FolderReader, Manifest, RawReader};
use libfuzzer_sys::fuzz_target;
use shipped::engine;

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(3, |byte| *byte == 0);
    let (Some(manifest), Some(subjects), Some(logins)) = (parts.next(), parts.next(), parts.next())
    else {
        return;
    };
    let Ok(manifest) = std::str::from_utf8(manifest) else { return };
    let Ok(manifest) = Manifest::parse(manifest) else { return };
    let (subjects, logins) = (subjects.to_vec(), logins.to_vec());
    let subjects_file = manifest.subjects.file.clone();
    let mut open = |file: &str| -> io::Result<Box<dyn Read>> {
        let bytes = if file == subjects_file { subjects.clone() } else { logins.clone() };
        Ok(Box::new(io::Cursor::new(bytes)))
    };
    let program = engine().program();
    let Ok(folder) = FolderReader::new(&manifest, program.schema(), program.subject(), &mut open) else {
        return;
    };
    let mut reader: RawReader<&[u8]> = RawReader::of_folder(folder);
    let layout = engine().layout(BadValues::Refuse);
    while let Ok(Some(raw)) = reader.next_record() {
        let decoded = layout.decode(&raw);
        assert!(decoded.record.is_some() || !decoded.problems.is_empty());
    }
});
