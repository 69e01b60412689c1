//! Any bytes as the text of a policy: it is loaded or refused with findings that can be shown.
#![no_main]

use std::path::{Path, PathBuf};

use duecare::diagnostic::{Style, render, to_json};
use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::loader::load;
use duecare::value::Instant;
use libfuzzer_sys::fuzz_target;

const CONTRACTOR: &[u8] = include_bytes!("../../../policies/records/contractor.due");
const ADVISORY: &[u8] = include_bytes!("../../../policies/sources/advisory-2022.due");

fuzz_target!(|text: &[u8]| {
    let main = PathBuf::from("policies/fuzz/1.0.0.due");
    let loaded = load(&[main], &mut |asked: &Path| {
        Ok(if asked.ends_with("contractor.due") {
            CONTRACTOR.to_vec()
        } else if asked.ends_with("advisory-2022.due") {
            ADVISORY.to_vec()
        } else {
            text.to_vec()
        })
    });
    let style = Style { color: false, width: 80 };
    for found in &loaded.diagnostics {
        assert!(!render(found, &loaded.sources, style).is_empty());
    }
    let _ = to_json(&loaded.diagnostics, &loaded.sources);
    assert!(!loaded.has_errors() || loaded.policies.is_empty());
    if let (Some(policy), Ok(as_of)) =
        (loaded.policies.into_iter().next(), Instant::parse("2022-08-01T00:00:00Z"))
    {
        // A dated value may have none on that day.
        let _ = Engine::new(policy, as_of, Dispositions::default());
    }
});
