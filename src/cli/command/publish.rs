use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use duecare::hir::Status;
use duecare::loader::{Loaded, Policy};
use duecare::review::approval::{Standing, Standings, how_to_approve};
use duecare::review::published::{
    Checked, Extent, LOCK_NAME, Lock, Outcome, folders_above, publish, shown_from,
};

use crate::cli::args::PublishArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::Output;
use crate::cli::{clock, policies, terminal};

/// Versions that are asked for.
struct Asked {
    paths: Vec<PathBuf>,
    /// Those that were named one by one, and are not only found in a folder.
    named: Vec<PathBuf>,
}

/// Freezes versions.
pub(crate) fn run(args: &PublishArgs, quiet: bool) -> Result<Exit, Failure> {
    let asked = asked(args)?;
    let base = policies::base()?;
    let (loaded, checked, standings) = usable(&asked)?;
    let mut by_lock: BTreeMap<PathBuf, Vec<&Policy>> = BTreeMap::new();
    for policy in wanted(&asked, &loaded, quiet)? {
        let folder = folder_of(&checked, &base, &policy.path, &args.policies)?;
        by_lock.entry(folder).or_default().push(policy);
    }
    let today = clock::now()?.date();
    // All of it can be done, or none of it is.
    let mut made = Vec::new();
    for (folder, chosen) in by_lock {
        let shown = shown_from(&base, &folder.join(LOCK_NAME));
        let lock = checked.locks.get(&folder).cloned().unwrap_or_default();
        let published = publish(&lock, &folder, &base, &chosen, &loaded.sources, today);
        let published = published.map_err(|problem| {
            let failure = Failure::policy(&problem);
            match problem.hint() {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        })?;
        made.push((shown, lock, published, chosen));
    }
    for (shown, lock, published, chosen) in made {
        if published.lock != lock {
            let mut output = Output::create(&shown)?;
            output.write_all(published.lock.to_text().as_bytes())?;
            output.finish()?;
        }
        for outcome in &published.outcomes {
            writeln!(anstream::stdout(), "{}", sentence(outcome, &published.lock))?;
        }
        if !quiet {
            for policy in chosen {
                warn_of_missing_approvals(policy, &standings)?;
            }
            let versions = published.lock.versions.len();
            let verb = if versions == 1 { "version is" } else { "versions are" };
            writeln!(
                anstream::stderr(),
                "{versions} {verb} published in `{}`; keep it with the policies",
                shown.display()
            )?;
        }
    }
    Ok(Exit::Done)
}

fn asked(args: &PublishArgs) -> Result<Asked, Failure> {
    let mut asked = Asked { paths: Vec::new(), named: Vec::new() };
    for named in &args.policy {
        let path = Path::new(named);
        if path.is_dir() {
            asked.paths.extend(policies::files_of(&[path.to_path_buf()])?);
            continue;
        }
        let (paths, version) = policies::locate(named, &args.policies)?;
        if matches!(version, policies::Version::Only) {
            asked.named.extend(paths.clone());
        }
        asked.paths.extend(paths);
    }
    asked.paths.sort();
    asked.paths.dedup();
    Ok(asked)
}

/// The policies, if nothing is wrong with them and with what is published already.
fn usable(asked: &Asked) -> Result<(Loaded, Checked, Standings), Failure> {
    let (loaded, checked, standings) = policies::judged(&asked.paths, Extent::Publishing, false)?;
    if !loaded.has_errors() {
        let steps = policies::steps_too_small(&loaded, &asked.paths, &checked)?;
        policies::show(&loaded.sources, &steps, false);
        return Ok((loaded, checked, standings));
    }
    policies::show(&loaded.sources, &loaded.diagnostics, true);
    Err(Failure::policy(format!(
        "nothing was published: {}",
        policies::counted(&loaded.diagnostics)
    )))
}

/// The versions to publish: drafts that only happen to lie in a folder are told and left.
fn wanted<'l>(asked: &Asked, loaded: &'l Loaded, quiet: bool) -> Result<Vec<&'l Policy>, Failure> {
    let mut wanted = Vec::new();
    for policy in &loaded.policies {
        let identity = &policy.checked.identity;
        let is_named = asked.named.contains(&policy.path);
        if identity.status == Status::Draft && !is_named {
            if !quiet {
                writeln!(
                    anstream::stderr(),
                    "{} {} is a draft and is not published",
                    identity.name,
                    identity.version
                )?;
            }
        } else {
            wanted.push(policy);
        }
    }
    if wanted.is_empty() {
        return Err(Failure::policy("there is no version to publish in what was named")
            .hint("name a .due file with a `policy` of status `stable`, or a folder of them"));
    }
    Ok(wanted)
}

/// Says that a version is published that those who have to approve it have not approved.
fn warn_of_missing_approvals(policy: &Policy, standings: &Standings) -> Result<(), Failure> {
    let standing = standings.get(&policy.path);
    let lacking = |standing: &&Standing| standing.has_approvers() && !standing.is_approved();
    let Some(standing) = standing.filter(lacking) else { return Ok(()) };
    let identity = &policy.checked.identity;
    let message = format!(
        "`{}` {} is published, and is not approved as it stands: {}",
        identity.name,
        identity.version,
        standing.reasons().join("; ")
    );
    let mut out = anstream::stderr();
    writeln!(out, "{}", terminal::warning(&message))?;
    writeln!(out, "{}", terminal::hint(&how_to_approve(&policy.path)))?;
    Ok(())
}

/// The folder of the lock that a policy belongs to: one above it, or the folder of policies.
fn folder_of(
    checked: &Checked,
    base: &Path,
    policy: &Path,
    policies: &Path,
) -> Result<PathBuf, Failure> {
    let mut above = folders_above(base, policy);
    if let Some(folder) = above.find(|folder| checked.locks.contains_key(folder)) {
        return Ok(folder);
    }
    let root = folders_above(base, &policies.join(LOCK_NAME)).next().unwrap_or_default();
    if folders_above(base, policy).any(|folder| folder == root) {
        return Ok(root);
    }
    Err(Failure::policy(format!(
        "`{}` lies in no folder with a `{LOCK_NAME}`, and not in `{}`",
        policy.display(),
        policies.display()
    ))
    .hint("name the folder that holds all your policies with --policies DIR"))
}

fn sentence(outcome: &Outcome, lock: &Lock) -> String {
    match outcome {
        Outcome::New(key) => {
            let published = lock.versions.iter().find(|version| version.key() == *key);
            let days = published.map_or_else(String::new, |version| match version.until {
                Some(until) => format!(", in force from {} until {until}", version.from),
                None => format!(", in force from {}", version.from),
            });
            format!("{key}: published{days}")
        }
        Outcome::Ended(key, until) => format!("{key}: published with its end, {until}"),
        Outcome::Unchanged(key) => format!("{key}: published already, and unchanged"),
    }
}
