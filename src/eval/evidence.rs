//! What an evaluation rests on, read off its steps: the facts that make a rule hit, the facts that
//! would settle it, and how new they are.

use std::collections::BTreeSet;

use super::Truth;
use super::trace::{Cannot, ElementSeen, ElementTime, FactSeen, PeersSeen, Seen, Step, What};
use crate::digest::Digest;
use crate::hir::RuleId;
use crate::peers::Age;
use crate::types::FieldSlot;
use crate::value::Shown;

/// A fact that a hit rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Where, as `logins[3].ip`.
    pub place: String,
    /// What is there.
    pub value: Shown,
}

/// A fact that would settle a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// Which field.
    pub steps: Vec<FieldSlot>,
    /// Why the fact does not settle it although it is known.
    pub cannot: Option<Cannot>,
}

/// The newest day among the elements that a hit rests on: of those that are certain, and of those that
/// are possible.
#[derive(Clone, Copy, Debug)]
pub(super) struct Newest {
    pub(super) certain: Age,
    pub(super) possible: Age,
}

/// The facts that a hit rests on, in the order in which they were seen, each once: those that speak for
/// it, of one window where several show the same.
pub(super) fn evidence(steps: &[Step]) -> Vec<Evidence> {
    gathered(steps, Extent::Telling)
}

/// Digest of all that a hit rests on: every element it counted or compared, when that happened, and the
/// facts it was judged by. Whatever changes any of them is new evidence.
pub(super) fn digest(steps: &[Step]) -> Digest {
    let facts = gathered(steps, Extent::All);
    let mut lines: Vec<String> = facts
        .iter()
        .map(|fact| {
            let kind = match fact.value {
                Shown::YesNo(_) => 'b',
                Shown::Number(_) => 'n',
                Shown::Text(_) => 't',
            };
            let value = fact.value.to_string().replace('\\', "\\\\").replace('\n', "\\n");
            format!("{}\t{kind}\t{value}\n", fact.place)
        })
        .collect();
    lines.sort_unstable();
    Digest::of(format!("duecare.evidence/1\n{}", lines.concat()).as_bytes())
}

/// How much of what a hit rests on is gathered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// What tells a reader why.
    Telling,
    /// Everything.
    All,
}

fn gathered(steps: &[Step], extent: Extent) -> Vec<Evidence> {
    let mut gathering = Gathering { extent, found: Vec::new() };
    for step in steps {
        gathering.gather(step, Truth::Yes);
    }
    let mut places = BTreeSet::new();
    gathering.found.retain(|fact| places.insert(fact.place.clone()));
    gathering.found
}

struct Gathering {
    extent: Extent,
    found: Vec<Evidence>,
}

impl Gathering {
    /// `wanted` is what the condition around came to, which the conditions on elements must come to, too.
    fn gather(&mut self, step: &Step, wanted: Truth) {
        match &step.what {
            What::Condition(_, truth) => {
                for inner in contributing(step, *truth, self.extent) {
                    self.gather(inner, *truth);
                }
            }
            What::Operand { distinct, .. } => {
                let before = self.found.len();
                for inner in visible(step, Truth::Yes, self.extent) {
                    self.gather(inner, Truth::Yes);
                }
                if *distinct && self.extent == Extent::Telling {
                    keep_first_of_each_value(&mut self.found, before);
                }
            }
            What::Fact(fact) => self.add(fact),
            What::Element(element) => self.gather_element(step, element, wanted),
            What::Filter | What::Window(_) => {
                for inner in &step.inside {
                    self.gather(inner, Truth::Yes);
                }
            }
            What::Peers(seen) => self.gather_peers(step, seen),
            What::Rule(..) | What::Cannot(_) => {}
        }
    }

    /// Of a comparison with others, what the subject shares, and with whom.
    fn gather_peers(&mut self, step: &Step, seen: &PeersSeen) {
        for inner in &step.inside {
            let is_beside = matches!(&inner.what,
                What::Element(element) if !seen.places.contains(&element.place));
            if !is_beside && !seen.groups.is_empty() {
                self.gather(inner, Truth::Yes);
            }
        }
        if self.extent == Extent::All {
            self.found.extend(seen.groups.iter().map(|(group, members)| Evidence {
                place: format!("peers[{group}]"),
                value: Shown::Text(members.to_string()),
            }));
        }
    }

    fn gather_element(&mut self, step: &Step, element: &ElementSeen, wanted: Truth) {
        let before = self.found.len();
        match element.included {
            _ if element.many => return,
            // That there is no such element rests on what each of them is instead.
            Truth::No if wanted == Truth::No => {
                let filters = step.inside.iter().filter(|inner| matches!(inner.what, What::Filter));
                for inner in filters.flat_map(|filter| &filter.inside) {
                    self.gather(inner, Truth::No);
                }
                return;
            }
            Truth::No => return,
            Truth::Unknown if self.extent == Extent::Telling => return,
            Truth::Yes | Truth::Unknown => {}
        }
        let speaks_otherwise = self.extent == Extent::Telling
            && step
                .inside
                .iter()
                .any(|inner| matches!(inner.what, What::Condition(_, truth) if truth != wanted));
        if speaks_otherwise {
            return;
        }
        for inner in &step.inside {
            self.gather(inner, wanted);
        }
        let is_silent = self.found.len() == before;
        match &element.dated_by {
            Some(fact) if is_silent || self.extent == Extent::All => self.add(fact),
            None if is_silent => self.found.push(Evidence {
                place: element.place.clone(),
                value: Shown::Text("present".to_owned()),
            }),
            Some(_) | None => {}
        }
    }

    fn add(&mut self, fact: &FactSeen) {
        let value = match &fact.seen {
            Seen::Value(value) => value.clone(),
            Seen::None => Shown::Text("none".to_owned()),
            Seen::Unknown => return,
        };
        self.found.push(Evidence { place: fact.place.clone(), value });
    }
}

/// The parts of a condition that made it come to what it came to.
fn contributing(step: &Step, truth: Truth, extent: Extent) -> Vec<&Step> {
    let conditions = step.inside.iter().filter(|inner| matches!(inner.what, What::Condition(..)));
    let mut conditions: Vec<&Step> = conditions.collect();
    if conditions.len() > 1 {
        conditions.retain(|inner| matches!(inner.what, What::Condition(_, of) if of == truth));
    }
    if conditions.is_empty() { visible(step, truth, extent) } else { conditions }
}

/// What is inside a step: where it has windows, those that came to that, of which one is enough to tell
/// why, and the elements they are made of.
fn visible(step: &Step, truth: Truth, extent: Extent) -> Vec<&Step> {
    let windows = || step.inside.iter().filter(|inner| matches!(inner.what, What::Window(_)));
    if windows().next().is_none() {
        return step.inside.iter().collect();
    }
    let of = |wanted: Truth| {
        windows().filter(move |window| matches!(window.what, What::Window(of) if of == wanted))
    };
    let mut chosen: Vec<&Step> = of(truth).collect();
    if chosen.is_empty() {
        chosen = of(Truth::Unknown).collect();
    }
    if chosen.is_empty() {
        chosen = windows().collect();
    }
    if extent == Extent::Telling {
        chosen.truncate(1);
    }
    let mut places = BTreeSet::new();
    for window in &chosen {
        elements_inside(window, &mut places);
    }
    let made_of = step.inside.iter().filter(
        |inner| matches!(&inner.what, What::Element(element) if places.contains(element.place.as_str())),
    );
    chosen.into_iter().chain(made_of).collect()
}

fn elements_inside<'s>(step: &'s Step, places: &mut BTreeSet<&'s str>) {
    if let What::Element(element) = &step.what
        && element.included.is_possible()
        && !element.many
    {
        places.insert(&element.place);
    }
    for inner in &step.inside {
        elements_inside(inner, places);
    }
}

fn keep_first_of_each_value(found: &mut Vec<Evidence>, from: usize) {
    let mut kept: Vec<Evidence> = Vec::new();
    for fact in found.drain(from..) {
        let field = fact.place.rsplit(']').next().unwrap_or("").to_owned();
        let is_known = kept.iter().any(|known| {
            known.value == fact.value && known.place.rsplit(']').next() == Some(field.as_str())
        });
        if !is_known {
            kept.push(fact);
        }
    }
    found.extend(kept);
}

/// The facts that would settle an unknown rule, in the order of the record, each once. `of_rule` tells
/// what would settle a rule whose outcome was asked.
pub(super) fn needs(steps: &[Step], of_rule: &dyn Fn(RuleId) -> Vec<Need>) -> Vec<Need> {
    let mut found = Vec::new();
    for step in steps {
        missing(step, of_rule, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

fn missing(step: &Step, of_rule: &dyn Fn(RuleId) -> Vec<Need>, found: &mut Vec<Need>) {
    if let Some(cannot) = cannot_at(step) {
        let facts =
            facts_inside(step).into_iter().filter(|fact| matches!(fact.seen, Seen::Value(_)));
        found.extend(facts.map(|fact| Need { steps: fact.steps.clone(), cannot: Some(cannot) }));
        return;
    }
    let is_open = match &step.what {
        What::Condition(_, truth) | What::Window(truth) => *truth == Truth::Unknown,
        What::Filter | What::Operand { .. } => true,
        What::Element(element) => !element.many && element.included.is_possible(),
        What::Fact(fact) => {
            if fact.seen == Seen::Unknown {
                found.push(Need { steps: fact.steps.clone(), cannot: None });
            }
            true
        }
        What::Rule(rule, truth) => {
            if *truth == Truth::Unknown {
                found.extend(of_rule(*rule));
            }
            false
        }
        What::Peers(seen) => {
            if let Some(cannot) = seen.cannot {
                let keys = seen.keys.iter();
                found.extend(keys.map(|steps| Need { steps: steps.clone(), cannot: Some(cannot) }));
            }
            true
        }
        What::Cannot(_) => false,
    };
    if is_open {
        for inner in &step.inside {
            missing(inner, of_rule, found);
        }
    }
}

/// Why a step is unknown although its facts are known, if so.
fn cannot_at(step: &Step) -> Option<Cannot> {
    match &step.what {
        What::Operand { cannot, .. } => *cannot,
        What::Condition(_, Truth::Unknown) => step.inside.iter().find_map(|inner| {
            if let What::Cannot(cannot) = inner.what { Some(cannot) } else { None }
        }),
        What::Condition(_, Truth::Yes | Truth::No)
        | What::Fact(_)
        | What::Element(_)
        | What::Filter
        | What::Window(_)
        | What::Rule(..)
        | What::Peers(_)
        | What::Cannot(_) => None,
    }
}

/// The facts that values were made of; not those that picked the elements.
fn facts_inside(step: &Step) -> Vec<&FactSeen> {
    match &step.what {
        What::Fact(fact) => vec![fact],
        What::Filter => Vec::new(),
        What::Condition(..)
        | What::Operand { .. }
        | What::Element(_)
        | What::Window(_)
        | What::Rule(..)
        | What::Peers(_)
        | What::Cannot(_) => step.inside.iter().flat_map(facts_inside).collect(),
    }
}

/// Whether no missing fact could add to what a hit rests on.
pub(super) fn is_complete(steps: &[Step]) -> bool {
    steps.iter().all(|step| {
        let is_settled = match &step.what {
            What::Fact(fact) => fact.seen != Seen::Unknown,
            What::Element(element) => match element.included {
                Truth::Yes => !element.many && element.time != ElementTime::Unknown,
                Truth::No => true,
                Truth::Unknown => false,
            },
            What::Operand { cannot, .. } => cannot.is_none(),
            What::Peers(seen) => seen.cannot.is_none(),
            What::Cannot(_) => false,
            What::Condition(..) | What::Filter | What::Window(_) | What::Rule(..) => true,
        };
        is_settled && is_complete(&step.inside)
    })
}

/// The values that were given names with `as`, by the place of the name.
pub(super) fn values(steps: &[Step]) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for step in steps {
        named(step, &mut found);
    }
    found
}

fn named(step: &Step, found: &mut Vec<(usize, String)>) {
    if let What::Operand { name: Some(name), shown, .. } = &step.what
        && !found.iter().any(|(known, _)| known == name)
    {
        found.push((*name, shown.clone()));
    }
    for inner in visible(step, Truth::Yes, Extent::Telling) {
        named(inner, found);
    }
}

/// Whom the subject was compared with.
pub(super) fn peers(steps: &[Step]) -> Vec<PeersSeen> {
    let mut found: Vec<PeersSeen> = Vec::new();
    for step in steps {
        let seen = if let What::Peers(seen) = &step.what {
            vec![seen.clone()]
        } else {
            peers(&step.inside)
        };
        for seen in seen {
            if !found.contains(&seen) {
                found.push(seen);
            }
        }
    }
    found
}

/// How new the elements are that a flag rests on.
pub(super) fn newest(steps: &[Step]) -> Newest {
    let mut newest = Newest { certain: Age::Nothing, possible: Age::Nothing };
    for step in steps {
        age(step, true, &mut newest);
    }
    newest
}

fn age(step: &Step, is_certain: bool, newest: &mut Newest) {
    match &step.what {
        What::Condition(_, truth) => {
            let is_certain = is_certain && *truth != Truth::Unknown;
            let has_parts = step
                .inside
                .iter()
                .filter(|inner| matches!(inner.what, What::Condition(..)))
                .count()
                > 1;
            for inner in timed_parts(step) {
                let speaks_otherwise = has_parts
                    && matches!(inner.what, What::Condition(_, of)
                        if of != Truth::Unknown && *truth != Truth::Unknown && of != *truth);
                if !speaks_otherwise {
                    age(inner, is_certain, newest);
                }
            }
        }
        // Of a longest time another part may turn out to be the longest.
        What::Operand { .. } | What::Filter => {
            let elements =
                step.inside.iter().filter(|inner| !matches!(inner.what, What::Window(_)));
            for inner in elements {
                age(inner, is_certain, newest);
            }
        }
        What::Window(Truth::Yes) => {
            for inner in &step.inside {
                age(inner, is_certain, newest);
            }
        }
        What::Window(Truth::Unknown) => {
            for inner in &step.inside {
                age(inner, false, newest);
            }
        }
        What::Element(element) if element.included.is_possible() => {
            let is_there = is_certain && element.included == Truth::Yes && !element.many;
            newest.add(element.time, is_there);
        }
        // Whom else it concerns makes it newer, too; what is not shared does not.
        What::Peers(seen) => {
            let (certain, possible) = seen.ages;
            newest.possible = newest.possible.max(possible);
            if is_certain && certain != Age::Unknown {
                newest.certain = newest.certain.max(certain);
            }
        }
        What::Window(Truth::No)
        | What::Element(_)
        | What::Fact(_)
        | What::Rule(..)
        | What::Cannot(_) => {}
    }
}

/// What is inside a step; where it has windows, only they count, not the elements they are made of.
fn timed_parts(step: &Step) -> Vec<&Step> {
    let windows: Vec<&Step> =
        step.inside.iter().filter(|inner| matches!(inner.what, What::Window(_))).collect();
    if windows.is_empty() { step.inside.iter().collect() } else { windows }
}

impl Newest {
    fn add(&mut self, time: ElementTime, is_certain: bool) {
        let age = Age::from(time);
        self.possible = self.possible.max(age);
        if is_certain && age != Age::Unknown {
            self.certain = self.certain.max(age);
        }
    }
}

impl From<ElementTime> for Age {
    fn from(time: ElementTime) -> Self {
        match time {
            ElementTime::At(instant) => Self::Day(instant.date()),
            ElementTime::Unknown => Self::Unknown,
            ElementTime::Untimed => Self::Dayless,
        }
    }
}
