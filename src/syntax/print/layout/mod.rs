//! From what was parsed to text with places where lines may break: what stands, and the comments between.

mod clause;
mod condition;
mod declaration;

use std::ops::Range;

use pest::iterators::Pair;

use super::doc::Doc;
use crate::syntax::chunk;
use crate::syntax::grammar::Rule;

pub(super) struct Layout<'s> {
    text: &'s str,
    comments: Vec<Range<usize>>,
    /// How many of the comments stand already.
    taken: usize,
    /// Where the declaration begins in its file.
    offset: usize,
    /// Where what stands already ends.
    done: usize,
    /// Where the clause that is laid out ends.
    clause_end: usize,
    /// Whether the last declaration was one with braces; `None` at the start of the file.
    after_block: Option<bool>,
}

impl<'s> Layout<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        Self {
            text,
            comments: chunk::comments(text),
            taken: 0,
            offset: 0,
            done: 0,
            clause_end: 0,
            after_block: None,
        }
    }

    /// The next declaration, with the comments before it.
    pub(super) fn declaration(&mut self, pair: Pair<'_, Rule>, offset: usize) -> Doc {
        self.offset = offset;
        let Range { start, end } = self.range(&pair);
        let is_block = declaration::has_block(pair.as_rule());
        let wants_blank = self.after_block.is_some_and(|after_block| after_block || is_block);
        let before = self.before(start, self.after_block.is_some(), wants_blank);
        self.clause_end = end;
        let body = self.whole(pair);
        self.done = self.done.max(end);
        self.after_block = Some(is_block);
        Doc::concat([before, body])
    }

    /// The comments behind the last declaration.
    pub(super) fn rest(&mut self) -> Doc {
        self.before(self.text.len(), self.after_block.is_some(), false)
    }

    /// Line breaks and comments up to a place, at most one blank line together; `follows` says whether
    /// something stands before.
    fn before(&mut self, place: usize, follows: bool, wants_blank: bool) -> Doc {
        let mut parts = Vec::new();
        let mut done = self.done;
        let mut is_first = !follows;
        let mut own: Vec<Range<usize>> = Vec::new();
        while let Some(comment) = self.comments.get(self.taken).filter(|next| next.start < place) {
            own.push(comment.clone());
            self.taken += 1;
        }
        let starts = own.iter().map(|comment| comment.start).chain([place]);
        let mut ends = vec![done];
        ends.extend(own.iter().map(|comment| comment.end));
        let blanks: Vec<bool> =
            starts.zip(&ends).map(|(start, end)| self.has_blank(*end..start)).collect();
        let forced = wants_blank && !blanks.contains(&true);
        for (number, is_blank) in blanks.iter().enumerate() {
            if !is_first {
                parts.push(Doc::Hard);
                if *is_blank || (forced && number == 0) {
                    parts.push(Doc::Hard);
                }
            }
            is_first = false;
            if let Some(comment) = own.get(number) {
                parts.push(Doc::text(self.slice(comment.clone()).trim_end()));
                done = comment.end;
            }
        }
        self.done = done.max(self.done);
        Doc::Concat(parts)
    }

    fn has_blank(&self, range: Range<usize>) -> bool {
        self.slice(range).bytes().filter(|byte| *byte == b'\n').count() > 1
    }

    fn slice(&self, range: Range<usize>) -> &'s str {
        self.text.get(range).unwrap_or_default()
    }

    fn range(&self, pair: &Pair<'_, Rule>) -> Range<usize> {
        let span = pair.as_span();
        let (start, mut end) = (self.offset + span.start(), self.offset + span.end());
        // Blanks and comments that the parser took in while it looked for more are not part of it.
        loop {
            end = start + self.slice(start..end).trim_end().len();
            let last = self.comments.partition_point(|comment| comment.start < end);
            match last.checked_sub(1).and_then(|last| self.comments.get(last)) {
                Some(comment) if comment.end >= end && comment.start > start => end = comment.start,
                Some(_) | None => return start..end,
            }
        }
    }

    /// A word as it is written, with the comments that belong to it.
    fn word(&mut self, range: Range<usize>, text: String) -> Doc {
        let mut parts = Vec::new();
        while let Some(comment) =
            self.comments.get(self.taken).filter(|next| next.start < range.start)
        {
            parts.push(Doc::Comment(self.slice(comment.clone()).trim_end().to_owned()));
            self.taken += 1;
        }
        parts.push(Doc::Text(text));
        self.done = self.done.max(range.end);
        while let Some(comment) = self.comments.get(self.taken).cloned() {
            let between = self.slice(range.end..comment.start);
            let is_near = comment.start >= range.end
                && between.chars().all(|letter| {
                    (letter.is_whitespace() && letter != '\n') || "{}()[],:=<".contains(letter)
                });
            if !is_near {
                break;
            }
            parts.push(Doc::Trailing(self.slice(comment.clone()).trim_end().to_owned()));
            // What follows in the same clause begins a line of its own.
            if comment.end < self.clause_end {
                parts.push(Doc::Break);
            }
            self.done = comment.end;
            self.taken += 1;
        }
        if parts.len() == 1 { parts.remove(0) } else { Doc::Concat(parts) }
    }

    fn leaf(&mut self, pair: &Pair<'_, Rule>) -> Doc {
        let text = if pair.as_rule() == Rule::percent {
            pair.as_str().replace(' ', "")
        } else {
            pair.as_str().trim_end().to_owned()
        };
        self.word(self.range(pair), text)
    }

    /// Parts with blanks between.
    fn sequence<'p>(&mut self, pairs: impl IntoIterator<Item = Pair<'p, Rule>>) -> Doc {
        let parts: Vec<Doc> = pairs.into_iter().map(|pair| self.part(pair)).collect();
        Doc::join(parts, &Doc::text(" "))
    }

    fn items(&mut self, pairs: Vec<Pair<'_, Rule>>) -> Vec<Doc> {
        let last = pairs.len().saturating_sub(1);
        pairs
            .into_iter()
            .enumerate()
            .map(|(place, pair)| {
                let part = self.part(pair);
                if place == last { part } else { Doc::concat([part, Doc::text(",")]) }
            })
            .collect()
    }

    /// With commas between, broken where the line is full.
    fn listed(&mut self, pairs: Vec<Pair<'_, Rule>>) -> Doc {
        Doc::Fill(self.items(pairs))
    }
}

/// The same without a blank line at its start.
fn one_break(before: Doc) -> Doc {
    let Doc::Concat(mut parts) = before else { return before };
    if matches!(parts.as_slice(), [Doc::Hard, Doc::Hard, ..]) {
        parts.remove(0);
    }
    Doc::Concat(parts)
}
