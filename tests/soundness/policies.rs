//! Generated policies: flags, prohibitions, controls, exceptions, levels.

use proptest::prelude::*;
use proptest::sample::select;

use super::conditions::condition;

const HEAD: &str = r#"policy test 1.0.0 {
  title "Test" owner "Test" status draft effective 2022-01-01 applies to subject
  use "../../tests/fixtures/subject.due"
}
source s {
  title "S" issued 2021-01-01
  item i "I"
}
"#;

/// A whole policy.
pub(crate) fn policy() -> BoxedStrategy<String> {
    let flags = prop::collection::vec(flag_parts(), 2..4);
    let prohibition = prop::option::of(condition());
    let control = prop::option::of(control_parts());
    let exception = prop::option::of(condition());
    (flags, prohibition, control, exception, decision_parts())
        .prop_map(|(flags, prohibition, control, exception, decision)| {
            let mut text = HEAD.to_owned();
            for (place, flag) in flags.iter().enumerate() {
                text.push_str(&flag_text(place, flag));
            }
            if let Some(when) = prohibition {
                text.extend([format!("prohibition forbidden \"P\" {{ cites s i when {when} }}\n")]);
            }
            if let Some(control) = control {
                text.push_str(&control);
            }
            if let Some(when) = exception {
                text.extend([format!(
                    "exception relief \"E\" {{ excepts flag_0 when {when} because \"x\" approved by \"x\" from 2022-01-01 }}\n"
                )]);
            }
            text.push_str(&decision);
            text
        })
        .boxed()
}

#[derive(Clone, Debug)]
struct Flag {
    when: String,
    applies: Option<String>,
    raised: Option<String>,
    severity: &'static str,
}

fn flag_parts() -> BoxedStrategy<Flag> {
    let severity = select(vec!["weak", "moderate", "strong"]);
    (
        condition(),
        prop::option::weighted(0.3, condition()),
        prop::option::weighted(0.3, condition()),
        severity,
    )
        .prop_map(|(when, applies, raised, severity)| Flag { when, applies, raised, severity })
        .boxed()
}

fn flag_text(place: usize, flag: &Flag) -> String {
    let applies = flag
        .applies
        .as_ref()
        .map(|applies| format!("applies when {applies}\n  "))
        .unwrap_or_default();
    let raised = flag
        .raised
        .as_ref()
        .map(|raised| format!("raised to strong weight 40 when {raised}\n  "))
        .unwrap_or_default();
    format!(
        "flag flag_{place} \"F\" {{\n  cites s i\n  severity {}\n  {applies}{raised}when {}\n}}\n",
        flag.severity, flag.when
    )
}

fn control_parts() -> BoxedStrategy<String> {
    let lasts = select(vec![
        "",
        "lasts 6 months",
        "lasts 30 days",
        "lasts 1 year lasts 20 days when (flag)",
    ]);
    let answers = select(vec![
        "answers flag_0 reducing each to 1",
        "answers flag_0, flag_1 reducing each to 3",
        "answers flag_0 reducing each to 1 at any time",
        "answers flag_1",
    ]);
    let required = prop::option::of(prop_oneof![
        Just("any flag is hit".to_owned()),
        Just("any strong flag is hit or flag_1".to_owned()),
        condition(),
    ]);
    let failed = prop::option::weighted(0.4, condition());
    (condition(), failed, lasts, answers, required)
        .prop_map(|(met, failed, lasts, answers, required)| {
            let failed = failed.map(|failed| format!("failed when {failed}\n  ")).unwrap_or_default();
            let required = required.map(|required| format!("required when {required}\n")).unwrap_or_default();
            format!(
                "control checked \"C\" {{\n  cites s i\n  met when {met}\n  {failed}dated greatest of items.day where (good)\n  {lasts}\n  {answers}\n  {required}}}\n"
            )
        })
        .boxed()
}

fn decision_parts() -> BoxedStrategy<String> {
    let escalate = select(vec![
        "score >= 45",
        "score >= 60 or at least 2 strong flags are hit",
        "flag_0 and flag_1",
        "at least 2 flags are hit",
    ]);
    let review = select(vec![
        "score >= 15",
        "any flag is hit",
        "score >= 25 and not flag_1",
        "flag_0 is clear and flag_1",
        "any flag is excepted",
        "flag_0 is excepted or flag_1",
    ]);
    let must_have =
        select(vec!["", "must have items", "must have items, spot", "must have maybe_spot"]);
    let cap = select(vec!["", "cap 20 for flag_0, flag_1"]);
    (escalate, review, must_have, cap)
        .prop_map(|(escalate, review, must_have, cap)| {
            format!(
                "decision {{\n  levels clear < incomplete < review < escalate < block\n  {must_have}\n  weights weak 5, moderate 15, strong 30 because \"x\"\n  {cap}\n  block when any prohibition is hit\n  escalate when {escalate}\n  review when {review}\n  unsettled incomplete\n}}\n"
            )
        })
        .boxed()
}
