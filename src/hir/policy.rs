use semver::Version;

use super::{Condition, Days, FieldPath, Rule, RuleId, Severity};
use crate::digest::Digest;
use crate::source::Span;
use crate::types::{RecordId, Schema, Type};
use crate::value::{Currency, Date, Direction, Number, Period, Value};

macro_rules! id {
    ($(#[doc = $doc:literal] $name:ident)*) => {
        $(#[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) usize);

        impl $name {
            /// Its place in the policy.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0
            }
        })*
    };
}

id! {
    #[doc = "Which parameter."] ParamId
    #[doc = "Which list."] ListId
    #[doc = "Which definition."] DefineId
    #[doc = "Which source."] SourceId
    #[doc = "Which level of the decision, from the lowest, 0."] LevelId
}

/// One version of a policy with everything it uses.
#[derive(Clone, Debug)]
pub struct PolicySet {
    /// Which policy and version.
    pub identity: PolicyIdentity,
    /// The shapes of data.
    pub schema: Schema,
    /// The record it judges.
    pub subject: RecordId,
    /// Documents that rules cite.
    pub sources: Vec<Source>,
    /// Tunable values.
    pub params: Vec<Param>,
    /// Named values.
    pub lists: Vec<List>,
    /// Exchange rates.
    pub rates: Option<Rates>,
    /// Named expressions.
    pub defines: Vec<Define>,
    /// Prohibitions, flags and controls in the order of the text.
    pub rules: Vec<Rule>,
    /// Dated relief.
    pub exceptions: Vec<Exception>,
    /// Source items that are not encoded.
    pub gaps: Vec<Gap>,
    /// Fields that the company accepts not to have.
    pub not_collected: Vec<NotCollected>,
    /// What the rules come to.
    pub decision: Decision,
}

impl PolicySet {
    /// Every condition of the policy: of rules, exceptions, levels and definitions.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let of_rules = self.rules.iter().flat_map(Rule::conditions);
        let of_exceptions = self.exceptions.iter().filter_map(|exception| exception.when.as_ref());
        let of_levels = self.decision.levels.iter().filter_map(|level| level.when.as_ref());
        let of_defines = self.defines.iter().filter_map(|define| match &define.body {
            DefineBody::Condition(condition) => Some(condition),
            DefineBody::Operand(_) => None,
        });
        of_rules.chain(of_exceptions).chain(of_levels).chain(of_defines)
    }

    /// Every value that stands outside a condition: of definitions, dates and lengths of controls.
    pub fn operands(&self) -> impl Iterator<Item = &super::Operand> {
        let of_defines = self.defines.iter().filter_map(|define| match &define.body {
            DefineBody::Operand(operand) => Some(operand),
            DefineBody::Condition(_) => None,
        });
        let of_controls = self.rules.iter().flat_map(|rule| match &rule.body {
            super::RuleBody::Control(control) => control
                .dated
                .iter()
                .chain(control.lasts.iter().map(|lasts| &lasts.period))
                .collect(),
            super::RuleBody::Prohibition { .. } | super::RuleBody::Flag(_) => Vec::new(),
        });
        of_defines.chain(of_controls)
    }

    /// The rule of that name.
    #[must_use]
    pub fn rule_named(&self, name: &str) -> Option<RuleId> {
        self.rules.iter().position(|rule| rule.name == name).map(RuleId)
    }

    /// The rule of that id.
    ///
    /// # Panics
    /// Never for an id of this policy.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made by the policy that holds the rules")]
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.index()]
    }
}

/// Which policy and version, and when it is in force.
#[derive(Clone, Debug)]
pub struct PolicyIdentity {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// What it is called in reports.
    pub title: String,
    /// Who answers for it.
    pub owner: String,
    /// How far it is.
    pub status: Status,
    /// When it is in force.
    pub effective: Days,
    /// When it should be looked at again.
    pub review_by: Option<Date>,
    /// Remarks.
    pub notes: Vec<String>,
    /// Where it is declared.
    pub span: Span,
}

/// How far a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Being written; used only when named.
    Draft,
    /// In force on its days.
    Stable,
    /// Withdrawn; used only when named.
    Retired,
}

impl Status {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Stable, Self::Retired];

    /// As written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Stable => "stable",
            Self::Retired => "retired",
        }
    }
}

/// A document that rules cite.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name in citations.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Who issued it.
    pub issuer: String,
    /// When.
    pub issued: Option<Date>,
    /// Where it can be read.
    pub url: Option<String>,
    /// What it asks for.
    pub items: Vec<SourceItem>,
}

/// One item of a source.
#[derive(Clone, Debug)]
pub struct SourceItem {
    /// Its name in citations.
    pub name: String,
    /// What it says, in our words.
    pub text: String,
    /// What it says again of other sources, which policies cite.
    pub restates: Vec<Restated>,
}

/// An item of another source that an item says again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
    /// The other source, by name.
    pub source: String,
    /// Its item, by name.
    pub item: String,
    /// Whether it says more than that.
    pub partly: bool,
    /// What it says beyond that.
    pub because: Option<String>,
}

/// That something comes from an item of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// Which source.
    pub source: SourceId,
    /// Which item, by its place in the source.
    pub item: usize,
    /// Whether only a part of the item is covered.
    pub partly: bool,
    /// What is not covered.
    pub because: Option<String>,
    /// Where the source is named.
    pub span: Span,
}

/// A tunable value.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type, or that of its values.
    pub of: Type,
    /// Whether it is a list.
    pub list: bool,
    /// One row, or several by date in their order.
    pub values: Vec<ParamValue>,
}

impl Param {
    /// The row in force on a day; an older one never stands in for it.
    #[must_use]
    pub fn in_force(&self, day: Date) -> Option<&ParamValue> {
        self.values.iter().rev().find(|row| row.from.is_none_or(|from| from <= day))
    }
}

impl ParamValue {
    /// The value, or the values, in words.
    #[must_use]
    pub fn shown(&self) -> String {
        let values = self.values.iter().map(|constant| match constant {
            ParamConstant::Value(value) => value.to_string(),
            ParamConstant::Months(months) => Period::Months(*months).to_string(),
        });
        values.collect::<Vec<_>>().join(", ")
    }
}

/// What a parameter is from a day on.
#[derive(Clone, Debug)]
pub struct ParamValue {
    /// From which day; from the first when absent.
    pub from: Option<Date>,
    /// The value, or the values of a list.
    pub values: Vec<ParamConstant>,
    /// Why, in words.
    pub because: Vec<String>,
    /// Why, by sources.
    pub cites: Vec<Citation>,
    /// Where.
    pub span: Span,
    /// Where the value, or the list of values, is written.
    pub value_span: Span,
}

/// A constant that a parameter can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamConstant {
    /// A value of a type of data.
    Value(Value<'static>),
    /// A length of time in months.
    Months(u32),
}

/// Named values.
#[derive(Clone, Debug)]
pub struct List {
    /// Its name.
    pub name: String,
    /// The type of its values.
    pub of: Type,
    /// The values.
    pub values: Vec<Value<'static>>,
    /// Why these.
    pub because: Vec<String>,
    /// The day it is of; of a list in the policy absent.
    pub as_of: Option<Date>,
    /// The age from which it no longer counts.
    pub stale_after: Option<Period>,
    /// Digest of its values and its day.
    pub digest: Digest,
}

impl List {
    /// Whether it is too old on a day: whether a value is in it is then unknown.
    #[must_use]
    pub fn is_stale(&self, day: Date) -> bool {
        let Some(period) = self.stale_after else { return false };
        let until = self.as_of.and_then(|of| of.start().plus(period, Direction::Later));
        until.is_none_or(|until| until.date() < day)
    }
}

/// Exchange rates.
#[derive(Clone, Debug)]
pub struct Rates {
    /// Their name.
    pub name: String,
    /// The currency in which amounts are compared.
    pub to: Currency,
    /// By date, in their order.
    pub dated: Vec<DatedRates>,
}

/// The rates from one day on.
#[derive(Clone, Debug)]
pub struct DatedRates {
    /// From which day.
    pub from: Date,
    /// What one unit of each currency is worth.
    pub rates: Vec<(Currency, Number)>,
}

/// A named expression.
#[derive(Clone, Debug)]
pub struct Define {
    /// Its name.
    pub name: String,
    /// What it is called in explanations.
    pub title: Option<String>,
    /// What it stands for.
    pub body: DefineBody,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum DefineBody {
    /// A condition.
    Condition(Condition),
    /// A value.
    Operand(super::Operand),
}

/// Dated relief.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Its id.
    pub name: String,
    /// What it is called in reports.
    pub title: String,
    /// From which rules it relieves.
    pub excepts: Vec<RuleId>,
    /// Whom it covers; all when absent.
    pub when: Option<Condition>,
    /// Why it was granted.
    pub because: String,
    /// Who granted it.
    pub approved_by: String,
    /// When it is in force.
    pub in_force: Days,
    /// On what authority.
    pub cites: Vec<Citation>,
}

/// A source item that is not encoded.
#[derive(Clone, Debug)]
pub struct Gap {
    /// Its id.
    pub name: String,
    /// What is left out.
    pub title: String,
    /// Which items.
    pub cites: Vec<Citation>,
    /// Of what kind.
    pub kind: GapKind,
    /// Why.
    pub because: String,
    /// Who accepted it.
    pub accepted: Option<Acceptance>,
}

/// Why a source item is not encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GapKind {
    /// A person has to judge.
    Judgement,
    /// The record or the language cannot express it.
    NotExpressible,
    /// It is left out on purpose.
    Excluded,
}

impl GapKind {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Judgement, Self::NotExpressible, Self::Excluded];

    /// As written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Judgement => "judgement",
            Self::NotExpressible => "not_expressible",
            Self::Excluded => "excluded",
        }
    }
}

/// Who accepted something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// Who.
    pub by: String,
    /// When.
    pub on: Option<Date>,
    /// Until when, that day not included.
    pub until: Option<Date>,
}

impl Acceptance {
    /// Whether it had been given on a day and had not run out.
    #[must_use]
    pub fn is_in_force(&self, day: Date) -> bool {
        self.on.is_none_or(|on| on <= day) && self.until.is_none_or(|until| day < until)
    }
}

/// A field that the company accepts not to have.
#[derive(Clone, Debug)]
pub struct NotCollected {
    /// Which field.
    pub path: FieldPath,
    /// Why.
    pub because: String,
    /// Who accepted it.
    pub accepted: Option<Acceptance>,
}

/// What the rules come to.
#[derive(Clone, Debug)]
pub struct Decision {
    /// From the lowest to the highest.
    pub levels: Vec<Level>,
    /// The level of a subject about whom something that matters is unknown.
    pub unsettled: LevelId,
    /// Facts without which nobody is below that level.
    pub must_have: Vec<FieldPath>,
    /// What a hit adds to the score, by severity from the lowest.
    pub weights: [Option<u32>; 3],
    /// Bounds on what correlated flags add together.
    pub caps: Vec<Cap>,
    /// Where.
    pub span: Span,
}

impl Decision {
    /// What a hit of a severity adds, if the policy says so for all.
    #[must_use]
    pub fn weight(&self, severity: Severity) -> Option<u32> {
        Severity::ALL
            .iter()
            .zip(self.weights)
            .find(|(of, _)| **of == severity)
            .and_then(|(_, weight)| weight)
    }
}

/// A level of the decision.
#[derive(Clone, Debug)]
pub struct Level {
    /// Its name.
    pub name: String,
    /// When it is reached; the lowest, and the `unsettled` one, need no condition.
    pub when: Option<Condition>,
}

/// A bound on what correlated flags add together.
#[derive(Clone, Debug)]
pub struct Cap {
    /// The most that they add.
    pub limit: u32,
    /// Which flags.
    pub flags: Vec<RuleId>,
}
