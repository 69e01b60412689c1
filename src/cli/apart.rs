//! What is written must not take the place of what is read.

use std::fs;
use std::path::{Path, PathBuf};

use duecare::ledger::storage::PARTS;
use duecare::loader::{Loaded, Policy};
use duecare::review::approval::APPROVERS_NAME;
use duecare::review::published::LOCK_NAME;
use duecare::source::Sources;

use super::exit::Failure;
use super::files::is_standard;

/// The files that a command reads, as they lie on disk whatever they are called.
#[derive(Default)]
pub(crate) struct Inputs {
    files: Vec<PathBuf>,
}

impl Inputs {
    /// Of those that are named. What is no file, such as a pipe, cannot be overwritten.
    pub(crate) fn of<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Self {
        let files = paths.into_iter().filter(|path| path.is_file());
        Self { files: files.filter_map(|path| fs::canonicalize(path).ok()).collect() }
    }

    /// Of the texts that policies were made of.
    pub(crate) fn of_policies(loaded: &[Loaded]) -> Self {
        let mut made = Self::default();
        for Loaded { sources, policies, .. } in loaded {
            made.files.extend(Self::of_versions(sources, policies).files);
        }
        made
    }

    /// Of the texts that versions of a policy were made of, and of those that publish and approve them.
    pub(crate) fn of_versions(sources: &Sources, policies: &[Policy]) -> Self {
        let texts = sources.iter().map(|(_, file)| file.path());
        let approvals = policies.iter().flat_map(|policy| &policy.approvals.texts);
        let mut made = Self::of(texts.chain(approvals.map(|text| text.path.as_path())));
        let above = made.files.iter().flat_map(|file| file.ancestors().skip(1));
        let above =
            above.flat_map(|folder| [LOCK_NAME, APPROVERS_NAME].map(|name| folder.join(name)));
        let above: Vec<PathBuf> = above.collect();
        made.files.extend(Self::of(above.iter().map(PathBuf::as_path)).files);
        made
    }
}

/// Refuses outputs that lie where an input or another output does.
pub(crate) fn require(outputs: &[&Path], inputs: &Inputs) -> Result<(), Failure> {
    let mut seen: Vec<PathBuf> = Vec::new();
    for output in outputs {
        let real = real(output);
        let shown = output.display();
        if seen.contains(&real) {
            return Err(Failure::input(format!("`{shown}` is named twice as an output"))
                .hint("give each output a file of its own"));
        }
        if inputs.files.contains(&real) {
            return Err(Failure::input(format!(
                "`{shown}` is read by this command, and would be overwritten by its output"
            ))
            .hint("name another file for the output"));
        }
        seen.push(real);
    }
    Ok(())
}

/// Refuses a file that is a part of a ledger, which only the commands of ledgers write.
pub(crate) fn require_no_ledger(output: &Path) -> Result<(), Failure> {
    let real = real(output);
    let Some(ledger) = real.ancestors().skip(1).find(|folder| is_of_ledger(&real, folder)) else {
        return Ok(());
    };
    Err(Failure::input(format!(
        "`{}` lies inside of the ledger `{}`, and would be overwritten by the output",
        output.display(),
        ledger.display()
    ))
    .hint("name a file that lies elsewhere for the output"))
}

fn is_of_ledger(file: &Path, folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).exists();
    let part = file.strip_prefix(folder).ok().and_then(|inside| inside.iter().next());
    let is_part = part.is_some_and(|part| PARTS.iter().any(|known| part == *known));
    is_part && has("origin") && has("keys") && has("checkpoints")
}

/// Where a file lies, or will, with links followed.
pub(crate) fn real(path: &Path) -> PathBuf {
    if is_standard(path) {
        return path.to_path_buf();
    }
    let in_folder = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
        Some(folder.join(path.file_name()?))
    };
    fs::canonicalize(path).ok().or_else(in_folder).unwrap_or_else(|| path.to_path_buf())
}
