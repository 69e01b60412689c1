//! What takes a hit out of the count, and what does not: judgements by people, dated exceptions, and
//! facts that the company accepts not to have.

use duecare::decision::Decision;
use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::Detail;
use duecare::value::Instant;

use crate::support::{AS_OF, judge, level, outcome, policy, policy_with, rule_of, with_record};

fn engine_with(policy_text: &str, dispositions: &str, as_of: &str) -> Engine {
    let dispositions = Dispositions::parse(dispositions).unwrap();
    Engine::new(policy(policy_text), Instant::parse(as_of).unwrap(), dispositions).unwrap()
}

const TWO_ITEMS: &str = "count of items where (good) >= 2";

fn record(sizes: &[u32]) -> String {
    let items: Vec<String> = sizes
        .iter()
        .map(|size| {
            format!(r#"{{"good": true, "size": {size}, "happened": "2022-07-0{size}T00:00:00Z"}}"#)
        })
        .collect();
    format!(r#"{{"id": "S-1", "items": [{}]}}"#, items.join(", "))
}

fn disposition(engine: &Engine, record: &str, outcome: &str, rest: &str) -> String {
    let judgement = judge(engine, record);
    let indicator = rule_of(engine, &judgement, "tested").indicator.clone().unwrap();
    format!(
        r#"{{"subject": "S-1", "rule": "tested", "evidence": "{}", "outcome": "{outcome}", "by": "A person", "on": "2022-07-15", "why": "looked at"{rest}}}"#,
        indicator.evidence_digest.unwrap()
    )
}

#[test]
fn a_cleared_hit_does_not_count_until_there_is_new_evidence() {
    let text = policy_with(TWO_ITEMS);
    let plain = engine_with(&text, "", AS_OF);
    let judged = record(&[1, 2]);
    assert_eq!(level(&plain, &judge(&plain, &judged)), "review");

    let cleared = disposition(&plain, &judged, "cleared", "");
    let engine = engine_with(&text, &cleared, AS_OF);
    let judgement = judge(&engine, &judged);
    assert_eq!(outcome(&engine, &judgement, "tested"), "reviewed");
    assert_eq!(level(&engine, &judgement), "clear");

    // One element more, or another time of one: nobody has judged that.
    for new in [record(&[1, 2, 3]), record(&[1, 3])] {
        assert_eq!(outcome(&engine, &judge(&engine, &new), "tested"), "hit", "{new}");
    }
    // What may turn out to be new evidence is not judged either.
    let open = judged.replace("]}", r#", {"size": 4, "happened": "2022-07-04T00:00:00Z"}]}"#);
    assert_eq!(outcome(&engine, &judge(&engine, &open), "tested"), "hit");
    // The same evidence of somebody else is not what was judged.
    let other = judged.replace("S-1", "S-2");
    assert_eq!(outcome(&engine, &judge(&engine, &other), "tested"), "hit");
}

#[test]
fn a_disposition_counts_from_its_day_until_it_runs_out() {
    let text = policy_with(TWO_ITEMS);
    let plain = engine_with(&text, "", AS_OF);
    let judged = record(&[1, 2]);
    let cleared = disposition(&plain, &judged, "cleared", r#", "until": "2022-08-02""#);
    let at = |as_of: &str| {
        let engine = engine_with(&text, &cleared, as_of);
        outcome(&engine, &judge(&engine, &judged), "tested")
    };
    assert_eq!(at("2022-07-14T23:59:59Z"), "hit");
    assert_eq!(at("2022-07-15T00:00:00Z"), "reviewed");
    assert_eq!(at("2022-08-01T23:59:59Z"), "reviewed");
    assert_eq!(at("2022-08-02T00:00:00Z"), "hit");

    let confirmed = disposition(&plain, &judged, "confirmed", "");
    let engine = engine_with(&text, &confirmed, AS_OF);
    assert_eq!(outcome(&engine, &judge(&engine, &judged), "tested"), "hit");
}

#[test]
fn of_several_dispositions_the_newest_counts_and_of_one_day_the_confirmed_one() {
    let text = policy_with(TWO_ITEMS);
    let plain = engine_with(&text, "", AS_OF);
    let judged = record(&[1, 2]);
    let on = |outcome: &str, day: &str, rest: &str| {
        disposition(&plain, &judged, outcome, rest).replace("2022-07-15", day)
    };
    let cases = [
        ([on("cleared", "2022-07-15", ""), on("confirmed", "2022-07-20", "")], "hit"),
        ([on("confirmed", "2022-07-15", ""), on("cleared", "2022-07-20", "")], "reviewed"),
        ([on("cleared", "2022-07-15", ""), on("confirmed", "2022-07-15", "")], "hit"),
        // What comes later does not count yet.
        ([on("cleared", "2022-07-15", ""), on("confirmed", "2022-08-02", "")], "reviewed"),
        // A newer one that has run out does not let an older one come back.
        (
            [
                on("cleared", "2022-07-15", ""),
                on("cleared", "2022-07-20", r#", "until": "2022-07-25""#),
            ],
            "hit",
        ),
        (
            [
                on("cleared", "2022-07-15", ""),
                on("confirmed", "2022-07-20", r#", "until": "2022-07-25""#),
            ],
            "hit",
        ),
    ];
    for ([first, second], expected) in cases {
        for lines in [format!("{first}\n{second}\n"), format!("{second}\n{first}\n")] {
            let engine = engine_with(&text, &lines, AS_OF);
            assert_eq!(outcome(&engine, &judge(&engine, &judged), "tested"), expected, "{lines}");
        }
    }
    // What somebody confirmed about other evidence says nothing about this.
    let more = record(&[1, 3]);
    let other = disposition(&plain, &more, "confirmed", "").replace("2022-07-15", "2022-07-20");
    let lines = format!("{}\n{other}\n", on("cleared", "2022-07-15", ""));
    let engine = engine_with(&text, &lines, AS_OF);
    assert_eq!(outcome(&engine, &judge(&engine, &judged), "tested"), "reviewed");
}

#[test]
fn a_disposition_that_cannot_be_read_is_an_error() {
    let good = format!(
        r#"{{"subject": "S-1", "rule": "tested", "evidence": "sha256:{}", "outcome": "cleared", "by": "A", "on": "2022-07-15", "why": "w"}}"#,
        "0".repeat(64)
    );
    assert!(Dispositions::parse(&good).is_ok());
    let bad = [
        good.replace("cleared", "cleard"),
        good.replace("\"by\": \"A\"", "\"by\": \" \""),
        good.replace("2022-07-15", "15 July"),
        good.replace("sha256:0", "sha256:x"),
        good.replace("\"why\": \"w\"", "\"whi\": \"w\""),
        good.replace('}', r#", "until": "2022-07-15"}"#),
        "{".to_owned(),
    ];
    for line in bad {
        let error = Dispositions::parse(&format!("{good}\n\n{line}\n")).unwrap_err();
        assert_eq!(error.line, 3, "{line}");
        assert!(!error.reason.is_empty());
    }
}

fn policy_with_exception(when: &str) -> String {
    policy_with("flag").replace(
        "decision {",
        &format!(
            r#"prohibition forbidden "P" {{ cites s i when other_flag }}
exception licensed "E" {{
  excepts forbidden, tested
  {when}
  because "licence"
  approved by "Counsel"
  from 2022-06-01 until 2022-09-01
}}
decision {{"#
        ),
    )
}

#[test]
fn an_exception_relieves_while_it_is_in_force_and_its_condition_holds() {
    let text = policy_with_exception("when m > 3");
    let at = |as_of: &str, facts: &str| {
        let engine = engine_with(&text, "", as_of);
        let json = format!(r#"{{"id": "S-1", "flag": true, "other_flag": true{facts}}}"#);
        let judgement = judge(&engine, &json);
        let decision = level(&engine, &judgement);
        (outcome(&engine, &judgement, "forbidden"), decision, judgement.settled)
    };
    let licensed = r#", "m": 4"#;
    let (clear, block) = ("clear".to_owned(), "block".to_owned());
    assert_eq!(at(AS_OF, licensed), ("excepted", clear.clone(), true));
    assert_eq!(at("2022-06-01T00:00:00Z", licensed), ("excepted", clear, true));
    assert_eq!(at("2022-05-31T23:59:59Z", licensed), ("hit", block.clone(), true));
    assert_eq!(at("2022-09-01T00:00:00Z", licensed), ("hit", block.clone(), true));
    assert_eq!(at(AS_OF, r#", "m": 1"#), ("hit", block.clone(), true));
    // Nobody knows whether the exception applies: what is forbidden stays so, and is not settled.
    assert_eq!(at(AS_OF, ""), ("hit", block, false));
}

#[test]
fn an_exception_stays_visible_in_the_decision() {
    let text = policy_with_exception("");
    let engine = engine_with(&text, "", AS_OF);
    let json = r#"{"id": "S-1", "flag": true, "other_flag": true}"#;
    with_record(&engine, json, |record| {
        let judgement = engine.judge(record, Detail::Full);
        let decision: Decision<'_> = engine.decision(record, &judgement);
        let shown = serde_json::to_value(&decision).unwrap();
        let rules = shown["rules"].as_array().unwrap();
        let forbidden = rules.iter().find(|rule| rule["id"] == "forbidden").unwrap();
        assert_eq!(forbidden["outcome"], "excepted");
        assert!(forbidden["exception"].to_string().contains("licensed"), "{forbidden}");
    });
}

#[test]
fn a_fact_that_is_accepted_as_missing_leaves_its_rules_out_and_is_used_when_carried() {
    let text = policy_with("n > 3").replace(
        "decision {",
        "not collected n because \"costly\" accepted by \"Head\" on 2022-01-01 until 2023-01-01\ndecision {",
    );
    let engine = engine_with(&text, "", AS_OF);
    let of = |json: &str| {
        let judgement = judge(&engine, json);
        (outcome(&engine, &judgement, "tested"), level(&engine, &judgement), judgement.settled)
    };
    assert_eq!(of(r#"{"id": "S-1"}"#), ("not_covered", "clear".to_owned(), true));
    assert_eq!(of(r#"{"id": "S-1", "n": 4}"#), ("hit", "review".to_owned(), true));
    // Another missing fact is not excused with it.
    let both = engine_with(&text.replace("n > 3", "n > 3 and m > 3"), "", AS_OF);
    let judgement = judge(&both, r#"{"id": "S-1"}"#);
    assert_eq!(outcome(&both, &judgement, "tested"), "unknown");
    assert_eq!(level(&both, &judgement), "incomplete");
}

#[test]
fn an_acceptance_that_has_run_out_or_was_not_given_yet_excuses_nothing() {
    let text = policy_with("n > 3").replace(
        "decision {",
        "not collected n because \"costly\" accepted by \"Head\" on 2022-06-01 until 2022-09-01\ndecision {",
    );
    let at = |as_of: &str| {
        let engine = engine_with(&text, "", as_of);
        let judgement = judge(&engine, r#"{"id": "S-1"}"#);
        (outcome(&engine, &judgement, "tested"), level(&engine, &judgement))
    };
    let incomplete = ("unknown", "incomplete".to_owned());
    assert_eq!(at("2022-05-31T23:59:59Z"), incomplete);
    assert_eq!(at("2022-06-01T00:00:00Z"), ("not_covered", "clear".to_owned()));
    assert_eq!(at("2022-08-31T23:59:59Z"), ("not_covered", "clear".to_owned()));
    assert_eq!(at("2022-09-01T00:00:00Z"), incomplete);
}

#[test]
fn what_decides_an_exception_or_a_level_is_needed() {
    let needs = |text: &str, json: &str| -> Vec<String> {
        let engine = engine_with(text, "", AS_OF);
        let judgement = judge(&engine, json);
        assert!(!judgement.settled || !judgement.must_have_missing.is_empty());
        judgement.needs.iter().map(|(need, _)| engine.path(&need.steps)).collect()
    };
    let licensed = policy_with_exception("when m > 3");
    assert_eq!(needs(&licensed, r#"{"id": "S-1", "flag": true, "other_flag": true}"#), ["m"]);
    let level =
        policy_with("flag").replace("when any flag is hit", "when any flag is hit or m > 3");
    assert_eq!(needs(&level, r#"{"id": "S-1", "flag": false}"#), ["m"]);
    let must_have = policy_with("flag").replace("levels clear", "must have words\n  levels clear");
    assert_eq!(needs(&must_have, r#"{"id": "S-1", "flag": false, "words": []}"#), ["words"]);
}
