//! One file for each command.

pub(super) mod approve;
pub(super) mod check;
pub(super) mod completions;
pub(super) mod coverage;
pub(super) mod demo;
pub(super) mod diff;
pub(super) mod eval;
pub(super) mod explain;
pub(super) mod fmt;
mod input;
pub(super) mod ledger;
pub(super) mod log;
pub(super) mod publish;
pub(super) mod replay;
pub(super) mod roster;
mod roster_source;
pub(super) mod test;

pub(crate) use eval::MaxRefused;
