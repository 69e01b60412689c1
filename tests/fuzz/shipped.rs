//! The shipped policy, and what it uses, for the fuzz targets.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::loader::{Loaded, load};
use duecare::roster::panic_is_of_damaged_file;
use duecare::value::Instant;

const POLICY: &[u8] = include_bytes!("../../policies/dprk-it-workers/1.0.0.due");
const CONTRACTOR: &[u8] = include_bytes!("../../policies/records/contractor.due");
const ADVISORY: &[u8] = include_bytes!("../../policies/sources/advisory-2022.due");

/// Loads a text as a policy that may use what the shipped one uses.
pub fn load_text(policy: &[u8]) -> Loaded {
    load(&[PathBuf::from("policies/fuzz/1.0.0.due")], &mut |asked: &Path| -> io::Result<Vec<u8>> {
        Ok(if asked.ends_with("contractor.due") {
            CONTRACTOR.to_vec()
        } else if asked.ends_with("advisory-2022.due") {
            ADVISORY.to_vec()
        } else {
            policy.to_vec()
        })
    })
}

/// The day on which everything is decided.
pub fn as_of() -> Instant {
    Instant::parse("2022-08-01T00:00:00Z").expect("a time")
}

/// The shipped policy, made ready once.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |fault| {
            if !panic_is_of_damaged_file() {
                hook(fault);
            }
        }));
        let policy = load_text(POLICY).policies.into_iter().next().expect("the shipped policy");
        Engine::new(policy, as_of(), Dispositions::default()).expect("a program")
    })
}
