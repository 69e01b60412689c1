use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::amount::{Amount, Bound};
use super::scope::{Element, Scope};
use super::trace::{Trace, What};
use super::window::{Groups, Timed, Timing, When, list_steps};
use super::{Evaluator, Truth};
use crate::program::Longest;
use crate::roster::Fact;
use crate::value::{Duration, Instant, Value};

/// When an element ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    At(Instant),
    Unknown,
}

/// Elements that follow each other without a longer gap.
#[derive(Default)]
struct Chain<'t, 'r> {
    length: TimeDelta,
    elements: Vec<&'t Timed<'r>>,
}

impl<'p> Evaluator<'p> {
    /// The longest time covered by elements between which no gap is longer than allowed.
    pub(super) fn longest<T: Trace>(
        &self,
        longest: &'p Longest,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) -> Amount {
        let timing = Timing { start: longest.time, end: longest.end, per: longest.per.as_ref() };
        let timed = self.timed(&longest.members, &timing, scope, trace);
        let groups = Groups::of(timed);
        let mut certain = Chain::default();
        let mut high = Some(TimeDelta::zero());
        for group in groups.iter() {
            let (chain, is_settled) = self.certainly(group, longest);
            let possible =
                if is_settled { Some(chain.length) } else { self.possibly(group, longest) };
            high = high.zip(possible).map(|(high, other)| high.max(other));
            if chain.length > certain.length || certain.elements.is_empty() {
                certain = chain;
            }
        }
        if T::RECORDS {
            self.note_chain(&certain, longest, scope, trace);
        }
        let seconds = |length: TimeDelta| Duration::from(length).seconds();
        let high = high.map_or(Bound::Unbounded, |high| Bound::At(seconds(high)));
        Amount::between(Bound::At(seconds(certain.length)), high)
    }

    /// The elements that make up the longest certain time stand together in the trace, as in a window.
    fn note_chain<T: Trace>(
        &self,
        chain: &Chain<'_, '_>,
        longest: &Longest,
        scope: &Scope<'_, '_>,
        trace: &mut T,
    ) {
        let steps = list_steps(&longest.members, scope);
        trace.begin();
        for timed in &chain.elements {
            let element = Element {
                fact: timed.entry.fact,
                index: timed.entry.index,
                steps: &steps,
                holder: None,
                outer: None,
                level: 0,
            };
            let (time, included) = (Some(longest.time), (timed.entry.included, false));
            let in_words = trace.takes_facts();
            trace.note(|| self.element_seen(&element, time, included, in_words));
        }
        trace.end(|| What::Window(Truth::Yes));
    }

    /// By what is certain: elements that are there, from their known beginning to their known end. And
    /// whether that is all there can be.
    fn certainly<'t, 'r>(
        &self,
        group: &'t [Timed<'r>],
        longest: &Longest,
    ) -> (Chain<'t, 'r>, bool) {
        let mut spans = Vec::with_capacity(group.len());
        let mut is_settled = true;
        for timed in group {
            let When::At(start) = timed.when else {
                is_settled = false;
                continue;
            };
            let end = self.end(timed, start, longest);
            is_settled &= timed.entry.is_certain() && end != End::Unknown;
            if timed.entry.is_certain() {
                let end = if let End::At(end) = end { end } else { start };
                spans.push((start, end, timed));
            }
        }
        (longest_chain(spans, longest.gap), is_settled)
    }

    /// By what is possible; `None` where it may be of any length.
    fn possibly(&self, group: &[Timed<'_>], longest: &Longest) -> Option<TimeDelta> {
        let mut spans = Vec::new();
        let mut movable = 0;
        for timed in group {
            match timed.when {
                _ if timed.entry.many => return None,
                When::At(start) => match self.end(timed, start, longest) {
                    End::At(end) => spans.push((start, end, timed)),
                    End::Unknown => return None,
                },
                // An element that lasts may begin at any time before its end; one that does not last
                // can lengthen a chain by one gap, or bridge one.
                When::Unknown if longest.end.is_some() => return None,
                When::Unknown => movable += 1,
                When::Never => {}
            }
        }
        if movable == 0 {
            Some(longest_chain(spans, longest.gap).length)
        } else {
            longest_bridged(spans, movable, longest.gap)
        }
    }

    /// When an element ended: at its beginning if its kind does not last or ends before it begins, at
    /// the time of the evaluation if it has not ended.
    fn end(&self, timed: &Timed<'_>, start: Instant, longest: &Longest) -> End {
        let Some(slot) = longest.end else { return End::At(start) };
        match timed.entry.fact.field(slot) {
            Fact::Value(Value::Instant(end)) => End::At(start.max(*end)),
            Fact::Value(Value::Date(end)) => End::At(start.max(end.start())),
            Fact::None => End::At(start.max(self.program.as_of)),
            Fact::Unknown | Fact::Value(_) | Fact::Record(_) | Fact::List(_) => End::Unknown,
        }
    }
}

/// The longest time covered without a longer gap.
fn longest_chain<'t, 'r>(
    mut spans: Vec<(Instant, Instant, &'t Timed<'r>)>,
    gap: Duration,
) -> Chain<'t, 'r> {
    spans.sort_by_key(|(start, end, _)| (*start, *end));
    let mut longest: Option<(TimeDelta, std::ops::Range<usize>)> = None;
    let mut current: Option<(Instant, Instant, usize)> = None;
    for (place, (start, end, _)) in spans.iter().enumerate() {
        let (begin, last, first) = match current {
            Some((begin, last, first)) if is_within(last, *start, gap) => {
                (begin, last.max(*end), first)
            }
            _ => (*start, *end, place),
        };
        current = Some((begin, last, first));
        let length = begin.until(last);
        if longest.as_ref().is_none_or(|(known, _)| length > *known) {
            longest = Some((length, first..place + 1));
        }
    }
    let Some((length, range)) = longest else { return Chain::default() };
    let elements = spans.get(range).unwrap_or_default();
    Chain { length, elements: elements.iter().map(|(_, _, timed)| *timed).collect() }
}

/// Whether the gap from the end of one to the beginning of the next is not too long.
fn is_within(last: Instant, next: Instant, gap: Duration) -> bool {
    last.until(next) <= gap.delta()
}

/// The longest chain of points in time if some more can be put anywhere: each bridges a part of a gap
/// or lengthens the chain at its end by one allowed gap.
fn longest_bridged(
    points: Vec<(Instant, Instant, &Timed<'_>)>,
    movable: u32,
    gap: Duration,
) -> Option<TimeDelta> {
    let step = gap.seconds();
    let mut times: Vec<Decimal> = points.into_iter().map(|(at, _, _)| at.seconds()).collect();
    times.sort_unstable();
    let movable = Decimal::from(movable);
    let mut best = (movable - Decimal::ONE).checked_mul(step)?;
    for (first, start) in times.iter().enumerate() {
        let mut needed = Decimal::ZERO;
        let mut last = *start;
        for at in times.iter().skip(first) {
            let between = *at - last;
            if between > step {
                if step.is_zero() {
                    break;
                }
                needed += (between / step).ceil() - Decimal::ONE;
            }
            if needed > movable {
                break;
            }
            last = *at;
            best = best.max((last - *start).checked_add((movable - needed).checked_mul(step)?)?);
        }
    }
    Duration::from_seconds(best).map(Duration::delta)
}
