//! Approvals: who agreed to exactly which text, signed with a key of their own.
//!
//! An approval is an in-toto statement in a DSSE envelope. `docs/publishing.md` has both to the byte.

mod approvers;
mod check;
mod envelope;
mod judge;
mod quorum;
mod statement;

pub use approvers::{APPROVERS_NAME, Approver, Approvers, ApproversProblem, Requirement, Revoked};
pub use check::{Examined, check};
pub use envelope::{Envelope, NotAnEnvelope, PAYLOAD_TYPE, key_id, pre_authentication};
pub use judge::{Found, Given, Refusal, entries, judge};
pub use quorum::{Missing, missing};
pub use statement::{
    Approval, ApprovedPolicy, DiffRead, PREDICATE_TYPE, PolicyVersion, STATEMENT_TYPE, Signer,
};

use std::path::{Path, PathBuf};

use crate::loader::Policy;

/// The folder beside a policy that has the approvals of its versions.
pub const APPROVALS_FOLDER: &str = "approvals";

/// How the files of envelopes end.
pub const ENVELOPE_ENDING: &str = ".dsse.json";

/// The folder with the approvals of a version.
#[must_use]
pub fn folder_of(policy: &Policy) -> PathBuf {
    let identity = &policy.checked.identity;
    let beside = policy.path.parent().unwrap_or(Path::new(""));
    beside.join(APPROVALS_FOLDER).join(format!("{}@{}", identity.name, identity.version))
}
