use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use duecare::digest::Digest;
use duecare::ledger::verify::{Finding, Weight};

use super::export::files;

/// What is wrong with an export as a bag: the first file that is not what the manifest says. Nothing for a
/// ledger, which is no bag.
pub(super) fn finding(folder: &Path) -> Option<Finding> {
    if !folder.join("bagit.txt").is_file() {
        return None;
    }
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let Ok(text) = fs::read_to_string(folder.join(manifest)) else {
            return Some(fault(manifest, "the manifest of the export cannot be read"));
        };
        let mut named = BTreeSet::new();
        for line in text.lines() {
            let Some((digest, name)) = line.split_once("  ") else {
                return Some(fault(manifest, "a line of the manifest is not a digest and a name"));
            };
            let found = fs::read(folder.join(name)).map(|bytes| Digest::of(&bytes).to_string());
            if found.ok() != Some(format!("sha256:{digest}")) {
                return Some(fault(name, "the file is missing, or not what the manifest says"));
            }
            named.insert(folder.join(name));
        }
        let is_of_payload = manifest == "manifest-sha256.txt";
        let payload = if is_of_payload { files(&folder.join("data")) } else { Ok(Vec::new()) };
        match payload {
            Ok(payload) => {
                if let Some(stranger) = payload.iter().find(|file| !named.contains(*file)) {
                    let name = stranger.strip_prefix(folder).unwrap_or(stranger).display();
                    return Some(fault(&name.to_string(), "the manifest does not know the file"));
                }
            }
            Err(error) => return Some(fault("data", &format!("it cannot be read: {error}"))),
        }
    }
    None
}

fn fault(path: &str, what: &str) -> Finding {
    Finding {
        weight: Weight::Fault,
        path: path.to_owned(),
        offset: None,
        leaf: None,
        what: what.to_owned(),
    }
}
