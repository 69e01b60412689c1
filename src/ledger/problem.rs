use std::fmt;
use std::io;

use super::key::KeyProblem;
use super::note::MalformedNote;

/// Why a ledger cannot be used.
#[derive(Debug)]
pub enum Problem {
    /// Files cannot be read or written.
    Storage(io::Error),
    /// An earlier failure to write leaves open what is on disk; the ledger has to be opened again.
    Failed,
    /// There is no ledger.
    Absent,
    /// There is one already.
    Present,
    /// The key is not the one that signs this ledger now.
    OtherKey {
        /// The id of the key that signs.
        expected: String,
        /// The id of the key that was given.
        given: String,
    },
    /// A key cannot be used.
    Key(KeyProblem),
    /// A note, a checkpoint or a key in the ledger is none.
    Malformed {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: MalformedNote,
    },
    /// A file was changed.
    Damaged {
        /// The file.
        path: String,
        /// The byte from which on it cannot be relied on.
        offset: u64,
        /// What is wrong.
        what: String,
    },
    /// The log is shorter than a head that was published: its end was cut, or a backup was put in its place.
    RolledBack {
        /// Leaves that there are.
        size: u64,
        /// Leaves of the published head.
        published: u64,
    },
    /// The ledger was sealed: it takes nothing but what became of its files.
    Sealed,
    /// A leaf is larger than a leaf may be.
    LeafTooLarge(usize),
    /// What was asked for is not there.
    Missing(String),
    /// The subject was erased, by the leaf with this index.
    Erased(u64),
}

impl Problem {
    pub(super) fn damaged(path: &str, offset: u64, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), offset, what: what.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage(error) => write!(f, "the ledger cannot be read or written: {error}"),
            Self::Failed => {
                f.write_str("writing to the ledger failed before; it has to be opened again")
            }
            Self::Absent => f.write_str("there is no ledger"),
            Self::Present => f.write_str("there is a ledger already"),
            Self::OtherKey { expected, given } => {
                write!(
                    f,
                    "the ledger is signed by the key {expected}, and the key that was given is {given}"
                )
            }
            Self::Key(problem) => write!(f, "{problem}"),
            Self::Malformed { path, problem } => write!(f, "`{path}`: {problem}"),
            Self::Damaged { path, offset, what } => write!(f, "`{path}`, byte {offset}: {what}"),
            Self::RolledBack { size, published } => write!(
                f,
                "the log has {size} leaves, and a head with {published} was published: its end is missing, or an older copy was put in its place"
            ),
            Self::Sealed => f.write_str("it is sealed, and takes no more runs, facts or keys"),
            Self::LeafTooLarge(size) => write!(
                f,
                "a leaf of {size} bytes is larger than the {} that a leaf may have",
                super::LEAF_SIZE_MAX
            ),
            Self::Missing(what) => f.write_str(what),
            Self::Erased(leaf) => write!(f, "erased (leaf {leaf})"),
        }
    }
}

impl std::error::Error for Problem {}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<KeyProblem> for Problem {
    fn from(problem: KeyProblem) -> Self {
        Self::Key(problem)
    }
}
