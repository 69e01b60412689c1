//! Whether policies are approved as they stand, as findings.

use std::path::PathBuf;

use super::judge::Found;
use super::quorum::Missing;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::loader::{Loaded, Policy};

/// What was found of the approvals of a version.
#[derive(Clone, Debug)]
pub struct Examined {
    /// The file of the version.
    pub policy: PathBuf,
    /// What lies among its approvals.
    pub found: Vec<Found>,
    /// Which roles are missing; or why that cannot be told.
    pub missing: Result<Vec<Missing>, String>,
}

/// Adds to what was found which versions are not approved, and which approvals do not count.
pub fn check(loaded: &mut Loaded, examined: &[Examined]) {
    let mut sink = Sink::default();
    for found in loaded.diagnostics.drain(..) {
        sink.push(found);
    }
    for one in examined {
        let Some(policy) = loaded.policies.iter().find(|policy| policy.path == one.policy) else {
            continue;
        };
        for found in &one.found {
            if let Err(refusal) = &found.verdict {
                let message = format!("`{}` does not count: {refusal}", found.path.display());
                let span = policy.checked.identity.span;
                sink.push(Diagnostic::new(Code::ApprovalRefused, span, message));
            }
        }
        match &one.missing {
            Ok(missing) if missing.is_empty() => {}
            Ok(missing) => sink.push(not_approved(policy, missing)),
            Err(why) => sink.push(Diagnostic::new(
                Code::ApproversUnusable,
                policy.checked.identity.span,
                format!("whether it is approved cannot be told: {why}"),
            )),
        }
    }
    if sink.has_errors() {
        loaded.policies.clear();
    }
    loaded.diagnostics = sink.into_sorted();
}

fn not_approved(policy: &Policy, missing: &[Missing]) -> Diagnostic {
    let identity = &policy.checked.identity;
    let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
    let message = format!(
        "`{}` {} is not approved as it stands: {}",
        identity.name,
        identity.version,
        missing.join("; ")
    );
    Diagnostic::new(Code::NotApproved, identity.span, message).hint(format!(
        "who is missing approves with `duecare approve {} --as \"NAME, ROLE\" --key FILE`",
        policy.path.display()
    ))
}
