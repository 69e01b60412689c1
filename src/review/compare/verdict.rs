//! The direction of a changed condition.

use std::collections::BTreeSet;

use super::uses::{Uses, used};
use crate::hir::Condition;
use crate::review::Direction;
use crate::review::implication::{Formula, Instead, Proof, Side, plain};
use crate::value::Date;

/// What a condition does where it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::review) enum Role {
    /// It catches, or asks for something.
    Catches,
    /// It clears, or relieves.
    Relieves,
}

/// What conditions that ask about rules are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// What the rules came to, which is told at these rules: in levels, and in what controls are required by.
    Outcomes,
    /// What the rules ask for, in either version.
    Meaning,
}

/// How the truth of a condition changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::review) enum Truer {
    /// The same for every record.
    Same,
    /// At least as true for every record.
    Grew,
    /// At most as true.
    Shrank,
    /// Neither was shown.
    Open,
}

/// How a condition changed, and what that hangs on.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub(super) truer: Truer,
    pub(super) provided: Vec<String>,
    /// The days, of those on which dated values begin, on which it is another condition.
    pub(super) days: Vec<Date>,
}

impl Rules {
    pub(super) fn proof(self) -> Proof {
        match self {
            Self::Outcomes => Proof::of_outcomes(),
            Self::Meaning => Proof::default(),
        }
    }
}

impl Truer {
    pub(in crate::review) fn direction(self, role: Role) -> Direction {
        let of_catching = match self {
            Self::Same => Direction::Equal,
            Self::Grew => Direction::Stricter,
            Self::Shrank => Direction::Looser,
            Self::Open => Direction::NotDetermined,
        };
        match role {
            Role::Catches => of_catching,
            Role::Relieves => of_catching.reversed(),
        }
    }

    pub(super) fn of(forward: bool, backward: bool) -> Self {
        match (forward, backward) {
            (true, true) => Self::Same,
            (true, false) => Self::Grew,
            (false, true) => Self::Shrank,
            (false, false) => Self::Open,
        }
    }

    pub(super) fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Same, truer) | (truer, Self::Same) => truer,
            (Self::Grew, Self::Grew) => Self::Grew,
            (Self::Shrank, Self::Shrank) => Self::Shrank,
            _ => Self::Open,
        }
    }
}

/// Conditions one of which has to hold; none at all always holds.
pub(super) type AnyOf<'p> = Vec<AllOf<'p>>;

/// Conditions all of which have to hold.
pub(super) type AllOf<'p> = Vec<&'p Condition>;

/// Compares what two sides ask for, on every day on which a dated value of theirs begins.
pub(super) fn compare(
    (old, old_sets): (Side<'_>, &AnyOf<'_>),
    (new, new_sets): (Side<'_>, &AnyOf<'_>),
    rules: Rules,
) -> Verdict {
    let (old_uses, new_uses) =
        (used(old.policy, old_sets, rules), used(new.policy, new_sets, rules));
    let mut fresh = BTreeSet::new();
    let on_days = on_every_day((old, &old_uses), (new, &new_uses), |old, new| {
        let (before, after) = (plain_sets(old, old_sets), plain_sets(new, new_sets));
        let (before, after) = (referred(&before), referred(&after));
        let forward = implies((old, &before), (new, &after), rules, &mut fresh);
        let backward = implies((new, &after), (old, &before), rules, &mut fresh);
        Truer::of(forward, backward)
    });
    let provided = fresh.into_iter().map(|list| format!("list `{list}` is up to date")).collect();
    Verdict { truer: on_days.truer, provided, days: on_days.different }
}

/// How something changed on all days together.
pub(super) struct OnDays {
    pub(super) truer: Truer,
    /// The days on which it changed.
    different: Vec<Date>,
}

/// Compares on every day on which a value that is used begins and both have all of theirs; without one nothing can
/// be said.
pub(super) fn on_every_day<'p>(
    (old, old_uses): (Side<'p>, &Uses),
    (new, new_uses): (Side<'p>, &Uses),
    mut compare: impl FnMut(Side<'p>, Side<'p>) -> Truer,
) -> OnDays {
    let mut days = old_uses.days(old.policy);
    days.extend(new_uses.days(new.policy));
    for side in [old, new] {
        if let Some(Instead::Param(param)) = side.instead {
            days.extend(param.values.iter().filter_map(|row| row.from));
        }
    }
    days.insert(new.day);
    let mut truer = None;
    let mut different = Vec::new();
    for day in days {
        let (old, new) = (Side { day, ..old }, Side { day, ..new });
        if !old_uses.has_values(old) || !new_uses.has_values(new) {
            continue;
        }
        let on_day = compare(old, new);
        if on_day != Truer::Same {
            different.push(day);
        }
        truer = Some(truer.map_or(on_day, |truer: Truer| truer.with(on_day)));
    }
    OnDays { truer: truer.unwrap_or(Truer::Open), different }
}

/// The conditions in their plain forms.
fn plain_sets(side: Side<'_>, sets: &AnyOf<'_>) -> Vec<Vec<Condition>> {
    let plain = |set: &AllOf<'_>| set.iter().map(|condition| plain(side, condition)).collect();
    sets.iter().map(plain).collect()
}

fn referred(sets: &[Vec<Condition>]) -> AnyOf<'_> {
    sets.iter().map(|set| set.iter().collect()).collect()
}

fn implies(
    (side, sets): (Side<'_>, &AnyOf<'_>),
    (other, others): (Side<'_>, &AnyOf<'_>),
    rules: Rules,
    fresh: &mut BTreeSet<String>,
) -> bool {
    sets.iter().all(|given| {
        let mut proof = rules.proof();
        let is_shown = match others.as_slice() {
            [wanted] => wanted
                .iter()
                .all(|wanted| proof.follows(formulas(side, given), vec![formula(other, wanted)])),
            several => is_among(&mut proof, (side, given), (other, several)),
        };
        fresh.extend(proof.fresh_lists().iter().cloned());
        is_shown
    })
}

/// Whether one of several sets holds: one condition of each, however they are picked.
fn is_among(
    proof: &mut Proof,
    (side, given): (Side<'_>, &AllOf<'_>),
    (other, sets): (Side<'_>, &[AllOf<'_>]),
) -> bool {
    let Some(picks) = sets.iter().try_fold(vec![Vec::new()], |picks, set| {
        let longer: Vec<Vec<&Condition>> = picks
            .iter()
            .flat_map(|pick: &Vec<&Condition>| {
                set.iter().map(|wanted| {
                    let mut pick = pick.clone();
                    pick.push(*wanted);
                    pick
                })
            })
            .collect();
        (longer.len() <= 64).then_some(longer)
    }) else {
        return false;
    };
    picks.iter().all(|pick| proof.follows(formulas(side, given), formulas(other, pick)))
}

fn formula<'p>(side: Side<'p>, condition: &'p Condition) -> Formula<'p> {
    Formula::new(side, condition)
}

fn formulas<'p>(side: Side<'p>, conditions: &[&'p Condition]) -> Vec<Formula<'p>> {
    conditions.iter().map(|condition| formula(side, condition)).collect()
}
