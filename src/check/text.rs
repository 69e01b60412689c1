use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, SourceFile, Span};

/// Warns of characters that turn the direction of writing, that cannot be seen, or that pass for
/// letters of another script.
pub(super) fn check(sink: &mut Sink, file: FileId, source: &SourceFile) {
    let mut line_start = 0;
    for line in source.text().split_inclusive('\n') {
        let mut invisible = line.char_indices().filter(|(_, letter)| is_invisible(*letter));
        if let Some((place, letter)) = invisible.next() {
            let start = line_start + place;
            let span = Span { file, start, end: start + letter.len_utf8() };
            let more = match invisible.count() {
                0 => String::new(),
                more => format!(", and {more} more in this line"),
            };
            let message =
                format!("an invisible character, U+{:04X}, stands here{more}", u32::from(letter));
            sink.push(Diagnostic::new(Code::DeceptiveText, span, message).hint("remove it"));
        }
        line_start += line.len();
    }
    for (start, word) in words(source.text()) {
        let has = |is_of: fn(char) -> bool| word.chars().any(is_of);
        if has(is_latin) && (has(is_cyrillic) || has(is_greek)) {
            let span = Span { file, start, end: start + word.len() };
            sink.push(
                Diagnostic::new(
                    Code::DeceptiveText,
                    span,
                    format!("`{word}` mixes letters of two scripts"),
                )
                .hint("some of its letters only look like the ones you know; write it anew"),
            );
        }
    }
}

/// Controls of writing direction, zero-width characters, and byte order marks.
pub(crate) fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}' | '\u{61c}'
    ) || (letter.is_control() && !matches!(letter, '\n' | '\t'))
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    let mut place = 0;
    std::iter::from_fn(move || {
        let begin = rest.find(char::is_alphabetic)?;
        let word = rest.get(begin..)?;
        let length = word.find(|letter: char| !letter.is_alphabetic()).unwrap_or(word.len());
        let found = (place + begin, word.get(..length)?);
        place += begin + length;
        rest = word.get(length..)?;
        Some(found)
    })
}

fn is_latin(letter: char) -> bool {
    letter.is_ascii_alphabetic() || matches!(letter, '\u{c0}'..='\u{24f}')
}

fn is_cyrillic(letter: char) -> bool {
    matches!(letter, '\u{400}'..='\u{52f}')
}

fn is_greek(letter: char) -> bool {
    matches!(letter, '\u{370}'..='\u{3ff}')
}
