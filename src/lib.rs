//! duecare: policy-as-code for sanctions compliance.

pub mod check;
pub mod diagnostic;
pub mod digest;
pub mod eval;
pub mod hir;
pub mod loader;
pub mod program;
pub mod resolve;
pub mod roster;
pub mod source;
pub mod syntax;
pub mod types;
pub mod value;
