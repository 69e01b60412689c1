//! Whether an approval counts.

use std::fmt;
use std::path::PathBuf;

use super::approvers::{Approver, Approvers};
use super::envelope::{Envelope, NotAnEnvelope};
use super::statement::{ApprovedPolicy, PolicyVersion};
use crate::decision::ApprovalEntry;
use crate::digest::Digest;
use crate::value::{Date, Instant};

/// A file that was found among the approvals of a version.
#[derive(Clone, Debug)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// The approval, or why it does not count.
    pub verdict: Result<Given, Refusal>,
}

/// An approval that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Who approved.
    pub by: String,
    /// In which role.
    pub role: String,
    /// When.
    pub at: Instant,
    /// The digest of the statement.
    pub statement: Digest,
    /// The envelope.
    pub envelope: Vec<u8>,
}

/// Why an approval does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The file cannot be read.
    Unreadable(String),
    /// Something that is no envelope.
    Malformed(NotAnEnvelope),
    /// A key that nobody has.
    UnknownKey(String),
    /// The signature is not by the key that it names.
    WrongSignature(String),
    /// The statement names somebody else than who has the key.
    OtherName(String, String),
    /// Somebody who does not have the role.
    NotInRole(String, String),
    /// A time at which the key did not hold yet.
    NotYetValid(String, Date, Date),
    /// A time at which the key no longer held.
    Expired(String, Date, Date),
    /// A time on or after the day on which the key was revoked.
    Revoked(String, Date, Date, String),
    /// A time that has not come yet.
    ToCome(Instant),
    /// It approves another policy or version.
    OtherVersion(String),
    /// It approves another text.
    OtherText(Digest),
    /// It approves other lists, or says something else of days and meaning than the text does.
    OtherMeaning,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "it cannot be read: {why}"),
            Self::Malformed(problem) => write!(f, "{problem}"),
            Self::UnknownKey(id) => write!(f, "no approver has the key `{id}`"),
            Self::WrongSignature(name) => {
                write!(f, "its signature is not by the key of {name} over this statement")
            }
            Self::OtherName(stated, name) => {
                write!(f, "it says that it is by {stated}, and the key is that of {name}")
            }
            Self::NotInRole(name, role) => write!(f, "{name} does not have the role `{role}`"),
            Self::NotYetValid(name, day, from) => {
                write!(f, "it is of {day}, and the key of {name} holds from {from} on")
            }
            Self::Expired(name, day, until) => {
                write!(f, "it is of {day}, and the key of {name} held until {until}")
            }
            Self::Revoked(name, day, on, because) => {
                write!(f, "it is of {day}, and the key of {name} was revoked on {on}: {because}")
            }
            Self::ToCome(at) => write!(f, "it is of {at}, which has not come yet"),
            Self::OtherVersion(version) => write!(f, "it approves `{version}`"),
            Self::OtherText(digest) => {
                write!(f, "it approves another text, {digest}: the policy was changed since")
            }
            Self::OtherMeaning => f.write_str(
                "it approves other lists or other days: what the policy uses was changed since",
            ),
        }
    }
}

impl std::error::Error for Refusal {}

/// Judges what was found among the approvals of a version, at a time.
#[must_use]
pub fn judge(
    path: PathBuf,
    content: Result<Vec<u8>, String>,
    policy: &ApprovedPolicy,
    approvers: &Approvers,
    now: Instant,
) -> Found {
    let verdict = content
        .map_err(Refusal::Unreadable)
        .and_then(|bytes| verdict(bytes, policy, approvers, now));
    Found { path, verdict }
}

fn verdict(
    bytes: Vec<u8>,
    policy: &ApprovedPolicy,
    approvers: &Approvers,
    now: Instant,
) -> Result<Given, Refusal> {
    let envelope = Envelope::parse(&bytes).map_err(Refusal::Malformed)?;
    let approver = approvers
        .of_key(&envelope.key_id)
        .ok_or_else(|| Refusal::UnknownKey(envelope.key_id.clone()))?;
    if !envelope.is_signed_by(&approver.key) {
        return Err(Refusal::WrongSignature(approver.name.clone()));
    }
    require_signer(&envelope, approver, now)?;
    require_same(&envelope.approval.policy, policy)?;
    let signer = envelope.approval.signer;
    Ok(Given {
        by: signer.name,
        role: signer.role,
        at: signer.at,
        statement: envelope.statement,
        envelope: bytes,
    })
}

fn require_signer(envelope: &Envelope, approver: &Approver, now: Instant) -> Result<(), Refusal> {
    let signer = &envelope.approval.signer;
    let name = || approver.name.clone();
    if signer.name != approver.name {
        return Err(Refusal::OtherName(signer.name.clone(), name()));
    }
    if !approver.roles.contains(&signer.role) {
        return Err(Refusal::NotInRole(name(), signer.role.clone()));
    }
    if signer.at > now {
        return Err(Refusal::ToCome(signer.at));
    }
    let day = signer.at.date();
    if day < approver.from {
        return Err(Refusal::NotYetValid(name(), day, approver.from));
    }
    if let Some(until) = approver.until.filter(|until| *until <= day) {
        return Err(Refusal::Expired(name(), day, until));
    }
    match &approver.revoked {
        Some(revoked) if revoked.on <= day => {
            Err(Refusal::Revoked(name(), day, revoked.on, revoked.because.clone()))
        }
        Some(_) | None => Ok(()),
    }
}

fn require_same(stated: &ApprovedPolicy, policy: &ApprovedPolicy) -> Result<(), Refusal> {
    let named = |version: &PolicyVersion| format!("{} {}", version.name, version.version);
    if named(&stated.version) != named(&policy.version) {
        return Err(Refusal::OtherVersion(named(&stated.version)));
    }
    if stated.version.digest != policy.version.digest {
        return Err(Refusal::OtherText(stated.version.digest));
    }
    if stated == policy { Ok(()) } else { Err(Refusal::OtherMeaning) }
}

/// The approvals that count, as decisions name them, with their envelopes: by day, name, role.
#[must_use]
pub fn entries(found: &[Found]) -> Vec<(ApprovalEntry, Vec<u8>)> {
    let given = found.iter().filter_map(|found| found.verdict.as_ref().ok());
    let mut entries: Vec<(ApprovalEntry, Vec<u8>)> =
        given.map(|given| (given.entry(), given.envelope.clone())).collect();
    entries.sort_by(|(left, _), (right, _)| {
        let key = |entry: &ApprovalEntry| {
            (entry.on, entry.by.clone(), entry.role.clone(), entry.statement)
        };
        key(left).cmp(&key(right))
    });
    entries.dedup_by(|(left, _), (right, _)| left.statement == right.statement);
    entries
}

impl Given {
    fn entry(&self) -> ApprovalEntry {
        ApprovalEntry {
            by: self.by.clone(),
            role: self.role.clone(),
            on: self.at.date(),
            statement: self.statement,
        }
    }
}

impl Envelope {
    /// The approval as decisions name it.
    #[must_use]
    pub fn entry(&self) -> ApprovalEntry {
        let signer = &self.approval.signer;
        ApprovalEntry {
            by: signer.name.clone(),
            role: signer.role.clone(),
            on: signer.at.date(),
            statement: self.statement,
        }
    }
}
