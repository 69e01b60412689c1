use super::{Lower, Node};
use crate::syntax::ast::{
    Aggregation, Arithmetic, Expression, ExpressionKind, Members, MembersOf, Name, Order, Path,
    RuleKind,
};
use crate::syntax::grammar::Rule;

impl Lower<'_> {
    /// `A or B or ...`.
    pub(super) fn condition(&mut self, node: Node<'_>) -> Option<Expression> {
        self.joined(&node, ExpressionKind::Or, Self::conjunction)
    }

    fn conjunction(&mut self, node: Node<'_>) -> Option<Expression> {
        self.joined(&node, ExpressionKind::And, Self::negation)
    }

    /// One part as it is, several joined.
    fn joined(
        &mut self,
        node: &Node<'_>,
        join: fn(Vec<Expression>) -> ExpressionKind,
        lower_part: fn(&mut Self, Node<'_>) -> Option<Expression>,
    ) -> Option<Expression> {
        let span = self.place(node);
        let mut parts = Vec::new();
        for part in node.children() {
            parts.push(lower_part(self, part)?);
        }
        if parts.len() > 1 { Some(Expression { kind: join(parts), span }) } else { parts.pop() }
    }

    fn negation(&mut self, node: Node<'_>) -> Option<Expression> {
        let span = self.place(&node);
        let mut children = node.children();
        let mut expression = self.test(&children.pop()?)?;
        for _ in children {
            expression = Expression { kind: ExpressionKind::Not(Box::new(expression)), span };
        }
        Some(expression)
    }

    fn test(&mut self, node: &Node<'_>) -> Option<Expression> {
        let span = self.place(node);
        let mut expression = self.operand(node.find(Rule::operand)?)?;
        if let Some(relation) = node.find(Rule::relation) {
            let kind = self.relation(expression, relation.first()?)?;
            expression = Expression { kind, span };
        }
        if let Some(assumption) = node.find(Rule::assumption) {
            let kind = ExpressionKind::Assume {
                condition: Box::new(expression),
                assumed: assumption.find(Rule::yes_no)?.has(Rule::kw_yes),
                because: self.because(&assumption.find(Rule::because)?)?,
            };
            expression = Expression { kind, span };
        }
        Some(expression)
    }

    fn relation(&mut self, left: Expression, node: Node<'_>) -> Option<ExpressionKind> {
        let left = Box::new(left);
        let mut right = || self.right_side(node.children().pop()?).map(Box::new);
        Some(match node.rule() {
            Rule::is_known => ExpressionKind::IsKnown(left),
            Rule::is => ExpressionKind::Is { left, right: right()?, negated: false },
            Rule::is_not => ExpressionKind::Is { left, right: right()?, negated: true },
            Rule::is_in => ExpressionKind::In { left, right: right()?, negated: false },
            Rule::not_in => ExpressionKind::In { left, right: right()?, negated: true },
            _ => ExpressionKind::Order {
                order: order(node.find(Rule::order)?.text())?,
                left,
                right: right()?,
            },
        })
    }

    /// A value, or a clause word that stands for a value of an enum.
    fn right_side(&mut self, node: Node<'_>) -> Option<Expression> {
        if node.rule() == Rule::clause_word {
            let name = self.name(&node);
            let span = name.span;
            return Some(Expression {
                kind: ExpressionKind::Path(Path { steps: vec![name], span }),
                span,
            });
        }
        self.operand(node)
    }

    /// Sums of products of factors, from left to right.
    pub(super) fn operand(&mut self, node: Node<'_>) -> Option<Expression> {
        self.chain(&node, |lower, product| lower.chain(&product, Self::factor))
    }

    fn chain(
        &mut self,
        node: &Node<'_>,
        lower_part: fn(&mut Self, Node<'_>) -> Option<Expression>,
    ) -> Option<Expression> {
        let span = self.place(node);
        let mut children = node.children().into_iter();
        let mut left = lower_part(self, children.next()?)?;
        while let (Some(operator), Some(right)) = (children.next(), children.next()) {
            let kind = ExpressionKind::Arithmetic {
                operator: arithmetic(operator.text())?,
                left: Box::new(left),
                right: Box::new(lower_part(self, right)?),
            };
            left = Expression { kind, span };
        }
        Some(left)
    }

    fn factor(&mut self, node: Node<'_>) -> Option<Expression> {
        let span = self.place(&node);
        let value = self.primary(node.find(Rule::primary)?.first()?)?;
        Some(match node.find(Rule::name) {
            Some(name) => {
                let kind = ExpressionKind::Named { value: Box::new(value), name: self.name(&name) };
                Expression { kind, span }
            }
            None => value,
        })
    }

    fn primary(&mut self, node: Node<'_>) -> Option<Expression> {
        let span = self.place(&node);
        let kind = match node.rule() {
            Rule::group => return self.condition(node.first()?),
            Rule::literal => return self.literal(&node),
            Rule::list_literal => ExpressionKind::List(self.list_values(node)?),
            Rule::code => {
                let name = self.name(&node);
                ExpressionKind::Code(name)
            }
            Rule::path => ExpressionKind::Path(self.path(node)),
            Rule::has => ExpressionKind::Has(self.path(node.first()?)),
            Rule::exists => ExpressionKind::Exists(self.members(node.first()?)?),
            Rule::every => ExpressionKind::Every {
                members: self.members(node.find(Rule::members)?)?,
                condition: self.boxed_condition(&node)?,
            },
            Rule::count => ExpressionKind::Count {
                members: self.members(node.find(Rule::members)?)?,
                distinct: node.has(Rule::kw_distinct),
            },
            Rule::aggregate => ExpressionKind::Aggregate {
                aggregation: aggregation(node.find(Rule::aggregation)?.text())?,
                members: self.members(node.find(Rule::members)?)?,
            },
            Rule::share => self.share(&node)?,
            Rule::longest => self.longest(&node)?,
            Rule::inconsistent => self.inconsistent(&node)?,
            Rule::similarity => {
                let mut sides = node.children().into_iter();
                let left = self.operand(sides.next()?)?;
                let right = self.operand(sides.next()?)?;
                ExpressionKind::Similarity(Box::new(left), Box::new(right))
            }
            Rule::in_any => self.in_any(&node)?,
            Rule::in_the_last => self.in_the_last(&node)?,
            Rule::at_least_of => self.at_least_of(&node)?,
            Rule::at_least_rules => ExpressionKind::AtLeastRules {
                count: self.boxed_amount(&node)?,
                severity: node.find(Rule::rule_severity).map(|severity| self.name(&severity)),
                kind: rule_kind(node.find(Rule::rule_kinds)?.text())?,
                outcome: self.outcome(&node)?,
            },
            Rule::any_rule => ExpressionKind::AnyRule {
                severity: node.find(Rule::rule_severity).map(|severity| self.name(&severity)),
                kind: rule_kind(node.find(Rule::rule_kind)?.text())?,
                outcome: self.outcome(&node)?,
            },
            _ => return None,
        };
        Some(Expression { kind, span })
    }

    pub(super) fn list_values(&mut self, node: Node<'_>) -> Option<Vec<Expression>> {
        node.children().into_iter().map(|value| self.right_side(value)).collect()
    }

    fn members(&mut self, node: Node<'_>) -> Option<Members> {
        let span = self.place(&node);
        let peers = node.find(Rule::peers);
        let holder = peers.as_ref().unwrap_or(&node);
        let filter = match holder.find(Rule::filter) {
            Some(filter) => Some(self.boxed_condition(&filter)?),
            None => None,
        };
        let of = match (&peers, holder.find(Rule::peer_tuple), holder.find(Rule::path)) {
            (Some(_), Some(tuple), _) => {
                MembersOf::Peers(tuple.children().into_iter().map(|path| self.path(path)).collect())
            }
            (Some(_), None, Some(path)) => MembersOf::Peers(vec![self.path(path)]),
            (None, _, Some(path)) => MembersOf::Path(self.path(path)),
            (_, None, None) | (None, Some(_), None) => return None,
        };
        Some(Members { of, filter, span })
    }

    fn share(&mut self, node: &Node<'_>) -> Option<ExpressionKind> {
        let over = match node.find(Rule::share_over) {
            Some(over) => Some(self.boxed_amount(&over)?),
            None => None,
        };
        Some(ExpressionKind::Share {
            members: self.members(node.find(Rule::members)?)?,
            having: self.boxed_condition(node)?,
            over,
        })
    }

    fn longest(&mut self, node: &Node<'_>) -> Option<ExpressionKind> {
        Some(ExpressionKind::Longest {
            members: self.members(node.find(Rule::members)?)?,
            per: self.per(node),
            gap: self.boxed_amount(node)?,
        })
    }

    fn inconsistent(&mut self, node: &Node<'_>) -> Option<ExpressionKind> {
        let paths = node.children().into_iter().filter(|child| child.rule() == Rule::path);
        let paths = paths.map(|path| self.path(path)).collect();
        let allowing = match node.find(Rule::allowing) {
            Some(allowing) => Some(self.boxed_amount(&allowing)?),
            None => None,
        };
        Some(ExpressionKind::Inconsistent { paths, allowing })
    }

    fn in_any(&mut self, node: &Node<'_>) -> Option<ExpressionKind> {
        Some(ExpressionKind::InAny {
            period: self.boxed_amount(node)?,
            members: self.members(node.find(Rule::members)?)?,
            per: self.per(node),
            by: self.by(node),
            condition: self.boxed_condition(node)?,
        })
    }

    fn in_the_last(&mut self, node: &Node<'_>) -> Option<ExpressionKind> {
        Some(ExpressionKind::InTheLast {
            period: self.boxed_amount(node)?,
            members: self.members(node.find(Rule::members)?)?,
            by: self.by(node),
            condition: self.boxed_condition(node)?,
        })
    }

    fn at_least_of(&mut self, node: &Node<'_>) -> Option<ExpressionKind> {
        let mut conditions = Vec::new();
        for child in node.children() {
            if child.rule() == Rule::condition {
                conditions.push(self.condition(child)?);
            }
        }
        Some(ExpressionKind::AtLeastOf { count: self.boxed_amount(node)?, conditions })
    }

    fn per(&self, node: &Node<'_>) -> Option<Path> {
        node.find(Rule::per).and_then(|per| per.first()).map(|path| self.path(path))
    }

    fn by(&self, node: &Node<'_>) -> Option<Name> {
        node.find(Rule::ordered_by).and_then(|by| by.first()).map(|name| self.name(&name))
    }

    fn outcome(&self, node: &Node<'_>) -> Option<Name> {
        node.find(Rule::outcome).map(|outcome| self.name(&outcome))
    }

    fn boxed_condition(&mut self, node: &Node<'_>) -> Option<Box<Expression>> {
        self.condition(node.find(Rule::condition)?).map(Box::new)
    }

    fn boxed_amount(&mut self, node: &Node<'_>) -> Option<Box<Expression>> {
        self.amount(node.find(Rule::amount)?).map(Box::new)
    }
}

fn order(symbol: &str) -> Option<Order> {
    [Order::Less, Order::AtMost, Order::Greater, Order::AtLeast]
        .into_iter()
        .find(|order| order.symbol() == symbol)
}

fn arithmetic(symbol: &str) -> Option<Arithmetic> {
    [Arithmetic::Plus, Arithmetic::Minus, Arithmetic::Times, Arithmetic::DividedBy]
        .into_iter()
        .find(|arithmetic| arithmetic.symbol() == symbol)
}

fn aggregation(word: &str) -> Option<Aggregation> {
    [
        Aggregation::Sum,
        Aggregation::Least,
        Aggregation::Greatest,
        Aggregation::Average,
        Aggregation::Median,
    ]
    .into_iter()
    .find(|aggregation| aggregation.word() == word)
}

/// Of the singular or the plural.
fn rule_kind(word: &str) -> Option<RuleKind> {
    [RuleKind::Prohibition, RuleKind::Flag, RuleKind::Control]
        .into_iter()
        .find(|kind| kind.word() == word.strip_suffix('s').unwrap_or(word))
}
