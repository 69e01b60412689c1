//! Whether the number of a new version says how much it changes.

use std::collections::BTreeMap;

use super::compare::Version;
use super::comparison::{Comparison, StepSummary};
use super::published::Checked;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::PolicyIdentity;
use crate::loader::{Loaded, Policy};

/// Compares each version that is not published with the one before it among those that were loaded, and says
/// where its number has to rise further. What is found is added to what was found.
pub fn ask_for_steps(loaded: &mut Loaded, checked: &Checked) {
    let mut sink = loaded.take_findings();
    let mut versions: BTreeMap<&str, Vec<&Policy>> = BTreeMap::new();
    for policy in &loaded.policies {
        versions.entry(&policy.checked.identity.name).or_default().push(policy);
    }
    for of_one in versions.values_mut() {
        of_one.sort_by_key(|policy| &policy.checked.identity.version);
        for pair in of_one.windows(2) {
            if let [old, new] = pair
                && !is_published(&new.checked.identity, checked)
                && let Some(found) = asked(loaded, old, new)
            {
                sink.push(found);
            }
        }
    }
    loaded.put_findings(sink);
}

fn is_published(identity: &PolicyIdentity, checked: &Checked) -> bool {
    let mut locks = checked.locks.values();
    locks.any(|lock| lock.version(&identity.name, &identity.version).is_some())
}

fn asked(loaded: &Loaded, old: &Policy, new: &Policy) -> Option<Diagnostic> {
    let version = |policy| Version { policy, sources: &loaded.sources };
    let (before, after) = (&old.checked.identity, &new.checked.identity);
    let finding = |message: String| Diagnostic::new(Code::StepTooSmall, after.span, message);
    let step = match Comparison::of(version(old), version(new)) {
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
            old.path.display(),
            new.path.display()
        )),
    )
}
