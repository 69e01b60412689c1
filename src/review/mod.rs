//! What a change of a policy means, whom it touches, and who approved it.

mod change;
mod compare;
mod direction;
pub mod implication;
pub mod witness;

pub use change::{Change, ClauseId, Detail, Through, Weight, What};
pub use compare::{Version, changes};
pub use direction::Direction;
