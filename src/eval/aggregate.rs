use std::ops::ControlFlow;

use rust_decimal::Decimal;

use super::amount::{Amount, Bound};
use super::possible::{Possible, apart, key_of};
use super::scope::Scope;
use super::trace::{Cannot, Trace};
use super::{Evaluator, Truth};
use crate::hir::{Aggregation, Order};
use crate::program::{Condition, Members};
use crate::roster::Fact;
use crate::types::Type;
use crate::value::{Country, Key};

/// Shares are computed to this many decimal places of a percentage, rounded half to even.
const SHARE_PLACES: u32 = 20;

/// The form in which a known value is told from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DistinctKey<'v> {
    One(Key<'v>),
    /// Of a record, the fields by which it compares.
    Several(Vec<Key<'v>>),
}

impl<'p> Evaluator<'p> {
    /// How many elements there are.
    pub(super) fn count<T: Trace>(
        &self,
        members: &'p Members,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Amount {
        let (mut certain, mut possible) = (0, Some(0_usize));
        self.each(members, scope, trace, &mut |member, _| {
            certain += usize::from(member.is_certain());
            possible = possible.filter(|_| !member.many).map(|possible| possible + 1);
            ControlFlow::Continue(())
        });
        Amount::count(certain, possible)
    }

    /// How many different values there are. An unknown one may equal another, or be yet another.
    pub(super) fn count_distinct<T: Trace>(
        &self,
        members: &'p Members,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Amount {
        let mut known: Vec<(Possible<'_>, bool)> = Vec::new();
        let (mut unknown, mut has_certain) = (Some(0_usize), false);
        self.each(members, scope, trace, &mut |member, _| {
            has_certain |= member.is_certain();
            let value = self.value_of(members, member);
            if self.is_told_apart(&value, members.of) {
                known.push((value, member.is_certain()));
            } else {
                unknown = unknown.filter(|_| !member.many).map(|unknown| unknown + 1);
            }
            ControlFlow::Continue(())
        });
        let (certain, possible) = self.distinct(&known, members.of);
        let values = self.values_of_type(members.of);
        let high = match (unknown, values) {
            (Some(unknown), values) => Some((possible + unknown).min(values.unwrap_or(usize::MAX))),
            (None, values) => values,
        };
        Amount::count(certain.max(usize::from(has_certain)), high)
    }

    /// How many different values are certainly among known ones, and how many at all. A value on its own
    /// needs no form to be told from others by.
    fn distinct(&self, known: &[(Possible<'_>, bool)], of: Type) -> (usize, usize) {
        if let [(_, is_certain)] = known {
            return (usize::from(*is_certain), 1);
        }
        let mut keys: Vec<(DistinctKey<'_>, bool)> = Vec::with_capacity(known.len());
        for (value, is_certain) in known {
            keys.extend(self.distinct_key(value, of).map(|key| (key, !is_certain)));
        }
        keys.sort_unstable();
        // Of equal values a certain one comes first.
        keys.dedup_by(|next, last| next.0 == last.0);
        (keys.iter().filter(|(_, is_uncertain)| !is_uncertain).count(), keys.len())
    }

    /// Whether a value has a form in which it is told from others.
    fn is_told_apart(&self, value: &Possible<'_>, of: Type) -> bool {
        match value {
            Possible::Value(_) => true,
            Possible::Amount(amount) => amount.exact().is_some(),
            Possible::Whole(_) => self.distinct_key(value, of).is_some(),
            Possible::None | Possible::Unknown | Possible::Cannot(_) => false,
        }
    }

    /// The form in which a known value is told from others.
    pub(super) fn distinct_key<'r>(
        &self,
        value: &Possible<'r>,
        of: Type,
    ) -> Option<DistinctKey<'r>> {
        match value {
            Possible::Value(value) => Some(DistinctKey::One(key_of(value))),
            Possible::Amount(amount) => {
                let currency = amount.currency.map_or("", crate::value::Currency::code);
                amount.exact().map(|exact| DistinctKey::One(Key::Money(currency, exact)))
            }
            Possible::Whole(fact) => {
                let Type::Record(record) = of else { return None };
                let compared = &self.program.schema.record(record).compared;
                let mut keys = Vec::with_capacity(compared.len());
                for slot in compared {
                    keys.push(match fact.field(*slot) {
                        Fact::Value(value) => value.key(),
                        Fact::None => Key::Text("".into()),
                        Fact::Unknown | Fact::Record(_) | Fact::List(_) => return None,
                    });
                }
                Some(DistinctKey::Several(keys))
            }
            Possible::None | Possible::Unknown | Possible::Cannot(_) => None,
        }
    }

    /// How many values a type has, where that is few.
    pub(super) fn values_of_type(&self, of: Type) -> Option<usize> {
        if let Type::Choice(id) = of {
            Some(self.program.schema.enumeration(id).words.len())
        } else if of == Type::Country {
            Some(Country::count())
        } else {
            (of == Type::YesNo).then_some(2)
        }
    }

    /// What is made of the values of the elements.
    pub(super) fn aggregate<'r, T: Trace>(
        &self,
        aggregation: Aggregation,
        members: &'p Members,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Possible<'r> {
        let mut parts = Parts::default();
        self.each(members, scope, trace, &mut |member, _| {
            parts.add(&self.value_of(members, member), member.included, member.many);
            ControlFlow::Continue(())
        });
        if let Some(cannot) = parts.cannot {
            return Possible::Cannot(cannot);
        }
        if parts.is_empty() && aggregation != Aggregation::Sum {
            return Possible::None;
        }
        let currency = parts.currency;
        let amount = match aggregation {
            Aggregation::Sum => parts.sum(),
            Aggregation::Least => parts.least(),
            Aggregation::Greatest => parts.greatest(),
            Aggregation::Average => parts.average(),
            Aggregation::Median => parts.median(),
        };
        Possible::Amount(Amount { currency, ..amount })
    }

    /// The greatest of the times that are not after the evaluation.
    pub(super) fn greatest_by_now<'r, T: Trace>(
        &self,
        members: &'p Members,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Possible<'r> {
        let now = if members.of == Type::Date {
            Decimal::from(self.program.as_of.date().days())
        } else {
            self.program.as_of.seconds()
        };
        let mut parts = Parts::default();
        self.each(members, scope, trace, &mut |member, _| {
            let Possible::Amount(amount) = self.value_of(members, member) else {
                return ControlFlow::Continue(());
            };
            let has_come = amount.order(Order::AtMost, &Amount::exactly(now));
            let until_now = Amount { high: limited(amount.high, now), ..amount };
            if has_come.is_possible() {
                let included = member.included.and(has_come);
                parts.add(&Possible::Amount(until_now), included, member.many);
            }
            ControlFlow::Continue(())
        });
        if parts.is_empty() { Possible::None } else { Possible::Amount(parts.greatest()) }
    }

    /// Which part of the elements satisfies a condition, in hundredths; none of fewer than `over`.
    pub(super) fn share<'r, T: Trace>(
        &self,
        members: &'p Members,
        having: &'p Condition,
        over: usize,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Possible<'r> {
        let mut counts = ShareCounts::default();
        self.each(members, scope, trace, &mut |member, trace| {
            let satisfied = self.truth(having, member.scope, trace);
            counts.add(member.included, member.many, satisfied);
            ControlFlow::Continue(())
        });
        counts.share(over).map_or(Possible::None, Possible::Amount)
    }
}

/// The values of the elements, and whether each is there.
#[derive(Default)]
struct Parts {
    certain: Vec<Amount>,
    possible: Vec<Amount>,
    /// Any number of further values.
    many: Option<Amount>,
    currency: Option<crate::value::Currency>,
    cannot: Option<Cannot>,
}

impl Parts {
    fn add(&mut self, value: &Possible<'_>, included: Truth, many: bool) {
        let amount = match value {
            Possible::Amount(amount) => *amount,
            Possible::Cannot(cannot) => {
                self.cannot = self.cannot.or(Some(*cannot));
                return;
            }
            Possible::None => return,
            Possible::Value(_) | Possible::Whole(_) | Possible::Unknown => Amount::any(false),
        };
        let so_far = Amount { currency: self.currency, ..Amount::any(false) };
        self.cannot = self.cannot.or(apart(&so_far, &amount));
        self.currency = self.currency.or(amount.currency);
        match (many, included) {
            (true, _) => self.many = Some(self.many.map_or(amount, |many| many.cover(amount))),
            (false, Truth::Yes) => self.certain.push(amount),
            (false, Truth::Unknown | Truth::No) => self.possible.push(amount),
        }
    }

    fn is_empty(&self) -> bool {
        self.certain.is_empty() && self.possible.is_empty() && self.many.is_none()
    }

    /// Whether there may be no value at all.
    fn or_none(&self) -> bool {
        self.certain.is_empty()
    }

    fn sum(&self) -> Amount {
        let zero = Amount::exactly(Decimal::ZERO);
        let certain = self.certain.iter().fold(zero, |sum, amount| sum.plus(*amount));
        let with_possible =
            self.possible.iter().fold(certain, |sum, amount| sum.plus(amount.cover(zero)));
        match self.many {
            None => with_possible,
            Some(many) => {
                let may_fall =
                    many.low.value().is_none_or(|low| low.is_sign_negative() && !low.is_zero());
                let may_rise = many.high.value().is_none_or(|high| high > Decimal::ZERO);
                let low = if may_fall { Bound::Unbounded } else { with_possible.low };
                let high = if may_rise { Bound::Unbounded } else { with_possible.high };
                Amount { low, high, ..with_possible }
            }
        }
    }

    fn all_possible(&self) -> impl Iterator<Item = Amount> {
        self.certain.iter().chain(&self.possible).chain(&self.many).copied()
    }

    fn greatest(&self) -> Amount {
        let high = self.all_possible().fold(None, |high: Option<Bound>, amount| {
            Some(high.map_or(amount.high, |high| higher_end(high, amount.high)))
        });
        let low_of = |amounts: &[Amount]| {
            amounts.iter().fold(None, |low: Option<Bound>, amount| {
                Some(low.map_or(amount.low, |low| higher_start(low, amount.low)))
            })
        };
        let low = low_of(&self.certain).unwrap_or_else(|| lowest(self.all_possible()));
        Amount { or_none: self.or_none(), ..Amount::between(low, high.unwrap_or(Bound::Unbounded)) }
    }

    /// The same values with their signs changed: their greatest is the least of these.
    fn flipped(&self) -> Self {
        Self {
            certain: self.certain.iter().map(|amount| flip(*amount)).collect(),
            possible: self.possible.iter().map(|amount| flip(*amount)).collect(),
            many: self.many.map(flip),
            currency: self.currency,
            cannot: None,
        }
    }

    fn least(&self) -> Amount {
        flip(self.flipped().greatest())
    }

    /// The highest mean: all that is certain, and of the possible what raises it.
    fn average(&self) -> Amount {
        let high = self.highest_mean();
        let low = flip_bound(self.flipped().highest_mean());
        Amount { or_none: self.or_none(), ..Amount::between(low, high) }
    }

    fn highest_mean(&self) -> Bound {
        if let Some(many) = self.many
            && many.high == Bound::Unbounded
        {
            return Bound::Unbounded;
        }
        let certain: Option<Vec<Decimal>> =
            self.certain.iter().map(|amount| amount.high.value()).collect();
        let possible: Option<Vec<Decimal>> =
            self.possible.iter().chain(&self.many).map(|amount| amount.high.value()).collect();
        let (Some(certain), Some(mut possible)) = (certain, possible) else {
            return Bound::Unbounded;
        };
        possible.sort_by(|left, right| right.cmp(left));
        let mut sum = Decimal::ZERO;
        let mut count = Decimal::ZERO;
        for value in &certain {
            let Some(next) = sum.checked_add(*value) else { return Bound::Unbounded };
            (sum, count) = (next, count + Decimal::ONE);
        }
        for value in possible {
            let raises =
                count.is_zero() || value.checked_mul(count).is_none_or(|scaled| scaled > sum);
            if raises {
                let Some(next) = sum.checked_add(value) else { return Bound::Unbounded };
                (sum, count) = (next, count + Decimal::ONE);
            }
        }
        sum.checked_div(count).map_or(Bound::Unbounded, Bound::At)
    }

    fn median(&self) -> Amount {
        let high = self.highest_median();
        let low = flip_bound(self.flipped().highest_median());
        Amount { or_none: self.or_none(), ..Amount::between(low, high) }
    }

    /// The highest median: the certain values, and the k highest of the possible ones, for the best k.
    fn highest_median(&self) -> Bound {
        if self.many.is_some() {
            return Bound::Unbounded;
        }
        // An open end counts as above everything.
        let value = |amount: &Amount| amount.high.value().map_or(Reach::Beyond, Reach::Value);
        let mut certain: Vec<Reach> = self.certain.iter().map(value).collect();
        let mut possible: Vec<Reach> = self.possible.iter().map(value).collect();
        certain.sort_unstable();
        possible.sort_unstable_by(|left, right| right.cmp(left));
        let best = (0..=possible.len())
            .filter_map(|taken| possible.get(..taken).and_then(|highest| median(&certain, highest)))
            .max();
        match best {
            Some(Reach::Value(value)) => Bound::At(value),
            Some(Reach::Beyond) | None => Bound::Unbounded,
        }
    }
}

/// A value, or one that is above every value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Value(Decimal),
    Beyond,
}

/// The middle value, or the mean of the two in the middle, of values that rise and values that fall.
fn median(rising: &[Reach], falling: &[Reach]) -> Option<Reach> {
    let last = (rising.len() + falling.len()).checked_sub(1)?;
    let low = at_rank(rising, falling, last / 2)?;
    let high = at_rank(rising, falling, last.div_ceil(2))?;
    Some(match (low, high) {
        (Reach::Value(low), Reach::Value(high)) if low == high => Reach::Value(low),
        (Reach::Value(low), Reach::Value(high)) => {
            low.checked_add(high).map_or(Reach::Beyond, |sum| Reach::Value(sum / Decimal::TWO))
        }
        _ => Reach::Beyond,
    })
}

/// The value of that rank, from the lowest, of values that rise and values that fall taken together.
fn at_rank(rising: &[Reach], falling: &[Reach], rank: usize) -> Option<Reach> {
    let from_falling =
        |place: usize| falling.len().checked_sub(place + 1).and_then(|place| falling.get(place));
    // How many of the rising ones are among the `rank` lowest.
    let (mut fewest, mut most) = (rank.saturating_sub(falling.len()), rank.min(rising.len()));
    while fewest < most {
        let taken = fewest.midpoint(most);
        let others = rank - taken;
        let is_enough = match (rising.get(taken), others.checked_sub(1).and_then(from_falling)) {
            (Some(next), Some(last_other)) => next >= last_other,
            (_, None) | (None, _) => true,
        };
        if is_enough {
            most = taken;
        } else {
            fewest = taken + 1;
        }
    }
    match (rising.get(fewest), from_falling(rank - fewest)) {
        (Some(left), Some(right)) => Some(*left.min(right)),
        (one, other) => one.or(other).copied(),
    }
}

/// The amount with its sign changed.
fn flip(amount: Amount) -> Amount {
    Amount { low: flip_bound(amount.high), high: flip_bound(amount.low), ..amount }
}

fn flip_bound(bound: Bound) -> Bound {
    match bound {
        Bound::Unbounded => Bound::Unbounded,
        Bound::At(value) => Bound::At(-value),
        Bound::Beyond(value) => Bound::Beyond(-value),
    }
}

/// The upper end, or the limit where that is lower.
fn limited(end: Bound, limit: Decimal) -> Bound {
    match end.value() {
        Some(value) if value <= limit => end,
        Some(_) | None => Bound::At(limit),
    }
}

fn higher_end(left: Bound, right: Bound) -> Bound {
    match (left.value(), right.value()) {
        (Some(left_value), Some(right_value)) => {
            if right_value > left_value {
                right
            } else {
                left
            }
        }
        _ => Bound::Unbounded,
    }
}

/// Of two lower ends the higher one; one that is open says nothing.
fn higher_start(left: Bound, right: Bound) -> Bound {
    match (left.value(), right.value()) {
        (Some(left_value), Some(right_value)) => {
            if right_value > left_value {
                right
            } else {
                left
            }
        }
        (Some(_), None) => left,
        (None, _) => right,
    }
}

fn lowest(amounts: impl Iterator<Item = Amount>) -> Bound {
    let mut lowest = None;
    for amount in amounts {
        let Some(low) = amount.low.value() else { return Bound::Unbounded };
        lowest = Some(lowest.map_or(low, |lowest: Decimal| lowest.min(low)));
    }
    lowest.map_or(Bound::Unbounded, Bound::At)
}

/// Elements by whether they are there and whether they satisfy the condition.
#[derive(Default)]
struct ShareCounts {
    /// There: satisfies, may, does not.
    certain: [usize; 3],
    /// Perhaps there: satisfies, may, does not.
    possible: [usize; 3],
    /// Any number of further ones, some of which satisfy it, and some of which do not.
    many_may: bool,
    many_may_not: bool,
}

impl ShareCounts {
    fn add(&mut self, included: Truth, many: bool, satisfied: Truth) {
        if many {
            self.many_may |= satisfied.is_possible();
            self.many_may_not |= satisfied != Truth::Yes;
            return;
        }
        let counts = if included == Truth::Yes { &mut self.certain } else { &mut self.possible };
        let [yes, unknown, no] = counts;
        match satisfied {
            Truth::Yes => *yes += 1,
            Truth::Unknown => *unknown += 1,
            Truth::No => *no += 1,
        }
    }

    /// The share in every completion that has enough elements; none if no completion has.
    fn share(&self, over: usize) -> Option<Amount> {
        let certain: usize = self.certain.iter().sum();
        let possible: usize = self.possible.iter().sum();
        let has_many = self.many_may || self.many_may_not;
        if certain + possible < over && !has_many {
            return None;
        }
        if certain + possible == 0 && !has_many {
            return None;
        }
        let [yes, unknown, no] = self.certain;
        let [maybe_yes, maybe_unknown, maybe_no] = self.possible;
        let high = highest_share(
            (yes + unknown, no),
            (maybe_yes + maybe_unknown, maybe_no),
            (self.many_may, self.many_may_not),
            over,
        );
        let low = highest_share(
            (no + unknown, yes),
            (maybe_no + maybe_unknown, maybe_yes),
            (self.many_may_not, self.many_may),
            over,
        );
        let low = match low {
            Bound::At(share) => Bound::At(Decimal::ONE_HUNDRED - share),
            Bound::Beyond(share) => Bound::Beyond(Decimal::ONE_HUNDRED - share),
            Bound::Unbounded => Bound::At(Decimal::ZERO),
        };
        Some(Amount { or_none: certain < over.max(1), ..Amount::between(low, high) })
    }
}

/// The highest share of those that count among `certain` and some of `possible`, each given as those
/// that can count and those that cannot, of at least `over` elements.
fn highest_share(
    certain: (usize, usize),
    possible: (usize, usize),
    many: (bool, bool),
    over: usize,
) -> Bound {
    let counted = certain.0 + possible.0;
    if many.0 {
        // Further counting elements bring the share as close to all as one likes.
        return if certain.1 == 0 {
            Bound::At(Decimal::ONE_HUNDRED)
        } else {
            Bound::Beyond(Decimal::ONE_HUNDRED)
        };
    }
    let needed = over.max(1).saturating_sub(counted + certain.1);
    let added = if many.1 { needed } else { needed.min(possible.1) };
    let total = counted + certain.1 + added;
    percent(counted, total).map_or(Bound::Unbounded, Bound::At)
}

fn percent(part: usize, whole: usize) -> Option<Decimal> {
    let share = (Decimal::from(part) * Decimal::ONE_HUNDRED).checked_div(Decimal::from(whole))?;
    Some(share.round_dp(SHARE_PLACES).normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_of_two_sorted_lists_are_those_of_the_merged_one() {
        let reach = |values: &[i64]| {
            values.iter().map(|value| Reach::Value((*value).into())).collect::<Vec<_>>()
        };
        let lists: [&[i64]; 6] = [&[], &[1], &[1, 1, 5], &[2, 4, 6, 8], &[-3, 0, 9, 9, 9], &[7, 7]];
        for rising in lists {
            for other in lists {
                let mut falling = reach(other);
                falling.reverse();
                let mut merged = [rising, other].concat();
                merged.sort_unstable();
                for (rank, expected) in merged.iter().enumerate() {
                    let found = at_rank(&reach(rising), &falling, rank);
                    assert!(
                        found == Some(Reach::Value((*expected).into())),
                        "{rising:?} {other:?} {rank}"
                    );
                }
            }
        }
    }
}
