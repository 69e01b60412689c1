//! What a change of a policy means, whom it touches, and what of it is published.

pub mod approval;
mod change;
mod compare;
mod comparison;
mod direction;
pub mod history;
pub mod impact;
pub mod implication;
pub mod published;
mod step;
mod steps;
pub mod witness;
mod witnessed;

pub use change::{Change, ClauseId, Detail, Through, Weight, What};
pub use compare::Version;
pub use comparison::{Comparison, FORMAT, StepSummary, Summary, VersionSummary};
pub use direction::Direction;
pub use step::Step;
pub use steps::steps_too_small;
