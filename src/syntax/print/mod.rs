//! One canonical layout of a file.
//!
//! The order of what is written stays, and so do comments and single blank lines; everything between is
//! laid out anew. What comes out says the same: that is checked each time.

mod doc;
mod layout;

use std::fmt;

use super::ast::PolicyFile;
use super::{chunk, grammar, parse};
use crate::diagnostic::{Diagnostic, Sink};
use crate::source::{FileId, SourceFile};
use doc::Doc;
use layout::Layout;

/// Layouts of layouts that are tried until one stays as it is.
const ROUNDS_MAX: usize = 5;

/// Why a text was not laid out.
#[derive(Clone, Debug)]
pub enum NotFormatted {
    /// It has mistakes that keep it from being understood.
    Mistakes(Vec<Diagnostic>),
    /// The layout would say something else: a fault of this program.
    Fault,
}

impl fmt::Display for NotFormatted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mistakes(found) => write!(f, "it cannot be understood: {} mistakes", found.len()),
            Self::Fault => f.write_str("its layout would say something else; please report this"),
        }
    }
}

impl std::error::Error for NotFormatted {}

/// The text in the canonical layout.
///
/// # Errors
/// If the text cannot be understood; nothing is said of its meaning.
pub fn format(id: FileId, file: &SourceFile) -> Result<String, NotFormatted> {
    let before = understood(id, file)?;
    let comments = comments_of(file.text());
    let mut current = file.text().to_owned();
    for _ in 0..ROUNDS_MAX {
        let next = laid_out(id, &current).ok_or(NotFormatted::Fault)?;
        if next == current {
            break;
        }
        current = next;
    }
    let after = understood(id, &SourceFile::new(file.path().to_path_buf(), &current));
    let is_same = after.is_ok_and(|after| after == before)
        && comments_of(&current) == comments
        && laid_out(id, &current).as_ref() == Some(&current);
    if is_same { Ok(current) } else { Err(NotFormatted::Fault) }
}

fn understood(id: FileId, file: &SourceFile) -> Result<PolicyFile, NotFormatted> {
    let mut sink = Sink::default();
    let parsed = parse(&mut sink, id, file);
    let is_understood = parsed.unread.is_empty() && !sink.has_errors();
    if is_understood { Ok(parsed) } else { Err(NotFormatted::Mistakes(sink.into_sorted())) }
}

/// The words of all comments; two of them may come to stand on one line, and are one then.
fn comments_of(text: &str) -> Vec<String> {
    let comments = chunk::comments(text).into_iter().filter_map(|range| text.get(range));
    comments.flat_map(|comment| comment.split_whitespace().map(str::to_owned)).collect()
}

fn laid_out(id: FileId, text: &str) -> Option<String> {
    let mut sink = Sink::default();
    let mut layout = Layout::new(text);
    let mut parts: Vec<Doc> = Vec::new();
    for chunk in chunk::split(&mut sink, id, text) {
        let pair = grammar::parse_declaration(text.get(chunk.start..chunk.end)?).ok()?;
        let declaration = layout.declaration(pair, chunk.start);
        parts.push(declaration);
    }
    parts.push(layout.rest());
    let mut printed = Doc::concat(parts).print();
    printed.truncate(printed.trim_end().len());
    if !printed.is_empty() {
        printed.push('\n');
    }
    Some(printed)
}
