//! What people rely on when they say that a version is the one that was agreed: what is published, who
//! approved it, what became of it.

pub mod approval;
pub mod history;
pub mod published;
