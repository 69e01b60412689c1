//! Comparisons of amounts: `greater > less`.

use rust_decimal::Decimal;

use super::amount::{Term, measure};
use super::prove::{Formula, Proof};
use crate::hir::{Aggregation, ConditionKind, Members, Operand, OperandKind, Order};
use crate::types::Type;

/// That one amount is above another, or at least equal.
#[derive(Clone, Copy)]
pub(super) struct Bound<'p> {
    greater: Term<'p>,
    less: Term<'p>,
    strict: bool,
    /// Whether it also holds where one of the amounts is none.
    or_none: bool,
}

impl<'p> Bound<'p> {
    /// Of a comparison, or of its contrary where neither side may be none.
    pub(super) fn of(formula: Formula<'p>) -> Option<Self> {
        let ConditionKind::Order { order, left, right } = &formula.condition.kind else {
            return None;
        };
        let side = formula.side;
        let or_none = !formula.holds
            && (may_be_none(side.resolved(left)) || may_be_none(side.resolved(right)));
        let order = if formula.holds { *order } else { order.negated() };
        let (greater, less, strict) = match order {
            Order::Greater => (left, right, true),
            Order::AtLeast => (left, right, false),
            Order::Less => (right, left, true),
            Order::AtMost => (right, left, false),
        };
        Some(Self { greater: (side, greater), less: (side, less), strict, or_none })
    }

    /// That a value is neither below nor above what it is equal to.
    pub(super) fn around(formula: Formula<'p>) -> Vec<Self> {
        let side = formula.side;
        let ConditionKind::Equal(left, right) = &formula.condition.kind else { return Vec::new() };
        let is_constant = |operand| side.constant(operand).is_some();
        let (value, limit) = match (is_constant(left), is_constant(right)) {
            (false, true) => (left.as_ref(), right.as_ref()),
            (true, false) => (right.as_ref(), left.as_ref()),
            (true, true) | (false, false) => return Vec::new(),
        };
        if !formula.holds {
            return Vec::new();
        }
        // Money of another currency is not known to be equal, and a text has no order.
        let has_order = matches!(
            side.resolved(value).of,
            Type::Number | Type::Percent | Type::Duration | Type::Date | Type::Instant
        );
        let is_between = is_whole(side.resolved(value))
            && side.constant(limit).and_then(measure).is_none_or(|(_, of)| !of.fract().is_zero());
        if !has_order || is_between || value.of != limit.of {
            return Vec::new();
        }
        let bound = |greater, less| Self {
            greater: (side, greater),
            less: (side, less),
            strict: false,
            or_none: false,
        };
        vec![bound(value, limit), bound(limit, value)]
    }

    /// The elements of which there are at least so many, one or more.
    pub(super) fn at_least_one(self) -> Option<&'p Members> {
        let (_, amount, _) = self.least()?;
        let operand = self.greater.0.resolved(self.greater.1);
        let (OperandKind::Count(members) | OperandKind::CountDistinct(members)) = &operand.kind
        else {
            return None;
        };
        (amount >= Decimal::ONE).then_some(members)
    }

    /// Whole amounts are above one number exactly where they are at least the next.
    fn least(&self) -> Option<(Option<crate::value::Currency>, Decimal, bool)> {
        let (currency, amount) = measure(self.less.0.constant(self.less.1)?)?;
        let is_whole = self.is_whole(self.greater, self.less);
        Some(match (is_whole, self.strict) {
            (true, true) => (currency, amount.floor().checked_add(Decimal::ONE)?, false),
            (true, false) => (currency, amount.ceil(), false),
            (false, strict) => (currency, amount, strict),
        })
    }

    /// Whether an amount is compared as a whole number: of things, or of days.
    #[expect(clippy::unused_self, reason = "one of the parts of a bound")]
    fn is_whole(&self, amount: Term<'p>, limit: Term<'p>) -> bool {
        let operand = amount.0.resolved(amount.1);
        let is_day = operand.of == Type::Date && limit.1.of == Type::Date;
        is_whole(operand) || is_day
    }

    /// The same of the greater side.
    fn most(&self) -> Option<(Option<crate::value::Currency>, Decimal, bool)> {
        let (currency, amount) = measure(self.greater.0.constant(self.greater.1)?)?;
        let is_whole = self.is_whole(self.less, self.greater);
        Some(match (is_whole, self.strict) {
            (true, true) => (currency, amount.ceil().checked_sub(Decimal::ONE)?, false),
            (true, false) => (currency, amount.floor(), false),
            (false, strict) => (currency, amount, strict),
        })
    }
}

/// Whether it may be none, and a comparison with it then no.
fn may_be_none(operand: &Operand) -> bool {
    operand.or_none
        || matches!(operand.kind, OperandKind::Aggregate { .. } | OperandKind::Share { .. })
}

fn is_whole(operand: &Operand) -> bool {
    matches!(
        operand.kind,
        OperandKind::Count(_)
            | OperandKind::CountDistinct(_)
            | OperandKind::CountPeers(_)
            | OperandKind::Score
    )
}

impl Proof {
    /// Whether the first holds only where the second does.
    pub(super) fn bound_implies<'p>(&mut self, given: Bound<'p>, wanted: Bound<'p>) -> bool {
        // A comparison with none does not hold.
        if given.or_none {
            return false;
        }
        if let (Some(given_least), Some(wanted_least)) = (given.least(), wanted.least()) {
            return self.rises((given.greater, wanted.greater), Rising::Greater)
                && same_type(given.less, wanted.less)
                && reaches(given_least, wanted_least, |given, wanted| given > wanted);
        }
        if let (Some(given_most), Some(wanted_most)) = (given.most(), wanted.most()) {
            return self.rises((wanted.less, given.less), Rising::Less)
                && same_type(given.greater, wanted.greater)
                && reaches(given_most, wanted_most, |given, wanted| given < wanted);
        }
        (given.strict || !wanted.strict)
            && self.rises((given.greater, wanted.greater), Rising::Greater)
            && self.at_most(wanted.less, given.less)
    }

    /// Whether what is given lies on both sides of a value that is wanted, so that it is this value.
    pub(super) fn bounds_meet<'p>(&mut self, left: &[Formula<'p>], right: &[Formula<'p>]) -> bool {
        let given: Vec<Bound<'p>> = left.iter().filter_map(|formula| Bound::of(*formula)).collect();
        right.iter().any(|formula| {
            let wanted = Bound::around(*formula);
            !wanted.is_empty()
                && wanted.iter().all(|wanted| {
                    given.iter().any(|given| {
                        self.step() && !given.or_none && self.bound_implies(*given, *wanted)
                    })
                })
        })
    }

    /// Whether the second is at least the first, as the one side of a comparison which none makes no.
    fn rises<'p>(&mut self, (low, high): (Term<'p>, Term<'p>), side: Rising) -> bool {
        if self.at_most(low, high) {
            return true;
        }
        // Further elements raise the greatest and lower the least; of no element a comparison is no.
        let (few, many) = match side {
            Rising::Greater => (low, high),
            Rising::Less => (high, low),
        };
        let wanted = match side {
            Rising::Greater => Aggregation::Greatest,
            Rising::Less => Aggregation::Least,
        };
        match (&few.0.resolved(few.1).kind, &many.0.resolved(many.1).kind) {
            (
                OperandKind::Aggregate { aggregation, members },
                OperandKind::Aggregate { aggregation: same, members: others },
            ) => {
                aggregation == same
                    && *aggregation == wanted
                    && few.1.of != Type::Money
                    && self.are_among((few.0, members), (many.0, others))
            }
            (
                OperandKind::Share { members, having, over },
                OperandKind::Share { members: others, having: other_having, over: other_over },
            ) => {
                // A share of fewer elements than asked for is none.
                let fewest = |side: super::Side<'p>, over: Option<&'p Operand>| {
                    over.map_or(Some(1), |over| side.whole(over))
                };
                let first = fewest(few.0, over.as_deref());
                let second = fewest(many.0, other_over.as_deref());
                let (given, wanted) = match side {
                    Rising::Greater => ((few.0, having.as_ref()), (many.0, other_having.as_ref())),
                    Rising::Less => ((many.0, other_having.as_ref()), (few.0, having.as_ref())),
                };
                first.zip(second).is_some_and(|(first, second)| first >= second)
                    && self.are_same_elements((few.0, members), (many.0, others))
                    && self.plain_implies(given, wanted)
            }
            _ => false,
        }
    }
}

/// On which side of a comparison an amount stands.
#[derive(Clone, Copy)]
enum Rising {
    Greater,
    Less,
}

fn same_type(left: Term<'_>, right: Term<'_>) -> bool {
    left.0.type_name(left.1.of) == right.0.type_name(right.1.of)
}

type Limit = (Option<crate::value::Currency>, Decimal, bool);

/// Whether who keeps to one limit keeps to the other.
fn reaches(given: Limit, wanted: Limit, beyond: fn(Decimal, Decimal) -> bool) -> bool {
    let ((currency, given, given_strict), (other, wanted, wanted_strict)) = (given, wanted);
    currency == other
        && (beyond(given, wanted) || (given == wanted && (given_strict || !wanted_strict)))
}
