//! Evaluates a program on one record.
//!
//! Conditions are yes, no or unknown; amounts are intervals. Both speak about every completion of the
//! record at once: a yes stays a yes, and an interval only narrows, whatever the missing facts turn
//! out to be.

mod aggregate;
mod amount;
mod condition;
mod control;
mod decide;
mod evidence;
mod inconsistent;
mod judgement;
mod longest;
mod members;
mod operand;
mod peers;
mod place;
mod possible;
mod rule;
mod scope;
mod trace;
mod truth;
mod window;

pub use decide::{Detail, Disposition, Supposed, evaluate};
pub use evidence::{Evidence, Need};
pub use judgement::{
    Action, ControlState, Indicator, Judgement, Relief, RuleJudgement, ScoreRange,
};
pub use peers::{Roster, keys_of};
pub use trace::{Cannot, ElementSeen, ElementTime, FactSeen, PeersSeen, Seen, Step, What};
pub use truth::Truth;

pub(crate) use operand::likeness_percent;

use crate::hir::RuleId;
use crate::program::Program;
use amount::Amount;
use rule::Standing;

/// The facts that a condition which holds rests on, read off its steps.
#[must_use]
pub fn evidence_of(steps: &[Step]) -> Vec<Evidence> {
    evidence::evidence(steps)
}

/// The facts that would settle an unknown condition, read off its steps.
#[must_use]
pub fn needs_of(steps: &[Step]) -> Vec<Need> {
    evidence::needs(steps, &|_| Vec::new())
}

/// What is known while one record is evaluated.
struct Evaluator<'p> {
    program: &'p Program,
    /// Whom the subject is compared with.
    roster: Roster<'p>,
    /// How each rule stands, by its place; those not evaluated yet are absent.
    standings: Vec<Option<Standing>>,
    /// The score of any completion, and the score as far as known now.
    score: Option<(Amount, Amount)>,
}

impl<'p> Evaluator<'p> {
    fn new(program: &'p Program, roster: Roster<'p>) -> Self {
        Self { program, roster, standings: vec![None; program.rules.len()], score: None }
    }

    fn standing(&self, rule: RuleId) -> Option<&Standing> {
        self.standings.get(rule.index()).and_then(Option::as_ref)
    }
}
