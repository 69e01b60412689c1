//! duecare: policy-as-code for sanctions compliance.

pub mod check;
pub mod decision;
pub mod diagnostic;
pub mod digest;
pub mod disposition;
pub mod engine;
pub mod eval;
pub mod explain;
pub mod hir;
pub mod ledger;
pub mod loader;
pub mod peers;
pub mod program;
pub mod replay;
pub mod report;
pub mod resolve;
pub mod review;
pub mod roster;
pub mod run;
pub mod source;
pub mod syntax;
pub mod testing;
pub mod types;
pub mod value;
