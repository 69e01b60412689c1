//! Who approved a policy, as its decisions name them.

use std::fmt;

use super::approvers::{Approvers, MalformedApprovers};
use super::quorum::{Standing, standing};
use super::signed::{Signed, Unusable};
use crate::decision::ApprovalEntry;
use crate::loader::{ApprovalText, Approvals, Policy};
use crate::source::Sources;

/// Why approvals that were kept do not hold again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CannotJudge {
    /// It cannot be told who might approve.
    Approvers(MalformedApprovers),
    /// An approval cannot be relied on.
    Approval(Unusable),
    /// One that is there does not count.
    Idle(String),
}

impl fmt::Display for CannotJudge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Approvers(problem) => write!(f, "what says who may approve: {problem}"),
            Self::Approval(problem) => write!(f, "an approval: {problem}"),
            Self::Idle(reasons) => f.write_str(reasons),
        }
    }
}

impl std::error::Error for CannotJudge {}

/// Names in a policy who approved it. `approvers` is the text that says who may, if there is one.
pub(super) fn record(policy: &mut Policy, standing: &Standing, approvers: Option<&ApprovalText>) {
    let signed = standing
        .holds
        .iter()
        .map(|signed| ApprovalText { path: signed.path.clone(), text: signed.text.clone() });
    policy.approvals = Approvals {
        entries: standing.holds.iter().map(entry).collect(),
        texts: approvers
            .filter(|_| !standing.holds.is_empty())
            .cloned()
            .into_iter()
            .chain(signed)
            .collect(),
        lacks: Some(if standing.is_approved() { Vec::new() } else { standing.reasons() }),
    };
}

/// Names in a policy who approved it, from the texts that were kept when they did.
///
/// # Errors
/// If one of them no longer holds.
pub fn judge_again(
    policy: &mut Policy,
    sources: &Sources,
    texts: &[ApprovalText],
) -> Result<(), CannotJudge> {
    let Some((said_in, approvals)) = texts.split_first() else { return Ok(()) };
    let approvers = Approvers::parse(said_in.text.as_bytes()).map_err(CannotJudge::Approvers)?;
    let read = |one: &ApprovalText| Signed::read(&one.path, &one.text, &approvers);
    let signed: Vec<Signed> =
        approvals.iter().map(read).collect::<Result<_, _>>().map_err(CannotJudge::Approval)?;
    let standing = standing(policy, sources, &approvers, &signed);
    if standing.holds.len() != signed.len() {
        return Err(CannotJudge::Idle(standing.reasons().join("; ")));
    }
    record(policy, &standing, Some(said_in));
    Ok(())
}

/// An approval as decisions name it.
fn entry(signed: &Signed) -> ApprovalEntry {
    ApprovalEntry {
        by: signed.statement.by.clone(),
        role: signed.statement.role.clone(),
        key: signed.statement.key.to_string(),
        at: signed.statement.at.to_string(),
        digest: signed.digest(),
    }
}
