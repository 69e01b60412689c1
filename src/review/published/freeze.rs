//! What is kept of a version: digests of its texts, of what they say, of each clause.

use std::collections::BTreeMap;
use std::fmt;

use super::clause_digest::ClauseDigest;
use super::lock::PublishedFile;
use crate::digest::Digest;
use crate::loader::Policy;
use crate::source::{FileId, SourceFile, Sources};
use crate::syntax::{Declared, NotFormatted, declared};

/// What the digest of a meaning begins with.
const MEANING: &str = "duecare.meaning/1";

/// Why a file cannot be frozen.
#[derive(Clone, Debug)]
pub enum CannotFreeze {
    /// A text that the policy was made from is not there.
    NoText,
    /// A file cannot be laid out.
    NotFormatted(String, NotFormatted),
}

impl fmt::Display for CannotFreeze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoText => f.write_str("a text of the policy is not there"),
            Self::NotFormatted(path, problem) => write!(f, "`{path}`: {problem}"),
        }
    }
}

impl std::error::Error for CannotFreeze {}

/// The digest of a text as decisions and locks see it: line ends aside.
pub(in crate::review) fn text_digest(file: &SourceFile) -> Digest {
    Digest::of(file.text().as_bytes())
}

/// The lists of a version that lie in files, with the digests of their texts.
pub(in crate::review) fn lists_of(
    policy: &Policy,
    sources: &Sources,
) -> Result<Vec<(String, Digest)>, CannotFreeze> {
    let lists = policy.lists.iter().map(|list| {
        let source = sources.file(list.file).ok_or(CannotFreeze::NoText)?;
        Ok((list.name.clone(), text_digest(source)))
    });
    lists.collect()
}

/// What is kept of a file.
pub(super) fn file(id: FileId, file: &SourceFile) -> Result<PublishedFile, NotFormatted> {
    let (laid_out, all) = declared(id, file)?;
    Ok(PublishedFile {
        text: text_digest(file),
        layout: Digest::of(laid_out.as_bytes()),
        meaning: meaning_of_file(&all),
        clauses: clauses(&all),
    })
}

/// The digests of declarations by their names.
pub(super) fn clauses(all: &[Declared]) -> BTreeMap<String, ClauseDigest> {
    all.iter().map(|one| (one.name.clone(), ClauseDigest::of(&one.line))).collect()
}

pub(super) fn meaning_of_file(all: &[Declared]) -> Digest {
    let mut lines: Vec<&str> = all.iter().map(|one| one.line.as_str()).collect();
    lines.sort_unstable();
    Digest::of(format!("{MEANING}\n{}\n", lines.join("\n")).as_bytes())
}

/// The digest of what a version says: of its declarations and those it uses, whatever their layout, comments
/// and order, and of the texts of its lists.
///
/// # Errors
/// If a file cannot be laid out.
pub fn meaning_of(policy: &Policy, sources: &Sources) -> Result<Digest, CannotFreeze> {
    let mut meanings = Vec::new();
    for id in &policy.files {
        let source = sources.file(*id).ok_or(CannotFreeze::NoText)?;
        let all = declared(*id, source)
            .map_err(|problem| CannotFreeze::NotFormatted(shown(source), problem))?;
        meanings.push(meaning_of_file(&all.1));
    }
    let mut lists = Vec::new();
    for list in &policy.lists {
        let source = sources.file(list.file).ok_or(CannotFreeze::NoText)?;
        lists.push((list.name.clone(), text_digest(source)));
    }
    Ok(whole_meaning(&meanings, &lists))
}

/// The same from the meanings of files, the policy's own first, and the named lists.
pub(super) fn whole_meaning(files: &[Digest], lists: &[(String, Digest)]) -> Digest {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(files.iter().skip(1).map(|used| format!("use {used}")));
    lines.extend(lists.iter().map(|(name, text)| format!("list {name} {text}")));
    lines.sort_unstable();
    let own = files.first().map(|own| format!("policy {own}"));
    let lines: Vec<String> = own.into_iter().chain(lines).collect();
    Digest::of(format!("{MEANING}\n{}\n", lines.join("\n")).as_bytes())
}

pub(super) fn shown(file: &SourceFile) -> String {
    file.path().display().to_string()
}
