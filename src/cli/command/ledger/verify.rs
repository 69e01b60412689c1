use std::fs;
use std::io::Write as _;
use std::path::Path;

use duecare::ledger::View;
use duecare::ledger::note::Note;
use duecare::ledger::storage::Folder;
use duecare::ledger::verify::{Finding, KeyTrust, Report, Trust, Verdict, Vouched, Weight, verify};

use super::{bag, payload, predecessor};
use crate::cli::args::{CheckFormat, LedgerVerifyArgs};
use crate::cli::exit::{Exit, Failure};
use crate::cli::progress::Steps;
use crate::cli::{keys, ledgers, terminal};

/// Most findings that are shown.
const FINDINGS_MAX: usize = 20;

/// Verifies a ledger or an export.
pub(super) fn run(args: &LedgerVerifyArgs, quiet: bool) -> Result<Exit, Failure> {
    let path = &args.at.ledger;
    if !path.is_dir() {
        return Err(Failure::input(format!("`{}` is no folder", path.display()))
            .hint("name the folder of a ledger, or of what was exported from one"));
    }
    let mut trust = Trust::default();
    if let Some(key) = &args.trust {
        trust.key = Some(keys::public(key)?);
    }
    for witness in &args.witness {
        trust.witnesses.push(keys::public(witness)?);
    }
    for head in &args.head {
        let shown = head.display();
        let bytes = fs::read(head)
            .map_err(|error| Failure::input(format!("`{shown}` cannot be read: {error}")))?;
        let note = Note::parse(&bytes).map_err(|problem| {
            Failure::input(format!("`{shown}` is no head of a log: {problem}"))
        })?;
        trust.heads.push(note);
    }
    let mut report = verified(path, &trust, quiet);
    if let Some(before) = &args.predecessor {
        for finding in predecessor::findings(&report, before, quiet) {
            report.add(finding);
        }
    }
    match args.format {
        CheckFormat::Json => {
            let mut out = anstream::stdout();
            serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        CheckFormat::Text => show(&report, args.predecessor.as_deref(), quiet)?,
    }
    Ok(if report.verdict == Verdict::Pass { Exit::Done } else { Exit::EvidenceFails })
}

/// Opens a ledger to decide by what it holds: one that does not verify decides nothing.
pub(in crate::cli::command) fn view(path: &Path, quiet: bool) -> Result<View, Failure> {
    // Where there is none at all, that is what has to be said.
    if ledgers::root(path).join("origin").is_file() {
        require_pass(path, &untrusted(path, quiet))?;
    }
    ledgers::view(path)
}

/// Verifies a ledger or an export by its own keys.
pub(super) fn untrusted(path: &Path, quiet: bool) -> Report {
    verified(path, &Trust::default(), quiet)
}

fn verified(path: &Path, trust: &Trust, quiet: bool) -> Report {
    let steps = Steps::new(!quiet);
    let mut report = verify(&Folder::new(&ledgers::root(path)), trust, &mut |leaves| {
        steps.show(format!("verifying the ledger: {leaves} leaves"));
    });
    // With a log that does not hold there is nothing to compare the rest with.
    let beside = if report.verdict == Verdict::Pass { payload::findings(path) } else { Vec::new() };
    for finding in beside.into_iter().chain(bag::finding(path)) {
        report.add(finding);
    }
    report
}

/// Fails unless a ledger verifies.
pub(super) fn require_pass(path: &Path, report: &Report) -> Result<(), Failure> {
    if report.verdict == Verdict::Pass {
        return Ok(());
    }
    let shown = path.display();
    let first = |weight: Weight| report.findings.iter().find(|found| found.weight == weight);
    let (what, hint) = match (first(Weight::Fault), first(Weight::Open)) {
        (Some(fault), _) => (
            format!("the ledger `{shown}` was changed, and nothing is taken from it: {fault}"),
            "put a copy in its place that verifies".to_owned(),
        ),
        (None, open) => (
            format!(
                "the ledger `{shown}` cannot be verified, and nothing is taken from it: {}",
                open.map(Finding::to_string).unwrap_or_default()
            ),
            format!(
                "`duecare ledger recover --ledger {shown}` settles what a crash has left; anything else needs a copy that verifies"
            ),
        ),
    };
    Err(Failure::Said {
        exit: Exit::EvidenceFails,
        message: what,
        hint: Some(format!("{hint}; see all of it with `duecare ledger verify --ledger {shown}`")),
    })
}

fn show(report: &Report, predecessor: Option<&Path>, quiet: bool) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    writeln!(out, "{}", terminal::heading(&report.verdict.to_string()))?;
    if quiet && report.verdict == Verdict::Pass {
        return Ok(());
    }
    let lines = what_was_read(report).into_iter().chain(ends(report, predecessor));
    for line in lines.chain(trusted(report)) {
        writeln!(out, "{}", terminal::paragraph(&line, 0, 9))?;
    }
    for finding in report.findings.iter().take(FINDINGS_MAX) {
        let text = finding.to_string();
        let line = match finding.weight {
            Weight::Fault => terminal::error(&text),
            Weight::Open => terminal::warning(&text),
            Weight::Note => format!("note: {text}"),
        };
        writeln!(out, "{line}")?;
    }
    let more = report.findings.len().saturating_sub(FINDINGS_MAX);
    if more > 0 {
        writeln!(out, "... and {more} more; see them with --format json")?;
    }
    Ok(())
}

fn what_was_read(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    if let (Some(origin), Some(head)) = (&report.origin, &report.head) {
        lines.push(format!("log      {origin}"));
        lines.push(format!("head     {head}"));
    }
    let read = &report.read;
    let frames =
        if read.frames > 0 { format!(" in {} frames", read.frames) } else { String::new() };
    lines.push(format!(
        "read     {} leaves{frames}, {} tiles, {} heads, {} blobs, {} keys of subjects ({} erased)",
        read.leaves, read.tiles, read.heads, read.blobs, read.subjects, read.erased
    ));
    lines.extend(report.runs.iter().map(|run| {
        let end = if run.is_complete { "complete" } else { "NOT COMPLETED" };
        format!(
            "run      {}: {} records = {} decided + {} refused, {end}",
            run.run, run.records, run.decided, run.refused
        )
    }));
    lines
}

/// Which log it goes on from, and whether it is at its end.
fn ends(report: &Report, predecessor: Option<&Path>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(before) = &report.predecessor {
        let compared = match predecessor.map(|path| path.display().to_string()) {
            None => "not compared (--predecessor DIR)".to_owned(),
            Some(path) => {
                let mut of_it = report.findings.iter().filter(|found| found.path == path);
                let is_had = of_it.all(|found| found.weight == Weight::Note);
                format!("{} `{path}`", if is_had { "a head of" } else { "not found in" })
            }
        };
        lines.push(format!("after    {}: {before}, {compared}", before.origin));
    }
    let sealed = |seal| format!("sealed   by leaf {seal}: no run, fact or key comes after it");
    lines.extend(report.sealed.map(sealed));
    lines
}

/// By which keys it was verified, how far others vouch for it, and what that is worth.
fn trusted(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let ids: Vec<&str> = report.keys.iter().map(|key| key.id.as_str()).collect();
    if !ids.is_empty() {
        let compared = match report.key_trust {
            KeyTrust::NotGiven => {
                "not compared: anybody could have made such a log with a key of their own; compare it with the one that you were given (--trust KEY)"
            }
            KeyTrust::Given => "compared with the key that you trust",
            KeyTrust::Other => "not the key that you trust",
        };
        lines.push(format!("key      {}, {compared}", ids.join(", then ")));
    }
    lines.extend(report.vouched.iter().map(|vouched| vouches(vouched, report.read.leaves)));
    lines.push(match report.key_trust {
        KeyTrust::Other => "trust    none: this is not the log that you trust".to_owned(),
        KeyTrust::NotGiven | KeyTrust::Given => format!("trust    {}", report.assurance),
    });
    lines
}

/// How far a head or a witness vouches for a log of so many leaves.
fn vouches(vouched: &Vouched, leaves: u64) -> String {
    let Vouched { witness, size, since } = vouched;
    let who = match (witness, since) {
        (Some(witness), Some(since)) => format!("the witness {witness}, since {since}"),
        (Some(witness), None) => format!("the witness {witness}"),
        (None, _) => "a head that you gave".to_owned(),
    };
    let newer = match leaves.saturating_sub(*size) {
        0 => "there is no newer one".to_owned(),
        1 => "the newer one is not covered".to_owned(),
        newer => format!("the {newer} newer ones are not covered"),
    };
    format!("vouched  the first {size} leaves, by {who}; {newer}")
}
