//! Declarations.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the grammar decides which of its rules can stand at a place"
)]

use pest::iterators::Pair;

use super::{Layout, one_break};
use crate::syntax::grammar::Rule;
use crate::syntax::print::doc::Doc;

impl Layout<'_> {
    /// A whole declaration.
    pub(super) fn whole(&mut self, pair: Pair<'_, Rule>) -> Doc {
        let rule = pair.as_rule();
        let mut children: Vec<Pair<'_, Rule>> = pair.into_inner().collect();
        match rule {
            Rule::policy
            | Rule::source
            | Rule::flag
            | Rule::prohibition
            | Rule::control
            | Rule::exception
            | Rule::gap
            | Rule::decision => {
                let head = children.iter().take_while(|child| is_of_head(child.as_rule())).count();
                let clauses = children.split_off(head);
                let head = self.sequence(children).indented();
                self.block(head, clauses)
            }
            Rule::record => {
                let head = children.iter().take_while(|child| is_of_head(child.as_rule())).count();
                let fields = children.split_off(head);
                let head = self.sequence(children).indented();
                self.fields(head, fields)
            }
            Rule::enumeration => {
                let head = children.iter().take_while(|child| is_of_head(child.as_rule())).count();
                let values = children.split_off(head);
                let head = self.sequence(children).indented();
                let values = self.listed(values);
                Doc::concat([
                    head,
                    Doc::text(" {"),
                    Doc::concat([Doc::Line, values]).indented(),
                    Doc::Line,
                    Doc::text("}"),
                ])
                .grouped()
            }
            Rule::rates => {
                let head =
                    children.iter().take_while(|child| child.as_rule() != Rule::rates_from).count();
                let rows = children.split_off(head);
                let head = self.sequence(children).indented();
                self.rows(head, rows)
            }
            Rule::param | Rule::list | Rule::define => self.assignment(children),
            Rule::not_collected => {
                let head = children
                    .iter()
                    .take_while(|child| !matches!(child.as_rule(), Rule::because | Rule::accepted))
                    .count();
                let reasons = children.split_off(head);
                let head = self.sequence(children).indented();
                let reasons = self.on_lines(reasons);
                Doc::concat([head, reasons])
            }
            _ => self.sequence(children).indented(),
        }
    }

    /// Each on a line of its own, further right.
    pub(super) fn on_lines(&mut self, pairs: Vec<Pair<'_, Rule>>) -> Doc {
        let parts: Vec<Doc> =
            pairs.into_iter().map(|pair| Doc::concat([Doc::Hard, self.part(pair)])).collect();
        Doc::Concat(parts).indented()
    }

    /// `param`, `list` and `define`: what is before `=`, the value, and the reasons.
    fn assignment(&mut self, children: Vec<Pair<'_, Rule>>) -> Doc {
        let mut parts: Vec<Doc> = Vec::new();
        let mut reasons = Vec::new();
        for child in children {
            match child.as_rule() {
                Rule::value_type | Rule::plain_type => {
                    parts.push(Doc::text(" : "));
                    let part = self.part(child);
                    parts.push(part.indented());
                }
                Rule::param_value | Rule::list_inline => {
                    let mut inner = child.into_inner();
                    if let Some(value) = inner.next() {
                        parts.push(Doc::text(" = "));
                        let part = self.part(value);
                        parts.push(part.indented());
                    }
                    reasons.extend(inner);
                }
                Rule::param_dated => {
                    let rows = child.into_inner().collect();
                    let head = Doc::concat(std::mem::take(&mut parts));
                    parts.push(self.rows(head, rows));
                }
                Rule::because | Rule::cites => reasons.push(child),
                Rule::condition => {
                    let part = self.part(child);
                    let value = Doc::concat([Doc::Line, part.grouped()]).indented();
                    parts.push(Doc::text(" ="));
                    parts.push(value);
                    let whole = Doc::concat(std::mem::take(&mut parts)).grouped();
                    parts.push(whole);
                }
                _ => {
                    if !parts.is_empty() {
                        parts.push(Doc::text(" "));
                    }
                    let part = self.part(child);
                    parts.push(part.indented());
                }
            }
        }
        let reasons = self.on_lines(reasons);
        parts.push(reasons);
        Doc::Concat(parts)
    }

    /// Rows in braces: values by date.
    fn rows(&mut self, head: Doc, rows: Vec<Pair<'_, Rule>>) -> Doc {
        let mut parts = Vec::new();
        for (place, row) in rows.into_iter().enumerate() {
            let range = self.range(&row);
            let before = self.before(range.start, true, false);
            // No blank line behind the brace.
            parts.push(if place == 0 { one_break(before) } else { before });
            let mut words = Vec::new();
            let mut reasons = Vec::new();
            let mut values = Vec::new();
            for child in row.into_inner() {
                match child.as_rule() {
                    Rule::because | Rule::cites => reasons.push(child),
                    Rule::kw_from | Rule::date => words.push(self.part(child)),
                    _ => values.push(child),
                }
            }
            // A list has brackets of its own; several values stand below each other.
            let is_list = matches!(values.as_slice(), [only] if is_list(only));
            let values = self.listed(values);
            let values = if is_list { values } else { values.aligned() };
            let mut row = vec![Doc::join(words, &Doc::text(" ")), Doc::text(" : "), values];
            for reason in reasons {
                let reason = self.part(reason);
                row.push(Doc::concat([Doc::Line, reason]).indented());
            }
            parts.push(Doc::Concat(row).grouped());
            self.done = self.done.max(range.end);
        }
        self.braces(head, parts)
    }

    /// The fields of a record, in columns.
    fn fields(&mut self, head: Doc, fields: Vec<Pair<'_, Rule>>) -> Doc {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        let mut run = (0, 0);
        let mut last_end: Option<usize> = None;
        let mut run_of: Vec<usize> = Vec::new();
        for field in &fields {
            let range = self.range(field);
            if last_end.is_some_and(|end| self.has_blank(end..range.start)) {
                runs.push(run);
                run = (0, 0);
            }
            last_end = Some(range.end);
            let (name, of) = field_widths(field);
            run = (run.0.max(name), run.1.max(of));
            run_of.push(runs.len());
        }
        runs.push(run);
        let outer_end = self.clause_end;
        let mut parts = Vec::new();
        for (place, (field, run)) in fields.into_iter().zip(run_of).enumerate() {
            let range = self.range(&field);
            let before = self.before(range.start, true, false);
            parts.push(if place == 0 { one_break(before) } else { before });
            self.clause_end = range.end;
            let (name_width, type_width) = field_widths(&field);
            let (name_column, type_column) = runs.get(run).copied().unwrap_or_default();
            let mut children = field.into_inner();
            let name = children.next().map_or(Doc::Nil, |name| self.part(name));
            let (mut types, mut titles) = (Vec::new(), Vec::new());
            for child in children {
                if child.as_rule() == Rule::text { titles.push(child) } else { types.push(child) }
            }
            let types = self.sequence(types);
            let mut row = vec![
                name,
                Doc::text(" ".repeat(name_column.saturating_sub(name_width))),
                Doc::text(" : "),
                types,
            ];
            if !titles.is_empty() {
                let pad = type_column.saturating_sub(type_width) + 1;
                row.push(Doc::text(" ".repeat(pad)));
                row.push(self.sequence(titles).aligned());
            }
            parts.push(Doc::Concat(row));
            self.done = self.done.max(range.end);
        }
        self.clause_end = outer_end;
        self.braces(head, parts)
    }

    /// What stands in braces, with the comments before the closing one.
    pub(super) fn braces(&mut self, head: Doc, inside: Vec<Doc>) -> Doc {
        let end =
            without_breaks_at_end(self.before(self.clause_end.saturating_sub(1), true, false));
        let inside = Doc::concat([Doc::Concat(inside), end]).indented();
        Doc::concat([head, Doc::text(" {"), inside, Doc::Hard, Doc::text("}")])
    }
}

/// Whether a declaration stands in braces on lines of its own.
pub(super) fn has_block(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::policy
            | Rule::record
            | Rule::source
            | Rule::rates
            | Rule::flag
            | Rule::prohibition
            | Rule::control
            | Rule::exception
            | Rule::gap
            | Rule::decision
    )
}

fn is_of_head(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::kw_policy
            | Rule::kw_record
            | Rule::kw_enum
            | Rule::kw_source
            | Rule::kw_flag
            | Rule::kw_prohibition
            | Rule::kw_control
            | Rule::kw_exception
            | Rule::kw_gap
            | Rule::kw_decision
            | Rule::name
            | Rule::version
            | Rule::text
    )
}

fn is_list(value: &Pair<'_, Rule>) -> bool {
    let mut inner = value.clone();
    loop {
        if inner.as_rule() == Rule::list_literal {
            return true;
        }
        let mut parts = inner.into_inner();
        let (Some(only), None) = (parts.next(), parts.next()) else { return false };
        inner = only;
    }
}

/// The widths of the name of a field and of its type.
fn field_widths(field: &Pair<'_, Rule>) -> (usize, usize) {
    let mut children = field.clone().into_inner();
    let name = children.next().map_or(0, |name| name.as_str().trim_end().chars().count());
    let types = children.filter(|child| child.as_rule() != Rule::text);
    let types: Vec<String> =
        types.map(|of| of.as_str().split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    (name, types.join(" ").chars().count())
}

/// Comments before a closing brace, without the line breaks behind them.
fn without_breaks_at_end(before: Doc) -> Doc {
    let Doc::Concat(mut parts) = before else { return before };
    while matches!(parts.last(), Some(Doc::Hard)) {
        parts.pop();
    }
    Doc::Concat(parts)
}
