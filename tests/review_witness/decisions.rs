//! Changes of what all rules come to.

use duecare::review::witness::Wanted;

use super::{Of, find};
use crate::support::policy_with;

#[test]
fn a_level_that_takes_more_shows_in_the_decision() {
    let text = policy_with("n >= 5");
    let level = |when: &str| text.replacen("review when any flag is hit", when, 1);
    let (old, new) = (level("review when score >= 5"), level("review when score >= 6"));
    let found = find(&old, &new, Of::Decision, Wanted::OldTruer).expect("a difference");
    assert_eq!((found.old.decision.as_str(), found.new.decision.as_str()), ("review", "clear"));
    assert!(find(&old, &new, Of::Decision, Wanted::NewTruer).is_none());
}
