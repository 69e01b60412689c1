//! Examples and tests of policies: a record or a small roster, and what it must come to.

mod case;
mod coverage;
mod result;
mod run;

pub use case::{Case, Expectation, MalformedTests, Versions, read_cases};
pub use coverage::{Coverage, CoverageReport, RuleCoverage, Uncovered};
pub use result::{CaseResult, Failure};
pub use run::{Suite, Unusable};
