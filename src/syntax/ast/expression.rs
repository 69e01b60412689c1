use super::{Name, Place, Text};
use crate::value::{Date, Instant, Money, Number, Percent, Period};

/// A condition or a value; which of them is asked later, by name and type.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where.
    pub span: Place,
}

/// The forms of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind {
    /// `A or B or ...`.
    Or(Vec<Expression>),
    /// `A and B and ...`.
    And(Vec<Expression>),
    /// `not A`.
    Not(Box<Expression>),
    /// `a is b`, `a is not b`.
    Is {
        /// Left side.
        left: Box<Expression>,
        /// Right side.
        right: Box<Expression>,
        /// `is not`.
        negated: bool,
    },
    /// `a is known`.
    IsKnown(Box<Expression>),
    /// `a in b`, `a not in b`.
    In {
        /// Left side.
        left: Box<Expression>,
        /// Right side.
        right: Box<Expression>,
        /// `not in`.
        negated: bool,
    },
    /// `a < b` and its like.
    Order {
        /// Which.
        order: Order,
        /// Left side.
        left: Box<Expression>,
        /// Right side.
        right: Box<Expression>,
    },
    /// `A assume yes when unknown because "..."`.
    Assume {
        /// What may be unknown.
        condition: Box<Expression>,
        /// What is then assumed.
        assumed: bool,
        /// Why.
        because: Text,
    },
    /// `a + b` and its like.
    Arithmetic {
        /// Which.
        operator: Arithmetic,
        /// Left side.
        left: Box<Expression>,
        /// Right side.
        right: Box<Expression>,
    },
    /// `a as name`.
    Named {
        /// The value.
        value: Box<Expression>,
        /// Its name in `says`.
        name: Name,
    },
    /// A literal value.
    Literal(Literal),
    /// `[a, b]`.
    List(Vec<Expression>),
    /// A field, parameter, list, definition, rule, or value of an enum.
    Path(Path),
    /// Two capital letters: a country.
    Code(Name),
    /// `has a.b`.
    Has(Path),
    /// `exists L`.
    Exists(Members),
    /// `every L has (C)`.
    Every {
        /// Of which elements.
        members: Members,
        /// What each must satisfy.
        condition: Box<Expression>,
    },
    /// `count of [distinct] L`.
    Count {
        /// Of which elements.
        members: Members,
        /// Equal values once.
        distinct: bool,
    },
    /// `sum of L` and its like.
    Aggregate {
        /// Which.
        aggregation: Aggregation,
        /// Of which elements.
        members: Members,
    },
    /// `share of L having (C) over at least N`.
    Share {
        /// Of which elements.
        members: Members,
        /// Which of them are counted.
        having: Box<Expression>,
        /// Fewest elements of which a share is taken.
        over: Option<Box<Expression>>,
    },
    /// `longest unbroken L with gaps at most D`.
    Longest {
        /// Which elements.
        members: Members,
        /// Elements of one chain have this in common.
        per: Option<Path>,
        /// Longest gap that does not break the chain.
        gap: Box<Expression>,
    },
    /// `inconsistent(a, b.c) [allowing similarity 85%]`.
    Inconsistent {
        /// What is compared.
        paths: Vec<Path>,
        /// How alike two texts may be to count as equal.
        allowing: Option<Box<Expression>>,
    },
    /// `similarity(a, b)`.
    Similarity(Box<Expression>, Box<Expression>),
    /// `in any D of L per KEY by FIELD (C)`.
    InAny {
        /// Length of the window.
        period: Box<Expression>,
        /// Of which elements.
        members: Members,
        /// Elements of one window have this in common.
        per: Option<Path>,
        /// The field that says when an element happened.
        by: Option<Name>,
        /// What some window must satisfy.
        condition: Box<Expression>,
    },
    /// `in the last D of L by FIELD (C)`.
    InTheLast {
        /// How far back from the as-of time.
        period: Box<Expression>,
        /// Of which elements.
        members: Members,
        /// The field that says when an element happened.
        by: Option<Name>,
        /// What the elements in the window must satisfy.
        condition: Box<Expression>,
    },
    /// `at least N of (C1, C2, ...)`.
    AtLeastOf {
        /// How many.
        count: Box<Expression>,
        /// Of which conditions.
        conditions: Vec<Expression>,
    },
    /// `at least N strong flags are hit`.
    AtLeastRules {
        /// How many.
        count: Box<Expression>,
        /// Only of that severity.
        severity: Option<Name>,
        /// Which rules.
        kind: RuleKind,
        /// With which outcome.
        outcome: Name,
    },
    /// `any prohibition is hit`.
    AnyRule {
        /// Only of that severity.
        severity: Option<Name>,
        /// Which rules.
        kind: RuleKind,
        /// With which outcome.
        outcome: Name,
    },
}

impl Expression {
    /// Calls `visit` for every path inside.
    pub fn for_each_path<'e>(&'e self, visit: &mut dyn FnMut(&'e Path)) {
        let of = |members: &'e Members, visit: &mut dyn FnMut(&'e Path)| {
            match &members.of {
                MembersOf::Path(path) => visit(path),
                MembersOf::Peers(paths) => paths.iter().for_each(&mut *visit),
            }
            if let Some(filter) = &members.filter {
                filter.for_each_path(visit);
            }
        };
        match &self.kind {
            ExpressionKind::Or(parts)
            | ExpressionKind::And(parts)
            | ExpressionKind::List(parts) => {
                for part in parts {
                    part.for_each_path(visit);
                }
            }
            ExpressionKind::Not(inner) | ExpressionKind::IsKnown(inner) => {
                inner.for_each_path(visit);
            }
            ExpressionKind::Assume { condition, .. } => condition.for_each_path(visit),
            ExpressionKind::Named { value, .. } => value.for_each_path(visit),
            ExpressionKind::Is { left, right, .. }
            | ExpressionKind::In { left, right, .. }
            | ExpressionKind::Order { left, right, .. }
            | ExpressionKind::Arithmetic { left, right, .. }
            | ExpressionKind::Similarity(left, right) => {
                left.for_each_path(visit);
                right.for_each_path(visit);
            }
            ExpressionKind::Path(path) | ExpressionKind::Has(path) => visit(path),
            ExpressionKind::Exists(members)
            | ExpressionKind::Count { members, .. }
            | ExpressionKind::Aggregate { members, .. } => of(members, visit),
            ExpressionKind::Every { members, condition } => {
                of(members, visit);
                condition.for_each_path(visit);
            }
            ExpressionKind::Share { members, having, over } => {
                of(members, visit);
                having.for_each_path(visit);
                if let Some(over) = over {
                    over.for_each_path(visit);
                }
            }
            ExpressionKind::Longest { members, per, gap } => {
                of(members, visit);
                per.iter().for_each(&mut *visit);
                gap.for_each_path(visit);
            }
            ExpressionKind::Inconsistent { paths, allowing } => {
                paths.iter().for_each(&mut *visit);
                if let Some(allowing) = allowing {
                    allowing.for_each_path(visit);
                }
            }
            ExpressionKind::InAny { period, members, per, condition, .. } => {
                period.for_each_path(visit);
                of(members, visit);
                per.iter().for_each(&mut *visit);
                condition.for_each_path(visit);
            }
            ExpressionKind::InTheLast { period, members, condition, .. } => {
                period.for_each_path(visit);
                of(members, visit);
                condition.for_each_path(visit);
            }
            ExpressionKind::AtLeastOf { count, conditions } => {
                count.for_each_path(visit);
                for condition in conditions {
                    condition.for_each_path(visit);
                }
            }
            ExpressionKind::AtLeastRules { count, .. } => count.for_each_path(visit),
            ExpressionKind::Literal(_)
            | ExpressionKind::Code(_)
            | ExpressionKind::AnyRule { .. } => {}
        }
    }
}

/// `a.b.c`.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The steps; never empty.
    pub steps: Vec<Name>,
    /// Where.
    pub span: Place,
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, step) in self.steps.iter().enumerate() {
            if place > 0 {
                f.write_str(".")?;
            }
            step.fmt(f)?;
        }
        Ok(())
    }
}

/// `PATH where (C)`, or `peers sharing PATH where (C)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Members {
    /// What the elements are.
    pub of: MembersOf,
    /// Which of them.
    pub filter: Option<Box<Expression>>,
    /// Where.
    pub span: Place,
}

/// What the elements of a list expression are.
#[derive(Clone, Debug, PartialEq)]
pub enum MembersOf {
    /// The values a path leads to.
    Path(Path),
    /// Other subjects that share a key.
    Peers(Vec<Path>),
}

/// A literal value.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `yes` or `no`.
    YesNo(bool),
    /// `4`.
    Number(Number),
    /// `85%`.
    Percent(Percent),
    /// `"..."`.
    Text(Text),
    /// `2022-05-16`.
    Date(Date),
    /// `2022-05-16T00:00:00Z`.
    Instant(Instant),
    /// `24 hours`.
    Period(Period),
    /// `1000 USD`.
    Money(Money),
}

/// An order of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
    /// `>`.
    Greater,
    /// `>=`.
    AtLeast,
}

impl Order {
    /// As written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }

    /// The same order with the sides exchanged.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::Greater => Self::Less,
            Self::AtLeast => Self::AtMost,
        }
    }

    /// The order that holds exactly when this one does not.
    #[must_use]
    pub const fn negated(self) -> Self {
        match self {
            Self::Less => Self::AtLeast,
            Self::AtMost => Self::Greater,
            Self::Greater => Self::AtMost,
            Self::AtLeast => Self::Less,
        }
    }
}

/// An operation on two amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`.
    Plus,
    /// `-`.
    Minus,
    /// `*`.
    Times,
    /// `/`.
    DividedBy,
}

impl Arithmetic {
    /// As written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::DividedBy => "/",
        }
    }
}

/// What is made of the values of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aggregation {
    /// Their sum; zero for none.
    Sum,
    /// The least; none for none.
    Least,
    /// The greatest; none for none.
    Greatest,
    /// The arithmetic mean; none for none.
    Average,
    /// The middle one, or the mean of the two in the middle; none for none.
    Median,
}

impl Aggregation {
    /// As written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Least => "least",
            Self::Greatest => "greatest",
            Self::Average => "average",
            Self::Median => "median",
        }
    }
}

/// The three kinds of rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleKind {
    /// The law forbids it.
    Prohibition,
    /// An indicator that adds risk.
    Flag,
    /// Diligence that was or was not done.
    Control,
}

impl RuleKind {
    /// As written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Prohibition => "prohibition",
            Self::Flag => "flag",
            Self::Control => "control",
        }
    }
}
