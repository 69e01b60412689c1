//! What lies in an export beside its log, compared with the log.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use duecare::digest::Digest;
use duecare::ledger::View;
use duecare::ledger::canonical::Canonical;
use duecare::ledger::commitment::{Disclosure, commitment};
use duecare::ledger::verify::{Finding, Weight};
use serde_json::Value;

use super::export::{files, policies};
use crate::cli::exit::Failure;
use crate::cli::ledgers;

/// What does not fit the log, and what nothing in the log speaks of. Nothing for a ledger, which is no export.
pub(super) fn findings(bag: &Path) -> Vec<Finding> {
    if !bag.join("bagit.txt").is_file() {
        return Vec::new();
    }
    compared(bag)
        .unwrap_or_else(|failure| vec![finding(Weight::Fault, "data", &failure.to_string())])
}

fn compared(bag: &Path) -> Result<Vec<Finding>, Failure> {
    let view = ledgers::view(bag)?;
    let events = events(bag, &view)?;
    let mut found = Vec::new();
    let mut fault = |name: &str, what: &str| found.push(finding(Weight::Fault, name, what));
    if !view.events().iter().eq(events.iter().map(|(index, leaf)| (*index, leaf))) {
        fault("data/log/index/events", "it does not say what the log says");
    }
    let mut texts = policies(&view, events.values())?;
    let mut strangers = Vec::new();
    for file in files(&bag.join("data"))? {
        let inside = file.strip_prefix(bag).unwrap_or(&file).to_path_buf();
        let name = inside.display().to_string();
        let bytes = fs::read(&file)?;
        let part = inside.iter().nth(1).unwrap_or_default().to_string_lossy();
        match part.as_ref() {
            "log" => {}
            "policies" if texts.remove(&inside).is_some_and(|text| text == bytes) => {}
            "policies" => fault(&name, "it is not a text of a policy that the log names"),
            "proofs" if is_proof(&view, &inside, &bytes) => {}
            "proofs" => fault(&name, "it is not the proof of a leaf of this log"),
            "disclosures" if is_disclosed(&view, &bytes).is_some() => {}
            "disclosures" => fault(&name, "it is not what a leaf of this log commits to"),
            _ => strangers.push(name),
        }
    }
    for missing in texts.keys() {
        fault(&missing.display().to_string(), "the text of a policy that the log names is missing");
    }
    found.extend(strangers.iter().map(|name| finding(Weight::Note, name, NOT_COVERED)));
    Ok(found)
}

const NOT_COVERED: &str = "it is not signed, and was not compared with anything: `duecare ledger export` makes it anew from the rest";

/// The leaves that are of no record of a run, from the leaves themselves: the index beside them may be altered.
fn events(bag: &Path, view: &View) -> Result<BTreeMap<u64, Canonical>, Failure> {
    let mut events = BTreeMap::new();
    view.leaves(0..view.head().size, &mut |index, bytes| {
        if let Ok(leaf) = Canonical::parse(bytes)
            && !matches!(leaf.text_at("kind"), Some("decision" | "refused"))
        {
            events.insert(index, leaf);
        }
        Ok(true)
    })
    .map_err(|problem| ledgers::failure(bag, &problem))?;
    Ok(events)
}

fn is_proof(view: &View, path: &Path, bytes: &[u8]) -> bool {
    let leaf = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
    let proof = leaf.and_then(|leaf| view.prove(leaf).ok());
    proof.is_some_and(|proof| proof.to_string().as_bytes() == bytes)
}

/// Something if the leaf commits to the field and to the subject, and the proof is that of the leaf.
fn is_disclosed(view: &View, bytes: &[u8]) -> Option<()> {
    let shown: Value = serde_json::from_slice(bytes).ok()?;
    let digest = |value: &Value| Digest::parse(value.as_str()?);
    let index = shown.get("leaf")?.as_u64()?;
    let leaf = view.event(index).ok()?;
    let disclosure = Disclosure {
        field: shown.get("field")?.as_str()?.to_owned(),
        value: shown.get("value")?.as_str()?.as_bytes().to_vec(),
        salt: digest(shown.get("salt")?)?,
        index: shown.get("index")?.as_u64()?,
        size: shown.get("size")?.as_u64()?,
        path: shown.get("path")?.as_array()?.iter().map(digest).collect::<Option<_>>()?,
    };
    let subject = shown.get("subject")?;
    let subject = commitment(
        &digest(subject.get("salt")?)?,
        "subject",
        subject.get("id")?.as_str()?.as_bytes(),
    );
    let holds = disclosure.is_under(&leaf.digest_at("fields")?)
        && leaf.digest_at("subject")? == subject
        && view.prove(index).ok()?.to_string() == shown.get("proof")?.as_str()?;
    holds.then_some(())
}

fn finding(weight: Weight, path: &str, what: &str) -> Finding {
    Finding { weight, path: path.to_owned(), offset: None, leaf: None, what: what.to_owned() }
}
