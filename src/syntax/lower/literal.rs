use super::{Lower, Node};
use crate::syntax::ast::{Expression, ExpressionKind, Literal};
use crate::syntax::grammar::Rule;
use crate::value::{Date, Instant, Money, Percent, Period};

impl Lower<'_> {
    /// A literal, or the one literal inside a `literal` or `amount`.
    pub(super) fn literal(&mut self, node: &Node<'_>) -> Option<Expression> {
        let span = self.place(node);
        let literal = match node.rule() {
            Rule::text => Literal::Text(self.text(node.clone())),
            Rule::number => Literal::Number(self.number(node)?),
            Rule::percent => {
                let parsed = Percent::parse(node.text());
                Literal::Percent(self.parsed(node, parsed)?)
            }
            Rule::date => {
                let parsed = Date::parse(node.text());
                Literal::Date(self.parsed(node, parsed)?)
            }
            Rule::instant => {
                let parsed = Instant::parse(node.text());
                Literal::Instant(self.parsed(node, parsed)?)
            }
            Rule::period => Literal::Period(self.period(node)?),
            Rule::money => {
                let parsed = Money::parse(&spaced(node));
                Literal::Money(self.parsed(node, parsed)?)
            }
            Rule::yes_no => Literal::YesNo(node.has(Rule::kw_yes)),
            _ => return self.literal(&node.first()?),
        };
        Some(Expression { kind: ExpressionKind::Literal(literal), span })
    }

    pub(super) fn period(&mut self, node: &Node<'_>) -> Option<Period> {
        let parsed = Period::parse(&spaced(node));
        self.parsed(node, parsed)
    }

    /// A number, percentage, length of time or amount, written out or by a name.
    pub(super) fn amount(&mut self, node: Node<'_>) -> Option<Expression> {
        let inner = node.first()?;
        if inner.rule() == Rule::path {
            let span = self.place(&inner);
            Some(Expression { kind: ExpressionKind::Path(self.path(inner)), span })
        } else {
            self.literal(&inner)
        }
    }
}

/// A number and its unit with one blank between, however they were written.
fn spaced(node: &Node<'_>) -> String {
    let parts: Vec<&str> = node.children().iter().map(Node::text).collect();
    parts.join(" ")
}
