//! Changes of controls: when they are done, failed, run out, and asked for.

use duecare::review::witness::{Wanted, Witness};

use super::{Of, find};
use crate::support::policy_with;

/// A policy with a control of those clauses.
fn with(clauses: &str) -> String {
    let control = format!("control checked \"C\" {{\n  cites s i\n  {clauses}\n}}\n");
    policy_with("n >= 5").replacen("decision {", &format!("{control}decision {{"), 1)
}

fn outcomes(old: &str, new: &str, wanted: Wanted) -> Option<(&'static str, &'static str)> {
    let found: Witness = find(&with(old), &with(new), Of::Rule("checked"), wanted)?;
    found.old.outcome.zip(found.new.outcome)
}

#[test]
fn what_was_enough_is_enough_no_longer() {
    let (old, new) =
        ("met when exists items where (good)", "met when count of items where (good) >= 2");
    assert_eq!(outcomes(old, new, Wanted::OldTruer), Some(("met", "unmet")));
    assert_eq!(outcomes(old, new, Wanted::NewTruer), None);
    assert_eq!(outcomes(new, old, Wanted::NewTruer), Some(("unmet", "met")));
}

#[test]
fn what_failed_before_is_met() {
    let (old, new) = ("met when flag\n  failed when other_flag", "met when flag");
    assert_eq!(outcomes(old, new, Wanted::NewTruer), Some(("failed", "met")));
}

#[test]
fn what_lasts_shorter_has_run_out() {
    let control = |lasts: &str| {
        format!(
            "met when exists items where (good)\n  dated greatest of items.day where (good)\n  lasts {lasts}"
        )
    };
    let (old, new) = (control("12 months"), control("6 months"));
    assert_eq!(outcomes(&old, &new, Wanted::OldTruer), Some(("met", "expired")));
    assert_eq!(outcomes(&old, &new, Wanted::NewTruer), None);
}

#[test]
fn what_is_asked_for_by_fewer_is_not_required() {
    let (old, new) =
        ("met when flag\n  required when n >= 3", "met when flag\n  required when n >= 5");
    assert_eq!(outcomes(old, new, Wanted::OldTruer), Some(("unmet", "not_required")));
    assert_eq!(outcomes(old, new, Wanted::NewTruer), None);
}

#[test]
fn what_answers_a_further_flag_is_asked_for_by_it() {
    let (old, new) =
        ("met when flag\n  required when n >= 9", "met when flag\n  answers tested at any time");
    assert_eq!(outcomes(old, new, Wanted::NewTruer), Some(("not_required", "unmet")));
}
