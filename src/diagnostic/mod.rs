//! What is wrong with a policy, as data: a code, a sentence, places, and what to do.

mod code;
mod json;
mod render;
mod sink;
mod suggest;

pub use code::{Code, Level};
pub use json::to_json;
pub use render::{Style, render};
pub use sink::Sink;

pub(crate) use suggest::did_you_mean;

use crate::source::Span;

/// One finding about a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind of finding.
    pub code: Code,
    /// What is wrong here, in one sentence.
    pub message: Sentence,
    /// Where.
    pub span: Span,
    /// What to say at that place, where it adds to the message.
    pub label: Option<Sentence>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// What to do about it.
    pub hints: Vec<Sentence>,
}

/// A sentence for a reader who is not a programmer: lower case, no full stop, words of the policy in
/// backticks.
pub type Sentence = String;

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// What is there.
    pub label: Sentence,
}

impl Diagnostic {
    /// A finding of that code at that place.
    pub fn new(code: Code, span: impl Into<Span>, message: impl Into<Sentence>) -> Self {
        Self {
            code,
            message: message.into(),
            span: span.into(),
            label: None,
            related: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// Says something at the place itself.
    #[must_use]
    pub fn label(mut self, label: impl Into<Sentence>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Points to another place.
    #[must_use]
    pub fn related(mut self, span: impl Into<Span>, label: impl Into<Sentence>) -> Self {
        self.related.push(Related { span: span.into(), label: label.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Sentence>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Offers the closest of the names that would be right, if one is close.
    #[must_use]
    pub fn suggest<'n>(self, written: &str, names: impl IntoIterator<Item = &'n str>) -> Self {
        match did_you_mean(written, names) {
            Some(name) => self.hint(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// Whether it keeps the policy from being used, or only asks for attention.
    #[must_use]
    pub fn level(&self) -> Level {
        self.code.level()
    }
}
