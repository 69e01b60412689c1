//! What people decided, did, granted, and took back.

mod fits;
mod withdraw;

use std::fs;
use std::io::Write as _;

use duecare::digest::Digest;
use duecare::ledger::canonical::Canonical;
use duecare::ledger::commitment::Document;
use duecare::ledger::event::{Recorded, recorded};
use duecare::ledger::run::RunId;
use duecare::ledger::{Entry, Log, Random as _};
use duecare::replay::{Fit, Fitting, Unfit};
use duecare::roster::Addition;
use duecare::value::{Date, Instant};

use super::require_said;
use crate::cli::args::{
    DispositionArgs, FactArgs, LedgerRecordCommand, LedgerWriteArgs, OutcomeArg, RecordedArgs,
    ToldArgs,
};
use crate::cli::exit::{Exit, Failure};
use crate::cli::keys::OsRandom;
use crate::cli::{clock, ledgers};

/// Records what a person decided or did.
pub(super) fn run(command: &LedgerRecordCommand, quiet: bool) -> Result<Exit, Failure> {
    match command {
        LedgerRecordCommand::Disposition(args) => disposition(args, quiet),
        LedgerRecordCommand::Control(args) => fact("control_done", args, quiet),
        LedgerRecordCommand::Exception(args) => fact("exception_granted", args, quiet),
        LedgerRecordCommand::Withdraw(args) => withdraw::run(args, quiet),
    }
}

fn disposition(args: &DispositionArgs, quiet: bool) -> Result<Exit, Failure> {
    let now = clock::now()?;
    let on = args.recorded.told.on.unwrap_or(now.date());
    let evidence = Digest::parse(&args.evidence).ok_or_else(|| {
        Failure::input(format!("`{}` is not the digest of evidence, sha256:...", args.evidence))
            .hint("a hit in a decision record names it as `evidence_digest`")
    })?;
    if args.until.is_some_and(|until| until <= on) {
        return Err(Failure::input("--until does not come after the day of the disposition"));
    }
    let outcome = match args.outcome {
        OutcomeArg::Cleared => "cleared",
        OutcomeArg::Confirmed => "confirmed",
    };
    let mut document = document(&args.recorded.subject, &args.recorded.told, on)?;
    document.set("rule", args.rule.as_str());
    document.set("evidence", evidence.to_string());
    document.set("outcome", outcome);
    let mut public = vec![
        ("rule", Canonical::text(&args.rule)),
        ("outcome", Canonical::text(outcome)),
        ("on", Canonical::text(on)),
    ];
    if let Some(until) = args.until {
        document.set("until", until.to_string());
        public.push(("until", Canonical::text(until)));
    }
    let fits = |fitting: &Fitting<'_>| -> Result<Fit, Unfit> {
        fitting.rule(&args.rule)?;
        fitting.evidence(&args.recorded.subject, &args.rule, &evidence)
    };
    let what = What { kind: "disposition", subject: &args.recorded.subject, public, document };
    checked(&args.recorded, what, &fits, now, quiet)
}

fn fact(kind: &'static str, args: &FactArgs, quiet: bool) -> Result<Exit, Failure> {
    let now = clock::now()?;
    let on = args.recorded.told.on.unwrap_or(now.date());
    let value: serde_json::Value = serde_json::from_str(&args.value).map_err(|error| {
        Failure::input(format!("the value is no JSON: {error}"))
            .hint("write it as it would stand in the roster, as '{\"kind\":\"video\",\"held_on\":\"2026-02-03\"}'")
    })?;
    if value.is_null() || value.is_array() {
        return Err(Failure::input(
            "the value is one element of the list, and neither null nor a list",
        ));
    }
    let mut document = document(&args.recorded.subject, &args.recorded.told, on)?;
    document.set("field", args.field.as_str());
    document.set("value", args.value.as_str());
    let public = vec![("field", Canonical::text(&args.field)), ("on", Canonical::text(on))];
    let fact = Addition {
        subject: args.recorded.subject.clone(),
        field: args.field.clone(),
        value: args.value.clone(),
        leaf: None,
    };
    let what = What { kind, subject: &args.recorded.subject, public, document };
    checked(&args.recorded, what, &|fitting| fitting.fact(&fact), now, quiet)
}

/// What is recorded.
struct What<'s> {
    kind: &'static str,
    subject: &'s str,
    /// What everybody may read.
    public: Vec<(&'static str, Canonical)>,
    document: Document,
}

fn document(subject: &str, told: &ToldArgs, on: Date) -> Result<Document, Failure> {
    require_said(&[("subject", subject), ("by", &told.by), ("why", &told.why)])?;
    let mut document = Document::default();
    document.set("subject", subject);
    document.set("by", told.by.as_str());
    document.set("why", told.why.as_str());
    document.set("on", on.to_string());
    if let Some(path) = &told.attachment {
        let bytes = fs::read(path).map_err(|error| {
            Failure::input(format!("`{}` cannot be read: {error}", path.display()))
        })?;
        document.set("attachment", Digest::of(&bytes).to_string());
    }
    Ok(document)
}

/// Records something that fits what the ledger holds, unless it was said that it does not.
fn checked(
    args: &RecordedArgs,
    what: What<'_>,
    fits: fits::Fits<'_>,
    now: Instant,
    quiet: bool,
) -> Result<Exit, Failure> {
    let log = ledgers::open_unsealed(&args.at.ledger, &args.at.key, now, quiet)?;
    if !args.unchecked {
        fits::require(args, fits, quiet)?;
    }
    append(log, &args.at, what, now, quiet)
}

fn append(
    mut log: Log,
    at: &LedgerWriteArgs,
    what: What<'_>,
    now: Instant,
    quiet: bool,
) -> Result<Exit, Failure> {
    let path = &at.ledger;
    let fails = |problem| ledgers::failure(path, &problem);
    let What { kind, subject, public, document } = what;
    let mut event = [0; 16];
    OsRandom.fill(&mut event).map_err(Failure::input)?;
    let (slot, key) = log
        .with_subjects(|subjects| {
            let slot = subjects.of_subject(subject, &OsRandom)?;
            Ok((slot, subjects.key(slot).cloned()))
        })
        .map_err(fails)?;
    let key = key.ok_or_else(|| Failure::input("the subject was erased"))?;
    let fields = document.root(&key.document_secret(&event, 0));
    let subject = key.commitment(subject);
    let leaf = recorded(&Recorded { kind, event: RunId(event), subject, fields, public }, now);
    let sealed = key.seal(slot, &document, &OsRandom).map_err(fails)?;
    let entry = Entry { leaf: leaf.to_bytes(), sealed: Some((slot, sealed)) };
    let range = log.commit(vec![entry]).map_err(fails)?;
    let head = log.publish().map_err(fails)?;
    if !quiet {
        writeln!(
            anstream::stderr(),
            "recorded in `{}` as leaf {}, head {head}",
            path.display(),
            range.start
        )?;
    }
    Ok(Exit::Done)
}
