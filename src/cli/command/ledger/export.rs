use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use duecare::digest::Digest;
use duecare::ledger::canonical::Canonical;
use duecare::ledger::event;
use duecare::ledger::storage::Folder;
use duecare::ledger::verify::{Trust, verify};
use duecare::ledger::{Entry, View};
use duecare::replay::{Bundle, disclose};
use duecare::report::{EvidencePage, evidence_report};

use super::subject;
use crate::cli::args::LedgerExportArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{clock, ledgers};

/// What of a ledger goes into an export: nothing of the vault.
const PARTS: [&str; 7] = ["origin", "keys", "checkpoint", "checkpoints", "tile", "blobs", "index"];

/// How to check an export.
const VERIFY: &str = include_str!("verify.md");

/// Writes an export.
pub(super) fn run(args: &LedgerExportArgs, quiet: bool) -> Result<Exit, Failure> {
    let path = &args.at.ledger;
    let fails = |problem| ledgers::failure(path, &problem);
    if args.output.exists() {
        return Err(Failure::input(format!("`{}` exists already", args.output.display()))
            .hint("an export is a new folder"));
    }
    if let (Some(by), Some(why)) = (&args.by, &args.why) {
        let now = clock::now()?;
        let mut log = ledgers::open(path, &args.at.key, now, quiet)?;
        let made = event::export_made(by, why, args.subject.len() as u64, now);
        log.commit(vec![Entry::of(&made)]).map_err(fails)?;
        log.publish().map_err(fails)?;
    }
    let view = ledgers::view(path)?;
    let unfinished = unfinished(&args.output);
    let result = write(args, &view, &unfinished);
    if let Err(failure) = result {
        let _ = fs::remove_dir_all(&unfinished);
        return Err(failure);
    }
    fs::rename(&unfinished, &args.output)?;
    if !quiet {
        writeln!(
            anstream::stderr(),
            "exported to `{}`: begin with data/report.html; data/VERIFY.md says how to check it",
            args.output.display()
        )?;
    }
    Ok(Exit::Done)
}

fn unfinished(output: &Path) -> PathBuf {
    let mut name = output.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    output.with_file_name(name)
}

fn write(args: &LedgerExportArgs, view: &View, bag: &Path) -> Result<(), Failure> {
    let path = &args.at.ledger;
    let fails = |problem| ledgers::failure(path, &problem);
    let data = bag.join("data");
    fs::create_dir_all(data.join("log"))?;
    for part in PARTS {
        copy(&path.join(part), &data.join("log").join(part))?;
    }
    let events: Vec<&Canonical> = view.events().iter().map(|(_, leaf)| leaf).collect();
    for (path, text) in policies(view, events.iter().copied())? {
        let file = bag.join(path);
        fs::create_dir_all(file.parent().unwrap_or(bag))?;
        fs::write(file, text)?;
    }
    fs::create_dir_all(data.join("proofs"))?;
    let mut disclosures = 0;
    for id in &args.subject {
        let known = subject::find(view, path, id)?;
        let leaf = subject::newest_decision(view, path, &known, id)?;
        let proof = view.prove(leaf).map_err(fails)?;
        fs::write(data.join("proofs").join(format!("{leaf}.tlog-proof")), proof.to_string())?;
        for field in &args.field {
            let disclosed = disclose(view, leaf, field)
                .map_err(|error| Failure::input(format!("`{field}` of `{id}`: {error}")))?;
            let folder = data.join("disclosures");
            fs::create_dir_all(&folder)?;
            let text = serde_json::to_string_pretty(&disclosed).map_err(io::Error::from)?;
            fs::write(folder.join(format!("{leaf}-{}.json", field.replace('/', "-"))), text)?;
            disclosures += 1;
        }
    }
    let report = verify(&Folder::new(path), &Trust::default(), &mut |_| {});
    let page = EvidencePage::new(view, &report, args.subject.len(), disclosures).map_err(fails)?;
    fs::write(data.join("report.html"), evidence_report(&page).map_err(Failure::input)?)?;
    fs::write(data.join("VERIFY.md"), VERIFY)?;
    let key = view.key().map(|key| key.to_string()).unwrap_or_default();
    close(bag, &data, view, &key)
}

/// The policies that leaves name as text, by their paths in an export: each in a folder of its own, as they lay
/// when they were used, with their approvals.
pub(super) fn policies<'l>(
    view: &View,
    leaves: impl Iterator<Item = &'l Canonical> + Clone,
) -> Result<BTreeMap<PathBuf, Vec<u8>>, Failure> {
    let of_kind = |kind: &'static str, name: &'static str| {
        let of_kind = leaves.clone().filter(move |leaf| leaf.text_at("kind") == Some(kind));
        of_kind.map(move |leaf| (leaf, name))
    };
    let mut texts = BTreeMap::new();
    for (leaf, name) in of_kind("policy_published", "name").chain(of_kind("approval", "policy")) {
        let text = |key: &str| leaf.text_at(key).unwrap_or_default();
        let Some(bundle) = Digest::parse(text("bundle")) else { continue };
        let bundle = Bundle::read(view, &bundle).map_err(Failure::input)?;
        let folder = Path::new("data/policies").join(format!("{}-{}", text(name), text("version")));
        for (path, bytes) in bundle.files() {
            // A path of another machine must not lead out of the folder.
            let parts = path.components().filter_map(|part| match part {
                std::path::Component::Normal(name) => Some(name),
                std::path::Component::Prefix(_)
                | std::path::Component::RootDir
                | std::path::Component::CurDir
                | std::path::Component::ParentDir => None,
            });
            texts.insert(folder.join(parts.collect::<PathBuf>()), bytes.to_vec());
        }
    }
    Ok(texts)
}

/// Adds what makes a folder a bag (RFC 8493).
fn close(bag: &Path, data: &Path, view: &View, key: &str) -> Result<(), Failure> {
    let mut payload = files(data)?;
    payload.sort();
    let mut manifest = String::new();
    let mut octets = 0;
    for file in &payload {
        let bytes = fs::read(file)?;
        octets += bytes.len();
        manifest.push_str(&manifest_line(bag, file, &bytes));
    }
    let head = view.head();
    let tags = [
        ("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_owned()),
        (
            "bag-info.txt",
            format!(
                "Payload-Oxum: {octets}.{}\nExternal-Identifier: {}\nDuecare-Log-Size: {}\nDuecare-Log-Root: {}\nDuecare-Log-Key: {key}\n",
                payload.len(),
                head.origin,
                head.size,
                head.root
            ),
        ),
        ("manifest-sha256.txt", manifest),
    ];
    let mut tag_manifest = String::new();
    for (name, text) in tags {
        fs::write(bag.join(name), &text)?;
        tag_manifest.push_str(&manifest_line(bag, &bag.join(name), text.as_bytes()));
    }
    fs::write(bag.join("tagmanifest-sha256.txt"), tag_manifest)?;
    Ok(())
}

fn manifest_line(bag: &Path, file: &Path, bytes: &[u8]) -> String {
    let digest = Digest::of(bytes).to_string();
    let name = file.strip_prefix(bag).unwrap_or(file).display().to_string();
    format!("{}  {}\n", digest.trim_start_matches("sha256:"), name.replace('\\', "/"))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if from.extension().is_none_or(|ending| ending != "part") {
        fs::copy(from, to)?;
    }
    Ok(())
}

/// All files below a folder.
pub(super) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
