use std::io::Write as _;

use duecare::explain::explain;
use duecare::roster::RawReader;

use super::input::{self, Input, Manner};
use crate::cli::args::ExplainArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{policies, terminal};

/// Explains the decision about one subject.
pub(crate) fn run(args: &ExplainArgs, quiet: bool) -> Result<Exit, Failure> {
    policies::only(&args.input.chosen)?;
    let as_of = input::as_of(&args.input.chosen)?;
    let manner = Manner { as_of, jobs: 0, brief: None, facts_size: None, quiet };
    let mut input = input::open(&args.input, &manner)?;
    let Input { loaded, engines, layouts, reader, numbers, .. } = &mut input;
    let (Some(loaded), Some(engine), Some(layout)) =
        (loaded.first(), engines.first(), layouts.first())
    else {
        return Err(Failure::policy("no policy was loaded"));
    };
    if let Some(rule) = &args.rule {
        let rules = &engine.policy().checked.rules;
        if rules.iter().all(|known| known.name != *rule) {
            return Err(Failure::input(format!("the policy has no rule `{rule}`")));
        }
    }
    let mut read = 0_u64;
    while let Some(raw) = next(reader)? {
        read += 1;
        let decoded = layout.decode(&raw);
        match decoded.record {
            Some(record) if record.subject == args.subject => {
                let explanation = explain(engine, &loaded.sources, &record, args.rule.as_deref());
                write!(anstream::stdout(), "{}", explanation.wrapped(terminal::columns()))?;
                return Ok(Exit::Done);
            }
            Some(_) => {}
            None => {
                let text = String::from_utf8_lossy(raw.text.bytes());
                if text.contains(&args.subject) {
                    let problems: Vec<String> =
                        decoded.problems.iter().map(ToString::to_string).collect();
                    return Err(Failure::input(format!(
                        "{numbers} {} names `{}` and was refused: {}",
                        raw.number,
                        args.subject,
                        problems.join("; ")
                    )));
                }
            }
        }
    }
    Err(Failure::input(format!("none of the {read} records is about `{}`", args.subject)))
}

fn next<R: std::io::BufRead>(
    reader: &mut RawReader<R>,
) -> Result<Option<duecare::roster::RawRecord>, Failure> {
    reader
        .next_record()
        .map_err(|error| Failure::input(format!("the roster cannot be read: {error}")))
}
