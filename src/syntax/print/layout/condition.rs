//! Conditions, values, and whatever else stands inside a clause.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the grammar decides which of its rules can stand at a place"
)]

use pest::iterators::Pair;

use super::Layout;
use crate::syntax::grammar::Rule;
use crate::syntax::print::doc::Doc;

impl Layout<'_> {
    /// Any part of a declaration.
    pub(super) fn part(&mut self, pair: Pair<'_, Rule>) -> Doc {
        let rule = pair.as_rule();
        if matches!(rule, Rule::path | Rule::quoted | Rule::percent) {
            return self.leaf(&pair);
        }
        let children: Vec<Pair<'_, Rule>> = pair.clone().into_inner().collect();
        if children.is_empty() && rule != Rule::list_literal {
            return self.leaf(&pair);
        }
        match rule {
            Rule::text => {
                let lines: Vec<Doc> = children.iter().map(|quoted| self.leaf(quoted)).collect();
                Doc::join(lines, &Doc::Hard).aligned()
            }
            Rule::condition | Rule::conjunction => self.chain(children),
            Rule::group => {
                let inner = self.sequence(children);
                inner.bracketed("(", ")")
            }
            Rule::list_literal => self.listed(children).bracketed("[", "]"),
            Rule::names => self.listed(children),
            Rule::peer_tuple => self.listed(children).bracketed("(", ")"),
            Rule::filter | Rule::every | Rule::in_any | Rule::in_the_last => {
                self.with_condition(children)
            }
            Rule::at_least_of => self.at_least_of(children),
            Rule::share => self.share(children),
            Rule::longest => self.longest(children),
            Rule::inconsistent => self.inconsistent(children),
            Rule::similarity => self.similarity(children),
            Rule::test => self.test(children),
            Rule::partly => self.partly(children),
            _ => self.sequence(children),
        }
    }

    /// Parts joined by a word that begins the next line.
    fn chain(&mut self, children: Vec<Pair<'_, Rule>>) -> Doc {
        let mut parts: Vec<Doc> = Vec::new();
        let mut line: Vec<Doc> = Vec::new();
        for child in children {
            let is_word = matches!(child.as_rule(), Rule::kw_or | Rule::kw_and);
            line.push(self.part(child));
            if !is_word {
                parts.push(Doc::join(std::mem::take(&mut line), &Doc::text(" ")));
            }
        }
        if parts.len() == 1 {
            return parts.remove(0);
        }
        Doc::join(parts, &Doc::Line).grouped()
    }

    /// Conditions with commas between, each on a line of its own where they do not fit on one.
    fn separated(&mut self, pairs: Vec<Pair<'_, Rule>>) -> Doc {
        let items = self.items(pairs);
        Doc::join(items, &Doc::Line)
    }

    /// Words, and a condition in brackets at the end.
    fn with_condition(&mut self, mut children: Vec<Pair<'_, Rule>>) -> Doc {
        let condition = children.pop();
        let head = self.sequence(children);
        let inner = condition.map_or(Doc::Nil, |condition| self.part(condition));
        Doc::concat([head, Doc::text(" "), inner.bracketed("(", ")")])
    }

    /// `at least N of (...)`, the conditions each on a line of its own where they do not fit on one.
    fn at_least_of(&mut self, children: Vec<Pair<'_, Rule>>) -> Doc {
        let split = children
            .iter()
            .position(|child| child.as_rule() == Rule::condition)
            .unwrap_or(children.len());
        let mut head = children;
        let conditions = head.split_off(split);
        let head = self.sequence(head);
        let inner = self.separated(conditions);
        Doc::concat([head, Doc::text(" "), inner.bracketed("(", ")")])
    }

    /// `share of L having (C)`, and `over at least N` behind it or on the next line.
    fn share(&mut self, children: Vec<Pair<'_, Rule>>) -> Doc {
        let split = children.iter().position(|child| child.as_rule() == Rule::share_over);
        let mut head = children;
        let over = split.map(|split| head.split_off(split));
        let head = self.with_condition(head);
        let mut parts = vec![head];
        for over in over.into_iter().flatten() {
            let over = self.part(over);
            parts.push(Doc::concat([Doc::Line, over]).indented());
        }
        Doc::Concat(parts).grouped()
    }

    /// `longest unbroken L`, and the gaps behind it or on the next line.
    fn longest(&mut self, children: Vec<Pair<'_, Rule>>) -> Doc {
        let split = children.iter().position(|child| child.as_rule() == Rule::kw_with);
        let mut head = children;
        let gaps = split.map(|split| head.split_off(split)).unwrap_or_default();
        let head = self.sequence(head);
        let gaps = self.sequence(gaps);
        Doc::concat([head, Doc::concat([Doc::Line, gaps]).indented()]).grouped()
    }

    /// `inconsistent(...)`.
    fn inconsistent(&mut self, mut children: Vec<Pair<'_, Rule>>) -> Doc {
        let after = children
            .iter()
            .position(|child| child.as_rule() == Rule::allowing)
            .map(|split| children.split_off(split))
            .unwrap_or_default();
        let paths = children.split_off(1);
        let head = self.sequence(children);
        let paths = self.listed(paths).bracketed("(", ")");
        let mut parts = vec![head, paths];
        for after in after {
            parts.push(Doc::text(" "));
            let after = self.part(after);
            parts.push(after);
        }
        Doc::Concat(parts)
    }

    /// `similarity(a, b)`.
    fn similarity(&mut self, mut children: Vec<Pair<'_, Rule>>) -> Doc {
        let sides = children.split_off(1);
        let head = self.sequence(children);
        let sides = self.separated(sides).bracketed("(", ")");
        Doc::concat([head, sides])
    }

    /// A comparison, and `assume` behind it or on the next line.
    fn test(&mut self, children: Vec<Pair<'_, Rule>>) -> Doc {
        let mut parts = Vec::new();
        for child in children {
            let is_assumption = child.as_rule() == Rule::assumption;
            let part = self.part(child);
            if is_assumption {
                parts.push(Doc::concat([Doc::Line, part]).indented());
            } else {
                if !parts.is_empty() {
                    parts.push(Doc::text(" "));
                }
                parts.push(part);
            }
        }
        Doc::Concat(parts).grouped()
    }

    /// `partly`, and its reason behind it or on the next line.
    fn partly(&mut self, children: Vec<Pair<'_, Rule>>) -> Doc {
        let mut children = children.into_iter();
        let word = children.next().map_or(Doc::Nil, |word| self.part(word));
        let mut parts = vec![word];
        for reason in children {
            let reason = self.part(reason);
            parts.push(Doc::concat([Doc::Line, reason]).indented());
        }
        Doc::Concat(parts).grouped()
    }
}
