//! `duecare test`: examples that pass, examples that do not, and files that are no examples.

use crate::support::command::{Ran, duecare_in};

/// A folder with versions of a policy, given with their conditions and dates, and a file of examples.
fn run_with(versions: &[(&str, &str, &str)], examples: &str, options: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("test/examples")).unwrap();
    for (version, condition, dates) in versions {
        let policy = crate::support::policy_with(condition)
            .replace(
                "status draft effective 2022-01-01",
                &format!("status stable effective {dates}"),
            )
            .replace("test 1.0.0", &format!("test {version}"))
            .replace("../../tests/fixtures/subject.due", "../subject.due");
        std::fs::write(folder.path().join(format!("test/{version}.due")), policy).unwrap();
    }
    let subject = crate::support::read("tests/fixtures/subject.due");
    std::fs::write(folder.path().join("subject.due"), subject).unwrap();
    std::fs::write(folder.path().join("test/examples/n.yaml"), examples).unwrap();
    duecare_in(folder.path(), &[&["test", "test"], options].concat(), &mut |_| {})
}

fn run(examples: &str, options: &[&str]) -> Ran {
    run_with(&[("1.0.0", "n > 3", "2022-01-01")], examples, options)
}

const PASSING: &str = r#"
examples:
  - name: above the limit
    as_of: 2022-08-01T00:00:00Z
    record: {id: S-1, n: 4}
    expect: {rules: {tested: hit}, decision: review, settled: true, counted: {tested: "5"}, actions: []}
  - name: two of them
    as_of: 2022-08-01T00:00:00Z
    version: 1.0.0
    roster:
      - record: {id: S-1, n: 3}
        expect: {rules: {tested: clear}}
      - record: {id: S-2}
        expect: {rules: {tested: unknown}, needs: {tested: [n]}, settled: false}
"#;

#[test]
fn examples_that_come_out_as_written_pass() {
    let ran = run(PASSING, &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("2 examples in 1 file: all passed"), "{}", ran.err);
}

#[test]
fn an_example_runs_with_every_version_of_its_range() {
    let versions = [
        ("1.0.0", "n > 3", "2022-01-01 until 2022-06-01"),
        ("2.0.0", "n > 4", "2022-06-01 until 2022-12-01"),
        ("3.0.0", "n > 5", "2022-12-01"),
    ];
    let examples = |range: &str, own: &str| {
        format!(
            "{range}\nexamples:\n  - name: five\n    as_of: 2022-08-01T00:00:00Z\n    {own}\n    \
             record: {{id: S-1, n: 5}}\n    expect: {{rules: {{tested: hit}}}}\n"
        )
    };
    let ran = run_with(&versions, &examples("versions: '<3.0.0'", ""), &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("2 examples in 1 file: all passed"), "{}", ran.err);
    let ran = run_with(&versions, &examples("", "versions: '>=1.0.0'"), &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("five (version 3.0.0)"), "{}", ran.err);
    assert!(ran.err.contains("3 examples in 1 file: 1 failed"), "{}", ran.err);
    // What the example says itself holds, and not what its file says.
    let ran = run_with(&versions, &examples("versions: '>=3.0.0'", "version: 2.0.0"), &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = run_with(&versions, &examples("versions: '>=4.0.0'", ""), &[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("there is no version >=4.0.0"), "{}", ran.err);
}

#[test]
fn a_failure_shows_what_was_expected_what_was_found_and_why() {
    let ran = run(&PASSING.replace("tested: clear", "tested: hit"), &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("S-1: tested: expected hit, found clear"), "{}", ran.err);
    assert!(ran.err.contains("n is 3"), "{}", ran.err);
    assert!(ran.err.contains("2 examples in 1 file: 1 failed"), "{}", ran.err);
}

#[test]
fn results_are_written_for_machines() {
    let failing = PASSING.replace("[n]", "[m]");
    let json = run(&failing, &["--format", "json"]);
    assert_eq!(json.code, 1);
    let results: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(results["format"], "duecare.test/1");
    assert_eq!((&results["examples"], &results["failed"]), (&2.into(), &1.into()));
    let failure = &results["files"][0]["cases"][1]["failures"][0];
    assert_eq!(failure["what"], "needs of tested");
    assert_eq!((&failure["expected"], &failure["found"]), (&"m".into(), &"n".into()));
    let junit = run(&failing, &["--format", "junit"]);
    assert_eq!(junit.code, 1);
    assert!(junit.out.contains(r#"tests="2""#) && junit.out.contains(r#"failures="1""#));
    assert!(junit.out.contains("needs of tested: expected m, found n"), "{}", junit.out);
    let filtered = run(&failing, &["--filter", "above"]);
    assert_eq!(filtered.code, 0, "{}", filtered.err);
}

#[test]
fn what_is_no_example_is_an_error() {
    let refused = |from: &str, to: &str, words: &str| {
        assert!(PASSING.contains(from));
        let ran = run(&PASSING.replace(from, to), &[]);
        assert_eq!(ran.code, 3, "{}", ran.err);
        assert!(ran.err.contains(words), "no `{words}` in {}", ran.err);
    };
    refused("rules: {tested: hit}", "rule: {tested: hit}", "rule");
    refused("2022-08-01T00:00:00Z", "soon", "as_of");
    refused("2022-08-01T00:00:00Z", "2021-08-01T00:00:00Z", "no version is in force");
    refused("version: 1.0.0", "version: 9.0.0", "9.0.0");
    refused("expect: {rules: {tested: clear}}", "expect: {}\n        x: 1", "x");
    refused(PASSING, "examples: []", "no example");
    // A rule or field that does not exist is a failure of its example.
    let misspelt = run(&PASSING.replace("tested: clear", "tseted: clear"), &[]);
    assert_eq!(misspelt.code, 1);
    assert!(misspelt.err.contains("no such rule"), "{}", misspelt.err);
    let field = run(&PASSING.replace("n: 3", "nn: 3"), &[]);
    assert_eq!(field.code, 1);
    assert!(field.err.contains("no such field: nn"), "{}", field.err);
}

#[test]
fn coverage_names_the_outcomes_that_no_example_has_shown() {
    let ran = run(PASSING, &["--format", "json", "--min-coverage", "100"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let results: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let coverage = &results["coverage"][0];
    assert_eq!(coverage["missing"], serde_json::json!([]));
    assert_eq!(coverage["seen"], coverage["possible"]);
    let impossible = coverage["impossible"].as_array().unwrap();
    assert_eq!(impossible[0]["condition"], "any prohibition is hit");
    assert_eq!(impossible[0]["outcomes"], serde_json::json!(["true", "unknown"]));

    let lacking = run(PASSING, &["--min-coverage", "100", "--filter", "above"]);
    assert_eq!(lacking.code, 1);
    assert!(lacking.err.contains("less than 100 %"), "{}", lacking.err);
    let junit = ["--format", "junit", "--min-coverage", "100", "--filter", "above"];
    let lacking = run(PASSING, &junit);
    assert_eq!(lacking.code, 1);
    assert!(lacking.out.contains("coverage of test 1.0.0"), "{}", lacking.out);
    assert!(lacking.out.contains("never false, unknown"), "{}", lacking.out);
    assert!(lacking.out.contains("tested (1 of 3 outcomes shown)"), "{}", lacking.out);
    let first_only = run(PASSING, &["--format", "json", "--coverage", "--filter", "above"]);
    assert_eq!(first_only.code, 0, "{}", first_only.err);
    let results: serde_json::Value = serde_json::from_str(&first_only.out).unwrap();
    let missing = results["coverage"][0]["missing"].as_array().unwrap();
    let tested = missing.iter().find(|missing| missing["rule"] == "tested").unwrap();
    assert_eq!(tested["condition"], "n > 3");
    assert_eq!(tested["outcomes"], serde_json::json!(["false", "unknown"]));
}
