use serde::Serialize;

use crate::report::page::{clean, whole};

/// A sentence in which what comes from a policy stands apart from our own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Sentence(Vec<Phrase>);

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Phrase {
    pub(super) kind: Kind,
    pub(super) text: String,
}

/// Whose words they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Ours.
    Words,
    /// A text for people from a policy.
    Quoted,
    /// A name or a value as policies write it.
    Code,
}

impl Sentence {
    pub(super) fn of(words: &str) -> Self {
        Self::default().words(words)
    }

    /// Our own words, in which names stand between backticks.
    pub(super) fn named(text: &str) -> Self {
        let parts = text.split('`').enumerate();
        parts.fold(Self::default(), |made, (place, part)| match (part, place % 2) {
            ("", _) => made,
            (words, 0) => made.words(words),
            (name, _) => made.code(name),
        })
    }

    pub(super) fn words(self, text: &str) -> Self {
        self.with(Kind::Words, text)
    }

    pub(super) fn code(self, text: &str) -> Self {
        self.with(Kind::Code, text)
    }

    pub(super) fn quoted(self, text: &str) -> Self {
        self.with(Kind::Quoted, text)
    }

    fn with(mut self, kind: Kind, text: &str) -> Self {
        self.0.push(Phrase { kind, text: whole(text) });
        self
    }

    pub(super) fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Each of several as code, with commas between them.
    pub(super) fn codes<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        for (place, name) in names.into_iter().enumerate() {
            if place > 0 {
                self = self.words(", ");
            }
            self = self.code(name);
        }
        self
    }

    /// Without a blank at its end, and with an end that it does not have yet.
    pub(super) fn ended(mut self, end: &str) -> Self {
        if let Some(last) = self.0.last_mut() {
            last.text.truncate(last.text.trim_end().len());
            if !last.text.ends_with([':', '.']) {
                last.text.push_str(end);
            }
        }
        self
    }

    pub(super) fn phrases(&self) -> &[Phrase] {
        &self.0
    }

    /// As text without any markup.
    pub(super) fn plain(&self) -> String {
        let phrases = self.0.iter().map(|phrase| match phrase.kind {
            Kind::Words => phrase.text.clone(),
            Kind::Quoted => format!("“{}”", phrase.text),
            Kind::Code => format!("`{}`", phrase.text),
        });
        phrases.collect()
    }
}

/// A text that is not worth more than a line.
pub(super) fn line(text: &str) -> String {
    clean(text)
}
