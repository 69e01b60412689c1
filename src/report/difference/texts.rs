//! Two texts side by side, with marks on what is not the same.

use serde::Serialize;
use similar::{ChangeTag, DiffOp, TextDiff};

use crate::report::page::whole;

/// Equal lines that are shown beside a changed one; more are folded.
const CONTEXT: usize = 3;

/// Fewest lines that are worth folding.
const FOLDED_MIN: usize = 8;

/// A line of the old text beside one of the new.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// Lines that are the same in both and left out here.
    pub(super) folded: usize,
    /// Whether both sides say the same.
    pub(super) is_same: bool,
    pub(super) old: Option<Vec<Piece>>,
    pub(super) new: Option<Vec<Piece>>,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Piece {
    /// Whether it is not in the other text.
    pub(super) marked: bool,
    pub(super) text: String,
}

/// The lines of two texts, those that belong together in one row.
pub(super) fn side_by_side(old: &str, new: &str) -> Vec<Row> {
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) =
        (old.lines().collect(), new.lines().collect());
    let diff = TextDiff::from_slices(&old_lines, &new_lines);
    let mut rows = Vec::new();
    for op in diff.ops() {
        match *op {
            DiffOp::Equal { old_index, len, .. } => {
                let lines = old_lines.iter().skip(old_index).take(len);
                rows.extend(lines.map(|line| Row {
                    folded: 0,
                    is_same: true,
                    old: Some(plain(line)),
                    new: Some(plain(line)),
                }));
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                let lines = old_lines.iter().skip(old_index).take(old_len);
                rows.extend(lines.map(|line| changed(Some(marked(line)), None)));
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                let lines = new_lines.iter().skip(new_index).take(new_len);
                rows.extend(lines.map(|line| changed(None, Some(marked(line)))));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                let olds: Vec<&str> =
                    old_lines.iter().skip(old_index).take(old_len).copied().collect();
                let news: Vec<&str> =
                    new_lines.iter().skip(new_index).take(new_len).copied().collect();
                rows.extend(replaced(&olds, &news));
            }
        }
    }
    folded(rows)
}

/// One text on its own: a clause that only one version has.
pub(super) fn alone(text: &str) -> Vec<Vec<Piece>> {
    text.lines().map(plain).collect()
}

fn changed(old: Option<Vec<Piece>>, new: Option<Vec<Piece>>) -> Row {
    Row { folded: 0, is_same: false, old, new }
}

/// Lines in the place of others, word by word.
fn replaced(olds: &[&str], news: &[&str]) -> Vec<Row> {
    let (old, new) = (olds.join("\n"), news.join("\n"));
    let (old_words, new_words) = (words(&old), words(&new));
    let diff = TextDiff::from_slices(&old_words, &new_words);
    let (mut left, mut right) = (Lines::default(), Lines::default());
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {
                left.push(change.value(), false);
                right.push(change.value(), false);
            }
            ChangeTag::Delete => left.push(change.value(), true),
            ChangeTag::Insert => right.push(change.value(), true),
        }
    }
    let (left, right) = (left.all, right.all);
    let rows = left.len().max(right.len());
    (0..rows).map(|row| changed(left.get(row).cloned(), right.get(row).cloned())).collect()
}

/// Names, runs of blanks, and each other sign on its own, so that a comma is no part of a word.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_alike: fn(char) -> bool = if is_of_name(first) {
            is_of_name
        } else if first.is_whitespace() && first != '\n' {
            |letter| letter.is_whitespace() && letter != '\n'
        } else {
            |_| false
        };
        let end = rest.find(|letter| !is_alike(letter)).filter(|end| *end > 0);
        let end = end.unwrap_or(if is_alike(first) { rest.len() } else { first.len_utf8() });
        let (word, behind) = rest.split_at(end);
        words.push(word);
        rest = behind;
    }
    words
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Pieces, cut into lines.
struct Lines {
    all: Vec<Vec<Piece>>,
}

impl Default for Lines {
    fn default() -> Self {
        Self { all: vec![Vec::new()] }
    }
}

impl Lines {
    fn push(&mut self, text: &str, is_marked: bool) {
        for (place, part) in text.split('\n').enumerate() {
            if place > 0 {
                self.all.push(Vec::new());
            }
            if let Some(line) = self.all.last_mut() {
                // Blanks alone are no words.
                let is_inside = line.last().is_some_and(|last| last.marked);
                let marked = is_marked && (is_inside || !part.trim().is_empty());
                match line.last_mut() {
                    Some(last) if last.marked == marked => last.text.push_str(&whole(part)),
                    _ => line.push(piece(part, marked)),
                }
            }
        }
    }
}

fn plain(line: &str) -> Vec<Piece> {
    vec![piece(line, false)]
}

fn marked(line: &str) -> Vec<Piece> {
    let text = line.trim_start();
    let blank = line.get(..line.len() - text.len()).unwrap_or_default();
    vec![piece(blank, false), piece(text, true)]
}

fn piece(text: &str, marked: bool) -> Piece {
    Piece { marked, text: whole(text) }
}

/// Leaves out what is the same far from what is not.
fn folded(rows: Vec<Row>) -> Vec<Row> {
    let near: Vec<bool> = (0..rows.len())
        .map(|place| {
            let from = place.saturating_sub(CONTEXT);
            rows.iter().skip(from).take(place - from + CONTEXT + 1).any(|row| !row.is_same)
        })
        .collect();
    let mut kept = Vec::new();
    let mut hidden: Vec<Row> = Vec::new();
    // The first line names the clause.
    for (place, (row, near)) in rows.into_iter().zip(near).enumerate() {
        if near || place == 0 {
            unfold(&mut kept, &mut hidden);
            kept.push(row);
        } else {
            hidden.push(row);
        }
    }
    unfold(&mut kept, &mut hidden);
    kept
}

fn unfold(kept: &mut Vec<Row>, hidden: &mut Vec<Row>) {
    if hidden.len() < FOLDED_MIN {
        kept.append(hidden);
    } else {
        kept.push(Row { folded: hidden.len(), is_same: true, old: None, new: None });
        hidden.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, side_by_side};

    /// A line with `[` and `]` around what is marked.
    fn shown(pieces: Option<&Vec<Piece>>) -> String {
        let Some(pieces) = pieces else { return "-".to_owned() };
        let each = pieces.iter().map(|piece| {
            if piece.marked { format!("[{}]", piece.text) } else { piece.text.clone() }
        });
        each.collect()
    }

    fn rows(old: &str, new: &str) -> Vec<String> {
        let shown = |row: &super::Row| match row.folded {
            0 => format!("{} | {}", shown(row.old.as_ref()), shown(row.new.as_ref())),
            folded => format!("({folded})"),
        };
        side_by_side(old, new).iter().map(shown).collect()
    }

    #[test]
    fn words_that_changed_are_marked() {
        assert_eq!(
            rows(
                "flag a {\n  when gap > 24 hours\n}",
                "flag a {\n  when gap > 48 hours\n  note \"n\"\n}"
            ),
            [
                "flag a { | flag a {",
                "  when gap > [24] hours |   when gap > [48] hours",
                "- |   [note \"n\"]",
                "} | }"
            ]
        );
    }

    #[test]
    fn signs_are_no_part_of_words() {
        assert_eq!(
            rows("answers (a, b) é.", "answers (a, c, b) é!"),
            ["answers (a, b) é[.] | answers (a, [c, ]b) é[!]"]
        );
    }

    #[test]
    fn equal_lines_far_from_a_change_are_counted() {
        let old: Vec<String> = (0..30).map(|line| format!("line {line}")).collect();
        let mut new = old.clone();
        new[20] = "another".to_owned();
        let told = rows(&old.join("\n"), &new.join("\n"));
        assert_eq!(told[0], "line 0 | line 0");
        assert_eq!(told[1], "(16)");
        assert_eq!(told[2], "line 17 | line 17");
        assert_eq!(told[5], "[line 20] | [another]");
        assert_eq!(told.last().unwrap(), "line 29 | line 29");
    }
}
