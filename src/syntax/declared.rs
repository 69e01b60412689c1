//! What a file declares, each declaration as one line that layout and comments do not change.

use super::print::{NotFormatted, format};
use super::{chunk, chunk::Chunk};
use crate::diagnostic::Sink;
use crate::source::{FileId, SourceFile, Span};

/// One declaration as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// What it declares, as `flag hidden_location`; there is one `policy` and one `decision`.
    pub name: String,
    /// Its text in the canonical layout, on one line, without comments; texts that follow each other
    /// are one.
    pub line: String,
    /// Where it stands.
    pub span: Span,
}

/// A file in the canonical layout, and what it declares, in its order.
///
/// # Errors
/// If the text cannot be understood.
pub fn declared(id: FileId, file: &SourceFile) -> Result<(String, Vec<Declared>), NotFormatted> {
    let laid_out = format(id, file)?;
    let places = chunks(id, file.text());
    let parts = chunks(id, &laid_out);
    if places.len() != parts.len() {
        return Err(NotFormatted::Fault);
    }
    let mut all: Vec<Declared> = Vec::new();
    for (place, part) in places.into_iter().zip(parts) {
        let text = laid_out.get(part.start..part.end).ok_or(NotFormatted::Fault)?;
        let line = one_line(text);
        let span = Span { file: id, start: place.start, end: place.end };
        let name = told_apart(name_of(&line), &all);
        all.push(Declared { name, line, span });
    }
    Ok((laid_out, all))
}

fn chunks(id: FileId, text: &str) -> Vec<Chunk> {
    chunk::split(&mut Sink::default(), id, text)
}

/// The keyword and the name behind it; where there is one of a kind, the keyword.
fn name_of(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let name: Vec<&str> = match words.as_slice() {
        ["policy" | "decision", ..] => words.into_iter().take(1).collect(),
        ["not", ..] => words.into_iter().take(3).collect(),
        _ => words.into_iter().take(2).collect(),
    };
    name.join(" ").trim_end_matches(['{', ':']).trim_end().to_owned()
}

/// A name that is there already gets a number: nothing that is declared is lost.
fn told_apart(name: String, before: &[Declared]) -> String {
    let is_taken = |name: &str| before.iter().any(|declared| declared.name == name);
    let mut numbered = name.clone();
    let mut number = 2;
    while is_taken(&numbered) {
        numbered = format!("{name} #{number}");
        number += 1;
    }
    numbered
}

/// A text of a policy without its comments and line breaks. Blanks inside brackets come from where lines
/// happen to break, and are left out.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for token in chunk::tokens(text) {
        let is_text = token.starts_with('"');
        let is_blank = token.starts_with("//") || token.trim().is_empty();
        if is_blank {
            if !line.ends_with([' ', '(', '[', '{']) {
                line.push(' ');
            }
        } else if is_text && line.ends_with("\" ") {
            line.truncate(line.len() - 2);
            line.push(' ');
            line.push_str(token.get(1..).unwrap_or_default());
        } else {
            if line.ends_with(' ') && token.starts_with([')', ']', '}', ',']) {
                line.pop();
            }
            line.push_str(token);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::source::Sources;

    fn lines(text: &str) -> Vec<(String, String)> {
        let file = SourceFile::new(PathBuf::from("a.due"), text);
        let id = Sources::default().add(file.clone());
        let (_, all) = declared(id, &file).expect("a text that can be understood");
        all.into_iter().map(|declared| (declared.name, declared.line)).collect()
    }

    #[test]
    fn layout_and_comments_change_no_line() {
        let plain = lines(
            "param a = 3 because \"Why it is\"\nenum e \"E\" { one, two }\ndefine d = (x is 1 or y is 2) and z is 3\n",
        );
        let other = lines(
            "// before\nparam a =\n  3 // three\n  because \"Why\" // a break\n    \"it is\"\nenum e \"E\" {\n one, // first\n two, }\n\
             define d = ( x is 1 // one\n  or y is 2 )\n  and z   is 3\n// behind\n",
        );
        assert_eq!(plain, other);
        let names: Vec<&str> = plain.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["param a", "enum e", "define d"]);
        assert_eq!(plain[0].1, "param a = 3 because \"Why it is\"");
    }

    #[test]
    fn what_says_something_else_is_another_line() {
        let of = |text: &str| lines(text).remove(0).1;
        let one = of("param a = 3 because \"a  b\"\n");
        for other in [
            "param a = 31 because \"a  b\"\n",
            "param a = 3 because \"a b\"\n",
            "param a = -3 because \"a  b\"\n",
            "param a = 3 days because \"a  b\"\n",
            "param a = 3 because \"a  // b\"\n",
        ] {
            assert_ne!(of(other), one, "{other}");
        }
    }

    #[test]
    fn a_name_that_is_there_twice_is_numbered() {
        let names: Vec<String> = lines(
            "param a = 1 because \"x\"\nparam a = 2 because \"x\"\nnot collected b.c because \"x\"\nuse \"other.due\"\n",
        )
        .into_iter()
        .map(|(name, _)| name)
        .collect();
        assert_eq!(names, ["param a", "param a #2", "not collected b.c", "use \"other.due\""]);
    }
}
