use super::{
    Citation, Control, Days, Enumeration, Expression, Flag, Name, Path, Place, Policy, Prohibition,
    Reason, Record, Source, Text,
};
use crate::value::{Currency, Date, Number, Period};

/// One declaration of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Declaration {
    /// Which policy and version the file is.
    Policy(Policy),
    /// A file whose declarations a shared file uses.
    Use(Text),
    /// The shape of data.
    Record(Record),
    /// A closed choice of words.
    Enumeration(Enumeration),
    /// A document that rules cite.
    Source(Source),
    /// A tunable value.
    Param(Param),
    /// Named values.
    List(List),
    /// Exchange rates.
    Rates(Rates),
    /// A named expression.
    Define(Define),
    /// An indicator.
    Flag(Flag),
    /// What the law forbids.
    Prohibition(Prohibition),
    /// Diligence.
    Control(Control),
    /// Dated relief.
    Exception(Exception),
    /// A source item that is not encoded.
    Gap(Gap),
    /// A field that the company accepts not to have.
    NotCollected(NotCollected),
    /// What the rules come to.
    Decision(Decision),
}

impl Declaration {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Self::Policy(policy) => policy.span,
            Self::Use(text) => text.span,
            Self::Record(record) => record.span,
            Self::Enumeration(enumeration) => enumeration.name.span,
            Self::Source(source) => source.span,
            Self::Param(param) => param.name.span,
            Self::List(list) => list.name.span,
            Self::Rates(rates) => rates.name.span,
            Self::Define(define) => define.name.span,
            Self::Flag(flag) => flag.clauses.span,
            Self::Prohibition(prohibition) => prohibition.clauses.span,
            Self::Control(control) => control.clauses.span,
            Self::Exception(exception) => exception.span,
            Self::Gap(gap) => gap.span,
            Self::NotCollected(not_collected) => not_collected.span,
            Self::Decision(decision) => decision.span,
        }
    }
}

/// `param NAME [: type] = value` or with dated values.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type, where the value does not tell.
    pub value_type: Option<super::FieldType>,
    /// One value, or several by date.
    pub value: ParamValue,
}

impl Declaration {
    /// The policy, if it declares one.
    #[must_use]
    pub const fn policy(&self) -> Option<&Policy> {
        if let Self::Policy(policy) = self { Some(policy) } else { None }
    }
}

/// What a parameter holds.
#[derive(Clone, Debug, PartialEq)]
pub enum ParamValue {
    /// The same on every day.
    Always {
        /// The value.
        value: Expression,
        /// Why.
        reasons: Vec<Reason>,
    },
    /// One value from each date on.
    Dated(Vec<DatedValue>),
}

/// `from DATE : value`.
#[derive(Clone, Debug, PartialEq)]
pub struct DatedValue {
    /// The first day.
    pub from: Date,
    /// The value from that day on.
    pub value: Expression,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Where the date stands.
    pub span: Place,
}

/// `list NAME : type = [...]` or `from "file"`.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// Its name.
    pub name: Name,
    /// The type of its values.
    pub value_type: super::FieldType,
    /// Where its values are.
    pub from: ListFrom,
    /// Why these.
    pub reasons: Vec<Reason>,
}

/// Where the values of a list are.
#[derive(Clone, Debug, PartialEq)]
pub enum ListFrom {
    /// In the policy.
    Inline(Vec<Expression>),
    /// In a file.
    File {
        /// Relative to the policy.
        path: Text,
        /// The age from which its values no longer count.
        stale_after: Option<Period>,
    },
}

/// `rates NAME to CURRENCY { from DATE : EUR 1.05, ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rates {
    /// Its name.
    pub name: Name,
    /// The currency in which amounts are compared.
    pub to: Currency,
    /// The rates by date.
    pub dated: Vec<RatesFrom>,
}

/// The rates from one date on.
#[derive(Clone, Debug, PartialEq)]
pub struct RatesFrom {
    /// The first day.
    pub from: Date,
    /// One per currency.
    pub rates: Vec<Rate>,
    /// Where they come from.
    pub reasons: Vec<Reason>,
    /// Where the date stands.
    pub span: Place,
}

/// What one unit of a currency is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Rate {
    /// Which currency.
    pub currency: Currency,
    /// Units of the target currency.
    pub value: Number,
    /// Where.
    pub span: Place,
}

/// `define NAME = ...`.
#[derive(Clone, Debug, PartialEq)]
pub struct Define {
    /// Its name.
    pub name: Name,
    /// What it is called in explanations.
    pub title: Option<Text>,
    /// What it stands for.
    pub body: Expression,
}

/// `exception NAME "title" { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// Its id.
    pub name: Name,
    /// What it is called in reports.
    pub title: Text,
    /// Which rules it relieves from.
    pub excepts: Vec<Name>,
    /// Whom it covers; all when absent.
    pub when: Option<Expression>,
    /// Why it was granted.
    pub because: Option<Text>,
    /// Who granted it.
    pub approved_by: Option<Text>,
    /// When it is in force.
    pub in_force: Option<Days>,
    /// On what authority.
    pub cites: Vec<Citation>,
    /// Remarks.
    pub notes: Vec<Text>,
    /// Where.
    pub span: Place,
}

/// `gap NAME "title" { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// Its id.
    pub name: Name,
    /// What is left out.
    pub title: Text,
    /// Which items.
    pub cites: Vec<Citation>,
    /// `judgement`, `not_expressible` or `excluded`.
    pub kind: Option<Name>,
    /// Why.
    pub because: Option<Text>,
    /// Who accepted it.
    pub accepted: Option<Accepted>,
    /// Remarks.
    pub notes: Vec<Text>,
    /// Where.
    pub span: Place,
}

/// `accepted by "..." [on DATE] [until DATE]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// Who.
    pub by: Text,
    /// When.
    pub on: Option<Date>,
    /// Until when, that day not included.
    pub until: Option<Date>,
}

/// `not collected PATH ...`.
#[derive(Clone, Debug, PartialEq)]
pub struct NotCollected {
    /// Which field.
    pub path: Path,
    /// Why.
    pub because: Option<Text>,
    /// Who accepted it.
    pub accepted: Option<Accepted>,
    /// Where.
    pub span: Place,
}

/// `decision { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// From the lowest to the highest.
    pub levels: Vec<Name>,
    /// Facts without which nobody is clear.
    pub must_have: Vec<Path>,
    /// What a hit adds to the score, by severity.
    pub weights: Option<Weights>,
    /// Bounds on what correlated flags add together.
    pub caps: Vec<Cap>,
    /// When each level is reached.
    pub level_rules: Vec<LevelRule>,
    /// The level of a subject about whom something that matters is unknown.
    pub unsettled: Option<Name>,
    /// Where.
    pub span: Place,
}

/// `weights weak 5, moderate 15, strong 30`.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// One per severity.
    pub weights: Vec<SeverityWeight>,
    /// Why these.
    pub reasons: Vec<Reason>,
    /// Where.
    pub span: Place,
}

/// What a hit of one severity adds.
#[derive(Clone, Debug, PartialEq)]
pub struct SeverityWeight {
    /// Which severity.
    pub severity: Name,
    /// How much.
    pub weight: u32,
}

/// `cap N for FLAG, ...`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cap {
    /// The most that the flags add together.
    pub limit: u32,
    /// Which flags.
    pub flags: Vec<Name>,
}

/// `LEVEL when CONDITION`.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelRule {
    /// Which level.
    pub level: Name,
    /// When it is reached.
    pub when: Expression,
}
