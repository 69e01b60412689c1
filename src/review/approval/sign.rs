use std::fmt;
use std::path::Path;

use super::approvers::Approvers;
use super::dsse::Envelope;
use super::judge::{Refusal, is_about, may_sign};
use super::key::{ApproverKey, KeyId};
use super::signed::{Signed, Unusable};
use super::statement::{Difference, MalformedStatement, Statement};
use crate::hir::Status;
use crate::ledger::key::PrivateKey;
use crate::loader::Policy;
use crate::review::published::{CannotFreeze, lists_of, meaning_of};
use crate::source::Sources;
use crate::value::Instant;

/// What somebody wants to sign.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Who.
    pub by: String,
    /// In which role.
    pub role: String,
    /// When.
    pub at: Instant,
    /// The difference that was read.
    pub difference: Option<Difference>,
    /// What else they say.
    pub comment: Option<String>,
}

/// Why a version cannot be approved.
#[derive(Clone, Debug)]
pub enum CannotApprove {
    /// It is a draft.
    Draft,
    /// Nobody is known to hold the key.
    UnknownKey(KeyId),
    /// It would not count.
    Refused(Refusal),
    /// What was signed does not read back as what was meant.
    Unusable(Unusable),
    /// The statement cannot be made.
    Statement(MalformedStatement),
    /// A text cannot be laid out, so that nobody could tell later whether it says the same.
    Freeze(CannotFreeze),
}

impl fmt::Display for CannotApprove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft => {
                f.write_str("a draft is not approved, since its text is still to change")
            }
            Self::UnknownKey(key) => write!(f, "no approver has this key (`{key}`)"),
            Self::Refused(refusal) => write!(f, "the approval would not count: {refusal}"),
            Self::Unusable(problem) => write!(f, "the approval would not count: {problem}"),
            Self::Statement(problem) => write!(f, "{problem}"),
            Self::Freeze(problem) => write!(f, "{problem}"),
        }
    }
}

impl std::error::Error for CannotApprove {}

/// Signs that somebody approves a version, as far as that would count. `folder` is where approvals lie.
///
/// # Errors
/// If it would not count, or cannot be made.
pub fn approve(
    policy: &Policy,
    sources: &Sources,
    approvers: &Approvers,
    wish: Wish,
    key: &PrivateKey,
    folder: &Path,
) -> Result<Signed, CannotApprove> {
    let identity = &policy.checked.identity;
    if identity.status == Status::Draft {
        return Err(CannotApprove::Draft);
    }
    let id = ApproverKey::new(*key.public().key()).id();
    if approvers.holder(&id).is_none() {
        return Err(CannotApprove::UnknownKey(id));
    }
    let statement = Statement {
        name: identity.name.clone(),
        version: identity.version.clone(),
        digest: policy.digest,
        lists: lists_of(policy, sources).map_err(CannotApprove::Freeze)?,
        meaning: meaning_of(policy, sources).map_err(CannotApprove::Freeze)?,
        from: identity.effective.from,
        until: identity.effective.until,
        by: wish.by,
        role: wish.role,
        key: id,
        at: wish.at,
        difference: wish.difference,
        comment: wish.comment,
    };
    let payload = statement.to_payload().map_err(CannotApprove::Statement)?;
    let path = folder.join(statement.file_name());
    let text = Envelope::sign(payload, key).to_text();
    let signed = Signed::read(&path, &text, approvers).map_err(CannotApprove::Unusable)?;
    may_sign(&signed)
        .and_then(|()| is_about(&signed.statement, policy, sources))
        .map_err(CannotApprove::Refused)?;
    Ok(signed)
}
