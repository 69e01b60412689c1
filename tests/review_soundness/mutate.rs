//! Random changes of a policy.

use super::draft::Draft;
use super::generate::{
    COUNTS, LASTING, NUMBERS, PLACES, WINDOWS, condition, control, exception, flag, level, tidy,
    watch,
};
use crate::support::dice::Dice;

/// Another version: with one change, or a few.
pub(super) fn changed(old: &Draft, dice: &mut Dice) -> Draft {
    let mut new = old.clone();
    let times = *dice.pick(&[1, 1, 1, 2, 2, 3]);
    for _ in 0..times {
        change(&mut new, dice);
    }
    tidy(&mut new);
    new
}

fn change(draft: &mut Draft, dice: &mut Dice) {
    match dice.below(24) {
        0..=8 => change_condition(draft, dice),
        9 | 10 => change_param(draft, dice),
        11 => {
            draft.list = dice
                .pick(&[vec!["US"], vec!["US", "KP"], vec!["US", "KP", "CA"], vec!["KP", "CA"]])
                .clone();
        }
        12 => {
            draft.rates =
                if draft.rates.is_empty() { vec![("2022-01-01", "1.10")] } else { Vec::new() }
        }
        13 | 14 => change_flag(draft, dice),
        15 | 16 => change_exceptions(draft, dice),
        17 | 18 => change_control(draft, dice),
        19 | 20 => change_level(draft, dice),
        21 => draft.weights = *dice.pick(&[[5, 15, 30], [10, 15, 20], [5, 20, 30], [5, 15, 25]]),
        22 => change_sums(draft, dice),
        _ => change_collected(draft, dice),
    }
}

/// What is written for what else.
const WORDS: &[(&str, &str)] = &[
    (">=", ">"),
    (">", ">="),
    ("<=", "<"),
    ("<", "<="),
    (">=", "<"),
    (" and ", " or "),
    (" or ", " and "),
    ("exists ", "not exists "),
    ("not exists ", "exists "),
    ("exists items where (", "count of items where ("),
    ("exists items", "count of items >= 1 and exists items"),
    ("count of items >= 2", "exists items"),
    ("every ", "not every "),
    ("in any 10 days", "in any 20 days"),
    ("in any 10 days of items", "in any 10 days of items per owner"),
    ("in the last 30 days", "in the last 1 month"),
    ("in the last 30 days", "in the last 60 days"),
    ("greatest of", "least of"),
    ("having (good)", "having (good and size > 2)"),
    ("over at least 2", "over at least 3"),
    ("[tense, glad]", "[tense]"),
    ("[tense, glad]", "[calm, tense, glad]"),
    ("a*", "ab*"),
    ("/24", "/25"),
    ("at least 2 of", "at least 1 of"),
    ("at least 2 of", "at least 3 of"),
    ("2022-07-10", "2022-07-20"),
    ("good", "good and size > 1"),
    ("good_item", "other_flag"),
    ("80%", "85%"),
    ("50%", "60%"),
    (" 2", " 3"),
    (" 3", " 2"),
    (" 5", " 3"),
    ("24 hours", "1 day"),
    ("24 hours", "10 minutes"),
    ("USD", "EUR"),
    ("flag", "other_flag"),
    ("flag_0", "flag_1"),
    ("distinct items.land", "items.land"),
    ("is yes", "is no"),
    ("is clear", "is unknown"),
    ("in watched", "in places"),
    ("n_limit", "2"),
    ("count_min", "2"),
];

fn change_condition(draft: &mut Draft, dice: &mut Dice) {
    let mut all = draft.conditions_mut();
    let place = dice.place(all.len());
    let text = &mut *all[place];
    let now = match dice.below(10) {
        0 => format!("({text}) and {}", condition(dice)),
        1 => format!("({text}) or {}", condition(dice)),
        2 => format!("not ({text})"),
        3 => format!("not (not ({text}))"),
        4 => format!("({text}) or (({text}) and other_flag)"),
        _ => reworded(text, dice),
    };
    *text = now;
}

fn reworded(text: &str, dice: &mut Dice) -> String {
    let possible: Vec<&(&str, &str)> = WORDS.iter().filter(|(was, _)| text.contains(was)).collect();
    if possible.is_empty() {
        return format!("{text} or other_flag");
    }
    let (was, is) = dice.pick(&possible);
    let times = text.matches(was).count();
    let which = dice.place(times);
    let (place, _) = text.match_indices(was).nth(which).expect("one of them");
    format!("{}{is}{}", &text[..place], &text[place + was.len()..])
}

fn change_param(draft: &mut Draft, dice: &mut Dice) {
    let place = dice.place(draft.params.len());
    let param = &mut draft.params[place];
    let values = match param.name {
        "n_limit" => NUMBERS,
        "count_min" => COUNTS,
        "window" => WINDOWS,
        "keep" => LASTING,
        _ => PLACES,
    };
    let value = (*dice.pick(values)).to_owned();
    match dice.below(4) {
        0 if param.rows.len() == 1 => param.rows.push((Some("2022-07-15"), value)),
        1 if param.rows.len() > 1 => param.rows.truncate(1),
        2 if param.rows.len() > 1 => param.rows[1].0 = Some("2022-08-15"),
        _ => {
            let row = dice.place(param.rows.len());
            param.rows[row].1 = value;
        }
    }
}

fn change_flag(draft: &mut Draft, dice: &mut Dice) {
    if dice.once_in(8) && draft.flags.len() == 3 {
        let one = flag(dice, true);
        draft.flags.push(one);
        return;
    }
    let place = dice.place(draft.flags.len());
    let new = flag(dice, place == 2);
    let flag = &mut draft.flags[place];
    match dice.below(4) {
        0 => flag.severity = new.severity,
        1 => flag.weight = new.weight,
        2 => flag.applies = if flag.applies.is_some() { None } else { Some(condition(dice)) },
        _ => {
            if flag.raised.is_empty() {
                flag.raised.push(("strong", *dice.pick(&[40, 50]), condition(dice)));
            } else if dice.once_in(2) {
                flag.raised.clear();
            } else {
                flag.raised[0].1 = 50;
            }
        }
    }
}

fn change_exceptions(draft: &mut Draft, dice: &mut Dice) {
    let new = exception(dice);
    let Some(last) = draft.exceptions.last_mut() else {
        draft.exceptions.push(new);
        return;
    };
    match dice.below(5) {
        0 => drop(draft.exceptions.pop()),
        1 => last.excepts = new.excepts,
        2 => last.from = new.from,
        3 => last.until = new.until,
        _ => last.when = new.when,
    }
}

fn change_control(draft: &mut Draft, dice: &mut Dice) {
    let new = control(dice);
    let Some(control) = &mut draft.control else {
        draft.control = Some(new);
        return;
    };
    match dice.below(7) {
        0 => draft.control = None,
        1 => control.failed = new.failed,
        2 | 3 => control.lasts = new.lasts,
        4 | 5 => control.answers = new.answers,
        _ => control.required = new.required,
    }
}

fn change_level(draft: &mut Draft, dice: &mut Dice) {
    match dice.below(7) {
        5 | 6 => draft.watch = if draft.watch.is_none() { Some(watch(dice)) } else { None },
        0 => draft.unsettled = dice.pick::<&str>(&["incomplete", "review"]),
        1 => {
            let limit = *dice.pick(&[10, 15, 20, 25, 30, 45, 46, 60]);
            draft.levels[2].1 = format!("score >= {limit}");
        }
        _ => {
            let place = 1 + dice.place(2);
            let name = draft.levels[place].0;
            draft.levels[place].1 = level(dice, name);
        }
    }
}

fn change_sums(draft: &mut Draft, dice: &mut Dice) {
    let caps = [None, Some((20, vec![0, 1])), Some((10, vec![0, 1])), Some((20, vec![0, 1, 2]))];
    draft.cap.clone_from(dice.pick(&caps));
}

fn change_collected(draft: &mut Draft, dice: &mut Dice) {
    if dice.once_in(2) {
        draft.not_collected = *dice.pick(&[None, Some("maybe_n"), Some("cash")]);
    } else {
        let all: [&[&str]; 3] = [&[], &["items"], &["items", "spot"]];
        draft.must_have = dice.pick(&all).to_vec();
    }
}
