//! What is signed: an in-toto statement about a version of a policy.

use std::fmt;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::key::KeyId;
use crate::digest::Digest;
use crate::value::{Date, Instant};

/// The form of the statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// What the statement says. The name is under a domain that nobody can have.
pub const PREDICATE_TYPE: &str = "https://duecare.example/approval/v1";

/// That somebody approves a version of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The name of the policy.
    pub name: String,
    /// Which version.
    pub version: Version,
    /// The digest that decisions name.
    pub digest: Digest,
    /// Its lists that lie in files, with the digests of their texts.
    pub lists: Vec<(String, Digest)>,
    /// The digest of what it says, whatever its layout and comments.
    pub meaning: Digest,
    /// The first day on which it is in force.
    pub from: Date,
    /// The first day on which it no longer is.
    pub until: Option<Date>,
    /// Who approves.
    pub by: String,
    /// In which role.
    pub role: String,
    /// With which key.
    pub key: KeyId,
    /// When, by the clock of who approves.
    pub at: Instant,
    /// The difference that was read.
    pub difference: Option<Difference>,
    /// What else the approver says.
    pub comment: Option<String>,
}

/// A difference to another version, as `duecare diff --format json` writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The other version, as `NAME@VERSION`.
    pub from: String,
    /// The digest of its policy.
    pub from_digest: Digest,
    /// The digest of the difference.
    pub digest: Digest,
}

/// Why a payload is no approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedStatement(String);

impl fmt::Display for MalformedStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MalformedStatement {}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "_type")]
    form: String,
    subject: Vec<WrittenSubject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: WrittenPredicate,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSubject {
    name: String,
    digest: WrittenDigest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDigest {
    sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPredicate {
    by: String,
    role: String,
    key: String,
    at: String,
    meaning: String,
    effective_from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    effective_until: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    difference: Option<WrittenDifference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDifference {
    from: String,
    from_digest: String,
    digest: String,
}

impl Statement {
    /// `NAME@VERSION`.
    #[must_use]
    pub fn subject(&self) -> String {
        subject(&self.name, &self.version)
    }

    /// The name of the file that holds it.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}.{}.json", self.subject(), self.key.short())
    }

    /// The bytes that are signed.
    ///
    /// # Errors
    /// Never, in practice: it is made of texts.
    pub fn to_payload(&self) -> Result<Vec<u8>, MalformedStatement> {
        let own = self.subject();
        let named = |name: String, digest: &Digest| WrittenSubject {
            name,
            digest: WrittenDigest { sha256: hex(digest) },
        };
        let lists = self.lists.iter().map(|(name, digest)| named(format!("{own}/{name}"), digest));
        let written = Written {
            form: STATEMENT_TYPE.to_owned(),
            subject: std::iter::once(named(own.clone(), &self.digest)).chain(lists).collect(),
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: WrittenPredicate {
                by: self.by.clone(),
                role: self.role.clone(),
                key: self.key.to_string(),
                at: self.at.to_string(),
                meaning: self.meaning.to_string(),
                effective_from: self.from.to_string(),
                effective_until: self.until.map(|until| until.to_string()),
                difference: self.difference.as_ref().map(|difference| WrittenDifference {
                    from: difference.from.clone(),
                    from_digest: difference.from_digest.to_string(),
                    digest: difference.digest.to_string(),
                }),
                comment: self.comment.clone(),
            },
        };
        serde_json::to_vec(&written).map_err(|error| MalformedStatement(error.to_string()))
    }

    /// Reads what was signed.
    ///
    /// # Errors
    /// If it is no approval, has entries that are not known here, or lacks one.
    pub fn parse(payload: &[u8]) -> Result<Self, MalformedStatement> {
        let written: Written = serde_json::from_slice(payload)
            .map_err(|error| MalformedStatement(format!("it is no approval: {error}")))?;
        written.statement().map_err(MalformedStatement)
    }
}

/// `NAME@VERSION`.
pub(super) fn subject(name: &str, version: &Version) -> String {
    format!("{name}@{version}")
}

impl Written {
    fn statement(self) -> Result<Statement, String> {
        for (found, known) in [(&self.form, STATEMENT_TYPE), (&self.predicate_type, PREDICATE_TYPE)]
        {
            if found != known {
                return Err(format!("its type is `{found}`, and not `{known}`"));
            }
        }
        let mut subjects = self.subject.iter();
        let own = subjects.next().ok_or("it is about nothing")?;
        let (name, version) = own
            .name
            .split_once('@')
            .and_then(|(name, version)| Some((name, Version::parse(version).ok()?)))
            .ok_or_else(|| format!("`{}` is not a policy and a version", own.name))?;
        let mut lists = Vec::new();
        for list in subjects {
            let of_it = list.name.strip_prefix(&own.name).and_then(|rest| rest.strip_prefix('/'));
            let of_it =
                of_it.ok_or_else(|| format!("`{}` is no list of `{}`", list.name, own.name))?;
            lists.push((of_it.to_owned(), unhex(&list.digest.sha256)?));
        }
        let predicate = self.predicate;
        let difference = predicate.difference.map(WrittenDifference::difference).transpose()?;
        Ok(Statement {
            name: name.to_owned(),
            version,
            digest: unhex(&own.digest.sha256)?,
            lists,
            meaning: digest(&predicate.meaning)?,
            from: day(&predicate.effective_from)?,
            until: predicate.effective_until.as_deref().map(day).transpose()?,
            by: predicate.by,
            role: predicate.role,
            key: KeyId::parse(&predicate.key).ok_or("its `key` is not 64 hexadecimal digits")?,
            at: time(&predicate.at)?,
            difference,
            comment: predicate.comment,
        })
    }
}

impl WrittenDifference {
    fn difference(self) -> Result<Difference, String> {
        Ok(Difference {
            from_digest: digest(&self.from_digest)?,
            digest: digest(&self.digest)?,
            from: self.from,
        })
    }
}

fn hex(digest: &Digest) -> String {
    digest.to_string().trim_start_matches("sha256:").to_owned()
}

fn unhex(text: &str) -> Result<Digest, String> {
    digest(&format!("sha256:{text}"))
}

fn digest(text: &str) -> Result<Digest, String> {
    Digest::parse(text).ok_or_else(|| format!("`{text}` is no digest"))
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|malformed| format!("`{text}`: {malformed}"))
}

/// A time, written in the one way in which times are written.
fn time(text: &str) -> Result<Instant, String> {
    let time = Instant::parse(text).map_err(|malformed| format!("`{text}`: {malformed}"))?;
    if time.to_string() == text { Ok(time) } else { Err(format!("`{text}` is not in UTC")) }
}
