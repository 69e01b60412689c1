use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use duecare::loader::{Loaded, load};
use duecare::review::{Comparison, Version};

use super::lines::lines;
use crate::support::root;

const FOLDER: &str = "tests/fixtures/review";

/// A pair of versions with what has to be told of them.
struct Fixture {
    old: String,
    new: String,
    expected: Vec<String>,
}

impl Fixture {
    fn parse(text: &str, preamble: &str) -> Self {
        let (_, rest) = text.split_once("--- old\n").expect("an old version");
        let (old, rest) = rest.split_once("--- new\n").expect("a new version");
        let (new, expected) = rest.split_once("--- expected\n").expect("what is expected");
        let mut expected: Vec<String> =
            expected.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        expected.sort();
        Self { old: whole(preamble, old, "1.0.0"), new: whole(preamble, new, "2.0.0"), expected }
    }
}

/// The declarations of a side behind those of the preamble that it does not have itself.
fn whole(preamble: &str, own: &str, version: &str) -> String {
    let names: BTreeSet<String> = declarations(own).iter().map(|text| name_of(text)).collect();
    let mut text = String::new();
    for declaration in declarations(preamble) {
        if !names.contains(&name_of(&declaration)) {
            let _ = writeln!(text, "{declaration}");
        }
    }
    format!("{text}\n{own}").replace("VERSION", version)
}

/// Begins a declaration at each line that begins with a letter.
fn declarations(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            found.push(String::new());
        }
        if let Some(last) = found.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    found
}

/// There is one `policy` and one `decision`; all else has a name.
fn name_of(declaration: &str) -> String {
    let mut words = declaration.split_whitespace();
    match words.next().unwrap_or_default() {
        word @ ("policy" | "decision") => word.to_owned(),
        word => format!("{word} {}", words.next().unwrap_or_default().trim_end_matches([':', '{'])),
    }
}

fn loaded(text: &str) -> Loaded {
    let path = root().join("policies/test/policy.due");
    let loaded = load(&[path], &mut |_: &Path| Ok(text.as_bytes().to_vec()));
    let found: Vec<&str> = loaded.diagnostics.iter().map(|found| found.message.as_str()).collect();
    assert!(!loaded.has_errors(), "{}\n{text}", found.join("\n"));
    loaded
}

fn version(loaded: &Loaded) -> Version<'_> {
    Version { policy: &loaded.policies[0], sources: &loaded.sources }
}

#[test]
fn what_changed_is_told_as_a_reviewer_has_to_know_it() {
    let only = std::env::var("FIXTURE").ok();
    let preamble = std::fs::read_to_string(root().join(FOLDER).join("preamble.part")).unwrap();
    let mut paths: Vec<_> = std::fs::read_dir(root().join(FOLDER))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .filter(|path| only.as_ref().is_none_or(|only| path.to_string_lossy().contains(only)))
        .collect();
    paths.sort();
    let open: BTreeSet<String> =
        crate::support::read(&format!("{FOLDER}/open.md")).lines().filter_map(open_pair).collect();
    let (mut count, mut failures, mut told) = (0, Vec::new(), Vec::new());
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let fixture = Fixture::parse(&std::fs::read_to_string(&path).unwrap(), &preamble);
        let (old, new) = (loaded(&fixture.old), loaded(&fixture.new));
        let comparison = Comparison::of(version(&old), version(&new))
            .expect("texts that can be laid out")
            .witnessed(&old.policies[0], &new.policies[0]);
        let found = lines(&comparison);
        count += 1;
        match (found == fixture.expected, open.contains(&name)) {
            (true, true) => told.push(name),
            (false, false) => failures.push(format!(
                "{name}\n  expected  {}\n  found     {}",
                fixture.expected.join("\n            "),
                found.join("\n            ")
            )),
            (false, true) if std::env::var_os("SHOW_OPEN").is_some() => println!(
                "{name}\n  expected  {}\n  found     {}",
                fixture.expected.join("\n            "),
                found.join("\n            ")
            ),
            (true, false) | (false, true) => {}
        }
    }
    assert!(count >= 200 + open.len() || only.is_some(), "only {count} pairs");
    assert!(failures.is_empty(), "{} of {count} pairs:\n{}", failures.len(), failures.join("\n"));
    assert!(told.is_empty(), "no longer open: {}", told.join(", "));
}

/// The name of a pair that is not yet told as it should be.
fn open_pair(line: &str) -> Option<String> {
    line.strip_prefix("- ").map(str::to_owned)
}
