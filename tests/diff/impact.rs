use serde_json::{Value, json};

use super::library::Library;

const OLD: &str = "policies/test/1.0.0.due";
const NEW: &str = "policies/test/1.1.0.due";

/// Of 24 hours or less, more than that, more than the new limit too, and unknown; one cannot be read.
const ROSTER: &str = r#"{"id": "S-1", "span": "3 hours"}
{"id": "S-2", "span": "30 hours"}
{"id": "S-3", "span": "31 hours"}
{"id": "S-4", "span": "40 hours"}
{"id": "S-5"}
{"id": "S-6", "span": "long"}
"#;

fn library() -> Library {
    let library = Library::new();
    library.write("roster.jsonl", ROSTER);
    library
}

const ASKED: [&str; 6] = [OLD, NEW, "--roster", "roster.jsonl", "--as-of", "2022-06-01"];

#[test]
fn a_roster_is_decided_by_both_versions() {
    let library = library();
    let ran =
        library.diff(&[&ASKED[..], &["--format", "json", "--touched", "touched.jsonl"]].concat());
    assert_eq!(ran.code, 1, "one record is refused: {}", ran.err);
    assert!(ran.err.contains("line 6 is refused: "), "{}", ran.err);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    let impact = &told["impact"];
    assert_eq!(impact["records"], 6);
    assert_eq!(impact["decided"], 5);
    assert_eq!(impact["refused"], 1);
    assert_eq!(impact["changed"], 2);
    assert_eq!(impact["less_severe"], 2);
    assert_eq!(
        impact["matrix"],
        json!([
            {"old": "review", "new": "review", "subjects": 1},
            {"old": "review", "new": "clear", "subjects": 2},
            {"old": "incomplete", "new": "incomplete", "subjects": 1},
            {"old": "clear", "new": "clear", "subjects": 1}
        ])
    );
    let touched: Vec<Value> = library
        .text("touched.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        touched[0],
        json!({
            "subject": "S-2", "old": "review", "new": "clear", "old_settled": true, "new_settled": true,
            "old_score": [5, 5], "new_score": [0, 0], "rules": [{"rule": "slow", "old": "hit", "new": "clear"}]
        })
    );
    assert_eq!(touched[1]["subject"], "S-3");
    assert_eq!(touched.len(), 2);
}

#[test]
fn every_form_says_whom_it_touches() {
    let library = library();
    let of = |format: &str| {
        let ran = library.diff(&[&ASKED[..], &["--quiet", "--format", format]].concat());
        assert_eq!(ran.code, 1, "{}", ran.err);
        ran.out
    };
    for format in ["text", "md", "html"] {
        let out = of(format);
        for said in [
            "6 records read = 5 decided by both versions + 1 refused.",
            "2 of 5 people get another decision: 2 a less severe one, 0 a more severe one.",
            "S-2",
            "S-3",
        ] {
            assert!(out.contains(said), "{format}: {said}\n{out}");
        }
        assert!(!out.contains("S-4"), "{format}: {out}");
    }
    assert!(
        of("text").contains("2  Red flag “Answers slowly” `slow`: hit → not hit"),
        "{}",
        of("text")
    );
}

#[test]
fn what_cannot_be_decided_is_refused() {
    let library = library();
    library.write("empty.jsonl", "");
    library.write("bad.jsonl", "{\"id\": \"S-6\", \"span\": \"long\"}\n");
    for (roster, said) in [
        ("nothing.jsonl", "`nothing.jsonl` cannot be read"),
        ("empty.jsonl", "the roster is empty: nobody was decided"),
        ("bad.jsonl", "no record could be read: all 1 are refused"),
    ] {
        let ran = library.diff(&[OLD, NEW, "--roster", roster, "--touched", "touched.jsonl"]);
        assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{roster}: {}", ran.err);
        assert!(ran.err.contains(said), "{}", ran.err);
    }
}
