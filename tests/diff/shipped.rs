//! The steps of the shipped policy, as somebody has to read them who approves them.

use crate::support::command::duecare;

fn diff(old: &str, new: &str) -> String {
    let (old, new) = (format!("dprk-it-workers@{old}"), format!("dprk-it-workers@{new}"));
    let ran = duecare(&["diff", &old, &new, "--format", "md"], b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let digest = |line: &str| line.contains("`sha256:");
    let lines: Vec<&str> = ran.out.lines().filter(|line| !digest(line)).collect();
    lines.join("\n")
}

#[test]
fn from_1_0_0_to_2_0_0() {
    insta::assert_snapshot!(diff("1.0.0", "2.0.0"));
}

#[test]
fn from_2_0_0_to_3_0_0() {
    insta::assert_snapshot!(diff("2.0.0", "3.0.0"));
}

#[test]
fn from_3_0_0_to_4_0_0() {
    insta::assert_snapshot!(diff("3.0.0", "4.0.0"));
}

#[test]
fn from_4_0_0_to_5_0_0() {
    insta::assert_snapshot!(diff("4.0.0", "5.0.0"));
}
