use std::fs::File;
use std::io::{self, Read as _};

use duecare::digest::Digest;
use duecare::ledger::run::EngineId;
use sha2::{Digest as _, Sha256};

/// This program, as evidence names it: its version, and the digest of its executable file.
pub(crate) fn engine() -> io::Result<EngineId> {
    let mut file = File::open(std::env::current_exe()?)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
    Ok(EngineId {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        digest: Digest::from_bytes(hasher.finalize().into()),
    })
}
