use std::fmt;
use std::path::{Path, PathBuf};

use super::approvers::{Approvers, Holder};
use super::dsse::{Envelope, MalformedEnvelope};
use super::key::KeyId;
use super::statement::{MalformedStatement, Statement};
use crate::digest::Digest;

/// An approval whose signature was verified, with the holder of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Its file.
    pub path: PathBuf,
    /// Its text, line ends aside.
    pub text: String,
    /// What was signed.
    pub statement: Statement,
    /// Who holds the key.
    pub holder: Holder,
}

/// Why a file is no approval that anybody could rely on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It holds no signed statement.
    Envelope(MalformedEnvelope),
    /// What was signed is no approval.
    Statement(MalformedStatement),
    /// Nobody is known to hold the key.
    UnknownKey(KeyId),
    /// The signature is not by the key over what the file says.
    Signature(String),
    /// The statement names another key than the signature.
    OtherKey,
    /// The statement names somebody else than who holds the key.
    OtherHolder(String, String),
    /// The file does not have the name that its content asks for.
    FileName(String),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Envelope(problem) => write!(f, "{problem}"),
            Self::Statement(problem) => write!(f, "{problem}"),
            Self::UnknownKey(key) => {
                write!(f, "it is signed with a key that no approver has (`{key}`)")
            }
            Self::Signature(name) => {
                write!(f, "it is not what `{name}` signed: the signature does not verify")
            }
            Self::OtherKey => f.write_str("it names another key than the one it is signed with"),
            Self::OtherHolder(said, holder) => {
                write!(f, "it says that `{said}` approves, and its key is one of `{holder}`")
            }
            Self::FileName(expected) => write!(f, "what it says belongs into a file `{expected}`"),
        }
    }
}

impl std::error::Error for Unusable {}

impl Unusable {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::UnknownKey(_) => {
                "keep the keys of people who left among the approvers, with the day on which they ended"
            }
            Self::FileName(_) => "give the file the name that `duecare approve` gave it",
            Self::Envelope(_)
            | Self::Statement(_)
            | Self::Signature(_)
            | Self::OtherKey
            | Self::OtherHolder(..) => {
                "take the file back as it was signed, or delete it and let the version be approved again"
            }
        }
    }
}

impl Signed {
    /// Reads the text of an approval, and verifies its signature.
    ///
    /// # Errors
    /// If it is none, or not one by somebody who is known.
    pub fn read(path: &Path, text: &str, approvers: &Approvers) -> Result<Self, Unusable> {
        let text = text.replace("\r\n", "\n");
        let envelope = Envelope::parse(&text).map_err(Unusable::Envelope)?;
        let holder = approvers
            .holder(&envelope.key)
            .ok_or_else(|| Unusable::UnknownKey(envelope.key.clone()))?;
        if !envelope.is_signed_by(&holder.key) {
            return Err(Unusable::Signature(holder.name.clone()));
        }
        let statement = Statement::parse(&envelope.payload).map_err(Unusable::Statement)?;
        if statement.key != envelope.key {
            return Err(Unusable::OtherKey);
        }
        if statement.by != holder.name {
            return Err(Unusable::OtherHolder(statement.by, holder.name.clone()));
        }
        let expected = statement.file_name();
        if path.file_name().is_none_or(|name| *name != *expected) {
            return Err(Unusable::FileName(expected));
        }
        Ok(Self { path: path.to_path_buf(), text, statement, holder: holder.clone() })
    }

    /// The digest of the approval, as decisions name it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.text.as_bytes())
    }

    /// `NAME (ROLE)`.
    #[must_use]
    pub fn by(&self) -> String {
        format!("{} ({})", self.statement.by, self.statement.role)
    }
}
