//! Counts what both versions came to, subject by subject.

use std::collections::BTreeMap;
use std::io;

use super::pairs::{RulePair, RulePairs};
use super::touched::{Met, Shift, State, Touched};
use super::{
    Cell, Flip, Impact, SUBJECTS_KEPT_MAX, ShiftCount, Toward, UnknownCount, Unsettled, Versions,
};
use crate::engine::Engine;
use crate::hir::Outcome;
use crate::run::{Ladder, RunSummary};

/// What came out differently: the place of a pair of rules, and what they came to.
type Key = (usize, Option<State>, Option<State>);

/// The counts so far.
pub(super) struct Tally<'v> {
    pairs: &'v RulePairs,
    as_of: String,
    /// The levels of both versions, from the lowest.
    levels: (Vec<String>, Vec<String>),
    /// Both on one ladder, where they can be compared.
    ladder: Option<Ladder>,
    cells: BTreeMap<(usize, usize), u64>,
    unsettled: Unsettled,
    shifts: BTreeMap<Key, u64>,
    flips: BTreeMap<(usize, usize), Flipped>,
}

/// The subjects who went from one level to another.
#[derive(Default)]
struct Flipped {
    shifts: BTreeMap<Key, u64>,
    without_rule: u64,
    first: Vec<Touched>,
}

impl<'v> Tally<'v> {
    pub(super) fn new(versions: &Versions<'v>, ladder: Option<Ladder>) -> Self {
        let [old, new] = versions.engines;
        Self {
            pairs: versions.pairs,
            as_of: new.program().as_of().to_string(),
            levels: (levels(old), levels(new)),
            ladder,
            cells: BTreeMap::new(),
            unsettled: Unsettled::default(),
            shifts: BTreeMap::new(),
            flips: BTreeMap::new(),
        }
    }

    /// Counts a subject, and tells of it if its decision changed.
    pub(super) fn add(
        &mut self,
        met: Option<Met>,
        on_touched: &mut dyn FnMut(&Touched) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(met) = met else {
            return Err(io::Error::other(
                "a record was not judged by two versions; please report this",
            ));
        };
        let (old, new) = (met.old, met.new);
        *self.cells.entry((old.level, new.level)).or_default() += 1;
        self.unsettled.old += u64::from(!old.settled);
        self.unsettled.new += u64::from(!new.settled);
        self.unsettled.newly += u64::from(old.settled && !new.settled);
        self.unsettled.no_longer += u64::from(!old.settled && new.settled);
        for key in &met.shifts {
            *self.shifts.entry(*key).or_default() += 1;
        }
        if self.old_level(old.level) == self.new_level(new.level) {
            return Ok(());
        }
        let touched = self.touched(&met);
        on_touched(&touched)?;
        let flipped = self.flips.entry((old.level, new.level)).or_default();
        flipped.without_rule += u64::from(met.shifts.is_empty());
        for key in met.shifts {
            *flipped.shifts.entry(key).or_default() += 1;
        }
        if flipped.first.len() < SUBJECTS_KEPT_MAX {
            flipped.first.push(touched);
        }
        Ok(())
    }

    /// What all of it came to.
    pub(super) fn finish(mut self, summary: RunSummary) -> Impact {
        let mut flipped: Vec<_> = std::mem::take(&mut self.flips).into_iter().collect();
        flipped.sort_by_key(|((old, new), _)| std::cmp::Reverse((*new, *old)));
        let flips: Vec<Flip> =
            flipped.into_iter().map(|(levels, flipped)| self.flip(levels, flipped)).collect();
        let toward = |wanted: Toward| {
            flips.iter().filter(|flip| flip.toward == wanted).map(|flip| flip.subjects).sum()
        };
        let mut impact = Impact {
            records: summary.records(),
            decided: summary.decided(),
            refused: summary.refused(),
            faults: summary.faults,
            refusals: Vec::new(),
            matrix: self.matrix(),
            changed: flips.iter().map(|flip| flip.subjects).sum(),
            more_severe: toward(Toward::MoreSevere),
            less_severe: toward(Toward::LessSevere),
            unsettled: self.unsettled,
            rules: self.counts(&self.shifts),
            newly_unknown: self.newly_unknown(),
            flips,
            old_levels: from_most_severe(self.levels.0),
            new_levels: from_most_severe(self.levels.1),
            as_of: self.as_of,
        };
        if let Some(new) = summary.runs.into_iter().nth(1) {
            impact.refusals = new.refusals;
        }
        impact
    }

    fn old_level(&self, level: usize) -> &str {
        self.levels.0.get(level).map_or("", String::as_str)
    }

    fn new_level(&self, level: usize) -> &str {
        self.levels.1.get(level).map_or("", String::as_str)
    }

    fn touched(&self, met: &Met) -> Touched {
        Touched {
            subject: met.subject.clone(),
            old: self.old_level(met.old.level).to_owned(),
            new: self.new_level(met.new.level).to_owned(),
            old_settled: met.old.settled,
            new_settled: met.new.settled,
            old_score: met.old.score,
            new_score: met.new.score,
            rules: met.shifts.iter().filter_map(|key| self.shift(*key)).collect(),
        }
    }

    fn shift(&self, (place, old, new): Key) -> Option<Shift> {
        let RulePair { old: old_rule, new: new_rule } = self.pairs.pairs.get(place)?;
        let rule = new_rule.as_ref().or(old_rule.as_ref())?.name.clone();
        let was = old_rule.as_ref().map(|was| was.name.clone()).filter(|was| *was != rule);
        let word = |state: Option<State>| state.map(|state| state.outcome.word());
        let is_same = word(old) == word(new);
        let points =
            |state: Option<State>| state.filter(|_| is_same).and_then(|state| state.counted);
        Some(Shift {
            rule,
            was,
            old: word(old),
            new: word(new),
            old_points: points(old),
            new_points: points(new),
        })
    }

    /// In the order of the new version.
    fn counts(&self, counted: &BTreeMap<Key, u64>) -> Vec<ShiftCount> {
        let mut counts: BTreeMap<(usize, Shift), u64> = BTreeMap::new();
        for (key, subjects) in counted {
            if let Some(shift) = self.shift(*key) {
                *counts.entry((key.0, shift)).or_default() += subjects;
            }
        }
        counts.into_iter().map(|((_, shift), subjects)| ShiftCount { shift, subjects }).collect()
    }

    fn flip(&self, (old, new): (usize, usize), flipped: Flipped) -> Flip {
        let mut rules = self.counts(&flipped.shifts);
        rules.sort_by_key(|count| std::cmp::Reverse(count.subjects));
        let (old_name, new_name) = (self.old_level(old), self.new_level(new));
        Flip {
            old: old_name.to_owned(),
            new: new_name.to_owned(),
            toward: self.toward(old_name, new_name),
            subjects: self.cells.get(&(old, new)).copied().unwrap_or(0),
            rules,
            without_rule: flipped.without_rule,
            first: flipped.first,
        }
    }

    fn toward(&self, old: &str, new: &str) -> Toward {
        let Some(ladder) = &self.ladder else { return Toward::Other };
        match (ladder.rank(old), ladder.rank(new)) {
            (Some(old), Some(new)) if new > old => Toward::MoreSevere,
            (Some(old), Some(new)) if new < old => Toward::LessSevere,
            (Some(_) | None, Some(_) | None) => Toward::Other,
        }
    }

    fn matrix(&self) -> Vec<Cell> {
        let cells = self.cells.iter().rev();
        cells
            .map(|((old, new), subjects)| Cell {
                old: self.old_level(*old).to_owned(),
                new: self.new_level(*new).to_owned(),
                subjects: *subjects,
            })
            .collect()
    }

    fn newly_unknown(&self) -> Vec<UnknownCount> {
        let is_unknown =
            |state: &Option<State>| state.is_some_and(|state| state.outcome == Outcome::Unknown);
        let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
        for ((place, old, new), subjects) in &self.shifts {
            if is_unknown(new) && !is_unknown(old) {
                *counts.entry(*place).or_default() += subjects;
            }
        }
        let named = counts.into_iter().filter_map(|(place, subjects)| {
            let rule = self.pairs.pairs.get(place)?.new.as_ref()?.name.clone();
            Some(UnknownCount { rule, subjects })
        });
        named.collect()
    }
}

fn levels(engine: &Engine) -> Vec<String> {
    let levels = &engine.policy().checked.decision.levels;
    levels.iter().map(|level| level.name.clone()).collect()
}

fn from_most_severe(mut levels: Vec<String>) -> Vec<String> {
    levels.reverse();
    levels
}
