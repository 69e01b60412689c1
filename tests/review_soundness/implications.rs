//! Whatever is said to follow from a condition holds for every record for which the condition does.

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::Detail;
use duecare::hir::Outcome;
use duecare::loader::Policy;
use duecare::review::implication::{Proof, Side};
use duecare::value::Instant;

use super::families::{FAMILIES, Family};
use super::runs;
use crate::soundness::facts::Facts;
use crate::support::dice::Dice;
use crate::support::{load_text, policy_with, with_record};

/// Policies of each family, and records of each.
const POLICIES: u64 = 6;
const RECORDS: u64 = 40;
/// Flags of a policy, each with a condition of its own.
const FLAGS: usize = 24;

/// Months of every length lie before them.
const TIMES: [&str; 4] = [
    "2022-08-01T00:00:00Z",
    "2022-07-31T12:00:00Z",
    "2022-08-19T18:00:00Z",
    "2023-03-01T00:00:00Z",
];

/// Flags with conditions of a family: single ones, contrary ones, and some put together.
fn conditions(family: &Family, dice: &mut Dice) -> Vec<String> {
    let single = |dice: &mut Dice| (*dice.pick(family.conditions)).to_owned();
    (0..FLAGS)
        .map(|_| match dice.below(10) {
            0..=5 => single(dice),
            6 => format!("not ({})", single(dice)),
            7 => format!("({}) and ({})", single(dice), single(dice)),
            8 => format!("({}) or ({})", single(dice), single(dice)),
            _ => format!("({}) and not ({})", single(dice), single(dice)),
        })
        .collect()
}

/// A policy of those of the conditions with which it can be used.
fn policy(conditions: &[String]) -> Option<Policy> {
    let usable = conditions.iter().filter(|condition| can_be_used(&text(&[condition])));
    let usable: Vec<&String> = usable.collect();
    load_text(&text(&usable)).policies.into_iter().next()
}

fn can_be_used(text: &str) -> bool {
    let loaded = load_text(text);
    let errors: Vec<String> = loaded
        .diagnostics
        .iter()
        .filter(|found| found.level() == duecare::diagnostic::Level::Error)
        .map(|found| format!("{} {}", found.code, found.message))
        .collect();
    let is_rightly_refused =
        |error: &String| error.starts_with("DC0402") || error.starts_with("DC0403");
    assert!(errors.iter().all(is_rightly_refused), "{}\n{text}", errors.join("\n"));
    errors.is_empty()
}

fn text(conditions: &[&String]) -> String {
    let (head, rest) = split();
    let mut text = head;
    for (place, condition) in conditions.iter().enumerate() {
        let condition = condition.replace("good_spot", "spot.land is US");
        text.extend([format!(
            "flag flag_{place} \"F\" {{\n  cites s i\n  severity weak\n  when {condition}\n}}\n"
        )]);
    }
    text + &rest
}

/// A policy without its flag: what stands before it, and its decision.
fn split() -> (String, String) {
    let whole = policy_with("flag");
    let (head, rest) = whole.split_once("flag tested").expect("a flag");
    let decision = rest.find("decision {").expect("a decision");
    let decision = rest[decision..].replacen(
        '{',
        "{\n  weights weak 5, moderate 15, strong 30 because \"x\"",
        1,
    );
    (head.to_owned(), decision)
}

/// No, unknown, yes.
fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Clear => 0,
        Outcome::Unknown => 1,
        Outcome::Hit => 2,
        other => panic!("{other:?}"),
    }
}

#[derive(Default)]
struct Seen {
    shown: usize,
    tried: usize,
    both_ways: usize,
    wrong: Vec<String>,
}

fn look(family: &Family, case: u64, seen: &mut Seen) {
    let mut dice = Dice::new(case);
    let conditions = conditions(family, &mut dice);
    let Some(policy) = policy(&conditions) else { return };
    let rules = &policy.checked.rules;
    let when = |place: usize| rules[place].when().expect("a flag");
    let day = Instant::parse(TIMES[0]).unwrap().date();
    let side = Side::new(&policy.checked, day);
    let mut shown: Vec<(usize, usize)> = Vec::new();
    for given in 0..rules.len() {
        for wanted in (0..rules.len()).filter(|wanted| *wanted != given) {
            seen.tried += 1;
            if Proof::default().implies((side, when(given)), (side, when(wanted))) {
                shown.push((given, wanted));
            }
        }
    }
    seen.shown += shown.len();
    let engines: Vec<Engine> = TIMES
        .iter()
        .map(|time| {
            let time = Instant::parse(time).unwrap();
            Engine::new(policy.clone(), time, Dispositions::default()).unwrap()
        })
        .collect();
    for number in 0..RECORDS {
        let engine = &engines[dice.place(engines.len())];
        let mut facts = Facts::new(engine.program(), dice.next());
        let incomplete = facts.record();
        let record = if number % 2 == 0 { incomplete } else { facts.completion(&incomplete) };
        let ranks: Vec<u8> = with_record(engine, &record.to_string(), |record| {
            let judgement = engine.judge(record, Detail::Brief);
            judgement.rules.iter().map(|judged| rank(judged.outcome)).collect()
        });
        for (given, wanted) in &shown {
            seen.both_ways += usize::from(ranks[*given] != ranks[*wanted]);
            if ranks[*given] > ranks[*wanted] {
                seen.wrong.push(format!(
                    "{} -> {} (case {case}, {}, {})\n  {}\n  {}\n{record}",
                    ranks[*given],
                    ranks[*wanted],
                    family.name,
                    engine.program().as_of(),
                    source(&conditions, rules, *given),
                    source(&conditions, rules, *wanted),
                ));
                return;
            }
        }
    }
}

/// The condition of a rule, as it was made; some are left out before it.
fn source(conditions: &[String], rules: &[duecare::hir::Rule], place: usize) -> String {
    let usable = conditions.iter().filter(|condition| can_be_used(&text(&[condition])));
    let all: Vec<&String> = usable.collect();
    assert_eq!(all.len(), rules.len());
    all[place].clone()
}

#[test]
fn what_is_said_to_follow_from_a_condition_follows() {
    let mut all = Seen::default();
    let mut few = Vec::new();
    for (place, family) in FAMILIES.iter().enumerate() {
        let mut seen = Seen::default();
        for case in 0..POLICIES * runs() {
            look(family, super::seed() ^ ((place as u64) << 40) ^ case, &mut seen);
        }
        all.wrong.append(&mut seen.wrong);
        if std::env::var_os("SHOW").is_some() {
            println!(
                "{}: {} of {} shown, {} differ",
                family.name, seen.shown, seen.tried, seen.both_ways
            );
        }
        few.extend((seen.shown <= 20).then_some(family.name));
        all.shown += seen.shown;
        all.tried += seen.tried;
        all.both_ways += seen.both_ways;
    }
    assert!(all.wrong.is_empty(), "said to follow, and does not: {}", all.wrong.join("\n"));
    assert!(few.is_empty(), "little follows: {few:?}");
    assert!(all.both_ways > 5_000, "only {} outcomes differ", all.both_ways);
    assert!(all.shown * 3 < all.tried, "{} of {} follow", all.shown, all.tried);
}
