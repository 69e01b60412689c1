//! One pair for each kind of condition and each way a boundary can move.

use duecare::review::witness::Wanted;

use super::{Of, find};
use crate::support::policy_with;

/// What the old and the new version say, and how each outcome must read when the new one is truer.
struct Pair {
    what: &'static str,
    old: &'static str,
    new: &'static str,
}

const fn pair(what: &'static str, old: &'static str, new: &'static str) -> Pair {
    Pair { what, old, new }
}

/// The second condition holds wherever the first does, and elsewhere.
const WIDER: &[Pair] = &[
    pair("a threshold moved down", "n >= 5", "n >= 3"),
    pair("a threshold moved up", "n <= 3", "n <= 5"),
    pair("at least for more than", "n > 5", "n >= 5"),
    pair("at most for less than", "n < 5", "n <= 5"),
    pair("a count moved down", "count of items >= 3", "count of items >= 2"),
    pair("a count of more than", "count of items > 3", "count of items >= 3"),
    pair("a count that is one number", "count of items is 2", "count of items >= 2"),
    pair("a percentage", "p < 50%", "p < 60%"),
    pair("money", "cash > 1000 USD", "cash > 900 USD"),
    pair("a length of time", "span >= 2 hours", "span >= 90 minutes"),
    pair("a date", "d < 2022-05-01", "d < 2022-06-01"),
    pair("a day of a moment", "moment < d - 5 days", "moment < d - 3 days"),
    pair("the time of the evaluation", "d >= as_of - 30 days", "d >= as_of - 60 days"),
    pair(
        "arithmetic with dates",
        "has maybe_d and maybe_d < d + 14 days",
        "has maybe_d and maybe_d < d + 1 month",
    ),
    pair("arithmetic with numbers", "n + m >= 10", "n + m >= 8"),
    pair("a product", "n * 2 >= 10", "n * 2 >= 8"),
    pair("one part dropped from and", "flag and other_flag", "flag"),
    pair("one part added to or", "flag", "flag or other_flag"),
    pair("a part of and negated away", "flag and not other_flag", "flag"),
    pair(
        "at least so many of",
        "at least 2 of (flag, other_flag, n > 5)",
        "at least 1 of (flag, other_flag, n > 5)",
    ),
    pair(
        "one more to choose from",
        "at least 2 of (flag, other_flag)",
        "at least 2 of (flag, other_flag, n > 5)",
    ),
    pair("one of a set", "mood in [tense]", "mood in [tense, glad]"),
    pair("not one of a set", "mood not in [tense, glad]", "mood not in [tense]"),
    pair("an enum word", "mood is glad", "mood is glad or mood is calm"),
    pair("a country", "land in [CN]", "land in [CN, RU]"),
    pair("equal countries", "land is other_land and flag", "land is other_land"),
    pair("unequal countries", "land is not other_land and land is US", "land is not other_land"),
    pair("a text", "t is \"abc\"", "t in [\"abc\", \"xyz\"]"),
    pair("a pattern", "t in [\"bank*\"]", "t in [\"bank*\", \"*pay*\"]"),
    pair("a pattern with one letter", "t in [\"a?c\"]", "t in [\"a?c\", \"b?\"]"),
    pair(
        "networks",
        "addr in [\"198.51.100.0/24\"]",
        "addr in [\"198.51.100.0/24\", \"203.0.113.128/25\"]",
    ),
    pair(
        "outside of networks",
        "addr not in [\"198.51.100.0/24\", \"10.0.0.0/8\"]",
        "addr not in [\"198.51.100.0/24\"]",
    ),
    pair("has a value", "has maybe_n and maybe_n > 3", "has maybe_n"),
    pair("has none", "not has maybe_t and flag", "not has maybe_t"),
    pair(
        "a filter with one more value",
        "exists items where (mood is glad)",
        "exists items where (mood in [glad, tense])",
    ),
    pair(
        "a filter with one part less",
        "exists items where (good and size > 3)",
        "exists items where (good)",
    ),
    pair(
        "no such element",
        "not exists items where (good)",
        "not exists items where (good and size > 3)",
    ),
    pair(
        "counted by a filter",
        "count of items where (size >= 5) >= 2",
        "count of items where (size >= 4) >= 2",
    ),
    pair(
        "every element",
        "every items has (good and size > 3) and flag",
        "every items has (good) and flag",
    ),
    pair(
        "every one of some",
        "every items where (good) has (size > 3)",
        "every items where (good) has (size > 2)",
    ),
    pair(
        "different values",
        "count of distinct items.owner >= 3",
        "count of distinct items.owner >= 2",
    ),
    pair(
        "different values of some",
        "count of distinct items.land where (good) >= 2",
        "count of distinct items.land >= 2",
    ),
    pair(
        "at most so many different",
        "count of items >= 3 and count of distinct items.owner <= 1",
        "count of items >= 3 and count of distinct items.owner <= 2",
    ),
    pair("the sum", "sum of items.size >= 100", "sum of items.size >= 80"),
    pair("the sum of money", "sum of items.price >= 1000 USD", "sum of items.price >= 999 USD"),
    pair("the least", "least of items.size < 3", "least of items.size < 4"),
    pair("the greatest", "greatest of items.size > 30", "greatest of items.size > 20"),
    pair("the average", "average of items.size >= 30", "average of items.size >= 20"),
    pair("the median", "median of items.size >= 30", "median of items.size >= 20"),
    pair(
        "a share",
        "share of items having (good) over at least 2 >= 67%",
        "share of items having (good) over at least 2 >= 50%",
    ),
    pair(
        "a fine share",
        "share of items having (good) over at least 2 > 70%",
        "share of items having (good) over at least 2 >= 70%",
    ),
    pair(
        "a share of fewer",
        "share of items having (good) over at least 5 >= 50%",
        "share of items having (good) over at least 3 >= 50%",
    ),
    pair(
        "a share by another mark",
        "share of items having (good and size > 3) >= 50%",
        "share of items having (good) >= 50%",
    ),
    pair(
        "the longest, longer",
        "longest unbroken items per owner with gaps at most 60 minutes >= 24 hours",
        "longest unbroken items per owner with gaps at most 60 minutes >= 20 hours",
    ),
    pair(
        "the longest, with longer gaps",
        "longest unbroken items per owner with gaps at most 60 minutes >= 24 hours",
        "longest unbroken items per owner with gaps at most 90 minutes >= 24 hours",
    ),
    pair(
        "the longest of all together",
        "longest unbroken items per owner with gaps at most 60 minutes >= 24 hours",
        "longest unbroken items with gaps at most 60 minutes >= 24 hours",
    ),
    pair(
        "a longer window",
        "in any 24 hours of items (count of items >= 3)",
        "in any 48 hours of items (count of items >= 3)",
    ),
    pair(
        "a window of fewer",
        "in any 24 hours of items (count of items >= 3)",
        "in any 24 hours of items (count of items >= 2)",
    ),
    pair(
        "a window by day",
        "in any 30 days of items by day (count of items >= 2)",
        "in any 31 days of items by day (count of items >= 2)",
    ),
    pair(
        "a window in months",
        "in any 1 month of items by day (count of items >= 2)",
        "in any 2 months of items by day (count of items >= 2)",
    ),
    pair(
        "a window over all owners",
        "in any 24 hours of items per owner (count of items >= 2)",
        "in any 24 hours of items (count of items >= 2)",
    ),
    pair(
        "a window of all elements",
        "in any 24 hours of items where (good) (count of items >= 2)",
        "in any 24 hours of items (count of items >= 2)",
    ),
    pair(
        "a sum in a window",
        "in any 30 days of items (sum of items.price where (price > 0 USD) >= 500 USD)",
        "in any 30 days of items (sum of items.price where (price > 0 USD) >= 400 USD)",
    ),
    pair(
        "values in a window",
        "in any 24 hours of items per owner (count of distinct items.land >= 3)",
        "in any 24 hours of items per owner (count of distinct items.land >= 2)",
    ),
    pair(
        "longer ago",
        "in the last 30 days of items (exists items where (good))",
        "in the last 40 days of items (exists items where (good))",
    ),
    pair(
        "longer ago by day",
        "in the last 30 days of items by day (count of items >= 2)",
        "in the last 31 days of items by day (count of items >= 2)",
    ),
    pair(
        "a share of the last days",
        "in the last 30 days of items (share of items having (good) over at least 2 >= 60%)",
        "in the last 30 days of items (share of items having (good) over at least 2 >= 40%)",
    ),
    pair(
        "one more thing to contradict",
        "inconsistent(land, other_land)",
        "inconsistent(land, other_land, items.land)",
    ),
    pair(
        "one more record to contradict",
        "inconsistent(land, spot.land)",
        "inconsistent(land, spot.land, maybe_spot.land)",
    ),
    pair(
        "sets that contradict",
        "inconsistent(groups.members) and flag",
        "inconsistent(groups.members)",
    ),
    pair(
        "sets against single values",
        "inconsistent(items.owner)",
        "inconsistent(items.owner) or inconsistent(groups.members)",
    ),
    pair(
        "likeness of names",
        "inconsistent(called, also_called) allowing similarity 70%",
        "inconsistent(called, also_called) allowing similarity 90%",
    ),
    pair(
        "likeness of two texts",
        "similarity(called, also_called) < 70%",
        "similarity(called, also_called) < 85%",
    ),
    pair("an address", "home is second_home and flag", "home is second_home"),
    pair(
        "another address",
        "exists items where (good) and home is not second_home",
        "home is not second_home",
    ),
    pair(
        "lists in lists",
        "exists items.parts where (code is \"a\")",
        "exists items.parts where (code in [\"a\", \"b\"])",
    ),
    pair(
        "lists in lists, counted",
        "count of items.parts where (good) >= 3",
        "count of items.parts where (good) >= 2",
    ),
    pair(
        "a list of an element",
        "exists items where (count of parts >= 3)",
        "exists items where (count of parts >= 2)",
    ),
    pair(
        "an element that another names",
        "exists items where (good and not exists words where (it is item.owner))",
        "exists items where (not exists words where (it is item.owner))",
    ),
    pair(
        "plain values",
        "exists words where (it is \"abc\")",
        "exists words where (it in [\"abc\", \"def\"])",
    ),
    pair(
        "two counts together",
        "count of items where (good) + count of words >= 4",
        "count of items where (good) + count of words >= 3",
    ),
    pair("two counts apart", "count of items > count of words", "count of items >= count of words"),
    pair(
        "peers",
        "count of peers sharing items.owner >= 2",
        "count of peers sharing items.owner >= 1",
    ),
    pair(
        "peers by a filter",
        "exists peers sharing items.owner where (good)",
        "exists peers sharing items.owner",
    ),
    pair(
        "peers of the record",
        "count of peers sharing mail >= 3",
        "count of peers sharing mail >= 2",
    ),
    pair(
        "peers by two values",
        "exists peers sharing (items.owner, items.label)",
        "exists peers sharing items.owner",
    ),
    pair(
        "what the unknown is taken for",
        "flag assume no when unknown because \"x\"",
        "flag assume yes when unknown because \"x\"",
    ),
];

fn found(pair: &Pair, old: &str, new: &str, wanted: Wanted, outcomes: (&str, &str)) {
    let found = find(&policy_with(old), &policy_with(new), Of::Rule("tested"), wanted);
    let Some(found) = found else { panic!("nothing found: {}: {old} -> {new}", pair.what) };
    assert_eq!(
        (found.old.outcome, found.new.outcome),
        (Some(outcomes.0), Some(outcomes.1)),
        "{}: {found:#?}",
        pair.what
    );
}

#[test]
fn a_wider_condition_hits_somebody_more() {
    for pair in WIDER {
        found(pair, pair.old, pair.new, Wanted::NewTruer, ("clear", "hit"));
    }
}

#[test]
fn a_narrower_condition_lets_somebody_go() {
    for pair in WIDER {
        found(pair, pair.new, pair.old, Wanted::OldTruer, ("hit", "clear"));
    }
}

#[test]
fn a_wider_condition_lets_nobody_go() {
    for pair in WIDER {
        let (old, new) = (policy_with(pair.old), policy_with(pair.new));
        let found = find(&old, &new, Of::Rule("tested"), Wanted::OldTruer);
        assert!(found.is_none(), "{}: {found:#?}", pair.what);
    }
}

/// Both say the same.
const EQUAL: &[(&str, &str)] = &[
    ("count of items > 1", "count of items >= 2"),
    ("n >= 3 or n >= 5", "n >= 3"),
    ("not (flag and other_flag)", "not flag or not other_flag"),
    ("mood in [calm, glad]", "mood is calm or mood is glad"),
    ("every items has (good)", "not exists items where (not good)"),
    ("count of items >= 1", "exists items"),
    ("at least 1 of (flag, other_flag)", "flag or other_flag"),
];

#[test]
fn of_two_that_say_the_same_nothing_is_found() {
    for (old, new) in EQUAL {
        let found = find(&policy_with(old), &policy_with(new), Of::Rule("tested"), Wanted::Any);
        assert!(found.is_none(), "{old} -> {new}: {found:#?}");
    }
}
