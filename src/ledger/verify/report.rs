use std::fmt;

use serde::Serialize;

use crate::ledger::checkpoint::Checkpoint;

/// What a verification came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// Everything was read, and everything holds.
    #[serde(rename = "PASS")]
    Pass,
    /// Something does not hold.
    #[serde(rename = "FAIL")]
    Fail,
    /// Something could not be read, so that nobody can say.
    #[serde(rename = "NOT VERIFIED")]
    NotVerified,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::NotVerified => "NOT VERIFIED",
        })
    }
}

/// How much weight a finding has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// It fails the verification.
    Fault,
    /// It leaves something open.
    Open,
    /// It is worth knowing.
    Note,
}

/// Something that a verification found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much weight it has.
    pub weight: Weight,
    /// The file.
    pub path: String,
    /// The byte from which on the file cannot be relied on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// The leaf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaf: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(offset) = self.offset {
            write!(f, ", byte {offset}")?;
        }
        if let Some(leaf) = self.leaf {
            write!(f, ", leaf {leaf}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// Who vouches for the log besides its own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// Nobody: whoever has the key could have written another log.
    SelfSigned,
    /// A head that was kept elsewhere is one that this log went through.
    HeadHeldElsewhere,
    /// A witness that the verifier trusts cosigned a head of it.
    Witnessed,
}

impl fmt::Display for Assurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelfSigned => {
                "self-signed: whoever holds the key could have written another log; compare with a head kept elsewhere (--head), or with a witness (--witness)"
            }
            Self::HeadHeldElsewhere => "head held elsewhere: up to that head nothing was changed since",
            Self::Witnessed => "independently witnessed: a witness saw the log grow up to the head it cosigned",
        })
    }
}

/// A key that heads were verified by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyFound {
    /// Its id, as in its public line.
    pub id: String,
    /// The size of the log from which on it signs.
    pub from: u64,
}

/// Whether the keys are those that whoever verifies knows from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyTrust {
    /// No key was given to compare with.
    NotGiven,
    /// The key that was given is one of them.
    Given,
    /// The key that was given never signed this log.
    Other,
}

/// How far somebody vouches for the log besides its own key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Vouched {
    /// The name of a witness; absent for a head that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
    /// Leaves of the newest head.
    pub size: u64,
    /// When the witness cosigned it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Read {
    /// Leaves.
    pub leaves: u64,
    /// Frames that hold them; none where the log is read from its tiles.
    pub frames: u64,
    /// Tiles and bundles.
    pub tiles: u64,
    /// Published heads, with those that were given.
    pub heads: u64,
    /// Blobs.
    pub blobs: u64,
    /// Keys of subjects.
    pub subjects: u64,
    /// Of them erased.
    pub erased: u64,
    /// Decisions.
    pub decisions: u64,
    /// Records that were refused.
    pub refused: u64,
}

/// What the log says about one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunFound {
    /// Its id.
    pub run: String,
    /// The leaf that begins it.
    pub started: u64,
    /// Records so far.
    pub records: u64,
    /// Of them decided.
    pub decided: u64,
    /// Of them refused.
    pub refused: u64,
    /// Whether its end was logged, so that nobody was left out.
    pub is_complete: bool,
}

/// A verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `duecare.verification/1`.
    pub format: &'static str,
    /// What it came to.
    pub verdict: Verdict,
    /// Which log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Its newest head, as the leaves make it.
    #[serde(skip)]
    pub head: Option<Checkpoint>,
    /// The head of the log that it goes on from, as its first leaf names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predecessor: Option<Checkpoint>,
    /// The leaf that seals it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed: Option<u64>,
    /// Who vouches for it.
    pub assurance: Assurance,
    /// The keys that its heads were verified by, one after the other.
    pub keys: Vec<KeyFound>,
    /// Whether they were compared with one from elsewhere.
    pub key_trust: KeyTrust,
    /// How far others vouch for it.
    pub vouched: Vec<Vouched>,
    /// What was read.
    pub read: Read,
    /// The runs.
    pub runs: Vec<RunFound>,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Adds what was found beside the log.
    pub fn add(&mut self, finding: Finding) {
        match (finding.weight, self.verdict) {
            (Weight::Fault, _) => self.verdict = Verdict::Fail,
            (Weight::Open, Verdict::Pass) => self.verdict = Verdict::NotVerified,
            (Weight::Open | Weight::Note, _) => {}
        }
        self.findings.push(finding);
    }
}
