//! A judgement as prose for one subject: why, why not, what is missing, and what would change it.

mod change;
mod prose;
mod tree;

pub use change::{Change, Changes, changes};
pub use prose::{Explanation, explain};
