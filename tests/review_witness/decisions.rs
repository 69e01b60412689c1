//! Changes of what all rules come to.

use duecare::review::witness::{Wanted, Witness};

use super::{Of, find};
use crate::support::policy_with;

/// Three flags of 5, 10 and 20, and a decision with those lines.
fn decided(lines: &str) -> String {
    let flag = |name: &str, weight: u32, when: &str| {
        format!(
            "flag {name} \"F\" {{ cites s i severity weak weight {weight} because \"x\" when {when} }}\n"
        )
    };
    let flags = [flag("ten", 10, "flag"), flag("twenty", 20, "other_flag")].concat();
    let text = policy_with("n >= 5").replacen("decision {", &format!("{flags}decision {{"), 1);
    text.replacen("  review when any flag is hit\n", &format!("  {lines}\n"), 1)
}

fn levels(old: &str, new: &str, wanted: Wanted) -> Option<String> {
    let found: Witness = find(&decided(old), &decided(new), Of::Decision, wanted)?;
    Some(format!("{} -> {}", found.old.decision, found.new.decision))
}

#[test]
fn a_level_that_takes_more_shows_in_the_decision() {
    let (old, new) = ("review when score >= 5", "review when score >= 6");
    assert_eq!(levels(old, new, Wanted::OldTruer).as_deref(), Some("review -> clear"));
    assert_eq!(levels(old, new, Wanted::NewTruer), None);
}

#[test]
fn a_score_that_flags_only_reach_together_shows_with_these() {
    let (old, new) = ("review when score >= 31", "review when score >= 30");
    assert_eq!(levels(old, new, Wanted::NewTruer).as_deref(), Some("clear -> review"));
    assert_eq!(levels(old, new, Wanted::OldTruer), None);
    // No flags add up to something between 16 and 19.
    assert_eq!(levels("review when score >= 16", "review when score >= 20", Wanted::Any), None);
}

#[test]
fn a_level_by_the_number_of_flags_shows_with_so_many() {
    let (old, new) =
        ("review when at least 3 flags are hit", "review when at least 2 flags are hit");
    assert_eq!(levels(old, new, Wanted::NewTruer).as_deref(), Some("clear -> review"));
    assert_eq!(levels(old, new, Wanted::OldTruer), None);
}

#[test]
fn a_cap_shows_where_flags_would_add_up_to_more() {
    let (old, new) =
        ("review when score >= 30", "review when score >= 30\n  cap 25 for ten, twenty");
    assert_eq!(levels(old, new, Wanted::OldTruer).as_deref(), Some("review -> clear"));
    assert_eq!(levels(old, new, Wanted::NewTruer), None);
}

#[test]
fn what_must_be_known_shows_where_it_is_not() {
    let (old, new) = ("review when score >= 30", "must have spot\n  review when score >= 30");
    assert_eq!(levels(old, new, Wanted::NewTruer).as_deref(), Some("clear -> incomplete"));
    assert_eq!(levels(old, new, Wanted::OldTruer), None);
}

#[test]
fn a_heavier_flag_shows_in_the_decision() {
    let old = decided("review when score >= 12");
    let new = old.replacen("weight 10", "weight 12", 1);
    let found = find(&old, &new, Of::Decision, Wanted::NewTruer).expect("a difference");
    assert_eq!((found.old.decision.as_str(), found.new.decision.as_str()), ("clear", "review"));
    assert_eq!((found.old.score, found.new.score), ([10, 10], [12, 12]));
}
