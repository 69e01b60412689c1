use super::{Citation, Expression, Name, Place, Text};

/// The clauses that every kind of rule may have.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleClauses {
    /// Its id, stable over versions.
    pub name: Name,
    /// What it is called in reports.
    pub title: Text,
    /// Which items of which sources it comes from.
    pub cites: Vec<Citation>,
    /// Whom the source addresses.
    pub audience: Vec<Name>,
    /// Who answers for it.
    pub owner: Option<Text>,
    /// Ids of rules of an older version that it takes the place of.
    pub replaces: Vec<Name>,
    /// To whom it applies; to all when absent.
    pub applies_when: Option<Expression>,
    /// When it is hit; controls have `met when` instead.
    pub when: Option<Expression>,
    /// What a hit says, with values in braces.
    pub says: Option<Text>,
    /// What to do about a hit.
    pub respond: Option<Text>,
    /// Remarks.
    pub notes: Vec<Text>,
    /// Where.
    pub span: Place,
}

/// `flag ID "title" { ... }`: an indicator that adds risk.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// What all rules have.
    pub clauses: RuleClauses,
    /// `weak`, `moderate` or `strong`.
    pub severity: Option<Name>,
    /// What a hit adds to the score; that of the severity when absent.
    pub weight: Option<(u32, Option<Text>)>,
    /// The source's stronger form.
    pub raised: Vec<Raised>,
    /// What may explain it innocently.
    pub innocent: Option<Text>,
}

/// `raised to SEVERITY weight N when CONDITION`.
#[derive(Clone, Debug, PartialEq)]
pub struct Raised {
    /// The higher severity.
    pub severity: Name,
    /// The higher weight.
    pub weight: u32,
    /// When it holds.
    pub when: Expression,
    /// Where.
    pub span: Place,
}

/// `prohibition ID "title" { ... }`: the law forbids it.
#[derive(Clone, Debug, PartialEq)]
pub struct Prohibition {
    /// What all rules have.
    pub clauses: RuleClauses,
}

/// `control ID "title" { ... }`: diligence that was or was not done.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// What all rules have.
    pub clauses: RuleClauses,
    /// When it counts as done.
    pub met_when: Option<Expression>,
    /// When it was done with a bad result.
    pub failed_when: Option<Expression>,
    /// When it was done last.
    pub dated: Option<Expression>,
    /// For how long it counts.
    pub lasts: Vec<Lasts>,
    /// Which flags it answers.
    pub answers: Vec<Answers>,
    /// When it must be done.
    pub required_when: Option<Expression>,
}

/// `lasts PERIOD [when CONDITION]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Lasts {
    /// How long.
    pub period: Expression,
    /// When this length holds instead of the general one.
    pub when: Option<Expression>,
}

/// `answers FLAG, ... [reducing each to N] [at any time]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// Which flags.
    pub flags: Vec<Name>,
    /// What an answered flag still counts; its whole weight when absent.
    pub reducing_to: Option<u32>,
    /// Set when it answers evidence newer than itself, too.
    pub at_any_time: bool,
}
