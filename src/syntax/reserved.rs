/// The words that begin a clause of a rule or of the decision.
const CLAUSE_WORDS: [&str; 14] = [
    "cites",
    "severity",
    "weight",
    "when",
    "says",
    "dated",
    "lasts",
    "answers",
    "required",
    "met",
    "failed",
    "because",
    "accepted",
    "unsettled",
];

/// The words that conditions are made of.
const CONDITION_WORDS: [&str; 13] = [
    "and", "or", "not", "is", "in", "where", "having", "exists", "every", "assume", "yes", "no",
    "it",
];

/// Whether a word begins a clause.
pub(super) fn is_clause_word(word: &str) -> bool {
    CLAUSE_WORDS.contains(&word)
}

/// Whether a word cannot begin a path, so that no field may bear it; as `reserved` in the grammar.
#[must_use]
pub fn is_reserved(word: &str) -> bool {
    is_clause_word(word) || CONDITION_WORDS.contains(&word)
}
