//! Decisions as evidence, and decided again: the one place that knows both the ledger and evaluation.

mod bundle;
mod disclose;
mod facts;
mod fitting;
mod outcome;
mod recorder;
mod run;

pub use bundle::{Bundle, BundleProblem};
pub use disclose::{DiscloseProblem, Disclosed, DisclosedSubject, disclose};
pub use facts::RecordedFacts;
pub use fitting::{Fit, Fitting, Unfit};
pub use outcome::{Replayed, Verdict};
pub use recorder::{Prepared, Recorder};
pub use run::{ReplayError, ReplayRun, RunToReplay, Source, Wanted, columns_blob};
