//! What people rely on when they say that a version is the one that was agreed: what is published.

pub mod published;
