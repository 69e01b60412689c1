//! What changed between two versions of a policy, for people: on a terminal, as Markdown for a comment, and as a
//! page that can be printed.

mod citation;
mod html;
mod impact;
mod json;
mod label;
mod markdown;
mod part;
mod sentence;
mod terminal;
mod texts;
mod told;
mod value;
mod witness;
mod words;

pub use html::difference_page;
pub use json::difference_json;
pub use markdown::difference_markdown;
pub use terminal::difference_text;

use crate::hir::PolicySet;
use crate::review::Comparison;
use crate::review::impact::Impact;
use crate::review::published::Standing;

/// A comparison, and what is known of its two versions.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'c> {
    /// What changed.
    pub comparison: &'c Comparison,
    /// The old version.
    pub old: ComparedVersion<'c>,
    /// The new one.
    pub new: ComparedVersion<'c>,
    /// Whether records were looked for that both versions judge differently.
    pub was_sought: bool,
    /// A roster by its name, and what becomes of it.
    pub impact: Option<(&'c str, &'c Impact)>,
}

/// One of the versions that were compared.
#[derive(Clone, Copy, Debug)]
pub struct ComparedVersion<'c> {
    /// What it means, with the documents that it cites.
    pub policy: &'c PolicySet,
    /// How it was named by who asked.
    pub named: &'c str,
    /// Whether it is published.
    pub standing: Standing,
}
