use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rust_decimal::Decimal;

use super::operand::likeness_percent;
use super::possible::{Possible, equal};
use super::scope::Scope;
use super::trace::Trace;
use super::{Evaluator, Truth};
use crate::program::Compared;
use crate::types::Type;
use crate::value::Key;

/// A set of values, some of which may be unknown.
#[derive(Default)]
struct Set {
    known: BTreeSet<Key<'static>>,
    /// How many further values there may be; any number when absent.
    unknown: Option<usize>,
    /// Whether it certainly has a value.
    is_stated: bool,
}

impl<'p> Evaluator<'p> {
    /// Whether two of the values differ; none and empty sets are ignored.
    #[inline(never)]
    pub(super) fn inconsistent<T: Trace>(
        &self,
        compared: &'p [Compared],
        allowing: Option<Decimal>,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Truth {
        let mut values: Vec<(Possible<'_>, Truth, Type)> = Vec::new();
        let mut sets: Vec<Set> = Vec::new();
        let mut many = false;
        for part in compared {
            match part {
                Compared::One(field) => {
                    let found = self.read(field, scope, trace);
                    let value =
                        self.possible(found.fact, field.of, field.derived, found.may_be_none);
                    let included = if found.may_be_none { Truth::Unknown } else { Truth::Yes };
                    values.push((value, included, field.of));
                }
                Compared::Each(members) => self.each(members, scope, trace, &mut |member, _| {
                    many |= member.many;
                    if !member.many {
                        let value = self.value_of(members, member);
                        values.push((value, member.included, members.of));
                    }
                    ControlFlow::Continue(())
                }),
                Compared::Sets { of, values } => {
                    self.each(of, scope, trace, &mut |member, trace| {
                        many |= member.many;
                        if !member.many {
                            let mut set = Set { unknown: Some(0), ..Set::default() };
                            self.each_from(values, member, trace, &mut |value, _| {
                                let found = self.value_of(values, value);
                                set.add(&found, value.included, value.many);
                                ControlFlow::Continue(())
                            });
                            sets.push(set);
                        }
                        ControlFlow::Continue(())
                    });
                }
            }
        }
        values.retain(|(value, _, _)| !matches!(value, Possible::None));
        let truth = if sets.is_empty() {
            self.values_differ(&values, allowing)
        } else {
            sets_differ(&sets)
        };
        // Any number of further values can agree with the others, or one of them contradict.
        if many { truth.or(Truth::Unknown) } else { truth }
    }

    /// One pair that certainly differs is enough; without an unknown there is nothing to hope for.
    fn values_differ(
        &self,
        values: &[(Possible<'_>, Truth, Type)],
        allowing: Option<Decimal>,
    ) -> Truth {
        let mut truth = Truth::No;
        for (place, (left, left_included, of)) in values.iter().enumerate() {
            for (right, right_included, _) in values.iter().skip(place + 1) {
                let differ = match allowing {
                    None => !equal(self, left, right, *of),
                    Some(percent) => unlike(left, right, percent),
                };
                truth = truth.or(differ.and(*left_included).and(*right_included));
                if truth == Truth::Yes {
                    return truth;
                }
            }
        }
        truth
    }
}

/// Whether two texts are less alike than allowed.
fn unlike(left: &Possible<'_>, right: &Possible<'_>, percent: Decimal) -> Truth {
    match (left, right) {
        (Possible::Value(left), Possible::Value(right)) => {
            (likeness_percent(left, right) < percent).into()
        }
        _ => Truth::Unknown,
    }
}

impl Set {
    fn add(&mut self, value: &Possible<'_>, included: Truth, many: bool) {
        let key = match value {
            Possible::Value(value) => Some(value.key().into_owned()),
            Possible::Amount(amount) => amount.exact().map(Key::Amount),
            Possible::None => return,
            Possible::Whole(_) | Possible::Unknown | Possible::Cannot(_) => None,
        };
        self.is_stated |= included == Truth::Yes && !many;
        match key {
            Some(key) if included == Truth::Yes && !many => {
                self.known.insert(key);
            }
            _ if many => self.unknown = None,
            _ => self.unknown = self.unknown.map(|unknown| unknown + 1),
        }
    }

    fn is_settled(&self) -> bool {
        self.unknown == Some(0)
    }
}

/// Whether two of the sets differ. They can all be equal if each can be completed to what all the
/// others have; a set that may be empty may be ignored.
fn sets_differ(sets: &[Set]) -> Truth {
    let stated: Vec<&Set> = sets.iter().filter(|set| set.is_stated).collect();
    let all: BTreeSet<&Key<'static>> = stated.iter().flat_map(|set| &set.known).collect();
    let can_agree = stated
        .iter()
        .all(|set| set.unknown.is_none_or(|unknown| all.len() - set.known.len() <= unknown));
    let not_empty = sets.iter().filter(|set| set.is_stated || !set.is_settled()).count();
    let may_differ = not_empty > 1 && sets.iter().any(|set| !set.is_settled());
    Truth::between(!can_agree, !can_agree || may_differ)
}
