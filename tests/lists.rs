//! Lists from files: what is in them, how old they are, and what is no list.

use std::path::{Path, PathBuf};

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::{Cannot, Detail};
use duecare::loader::{Loaded, load};
use duecare::value::Instant;

use crate::support::{AS_OF, judge, level, outcome, policy_with, root, rule_of, with_record};

/// A policy that asks `condition` with a list `known` of the type, in a file of that name and content.
fn load_list(of: &str, rest: &str, name: &str, content: &[u8], condition: &str) -> Loaded {
    let text = policy_with(condition).replace(
        "decision {",
        &format!(
            "list known : {of} from \"lists/{name}\"{rest}\n  because \"a test\"\ndecision {{"
        ),
    );
    let path = root().join("policies/test/policy.due");
    let main = path.clone();
    let list = root().join("policies/test/lists").join(name);
    load(&[path], &mut |asked: &Path| {
        if asked == main {
            Ok(text.as_bytes().to_vec())
        } else if asked == list {
            Ok(content.to_vec())
        } else {
            std::fs::read(asked)
        }
    })
}

fn engine(loaded: Loaded, as_of: &str) -> Engine {
    let found: Vec<String> = loaded
        .diagnostics
        .iter()
        .map(|found| format!("{} {}", found.code, found.message))
        .collect();
    assert!(!loaded.has_errors(), "{found:?}");
    let policy = loaded.policies.into_iter().next().unwrap();
    Engine::new(policy, Instant::parse(as_of).unwrap(), Dispositions::default()).unwrap()
}

fn errors(loaded: &Loaded) -> Vec<(String, PathBuf, usize)> {
    let errors = loaded.diagnostics.iter();
    errors
        .map(|found| {
            let file = loaded.sources.file(found.span.file).unwrap();
            let line = file.position(found.span.start).line;
            (found.code.id().to_owned(), file.path().to_path_buf(), line)
        })
        .collect()
}

const NETWORKS: &[u8] =
    b"\xef\xbb\xbf# as of 2022-07-02\n# our gateways\nnetwork\n192.0.2.0/24\n\"198.51.100.0/24\"\n";

#[test]
fn an_address_is_looked_up_in_the_networks_of_a_file() {
    let loaded = load_list("network", " stale after 30 days", "n.csv", NETWORKS, "addr in known");
    let engine = engine(loaded, AS_OF);
    let of = |facts: &str| {
        let judgement = judge(&engine, &format!(r#"{{"id": "S-1"{facts}}}"#));
        outcome(&engine, &judgement, "tested")
    };
    assert_eq!(of(r#", "addr": "198.51.100.7""#), "hit");
    assert_eq!(of(r#", "addr": "203.0.113.7""#), "clear");
    assert_eq!(of(""), "unknown");
    with_record(&engine, r#"{"id": "S-1"}"#, |record| {
        let judgement = engine.judge(record, Detail::Full);
        let decision = serde_json::to_value(engine.decision(record, &judgement)).unwrap();
        assert_eq!(decision["lists"][0]["name"], "known");
        assert!(decision["lists"][0]["digest"].as_str().unwrap().starts_with("sha256:"));
    });
}

#[test]
fn a_text_file_has_one_value_on_each_line() {
    let content = b"# words\r\nabc\r\n\r\n  *xyz*  \r\n";
    let loaded = load_list("text", "", "words.txt", content, "t in known");
    let engine = engine(loaded, AS_OF);
    let of = |text: &str| {
        let judgement = judge(&engine, &format!(r#"{{"id": "S-1", "t": "{text}"}}"#));
        outcome(&engine, &judgement, "tested")
    };
    assert_eq!([of("ABC"), of("a xyz b"), of("ab")], ["hit", "hit", "clear"]);
}

#[test]
fn the_column_called_value_is_the_one() {
    let content = b"name,value\nOne,KP\nTwo,CA\n";
    let engine = engine(load_list("country", "", "c.csv", content, "land in known"), AS_OF);
    let judgement = judge(&engine, r#"{"id": "S-1", "land": "KP"}"#);
    assert_eq!(outcome(&engine, &judgement, "tested"), "hit");
}

#[test]
fn a_stale_list_tells_nothing() {
    let at = |as_of: &str| {
        engine(
            load_list("network", " stale after 30 days", "n.csv", NETWORKS, "addr in known"),
            as_of,
        )
    };
    let known = r#"{"id": "S-1", "addr": "203.0.113.7"}"#;
    // 30 days after 2022-07-02 is 2022-08-01, which still counts.
    let fresh = at("2022-08-01T23:59:59Z");
    assert_eq!(outcome(&fresh, &judge(&fresh, known), "tested"), "clear");
    let stale = at("2022-08-02T00:00:00Z");
    let judgement = judge(&stale, known);
    assert_eq!(outcome(&stale, &judgement, "tested"), "unknown");
    assert_eq!(level(&stale, &judgement), "incomplete");
    let needs = &rule_of(&stale, &judgement, "tested").needs;
    assert_eq!(stale.path(&needs[0].steps), "addr");
    assert_eq!(needs[0].cannot, Some(Cannot::Stale));
    // Neither is what is in it known to be in it still.
    let inside = judge(&stale, r#"{"id": "S-1", "addr": "192.0.2.7"}"#);
    assert_eq!(outcome(&stale, &inside, "tested"), "unknown");
}

#[test]
fn a_list_that_cannot_be_read_is_an_error_and_never_no_match() {
    let refused =
        |of: &str, rest: &str, name: &str, content: &[u8], expected: &[(&str, &str, usize)]| {
            let condition = if of == "network" { "addr in known" } else { "t in known" };
            let loaded = load_list(of, rest, name, content, condition);
            let found = errors(&loaded);
            let found: Vec<(&str, &str, usize)> = found
                .iter()
                .map(|(code, path, line)| {
                    (code.as_str(), path.file_name().unwrap().to_str().unwrap(), *line)
                })
                .collect();
            assert_eq!(found, expected);
            assert!(loaded.policies.is_empty());
        };
    let line_of_list = 15;
    let in_policy = |code: &'static str| [(code, "policy.due", line_of_list)];
    refused("text", "", "empty.txt", b"# nothing\n\n", &in_policy("DC0112"));
    refused("text", "", "empty.csv", b"value\n", &in_policy("DC0112"));
    refused("text", "", "latin.txt", b"caf\xe9\n", &in_policy("DC0108"));
    refused("network", " stale after 30 days", "n.txt", b"192.0.2.0/24\n", &in_policy("DC0113"));
    let bad = b"# as of 2022-07-01\n192.0.2.0/24\n192.0.2.0/99\nnowhere\n";
    refused("network", "", "bad.txt", bad, &[("DC0107", "bad.txt", 3), ("DC0107", "bad.txt", 4)]);
    refused("text", "", "two.csv", b"a,b\n1,2\n", &[("DC0107", "two.csv", 1)]);
    refused("text", "", "ragged.csv", b"value,b\n1,2\n1\n", &[("DC0107", "ragged.csv", 3)]);
    refused("text", "", "dated.txt", b"# as of July\nabc\n", &[("DC0107", "dated.txt", 1)]);
    let many = format!("value\n{}", "oops\n".repeat(50));
    let loaded = load_list("network", "", "many.csv", many.as_bytes(), "addr in known");
    assert_eq!(loaded.diagnostics.len(), 21);
    // A file that is not there.
    let loaded = load_list("text", "", "there.txt", b"abc\n", "t in known");
    assert!(!loaded.has_errors());
    let text = policy_with("t in known").replace(
        "decision {",
        "list known : text from \"lists/nowhere.txt\" because \"x\"\ndecision {",
    );
    let missing = crate::support::load_text(&text);
    assert_eq!(errors(&missing)[0].0, "DC0108");
}
