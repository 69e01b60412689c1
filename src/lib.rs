//! duecare: policy-as-code for sanctions compliance.

pub mod check;
pub mod diagnostic;
pub mod hir;
pub mod resolve;
pub mod source;
pub mod syntax;
pub mod types;
pub mod value;
