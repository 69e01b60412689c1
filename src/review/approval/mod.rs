//! Approvals: signed statements that somebody has read a version of a policy and agrees to it, as it stands.
//!
//! `docs/publishing.md` has their form to the byte.

mod approvers;
mod check;
mod dsse;
mod judge;
mod key;
mod quorum;
mod record;
mod sign;
mod signed;
mod statement;

pub use approvers::{
    APPROVERS_NAME, Approvers, Holder, MalformedApprovers, Requirement, Revoked, is_role,
};
pub use check::{FOLDER, ListFolder, Standings, approvers_above, check, how_to_approve};
pub use dsse::{Envelope, MalformedEnvelope, PAYLOAD_TYPE, pae};
pub use judge::Refusal;
pub use key::{ApproverKey, KeyId, NotAKey};
pub use quorum::{Lacking, Standing, standing};
pub use record::{CannotJudge, judge_again};
pub use sign::{CannotApprove, Wish, approve};
pub use signed::{Signed, Unusable};
pub use statement::{Difference, MalformedStatement, PREDICATE_TYPE, STATEMENT_TYPE, Statement};
