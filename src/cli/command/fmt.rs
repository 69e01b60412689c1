use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use duecare::diagnostic::Diagnostic;
use duecare::source::{SourceFile, Sources};
use duecare::syntax::{NotFormatted, format};

use crate::cli::args::FmtArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{self, Output};
use crate::cli::policies;

/// Lays policies out, or says which are not.
pub(crate) fn run(args: &FmtArgs, quiet: bool) -> Result<Exit, Failure> {
    if args.paths.iter().any(|path| files::is_standard(path)) {
        return standard_input(args);
    }
    let mut sources = Sources::default();
    let mut mistakes: Vec<Diagnostic> = Vec::new();
    let (mut changed, mut unusable) = (0_usize, 0_usize);
    let paths = policies::files_of(&args.paths)?;
    for path in &paths {
        let text = files::read_text(path)?;
        match laid_out(&mut sources, path, &text) {
            Ok(made) if made == text => {}
            Ok(made) => {
                changed += 1;
                if args.check {
                    let line = first_difference(&text, &made);
                    let shown = path.display();
                    writeln!(anstream::stdout(), "{shown}:{line} is not in the canonical layout")?;
                } else {
                    let mut file = Output::create(path)?;
                    file.write_all(made.as_bytes())?;
                    file.finish()?;
                }
            }
            Err(NotFormatted::Mistakes(found)) => {
                unusable += 1;
                mistakes.extend(found);
            }
            Err(fault @ NotFormatted::Fault) => {
                return Err(Failure::policy(format!(
                    "`{}` was left as it is: {fault}",
                    path.display()
                )));
            }
        }
    }
    policies::show(&sources, &mistakes, true);
    if !quiet {
        let files = if paths.len() == 1 { "file" } else { "files" };
        let what = if args.check { "to be laid out" } else { "laid out" };
        writeln!(anstream::stderr(), "{} {files}: {changed} {what}", paths.len())?;
    }
    if unusable > 0 {
        return Err(Failure::policy(format!(
            "{unusable} of them cannot be understood and were left as they are"
        )));
    }
    Ok(if args.check && changed > 0 { Exit::Findings } else { Exit::Done })
}

/// Standard input to standard output.
fn standard_input(args: &FmtArgs) -> Result<Exit, Failure> {
    if args.paths.len() > 1 {
        return Err(Failure::input("`-` is standard input, and stands alone"));
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::input(format!("standard input cannot be read: {error}")))?;
    let mut sources = Sources::default();
    match laid_out(&mut sources, Path::new("<standard input>"), &text) {
        Ok(made) if args.check => Ok(if made == text { Exit::Done } else { Exit::Findings }),
        Ok(made) => {
            std::io::stdout().write_all(made.as_bytes())?;
            Ok(Exit::Done)
        }
        Err(NotFormatted::Mistakes(found)) => {
            policies::show(&sources, &found, true);
            Err(Failure::policy("the policy cannot be understood"))
        }
        Err(fault @ NotFormatted::Fault) => Err(Failure::policy(fault)),
    }
}

fn laid_out(sources: &mut Sources, path: &Path, text: &str) -> Result<String, NotFormatted> {
    let file = SourceFile::new(PathBuf::from(path), text);
    let id = sources.add(file.clone());
    format(id, &file)
}

/// The number of the first line that differs.
fn first_difference(text: &str, made: &str) -> usize {
    let same = text.lines().zip(made.lines()).take_while(|(old, new)| old == new);
    same.count() + 1
}
