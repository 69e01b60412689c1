//! Comparisons between subjects: against a slow and obvious reference, however the roster is split, and
//! as they are written.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::ops::ControlFlow;

use duecare::engine::Engine;
use duecare::eval::Detail;
use duecare::peers::Collected;
use duecare::roster::{BadValues, Format, RawReader, RawRecord, Record};
use duecare::run::{Callbacks, Judged, Ladder, Plan, collect, evaluate, merge};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::command::duecare_in;
use crate::support::{AS_OF, engine, policy_with, raw};

/// What is compared, with how the reference reads it.
pub(crate) const COMPARISONS: [(&str, Compared); 5] = [
    (
        "peers sharing items.owner",
        Compared { keys: &["owner"], of_list: true, filter: Filter::All },
    ),
    (
        "peers sharing items.owner where (good)",
        Compared { keys: &["owner"], of_list: true, filter: Filter::Good },
    ),
    (
        "peers sharing items.owner where (good and happened >= as_of - 10 days)",
        Compared { keys: &["owner"], of_list: true, filter: Filter::GoodAndRecent },
    ),
    (
        "peers sharing (items.owner, items.label)",
        Compared { keys: &["owner", "label"], of_list: true, filter: Filter::All },
    ),
    (
        "peers sharing maybe_t where (flag)",
        Compared { keys: &["maybe_t"], of_list: false, filter: Filter::Flag },
    ),
];

#[derive(Clone, Copy)]
pub(crate) struct Compared {
    keys: &'static [&'static str],
    of_list: bool,
    filter: Filter,
}

#[derive(Clone, Copy)]
enum Filter {
    All,
    Good,
    GoodAndRecent,
    Flag,
}

/// What one element is to the reference.
struct Element {
    /// `None` where some part is unknown.
    key: Option<Vec<String>>,
    /// `None` where it is unknown whether it counts.
    counts: Option<bool>,
}

impl Compared {
    /// The elements of a subject that have a key or may have one; and whether the list is unknown.
    fn elements(&self, subject: &Value) -> (Vec<Element>, bool) {
        let items = match (self.of_list, subject.get("items")) {
            (true, None) => return (Vec::new(), true),
            (true, Some(items)) => items.as_array().unwrap().clone(),
            (false, _) => vec![subject.clone()],
        };
        let elements = items.iter().filter_map(|item| {
            let parts: Vec<Option<&Value>> = self.keys.iter().map(|key| item.get(key)).collect();
            if parts.iter().any(|part| part.is_some_and(|part| *part == none())) {
                return None;
            }
            let key = parts.into_iter().collect::<Option<Vec<_>>>();
            let key = key.map(|parts| parts.iter().map(std::string::ToString::to_string).collect());
            Some(Element { key, counts: self.counts(item) })
        });
        (elements.filter(|element| element.counts != Some(false)).collect(), false)
    }

    fn counts(&self, item: &Value) -> Option<bool> {
        let yes_no = |field: &str| item.get(field).map(|value| value.as_bool().unwrap());
        match self.filter {
            Filter::All => Some(true),
            Filter::Good => yes_no("good"),
            Filter::Flag => yes_no("flag"),
            Filter::GoodAndRecent => {
                let recent = item
                    .get("happened")
                    .map(|at| *at != none() && at.as_str().unwrap() >= "2022-07-22T00:00:00Z");
                match (yes_no("good"), recent) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                }
            }
        }
    }

    /// How many others share a key with the subject at a place: at least, and at most.
    fn expected(&self, roster: &[Value], place: usize) -> (usize, usize) {
        let (own, own_unknown) = self.elements(&roster[place]);
        let is_open = own_unknown || own.iter().any(|element| element.key.is_none());
        let (mut low, mut high) = (0, 0);
        for (other, subject) in roster.iter().enumerate() {
            if other == place {
                continue;
            }
            let (theirs, _) = self.elements(subject);
            let (mut certain, mut possible) = (false, false);
            for their in &theirs {
                for mine in &own {
                    let same = mine.key.is_some() && mine.key == their.key;
                    possible |= same;
                    certain |= same && mine.counts == Some(true) && their.counts == Some(true);
                }
                possible |= is_open && their.key.is_some();
            }
            low += usize::from(certain);
            high += usize::from(possible);
        }
        (low, high)
    }

    /// How many subjects could be compared.
    fn known(&self, roster: &[Value]) -> usize {
        let is_blind = |subject: &&Value| {
            let (elements, unknown) = self.elements(subject);
            let any_known = elements.iter().any(|element| element.key.is_some());
            !any_known && (unknown || elements.iter().any(|element| element.key.is_none()))
        };
        roster.len() - roster.iter().filter(is_blind).count()
    }
}

fn none() -> Value {
    Value::Null
}

/// A value of few, `None` for a field that nobody knows.
fn field(values: &[Value]) -> impl Strategy<Value = Option<Value>> + use<> {
    let values = values.to_vec();
    prop_oneof![1 => Just(None), 4 => proptest::sample::select(values).prop_map(Some)]
}

fn object(fields: Vec<(&'static str, Option<Value>)>) -> Value {
    let known = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(known.collect())
}

fn item() -> impl Strategy<Value = Value> {
    let owner = field(&[json!("a"), json!("b"), json!("c"), json!("d")]);
    let label = field(&[json!("x"), json!("y"), none()]);
    let good = field(&[json!(true), json!(true), json!(false)]);
    let happened = field(&[
        json!("2022-07-30T00:00:00Z"),
        json!("2022-07-22T00:00:00Z"),
        json!("2022-07-21T23:59:59Z"),
        none(),
    ]);
    (owner, label, good, happened).prop_map(|(owner, label, good, happened)| {
        object(vec![("owner", owner), ("label", label), ("good", good), ("happened", happened)])
    })
}

fn subject() -> impl Strategy<Value = Value> {
    let items = prop_oneof![
        1 => Just(None),
        6 => proptest::collection::vec(item(), 0..4).prop_map(|items| Some(Value::Array(items))),
    ];
    let maybe_t = field(&[json!("p"), json!("q"), none()]);
    let flag = field(&[json!(true), json!(false)]);
    (items, maybe_t, flag).prop_map(|(items, maybe_t, flag)| {
        object(vec![("items", items), ("maybe_t", maybe_t), ("flag", flag)])
    })
}

pub(crate) fn roster(size: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Value>> {
    proptest::collection::vec(subject(), size).prop_map(|mut roster| {
        for (place, subject) in roster.iter_mut().enumerate() {
            // Not in the order of the roster, as ids in real rosters are.
            subject["id"] = json!(format!("S-{}", place * 7 % 100));
        }
        roster
    })
}

fn engines() -> Vec<Engine> {
    let each = COMPARISONS.iter();
    each.map(|(peers, _)| engine(&policy_with(&format!("count of {peers} >= 2")), AS_OF)).collect()
}

fn lines(roster: &[Value]) -> Vec<u8> {
    let mut text = Vec::new();
    for subject in roster {
        writeln!(text, "{subject}").unwrap();
    }
    text
}

/// Decides every record, knowing what was collected.
fn decide(
    engine: Engine,
    parts: Vec<Collected>,
    text: &[u8],
) -> Vec<(usize, Option<usize>, String)> {
    let engine = engine.knowing(merge(parts).unwrap());
    let layout = engine.layout(BadValues::Refuse);
    raw(Format::JsonLines, text)
        .iter()
        .map(|raw| {
            let record = layout.decode(raw).record.unwrap();
            let judgement = engine.judge(&record, Detail::Full);
            let peers = &judgement.rules[0].peers[0];
            let line = serde_json::to_string(&engine.decision(&record, &judgement)).unwrap();
            (peers.low, peers.high, line)
        })
        .collect()
}

fn collected(engine: &Engine, text: &[u8], jobs: usize) -> Collected {
    let layout = engine.layout(BadValues::Refuse);
    let plan = Plan {
        engines: std::slice::from_ref(engine),
        layouts: std::slice::from_ref(&layout),
        jobs,
        detail: Detail::Brief,
        is_prompt: false,
    };
    let mut reader = RawReader::new(Format::JsonLines, text).unwrap();
    collect(&plan, &mut reader, &mut |_| Ok(ControlFlow::Continue(()))).unwrap().remove(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn it_counts_as_nested_loops_do(roster in roster(1..12)) {
        let text = lines(&roster);
        for (engine, (written, compared)) in engines().into_iter().zip(COMPARISONS) {
            let parts = vec![collected(&engine, &text, 1)];
            for (place, (low, high, line)) in decide(engine.clone(), parts, &text).iter().enumerate() {
                let (expected_low, expected_high) = compared.expected(&roster, place);
                prop_assert_eq!((*low, *high), (expected_low, Some(expected_high)), "{}: {}", written, line);
                let decision: Value = serde_json::from_str(line).unwrap();
                let outcome = &decision["rules"][0]["outcome"];
                let expected = match (expected_low >= 2, expected_high >= 2) {
                    (true, _) => "hit",
                    (false, false) => "clear",
                    (false, true) => "unknown",
                };
                prop_assert_eq!(outcome, expected);
                let peers = &decision["rules"][0]["peers"];
                prop_assert_eq!(&peers["known_keys"], compared.known(&roster));
                prop_assert_eq!(&peers["of"], roster.len());
            }
        }
    }

    #[test]
    fn what_a_subject_learns_of_itself_only_narrows(
        roster in roster(2..10), other in subject(), more in proptest::collection::vec(item(), 0..2),
    ) {
        let mut completed = roster.clone();
        complete(&mut completed[0], &other, &more);
        for (engine, (written, _)) in engines().into_iter().zip(COMPARISONS) {
            let of_first = |roster: &[Value]| {
                let text = lines(roster);
                let parts = vec![collected(&engine, &text, 1)];
                let (low, high, _) = decide(engine.clone(), parts, &text).remove(0);
                (low, high.unwrap())
            };
            let (before, after) = (of_first(&roster), of_first(&completed));
            prop_assert!(before.0 <= after.0 && after.1 <= before.1,
                "{}: {:?} then {:?}\n{:?}\n{:?}", written, before, after, roster[0], completed[0]);
        }
    }
}

/// Fills in what is unknown of a subject from another one; a list that is unknown gets some elements.
fn complete(subject: &mut Value, other: &Value, more: &[Value]) {
    let list = subject.get("items").is_some();
    let subject = subject.as_object_mut().unwrap();
    for name in ["maybe_t", "flag"] {
        if let (None, Some(value)) = (subject.get(name), other.get(name)) {
            subject.insert(name.to_owned(), value.clone());
        }
    }
    if !list {
        subject.insert("items".to_owned(), Value::Array(more.to_vec()));
        return;
    }
    let items = subject["items"].as_array_mut().unwrap();
    for (item, other) in items.iter_mut().zip(more) {
        let item = item.as_object_mut().unwrap();
        for (name, value) in other.as_object().unwrap() {
            item.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// A roster in which groups of every size up to a large one share something.
fn large_roster() -> Vec<Value> {
    (0..1_500)
        .map(|place: usize| {
            let owners = [
                format!("single-{place}"),
                format!("pair-{}", place / 2),
                format!("ten-{}", place / 10),
                format!("most-{}", usize::from(place < 60)),
                format!("other-{}", place % 2),
            ];
            let owners = if place.is_multiple_of(97) { &owners[..1] } else { &owners[..] };
            let items = owners.iter().enumerate().map(|(at, owner)| {
                let mut item =
                    json!({"owner": owner, "label": null, "happened": "2022-07-30T00:00:00Z"});
                if !(place + at).is_multiple_of(13) {
                    item["good"] = json!(!(place + at).is_multiple_of(5));
                }
                item
            });
            let id = format!("S-{:04}", place * 7 % 1_501);
            if place % 211 == 5 {
                json!({"id": id})
            } else {
                json!({"id": id, "items": items.collect::<Vec<_>>()})
            }
        })
        .collect()
}

#[test]
fn however_a_roster_is_split_the_bytes_are_the_same() {
    let roster = large_roster();
    let text = lines(&roster);
    let policy = policy_with("count of peers sharing items.owner where (good) >= 2");
    let engine = engine(&policy, AS_OF);
    let whole = decide(engine.clone(), vec![collected(&engine, &text, 1)], &text);
    let outcomes: BTreeSet<&str> = whole
        .iter()
        .map(|(.., line)| if line.contains("\"hit\"") { "hit" } else { "other" })
        .collect();
    assert_eq!(outcomes.len(), 2);
    for parts in [1, 2, 7, 100] {
        for jobs in [1, 2, 7] {
            let size = roster.len().div_ceil(parts);
            let collected =
                roster.chunks(size).map(|part| collected(&engine, &lines(part), jobs)).collect();
            assert_eq!(decide(engine.clone(), collected, &text), whole, "{parts} parts");
        }
    }
    // In another order: the same decisions in that order.
    let other: Vec<Value> =
        (0..roster.len()).map(|place| roster[place * 1_009 % roster.len()].clone()).collect();
    let other_text = lines(&other);
    let mut shuffled =
        decide(engine.clone(), vec![collected(&engine, &other_text, 2)], &other_text);
    shuffled.sort();
    let mut sorted = whole.clone();
    sorted.sort();
    assert_eq!(shuffled, sorted);
}

#[test]
fn large_groups_count_as_small_ones_do() {
    let roster = large_roster();
    let text = lines(&roster);
    for (engine, (written, compared)) in engines().into_iter().zip(COMPARISONS) {
        let parts = vec![collected(&engine, &text, 2)];
        let decided = decide(engine, parts, &text);
        for place in (0..roster.len()).step_by(37) {
            let (low, high, line) = &decided[place];
            let (expected_low, expected_high) = compared.expected(&roster, place);
            assert_eq!((*low, *high), (expected_low, Some(expected_high)), "{written}: {line}");
        }
    }
}

#[test]
fn a_subject_that_was_not_collected_is_unknown() {
    let engine = engine(&policy_with("exists peers sharing items.owner"), AS_OF);
    let first = r#"{"id": "S-1", "items": [{"owner": "a"}]}"#;
    let second = first.replace("S-1", "S-2");
    let layout = engine.layout(BadValues::Refuse);
    let raws = raw(Format::JsonLines, format!("{first}\n{second}").as_bytes());
    let records: Vec<Record<'_>> =
        raws.iter().map(|raw| layout.decode(raw).record.unwrap()).collect();
    let outcome = |engine: &Engine, place: usize| {
        let judgement = engine.judge(&records[place], Detail::Full);
        let decision = serde_json::to_value(engine.decision(&records[place], &judgement)).unwrap();
        (decision["rules"][0]["outcome"].clone(), decision["needs"].clone())
    };
    // No roster at all, and a roster without the subject.
    let needs = json!([{"path": "items.owner", "cannot": "roster", "settles": ["tested"]}]);
    assert_eq!(outcome(&engine, 1), (json!("unknown"), needs.clone()));
    let alone = engine.clone().among(&records[..1]).unwrap();
    assert_eq!(outcome(&alone, 0), (json!("clear"), Value::Null));
    assert_eq!(outcome(&alone, 1), (json!("unknown"), needs));
    let both = engine.among(&records).unwrap();
    assert_eq!(outcome(&both, 1), (json!("hit"), Value::Null));
}

#[test]
fn what_is_missing_about_others_is_said() {
    let engine = engine(&policy_with("exists peers sharing items.owner where (good)"), AS_OF);
    let text = r#"{"id": "S-1", "items": [{"owner": "a", "good": true}]}
{"id": "S-2", "items": [{"owner": "a"}]}"#;
    let decided =
        decide(engine.clone(), vec![collected(&engine, text.as_bytes(), 1)], text.as_bytes());
    let needs = |place: usize| {
        let decision: Value = serde_json::from_str(&decided[place].2).unwrap();
        assert_eq!(decision["rules"][0]["outcome"], "unknown");
        decision["needs"].clone()
    };
    let others = json!([{"path": "items.owner", "cannot": "others", "settles": ["tested"]}]);
    assert_eq!(needs(0), others);
    // Nothing is missing about the other one, but about the subject itself.
    assert_eq!(needs(1), json!([{"path": "items.good", "settles": ["tested"]}]));
}

#[test]
fn a_hit_shows_what_is_shared_and_with_whom_and_not_their_data() {
    let engine = engine(&policy_with("exists peers sharing items.owner"), AS_OF);
    let text: Vec<String> = (0..40)
        .map(|place| {
            format!(
                "{{\"id\": \"S-{place:02}\", \"t\": \"secret-{place}\", \"items\": [{{\"owner\": \"own-{place}\"}}, {{\"owner\": \"shared\"}}]}}"
            )
        })
        .collect();
    let text = text.join("\n");
    let decided =
        decide(engine.clone(), vec![collected(&engine, text.as_bytes(), 1)], text.as_bytes());
    let line = &decided[3].2;
    let decision: Value = serde_json::from_str(line).unwrap();
    let rule = &decision["rules"][0];
    assert_eq!(rule["evidence"], json!([{"path": "items[1].owner", "value": "shared"}]));
    assert_eq!(rule["peers"]["count"], 39);
    let ids = rule["peers"]["ids"].as_array().unwrap();
    assert_eq!(ids.len(), 20);
    assert_eq!((&ids[2], &ids[3]), (&json!("S-02"), &json!("S-04")));
    assert!(!line.contains("secret") && !line.contains("own-1"), "{line}");
    // Somebody who joins is new evidence; what the subject has besides is not.
    let digest = |text: &str| {
        let decided =
            decide(engine.clone(), vec![collected(&engine, text.as_bytes(), 1)], text.as_bytes());
        let decision: Value = serde_json::from_str(&decided[3].2).unwrap();
        decision["rules"][0]["evidence_digest"].clone()
    };
    let first = digest(&text);
    assert_ne!(digest(&text.replace("S-39", "S-99")), first);
    assert_eq!(digest(&text.replace("own-3", "else-3")), first);
}

#[test]
fn the_command_reads_twice_and_writes_groups_once() {
    let folder = tempfile::tempdir().unwrap();
    let policy = policy_with("count of peers sharing items.owner >= 2")
        .replace("../../tests/fixtures/subject.due", "subject.due");
    std::fs::write(folder.path().join("policy.due"), policy).unwrap();
    let subject = crate::support::read("tests/fixtures/subject.due");
    std::fs::write(folder.path().join("subject.due"), subject).unwrap();
    let text = lines(&large_roster());
    std::fs::write(folder.path().join("roster.jsonl"), &text).unwrap();
    let run = |roster: &str, jobs: &str| {
        let args = [
            "eval",
            "--policy",
            "policy.due",
            "--roster",
            roster,
            "--as-of",
            "2022-08-01",
            "-q",
            "--format",
            "jsonl",
            "--summary",
            "summary.json",
            "--jobs",
            jobs,
        ];
        let ran = duecare_in(folder.path(), &args, &mut |pipe| {
            let _ = pipe.write_all(&text);
        });
        assert_eq!(ran.code, 0, "{}", ran.err);
        (ran.out, std::fs::read_to_string(folder.path().join("summary.json")).unwrap())
    };
    let first = run("roster.jsonl", "1");
    assert_eq!(run("-", "7"), first);
    let summary: Value = serde_json::from_str(&first.1).unwrap();
    let peers = &summary["peers"][0];
    assert_eq!((&peers["sharing"], &peers["rules"]), (&json!("items.owner"), &json!(["tested"])));
    assert_eq!(peers["of"], 1_500);
    assert_eq!(
        peers["largest"],
        peers["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| {
                assert_eq!(
                    group["ids"].as_array().unwrap().len() as u64,
                    group["count"].as_u64().unwrap()
                );
                group["count"].as_u64().unwrap()
            })
            .max()
            .unwrap()
    );
    // The decisions name groups and at most twenty of their members.
    assert!(first.0.lines().all(|line| line.len() < 6_000));
}

#[test]
fn several_policies_give_a_line_for_each_and_the_most_severe() {
    let flag = engine(&policy_with("exists items"), AS_OF);
    let other = policy_with("t is \"bad\"")
        .replace("policy test", "policy other")
        .replace(
            "clear < incomplete < review < block",
            "low < incomplete < moderate < high < block",
        )
        .replace("review when any flag", "moderate when any flag")
        .replace(
            "block when any prohibition is hit",
            "high when any prohibition is hit\n  block when any prohibition is hit",
        );
    let engines = [flag, engine(&other, AS_OF)];
    let ladder = Ladder::new(&engines).unwrap();
    assert_eq!(
        ladder.levels().iter().map(|names| names.join("/")).collect::<Vec<_>>(),
        ["clear/low", "incomplete", "review/moderate", "high", "block"]
    );
    let layouts: Vec<_> = engines.iter().map(|engine| engine.layout(BadValues::Refuse)).collect();
    let plan = Plan {
        engines: &engines,
        layouts: &layouts,
        jobs: 2,
        detail: Detail::Full,
        is_prompt: false,
    };
    let text = r#"{"id": "S-1", "items": [{}], "t": "good"}
{"id": "S-2", "items": [], "t": "bad"}
{"id": "S-3", "items": []}
{"id": 3.5}"#;
    let mut roster = RawReader::new(Format::JsonLines, text.as_bytes()).unwrap();
    let render = |_: &RawRecord, judged: &[Judged<'_, '_>]| {
        serde_json::to_vec(&ladder.subject(judged).unwrap()).unwrap()
    };
    let (mut decided, mut refused) = (Vec::new(), 0);
    let summary = evaluate(
        &plan,
        &ladder,
        &mut roster,
        Callbacks {
            render: &render,
            earlier: None,
            on_decided: &mut |line: Vec<u8>| {
                decided.push(serde_json::from_slice::<Value>(&line).unwrap());
                Ok(())
            },
            on_refused: &mut |record| {
                refused += 1;
                (record.rest)(&mut |_| Ok(()))
            },
            on_batch: &mut |_| Ok(ControlFlow::Continue(())),
        },
    )
    .unwrap();
    let brief: Vec<(&str, &str, bool)> = decided
        .iter()
        .map(|line| {
            assert_eq!(line["format"], "duecare.subject/1");
            let text = |name: &str| line[name].as_str().unwrap();
            (text("decision"), text("policy"), line["settled"].as_bool().unwrap())
        })
        .collect();
    assert_eq!(
        brief,
        [("review", "test", true), ("moderate", "other", true), ("incomplete", "other", false)]
    );
    assert_eq!((summary.records(), summary.decided(), summary.refused(), refused), (4, 3, 1, 1));
    let counts = summary.subjects.iter().map(|count| (count.decision.as_str(), count.subjects));
    assert_eq!(
        counts.filter(|(_, subjects)| *subjects > 0).collect::<Vec<_>>(),
        [("review or moderate", 2), ("incomplete", 1)]
    );
}

#[test]
fn policies_that_order_levels_differently_are_not_summed_up() {
    let first = engine(&policy_with("flag"), AS_OF);
    let other = policy_with("flag")
        .replace("policy test", "policy other")
        .replace("clear < incomplete < review < block", "clear < incomplete < block < review")
        .replace(
            "block when any prohibition is hit\n  review when any flag is hit",
            "block when any flag is hit\n  review when any prohibition is hit",
        );
    let clash = Ladder::new(&[first, engine(&other, AS_OF)]).unwrap_err();
    assert_eq!(clash.to_string(), "`test` has level `block` above `review`, and `other` below it");
}
