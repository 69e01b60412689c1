use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use duecare::diagnostic::{Diagnostic, Level, Style, render};
use duecare::loader::{Loaded, Policy, load};
use duecare::review::published::{Checked, Extent, check};
use duecare::review::{
    self,
    approval::{self, Standings},
};
use duecare::source::Sources;
use duecare::value::{Date, Instant};

use super::apart;
use super::args::PolicyArgs;
use super::exit::{Exit, Failure};
use super::terminal;

/// Loads the policy that `--policy` names and the version in force at a time.
pub(crate) fn one(
    named: &str,
    policies: &Path,
    as_of: Instant,
    quiet: bool,
) -> Result<(Loaded, Policy), Failure> {
    let (paths, version) = locate(named, policies)?;
    let (loaded, _) = loaded(&paths, Extent::Loaded)?;
    if loaded.has_errors() {
        show(&loaded.sources, &loaded.diagnostics, true);
        return Err(Failure::Said {
            exit: Exit::PolicyUnusable,
            message: format!(
                "the policy `{named}` cannot be used: {}",
                counted(&loaded.diagnostics)
            ),
            hint: None,
        });
    }
    if !quiet {
        let warnings: Vec<Diagnostic> = loaded
            .diagnostics
            .iter()
            .filter(|found| found.level() == Level::Warning)
            .cloned()
            .collect();
        if !warnings.is_empty() {
            let message =
                format!("the policy has {}; `duecare check` shows them", counted(&warnings));
            let _ = writeln!(anstream::stderr(), "{}", terminal::warning(&message));
        }
    }
    let policy = match version {
        Version::InForce => loaded.in_force(as_of.date()).map_err(|error| {
            Failure::policy(error).hint("choose a time with --as-of, or name one version's file")
        })?,
        Version::Only => loaded
            .policies
            .first()
            .ok_or_else(|| Failure::policy(format!("`{named}` has no `policy` declaration")))?,
    };
    warn_out_of_force(policy, as_of.date());
    let policy = policy.clone();
    Ok((loaded, policy))
}

/// Loads policies and compares them with what is published: one that was changed afterwards cannot be used.
pub(crate) fn loaded(paths: &[PathBuf], extent: Extent) -> Result<(Loaded, Checked), Failure> {
    let (loaded, checked, _) = judged(paths, extent, false)?;
    Ok((loaded, checked))
}

/// The same with how they stand with their approvers, which may be required to have approved them.
pub(crate) fn judged(
    paths: &[PathBuf],
    extent: Extent,
    is_approval_required: bool,
) -> Result<(Loaded, Checked, Standings), Failure> {
    let base = base()?;
    let mut loaded = load(paths, &mut |path| fs::read(path));
    let checked = check(&mut loaded, paths, extent, &base, &mut |path| fs::read(path));
    let standings = approval::check(
        &mut loaded,
        is_approval_required,
        &base,
        &mut |path| fs::read(path),
        &mut |folder| fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect(),
    );
    Ok((loaded, checked, standings))
}

/// Where the number of a version that is not published has to rise further, next to the versions that lie beside it.
pub(crate) fn steps_too_small(
    loaded: &Loaded,
    paths: &[PathBuf],
    checked: &Checked,
) -> Result<Vec<Diagnostic>, Failure> {
    let folders: BTreeSet<&Path> = paths.iter().filter_map(|path| path.parent()).collect();
    let known: BTreeSet<PathBuf> = paths.iter().map(|path| apart::real(path)).collect();
    let mut beside = Vec::new();
    for folder in folders {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let is_new = |path: &PathBuf| !known.contains(&apart::real(path));
        beside.extend(due_files(folder, false)?.into_iter().filter(is_new));
    }
    let beside = load(&beside, &mut |path| fs::read(path));
    Ok(review::steps_too_small(loaded, &beside, checked))
}

/// The one version that is named, which must be a version and not a folder of them.
pub(crate) fn version(named: &str, policies: &Path) -> Result<PathBuf, Failure> {
    match locate(named, policies)? {
        (paths, Version::Only) => paths.into_iter().next(),
        (_, Version::InForce) => None,
    }
    .ok_or_else(|| {
        Failure::policy(format!("`{named}` does not name one version"))
            .hint("name its .due file, or NAME@VERSION")
    })
}

/// The folder from which relative paths start.
pub(crate) fn base() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| {
        Failure::input(format!("the folder that this was started in cannot be told: {error}"))
    })
}

/// The one policy of a command that takes one.
pub(crate) fn only(chosen: &PolicyArgs) -> Result<&str, Failure> {
    match chosen.policy.as_slice() {
        [only] => Ok(only),
        several => Err(Failure::policy(format!("{} policies are named", several.len()))
            .hint("this command takes one --policy")),
    }
}

/// Which of the versions that were found is meant.
pub(crate) enum Version {
    /// The one in force.
    InForce,
    /// The only one, in force or not.
    Only,
}

/// The files of `FILE.due`, of a folder of versions, or of `NAME` or `NAME@VERSION` in the library.
pub(crate) fn locate(named: &str, policies: &Path) -> Result<(Vec<PathBuf>, Version), Failure> {
    let path = Path::new(named);
    if path.is_dir() {
        return Ok((versions_in(path)?, Version::InForce));
    }
    if path.is_file() {
        return Ok((vec![path.to_path_buf()], Version::Only));
    }
    let (name, version) = match named.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (named, None),
    };
    let folders = [policies.join(name), policies.join(name.replace('_', "-"))];
    let folder = folders.into_iter().find(|folder| folder.is_dir()).ok_or_else(|| {
        Failure::policy(format!(
            "there is no policy `{named}`: no such file or folder, and none in `{}`",
            policies.display()
        ))
        .hint("name a .due file, a folder of versions, or NAME@VERSION under --policies DIR")
    })?;
    match version {
        None => Ok((versions_in(&folder)?, Version::InForce)),
        Some(version) => {
            let file = folder.join(format!("{version}.due"));
            if file.is_file() {
                return Ok((vec![file], Version::Only));
            }
            let there: Vec<String> = versions_in(&folder)?
                .iter()
                .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
                .collect();
            Err(Failure::policy(format!("`{name}` has no version {version}"))
                .hint(format!("there is {}", there.join(", "))))
        }
    }
}

/// The `.due` files directly in a folder.
pub(crate) fn versions_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let files = due_files(folder, false)?;
    if files.is_empty() {
        return Err(Failure::policy(format!("there is no .due file in `{}`", folder.display())));
    }
    Ok(files)
}

/// The first policy of a folder of policies, by name.
pub(crate) fn first_in(policies: &Path) -> Result<String, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::policy(format!("`{}` cannot be read: {error}", policies.display()))
            .hint("name a policy with --policy, or their folder with --policies")
    };
    let entries = fs::read_dir(policies).map_err(unreadable)?;
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    folders.sort();
    let found =
        folders.iter().find(|folder| versions_in(folder).is_ok_and(|files| !files.is_empty()));
    found
        .map(|folder| folder.display().to_string())
        .ok_or_else(|| Failure::policy(format!("there is no policy in `{}`", policies.display())))
}

/// The `.due` files that are named, or that are in named folders.
pub(crate) fn files_of(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for path in named {
        if path.is_dir() {
            paths.extend(due_files(path, true)?);
        } else if path.exists() {
            paths.push(path.clone());
        } else {
            return Err(Failure::policy(format!("there is no `{}`", path.display()))
                .hint("name .due files, or folders that hold some"));
        }
    }
    if paths.is_empty() {
        return Err(Failure::policy("there is no .due file in what was named"));
    }
    Ok(paths)
}

/// The `.due` files of a folder, in the order of their names.
pub(crate) fn due_files(folder: &Path, recursive: bool) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::policy(format!("`{}` cannot be read: {error}", folder.display()))
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() && recursive {
            files.extend(due_files(&path, true)?);
        } else if path.extension().is_some_and(|ending| ending == "due") && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn warn_out_of_force(policy: &Policy, day: Date) {
    let identity = &policy.checked.identity;
    if !identity.effective.contains(day) {
        let until =
            identity.effective.until.map_or_else(String::new, |until| format!(" until {until}"));
        let message = format!(
            "{} {} is in force from {}{until}, not on {day}: this is a look at what it would say",
            identity.name, identity.version, identity.effective.from
        );
        let _ = writeln!(anstream::stderr(), "{}", terminal::warning(&message));
    }
}

/// Shows findings on standard error, errors first if only they count.
pub(crate) fn show(sources: &Sources, diagnostics: &[Diagnostic], errors_only: bool) {
    let mut out = anstream::stderr();
    let style = Style { color: true, width: terminal::columns() };
    for found in diagnostics {
        if !errors_only || found.level() == Level::Error {
            let _ = writeln!(out, "{}\n", render(found, sources, style));
        }
    }
}

/// `2 errors and 1 warning`.
pub(crate) fn counted(diagnostics: &[Diagnostic]) -> String {
    let count = |level: Level| diagnostics.iter().filter(|found| found.level() == level).count();
    let words = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        count => Some(format!("{count} {word}s")),
    };
    let parts: Vec<String> =
        [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")]
            .into_iter()
            .filter_map(|(level, word)| words(count(level), word))
            .collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}
