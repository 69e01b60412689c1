//! What a policy means: names resolved, every expression typed.

mod condition;
mod operand;
mod place;
mod policy;
mod rule;
mod walk;

pub use condition::{Collection, Condition, ConditionKind, Members, Peers, PeersOf, Window};
pub use operand::{Operand, OperandKind};
pub use place::{Derived, FieldPath, Root, Step};
pub use policy::{
    Acceptance, Cap, Citation, DatedRates, Decision, Define, DefineBody, DefineId, Exception, Gap,
    GapKind, Level, LevelId, List, ListId, NotCollected, Param, ParamConstant, ParamId, ParamValue,
    PolicyIdentity, PolicySet, Rates, Restated, Source, SourceId, SourceItem, Status,
};
pub use rule::{
    Answer, ControlRule, FlagRule, Lasts, Outcome, Raised, Rule, RuleBody, RuleId, Severity,
    Template, TemplatePart,
};
pub use walk::Part;

pub use crate::syntax::ast::{Aggregation, Arithmetic, Days, Order, RuleKind};
