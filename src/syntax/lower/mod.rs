//! From the parser's pairs to the tree, one function per construct.
//!
//! A function returns `None` only where it has reported why; the declaration is then left out.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the grammar decides which of its rules can stand at a place"
)]

mod declaration;
mod expression;
mod literal;
mod node;
mod policy;
mod record;
mod rule;

use super::ast::{Citation, Declaration, Name, Path, Place, Reason, Text};
use super::grammar::Rule;
use crate::diagnostic::{Code, Diagnostic, Sentence, Sink};
use crate::source::{FileId, Span};
use crate::value::{Date, Malformed, Number};
use node::Node;

/// Lowers the declarations of one file.
pub(super) struct Lower<'s> {
    sink: &'s mut Sink,
    file: FileId,
    /// Where the declaration begins in its file.
    offset: usize,
}

impl<'s> Lower<'s> {
    pub(super) fn new(sink: &'s mut Sink, file: FileId, offset: usize) -> Self {
        Self { sink, file, offset }
    }

    /// Lowers one declaration.
    pub(super) fn declaration(
        &mut self,
        pair: pest::iterators::Pair<'_, Rule>,
    ) -> Option<Declaration> {
        let node = Node::new(pair);
        match node.rule() {
            Rule::policy => self.policy(node).map(Declaration::Policy),
            Rule::use_file => node.find(Rule::text).map(|text| Declaration::Use(self.text(text))),
            Rule::record => self.record(node).map(Declaration::Record),
            Rule::enumeration => self.enumeration(node).map(Declaration::Enumeration),
            Rule::source => self.source(node).map(Declaration::Source),
            Rule::param => self.param(node).map(Declaration::Param),
            Rule::list => self.list(node).map(Declaration::List),
            Rule::rates => self.rates(node).map(Declaration::Rates),
            Rule::define => self.define(node).map(Declaration::Define),
            Rule::flag => self.flag(node).map(Declaration::Flag),
            Rule::prohibition => self.prohibition(node).map(Declaration::Prohibition),
            Rule::control => self.control(node).map(Declaration::Control),
            Rule::exception => self.exception(node).map(Declaration::Exception),
            Rule::gap => self.gap(node).map(Declaration::Gap),
            Rule::not_collected => self.not_collected(node).map(Declaration::NotCollected),
            Rule::decision => self.decision(node).map(Declaration::Decision),
            _ => None,
        }
    }

    fn span(&self, node: &Node<'_>) -> Span {
        let (start, end) = node.bounds();
        Span { file: self.file, start: self.offset + start, end: self.offset + end }
    }

    fn place(&self, node: &Node<'_>) -> Place {
        self.span(node).into()
    }

    fn name(&self, node: &Node<'_>) -> Name {
        Name { text: node.text().to_owned(), span: self.place(node) }
    }

    fn names(&self, node: Node<'_>) -> Vec<Name> {
        node.children().iter().map(|name| self.name(name)).collect()
    }

    /// The texts that follow each other, escapes resolved, joined by a blank.
    fn text(&self, node: Node<'_>) -> Text {
        let span = self.place(&node);
        let parts: Vec<String> = node.children().into_iter().map(quoted).collect();
        Text { text: parts.join(" "), span }
    }

    fn path(&self, node: Node<'_>) -> Path {
        let span = self.place(&node);
        let steps = node.children().iter().map(|step| self.name(step)).collect();
        Path { steps, span }
    }

    fn citation(&self, node: Node<'_>) -> Option<Citation> {
        let mut children = node.children().into_iter();
        let source = self.name(&children.next()?);
        let item = self.name(&children.next()?);
        let partly = children.next();
        let because = partly
            .as_ref()
            .and_then(|partly| partly.find(Rule::because))
            .and_then(|because| because.find(Rule::text))
            .map(|text| self.text(text));
        Some(Citation { source, item, partly: partly.is_some(), because })
    }

    fn because(&self, node: &Node<'_>) -> Option<Text> {
        node.find(Rule::text).map(|text| self.text(text))
    }

    fn reasons(&self, nodes: Vec<Node<'_>>) -> Vec<Reason> {
        nodes
            .into_iter()
            .filter_map(|node| match node.rule() {
                Rule::because => self.because(&node).map(Reason::Because),
                Rule::cites => self.citation(node).map(Reason::Cites),
                _ => None,
            })
            .collect()
    }

    fn date(&mut self, node: &Node<'_>) -> Option<Date> {
        let parsed = Date::parse(node.text());
        self.parsed(node, parsed)
    }

    /// A whole number that counts something: a weight, a limit.
    fn whole_number(&mut self, node: &Node<'_>) -> Option<u32> {
        let parsed = node
            .text()
            .parse::<u32>()
            .map_err(|_| Malformed::expected("a whole number that is not negative, as 15"));
        self.parsed(node, parsed)
    }

    fn number(&mut self, node: &Node<'_>) -> Option<Number> {
        let parsed = Number::parse(node.text());
        self.parsed(node, parsed)
    }

    /// The value, or a report of why the text is none.
    fn parsed<T>(&mut self, node: &Node<'_>, parsed: Result<T, Malformed>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(malformed) => {
                let message = format!("`{}` is not a value: {malformed}", node.text());
                self.report(Code::MalformedValue, node, message);
                None
            }
        }
    }

    /// Sets a clause, or reports that it is there twice.
    fn once<T>(&mut self, clause: &mut Option<T>, node: &Node<'_>, word: &str, value: Option<T>) {
        if clause.is_some() {
            self.report(Code::ClauseRepeated, node, format!("`{word}` is given twice"));
        } else {
            *clause = value;
        }
    }

    fn report(&mut self, code: Code, node: &Node<'_>, message: impl Into<Sentence>) {
        let span = self.span(node);
        self.sink.push(Diagnostic::new(code, span, message));
    }
}

/// What stands between the quotes.
fn quoted(node: Node<'_>) -> String {
    let mut text = String::new();
    for part in node.children() {
        let part_text = part.exact();
        text.push_str(if part.rule() == Rule::text_escape {
            part_text.strip_prefix('\\').unwrap_or(part_text)
        } else {
            part_text
        });
    }
    text
}
