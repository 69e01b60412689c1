//! From source text to the tree of what was written.
//!
//! A file is cut into declarations (`chunk`), each is parsed by the grammar (`grammar`, the only
//! places that know pest are it and `lower`) and lowered to the tree (`ast`).

pub mod ast;
mod chunk;
mod declared;
mod grammar;
mod grammar_words;
mod lower;
mod print;
mod reserved;
mod syntax_error;

pub use chunk::DECLARATION_WORDS;
pub use declared::{Declared, declared, one_line};
pub use print::{NotFormatted, format};
pub use reserved::is_reserved;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, SourceFile, Span};

/// Parses a file; what cannot be parsed is reported and left out.
pub fn parse(sink: &mut Sink, id: FileId, file: &SourceFile) -> ast::PolicyFile {
    let chunks = chunk::split(sink, id, file.text());
    let mut parsed = ast::PolicyFile::default();
    for chunk in chunks {
        match chunk.is_sound.then(|| parse_chunk(sink, id, file.text(), chunk)).flatten() {
            Some(declaration) => parsed.declarations.push(declaration),
            None => parsed.unread.extend(chunk.name(file.text())),
        }
    }
    parsed
}

fn parse_chunk(
    sink: &mut Sink,
    file: FileId,
    text: &str,
    chunk: chunk::Chunk,
) -> Option<ast::Declaration> {
    let Some(slice) = text.get(chunk.start..chunk.end) else {
        return report_lost(sink, Span { file, start: chunk.start, end: chunk.end });
    };
    match grammar::parse_declaration(slice) {
        Ok(pair) => {
            let found_before = sink.len();
            let mut lower = lower::Lower::new(sink, file, chunk.start);
            let lowered = lower.declaration(pair);
            if lowered.is_none() && sink.len() == found_before {
                return report_lost(sink, Span { file, start: chunk.start, end: chunk.end });
            }
            lowered
        }
        Err(error) => {
            sink.push(syntax_error::explain(&error, slice, file, chunk.start));
            None
        }
    }
}

/// A declaration must never vanish without a finding, whatever the reason.
fn report_lost(sink: &mut Sink, span: Span) -> Option<ast::Declaration> {
    sink.push(Diagnostic::new(
        Code::UnexpectedText,
        span,
        "this declaration could not be understood",
    ));
    None
}
