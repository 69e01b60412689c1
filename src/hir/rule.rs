use super::{Citation, Condition, Operand, RuleKind};
use crate::source::Span;

/// Which rule, in the order of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub(crate) usize);

impl RuleId {
    /// Its place in the policy.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}

/// How much a flag says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Common among honest people.
    Weak,
    /// Uncommon.
    Moderate,
    /// Hard to explain innocently.
    Strong,
}

impl Severity {
    /// All, from the lowest.
    pub const ALL: [Self; 3] = [Self::Weak, Self::Moderate, Self::Strong];

    /// As written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Moderate => "moderate",
            Self::Strong => "strong",
        }
    }
}

/// What a rule came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Prohibition or flag: it is there.
    Hit,
    /// Prohibition or flag: it is not there.
    Clear,
    /// Some fact that matters is missing.
    Unknown,
    /// The rule is not meant for this subject.
    NotApplicable,
    /// It hangs on a field that the company accepts not to have.
    NotCovered,
    /// It would be a hit, but an exception relieves.
    Excepted,
    /// It is a hit, and a person has judged exactly this evidence.
    Reviewed,
    /// Control: done.
    Met,
    /// Control: done with a bad result.
    Failed,
    /// Control: not done.
    Unmet,
    /// Control: done too long ago.
    Expired,
    /// Control: an exception relieves from it.
    Waived,
    /// Control: not asked for, and not done.
    NotRequired,
}

impl Outcome {
    /// All of prohibitions and flags, in the order in which they are reported.
    pub const OF_INDICATORS: [Self; 7] = [
        Self::Hit,
        Self::Unknown,
        Self::Excepted,
        Self::Reviewed,
        Self::NotCovered,
        Self::NotApplicable,
        Self::Clear,
    ];

    /// All of controls, in the order in which they are reported.
    pub const OF_CONTROLS: [Self; 7] = [
        Self::Failed,
        Self::Unmet,
        Self::Expired,
        Self::Unknown,
        Self::Waived,
        Self::NotRequired,
        Self::Met,
    ];

    /// All that a kind of rule can have.
    #[must_use]
    pub const fn of(kind: RuleKind) -> [Self; 7] {
        match kind {
            RuleKind::Prohibition | RuleKind::Flag => Self::OF_INDICATORS,
            RuleKind::Control => Self::OF_CONTROLS,
        }
    }

    /// As written in policies and decisions.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Clear => "clear",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not_applicable",
            Self::NotCovered => "not_covered",
            Self::Excepted => "excepted",
            Self::Reviewed => "reviewed",
            Self::Met => "met",
            Self::Failed => "failed",
            Self::Unmet => "unmet",
            Self::Expired => "expired",
            Self::Waived => "waived",
            Self::NotRequired => "not_required",
        }
    }
}

/// A prohibition, flag or control.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id.
    pub name: String,
    /// What it is called in reports.
    pub title: String,
    /// Which items of which sources it comes from.
    pub cites: Vec<Citation>,
    /// Whom the source addresses.
    pub audience: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Ids of rules of an older version that it takes the place of.
    pub replaces: Vec<String>,
    /// To whom it applies; to all when absent.
    pub applies_when: Option<Condition>,
    /// What a hit says.
    pub says: Option<Template>,
    /// What to do about a hit.
    pub respond: Option<String>,
    /// Remarks.
    pub notes: Vec<String>,
    /// What makes it the kind it is.
    pub body: RuleBody,
    /// Where its name stands.
    pub span: Span,
}

impl Rule {
    /// Which kind it is.
    #[must_use]
    pub const fn kind(&self) -> RuleKind {
        match self.body {
            RuleBody::Prohibition { .. } => RuleKind::Prohibition,
            RuleBody::Flag(_) => RuleKind::Flag,
            RuleBody::Control(_) => RuleKind::Control,
        }
    }

    /// Every condition of the rule.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let of_body: Vec<&Condition> = match &self.body {
            RuleBody::Prohibition { when } => vec![when],
            RuleBody::Flag(flag) => std::iter::once(&flag.when)
                .chain(flag.raised.iter().map(|raised| &raised.when))
                .collect(),
            RuleBody::Control(control) => std::iter::once(&control.met_when)
                .chain(&control.failed_when)
                .chain(control.lasts.iter().filter_map(|lasts| lasts.when.as_ref()))
                .chain(&control.required_when)
                .collect(),
        };
        self.applies_when.iter().chain(of_body)
    }

    /// When it is hit; a control has no such condition.
    #[must_use]
    pub const fn when(&self) -> Option<&Condition> {
        match &self.body {
            RuleBody::Prohibition { when } => Some(when),
            RuleBody::Flag(flag) => Some(&flag.when),
            RuleBody::Control(_) => None,
        }
    }
}

/// What a hit says: text with values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Texts and values in turn.
    pub parts: Vec<TemplatePart>,
}

/// A part of what a hit says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplatePart {
    /// As it stands.
    Text(String),
    /// A value named with `as`.
    Value(String),
    /// A parameter.
    Param(super::ParamId),
}

/// What makes a rule the kind it is.
#[derive(Clone, Debug)]
pub enum RuleBody {
    /// The law forbids it.
    Prohibition {
        /// When it is hit.
        when: Condition,
    },
    /// An indicator that adds risk.
    Flag(FlagRule),
    /// Diligence that was or was not done.
    Control(ControlRule),
}

/// What a flag has besides.
#[derive(Clone, Debug)]
pub struct FlagRule {
    /// When it is hit.
    pub when: Condition,
    /// How much it says.
    pub severity: Severity,
    /// What a hit adds to the score.
    pub weight: u32,
    /// The source's stronger forms.
    pub raised: Vec<Raised>,
    /// What may explain it innocently.
    pub innocent: Option<String>,
}

/// A stronger form of a flag.
#[derive(Clone, Debug)]
pub struct Raised {
    /// The higher severity.
    pub severity: Severity,
    /// The higher weight.
    pub weight: u32,
    /// When it holds.
    pub when: Condition,
}

/// What a control has besides.
#[derive(Clone, Debug)]
pub struct ControlRule {
    /// When it counts as done.
    pub met_when: Condition,
    /// When it was done with a bad result.
    pub failed_when: Option<Condition>,
    /// When it was done last.
    pub dated: Option<Operand>,
    /// For how long it counts.
    pub lasts: Vec<Lasts>,
    /// Which flags it answers.
    pub answers: Vec<Answer>,
    /// When it must be done; when absent, when a flag that it answers is hit, or always when it
    /// answers none.
    pub required_when: Option<Condition>,
}

/// For how long a control counts.
#[derive(Clone, Debug)]
pub struct Lasts {
    /// How long.
    pub period: Operand,
    /// When this length holds; always when absent.
    pub when: Option<Condition>,
}

/// A flag that a control answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which flag.
    pub flag: RuleId,
    /// What the answered flag still counts at most.
    pub reducing_to: Option<u32>,
    /// Whether it answers evidence newer than itself.
    pub at_any_time: bool,
}
