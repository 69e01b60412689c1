//! A manifest and two tables of any bytes, with zeros between: a folder is read or refused, and never in a panic.
#![no_main]

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::loader::load;
use duecare::roster::{BadValues, FolderReader, Manifest, RawReader};
use duecare::value::Instant;
use libfuzzer_sys::fuzz_target;

const POLICY: &[u8] = include_bytes!("../../../policies/dprk-it-workers/1.0.0.due");
const CONTRACTOR: &[u8] = include_bytes!("../../../policies/records/contractor.due");
const ADVISORY: &[u8] = include_bytes!("../../../policies/sources/advisory-2022.due");

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let loaded = load(&[PathBuf::from("policies/p/1.0.0.due")], &mut |asked: &Path| {
            Ok(if asked.ends_with("contractor.due") {
                CONTRACTOR.to_vec()
            } else if asked.ends_with("advisory-2022.due") {
                ADVISORY.to_vec()
            } else {
                POLICY.to_vec()
            })
        });
        let policy = loaded.policies.into_iter().next().expect("the shipped policy");
        let as_of = Instant::parse("2022-08-01T00:00:00Z").expect("a time");
        Engine::new(policy, as_of, Dispositions::default()).expect("a program")
    })
}

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
