//! Changes of whole flags: to whom they apply, how heavy they are, who is relieved.

use duecare::review::witness::Wanted;

use super::{Of, find};
use crate::support::policy_with;

/// The flag `tested` with more clauses.
fn with(clauses: &str, when: &str) -> String {
    policy_with(when).replacen("  severity weak\n", &format!("  severity weak\n  {clauses}\n"), 1)
}

fn tested(old: &str, new: &str, wanted: Wanted) -> Option<super::Witness> {
    find(old, new, Of::Rule("tested"), wanted)
}

#[test]
fn who_is_left_out_no_longer_is_hit() {
    let (old, new) = (with("applies when other_flag", "n >= 5"), policy_with("n >= 5"));
    let found = tested(&old, &new, Wanted::NewTruer).expect("a difference");
    assert_eq!((found.old.outcome, found.new.outcome), (Some("not_applicable"), Some("hit")));
    let found = tested(&new, &old, Wanted::OldTruer).expect("a difference");
    assert_eq!((found.old.outcome, found.new.outcome), (Some("hit"), Some("not_applicable")));
}

#[test]
fn a_rule_of_one_version_shows_in_that_one() {
    let new = policy_with("n >= 5");
    let old = new.replacen("flag tested", "flag another", 1);
    let found = tested(&old, &new, Wanted::NewTruer).expect("a difference");
    assert_eq!((found.old.outcome, found.new.outcome), (None, Some("hit")));
    assert!(tested(&old, &new, Wanted::OldTruer).is_none(), "the old version has no such rule");
}

#[test]
fn a_heavier_hit_is_a_hit_in_both() {
    let old = policy_with("n >= 5");
    let new = old.replacen("weight 5", "weight 7", 1);
    let found = tested(&old, &new, Wanted::NewTruer).expect("a difference");
    assert_eq!((found.old.outcome, found.new.outcome), (Some("hit"), Some("hit")));
    assert_eq!((found.old.weight, found.new.weight), (Some(5), Some(7)));
    assert_eq!((found.old.score, found.new.score), ([5, 5], [7, 7]));
    assert!(tested(&old, &new, Wanted::OldTruer).is_none());
}

#[test]
fn a_stronger_form_shows_where_it_holds() {
    let old = policy_with("n >= 5");
    let new = old.replacen(
        "  when n >= 5\n",
        "  raised to strong weight 40 when flag\n  when n >= 5\n",
        1,
    );
    let found = tested(&old, &new, Wanted::NewTruer).expect("a difference");
    assert_eq!((found.old.severity, found.new.severity), (Some("weak"), Some("strong")));
    assert_eq!((found.old.weight, found.new.weight), (Some(5), Some(40)));
    assert_eq!(found.record["flag"], serde_json::json!(true));
}

#[test]
fn an_exception_lets_somebody_go() {
    let old = policy_with("n >= 5");
    let exception = "exception relief \"E\" { excepts tested when land is US because \"x\" approved by \"x\" from 2022-01-01 }\n";
    let new = format!("{old}{exception}");
    let found = tested(&old, &new, Wanted::OldTruer).expect("a difference");
    assert_eq!((found.old.outcome, found.new.outcome), (Some("hit"), Some("excepted")));
    assert_eq!(found.record["land"], serde_json::json!("US"));
    assert!(tested(&old, &new, Wanted::NewTruer).is_none());
    let wider = new.replacen("land is US", "land in [US, CA]", 1);
    let found = tested(&new, &wider, Wanted::OldTruer).expect("a difference");
    assert_eq!(found.record["land"], serde_json::json!("CA"));
}

#[test]
fn a_rule_that_asks_about_another_follows_it() {
    let with_first = |first: &str| {
        policy_with("first and n >= 5").replacen(
            "flag tested",
            &format!(
                "flag first \"F\" {{ cites s i severity weak weight 1 because \"x\" when {first} }}\nflag tested"
            ),
            1,
        )
    };
    let (old, new) = (with_first("flag and other_flag"), with_first("flag"));
    let found = tested(&old, &new, Wanted::NewTruer).expect("a difference");
    assert_eq!((found.old.outcome, found.new.outcome), (Some("clear"), Some("hit")));
    assert!(tested(&old, &new, Wanted::OldTruer).is_none());
}
