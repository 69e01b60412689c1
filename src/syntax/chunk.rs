//! Cuts a file into declarations, so that a mistake in one does not hide the next.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span};

/// Deepest nesting of brackets; the parser recurses over them, so its stack bounds it.
const DEPTH_MAX: usize = 64;

/// The words that begin a declaration, at the start of a line.
pub const DECLARATION_WORDS: [&str; 16] = [
    "policy",
    "use",
    "record",
    "enum",
    "source",
    "param",
    "list",
    "rates",
    "define",
    "flag",
    "prohibition",
    "control",
    "exception",
    "gap",
    "not",
    "decision",
];

/// The bytes of one declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether its brackets and quotes are closed and not nested too deep.
    pub(super) is_sound: bool,
}

impl Chunk {
    /// The word behind the keyword: what the declaration declares.
    pub(super) fn name(self, text: &str) -> Option<String> {
        let second = text.get(self.start..self.end)?.split_whitespace().nth(1)?;
        let is_of_name = |letter: &char| letter.is_alphanumeric() || *letter == '_';
        let name: String = second.chars().take_while(is_of_name).collect();
        (!name.is_empty()).then_some(name)
    }
}

/// Finds where declarations begin and reports what stands outside them, what is left open, and what
/// is nested too deep.
pub(super) fn split(sink: &mut Sink, file: FileId, text: &str) -> Vec<Chunk> {
    let mut scan = Scan { sink, file, text, open: Vec::new(), current: None, chunks: Vec::new() };
    scan.run();
    scan.chunks
}

/// Where the comments of a text are.
pub(super) fn comments(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut place = 0;
    while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
        let token = Token::first(rest);
        if rest.starts_with("//") {
            found.push(place..place + token.length);
        }
        place += token.length;
    }
    found
}

/// The pieces of a text: quoted texts, comments, blanks, and everything else letter by letter.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let length = Token::first(rest).length.min(rest.len());
        let (token, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = behind;
        (!token.is_empty()).then_some(token)
    })
}

struct Scan<'s> {
    sink: &'s mut Sink,
    file: FileId,
    text: &'s str,
    /// Brackets that are open, with their places.
    open: Vec<(usize, char)>,
    current: Option<Current>,
    chunks: Vec<Chunk>,
}

struct Current {
    start: usize,
    is_sound: bool,
    /// Whether a quote swallowed the rest of a line, with brackets perhaps.
    has_open_quote: bool,
}

impl Scan<'_> {
    fn run(&mut self) {
        let mut place = 0;
        let mut at_line_start = true;
        let mut stray: Option<usize> = None;
        while let Some(rest) = self.text.get(place..).filter(|rest| !rest.is_empty()) {
            if at_line_start && self.begins_declaration(place, rest) {
                self.finish(place);
                self.report_stray(stray.take(), place);
                self.current =
                    Some(Current { start: place, is_sound: true, has_open_quote: false });
            }
            let token = Token::first(rest);
            at_line_start = token.kind == Kind::LineEnd;
            let is_outside = self.current.is_none();
            match token.kind {
                Kind::Open(bracket) => self.push(place, bracket),
                Kind::Close(opening) => self.pop(place, opening),
                Kind::UnclosedText => {
                    self.fault(
                        Code::UnclosedDeclaration,
                        place..place + 1,
                        "this quote is not closed",
                        "close it on the same line; a long text is written as several, one per line",
                    );
                    if let Some(current) = &mut self.current {
                        current.has_open_quote = true;
                    }
                }
                Kind::LineEnd | Kind::Blank | Kind::Text | Kind::Other => {}
            }
            let is_told = matches!(token.kind, Kind::LineEnd | Kind::Blank | Kind::Close(_));
            if is_outside && !is_told && stray.is_none() {
                stray = Some(place);
            }
            place += token.length;
        }
        self.finish(self.text.len());
        self.report_stray(stray, self.text.len());
    }

    /// At depth zero a line that begins with a declaration word; deeper only what can be nothing but
    /// a declaration, so that one missing brace does not swallow the rest of the file.
    fn begins_declaration(&self, place: usize, rest: &str) -> bool {
        let Some(word) = DECLARATION_WORDS.into_iter().find(|word| {
            rest.strip_prefix(*word).is_some_and(|after| after.starts_with([' ', '\t', '{', '\n']))
        }) else {
            return false;
        };
        let line = rest.lines().next().unwrap_or("");
        let has_opening = line.ends_with('{') || line.contains('"') || line.contains('=');
        let is_outermost = self.open.is_empty();
        debug_assert!(self.text.is_char_boundary(place));
        let after = line.get(word.len()..).unwrap_or("").trim_start();
        let next = rest.get(word.len()..).unwrap_or("").trim_start();
        let is_declared = word != "not" || next.starts_with("collected");
        is_declared && (is_outermost || (has_opening && !after.starts_with([':', '"'])))
    }

    fn push(&mut self, place: usize, bracket: char) {
        self.open.push((place, bracket));
        if self.open.len() == DEPTH_MAX + 1 {
            self.fault(
                Code::NestedTooDeep,
                place..place + 1,
                "brackets are nested too deep here",
                "give parts of the condition names with `define`",
            );
        }
    }

    /// A bracket closes the last of its kind; others that were opened since are left open.
    fn pop(&mut self, place: usize, opening: char) {
        let Some(opened) = self.open.iter().rposition(|(_, bracket)| *bracket == opening) else {
            if self.current.as_ref().is_none_or(|current| !current.has_open_quote) {
                self.fault(
                    Code::UnexpectedText,
                    place..place + 1,
                    "this bracket closes nothing",
                    "remove it, or look for the one that should have opened it",
                );
            }
            return;
        };
        if let Some((inner, _)) = self.open.get(opened + 1).copied() {
            self.fault(
                Code::UnclosedDeclaration,
                inner..inner + 1,
                "this bracket is not closed",
                "close it before the bracket around it closes",
            );
        }
        self.open.truncate(opened);
        if self.open.is_empty() && opening == '{' {
            self.finish(place + 1);
        }
    }

    /// Ends the current declaration and keeps it if it is sound.
    fn finish(&mut self, end: usize) {
        if let Some((place, _)) = self.open.first().copied() {
            self.fault(
                Code::UnclosedDeclaration,
                place..place + 1,
                "this bracket is not closed before the next declaration",
                "close it; every declaration begins a line of its own",
            );
            self.open.clear();
        }
        if let Some(Current { start, is_sound, .. }) = self.current.take() {
            self.chunks.push(Chunk { start, end, is_sound });
        }
    }

    fn report_stray(&mut self, start: Option<usize>, end: usize) {
        let Some(start) = start else { return };
        let text = self.text.get(start..end).unwrap_or("").trim_end();
        let word: String = text.chars().take_while(|letter| letter.is_alphanumeric()).collect();
        let span = Span { file: self.file, start, end: start + text.len() };
        self.sink.push(
            Diagnostic::new(Code::OutsideDeclaration, span, "this stands outside any declaration")
                .suggest(&word, DECLARATION_WORDS)
                .hint("a declaration begins a line with its keyword: `flag`, `control`, `param` and so on"),
        );
    }

    fn fault(&mut self, code: Code, range: Range<usize>, message: &str, hint: &str) {
        if let Some(current) = &mut self.current {
            current.is_sound = false;
        }
        let span = Span { file: self.file, start: range.start, end: range.end };
        self.sink.push(Diagnostic::new(code, span, message).hint(hint));
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Open(char),
    /// With the bracket that it closes.
    Close(char),
    Text,
    UnclosedText,
    LineEnd,
    Blank,
    Other,
}

struct Token {
    kind: Kind,
    length: usize,
}

impl Token {
    fn first(rest: &str) -> Self {
        let mut letters = rest.chars();
        let first = letters.next().unwrap_or('\n');
        let (kind, length) = match first {
            '{' | '(' | '[' => (Kind::Open(first), 1),
            '}' => (Kind::Close('{'), 1),
            ')' => (Kind::Close('('), 1),
            ']' => (Kind::Close('['), 1),
            '\n' => (Kind::LineEnd, 1),
            '"' => quoted(rest),
            '/' if rest.starts_with("//") => (Kind::Blank, rest.find('\n').unwrap_or(rest.len())),
            letter if letter.is_whitespace() => (Kind::Blank, letter.len_utf8()),
            letter => (Kind::Other, letter.len_utf8()),
        };
        Self { kind, length }
    }
}

/// A quoted text, or one that its line ends without closing.
fn quoted(rest: &str) -> (Kind, usize) {
    let mut is_escaped = false;
    for (place, letter) in rest.char_indices().skip(1) {
        match letter {
            '\n' => return (Kind::UnclosedText, place),
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return (Kind::Text, place + 1),
            _ => {}
        }
    }
    (Kind::UnclosedText, rest.len())
}
