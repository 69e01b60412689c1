use std::cell::RefCell;
use std::io::{self, IsTerminal as _, Write};

use duecare::decision::Brief;
use duecare::eval::Detail;
use duecare::report::{CSV_HEADER, DecisionRow, csv_row, decision_table, run_report};
use duecare::run::{Judged, Ladder, Plan, Refused, RunError, RunSummary, evaluate};

use super::input;
use crate::cli::args::{DetailArg, EvalArgs, EvalFormat};
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{self, Output};
use crate::cli::terminal;

/// Most refused records that are named on standard error; `--refused` has all.
const REFUSED_SHOWN_MAX: u64 = 10;

/// Evaluates a roster.
pub(crate) fn run(args: &EvalArgs, quiet: bool) -> Result<Exit, Failure> {
    let mut input = input::open(&args.input, args.jobs, quiet)?;
    let ladder = Ladder::new(&input.engines).map_err(|clash| {
        Failure::policy(clash).hint("evaluate them in two runs, or order their levels alike")
    })?;
    require_level(&ladder, args.fail_on.as_deref())?;
    let is_on_terminal = files::is_standard(&args.output) && io::stdout().is_terminal();
    let format =
        args.format.unwrap_or(if is_on_terminal { EvalFormat::Table } else { EvalFormat::Jsonl });
    let mut output = Output::create(&args.output)?;
    let refused = RefCell::new(match &args.refused {
        Some(path) => Some(Output::create(path)?),
        None => None,
    });
    let rows = std::sync::Mutex::new(Vec::new());
    let render = |judged: &[Judged<'_, '_>]| render(args, format, &ladder, judged);
    let detail = match (args.detail, format) {
        (DetailArg::Brief, EvalFormat::Jsonl | EvalFormat::Json) => Detail::Brief,
        _ => Detail::Full,
    };
    begin(&mut output, format)?;
    let mut is_first = true;
    let mut on_decided = |line: &[u8]| -> io::Result<()> {
        match format {
            EvalFormat::Table => {
                if let Ok(mut rows) = rows.lock() {
                    rows.push(line.to_vec());
                }
                return Ok(());
            }
            EvalFormat::Json if !is_first => output.write_all(b",\n")?,
            EvalFormat::Jsonl | EvalFormat::Json | EvalFormat::Csv => {}
        }
        is_first = false;
        output.write_all(line)
    };
    let mut refused_so_far = 0;
    let mut on_refused = |record: Refused<'_>| -> io::Result<()> {
        refused_so_far += 1;
        if refused_so_far <= REFUSED_SHOWN_MAX && !quiet {
            show_refused(&record, input.numbers)?;
        }
        match &mut *refused.borrow_mut() {
            Some(file) => write_refused(file, record),
            None => (record.rest)(&mut |_| Ok(())),
        }
    };
    let plan = Plan { engines: &input.engines, layouts: &input.layouts, jobs: args.jobs, detail };
    let summary =
        evaluate(&plan, &ladder, &mut input.reader, &render, &mut on_decided, &mut on_refused)
            .map_err(failure)?;
    input.require_unchanged()?;
    end(&mut output, format, rows, is_first)?;
    output.finish()?;
    if let Some(file) = refused.into_inner() {
        file.finish()?;
    }
    if let Some(path) = &args.summary {
        let mut file = Output::create(path)?;
        serde_json::to_writer_pretty(&mut file, &summary).map_err(io::Error::from)?;
        file.write_all(b"\n")?;
        file.finish()?;
    }
    conclude(args, quiet, &ladder, &summary)
}

/// One subject's part of the output: by each policy, and of several the most severe besides.
fn render(
    args: &EvalArgs,
    format: EvalFormat,
    ladder: &Ladder,
    judged: &[Judged<'_, '_>],
) -> Vec<u8> {
    let several = judged.len() > 1;
    let mut parts: Vec<Vec<u8>> = judged
        .iter()
        .map(|Judged { engine, record, judgement }| match (format, args.detail) {
            (EvalFormat::Jsonl | EvalFormat::Json, DetailArg::Brief) => {
                let name = engine.policy().checked.identity.name.as_str();
                let policy = several.then_some(name);
                serde_json::to_vec(&Brief { policy, ..engine.brief(record, judgement) })
                    .unwrap_or_default()
            }
            (EvalFormat::Jsonl | EvalFormat::Json, DetailArg::Full) => {
                serde_json::to_vec(&engine.decision(record, judgement)).unwrap_or_default()
            }
            (EvalFormat::Csv, _) => {
                let mut row = csv::Writer::from_writer(Vec::new());
                let written = row.write_record(csv_row(&engine.decision(record, judgement)));
                written.ok().and_then(|()| row.into_inner().ok()).unwrap_or_default()
            }
            (EvalFormat::Table, _) => {
                serde_json::to_vec(&DecisionRow::new(&engine.decision(record, judgement)))
                    .unwrap_or_default()
            }
        })
        .collect();
    let is_json = matches!(format, EvalFormat::Jsonl | EvalFormat::Json);
    if several
        && is_json
        && let Some(subject) = ladder.subject(judged)
    {
        parts.extend(serde_json::to_vec(&subject));
    }
    match format {
        EvalFormat::Jsonl => {
            parts.into_iter().flat_map(|part| [part, b"\n".to_vec()].concat()).collect()
        }
        EvalFormat::Json => parts.join(b",\n".as_slice()),
        EvalFormat::Csv => parts.concat(),
        EvalFormat::Table => parts.join(b"\n".as_slice()),
    }
}

fn begin(output: &mut Output, format: EvalFormat) -> Result<(), Failure> {
    match format {
        EvalFormat::Json => output.write_all(b"[\n")?,
        EvalFormat::Csv => {
            let mut header = csv::Writer::from_writer(&mut *output);
            header.write_record(CSV_HEADER).map_err(io::Error::other)?;
            header.flush()?;
        }
        EvalFormat::Table | EvalFormat::Jsonl => {}
    }
    Ok(())
}

fn end(
    output: &mut Output,
    format: EvalFormat,
    rows: std::sync::Mutex<Vec<Vec<u8>>>,
    is_empty: bool,
) -> Result<(), Failure> {
    match format {
        EvalFormat::Json => output.write_all(if is_empty { b"]\n" } else { b"\n]\n" })?,
        EvalFormat::Table => {
            let rows = rows.into_inner().unwrap_or_default();
            let rows = rows.iter().flat_map(|rows| rows.split(|byte| *byte == b'\n'));
            let rows: Vec<DecisionRow> =
                rows.filter_map(|row| serde_json::from_slice(row).ok()).collect();
            writeln!(output, "{}", decision_table(&rows, terminal::columns()))?;
        }
        EvalFormat::Jsonl | EvalFormat::Csv => {}
    }
    Ok(())
}

fn require_level(ladder: &Ladder, level: Option<&str>) -> Result<(), Failure> {
    let Some(level) = level else { return Ok(()) };
    if ladder.rank(level).is_some() {
        return Ok(());
    }
    let names: Vec<String> = ladder.levels().iter().map(|names| names.join(", ")).collect();
    Err(Failure::input(format!("there is no level `{level}`"))
        .hint(format!("there is {}", names.join(", "))))
}

fn show_refused(record: &Refused<'_>, numbers: &str) -> io::Result<()> {
    let reasons: Vec<String> = record.problems.iter().map(ToString::to_string).collect();
    let message = format!("{numbers} {} is refused: {}", record.number, reasons.join("; "));
    writeln!(anstream::stderr(), "{}", terminal::warning(&message))
}

/// `duecare.refused/1`: number, reasons, and the text as it was read. Bytes that are not UTF-8 text are
/// shown as U+FFFD, and `lossy` says so.
fn write_refused(file: &mut Output, record: Refused<'_>) -> io::Result<()> {
    write!(file, "{{\"format\":\"duecare.refused/1\",\"record\":{},\"reasons\":", record.number)?;
    serde_json::to_writer(&mut *file, record.problems)?;
    file.write_all(b",\"text\":\"")?;
    let mut text = EscapedText::default();
    text.write(file, record.text)?;
    (record.rest)(&mut |more| text.write(file, more))?;
    let is_lossy = text.finish(file)?;
    file.write_all(if is_lossy { b"\",\"lossy\":true}\n" } else { b"\"}\n" })
}

/// Writes bytes as the inside of a JSON string, piece by piece.
#[derive(Default)]
struct EscapedText {
    /// The beginning of a character that goes on in the next piece.
    pending: Vec<u8>,
    is_lossy: bool,
}

impl EscapedText {
    fn write(&mut self, file: &mut Output, bytes: &[u8]) -> io::Result<()> {
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => return write_escaped(file, text),
                Err(error) => {
                    let (sound, behind) = rest.split_at(error.valid_up_to());
                    write_escaped(file, &String::from_utf8_lossy(sound))?;
                    match error.error_len() {
                        None => {
                            self.pending = behind.to_vec();
                            return Ok(());
                        }
                        Some(length) => {
                            self.is_lossy = true;
                            write_escaped(file, "\u{fffd}")?;
                            rest = behind.get(length..).unwrap_or_default();
                        }
                    }
                }
            }
        }
    }

    /// Writes what is left; whether anything could not be shown as it was.
    fn finish(self, file: &mut Output) -> io::Result<bool> {
        if !self.pending.is_empty() {
            write_escaped(file, "\u{fffd}")?;
            return Ok(true);
        }
        Ok(self.is_lossy)
    }
}

fn write_escaped(file: &mut Output, text: &str) -> io::Result<()> {
    let quoted = serde_json::to_string(text)?;
    let inside = quoted.strip_prefix('"').and_then(|quoted| quoted.strip_suffix('"'));
    file.write_all(inside.unwrap_or_default().as_bytes())
}

fn failure(error: RunError) -> Failure {
    if let RunError::Write(error) = error { error.into() } else { Failure::input(error) }
}

/// Reports the run and says how it ended.
fn conclude(
    args: &EvalArgs,
    quiet: bool,
    ladder: &Ladder,
    summary: &RunSummary,
) -> Result<Exit, Failure> {
    if summary.records() == 0 {
        return Err(Failure::input("the roster is empty: nobody was decided"));
    }
    let unnamed = summary.refused().saturating_sub(REFUSED_SHOWN_MAX);
    if unnamed > 0 && !quiet {
        let where_all =
            if args.refused.is_some() { "" } else { "; write them all with --refused FILE" };
        let message = format!("{unnamed} more records are refused{where_all}");
        writeln!(anstream::stderr(), "{}", terminal::warning(&message))?;
    }
    if !quiet {
        write!(anstream::stderr(), "\n{}", run_report(summary, terminal::columns()))?;
    }
    if summary.decided() == 0 {
        return Err(Failure::input(format!(
            "no record could be read: all {} are refused",
            summary.refused()
        )));
    }
    let limit = args.fail_on.as_deref().and_then(|level| ladder.rank(level));
    // The most severe stand first.
    let reached = limit.map_or(0, |rank| ladder.levels().len() - rank);
    let has_reached = summary.subjects.iter().take(reached).any(|count| count.subjects > 0);
    let has_findings = summary.refused() > 0
        || has_reached
        || summary.runs.iter().any(|run| !run.carried.is_empty() || !run.bad_values.is_empty());
    Ok(if has_findings { Exit::Findings } else { Exit::Done })
}
