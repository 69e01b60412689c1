//! Values that are, or are not, among others.

use std::collections::BTreeSet;

use wildmatch::WildMatch;

use super::amount::Constant;
use super::prove::{Formula, Proof};
use super::side::Side;
use crate::hir::{Collection, ConditionKind, Operand, OperandKind, ParamConstant};
use crate::types::Type;
use crate::value::{Key, Network, Value};

/// Networks and patterns that are compared with each other one by one; more are taken for different.
const WIDE_MAX: usize = 2_000;

/// A value, or some that are written together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    /// A value of an enum: by its word, since its place may be another.
    Word(String),
    Value(Key<'static>),
    /// A text letter for letter.
    Text(String),
    Pattern(String),
    Network(Network),
}

/// What a value is asked to be one of.
struct Choice<'p> {
    side: Side<'p>,
    value: &'p Operand,
    tokens: BTreeSet<Token>,
    /// The list that it is, if it is one.
    list: Option<String>,
}

impl<'p> Choice<'p> {
    fn of(formula: Formula<'p>) -> Option<Self> {
        let side = formula.side;
        let (value, values, list): (_, Vec<Value<'static>>, _) = match &formula.condition.kind {
            ConditionKind::OneOf { value, list } => {
                let (values, list) = side.collection(list)?;
                (value.as_ref(), values, list)
            }
            ConditionKind::Equal(left, right) => {
                let (value, constant) = side.compared_with_constant(left, right)?;
                if let Value::Text(text) = constant {
                    let tokens = BTreeSet::from([Token::Text(text.to_string())]);
                    return Some(Self { side, value, tokens, list: None });
                }
                (value, vec![constant.clone()], None)
            }
            ConditionKind::Field(_)
            | ConditionKind::Define(_)
            | ConditionKind::Rule { .. }
            | ConditionKind::Rules { .. }
            | ConditionKind::Not(_)
            | ConditionKind::And(_)
            | ConditionKind::Or(_)
            | ConditionKind::AtLeast { .. }
            | ConditionKind::Has(_)
            | ConditionKind::IsKnown(_)
            | ConditionKind::Order { .. }
            | ConditionKind::Exists(_)
            | ConditionKind::Every { .. }
            | ConditionKind::InAny { .. }
            | ConditionKind::InTheLast { .. }
            | ConditionKind::Inconsistent { .. }
            | ConditionKind::Assume { .. }
            | ConditionKind::Mistake => return None,
        };
        let is_text = side.resolved(value).of == Type::Text;
        let tokens = values.into_iter().map(|value| token(value, is_text)).collect();
        Some(Self { side, value, tokens, list })
    }

    /// Whether every value that is one of these written together is one of the set.
    fn covers(&self, token: &Token) -> bool {
        if self.tokens.contains(token) {
            return true;
        }
        if self.tokens.len() > WIDE_MAX {
            return false;
        }
        self.tokens.iter().any(|wide| match (wide, token) {
            (Token::Network(wide), Token::Network(narrow)) => wide.covers(*narrow),
            (Token::Pattern(wide), Token::Text(text)) => {
                WildMatch::new(wide).matches(&text.to_lowercase())
            }
            (Token::Pattern(wide), Token::Pattern(narrow)) => {
                // An asterisk of the narrow one can only be met by one of the wide one.
                !wide.contains('?') && WildMatch::new(wide).matches(narrow)
            }
            _ => false,
        })
    }

    /// Whether the set is exact, so that what is not written in it is not in it.
    fn is_exact(&self) -> bool {
        self.tokens
            .iter()
            .all(|token| matches!(token, Token::Word(_) | Token::Value(_) | Token::Text(_)))
    }

    /// Whether it has all values of its type, so that even an unknown value is in it.
    fn is_full(&self) -> bool {
        self.side.words(self.value).is_some_and(|words| words.is_subset(&self.tokens))
    }
}

impl<'p> Side<'p> {
    fn collection(
        self,
        collection: &'p Collection,
    ) -> Option<(Vec<Value<'static>>, Option<String>)> {
        Some(match collection {
            Collection::Values(values) => {
                let constants = values.iter().map(|value| match self.constant(value)? {
                    Constant::Value(value) => Some(value.clone()),
                    Constant::Months(_) => None,
                });
                (constants.collect::<Option<_>>()?, None)
            }
            Collection::Param(id) => {
                let values = self.values(*id)?.iter().map(|constant| match constant {
                    ParamConstant::Value(value) => Some(value.clone()),
                    ParamConstant::Months(_) => None,
                });
                (values.collect::<Option<_>>()?, None)
            }
            Collection::List(id) => {
                let list = self.list(*id)?;
                let fresh = list.stale_after.map(|_| list.name.clone());
                (list.values.clone(), fresh)
            }
        })
    }

    /// The value and what it is compared with, where texts are not compared letter by letter.
    fn compared_with_constant(
        self,
        left: &'p Operand,
        right: &'p Operand,
    ) -> Option<(&'p Operand, &'p Value<'static>)> {
        let (value, constant, literal) = match (self.constant(left), self.constant(right)) {
            (None, Some(Constant::Value(constant))) => (left, constant, right),
            (Some(Constant::Value(constant)), None) => (right, constant, left),
            _ => return None,
        };
        let of = self.resolved(value).of;
        let is_by_key = of != Type::Ip;
        (is_by_key && of == self.resolved(literal).of).then_some((value, constant))
    }

    /// All values of a type, where they can be written down.
    fn words(self, value: &'p Operand) -> Option<BTreeSet<Token>> {
        let of = self.resolved(value).of;
        if let Type::Choice(id) = of {
            let words = &self.policy.schema.enumeration(id).words;
            return Some(words.iter().map(|word| Token::Word(word.to_string())).collect());
        }
        let yes_and_no = [true, false].map(|yes| Token::Value(Key::YesNo(yes)));
        (of == Type::YesNo).then(|| yes_and_no.into_iter().collect())
    }

    fn may_be_none(self, value: &'p Operand) -> bool {
        let value = self.resolved(value);
        value.or_none
            || matches!(value.kind, OperandKind::Aggregate { .. } | OperandKind::Share { .. })
    }
}

/// Whether networks together cover another one: they cover it, or both halves of it.
fn cover(networks: &[Network], narrow: Network) -> bool {
    if networks.len() > WIDE_MAX {
        return false;
    }
    if networks.iter().any(|wide| wide.covers(narrow)) {
        return true;
    }
    let inside: Vec<Network> =
        networks.iter().copied().filter(|network| narrow.covers(*network)).collect();
    // Two halves take two.
    inside.len() > 1
        && narrow.halves().is_some_and(|halves| halves.into_iter().all(|half| cover(&inside, half)))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all others are compared by their keys")]
fn token(value: Value<'static>, is_text: bool) -> Token {
    match value {
        Value::Choice(choice) => Token::Word(choice.word.into_owned()),
        Value::Text(text) if is_text => Token::Pattern(text.to_lowercase()),
        Value::Network(network) => Token::Network(network),
        other => Token::Value(other.key().into_owned()),
    }
}

impl Proof {
    /// Whether what is given of the values of an operand leaves only values that are wanted.
    pub(super) fn sets_imply<'p>(&mut self, left: &[Formula<'p>], right: &[Formula<'p>]) -> bool {
        let choices = |formulas: &[Formula<'p>]| -> Vec<(Choice<'p>, bool)> {
            let of = |formula: &Formula<'p>| Some((Choice::of(*formula)?, formula.holds));
            formulas.iter().filter_map(of).collect()
        };
        let (given, wanted) = (choices(left), choices(right));
        for (first, _) in &wanted {
            let mut sets = Sets::default();
            for (choice, holds) in &given {
                if self.is_about_same(first, choice) {
                    if *holds { &mut sets.given_in } else { &mut sets.given_out }.push(choice);
                }
            }
            if sets.given_in.is_empty() && sets.given_out.is_empty() {
                continue;
            }
            for (choice, holds) in &wanted {
                if self.is_about_same(first, choice) {
                    if *holds { &mut sets.wanted_in } else { &mut sets.wanted_out }.push(choice);
                }
            }
            if sets.is_shown(first) {
                self.fresh.extend(sets.all().filter_map(|choice| choice.list.clone()));
                return true;
            }
        }
        false
    }

    fn is_about_same<'p>(&mut self, left: &Choice<'p>, right: &Choice<'p>) -> bool {
        self.step() && self.is_same((left.side, left.value), (right.side, right.value))
    }
}

/// All that is said of one value: it is in all that are given in and in none that are given out, and is wanted
/// to be in one that is wanted in, or to be out of one that is wanted out.
///
/// Something has to be given, since of an unknown value nothing can be shown.
#[derive(Default)]
struct Sets<'s, 'p> {
    given_in: Vec<&'s Choice<'p>>,
    given_out: Vec<&'s Choice<'p>>,
    wanted_in: Vec<&'s Choice<'p>>,
    wanted_out: Vec<&'s Choice<'p>>,
}

impl<'s, 'p> Sets<'s, 'p> {
    fn all(&self) -> impl Iterator<Item = &'s Choice<'p>> {
        let of = [&self.given_in, &self.given_out, &self.wanted_in, &self.wanted_out];
        of.into_iter().flatten().copied()
    }

    fn is_shown(&self, about: &Choice<'_>) -> bool {
        // Even an unknown value is in a set of all values; nothing is made of that here.
        if self.all().any(Choice::is_full) {
            return false;
        }
        let is_field = matches!(about.side.resolved(about.value).kind, OperandKind::Field(_));
        if is_field { self.is_shown_of_field(about) } else { self.is_shown_of_computed() }
    }

    /// A computed amount may be known to lie between two others, so that sets cannot be put together.
    fn is_shown_of_computed(&self) -> bool {
        let all_in = |narrow: &[&Choice<'_>], wide: &[&Choice<'_>]| {
            narrow
                .iter()
                .any(|narrow| wide.iter().any(|wide| narrow.tokens.is_subset(&wide.tokens)))
        };
        all_in(&self.given_in, &self.wanted_in) || all_in(&self.wanted_out, &self.given_out)
    }

    /// No value may be inside of all that are given in or wanted out, and outside of all others.
    fn is_shown_of_field(&self, about: &Choice<'_>) -> bool {
        let inside: Vec<&Choice<'_>> =
            self.given_in.iter().chain(&self.wanted_out).copied().collect();
        let networks: Vec<Network> = self
            .given_out
            .iter()
            .chain(&self.wanted_in)
            .flat_map(|choice| &choice.tokens)
            .filter_map(
                |token| if let Token::Network(network) = token { Some(*network) } else { None },
            )
            .collect();
        let is_covered = |token: &Token| {
            self.given_out.iter().chain(&self.wanted_in).any(|choice| choice.covers(token))
                || matches!(token, Token::Network(narrow) if cover(&networks, *narrow))
        };
        let is_outside = |token: &Token| {
            inside.iter().any(|choice| choice.is_exact() && !choice.tokens.contains(token))
        };
        let is_empty = |choice: &&Choice<'_>| {
            let is_exact = choice.is_exact();
            choice.tokens.iter().all(|token| is_covered(token) || (is_exact && is_outside(token)))
        };
        if inside.iter().any(is_empty) {
            return true;
        }
        // A value of a few, which is not one of some, is one of the rest.
        let words = about.side.words(about.value);
        !self.given_out.is_empty()
            && !about.side.may_be_none(about.value)
            && words.is_some_and(|words| words.iter().all(is_covered))
    }
}
