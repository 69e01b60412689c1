//! Which version of a policy is used, and which folders hold no policy.

use std::path::Path;

use crate::support::command::{Ran, duecare_in};

/// A folder with a version for each range of days.
fn folder(versions: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let subject = crate::support::read("tests/fixtures/subject.due");
    std::fs::write(folder.path().join("subject.due.txt"), subject).unwrap();
    for (version, effective) in versions {
        let text = crate::support::policy_with("flag")
            .replace("policy test 1.0.0", &format!("policy test {version}"))
            .replace(
                "status draft effective 2022-01-01",
                &format!("status stable effective {effective}"),
            )
            .replace("../../tests/fixtures/subject.due", "../subject.due");
        std::fs::create_dir_all(folder.path().join("test")).unwrap();
        std::fs::write(folder.path().join(format!("test/{version}.due")), text).unwrap();
    }
    std::fs::rename(folder.path().join("subject.due.txt"), folder.path().join("subject.due"))
        .unwrap();
    folder
}

fn eval(folder: &Path, policy: &str, as_of: &str) -> Ran {
    let arguments =
        ["eval", "--policies", ".", "--policy", policy, "--roster", "-", "--as-of", as_of];
    duecare_in(folder, &arguments, &mut |pipe| {
        // A policy that cannot be used is told before the roster is read.
        let _ = pipe.write_all(b"{\"id\": \"S-1\", \"flag\": true}\n");
    })
}

fn version_used(ran: &Ran) -> String {
    assert!(ran.code <= 1, "{}", ran.err);
    let decision: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    decision["policy"]["version"].as_str().unwrap().to_owned()
}

#[test]
fn the_version_in_force_on_the_day_is_used() {
    let folder = folder(&[
        ("1.0.0", "2022-01-01 until 2022-06-01"),
        ("2.0.0", "2022-06-01 until 2023-01-01"),
    ]);
    let used = |as_of: &str| version_used(&eval(folder.path(), "test", as_of));
    assert_eq!(used("2022-01-01T00:00:00Z"), "1.0.0");
    assert_eq!(used("2022-05-31T23:59:59Z"), "1.0.0");
    assert_eq!(used("2022-06-01T00:00:00Z"), "2.0.0");
    assert_eq!(used("2022-12-31"), "2.0.0");
    for outside in ["2021-12-31", "2023-01-01"] {
        let ran = eval(folder.path(), "test", outside);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("no version is in force"), "{}", ran.err);
        assert!(ran.err.contains("1.0.0") && ran.err.contains("2.0.0"), "{}", ran.err);
    }
    // One version that is named is used on any day, with a warning.
    let named = eval(folder.path(), "test@1.0.0", "2022-12-31");
    assert_eq!(version_used(&named), "1.0.0");
    assert!(named.err.contains("not on 2022-12-31"), "{}", named.err);
    let missing = eval(folder.path(), "test@3.0.0", "2022-12-31");
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("1.0.0, 2.0.0"), "{}", missing.err);
}

#[test]
fn versions_that_overlap_or_leave_a_hole_or_do_not_belong_together_are_refused() {
    let refused = |versions: &[(&str, &str)], code: &str| {
        let folder = folder(versions);
        let ran = eval(folder.path(), "test", "2022-03-01");
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains(code), "{}", ran.err);
        assert!(ran.err.contains("1.0.0") && ran.err.contains("2.0.0"), "{}", ran.err);
    };
    refused(&[("1.0.0", "2022-01-01"), ("2.0.0", "2022-06-01")], "DC0501");
    refused(&[("1.0.0", "2022-01-01 until 2022-07-01"), ("2.0.0", "2022-06-01")], "DC0501");
    refused(&[("1.0.0", "2022-01-01 until 2022-05-01"), ("2.0.0", "2022-06-01")], "DC0506");
    let folder = folder(&[("1.0.0", "2022-01-01 until 2022-06-01"), ("2.0.0", "2022-06-01")]);
    let second = folder.path().join("test/2.0.0.due");
    let text = std::fs::read_to_string(&second).unwrap();
    std::fs::write(&second, text.replace("policy test 2", "policy other 2")).unwrap();
    let ran = eval(folder.path(), "test", "2022-03-01");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("DC0506"), "{}", ran.err);
}

#[test]
fn a_file_with_rules_and_without_a_policy_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let rule = "flag lone \"L\" { severity weak when flag }\n";
    std::fs::write(folder.path().join("lone.due"), rule).unwrap();
    let ran = duecare_in(folder.path(), &["check", "lone.due"], &mut |_| {});
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("DC0111"), "{}", ran.err);
}
