//! What is signed: an in-toto statement about a version of a policy.

use semver::Version;
use serde::{Deserialize, Serialize};

use super::envelope::NotAnEnvelope;
use crate::digest::Digest;
use crate::loader::Policy;
use crate::review::published::{CannotFreeze, meaning_of};
use crate::source::Sources;
use crate::value::{Date, Instant};

/// The type of in-toto statements.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// The type of what a statement of ours says. It is a name and no address.
pub const PREDICATE_TYPE: &str = "https://example.org/duecare/approval/v1";

/// A version of a policy as it is approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovedPolicy {
    /// Which version.
    pub version: PolicyVersion,
    /// The digest of what it says.
    pub meaning: Digest,
    /// The first day on which it is in force.
    pub from: Date,
    /// The first day on which it no longer is.
    pub until: Option<Date>,
}

/// A version and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// The name of the policy.
    pub name: String,
    /// Which version.
    pub version: Version,
    /// The digest that decisions name.
    pub digest: Digest,
}

/// Who signs, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// Their name.
    pub name: String,
    /// The role in which they approve.
    pub role: String,
    /// When.
    pub at: Instant,
}

/// The difference to another version that was read before approving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffRead {
    /// The other version.
    pub from: PolicyVersion,
    /// The digest of the difference.
    pub digest: Digest,
}

/// An approval: what is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// What is approved.
    pub policy: ApprovedPolicy,
    /// By whom, and when.
    pub signer: Signer,
    /// The difference that was read, if one was.
    pub diff: Option<DiffRead>,
}

impl PolicyVersion {
    /// Of a policy.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let identity = &policy.checked.identity;
        Self {
            name: identity.name.clone(),
            version: identity.version.clone(),
            digest: policy.digest,
        }
    }
}

impl ApprovedPolicy {
    /// A policy as it stands.
    ///
    /// # Errors
    /// If a text of it cannot be laid out.
    pub fn of(policy: &Policy, sources: &Sources) -> Result<Self, CannotFreeze> {
        let effective = &policy.checked.identity.effective;
        Ok(Self {
            version: PolicyVersion::of(policy),
            meaning: meaning_of(policy, sources)?,
            from: effective.from,
            until: effective.until,
        })
    }
}

impl Approval {
    /// That somebody approves a version, having read a difference or not.
    #[must_use]
    pub fn new(policy: ApprovedPolicy, signer: Signer, diff: Option<DiffRead>) -> Self {
        Self { policy, signer, diff }
    }

    /// The statement: JSON as RFC 8785 has it.
    ///
    /// # Errors
    /// Never for what can be read back.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NotAnEnvelope> {
        serde_json::to_vec(&Written::of(self)).map_err(|_| NotAnEnvelope::NotOurs)
    }

    /// Reads a statement.
    ///
    /// # Errors
    /// If the bytes are not those of an approval, or not the canonical ones.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAnEnvelope> {
        let written: Written = serde_json::from_slice(bytes)
            .map_err(|error| NotAnEnvelope::Statement(error.to_string()))?;
        let approval = written.approval()?;
        if approval.to_bytes()? == bytes { Ok(approval) } else { Err(NotAnEnvelope::OtherBytes) }
    }
}

/// The statement as JSON has it; fields stand in the order of their keys.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "_type")]
    kind: String,
    predicate: WrittenPredicate,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    subject: [WrittenSubject; 1],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPredicate {
    approved: String,
    approver: WrittenApprover,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<WrittenDiff>,
    effective: WrittenDays,
    meaning: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenApprover {
    name: String,
    role: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDiff {
    digest: String,
    from: WrittenVersion,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenVersion {
    digest: String,
    name: String,
    version: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDays {
    from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSubject {
    digest: WrittenDigest,
    name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDigest {
    sha256: String,
}

impl Written {
    fn of(approval: &Approval) -> Self {
        let Approval { policy, signer, diff } = approval;
        let PolicyVersion { name, version, digest } = &policy.version;
        let sha256 = digest.to_string().trim_start_matches("sha256:").to_owned();
        Self {
            kind: STATEMENT_TYPE.to_owned(),
            predicate: WrittenPredicate {
                approved: signer.at.to_string(),
                approver: WrittenApprover {
                    name: signer.name.clone(),
                    role: signer.role.clone(),
                },
                diff: diff.as_ref().map(|diff| WrittenDiff {
                    digest: diff.digest.to_string(),
                    from: WrittenVersion {
                        digest: diff.from.digest.to_string(),
                        name: diff.from.name.clone(),
                        version: diff.from.version.to_string(),
                    },
                }),
                effective: WrittenDays {
                    from: policy.from.to_string(),
                    until: policy.until.map(|until| until.to_string()),
                },
                meaning: policy.meaning.to_string(),
            },
            predicate_type: PREDICATE_TYPE.to_owned(),
            subject: [WrittenSubject {
                digest: WrittenDigest { sha256 },
                name: format!("{name}@{version}"),
            }],
        }
    }

    fn approval(self) -> Result<Approval, NotAnEnvelope> {
        if self.kind != STATEMENT_TYPE || self.predicate_type != PREDICATE_TYPE {
            return Err(NotAnEnvelope::NotOurs);
        }
        let [subject] = self.subject;
        let (name, version) = subject.name.split_once('@').ok_or(NotAnEnvelope::NotOurs)?;
        let WrittenPredicate { approved, approver, diff, effective, meaning } = self.predicate;
        let day = |text: &str| Date::parse(text).map_err(|_| NotAnEnvelope::NotOurs);
        Ok(Approval {
            policy: ApprovedPolicy {
                version: version_of(name, version, &format!("sha256:{}", subject.digest.sha256))?,
                meaning: digest_of(&meaning)?,
                from: day(&effective.from)?,
                until: effective.until.as_deref().map(day).transpose()?,
            },
            signer: Signer {
                name: approver.name,
                role: approver.role,
                at: Instant::parse(&approved).map_err(|_| NotAnEnvelope::NotOurs)?,
            },
            diff: diff
                .map(|diff| {
                    let from = &diff.from;
                    Ok(DiffRead {
                        from: version_of(&from.name, &from.version, &from.digest)?,
                        digest: digest_of(&diff.digest)?,
                    })
                })
                .transpose()?,
        })
    }
}

fn version_of(name: &str, version: &str, digest: &str) -> Result<PolicyVersion, NotAnEnvelope> {
    Ok(PolicyVersion {
        name: name.to_owned(),
        version: Version::parse(version).map_err(|_| NotAnEnvelope::NotOurs)?,
        digest: digest_of(digest)?,
    })
}

fn digest_of(text: &str) -> Result<Digest, NotAnEnvelope> {
    Digest::parse(text).ok_or(NotAnEnvelope::NotOurs)
}
