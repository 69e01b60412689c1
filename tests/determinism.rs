//! The same inputs give the same bytes, whatever the threads and the order.

use crate::support::command::eval;
use crate::support::read;

/// The bundled roster many times over under other ids, with records among them that cannot be read.
fn roster() -> Vec<String> {
    let bundled = read("policies/dprk-it-workers/examples/roster.jsonl");
    let mut lines = Vec::new();
    for round in 0..120 {
        for line in bundled.lines() {
            lines.push(line.replacen("\"id\": \"C-", &format!("\"id\": \"C-{round}-"), 1));
            assert!(lines.last().unwrap().contains(&format!("C-{round}-")));
        }
        lines.push(format!(r#"{{"id": "bad-{round}", "engaged_on": "soon"}}"#));
    }
    lines
}

struct Run {
    decisions: String,
    summary: String,
    refused: String,
}

fn run(lines: &[String], jobs: &str) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (summary, refused) = (path("summary.json"), path("refused.jsonl"));
    let options =
        ["--jobs", jobs, "--format", "jsonl", "--summary", &summary, "--refused", &refused];
    let ran = eval(&[&options[..], &["-q"]].concat(), lines.join("\n").as_bytes());
    assert_eq!(ran.code, 1, "{}", ran.err);
    Run {
        decisions: ran.out,
        summary: std::fs::read_to_string(summary).unwrap(),
        refused: std::fs::read_to_string(refused).unwrap(),
    }
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn threads_order_and_repetition_change_nothing() {
    let lines = roster();
    let first = run(&lines, "1");
    assert_eq!(first.decisions.lines().count(), 120 * 29);
    assert_eq!(first.refused.lines().count(), 120);
    for jobs in ["1", "2", "7"] {
        let again = run(&lines, jobs);
        assert_eq!(again.decisions, first.decisions, "{jobs} threads");
        assert_eq!(again.summary, first.summary, "{jobs} threads");
        assert_eq!(again.refused, first.refused, "{jobs} threads");
    }
    // Every record to another place.
    let shuffled: Vec<String> =
        (0..lines.len()).map(|place| lines[place * 1_009 % lines.len()].clone()).collect();
    assert_ne!(shuffled, lines);
    let other = run(&shuffled, "2");
    assert_ne!(other.decisions, first.decisions);
    assert_eq!(sorted(&other.decisions), sorted(&first.decisions));
    assert_eq!(other.summary, first.summary);
}
