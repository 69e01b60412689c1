//! Reports of runs: what they say, and that nothing in a roster can become markup.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::command::{Ran, duecare};
use crate::support::{read, root};

const ROSTER: &str = "policies/dprk-it-workers/examples/roster.jsonl";

fn report(roster: &Path, policies: &[&str], options: &[&str], ending: &str) -> (Ran, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("report.{ending}"));
    let mut arguments = vec!["eval", "--quiet", "--as-of", "2022-08-01"];
    for policy in policies {
        arguments.extend(["--policy", policy]);
    }
    arguments.extend(["--roster", roster.to_str().unwrap(), "--report", path.to_str().unwrap()]);
    arguments.extend(options);
    let ran = duecare(&arguments, b"");
    let text = std::fs::read_to_string(path).unwrap();
    (ran, text)
}

#[test]
fn the_report_of_the_bundled_roster_for_a_comment() {
    let (ran, text) = report(&root().join(ROSTER), &["policies/dprk-it-workers"], &[], "md");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let digest = text.lines().find(|line| line.contains("sha256:")).unwrap().to_owned();
    insta::assert_snapshot!(text.replace(&digest, "(the policy with its digest)"));
}

#[test]
fn a_page_says_what_was_run_found_and_left_out() {
    let policies = [
        "policies/dprk-it-workers",
        "policies/north-korea-prohibitions",
        "policies/engagement-risk",
    ];
    let (ran, text) = report(&root().join(ROSTER), &policies, &[], "html");
    assert_eq!(ran.code, 0, "{}", ran.err);
    for said in [
        "<strong>29</strong> records read",
        "<strong>29</strong> decided",
        "<strong>0</strong> refused",
        "By the most severe decision of each person under the 3 policies.",
        "review or moderate",
        "<bdi>C-1021</bdi> <span class=\"chip\">escalate</span>",
        "Several accounts or contractors behind one address",
        "What to collect next",
        "<bdi>C-1018, C-1021</bdi>",
        "<code>dprk_it_workers 1.0.0</code>",
        "2022-08-01 00:00:00 UTC",
        "sha256:",
    ] {
        assert!(text.contains(said), "{said}");
    }
    assert!(!text.contains("Records that were refused"));
    // It stands alone: no script, no picture, nothing from elsewhere.
    for absent in
        ["<script", "<img", "<link", "src=", "href=", "url(", "@import", "http:", "https:"]
    {
        assert!(!text.contains(absent), "{absent}");
    }
}

/// A roster whose texts try to be markup wherever a report shows texts of a roster.
fn hostile() -> Vec<u8> {
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{7*7}} {% raw %} ``code` | a | \
                @everyone #1 ![x](http://evil.example/) \u{202e}gnp \u{0} <!-- ]]> </details></table> www.evil.example";
    let mut rows: Vec<Value> =
        read(ROSTER).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    rows[17]["id"] = json!(format!("{evil} first"));
    rows[20]["id"] = json!(format!("{evil} second"));
    rows[5][evil] = json!(1);
    rows[6]["engaged_on"] = json!(evil);
    let mut lines: Vec<String> = rows.iter().map(Value::to_string).collect();
    lines.push(evil.to_owned());
    lines.push(json!({"id": evil, "engaged_on": evil}).to_string());
    lines.join("\n").into_bytes()
}

/// Every tag with its attributes, but for widths of bars.
fn tags(page: &str) -> BTreeSet<String> {
    let body = &page[page.find("<body>").unwrap()..];
    let tags = body.split('<').skip(1).map(|tag| tag.split('>').next().unwrap().to_owned());
    tags.map(|tag| match tag.split_once(" style=\"width:") {
        Some((before, width)) => {
            let is_width = |letter: char| letter.is_ascii_digit() || letter == '.';
            assert_eq!(width.trim_start_matches(is_width), "%\"", "{tag}");
            before.to_owned()
        }
        None => tag,
    })
    .collect()
}

#[test]
fn nothing_in_a_roster_becomes_markup() {
    let folder = tempfile::tempdir().unwrap();
    let roster = folder.path().join("<b>&roster.jsonl");
    std::fs::write(&roster, hostile()).unwrap();
    let template = include_str!("../src/report/page/run.html");
    let template =
        template.replace("{{ bar.settled_width }}", "1").replace("{{ bar.open_width }}", "1");
    let template = tags(&template);
    for options in [["--bad-values", "refuse"], ["--bad-values", "unknown"]] {
        let (ran, page) = report(&roster, &["policies/dprk-it-workers"], &options, "html");
        assert_eq!(ran.code, 1, "{}", ran.err);
        assert!(page.contains("&lt;script&gt;alert(1)"), "the texts are shown");
        assert!(page.contains("{{7*7}} {% raw %}"));
        assert!(page.contains("&lt;b&gt;&amp;roster.jsonl"));
        assert!(!page.contains('\u{202e}') && !page.contains('\u{0}'));
        let made = tags(&page);
        let foreign: Vec<&String> = made.difference(&template).collect();
        assert!(foreign.is_empty(), "{foreign:?}");
        // As many as in the template: none was opened or closed by a text.
        for pair in ["table", "tr", "td", "section", "bdi", "details"] {
            let opened = page.matches(&format!("<{pair}>")).count()
                + page.matches(&format!("<{pair} ")).count();
            assert_eq!(opened, page.matches(&format!("</{pair}>")).count(), "{pair}");
        }
    }
}

/// The text of a line outside its code, where markup would be read.
fn outside_code(line: &str) -> String {
    let mut outside = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        outside.push_str(&rest[..start]);
        let fence = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let inside = &rest[start + fence..];
        // A run of exactly as many marks closes it.
        let mut place = 0;
        let end = loop {
            let found = inside[place..].find('`').expect("the code is closed") + place;
            let run = inside[found..].len() - inside[found..].trim_start_matches('`').len();
            if run == fence {
                break found;
            }
            place = found + run;
        };
        rest = &inside[end + fence..];
    }
    outside + rest
}

#[test]
fn nothing_in_a_roster_becomes_markdown() {
    let folder = tempfile::tempdir().unwrap();
    let roster = folder.path().join("roster.jsonl");
    std::fs::write(&roster, hostile()).unwrap();
    let (_, text) = report(&roster, &["policies/dprk-it-workers"], &[], "md");
    assert!(text.contains("<script>alert(1)"), "the texts are shown, as code");
    for line in text.lines() {
        let outside = outside_code(line);
        for absent in ["<script", "<img", "evil", "alert", "everyone", "]("] {
            assert!(!outside.contains(absent), "{absent} in {outside}");
        }
        // No bar of a text cuts a cell of a table in two, not even one in code.
        if let Some(row) = line.strip_prefix("| ") {
            let bars = row.replace("\\|", "").matches('|').count();
            assert!((2..=5).contains(&bars), "{line}");
        }
    }
    assert!(text.chars().count() < 65_536, "there is room for it in a comment");
}

#[test]
fn a_report_needs_a_name_that_tells_its_form() {
    let ran = duecare(
        &[
            "eval",
            "--policy",
            "policies/dprk-it-workers",
            "--roster",
            ROSTER,
            "--report",
            "report.txt",
        ],
        b"",
    );
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("does not tell what report is asked for"), "{}", ran.err);
}
