//! The one way in which a lock is written: YAML, one line for each clause, in one order.

use std::fmt::Write as _;

use super::lock::{FORM, Lock, PublishedFile, PublishedVersion};
use crate::digest::Digest;

const HEAD: &str = "# Published versions of policies and what they are made of. `duecare publish` writes this file, nobody else.";

pub(super) fn text(lock: &Lock) -> String {
    let mut text = format!("{HEAD}\nform: {FORM}\n");
    section(&mut text, "versions", lock.versions.is_empty());
    for published in &lock.versions {
        version(&mut text, published);
    }
    section(&mut text, "files", lock.files.is_empty());
    for (path, published) in &lock.files {
        file(&mut text, path, published);
    }
    section(&mut text, "lists", lock.lists.is_empty());
    for (path, digest) in &lock.lists {
        let _ = writeln!(text, "  {}: {digest}", scalar(path));
    }
    let digest = Digest::of(text.as_bytes());
    let _ = writeln!(text, "digest: {digest}");
    text
}

fn section(text: &mut String, name: &str, is_empty: bool) {
    text.push_str(name);
    text.push_str(if is_empty { ": {}\n" } else { ":\n" });
}

fn version(text: &mut String, version: &PublishedVersion) {
    let _ = writeln!(text, "  {}:", version.key());
    let _ = writeln!(text, "    status: {}", version.status.word());
    let _ = writeln!(text, "    from: {}", version.from);
    if let Some(until) = version.until {
        let _ = writeln!(text, "    until: {until}");
    }
    let _ = writeln!(text, "    published: {}", version.published);
    let _ = writeln!(text, "    digest: {}", version.digest);
    let _ = writeln!(text, "    meaning: {}", version.meaning);
    if !version.earlier.is_empty() {
        text.push_str("    earlier:\n");
        for digest in &version.earlier {
            let _ = writeln!(text, "      - {digest}");
        }
    }
    let _ = writeln!(text, "    file: {}", scalar(&version.file));
    sequence(text, "uses", &version.uses);
    sequence(text, "lists", &version.lists);
}

fn sequence(text: &mut String, name: &str, paths: &[String]) {
    if paths.is_empty() {
        let _ = writeln!(text, "    {name}: []");
        return;
    }
    let _ = writeln!(text, "    {name}:");
    for path in paths {
        let _ = writeln!(text, "      - {}", scalar(path));
    }
}

fn file(text: &mut String, path: &str, file: &PublishedFile) {
    let _ = writeln!(text, "  {}:", scalar(path));
    let _ = writeln!(text, "    text: {}", file.text);
    let _ = writeln!(text, "    layout: {}", file.layout);
    let _ = writeln!(text, "    meaning: {}", file.meaning);
    text.push_str(if file.clauses.is_empty() { "    clauses: {}\n" } else { "    clauses:\n" });
    for (name, digest) in &file.clauses {
        let _ = writeln!(text, "      {}: {digest}", scalar(name));
    }
}

/// A path or a name; one that YAML could take for something else is quoted.
fn scalar(content: &str) -> String {
    let is_plain = content.starts_with(|letter: char| letter.is_ascii_lowercase())
        && content.bytes().all(
            |byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'/' | b' '),
        )
        && !content.ends_with(' ')
        && (content.contains(['.', '/', ' ']) || matches!(content, "policy" | "decision"));
    if is_plain {
        return content.to_owned();
    }
    // A string of JSON is one of YAML.
    serde_json::Value::from(content).to_string()
}
