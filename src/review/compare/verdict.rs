//! The direction of a changed condition.

use std::collections::BTreeSet;

use crate::hir::{Collection, DefineId, ListId, ParamId};
use crate::hir::{Condition, ConditionKind, Operand, OperandKind, Part, PolicySet};
use crate::review::Direction;
use crate::review::implication::{Formula, Instead, Proof, Side};
use crate::value::Date;

/// What a condition does where it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::review) enum Role {
    /// It catches, or asks for something.
    Catches,
    /// It clears, or relieves.
    Relieves,
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

    fn with(self, other: Self) -> Self {
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
) -> Verdict {
    let conditions = |sets: &AnyOf<'_>, policy| days_of(policy, sets.iter().flatten().copied());
    let mut days = conditions(old_sets, old.policy);
    days.extend(conditions(new_sets, new.policy));
    for side in [old, new] {
        if let Some(Instead::Param(param)) = side.instead {
            days.extend(param.values.iter().filter_map(|row| row.from));
        }
    }
    days.insert(new.day);
    // Of a day on which both have all their values; without one nothing can be said.
    let mut truer = None;
    let mut different = Vec::new();
    let mut fresh = BTreeSet::new();
    for day in days {
        let (old, new) = (Side { day, ..old }, Side { day, ..new });
        if !has_values(old, old_sets) || !has_values(new, new_sets) {
            continue;
        }
        let forward = implies((old, old_sets), (new, new_sets), &mut fresh);
        let backward = implies((new, new_sets), (old, old_sets), &mut fresh);
        let on_day = Truer::of(forward, backward);
        if on_day != Truer::Same {
            different.push(day);
        }
        truer = Some(truer.map_or(on_day, |truer: Truer| truer.with(on_day)));
    }
    let truer = truer.unwrap_or(Truer::Open);
    let provided = fresh.into_iter().map(|list| format!("list `{list}` is up to date")).collect();
    Verdict { truer, provided, days: different }
}

fn implies(
    (side, sets): (Side<'_>, &AnyOf<'_>),
    (other, others): (Side<'_>, &AnyOf<'_>),
    fresh: &mut BTreeSet<String>,
) -> bool {
    sets.iter().all(|given| {
        let mut proof = Proof::default();
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
    Formula { side, condition, holds: true }
}

fn formulas<'p>(side: Side<'p>, conditions: &[&'p Condition]) -> Vec<Formula<'p>> {
    conditions.iter().map(|condition| formula(side, condition)).collect()
}

/// What conditions use, through definitions too.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses {
    pub(super) params: BTreeSet<ParamId>,
    pub(super) lists: BTreeSet<ListId>,
    pub(super) defines: BTreeSet<DefineId>,
    pub(super) rules: BTreeSet<crate::hir::RuleId>,
    pub(super) money: bool,
}

impl Uses {
    pub(super) fn of<'p>(
        policy: &'p PolicySet,
        conditions: impl IntoIterator<Item = &'p Condition>,
    ) -> Self {
        let mut uses = Self::default();
        for condition in conditions {
            policy.walk(condition, &mut |part| uses.add(part));
        }
        uses
    }

    fn add(&mut self, part: Part<'_>) {
        self.defines.extend(part.names_define());
        match part {
            Part::Condition(Condition {
                kind: ConditionKind::OneOf { list: Collection::Param(id), .. },
                ..
            })
            | Part::Operand(Operand { kind: OperandKind::Param(id), .. }) => {
                self.params.insert(*id);
            }
            Part::Condition(Condition {
                kind: ConditionKind::OneOf { list: Collection::List(id), .. },
                ..
            }) => {
                self.lists.insert(*id);
            }
            Part::Condition(Condition { kind: ConditionKind::Rule { rule, .. }, .. }) => {
                self.rules.insert(*rule);
            }
            Part::Operand(operand) => self.money |= operand.of == crate::types::Type::Money,
            Part::Condition(_) | Part::Members(_) | Part::Path(_) => {}
        }
    }
}

/// The days on which a dated value that conditions use begins.
fn days_of<'p>(
    policy: &'p PolicySet,
    conditions: impl IntoIterator<Item = &'p Condition>,
) -> BTreeSet<Date> {
    let used = Uses::of(policy, conditions).params;
    let params = used.into_iter().filter_map(|id| policy.params.get(id.index()));
    params.flat_map(|param| param.values.iter().filter_map(|row| row.from)).collect()
}

fn has_values(side: Side<'_>, sets: &AnyOf<'_>) -> bool {
    let used = Uses::of(side.policy, sets.iter().flatten().copied()).params;
    used.into_iter().all(|id| side.values(id).is_some())
}
