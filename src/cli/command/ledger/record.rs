use std::fs;
use std::io::Write as _;

use duecare::digest::Digest;
use duecare::ledger::canonical::Canonical;
use duecare::ledger::commitment::Document;
use duecare::ledger::event::{Recorded, recorded};
use duecare::ledger::run::RunId;
use duecare::ledger::{Entry, Random as _};
use duecare::value::Instant;

use crate::cli::args::{DispositionArgs, FactArgs, LedgerRecordCommand, OutcomeArg, RecordedArgs};
use crate::cli::exit::{Exit, Failure};
use crate::cli::keys::OsRandom;
use crate::cli::{clock, ledgers};

/// Records what a person decided or did.
pub(super) fn run(command: &LedgerRecordCommand, quiet: bool) -> Result<Exit, Failure> {
    match command {
        LedgerRecordCommand::Disposition(args) => disposition(args, quiet),
        LedgerRecordCommand::Control(args) => fact("control_done", args, quiet),
        LedgerRecordCommand::Exception(args) => fact("exception_granted", args, quiet),
    }
}

fn disposition(args: &DispositionArgs, quiet: bool) -> Result<Exit, Failure> {
    let now = clock::now()?;
    let on = args.recorded.on.unwrap_or(now.date());
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
    let mut document = document(&args.recorded, on)?;
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
    append("disposition", &args.recorded, public, document, now, quiet)
}

fn fact(kind: &'static str, args: &FactArgs, quiet: bool) -> Result<Exit, Failure> {
    let now = clock::now()?;
    let on = args.recorded.on.unwrap_or(now.date());
    let value: serde_json::Value = serde_json::from_str(&args.value).map_err(|error| {
        Failure::input(format!("the value is no JSON: {error}"))
            .hint("write it as it would stand in the roster, as '{\"kind\":\"video\",\"held_on\":\"2026-02-03\"}'")
    })?;
    if value.is_null() || value.is_array() {
        return Err(Failure::input(
            "the value is one element of the list, and neither null nor a list",
        ));
    }
    let mut document = document(&args.recorded, on)?;
    document.set("field", args.field.as_str());
    document.set("value", args.value.as_str());
    let public = vec![("field", Canonical::text(&args.field)), ("on", Canonical::text(on))];
    append(kind, &args.recorded, public, document, now, quiet)
}

fn document(args: &RecordedArgs, on: duecare::value::Date) -> Result<Document, Failure> {
    for (name, text) in [("subject", &args.subject), ("by", &args.by), ("why", &args.why)] {
        if text.trim().is_empty() {
            return Err(Failure::input(format!("--{name} is empty")));
        }
    }
    let mut document = Document::default();
    document.set("subject", args.subject.as_str());
    document.set("by", args.by.as_str());
    document.set("why", args.why.as_str());
    document.set("on", on.to_string());
    if let Some(path) = &args.attachment {
        let bytes = fs::read(path).map_err(|error| {
            Failure::input(format!("`{}` cannot be read: {error}", path.display()))
        })?;
        document.set("attachment", Digest::of(&bytes).to_string());
    }
    Ok(document)
}

fn append(
    kind: &'static str,
    args: &RecordedArgs,
    public: Vec<(&'static str, Canonical)>,
    document: Document,
    now: Instant,
    quiet: bool,
) -> Result<Exit, Failure> {
    let path = &args.at.ledger;
    let fails = |problem| ledgers::failure(path, &problem);
    let mut log = ledgers::open(path, &args.at.key, now, quiet)?;
    let mut event = [0; 16];
    OsRandom.fill(&mut event).map_err(Failure::input)?;
    let (slot, key) = log
        .with_subjects(|subjects| {
            let slot = subjects.of_subject(&args.subject, &OsRandom)?;
            Ok((slot, subjects.key(slot).cloned()))
        })
        .map_err(fails)?;
    let key = key.ok_or_else(|| Failure::input("the subject was erased"))?;
    let fields = document.root(&key.document_secret(&event, 0));
    let leaf = recorded(
        &Recorded {
            kind,
            event: RunId(event),
            subject: key.commitment(&args.subject),
            fields,
            public,
        },
        now,
    );
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
