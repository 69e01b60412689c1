//! Any bytes as the text of a policy: it is loaded or refused with findings that can be shown.
#![no_main]

use duecare::diagnostic::{Style, render, to_json};
use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use libfuzzer_sys::fuzz_target;
use shipped::{as_of, load_text};

fuzz_target!(|text: &[u8]| {
    let loaded = load_text(text);
    let style = Style { color: false, width: 80 };
    for found in &loaded.diagnostics {
        assert!(!render(found, &loaded.sources, style).is_empty());
    }
    let _ = to_json(&loaded.diagnostics, &loaded.sources);
    assert!(!loaded.has_errors() || loaded.policies.is_empty());
    if let Some(policy) = loaded.policies.into_iter().next() {
        // A dated value may have none on that day.
        let _ = Engine::new(policy, as_of(), Dispositions::default());
    }
});
