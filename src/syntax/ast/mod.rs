//! What was written: one tree, every node with its place.

mod declaration;
mod expression;
mod policy;
mod record;
mod rule;
mod shared;

pub use declaration::{
    Accepted, Cap, DatedValue, Decision, Declaration, Define, Exception, Gap, LevelRule, List,
    ListFrom, NotCollected, Param, ParamValue, Rate, Rates, RatesFrom, SeverityWeight, Weights,
};
pub use expression::{
    Aggregation, Arithmetic, Expression, ExpressionKind, Literal, Members, MembersOf, Order, Path,
    RuleKind,
};
pub use policy::{Policy, Source, SourceItem};
pub use record::{Enumeration, Field, FieldRole, FieldType, Record};
pub use rule::{Answers, Control, Flag, Lasts, Prohibition, Raised, RuleClauses};
pub use shared::{Citation, Days, Name, Place, Reason, Text};

/// One parsed file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyFile {
    /// Its declarations in order; those that could not be parsed are left out and reported.
    pub declarations: Vec<Declaration>,
    /// The names of declarations that could not be parsed: they are not unknown, only unread.
    pub unread: Vec<String>,
}
