//! Whether an approval holds for a version as it stands.

use std::fmt;

use super::signed::Signed;
use super::statement::Statement;
use crate::loader::Policy;
use crate::review::published::{had_digest, lists_of, meaning_of};
use crate::source::Sources;
use crate::value::Date;

/// Why an approval counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its key was revoked.
    Revoked(Date, String),
    /// Its key could not sign yet.
    Early(Date, Date),
    /// Its key could no longer sign.
    Expired(Date, Date),
    /// Its role is none of its holder.
    Role(String, String),
    /// The version has another text, which says the same.
    OtherLayout,
    /// The version says something else.
    OtherMeaning,
    /// A list of the version has another text.
    OtherList(String),
    /// It says other days of the version than its text.
    OtherDays,
    /// The same person approved it again.
    Repeated(String),
    /// It cannot be told what the version says.
    NotRead(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revoked(on, because) => write!(f, "its key was revoked on {on}: {because}"),
            Self::Early(at, from) => {
                write!(f, "it was signed on {at}, and its key is valid from {from}")
            }
            Self::Expired(at, until) => {
                write!(f, "it was signed on {at}, and its key had expired on {until}")
            }
            Self::Role(name, role) => write!(f, "`{name}` does not have the role `{role}`"),
            Self::OtherLayout => f.write_str(
                "the text was changed after it was approved; only layout or comments are others, it says the same",
            ),
            Self::OtherMeaning => {
                f.write_str("the text was changed after it was approved, and says something else")
            }
            Self::OtherList(name) => {
                write!(f, "the list `{name}` was changed after it was approved")
            }
            Self::OtherDays => f.write_str("it says other days than the text that it approves"),
            Self::Repeated(name) => write!(f, "`{name}` has approved it again later"),
            Self::NotRead(problem) => {
                write!(f, "it cannot be told what the version says: {problem}")
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// Whether somebody could sign this, whatever it is about.
pub(super) fn may_sign(signed: &Signed) -> Result<(), Refusal> {
    let Signed { statement, holder, .. } = signed;
    if let Some(revoked) = &holder.revoked {
        return Err(Refusal::Revoked(revoked.on, revoked.because.clone()));
    }
    let day = statement.at.date();
    if day < holder.from {
        return Err(Refusal::Early(day, holder.from));
    }
    if let Some(until) = holder.until.filter(|until| day >= *until) {
        return Err(Refusal::Expired(day, until));
    }
    if !holder.roles.contains(&statement.role) {
        return Err(Refusal::Role(holder.name.clone(), statement.role.clone()));
    }
    Ok(())
}

/// Whether a statement is about this version as it stands, or as it stood before it was given its end.
pub(super) fn is_about(
    statement: &Statement,
    policy: &Policy,
    sources: &Sources,
) -> Result<(), Refusal> {
    let effective = &policy.checked.identity.effective;
    let is_same = statement.digest == policy.digest;
    let is_ended =
        !is_same && statement.until.is_none() && had_digest(policy, sources, &statement.digest);
    if !is_same && !is_ended {
        return Err(other_text(statement, policy, sources));
    }
    let until = if is_ended { None } else { effective.until };
    if (statement.from, statement.until) != (effective.from, until) {
        return Err(Refusal::OtherDays);
    }
    let lists =
        lists_of(policy, sources).map_err(|problem| Refusal::NotRead(problem.to_string()))?;
    if statement.lists == lists {
        return Ok(());
    }
    let changed = lists.iter().find(|list| !statement.lists.contains(list));
    let gone = statement.lists.iter().find(|list| !lists.contains(list));
    let name = changed.or(gone).map(|(name, _)| name.clone()).unwrap_or_default();
    Err(Refusal::OtherList(name))
}

fn other_text(statement: &Statement, policy: &Policy, sources: &Sources) -> Refusal {
    match meaning_of(policy, sources) {
        Ok(meaning) if meaning == statement.meaning => Refusal::OtherLayout,
        Ok(_) => Refusal::OtherMeaning,
        Err(problem) => Refusal::NotRead(problem.to_string()),
    }
}
