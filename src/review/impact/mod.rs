//! Whom a change touches: a roster decided by both versions at once.

mod pairs;
mod tally;
mod touched;

pub use pairs::RulePairs;
pub use touched::{Shift, State, Touched};

use std::io::{self, BufRead};

use serde::Serialize;

use crate::engine::Engine;
use crate::eval::Detail;
use crate::roster::{Layout, RawReader};
use crate::run::{
    Callbacks, Judged, Ladder, OnBatch, OnRefused, Plan, ReasonCount, RunError, evaluate,
};
use tally::Tally;

/// Subjects that are named for each pair of decisions; all of them are told one by one to who asks.
pub const SUBJECTS_KEPT_MAX: usize = 1_000;

/// What becomes of a roster when one version takes the place of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Impact {
    /// The time for which both decided.
    pub as_of: String,
    /// Records read.
    pub records: u64,
    /// Of them decided by both versions.
    pub decided: u64,
    /// Of them refused: one of the versions, or both, cannot read them.
    pub refused: u64,
    /// Of the refused, those that this program failed on.
    pub faults: u64,
    /// Why records were refused, most often first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<ReasonCount>,
    /// The levels of the old version, from the most severe.
    pub old_levels: Vec<String>,
    /// The levels of the new one.
    pub new_levels: Vec<String>,
    /// How many subjects went from which decision to which; those that nobody has are absent.
    pub matrix: Vec<Cell>,
    /// Subjects whose decision is another one.
    pub changed: u64,
    /// Of them those whose decision is more severe.
    pub more_severe: u64,
    /// Of them those whose decision is less severe.
    pub less_severe: u64,
    /// Subjects by whether a missing fact can change their decision.
    pub unsettled: Unsettled,
    /// Each change from one decision to another, the most severe new decision first.
    pub flips: Vec<Flip>,
    /// What rules came to differently, also where that changed no decision, in the order of the new version.
    pub rules: Vec<ShiftCount>,
    /// Rules that are unknown for a subject now and were not, in the order of the new version.
    pub newly_unknown: Vec<UnknownCount>,
}

/// How many subjects went from one decision to another, or kept theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The decision of the old version.
    pub old: String,
    /// The decision of the new one.
    pub new: String,
    /// How many.
    pub subjects: u64,
}

/// How many decisions hang on missing facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unsettled {
    /// By the old version.
    pub old: u64,
    /// By the new one.
    pub new: u64,
    /// By the new one and not by the old one.
    pub newly: u64,
    /// By the old one and not by the new one.
    pub no_longer: u64,
}

/// Which way a decision went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Toward {
    /// To a more severe level.
    MoreSevere,
    /// To a less severe one.
    LessSevere,
    /// To one that the other version does not have, on the same step or on steps that cannot be compared.
    Other,
}

/// The subjects who went from one decision to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flip {
    /// The decision of the old version.
    pub old: String,
    /// The decision of the new one.
    pub new: String,
    /// Which way that is.
    pub toward: Toward,
    /// How many subjects.
    pub subjects: u64,
    /// What came out differently for them, most often first.
    pub rules: Vec<ShiftCount>,
    /// Of how many of them no rule came out differently: what decides about the score or the levels did.
    pub without_rule: u64,
    /// The first of them, in the order of the roster.
    pub first: Vec<Touched>,
}

/// How many subjects a rule came out differently for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShiftCount {
    /// What came out differently.
    #[serde(flatten)]
    pub shift: Shift,
    /// For how many.
    pub subjects: u64,
}

/// How many subjects a rule is newly unknown for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnknownCount {
    /// Which rule.
    pub rule: String,
    /// How many.
    pub subjects: u64,
}

/// Two versions made ready for one time, and how they read records.
pub struct Versions<'v> {
    /// The old version and the new one. Where they compare subjects they know who shares what.
    pub engines: &'v [Engine; 2],
    /// How each of them reads records.
    pub layouts: &'v [Layout; 2],
    /// Which rule of the one is which of the other.
    pub pairs: &'v RulePairs,
}

/// What is told while a roster is read.
pub struct Watch<'w> {
    /// Takes every subject whose decision changed, in the order of the roster.
    pub on_touched: &'w mut dyn FnMut(&Touched) -> io::Result<()>,
    /// Takes each refused record, in the order of the roster.
    pub on_refused: OnRefused<'w>,
    /// Is told how far the reading has come, and may end it.
    pub on_batch: OnBatch<'w>,
}

impl Impact {
    /// Decides every record of a roster by both versions, on so many threads.
    ///
    /// # Errors
    /// If the roster cannot be read, a result cannot be written, or `watch` ends the reading.
    pub fn measure<R: BufRead>(
        versions: &Versions<'_>,
        jobs: usize,
        roster: &mut RawReader<R>,
        watch: Watch<'_>,
    ) -> Result<Self, RunError> {
        let Versions { engines, layouts, pairs } = *versions;
        let [old, _] = engines;
        let plan = Plan { engines, layouts, jobs, detail: Detail::Brief, is_prompt: false };
        let common = Ladder::new(engines).ok();
        // Where the levels clash, progress is told by those of the old version.
        let ladder = common.clone().unwrap_or_else(|| Ladder::of_one(old));
        let mut tally = Tally::new(versions, common);
        let Watch { on_touched, on_refused, on_batch } = watch;
        let mut on_decided = |met| tally.add(met, on_touched);
        let render = |_: &_, judged: &[Judged<'_, '_>]| pairs.met(judged);
        let callbacks =
            Callbacks { render: &render, on_decided: &mut on_decided, on_refused, on_batch };
        let summary = evaluate(&plan, &ladder, roster, callbacks)?;
        Ok(tally.finish(summary))
    }
}
