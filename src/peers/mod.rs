//! What subjects of a roster share with each other: a map, a shuffle and a join.
//!
//! Every record gives keys (`Engine::collect` on each part of a roster); the parts of a roster are put
//! together by `merge`; each record is then decided knowing its groups. The result does not
//! depend on how the roster was split, nor on the order of its records.

mod age;
mod collected;
mod groups;
mod key;
mod names;
mod shared;

pub use collected::{Collected, SubjectKeys};
pub use groups::{Group, Groups, SharedBy, TooMany, merge};
pub use key::SharedKey;

pub(crate) use age::Age;
pub(crate) use collected::KeysOf;
pub(crate) use shared::{OwnKey, Shared};
