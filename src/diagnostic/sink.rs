use super::{Diagnostic, Level};

/// Collects findings; no pass stops at the first.
#[derive(Debug, Default)]
pub struct Sink {
    found: Vec<Diagnostic>,
}

impl Sink {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// How many findings there are so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there are none so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many findings so far keep the policy from being used.
    #[must_use]
    pub fn error_count(&self) -> usize {
        self.found.iter().filter(|found| found.level() == Level::Error).count()
    }

    /// Whether any finding keeps the policy from being used.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|found| found.level() == Level::Error)
    }

    /// All findings by place, each once.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|left, right| {
            (left.span, left.code, &left.message).cmp(&(right.span, right.code, &right.message))
        });
        self.found.dedup();
        self.found
    }
}
