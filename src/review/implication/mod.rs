//! Whether one condition holds wherever another does.
//!
//! Conditions are compared in the order no, unknown, yes: one implies another if, for every record, the
//! other is at least as true. Everything that conditions are made of keeps that order or turns it round, so
//! it can be shown part by part; what cannot be shown so is left open and never guessed.

mod amount;
mod atom;
mod bound;
mod elements;
mod existence;
mod months;
mod plain;
mod prove;
mod rule;
mod set;
mod side;

pub use prove::Proof;
pub use side::Side;

pub(in crate::review) use plain::plain;
pub(in crate::review) use prove::Formula;
pub(in crate::review) use side::Instead;
