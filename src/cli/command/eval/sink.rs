use std::io::{self, IsTerminal as _, Write as _};

use duecare::decision::{Brief, Decision};
use duecare::report::{
    CSV_HEADER, DecisionRow, FlatDecision, Highlight, ParquetDecisions, csv_row, decision_table,
};
use duecare::run::{Judged, Ladder};

use crate::cli::args::{DetailArg, EvalArgs, EvalFormat};
use crate::cli::exit::Failure;
use crate::cli::files::{self, Output};
use crate::cli::terminal;

/// What is made of one decided record.
pub(super) struct Rendered {
    made: Made,
    /// What it may add to a report.
    pub(super) highlight: Option<Highlight>,
}

enum Made {
    Text(Vec<u8>),
    TableRows(Vec<DecisionRow>),
    FlatRows(Vec<FlatDecision>),
}

impl Rendered {
    /// Of what `Form::text` made.
    pub(super) fn of_text(text: Vec<u8>) -> Self {
        Self { made: Made::Text(text), highlight: None }
    }
}

/// A decision record with its bytes.
pub(super) type Written<'p> = (Decision<'p>, Vec<u8>);

/// The decision records of one subject, by each policy.
pub(super) fn written<'p>(judged: &[Judged<'p, '_>]) -> Vec<Written<'p>> {
    let decisions =
        judged.iter().map(|judged| judged.engine.decision(judged.record, &judged.judgement));
    decisions
        .map(|decision| {
            let bytes = serde_json::to_vec(&decision).unwrap_or_default();
            (decision, bytes)
        })
        .collect()
}

/// How decisions are written.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub(super) format: EvalFormat,
    detail: DetailArg,
}

impl Form {
    pub(super) fn new(args: &EvalArgs) -> Result<Self, Failure> {
        let is_on_terminal = files::is_standard(&args.output) && io::stdout().is_terminal();
        let default = if is_on_terminal { EvalFormat::Table } else { EvalFormat::Jsonl };
        let format = args.format.unwrap_or(default);
        if format == EvalFormat::Parquet && is_on_terminal {
            return Err(Failure::input("Parquet cannot be shown on a terminal")
                .hint("name a file with --output FILE"));
        }
        Ok(Self { format, detail: args.detail })
    }

    /// Whether only short lines are written.
    pub(super) fn is_brief(self) -> bool {
        self.detail == DetailArg::Brief
            && matches!(self.format, EvalFormat::Jsonl | EvalFormat::Json)
    }

    /// One subject's part of the output: by each policy, and of several the most severe besides.
    pub(super) fn render(
        self,
        ladder: &Ladder,
        judged: &[Judged<'_, '_>],
        written: &[Written<'_>],
        highlight: Option<Highlight>,
    ) -> Rendered {
        let decisions = written.iter().map(|(decision, _)| decision);
        let made = match self.format {
            EvalFormat::Jsonl | EvalFormat::Json | EvalFormat::Csv => {
                Made::Text(self.text(ladder, judged, written))
            }
            EvalFormat::Table => Made::TableRows(decisions.map(DecisionRow::new).collect()),
            EvalFormat::Parquet => Made::FlatRows(decisions.map(FlatDecision::new).collect()),
        };
        Rendered { made, highlight }
    }

    /// One subject's part of an output that is text; of one for people or of a table there is none.
    pub(super) fn text(
        self,
        ladder: &Ladder,
        judged: &[Judged<'_, '_>],
        written: &[Written<'_>],
    ) -> Vec<u8> {
        match self.format {
            EvalFormat::Jsonl => {
                let mut text = self.json(ladder, judged, written).join(b"\n".as_slice());
                text.push(b'\n');
                text
            }
            EvalFormat::Json => self.json(ladder, judged, written).join(b",\n".as_slice()),
            EvalFormat::Csv => {
                let decisions = written.iter().map(|(decision, _)| FlatDecision::new(decision));
                decisions.flat_map(|decision| csv_line(&decision)).collect()
            }
            EvalFormat::Table | EvalFormat::Parquet => Vec::new(),
        }
    }

    fn json(
        self,
        ladder: &Ladder,
        judged: &[Judged<'_, '_>],
        written: &[Written<'_>],
    ) -> Vec<Vec<u8>> {
        let several = judged.len() > 1;
        let mut parts: Vec<Vec<u8>> = if self.is_brief() {
            let brief = judged.iter().map(|Judged { engine, record, judgement }| {
                let name = engine.policy().checked.identity.name.as_str();
                let policy = several.then_some(name);
                serde_json::to_vec(&Brief { policy, ..engine.brief(record, judgement) })
                    .unwrap_or_default()
            });
            brief.collect()
        } else {
            written.iter().map(|(_, bytes)| bytes.clone()).collect()
        };
        if several && let Some(subject) = ladder.subject(judged) {
            parts.extend(serde_json::to_vec(&subject));
        }
        parts
    }
}

fn csv_line(decision: &FlatDecision) -> Vec<u8> {
    let mut row = csv::Writer::from_writer(Vec::new());
    let written = row.write_record(csv_row(decision));
    written.ok().and_then(|()| row.into_inner().ok()).unwrap_or_default()
}

/// Where decisions go, one after the other.
pub(super) struct Sink {
    form: Form,
    to: To,
    is_first: bool,
    /// Of a table, which is laid out at the end.
    rows: Vec<DecisionRow>,
}

enum To {
    Text(Output),
    Parquet(Box<ParquetDecisions<Output>>),
}

impl Sink {
    pub(super) fn new(form: Form, mut output: Output) -> Result<Self, Failure> {
        let to = match form.format {
            EvalFormat::Parquet => {
                To::Parquet(Box::new(ParquetDecisions::new(output).map_err(io::Error::from)?))
            }
            EvalFormat::Json => {
                output.write_all(b"[\n")?;
                To::Text(output)
            }
            EvalFormat::Csv => {
                let mut header = csv::Writer::from_writer(&mut output);
                header.write_record(CSV_HEADER).map_err(io::Error::other)?;
                header.flush()?;
                drop(header);
                To::Text(output)
            }
            EvalFormat::Table | EvalFormat::Jsonl => To::Text(output),
        };
        Ok(Self { form, to, is_first: true, rows: Vec::new() })
    }

    /// Takes what was made of the next record.
    pub(super) fn write(&mut self, rendered: Rendered) -> io::Result<()> {
        match (rendered.made, &mut self.to) {
            (Made::TableRows(rows), _) => self.rows.extend(rows),
            (Made::FlatRows(rows), To::Parquet(file)) => {
                for row in rows {
                    file.push(row)?;
                }
            }
            (Made::Text(text), To::Text(output)) => {
                if self.form.format == EvalFormat::Json && !self.is_first {
                    output.write_all(b",\n")?;
                }
                output.write_all(&text)?;
            }
            // A form is made for its own place.
            (Made::FlatRows(_), To::Text(_)) | (Made::Text(_), To::Parquet(_)) => {}
        }
        self.is_first = false;
        Ok(())
    }

    /// Ends a run that came to its end.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let mut output = match self.to {
            To::Parquet(file) => file.finish().map_err(io::Error::from)?,
            To::Text(output) => output,
        };
        match self.form.format {
            EvalFormat::Json => {
                output.write_all(if self.is_first { b"]\n" } else { b"\n]\n" })?;
            }
            EvalFormat::Table => {
                writeln!(output, "{}", decision_table(&self.rows, terminal::columns()))?;
            }
            EvalFormat::Jsonl | EvalFormat::Csv | EvalFormat::Parquet => {}
        }
        output.finish()
    }

    /// Ends a run that was ended early: what went to standard output is written out, and a file does not
    /// appear.
    pub(super) fn abandon(self) -> Result<(), Failure> {
        match self.to {
            To::Text(mut output) => Ok(output.flush()?),
            To::Parquet(_) => Ok(()),
        }
    }
}
