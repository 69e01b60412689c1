use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use duecare::ledger::key::PrivateKey;
use duecare::ledger::note::KeyUse;
use duecare::loader::{Loaded, Policy};
use duecare::review::approval::{
    self, APPROVERS_NAME, ApproverKey, Approvers, CannotApprove, Difference, FOLDER, Signed, Wish,
    approve, approvers_above, is_role,
};
use duecare::review::published::{Extent, Located, Standing};
use duecare::review::{Comparison, Version};
use duecare::value::Instant;

use crate::cli::args::{ApproveArgs, KeyArgs};
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::Output;
use crate::cli::side::{Finding, Side};
use crate::cli::{clock, keys, policies, terminal};

/// What the ledger's way of writing keys wants as a name, and no file of a key holds.
const KEY_NAME: &str = "approver";

/// Signs that somebody approves a version, or makes the key for it.
pub(crate) fn run(args: &ApproveArgs, quiet: bool) -> Result<Exit, Failure> {
    let (name, role) = person(&args.by)?;
    let now = clock::now()?;
    if let Some(path) = &args.new_key {
        return new_key(args, path, (name, role), now, quiet);
    }
    let (Some(named), Some(key)) = (&args.policy, &args.key) else {
        return Err(Failure::input("a POLICY and --key FILE are needed"));
    };
    let (loaded, path) = usable(named, &args.policies)?;
    let policy = only(&loaded, &path)?;
    let (located, approvers) = approvers(&path)?;
    let key = keys::read(key, &key_args(args), KEY_NAME, KeyUse::Log)?;
    let difference = match &args.diff_from {
        Some(old) => {
            let finding = Finding { policies: &args.policies, as_of: None, read_as: None, quiet };
            let old = finding.side("old", old)?;
            Some(difference(&old, Version { policy, sources: &loaded.sources })?)
        }
        None => None,
    };
    let wish = Wish {
        by: name.to_owned(),
        role: role.to_owned(),
        at: now,
        difference,
        comment: args.comment.clone(),
    };
    let folder = path.parent().unwrap_or(Path::new("")).join(FOLDER);
    let signed = approve(policy, &loaded.sources, &approvers, wish, &key, &folder)
        .map_err(|problem| refused(&problem, &located, (name, role), &key, now))?;
    let is_again = signed.path.exists();
    fs::create_dir_all(&folder).map_err(|error| {
        Failure::input(format!("`{}` cannot be made: {error}", folder.display()))
    })?;
    let mut output = Output::create(&signed.path)?;
    output.write_all(signed.text.as_bytes())?;
    output.finish()?;
    writeln!(anstream::stdout(), "{}", signed.path.display())?;
    let (_, _, standings) =
        policies::judged(std::slice::from_ref(&path), Extent::Publishing, false)?;
    let standing = standings
        .get(&policy.path)
        .filter(|standing| standing.holds.iter().any(|held| held.digest() == signed.digest()))
        .ok_or_else(|| {
            Failure::input(format!("`{}` is not what was written", signed.path.display()))
        })?;
    if !quiet {
        if is_again {
            let message = "the approval that was signed with this key before is replaced: of one person the last counts";
            writeln!(anstream::stderr(), "{}", terminal::warning(message))?;
        }
        tell(&signed, standing)?;
    }
    Ok(Exit::Done)
}

/// `NAME, ROLE`.
fn person(by: &str) -> Result<(&str, &str), Failure> {
    let parts = by.rsplit_once(',').map(|(name, role)| (name.trim(), role.trim()));
    parts.filter(|(name, role)| !name.is_empty() && !role.is_empty()).ok_or_else(|| {
        Failure::input(format!("`{by}` is not a name and a role"))
            .hint("write them with a comma between, as --as \"A. Name, legal\"")
    })
}

fn key_args(args: &ApproveArgs) -> KeyArgs {
    KeyArgs { key: args.key.clone(), passphrase_file: args.passphrase_file.clone() }
}

/// Makes a key, and prints how it stands among the approvers.
fn new_key(
    args: &ApproveArgs,
    path: &Path,
    person: (&str, &str),
    now: Instant,
    quiet: bool,
) -> Result<Exit, Failure> {
    if !is_role(person.1) {
        return Err(Failure::input(format!("`{}` is no role", person.1)).hint(
            "a role is written in small letters, digits and `_`, as --as \"A. Name, legal\"",
        ));
    }
    let key = keys::create(path, &key_args(args), KEY_NAME, KeyUse::Log, "--new-key")?;
    write!(anstream::stdout(), "{}", lines_for(person, &key, now))?;
    if !quiet {
        let message = format!(
            "`{}` is your private key: keep it where only you can read it. The lines above belong under `approvers` in `{APPROVERS_NAME}`, where whoever is responsible for the policies adds them.",
            path.display()
        );
        writeln!(anstream::stderr(), "{}", terminal::paragraph(&message, 0, 0))?;
    }
    Ok(Exit::Done)
}

/// A key as it stands among the approvers.
fn lines_for((name, role): (&str, &str), key: &PrivateKey, now: Instant) -> String {
    // A string of JSON is one of YAML.
    let name = serde_json::Value::from(name);
    let key = ApproverKey::new(*key.public().key());
    let day = now.date();
    format!(
        "  - name: {name}\n    roles: [{role}]\n    keys:\n      - key: {key}\n        from: {day}\n"
    )
}

/// The version with its folder's approvals, if nothing is wrong with it and with what is published.
fn usable(named: &str, policies: &Path) -> Result<(Loaded, PathBuf), Failure> {
    let path = policies::version(named, policies)?;
    // Whether the version before was given its end is for those who publish both.
    let (loaded, _) = policies::loaded(std::slice::from_ref(&path), Extent::Publishing)?;
    if !loaded.has_errors() {
        return Ok((loaded, path));
    }
    policies::show(&loaded.sources, &loaded.diagnostics, true);
    Err(Failure::policy(format!(
        "`{named}` cannot be approved: {}",
        policies::counted(&loaded.diagnostics)
    )))
}

fn only<'l>(loaded: &'l Loaded, path: &Path) -> Result<&'l Policy, Failure> {
    loaded
        .policies
        .first()
        .ok_or_else(|| Failure::policy(format!("`{}` has no `policy` declaration", path.display())))
}

fn approvers(policy: &Path) -> Result<(Located, Approvers), Failure> {
    let base = policies::base()?;
    let located = approvers_above(&base, policy, &mut |path| fs::read(path))
        .map_err(|problem| Failure::policy(format!("it cannot be told who may approve: {problem}")))?
        .ok_or_else(|| {
            Failure::policy(format!(
                "no `{APPROVERS_NAME}` lies in a folder above `{}`, which says who may approve",
                policy.display()
            ))
            .hint("docs/publishing.md says how it is written; `duecare approve --new-key FILE --as \"NAME, ROLE\"` makes a key")
        })?;
    let approvers = Approvers::parse(&located.bytes).map_err(|problem| {
        Failure::policy(format!("`{}` cannot be used: {problem}", located.shown.display()))
    })?;
    Ok((located, approvers))
}

/// The difference that was read, with the digest of what `duecare diff --format json` writes.
fn difference(old: &Side, new: Version<'_>) -> Result<Difference, Failure> {
    let identity = &old.policy.checked.identity;
    let from = format!("{}@{}", identity.name, identity.version);
    if let Standing::Changed(day) = old.standing {
        return Err(Failure::policy(format!(
            "nothing was signed: {from} was published on {day} with another text than the one to compare with"
        ))
        .hint("read the difference from what is published"));
    }
    let name = &new.policy.checked.identity.name;
    if identity.name != *name {
        return Err(Failure::input(format!(
            "nothing was signed: {from} is a version of another policy than `{name}`"
        ))
        .hint("name the version before it with --diff-from"));
    }
    if old.version().has_same_texts(new) {
        return Err(Failure::input(format!(
            "nothing was signed: {from} is the very version that is to be approved, and there is no difference to read"
        ))
        .hint("name the version before it with --diff-from, or leave it out if the whole text was read"));
    }
    let compared = Comparison::of(old.version(), new).map_err(Failure::policy)?;
    let comparison = compared.witnessed(&old.policy, new.policy);
    Ok(Difference { from, from_digest: old.policy.digest, digest: comparison.digest() })
}

fn refused(
    problem: &CannotApprove,
    approvers: &Located,
    person: (&str, &str),
    key: &PrivateKey,
    now: Instant,
) -> Failure {
    let failure = Failure::input(format!("nothing was signed: {problem}"));
    match problem {
        CannotApprove::UnknownKey(_) => failure.hint(format!(
            "whoever is responsible for the policies adds it to `{}`:\n{}",
            approvers.shown.display(),
            lines_for(person, key, now)
        )),
        CannotApprove::Draft => Failure::policy(format!("nothing was signed: {problem}"))
            .hint("give it `status stable` once it is agreed, and approve that"),
        CannotApprove::Refused(_) | CannotApprove::Unusable(_) => failure.hint(format!(
            "`{}` says who may approve, in which role, and with which key",
            approvers.shown.display()
        )),
        CannotApprove::Statement(_) | CannotApprove::Freeze(_) => failure,
    }
}

/// Says what was signed, and what is missing.
fn tell(signed: &Signed, standing: &approval::Standing) -> Result<(), Failure> {
    let statement = &signed.statement;
    let read = match &statement.difference {
        Some(difference) => {
            format!("its difference from {}, {}", difference.from, difference.digest)
        }
        None => "its whole text: no difference is named (--diff-from)".to_owned(),
    };
    let lists = match statement.lists.len() {
        0 => String::new(),
        1 => " and its list".to_owned(),
        lists => format!(" and its {lists} lists"),
    };
    let what = format!(
        "{} has signed that {}{lists} is approved as it stands, {}, having read {read}.",
        signed.by(),
        statement.subject(),
        statement.digest
    );
    let mut out = anstream::stderr();
    writeln!(out, "{}", terminal::paragraph(&what, 0, 0))?;
    if standing.is_approved() {
        writeln!(out, "It has all approvals that it needs.")?;
        return Ok(());
    }
    let lacks: Vec<String> = standing.lacks.iter().map(ToString::to_string).collect();
    writeln!(out, "It is not approved yet: {}", lacks.join("; "))?;
    Ok(())
}
