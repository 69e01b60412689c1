use std::fs;
use std::io::Write as _;

use duecare::ledger::note::Note;
use duecare::ledger::storage::Folder;
use duecare::ledger::verify::{Report, Trust, Verdict, Weight, verify};

use super::bag;
use crate::cli::args::{CheckFormat, LedgerVerifyArgs};
use crate::cli::exit::{Exit, Failure};
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
    let mut report = verify(&Folder::new(&ledgers::root(path)), &trust, &mut |_| {});
    if let Some(finding) = bag::finding(path) {
        report.fail(finding);
    }
    match args.format {
        CheckFormat::Json => {
            let mut out = anstream::stdout();
            serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        CheckFormat::Text => show(&report, quiet)?,
    }
    Ok(if report.verdict == Verdict::Pass { Exit::Done } else { Exit::EvidenceFails })
}

fn show(report: &Report, quiet: bool) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    writeln!(out, "{}", terminal::heading(&report.verdict.to_string()))?;
    if quiet && report.verdict == Verdict::Pass {
        return Ok(());
    }
    if let (Some(origin), Some(head)) = (&report.origin, &report.head) {
        writeln!(out, "log      {origin}")?;
        writeln!(out, "head     {head}")?;
    }
    let read = &report.read;
    let frames =
        if read.frames > 0 { format!(" in {} frames", read.frames) } else { String::new() };
    writeln!(
        out,
        "read     {} leaves{frames}, {} tiles, {} heads, {} blobs, {} keys of subjects ({} erased)",
        read.leaves, read.tiles, read.heads, read.blobs, read.subjects, read.erased
    )?;
    for run in &report.runs {
        let end = if run.is_complete { "complete" } else { "NOT COMPLETED" };
        writeln!(
            out,
            "run      {}: {} records = {} decided + {} refused, {end}",
            run.run, run.records, run.decided, run.refused
        )?;
    }
    writeln!(out, "{}", terminal::paragraph(&format!("trust    {}", report.assurance), 0, 9))?;
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
