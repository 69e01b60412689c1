//! What the parser could not read, in words.

use super::reserved::is_clause_word;
use pest::error::{ErrorVariant, InputLocation};

use super::grammar::{ParseError, Rule};
use super::grammar_words::{Word, word};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::source::{FileId, Span};

/// Most alternatives that a message lists.
const ALTERNATIVES_MAX: usize = 8;

/// Signs of other languages, and how the same is said here.
const SIGNS_OF_OTHER_LANGUAGES: [(&str, &str); 14] = [
    ("===", "write `is`"),
    ("==", "write `is`"),
    ("!=", "write `is not`"),
    ("<>", "write `is not`"),
    ("=>", "write `>=`"),
    ("=<", "write `<=`"),
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("!", "write `not`"),
    ("=", "write `is` to compare"),
    (";", "clauses need no `;` between them"),
    ("'", "texts stand in double quotes"),
    ("#", "a remark begins with `//`"),
    ("/*", "a remark begins with `//` and ends with its line"),
];

/// The finding for a declaration that could not be parsed.
pub(super) fn explain(error: &ParseError, text: &str, file: FileId, offset: usize) -> Diagnostic {
    let place = match error.location {
        InputLocation::Pos(place) => place,
        InputLocation::Span((place, _)) => place,
    };
    let rest = text.get(place..).unwrap_or("");
    let found = Found::at(rest);
    let end = place + found.text.len().max(usize::from(!rest.is_empty()));
    let span = Span { file, start: offset + place, end: offset + end };
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => alternatives(positives),
        ErrorVariant::CustomError { .. } => Vec::new(),
    };
    let message = match (found.text, expected.as_slice()) {
        ("", []) => "the declaration ends too early".to_owned(),
        ("", _) => format!("the declaration ends too early: expected {}", join(&expected)),
        (text, []) => format!("`{text}` does not belong here"),
        (text, _) => format!("expected {}, found `{text}`", join(&expected)),
    };
    let diagnostic = Diagnostic::new(Code::UnexpectedText, span, message);
    with_hint(diagnostic, rest, &found, error)
}

fn with_hint(
    diagnostic: Diagnostic,
    rest: &str,
    found: &Found<'_>,
    error: &ParseError,
) -> Diagnostic {
    let sign = SIGNS_OF_OTHER_LANGUAGES.iter().find(|(sign, _)| rest.starts_with(sign));
    if let Some((_, hint)) = sign {
        return diagnostic.hint(*hint);
    }
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        return diagnostic;
    };
    let keywords = positives.iter().flat_map(|rule| keywords(*rule));
    match did_you_mean(found.text, keywords) {
        Some(keyword) => diagnostic.hint(format!("did you mean `{keyword}`?")),
        None if is_clause_word(found.text) => diagnostic.hint(format!(
            "`{}` begins a clause; a value or a condition is missing before it",
            found.text
        )),
        None if found.text.starts_with(|first: char| first.is_ascii_digit()) => diagnostic
            .hint("numbers are written without separators: 1250, 0.5, 24 hours, 85%, 1000 USD"),
        None => diagnostic,
    }
}

/// The first words of what a rule can begin with, for `did you mean`.
fn keywords(rule: Rule) -> impl Iterator<Item = &'static str> {
    let text = match word(rule) {
        Word::Keyword(keyword) => keyword,
        Word::Phrase(phrase) => phrase,
        Word::Inner => "",
    };
    let is_quoted = text.contains('`');
    text.split('`')
        .enumerate()
        .filter(move |(place, _)| !is_quoted || place % 2 == 1)
        .map(|(_, part)| part)
        .filter(|part| part.chars().all(|letter| letter.is_ascii_lowercase()) && !part.is_empty())
}

/// What could stand at the place, operators last: they can stand behind every value and say little.
fn alternatives(rules: &[Rule]) -> Vec<String> {
    let (operators, rest): (Vec<Rule>, Vec<Rule>) =
        rules.iter().partition(|rule| is_operator(**rule));
    let mut words = words_of(&rest);
    match (operators.is_empty(), words.is_empty()) {
        (true, _) => {}
        (false, true) => {
            words
                .push("an operator, as `and`, `or` or `+`, or the end of the condition".to_owned());
        }
        (false, false) if words.len() < ALTERNATIVES_MAX => words.push("an operator".to_owned()),
        (false, false) => {}
    }
    words
}

fn is_operator(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::additive
            | Rule::plus
            | Rule::minus
            | Rule::multiplicative
            | Rule::times
            | Rule::divided
            | Rule::kw_and
            | Rule::kw_or
            | Rule::kw_as
            | Rule::kw_assume
            | Rule::assumption
            | Rule::relation
            | Rule::order
            | Rule::ordering
            | Rule::kw_is
            | Rule::kw_in
            | Rule::kw_not
    )
}

fn words_of(rules: &[Rule]) -> Vec<String> {
    let mut words: Vec<String> = rules
        .iter()
        .filter_map(|rule| match word(*rule) {
            Word::Keyword(keyword) => Some(format!("`{keyword}`")),
            Word::Phrase(phrase) => Some(phrase.to_owned()),
            Word::Inner => None,
        })
        .collect();
    words.sort();
    words.dedup();
    words
}

fn join(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] if words.len() <= ALTERNATIVES_MAX => {
            format!("{} or {last}", first.join(", "))
        }
        _ => {
            let shown = words.get(..ALTERNATIVES_MAX).unwrap_or(words);
            format!("one of {} and {} more", shown.join(", "), words.len() - shown.len())
        }
    }
}

/// The word or sign that stands where something else was expected.
struct Found<'t> {
    text: &'t str,
}

impl<'t> Found<'t> {
    fn at(rest: &'t str) -> Self {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let end = match rest.chars().next() {
            None => 0,
            Some(first) if is_word(first) => {
                rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
            }
            Some(first) => first.len_utf8(),
        };
        Self { text: rest.get(..end).unwrap_or("").trim() }
    }
}
