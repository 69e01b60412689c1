//! Whether the number of a new version says how much it changes.

use super::compare::Version;
use super::comparison::{Comparison, StepSummary};
use super::published::Checked;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::PolicyIdentity;
use crate::loader::{Loaded, Policy};

/// Compares each version that was loaded and is not published with the one before it, among those that lie
/// beside it or were loaded with it: what is found where its number has to rise further.
#[must_use]
pub fn steps_too_small(loaded: &Loaded, beside: &Loaded, checked: &Checked) -> Vec<Diagnostic> {
    let unpublished =
        loaded.policies.iter().filter(|policy| !is_published(&policy.checked.identity, checked));
    unpublished
        .filter_map(|new| {
            let all =
                loaded.policies.iter().map(|old| Version { policy: old, sources: &loaded.sources });
            let others =
                beside.policies.iter().map(|old| Version { policy: old, sources: &beside.sources });
            let before = all.chain(others).filter(|old| is_before(old.policy, new));
            let old = before.max_by_key(|old| &old.policy.checked.identity.version)?;
            asked(old, Version { policy: new, sources: &loaded.sources })
        })
        .collect()
}

fn is_before(old: &Policy, new: &Policy) -> bool {
    let (old, new) = (&old.checked.identity, &new.checked.identity);
    old.name == new.name && old.version < new.version
}

fn is_published(identity: &PolicyIdentity, checked: &Checked) -> bool {
    let mut locks = checked.locks.values();
    locks.any(|lock| lock.version(&identity.name, &identity.version).is_some())
}

fn asked(old: Version<'_>, new: Version<'_>) -> Option<Diagnostic> {
    let (before, after) = (&old.policy.checked.identity, &new.policy.checked.identity);
    let finding = |message: String| Diagnostic::new(Code::StepTooSmall, after.span, message);
    let step = match Comparison::of(old, new) {
        Ok(comparison) => comparison.step,
        Err(problem) => {
            return Some(finding(format!(
                "nobody can tell what changed from {} to {}: {problem}",
                before.version, after.version
            )));
        }
    };
    let StepSummary { needed, use_instead: Some(least), .. } = step else { return None };
    Some(
        finding(format!(
            "what changes from {} to {} asks for a {} step of the number",
            before.version,
            after.version,
            needed.word()
        ))
        .hint(format!("call it {least} or higher"))
        .hint(format!(
            "`duecare diff {} {}` says what changes",
            old.policy.path.display(),
            new.policy.path.display()
        )),
    )
}
