//! Random policies with all that a change can touch.

use super::draft::{Control, Draft, Exception, Flag, Param};
use crate::support::dice::Dice;

/// Conditions on the values that the policy names.
const NAMED: &[&str] = &[
    "n >= n_limit",
    "n < n_limit",
    "count of items >= count_min",
    "count of items where (size > n_limit) >= 1",
    "not (count of distinct items.land >= count_min)",
    "land in watched",
    "land not in watched",
    "exists items where (land in watched and good)",
    "land in places",
    "exists items where (land in places)",
    "in any window of items (count of items >= 2)",
    "in the last window of items (exists items where (good))",
    "in the last window of items (every items has (good))",
    "cash > 5 USD",
    "sum of items.price >= 10 USD",
    "good_item",
    "not good_item",
    "good_item and n >= n_limit",
    "sizes >= n_limit",
    "at least count_min of (flag, other_flag, good_item)",
];

/// Conditions on other rules.
const OF_FLAGS: &[&str] = &[
    "flag_0",
    "flag_1 and flag",
    "not flag_0",
    "flag_0 is clear",
    "flag_1 is unknown or flag",
    "forbidden or flag",
];

/// Plain conditions.
const PLAIN: &[&str] = &[
    "flag",
    "other_flag",
    "flag and n > 2",
    "flag or other_flag",
    "not (flag and other_flag)",
    "n >= 3",
    "n > 1 and n < 5",
    "n is 3",
    "maybe_flag is yes",
    "(has maybe_n and maybe_n > 2)",
    "p >= 50%",
    "d > 2022-07-10",
    "span >= 24 hours",
    "cash >= 5 USD",
    "mood in [tense, glad]",
    "mood is calm",
    "t in [\"a*\"]",
    "count of items >= 2",
    "count of items where (good) >= 2",
    "exists items where (good and size > 2)",
    "exists items where (good)",
    "every items has (good or size > 2)",
    "count of distinct items.land >= 2",
    "greatest of items.size > 3",
    "in any 10 days of items (count of items >= 2)",
    "in the last 30 days of items (exists items where (good))",
    "share of items having (good) over at least 2 >= 50%",
    "inconsistent(land, other_land)",
    "similarity(called, also_called) >= 80%",
    "addr in [\"192.0.2.0/24\"]",
];

pub(super) fn condition(dice: &mut Dice) -> String {
    let single = |dice: &mut Dice| {
        if dice.once_in(3) { *dice.pick(NAMED) } else { *dice.pick(PLAIN) }
    };
    match dice.below(10) {
        0..=4 => single(dice).to_owned(),
        5 | 6 => format!("({}) and ({})", single(dice), single(dice)),
        7 => format!("({}) or ({})", single(dice), single(dice)),
        8 => format!("not ({})", single(dice)),
        _ => format!("at least 2 of ({}, {}, other_flag)", single(dice), single(dice)),
    }
}

fn maybe<T>(dice: &mut Dice, once_in: u64, make: impl Fn(&mut Dice) -> T) -> Option<T> {
    dice.once_in(once_in).then(|| make(dice))
}

pub(super) fn flag(dice: &mut Dice, is_later: bool) -> Flag {
    let severity = *dice.pick(&["weak", "moderate", "strong"]);
    let when = if is_later && dice.once_in(4) {
        (*dice.pick(OF_FLAGS)).to_owned()
    } else {
        condition(dice)
    };
    let raised = maybe(dice, 3, |dice| ("strong", 40, condition(dice)));
    Flag {
        when,
        applies: maybe(dice, 4, condition),
        raised: raised.into_iter().collect(),
        severity,
        weight: maybe(dice, 3, |dice| *dice.pick(&[5, 10, 20])),
    }
}

pub(super) fn control(dice: &mut Dice) -> Control {
    let mut lasts =
        vec![((*dice.pick(&["6 months", "30 days", "keep", "1 year"])).to_owned(), None)];
    if dice.once_in(3) {
        lasts.push(("20 days".to_owned(), Some(condition(dice))));
    }
    if dice.once_in(4) {
        lasts.clear();
    }
    let mut answers = vec![(0, Some(1), dice.once_in(2))];
    if dice.once_in(2) {
        answers.push((1, *dice.pick(&[None, Some(3)]), true));
    }
    if dice.once_in(4) {
        answers.clear();
    }
    let required = [
        "any flag is hit",
        "any strong flag is hit or flag_1",
        "at least 2 flags are hit",
        "not flag_0",
        "flag",
        "good_item",
    ];
    Control {
        met: condition(dice),
        failed: maybe(dice, 3, condition),
        dated: (*dice.pick(&["good", "good and size > n_limit", "good or land in watched"]))
            .to_owned(),
        lasts,
        answers,
        required: maybe(dice, 2, |dice| (*dice.pick(&required)).to_owned()),
    }
}

pub(super) fn exception(dice: &mut Dice) -> Exception {
    let of: [&[&str]; 4] = [&["flag_0"], &["flag_0", "flag_1"], &["flag_1"], &["flag_2"]];
    Exception {
        excepts: dice.pick(&of).iter().map(|name| (*name).to_owned()).collect(),
        when: if dice.once_in(4) { None } else { Some(condition(dice)) },
        from: dice.pick::<&str>(&["2022-01-01", "2022-07-15"]),
        until: *dice.pick(&[None, None, Some("2022-09-01")]),
    }
}

const ESCALATE: &[&str] = &[
    "score >= 45",
    "score >= 60 or at least 2 strong flags are hit",
    "flag_0 and flag_1",
    "at least 2 flags are hit",
    "score > 30 and not checked",
];

const REVIEW: &[&str] = &[
    "score >= 15",
    "score >= 25",
    "any flag is hit",
    "score >= 25 and not flag_1",
    "flag_0 is clear and flag_1",
    "any flag is excepted",
    "any moderate flag is hit",
    "any control is failed or score >= 25",
    "checked is unmet or flag_1",
    "at least count_min flags are hit",
    "score >= n_limit",
    "flag_0 is not_covered or score >= 20",
];

fn rows(dice: &mut Dice, values: &[&str]) -> Vec<(Option<&'static str>, String)> {
    let value = |dice: &mut Dice| (*dice.pick(values)).to_owned();
    let mut rows = vec![(None, value(dice))];
    if dice.once_in(2) {
        rows.push((Some("2022-07-15"), value(dice)));
    }
    rows
}

pub(super) const NUMBERS: &[&str] = &["1", "2", "3", "5"];
pub(super) const COUNTS: &[&str] = &["1", "2", "3"];
pub(super) const WINDOWS: &[&str] =
    &["10 days", "30 days", "28 days", "31 days", "1 month", "240 hours"];
pub(super) const LASTING: &[&str] = &["20 days", "30 days", "1 month", "31 days", "6 months"];
pub(super) const PLACES: &[&str] = &["[US]", "[US, KP]", "[KP, CA]", "[CA]", "[KP, US]"];

pub(super) fn draft(dice: &mut Dice) -> Draft {
    let param = |dice: &mut Dice, name, of, values| Param { name, of, rows: rows(dice, values) };
    let params = vec![
        param(dice, "n_limit", "number", NUMBERS),
        param(dice, "count_min", "number", COUNTS),
        param(dice, "window", "duration", WINDOWS),
        param(dice, "keep", "duration", LASTING),
        param(dice, "places", "list of country", PLACES),
    ];
    let good = *dice.pick(&[
        "exists items where (good)",
        "exists items where (good and size > n_limit)",
        "count of items where (good) >= 2",
    ]);
    let sizes = *dice.pick(&["count of items where (size > 2)", "count of items where (good)"]);
    let flags = (0..3).map(|place| flag(dice, place == 2)).collect();
    let must_have: [&[&str]; 3] = [&[], &["items"], &["items", "spot"]];
    let control = if dice.once_in(2) { Some(control(dice)) } else { None };
    let cap: [Option<(u32, Vec<usize>)>; 3] = [None, None, Some((20, vec![0, 1]))];
    let escalate = level(dice, "escalate");
    let review = level(dice, "review");
    let mut made = Draft {
        params,
        list: dice.pick(&[vec!["US", "KP"], vec!["CA"]]).clone(),
        rates: if dice.once_in(2) { vec![("2022-01-01", "1.05")] } else { Vec::new() },
        defines: vec![("good_item", good.to_owned()), ("sizes", sizes.to_owned())],
        flags,
        prohibition: Some(condition(dice)),
        control,
        exceptions: (0..dice.below(3)).map(|_| exception(dice)).collect(),
        not_collected: *dice.pick(&[None, None, None, None, None, Some("maybe_n"), Some("cash")]),
        must_have: dice.pick(&must_have).to_vec(),
        cap: dice.pick(&cap).clone(),
        weights: *dice.pick(&[[5, 15, 30], [10, 15, 20]]),
        unsettled: dice.pick::<&str>(&["incomplete", "incomplete", "incomplete", "review"]),
        levels: vec![
            ("block", "any prohibition is hit".to_owned()),
            ("escalate", escalate),
            ("review", review),
        ],
        watch: if dice.once_in(4) { Some(watch(dice)) } else { None },
    };
    tidy(&mut made);
    made
}

/// What a policy has to keep to: a level that is not the unsettled one has a condition, and nothing asks about a
/// control that is not there.
pub(super) fn tidy(draft: &mut Draft) {
    draft.levels.truncate(3);
    if draft.unsettled == "review" {
        draft.levels.push(("incomplete", "score >= 5".to_owned()));
    }
    for (_, when) in &mut draft.levels {
        if draft.control.is_none() && when.contains("checked") {
            "score >= 35".clone_into(when);
        }
    }
}

pub(super) fn watch(dice: &mut Dice) -> (&'static str, String) {
    let behind = *dice.pick(&["clear", "incomplete", "review", "escalate"]);
    let when = *dice.pick(&["score >= 10", "score >= 15", "score >= 30", "any flag is hit"]);
    (behind, when.to_owned())
}

pub(super) fn level(dice: &mut Dice, name: &str) -> String {
    let of = if name == "escalate" { ESCALATE } else { REVIEW };
    // The first of each follow what rules come to.
    let of = if dice.once_in(2) { &of[..3] } else { of };
    (*dice.pick(of)).to_owned()
}
