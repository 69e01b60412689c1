use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use duecare::hir::PolicyIdentity;
use duecare::loader::{Loaded, Policy, ReadFile, load, normal};
use duecare::review::Version;
use duecare::review::published::{Standing, standing};
use duecare::source::Sources;
use duecare::value::Instant;

use super::exit::{Exit, Failure};
use super::git::Revision;
use super::{policies, terminal};

/// One of two versions that are compared.
pub(crate) struct Side {
    pub(crate) policy: Policy,
    pub(crate) sources: Sources,
    pub(crate) standing: Standing,
}

impl Side {
    pub(crate) fn version(&self) -> Version<'_> {
        Version { policy: &self.policy, sources: &self.sources }
    }
}

/// How sides are found.
pub(crate) struct Finding<'f> {
    /// The folder in which policies are looked up by name.
    pub(crate) policies: &'f Path,
    /// The time whose version is taken of several; the latest version, unless given.
    pub(crate) as_of: Option<Instant>,
    /// Where a file is taken to lie, wherever it does.
    pub(crate) read_as: Option<&'f Path>,
    pub(crate) quiet: bool,
}

/// Where a side lies.
enum Place {
    /// In files on this machine.
    Disk { files: Vec<PathBuf>, extent: policies::Version },
    /// In one file that is read as if it lay elsewhere.
    Elsewhere { file: PathBuf, read_as: PathBuf },
    /// In a revision of a git repository.
    Git { revision: Revision, files: Vec<PathBuf>, extent: policies::Version },
}

impl Finding<'_> {
    /// The version that is meant by a file, a folder, `NAME@VERSION` or `REV:PATH`. `which` is `old` or `new`.
    pub(crate) fn side(&self, which: &str, named: &str) -> Result<Side, Failure> {
        if named == "/dev/null" {
            return Err(no_version(which));
        }
        match self.place(named)? {
            Place::Disk { files, extent } => {
                self.loaded(which, named, &files, &extent, &policies::base()?, &mut |path| {
                    fs::read(path)
                })
            }
            Place::Elsewhere { file, read_as } => {
                let mut read = |path: &Path| fs::read(if path == read_as { &file } else { path });
                let files = [read_as.clone()];
                self.loaded(
                    which,
                    named,
                    &files,
                    &policies::Version::Only,
                    &policies::base()?,
                    &mut read,
                )
            }
            Place::Git { revision, files, extent } => {
                let base = Path::new("/");
                self.loaded(which, named, &files, &extent, base, &mut |path| revision.read(path))
            }
        }
    }

    fn place(&self, named: &str) -> Result<Place, Failure> {
        let path = Path::new(named);
        if path.is_file()
            && let Some(read_as) = self.read_as
        {
            return Ok(Place::Elsewhere { file: path.to_path_buf(), read_as: normal(read_as) });
        }
        if !path.exists()
            && let Some((revision, path)) = split(named)
        {
            return in_git(revision, path);
        }
        let (files, extent) = policies::locate(named, self.policies)?;
        Ok(Place::Disk { files, extent })
    }

    fn loaded(
        &self,
        which: &str,
        named: &str,
        files: &[PathBuf],
        extent: &policies::Version,
        base: &Path,
        read: ReadFile<'_>,
    ) -> Result<Side, Failure> {
        let loaded = load(files, read);
        if loaded.has_errors() {
            policies::show(&loaded.sources, &loaded.diagnostics, true);
            return Err(Failure::policy(format!(
                "the {which} version `{named}` cannot be used: {}",
                policies::counted(&loaded.diagnostics)
            )));
        }
        let policy: &Policy = match extent {
            policies::Version::Only => {
                loaded.policies.first().ok_or_else(|| without_policy(which, named))?
            }
            policies::Version::InForce => self.chosen(which, named, &loaded)?,
        };
        let version = Version { policy, sources: &loaded.sources };
        let standing = standing(version, base, read).map_err(Failure::policy)?;
        if let Standing::Changed(day) = standing {
            let PolicyIdentity { name, version, .. } = &policy.checked.identity;
            self.warn(&format!(
                "{name} {version} was published on {day} with another text than that of the {which} version `{named}`"
            ))?;
        }
        Ok(Side { policy: policy.clone(), sources: loaded.sources, standing })
    }

    /// Of several versions, the one in force at the time that was asked for, or the latest.
    fn chosen<'l>(
        &self,
        which: &str,
        named: &str,
        loaded: &'l Loaded,
    ) -> Result<&'l Policy, Failure> {
        let all = &loaded.policies;
        let mut distinct: Vec<&str> =
            all.iter().map(|policy| policy.checked.identity.name.as_str()).collect();
        distinct.dedup();
        if let [one, other, ..] = distinct.as_slice() {
            return Err(Failure::policy(format!(
                "the {which} version `{named}` has more than one policy: {one}, {other}"
            ))
            .hint("name one version's file"));
        }
        let latest = all.iter().max_by(|left, right| {
            left.checked.identity.version.cmp(&right.checked.identity.version)
        });
        let (policy, why) = match self.as_of {
            Some(as_of) => {
                let day = as_of.date();
                let found = loaded.in_force(day).map_err(|error| {
                    Failure::policy(format!("the {which} version `{named}`: {error}"))
                        .hint("choose another day with --as-of, or name one version's file")
                })?;
                (found, format!("in force on {day}"))
            }
            None => (latest.ok_or_else(|| without_policy(which, named))?, "the latest".to_owned()),
        };
        if !self.quiet {
            let PolicyIdentity { name, version, status, .. } = &policy.checked.identity;
            writeln!(
                anstream::stderr(),
                "the {which} version is {name} {version} ({}), {why} of {} in `{named}`",
                status.word(),
                all.len()
            )?;
        }
        Ok(policy)
    }

    fn warn(&self, message: &str) -> Result<(), Failure> {
        if !self.quiet {
            writeln!(anstream::stderr(), "{}", terminal::warning(message))?;
        }
        Ok(())
    }
}

fn in_git(revision: &str, path: &str) -> Result<Place, Failure> {
    let revision = Revision::find(revision)?;
    let place = revision.path(path)?;
    if !revision.is_folder(&place)? {
        return Ok(Place::Git { revision, files: vec![place], extent: policies::Version::Only });
    }
    let files = revision.due_files(&place)?;
    if files.is_empty() {
        return Err(Failure::policy(format!("there is no .due file in `{}`", place.display())));
    }
    Ok(Place::Git { revision, files, extent: policies::Version::InForce })
}

/// `REV:PATH` at the first `:` that stands in no braces, as git reads it.
fn split(named: &str) -> Option<(&str, &str)> {
    let mut depth = 0_u32;
    for (place, letter) in named.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => return Some((named.get(..place)?, named.get(place + 1..)?)),
            _ => {}
        }
    }
    None
}

fn without_policy(which: &str, named: &str) -> Failure {
    Failure::policy(format!("the {which} version `{named}` has no `policy` declaration"))
        .hint("a file with rules begins with `policy NAME VERSION { ... }`")
}

/// Git names this for the side of a file that was added or deleted.
fn no_version(which: &str) -> Failure {
    let (what, other) = if which == "old" {
        ("added", "an earlier version with it")
    } else {
        ("deleted", "it with a later version")
    };
    Failure::Said {
        exit: Exit::InputUnusable,
        message: format!(
            "there is no {which} version: the file was {what}, and there is nothing to compare the other one with"
        ),
        hint: Some(format!("compare {other}: `duecare diff OLD NEW`")),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_revision_ends_at_the_first_colon_outside_of_braces() {
        assert_eq!(split("HEAD:a/b.due"), Some(("HEAD", "a/b.due")));
        assert_eq!(split("HEAD^{/fix: it}:./a:b.due"), Some(("HEAD^{/fix: it}", "./a:b.due")));
        assert_eq!(split("main@{2022-01-01 10:00}:a"), Some(("main@{2022-01-01 10:00}", "a")));
        assert_eq!(split(":a"), Some(("", "a")));
        assert_eq!(split("dprk_it_workers@1.0.0"), None);
    }
}
