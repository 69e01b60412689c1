//! Looks for records that show what was found by reasoning.

use std::collections::BTreeMap;

use super::change::{Change, Detail, Judged, Seek};
use super::compare::{Role, Truer};
use super::comparison::Comparison;
use super::direction::Direction;
use super::witness::{Search, Target, Wanted, Witness};
use crate::disposition::Dispositions;
use crate::engine::Engine;
use crate::loader::Policy;
use crate::value::Date;

/// Both versions made ready for days.
struct Engines<'p> {
    old: &'p Policy,
    new: &'p Policy,
    ready: BTreeMap<Date, Option<(Engine, Engine)>>,
}

impl Engines<'_> {
    fn on(&mut self, day: Date) -> Option<&(Engine, Engine)> {
        let (old, new) = (self.old, self.new);
        let ready = |policy: &Policy| {
            Engine::new(policy.clone(), day.start(), Dispositions::default()).ok()
        };
        self.ready.entry(day).or_insert_with(|| ready(old).zip(ready(new))).as_ref()
    }
}

impl Comparison {
    /// The same with a record for each changed condition that the two versions judge differently, as far as one
    /// is found. A change is neither stricter nor looser where there are records for both.
    #[must_use]
    pub fn witnessed(self, old: &Policy, new: &Policy) -> Self {
        self.witnessed_telling(old, new, &mut |_, _| {})
    }

    /// The same, told of each change before it is looked at: how many were, of how many.
    #[must_use]
    pub fn witnessed_telling(
        mut self,
        old: &Policy,
        new: &Policy,
        tell: &mut dyn FnMut(usize, usize),
    ) -> Self {
        let mut engines = Engines { old, new, ready: BTreeMap::new() };
        let first = new.checked.identity.effective.from;
        let all = self.changes.len();
        for (place, change) in self.changes.iter_mut().enumerate() {
            tell(place, all);
            let mut details = std::mem::take(&mut change.details);
            for detail in &mut details {
                witness(&mut engines, first, change, detail);
            }
            change.details = details;
        }
        self.settle();
        self
    }
}

fn witness(engines: &mut Engines<'_>, first: Date, change: &Change, detail: &mut Detail) {
    let Some(seek) = &detail.seek else { return };
    let found: Vec<Witness> = wanted(change, detail, seek)
        .into_iter()
        .filter_map(|wanted| find(engines, first, seek, wanted))
        .collect();
    if seek.truer == Truer::Open && found.len() > 1 {
        detail.direction = Some(Direction::Neither);
    }
    detail.witnesses = found;
}

fn find(engines: &mut Engines<'_>, first: Date, seek: &Seek, wanted: Wanted) -> Option<Witness> {
    let days = if seek.days.is_empty() { vec![first] } else { seek.days.clone() };
    days.into_iter().find_map(|day| {
        let (old, new) = engines.on(day)?;
        let target = match &seek.judged {
            Judged::Rules { old, new } => Target::Rule { old, new },
            Judged::Decision => Target::Decision,
        };
        Search::new(old, new).ok()?.find(&target, wanted)
    })
}

/// Which ways a rule has to differ, where its condition grew, shrank, or may have done both.
fn wanted(change: &Change, detail: &Detail, seek: &Seek) -> Vec<Wanted> {
    let is_straight =
        matches!(detail.part.as_str(), "when" | "applies when" | "raised to" | "met when")
            || change.clause.kind == "decision";
    if !is_straight {
        return vec![Wanted::Any];
    }
    // An exception lets the rule go that it relieves from.
    let is_reversed = change.clause.kind == "exception" && seek.role == Role::Relieves;
    let (grew, shrank) = if is_reversed {
        (Wanted::OldTruer, Wanted::NewTruer)
    } else {
        (Wanted::NewTruer, Wanted::OldTruer)
    };
    match seek.truer {
        Truer::Same => Vec::new(),
        Truer::Grew => vec![grew],
        Truer::Shrank => vec![shrank],
        Truer::Open => vec![grew, shrank],
    }
}
