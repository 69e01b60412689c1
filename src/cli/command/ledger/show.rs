use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::io::{self, IsTerminal as _, Write as _};

use duecare::ledger::canonical::Canonical;
use duecare::ledger::event::withdrawals;
use duecare::ledger::{Subjects, View};
use duecare::report::{LeafRow, leaf_table};

use super::subject;
use crate::cli::args::{LedgerShowArgs, ShowFormat};
use crate::cli::exit::{Exit, Failure};
use crate::cli::{ledgers, terminal};

/// Shows leaves.
pub(super) fn run(args: &LedgerShowArgs) -> Result<Exit, Failure> {
    let path = &args.at.ledger;
    let view = ledgers::view(path)?;
    let fails = |problem| ledgers::failure(path, &problem);
    let wanted = match &args.subject {
        Some(id) => Some(Canonical::text(subject::find(&view, path, id)?.commitment)),
        None => None,
    };
    let format = args.format.unwrap_or(if io::stdout().is_terminal() {
        ShowFormat::Table
    } else {
        ShowFormat::Jsonl
    });
    let range = match args.leaf {
        Some(index) if index >= view.head().size => {
            return Err(Failure::input(format!("there is no leaf {index}"))
                .hint(format!("the log has {} leaves, counted from 0", view.head().size)));
        }
        Some(index) => index..index + 1,
        None => 0..view.head().size,
    };
    let mut chosen: VecDeque<(u64, Canonical)> = VecDeque::new();
    view.leaves(range, &mut |index, bytes| {
        let Ok(leaf) = Canonical::parse(bytes) else { return Ok(true) };
        let is = |key: &str, asked: Option<&String>| {
            asked.is_none_or(|asked| leaf.text_at(key) == Some(asked.as_str()))
        };
        let is_wanted = is("kind", args.kind.as_ref())
            && is("run", args.run.as_ref())
            && wanted.as_ref().is_none_or(|wanted| leaf.get("subject") == Some(wanted));
        if is_wanted {
            chosen.push_back((index, leaf));
            if args.last.is_some_and(|last| chosen.len() > last) {
                chosen.pop_front();
            }
        }
        Ok(true)
    })
    .map_err(fails)?;
    let subjects = view.subjects().map_err(fails)?;
    let names = names(&view, subjects.as_ref(), &chosen).map_err(fails)?;
    let withdrawn = withdrawals(view.events());
    let shown = chosen.into_iter().map(|(index, leaf)| LeafRow {
        index,
        subject: names.get(&index).cloned(),
        withdrawn: withdrawn.get(&index).copied(),
        leaf,
    });
    match format {
        ShowFormat::Jsonl => {
            let mut out = io::stdout().lock();
            for LeafRow { index, leaf, subject, withdrawn } in shown {
                write!(out, "{{\"leaf\":{index}")?;
                if let Some(subject) = subject {
                    write!(
                        out,
                        ",\"subject_id\":{}",
                        serde_json::to_string(&subject).map_err(io::Error::from)?
                    )?;
                }
                if let Some(by) = withdrawn {
                    write!(out, ",\"withdrawn_by\":{by}")?;
                }
                out.write_all(b",\"entry\":")?;
                out.write_all(&leaf.to_bytes())?;
                out.write_all(b"}\n")?;
            }
        }
        ShowFormat::Table => {
            let rows: Vec<LeafRow> = shown.collect();
            writeln!(anstream::stdout(), "{}", leaf_table(&rows, terminal::columns()))?;
        }
    }
    Ok(Exit::Done)
}

/// Who leaves are about, as the vault tells.
fn names(
    view: &View,
    subjects: Option<&Subjects>,
    chosen: &VecDeque<(u64, Canonical)>,
) -> Result<BTreeMap<u64, String>, duecare::ledger::Problem> {
    let mut names = BTreeMap::new();
    let (Some(subjects), Some((first, _)), Some((last, _))) =
        (subjects, chosen.front(), chosen.back())
    else {
        return Ok(names);
    };
    let wanted: std::collections::BTreeSet<u64> = chosen.iter().map(|(index, _)| *index).collect();
    let mut documents = view.documents(*first);
    while let Some(kept) = documents.next()? {
        if kept.leaf > *last {
            break;
        }
        if !wanted.contains(&kept.leaf) {
            continue;
        }
        let name = match kept.open(subjects)? {
            Some(document) => document.text("subject").map(str::to_owned),
            None => Some("erased".to_owned()),
        };
        if let Some(name) = name {
            names.insert(kept.leaf, name);
        }
    }
    Ok(names)
}
