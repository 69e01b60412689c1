//! Published versions: frozen in a lock, so that a text that changed afterwards is refused.
//!
//! `docs/publishing.md` has the lock to the byte.

mod change;
mod check;
mod clause_digest;
mod find;
mod freeze;
mod lock;
mod order;
mod publish;
mod standing;
mod write;

pub(in crate::review) use change::had_digest;
pub use change::{Change, Changed, between, change_of};
pub use check::{Checked, Extent, check};
pub use clause_digest::ClauseDigest;
pub(in crate::review) use find::is_absent;
pub use find::{CannotLocate, LOCK_NAME, Located, folders_above, locate, shown_from};
pub(in crate::review) use freeze::lists_of;
pub use freeze::{CannotFreeze, meaning_of};
pub use lock::{FORM, Lock, LockProblem, PublishedFile, PublishedVersion};
pub use order::OutOfOrder;
pub use publish::{CannotPublish, Outcome, Published, publish};
pub use standing::{CannotTell, Standing, standing};
