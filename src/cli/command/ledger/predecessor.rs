//! The log that another goes on from, where it lies.

use std::path::Path;

use duecare::ledger::verify::{Finding, Report, Verdict, Weight};
use duecare::ledger::{View, checkpoint::Checkpoint};

use super::verify::{require_pass, untrusted};
use crate::cli::exit::Failure;
use crate::cli::ledgers;

/// Opens the log that a new one is to go on from; what does not verify is nothing to go on from.
pub(super) fn open(path: &Path, quiet: bool) -> Result<View, Failure> {
    require_pass(path, &untrusted(path, quiet))?;
    ledgers::view(path)
}

/// How a log in a folder fits the one that names it as its predecessor.
pub(super) fn findings(report: &Report, path: &Path, quiet: bool) -> Vec<Finding> {
    let of_log = |weight, what: String| Finding {
        weight,
        path: "wal".to_owned(),
        offset: None,
        leaf: Some(0),
        what,
    };
    let Some(named) = &report.predecessor else {
        return vec![of_log(Weight::Fault, "the log goes on from no other one".to_owned())];
    };
    let shown = path.display().to_string();
    let of_predecessor = |weight, what: String| Finding {
        weight,
        path: shown.clone(),
        offset: None,
        leaf: None,
        what,
    };
    let before = untrusted(path, quiet);
    let weight = match before.verdict {
        Verdict::Pass => return compared(named, path, &before, &of_predecessor),
        Verdict::Fail => Weight::Fault,
        Verdict::NotVerified => Weight::Open,
    };
    let first = before.findings.iter().find(|found| found.weight != Weight::Note);
    let what = first.map(Finding::to_string).unwrap_or_default();
    vec![of_predecessor(weight, format!("{}: {what}", before.verdict))]
}

fn compared(
    named: &Checkpoint,
    path: &Path,
    before: &Report,
    finding: &dyn Fn(Weight, String) -> Finding,
) -> Vec<Finding> {
    let view = match ledgers::view(path) {
        Ok(view) => view,
        Err(failure) => return vec![finding(Weight::Open, failure.to_string())],
    };
    let head = view.head();
    if head.origin != named.origin {
        let what = format!("it is `{}`, and the log goes on from `{}`", head.origin, named.origin);
        return vec![finding(Weight::Fault, what)];
    }
    if !view.root_at(named.size).is_ok_and(|root| root == named.root) {
        let what = format!("it never had the head that the log goes on from, {named}");
        return vec![finding(Weight::Fault, what)];
    }
    let later = before.read.leaves - named.size;
    let what = match before.sealed {
        Some(seal) if seal < named.size => return Vec::new(),
        _ if later == 0 => "it is not sealed: whoever has its key can still add to it".to_owned(),
        _ => format!("it went on by {later} leaves after the head that the log goes on from"),
    };
    vec![finding(Weight::Note, what)]
}
