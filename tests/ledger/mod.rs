//! The ledger keeps its promises: through crashes and full disks, and against whoever changes it.

mod ends;
mod faults;
mod flips;
mod garbled;
mod oracle;
#[cfg(feature = "planted-bugs")]
mod planted;
mod sample;
mod withdrawals;
mod write_back;
