//! What changed between two versions of a policy, for people: on a terminal, as Markdown for a comment, and as a
//! page that can be printed.

mod html;
mod markdown;
mod sentence;
mod terminal;
mod texts;
mod told;
mod witness;
mod words;

pub use html::difference_page;
pub use markdown::difference_markdown;
pub use terminal::difference_text;

use crate::review::Comparison;
use crate::review::published::Standing;

/// A comparison, and what is known of its two versions.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'c> {
    /// What changed.
    pub comparison: &'c Comparison,
    /// How the old version was named by who asked.
    pub old_named: &'c str,
    /// Whether it is published.
    pub old_standing: Standing,
    /// How the new version was named.
    pub new_named: &'c str,
    /// Whether it is published.
    pub new_standing: Standing,
    /// Whether records were looked for that both versions judge differently.
    pub was_sought: bool,
}
