use std::io::{self, Write};

use duecare::run::Refused;

use crate::cli::files::Output;
use crate::cli::terminal;

/// Names a refused record on standard error.
pub(in crate::cli::command) fn show_refused(record: &Refused<'_>, numbers: &str) -> io::Result<()> {
    let reasons: Vec<String> = record.problems.iter().map(ToString::to_string).collect();
    let message = format!("{numbers} {} is refused: {}", record.raw.number, reasons.join("; "));
    writeln!(anstream::stderr(), "{}", terminal::warning(&message))
}

/// `duecare.refused/1`: number, reasons, and the text as it was read. Bytes that are not UTF-8 text are
/// shown as U+FFFD, and `lossy` says so.
pub(super) fn write_refused(file: &mut Output, record: Refused<'_>) -> io::Result<()> {
    write!(
        file,
        "{{\"format\":\"duecare.refused/1\",\"record\":{},\"reasons\":",
        record.raw.number
    )?;
    serde_json::to_writer(&mut *file, record.problems)?;
    file.write_all(b",\"text\":\"")?;
    let mut text = EscapedText::default();
    text.write(file, record.raw.text.bytes())?;
    (record.rest)(&mut |more| text.write(file, more))?;
    let is_lossy = text.finish(file)?;
    file.write_all(if is_lossy { b"\",\"lossy\":true}\n" } else { b"\"}\n" })
}

/// Writes bytes as the inside of a JSON string, piece by piece.
#[derive(Default)]
struct EscapedText {
    /// The beginning of a character that goes on in the next piece.
    pending: Vec<u8>,
    is_lossy: bool,
}

impl EscapedText {
    fn write(&mut self, file: &mut Output, bytes: &[u8]) -> io::Result<()> {
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => return write_escaped(file, text),
                Err(error) => {
                    let (sound, behind) = rest.split_at(error.valid_up_to());
                    write_escaped(file, &String::from_utf8_lossy(sound))?;
                    match error.error_len() {
                        None => {
                            self.pending = behind.to_vec();
                            return Ok(());
                        }
                        Some(length) => {
                            self.is_lossy = true;
                            write_escaped(file, "\u{fffd}")?;
                            rest = behind.get(length..).unwrap_or_default();
                        }
                    }
                }
            }
        }
    }

    /// Writes what is left; whether anything could not be shown as it was.
    fn finish(self, file: &mut Output) -> io::Result<bool> {
        if !self.pending.is_empty() {
            write_escaped(file, "\u{fffd}")?;
            return Ok(true);
        }
        Ok(self.is_lossy)
    }
}

fn write_escaped(file: &mut Output, text: &str) -> io::Result<()> {
    let quoted = serde_json::to_string(text)?;
    let inside = quoted.strip_prefix('"').and_then(|quoted| quoted.strip_suffix('"'));
    file.write_all(inside.unwrap_or_default().as_bytes())
}
