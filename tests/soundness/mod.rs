//! The property that everything rests on: filling in missing facts never turns a settled answer into
//! another one; and its counterpart: what is unknown can really still come out both ways.

pub(crate) mod conditions;
pub(crate) mod facts;
mod policies;

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::{Detail, Judgement, Truth};
use duecare::hir::Outcome;
use duecare::loader::{Loaded, Policy};
use duecare::value::Instant;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use crate::support::{AS_OF, load_text, outcome, policy_with, with_record};
use facts::Facts;

/// Policies, records of each, completions of each record.
const POLICIES: u32 = 2_500;
const RECORDS: u64 = 4;
const COMPLETIONS: u64 = 3;

/// The policy, or `None` if the checker rightly says that a condition can never or must always hold.
fn usable(text: &str) -> Result<Option<Engine>, TestCaseError> {
    let loaded: Loaded = load_text(text);
    let errors: Vec<String> = loaded
        .diagnostics
        .iter()
        .filter(|found| found.level() == duecare::diagnostic::Level::Error)
        .map(|found| format!("{} {}", found.code, found.message))
        .collect();
    if errors.iter().any(|error| !error.starts_with("DC0402") && !error.starts_with("DC0403")) {
        return Err(TestCaseError::fail(format!("{}\n{text}", errors.join("\n"))));
    }
    let policy: Option<Policy> = loaded.policies.into_iter().next();
    let as_of = Instant::parse(AS_OF).unwrap();
    Ok(policy.map(|policy| Engine::new(policy, as_of, Dispositions::default()).unwrap()))
}

fn judge(engine: &Engine, json: &serde_json::Value) -> Judgement {
    with_record(engine, &json.to_string(), |record| engine.judge(record, Detail::Brief))
}

/// The same cases in every run, unless `PROPTEST_RNG_SEED` gives another number.
fn config() -> Config {
    let config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_RNG_SEED").is_some() {
        return config;
    }
    Config { rng_seed: RngSeed::Fixed(20_220_516), ..config }
}

/// What must hold between a record and a completion of it.
fn compare(engine: &Engine, before: &Judgement, after: &Judgement) -> Result<(), String> {
    let rules = &engine.policy().checked.rules;
    for (rule, (before, after)) in rules.iter().zip(before.rules.iter().zip(&after.rules)) {
        let may_be_relieved = before.relief.is_some_and(|relief| relief.relieves == Truth::Unknown)
            && matches!(after.outcome, Outcome::Excepted | Outcome::Waived);
        if before.outcome != Outcome::Unknown && before.outcome != after.outcome && !may_be_relieved
        {
            return Err(format!("{}: {:?} became {:?}", rule.name, before.outcome, after.outcome));
        }
        let counted = |judged: &duecare::eval::RuleJudgement| {
            judged
                .indicator
                .as_ref()
                .and_then(|indicator| indicator.counted)
                .map(|range| (range.low, range.high))
        };
        if let (Some((low, high)), Some((new_low, new_high))) = (counted(before), counted(after))
            && before.outcome == Outcome::Hit
            && after.outcome == Outcome::Hit
            && (new_low < low || new_high > high)
        {
            return Err(format!(
                "{}: counted {low}..{high} became {new_low}..{new_high}",
                rule.name
            ));
        }
    }
    if after.score.low < before.score.low || after.score.high > before.score.high {
        return Err(format!("score {:?} became {:?}", before.score, after.score));
    }
    if !before.could_be.contains(&after.decision) {
        return Err(format!("could be {:?}, became {:?}", before.could_be, after.decision));
    }
    if before.settled && (!after.settled || before.decision != after.decision) {
        return Err(format!("settled {:?} became {:?}", before.decision, after.decision));
    }
    Ok(())
}

#[test]
fn filling_in_facts_never_changes_a_settled_answer() {
    let (mut pairs, mut settled, mut unusable) = (0_u64, 0_u64, 0_u64);
    let mut runner =
        TestRunner::new(Config { cases: POLICIES, max_shrink_iters: 2_000, ..config() });
    let result = runner.run(&(policies::policy(), any::<u64>()), |(text, seed)| {
        let Some(engine) = usable(&text)? else { return Ok(()) };
        for record in 0..RECORDS {
            let mut facts = Facts::new(engine.program(), seed ^ (record << 32));
            let incomplete = facts.record();
            let before = judge(&engine, &incomplete);
            if !before.settled && before.decision.index() == 0 {
                return Err(TestCaseError::fail(format!(
                    "clear while unsettled\n{text}\n{incomplete}"
                )));
            }
            for _ in 0..COMPLETIONS {
                let complete = facts.completion(&incomplete);
                let after = judge(&engine, &complete);
                compare(&engine, &before, &after).map_err(|what| {
                    TestCaseError::fail(format!("{what}\n{text}\n{incomplete}\n{complete}"))
                })?;
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }

    // The same generator again, to show that the property is about something.
    let mut counting = TestRunner::deterministic();
    for seed in 0..300 {
        use proptest::strategy::{Strategy as _, ValueTree as _};
        let text = policies::policy().new_tree(&mut counting).unwrap().current();
        let Some(engine) = usable(&text).unwrap() else {
            unusable += 1;
            continue;
        };
        let mut facts = Facts::new(engine.program(), seed);
        let incomplete = facts.record();
        let judgement = judge(&engine, &incomplete);
        pairs += 1;
        settled += u64::from(judgement.settled);
    }
    assert!(unusable * 5 < 300, "{unusable} of 300 generated policies cannot be used");
    assert!(settled * 10 > pairs, "only {settled} of {pairs} decisions are settled");
    assert!(settled * 10 < pairs * 9, "{settled} of {pairs} decisions are settled");
}

/// Of a judgement, what does not depend on how much is told.
fn core(judgement: &Judgement) -> String {
    let rules: Vec<String> = judgement
        .rules
        .iter()
        .map(|judged| {
            let found = judged.indicator.as_ref().map(|found| (found.counted, &*found.answered_by));
            let (counted, answered_by) = found.unwrap_or_default();
            format!(
                "{:?} {counted:?} {answered_by:?} {:?} {:?}",
                judged.outcome, judged.control, judged.relief
            )
        })
        .collect();
    let Judgement { decision, settled, could_be, score, actions, .. } = judgement;
    format!("{decision:?} {settled} {could_be:?} {score:?} {actions:?}\n{}", rules.join("\n"))
}

/// Brief judgements take shorter ways; traces look at everything.
fn same_in_brief(engine: &Engine, json: &serde_json::Value) -> Result<(), String> {
    let of = |detail| with_record(engine, &json.to_string(), |record| engine.judge(record, detail));
    let (brief, traced) = (core(&of(Detail::Brief)), core(&of(Detail::Trace)));
    if brief == traced { Ok(()) } else { Err(format!("{brief}\n{traced}\n{json}")) }
}

#[test]
fn how_much_is_told_changes_nothing() {
    let mut runner = TestRunner::new(Config { cases: POLICIES / 5, ..config() });
    let result = runner.run(&(policies::policy(), any::<u64>()), |(text, seed)| {
        let Some(engine) = usable(&text)? else { return Ok(()) };
        for record in 0..RECORDS {
            let facts = Facts::new(engine.program(), seed ^ (record << 32)).record();
            same_in_brief(&engine, &facts)
                .map_err(|what| TestCaseError::fail(format!("{what}\n{text}")))?;
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn a_day_and_a_moment_compare_alike_in_brief_and_in_full() {
    let days = ["2016-12-30", "2016-12-31", "2017-01-01", "1969-12-31", "1970-01-01"];
    let moments = [
        "2016-12-31T00:00:00Z",
        "2016-12-31T23:59:59.5Z",
        "2016-12-31T23:59:60Z",
        "2017-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "2017-01-01T08:00:00+09:00",
    ];
    let mut hits = 0;
    for order in ["<", "<=", ">", ">="] {
        for condition in [format!("d {order} moment"), format!("moment - 1 day {order} d")] {
            let engine = usable(&policy_with(&condition)).unwrap().unwrap();
            for (day, moment) in days.iter().flat_map(|day| moments.map(|moment| (*day, moment))) {
                let record = serde_json::json!({ "id": "S-1", "d": day, "moment": moment });
                same_in_brief(&engine, &record).unwrap();
                let hit = outcome(&engine, &judge(&engine, &record), "tested") == "hit";
                hits += u32::from(hit);
            }
        }
    }
    // Of each pair one of `<` and `>=` holds, and one of `<=` and `>`.
    assert_eq!(hits, 2 * 2 * 30);
}

/// Conditions that use no field twice, and records of each.
const TIGHT_CONDITIONS: u32 = 1_500;
const TIGHT_RECORDS: u64 = 4;

/// Completions that are tried until both outcomes are seen.
const TRIES: u32 = 40_000;

#[test]
fn unknown_means_that_both_outcomes_are_possible() {
    let unknown = std::cell::Cell::new(0_u32);
    let mut runner =
        TestRunner::new(Config { cases: TIGHT_CONDITIONS, max_shrink_iters: 500, ..config() });
    let result =
        runner.run(&(conditions::without_repetition(), any::<u64>()), |(condition, seed)| {
            let Some(engine) = usable(&policy_with(&condition))? else { return Ok(()) };
            for record in 0..TIGHT_RECORDS {
                let mut facts = Facts::new(engine.program(), seed ^ (record << 32));
                let incomplete = facts.record();
                let before = judge(&engine, &incomplete);
                if outcome(&engine, &before, "tested") != "unknown" {
                    continue;
                }
                unknown.set(unknown.get() + 1);
                let (mut hit, mut clear) = (false, false);
                for _ in 0..TRIES {
                    let after = judge(&engine, &facts.completion(&incomplete));
                    match outcome(&engine, &after, "tested") {
                        "hit" => hit = true,
                        "clear" => clear = true,
                        _ => {}
                    }
                    if hit && clear {
                        break;
                    }
                }
                if !(hit && clear) {
                    return Err(TestCaseError::fail(format!(
                        "unknown, but hit: {hit}, clear: {clear}\n{condition}\n{incomplete}"
                    )));
                }
            }
            Ok(())
        });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(unknown.get() > 1_000, "only {} unknown outcomes were looked at", unknown.get());
}
