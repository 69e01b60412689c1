//! Clauses in braces, what they say in one column.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the grammar decides which of its rules can stand at a place"
)]

use pest::iterators::Pair;

use super::{Layout, one_break};
use crate::syntax::grammar::Rule;
use crate::syntax::print::doc::Doc;

impl Layout<'_> {
    /// Clauses in braces, what they say in one column.
    pub(super) fn block(&mut self, head: Doc, clauses: Vec<Pair<'_, Rule>>) -> Doc {
        let column =
            clauses.iter().map(|clause| head_of(clause).chars().count()).max().unwrap_or(0);
        let names = self.name_columns(&clauses);
        let outer_end = self.clause_end;
        let mut parts = Vec::new();
        for (place, (clause, name)) in clauses.into_iter().zip(names).enumerate() {
            let range = self.range(&clause);
            let before = self.before(range.start, true, false);
            parts.push(if place == 0 { one_break(before) } else { before });
            self.clause_end = range.end;
            parts.push(self.clause(clause, column, name));
            self.done = self.done.max(range.end);
        }
        self.clause_end = outer_end;
        self.braces(head, parts)
    }

    /// One clause: its word, and what it says.
    fn clause(&mut self, pair: Pair<'_, Rule>, column: usize, name_column: usize) -> Doc {
        let rule = pair.as_rule();
        let head_words = head_words(rule);
        let mut children: Vec<Pair<'_, Rule>> = pair.into_inner().collect();
        let rest = children.split_off(head_words.min(children.len()));
        let head = self.sequence(children);
        if rule == Rule::item {
            let mut rest = rest.into_iter();
            let name = rest.next().map_or(Doc::Nil, |name| {
                let width = name.as_str().trim_end().chars().count();
                let pad = " ".repeat(name_column.saturating_sub(width));
                Doc::concat([self.part(name), Doc::text(pad)])
            });
            let title = rest.next().map_or(Doc::Nil, |title| self.part(title));
            let restated = self.on_lines(rest.collect());
            return Doc::concat([
                head,
                Doc::text(" "),
                name,
                Doc::text(" "),
                title.aligned(),
                restated,
            ]);
        }
        if is_long(rule) {
            let body = self.sequence(rest);
            return Doc::concat([head, Doc::text(" "), body]).indented();
        }
        let width = head_width(&head);
        let pad = Doc::text(" ".repeat(column.saturating_sub(width) + 1));
        let body = match rule {
            Rule::answers => self.answers(rest),
            Rule::levels => {
                let parts: Vec<Doc> = rest.into_iter().map(|level| self.part(level)).collect();
                Doc::join(parts, &Doc::text(" < "))
            }
            Rule::weight => {
                let parts: Vec<Doc> = rest.into_iter().map(|part| self.part(part)).collect();
                Doc::join(parts, &Doc::Line).grouped()
            }
            Rule::must_have => self.listed(rest),
            Rule::weights => {
                let split = rest
                    .iter()
                    .position(|part| part.as_rule() != Rule::severity_weight)
                    .unwrap_or(rest.len());
                let mut weights = rest;
                let reasons = weights.split_off(split);
                let mut parts = vec![self.listed(weights)];
                parts.extend(reasons.into_iter().map(|reason| self.part(reason)));
                Doc::join(parts, &Doc::Line).grouped()
            }
            _ => {
                let parts: Vec<Doc> = rest
                    .into_iter()
                    .map(|part| {
                        let is_condition = part.as_rule() == Rule::condition;
                        let part = self.part(part);
                        if is_condition { part.aligned() } else { part }
                    })
                    .collect();
                Doc::join(parts, &Doc::text(" "))
            }
        };
        Doc::concat([head, pad, body.aligned()])
    }

    /// The width of the names of items, the same for those that follow each other without a blank line.
    fn name_columns(&self, clauses: &[Pair<'_, Rule>]) -> Vec<usize> {
        let mut columns: Vec<usize> = Vec::new();
        let mut run_start = 0;
        let mut last_end: Option<usize> = None;
        for (place, clause) in clauses.iter().enumerate() {
            let range = self.range(clause);
            if last_end.is_some_and(|end| self.has_blank(end..range.start)) {
                run_start = place;
            }
            last_end = Some(range.end);
            let name = (clause.as_rule() == Rule::item)
                .then(|| clause.clone().into_inner().nth(1))
                .flatten();
            columns.push(name.map_or(0, |name| name.as_str().trim_end().chars().count()));
            let widest = columns.iter().skip(run_start).max().copied().unwrap_or(0);
            for column in columns.iter_mut().skip(run_start) {
                *column = widest;
            }
        }
        columns
    }

    /// Names with commas; what follows them stands behind the last one.
    fn answers(&mut self, rest: Vec<Pair<'_, Rule>>) -> Doc {
        let mut rest = rest.into_iter();
        let names: Vec<Pair<'_, Rule>> =
            rest.next().map(|names| names.into_inner().collect()).unwrap_or_default();
        let mut items = self.items(names);
        for part in rest {
            let part = self.part(part);
            items.push(part);
        }
        Doc::Fill(items)
    }
}

/// How many words begin a clause.
fn head_words(rule: Rule) -> usize {
    if matches!(rule, Rule::review_by | Rule::applies_to | Rule::must_have) || is_long(rule) {
        2
    } else {
        1
    }
}

/// Whether a clause begins with words that are longer than the column of the others.
fn is_long(rule: Rule) -> bool {
    matches!(rule, Rule::raised | Rule::innocent)
}

/// The words that begin a clause and make up the column; of items none, they have their own.
fn head_of(clause: &Pair<'_, Rule>) -> String {
    if clause.as_rule() == Rule::item || is_long(clause.as_rule()) {
        return String::new();
    }
    let words = clause.clone().into_inner().take(head_words(clause.as_rule()));
    words.map(|word| word.as_str().trim_end().to_owned()).collect::<Vec<_>>().join(" ")
}

/// The width of words that stand on one line.
fn head_width(doc: &Doc) -> usize {
    match doc {
        Doc::Text(text) => text.chars().count(),
        Doc::Concat(parts) => parts.iter().map(head_width).sum(),
        _ => 0,
    }
}
