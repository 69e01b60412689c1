//! The audit trail: a transparency log that a third party can verify, in the formats of RFC 6962 and C2SP.
//!
//! `docs/evidence.md` has the format to the byte.

mod begin;
mod blob;
pub mod canonical;
pub mod checkpoint;
pub mod commitment;
pub mod cosignature;
mod edge;
pub mod event;
mod events;
mod frame;
mod group;
pub mod key;
mod limits;
mod log;
pub mod note;
mod open;
#[cfg(not(feature = "planted-bugs"))]
mod planted;
#[cfg(feature = "planted-bugs")]
pub mod planted;
mod problem;
mod random;
pub mod run;
mod segment;
pub mod storage;
pub mod tile;
pub mod timestamp;
pub mod tlog_proof;
pub mod tree;
mod vault;
pub mod verify;
mod view;
mod witnessed;

pub use blob::{blob_path, read_blob};
pub use events::Events;
pub use group::GroupCommit;
pub use limits::Limits;
pub use log::{Entry, LEAF_SIZE_MAX, Log, SharedSubjects};
pub use open::Recovered;
pub use problem::Problem;
pub use random::Random;
pub use timestamp::keep_timestamp;
pub use vault::{Slot, SubjectKey, Subjects};
pub use view::{Documents, Kept, View};
pub use witnessed::add_signature;
