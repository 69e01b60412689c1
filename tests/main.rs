//! Integration tests: fixtures, golden decisions, properties, the command line.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "tests fail loudly"
)]

mod approvals;
mod audit;
mod cli;
mod decision_record;
mod determinism;
mod diff;
mod docs;
mod early;
mod endings;
mod evidence;
mod examples;
mod fixtures;
mod folder;
mod format;
mod formats;
mod hostile;
mod impact;
mod ledger;
mod library;
mod lists;
mod parquet;
mod peers;
mod publishing;
mod relief;
mod report;
mod review;
mod review_soundness;
mod review_witness;
mod soundness;
mod support;
mod testing;
mod truth_table;
mod versions;
mod windows;
