//! Records of subjects, and how they are read.

mod record;

pub use record::{Fact, Record};

pub(crate) use record::UNKNOWN;
