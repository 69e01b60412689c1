//! Whatever is said of a changed policy is true of every record.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use duecare::engine::Engine;
use duecare::loader::Loaded;
use duecare::review::{Comparison, Direction, Version, What};

use super::claims::{Differing, Side, change_of, check, claimed, keeps};
use super::draft::{Draft, Flag};
use super::generate::draft;
use super::mutate::changed;
use super::records::{engines, judge, record};
use super::{runs, seed};
use crate::support::dice::Dice;
use crate::support::load_text;

/// Pairs of versions, and records of each.
const PAIRS: u64 = 250;
const RECORDS: usize = 30;
/// Of how many pairs records are looked for that show what changed.
const WITNESSED_ONCE_IN: u64 = 10;

/// The policy, or `None` if the checker says that something in it can never or must always hold.
fn loaded(text: &str) -> Option<Loaded> {
    let loaded = load_text(text);
    let errors: Vec<String> = loaded
        .diagnostics
        .iter()
        .filter(|found| found.level() == duecare::diagnostic::Level::Error)
        .map(|found| format!("{} {}", found.code, found.message))
        .collect();
    if std::env::var_os("SHOW").is_some() {
        for error in &errors {
            println!("{error}");
        }
    }
    errors.is_empty().then_some(loaded)
}

/// Flags with the single conditions of a draft, beside its own rules, so that each can be looked at alone.
fn probes(draft: &Draft) -> Option<Loaded> {
    let mut text = draft.head("1.0.0");
    for (place, flag) in draft.flags.iter().enumerate() {
        text.push_str(&flag.text(&format!("flag_{place}")));
    }
    if let Some(when) = &draft.prohibition {
        let _ = writeln!(text, "prohibition forbidden \"P\" {{ cites s i when {when} }}");
    }
    for (place, (_, condition)) in draft.conditions().into_iter().enumerate() {
        let probe = Flag {
            when: condition.clone(),
            applies: None,
            raised: Vec::new(),
            severity: "weak",
            weight: None,
        };
        text.push_str(&probe.text(&format!("probe_{place}")));
    }
    text.push_str(
        "decision {\n  levels clear < incomplete < block\n  weights weak 1, moderate 2, strong 3 because \"x\"\n  block when any prohibition is hit\n  unsettled incomplete\n}\n",
    );
    loaded(&text)
}

/// What single conditions came to, by the clause and the part that they stand in: no, unknown, yes.
fn truths(draft: &Draft, side: Side<'_>) -> BTreeMap<(String, &'static str), u8> {
    let conditions = draft.conditions().into_iter().enumerate();
    conditions
        .map(|(place, (part, _))| {
            let policy = &side.engine.policy().checked;
            let id = policy.rule_named(&format!("probe_{place}")).expect("a probe");
            let truth = match side.judgement.rules[id.index()].outcome.word() {
                "clear" => 0,
                "unknown" => 1,
                "hit" => 2,
                other => panic!("{other}"),
            };
            (part, truth)
        })
        .collect()
}

/// Whether the direction of each changed condition is true of what it comes to.
fn check_conditions(
    comparison: &Comparison,
    old: &BTreeMap<(String, &'static str), u8>,
    new: &BTreeMap<(String, &'static str), u8>,
) -> Result<(), String> {
    for ((clause, part), before) in old {
        let Some(after) = new.get(&(clause.clone(), *part)) else { continue };
        let said = claimed(change_of(comparison, clause), &[*part]);
        let relieves = *part == "met when" || clause.starts_with("relief");
        let (low, high) = if relieves { (after, before) } else { (before, after) };
        if !keeps(said, low, high) {
            return Err(format!(
                "{clause} {part} is said to be {}: {before} -> {after}",
                said.word()
            ));
        }
    }
    for clause in old.keys().map(|(clause, _)| clause) {
        let change = change_of(comparison, clause);
        let is_replaced = change.is_some_and(|change| change.what != What::Changed);
        let (Some(before), Some(after)) = (presence(old, clause), presence(new, clause)) else {
            continue;
        };
        let said = claimed(change, &["when", "applies when"]);
        if !is_replaced && !clause.starts_with("relief") && !keeps(said, &before, &after) {
            return Err(format!("{clause} is said to be {}: {before} -> {after}", said.word()));
        }
    }
    Ok(())
}

/// Whether a rule is there, exceptions aside: where it applies and its condition holds.
fn presence(truths: &BTreeMap<(String, &'static str), u8>, clause: &str) -> Option<u8> {
    let of = |part| truths.get(&(clause.to_owned(), part)).copied();
    Some(of("when")?.min(of("applies when").unwrap_or(2)))
}

#[derive(Default)]
struct Seen {
    pairs: usize,
    unusable: usize,
    directions: BTreeMap<&'static str, usize>,
    together: BTreeMap<&'static str, usize>,
    differing: Differing,
    witnesses: usize,
    wrong: Vec<String>,
}

fn version(loaded: &Loaded) -> Version<'_> {
    Version { policy: &loaded.policies[0], sources: &loaded.sources }
}

fn look(number: u64, seen: &mut Seen) {
    let mut dice = Dice::new(number);
    let old_draft = draft(&mut dice);
    let new_draft = changed(&old_draft, &mut dice);
    let texts = (old_draft.text("1.0.0"), new_draft.text("2.0.0"));
    let both = loaded(&texts.0).zip(loaded(&texts.1));
    let probed = probes(&old_draft).zip(probes(&new_draft));
    let (Some((old, new)), Some((old_probes, new_probes))) = (both, probed) else {
        seen.unusable += 1;
        return;
    };
    seen.pairs += 1;
    let comparison =
        Comparison::of(version(&old), version(&new)).expect("texts that can be laid out");
    for direction in comparison.changes.iter().filter_map(|change| change.direction) {
        *seen.directions.entry(direction.word()).or_default() += 1;
    }
    if let Some(direction) = comparison.summary.direction {
        *seen.together.entry(direction.word()).or_default() += 1;
    }
    let all = [&old, &new, &old_probes, &new_probes].map(|loaded| engines(&loaded.policies[0]));
    for _ in 0..RECORDS {
        let time = dice.place(all[0].len());
        let engines: [&Engine; 4] = [0, 1, 2, 3].map(|of| &all[of][time]);
        let record = record(engines[0], &mut dice);
        let judged = engines.map(|engine| judge(engine, &record));
        let side = |of: usize| Side { engine: engines[of], judgement: &judged[of] };
        let found = check(&comparison, (side(0), side(1)), &mut seen.differing).and_then(|()| {
            let (before, after) = (truths(&old_draft, side(2)), truths(&new_draft, side(3)));
            check_conditions(&comparison, &before, &after)
        });
        if let Err(wrong) = found {
            let as_of = engines[0].program().as_of();
            seen.wrong.push(format!(
                "{wrong} (number {number}, {as_of})\n{}\n{}\n{record}\n",
                difference(&texts.0, &texts.1),
                told(&comparison)
            ));
            return;
        }
    }
    if dice.once_in(WITNESSED_ONCE_IN) {
        let witnessed = comparison.witnessed(&old.policies[0], &new.policies[0]);
        seen.witnesses += super::witnesses::check(&witnessed, &old.policies[0], &new.policies[0]);
    }
}

/// The lines that only one of two versions has.
fn difference(old: &str, new: &str) -> String {
    let only = |sign: &str, these: &str, others: &str| -> Vec<String> {
        let lines = these.lines().filter(|line| !others.lines().any(|other| other == *line));
        lines.map(|line| format!("{sign} {line}")).collect()
    };
    let mut lines = only("-", old, new);
    lines.extend(only("+", new, old));
    lines.join("\n")
}

fn told(comparison: &Comparison) -> String {
    let lines = comparison.changes.iter().flat_map(|change| {
        change.details.iter().map(|detail| {
            format!(
                "{} {} {}: {}",
                change.clause.kind,
                change.clause.name.as_deref().unwrap_or_default(),
                detail.part,
                detail.direction.map_or("", Direction::word)
            )
        })
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_said_of_a_changed_policy_is_true_of_every_record() {
    let mut seen = Seen::default();
    for number in 0..PAIRS * runs() {
        look(seed().wrapping_mul(1_000_003).wrapping_add(number), &mut seen);
    }
    if std::env::var_os("SHOW").is_some() {
        println!("{} pairs, {} cannot be used", seen.pairs, seen.unusable);
        println!("changes {:?}\ntogether {:?}", seen.directions, seen.together);
        println!("differing {:?}\n{} witnesses", seen.differing, seen.witnesses);
    }
    assert!(seen.wrong.is_empty(), "{}: {}", seen.wrong.len(), seen.wrong.join("\n"));
    assert!(seen.unusable < seen.pairs, "{} of {} cannot be used", seen.unusable, seen.pairs);
    for direction in Direction::ALL {
        let of = |counts: &BTreeMap<&'static str, usize>| {
            counts.get(direction.word()).copied().unwrap_or_default()
        };
        assert!(of(&seen.directions) >= 10, "{}: {:?}", direction.word(), seen.directions);
        if matches!(direction, Direction::Stricter | Direction::Looser) {
            assert!(of(&seen.together) >= 10, "{}: {:?}", direction.word(), seen.together);
            assert!(of(&seen.differing) >= 50, "{}: {:?}", direction.word(), seen.differing);
        }
    }
    assert!(seen.witnesses >= 5, "only {} witnesses", seen.witnesses);
}
