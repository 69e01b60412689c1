use std::fmt;

use serde::Serialize;

use super::run::{ReplayError, ReplayRun, RunToReplay, Source, Stated, Wanted};
use crate::digest::Digest;
use crate::ledger::{Problem, View};

/// One field of a decided record, with all that shows that the log commits to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Disclosed {
    /// `duecare.disclosure/1`.
    pub format: &'static str,
    /// The leaf.
    pub leaf: u64,
    /// The field, as `field/legal_name`.
    pub field: String,
    /// Its value, as canonical text; empty where it was unknown.
    pub value: String,
    /// Its salt.
    pub salt: Digest,
    /// Its place among the fields.
    pub index: u64,
    /// Fields in all.
    pub size: u64,
    /// The hashes beside it.
    pub path: Vec<Digest>,
    /// Who it is about: the id and the salt of what the leaf calls the subject.
    pub subject: DisclosedSubject,
    /// The proof that the leaf stands in the log, as C2SP tlog-proof, with the leaf in it.
    pub proof: String,
}

/// A subject with what shows that a leaf is about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DisclosedSubject {
    /// Its id.
    pub id: String,
    /// The salt.
    pub salt: Digest,
}

/// Why a field cannot be shown.
#[derive(Debug)]
pub enum DiscloseProblem {
    /// The ledger cannot be read.
    Ledger(Problem),
    /// The run cannot be made ready.
    Replay(ReplayError),
    /// The record is not there, or not what the leaf commits to.
    Record(String),
    /// Its value is no text, which a disclosure would have to hold.
    NoText(String),
    /// There is no such field.
    NoField(Vec<String>),
}

impl fmt::Display for DiscloseProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger(problem) => write!(f, "{problem}"),
            Self::Replay(problem) => write!(f, "{problem}"),
            Self::Record(why) => f.write_str(why),
            Self::NoText(field) => write!(
                f,
                "`{field}` holds bytes that are no UTF-8 text, and a disclosure is text; disclose the fields that matter one by one"
            ),
            Self::NoField(fields) => {
                write!(f, "there is no such field; there is {}", fields.join(", "))
            }
        }
    }
}

impl std::error::Error for DiscloseProblem {}

impl From<Problem> for DiscloseProblem {
    fn from(problem: Problem) -> Self {
        Self::Ledger(problem)
    }
}

/// Shows one field of the record behind a decision: `legal_name` for a field of the record, or a name with
/// a `/` as commitments have it.
///
/// # Errors
/// If the record is not there any more, or there is no such field.
pub fn disclose(view: &View, leaf: u64, field: &str) -> Result<Disclosed, DiscloseProblem> {
    let runs = RunToReplay::all(view)?;
    let run = RunToReplay::of_leaf(&runs, leaf);
    let run = run.ok_or_else(|| DiscloseProblem::Record(format!("leaf {leaf} is of no run")))?;
    let mut source = Source::Vault;
    let ready = ReplayRun::new(view, run, &mut source, Wanted::Leaf(leaf))
        .map_err(DiscloseProblem::Replay)?;
    let stated = ready.stated(leaf).map_err(DiscloseProblem::Replay)?;
    let Stated { subject, key, secret, document } = stated.map_err(DiscloseProblem::Record)?;
    let is_plain = ["form", "source", "subject", "number", "dispositions"].contains(&field);
    let name =
        if field.contains('/') || is_plain { field.to_owned() } else { format!("field/{field}") };
    let shown = document.disclose(&secret, &name).ok_or_else(|| {
        DiscloseProblem::NoField(document.fields().map(|(name, _)| name.to_owned()).collect())
    })?;
    let value =
        String::from_utf8(shown.value).map_err(|_| DiscloseProblem::NoText(shown.field.clone()))?;
    Ok(Disclosed {
        format: "duecare.disclosure/1",
        leaf,
        field: shown.field,
        value,
        salt: shown.salt,
        index: shown.index,
        size: shown.size,
        path: shown.path,
        subject: DisclosedSubject { salt: key.subject_salt(), id: subject },
        proof: view.prove(leaf)?.to_string(),
    })
}
