//! Verification: whether a log is what it says, from its files alone, without a key that signs and without a
//! policy.

mod ends;
mod heads;
mod keys;
mod leaves;
mod report;
mod runs;
mod tiles;
mod vault;
mod withdrawals;

pub use report::{
    Assurance, Finding, KeyFound, KeyTrust, Read, Report, RunFound, Verdict, Vouched, Weight,
};

use std::io;

use super::blob::{BLOBS, blob_path};
use super::canonical::Canonical;
use super::checkpoint::Checkpoint;
use super::event;
use super::events::{EVENTS, Events};
use super::frame::VaultPosition;
use super::log::ORIGIN;
use super::note::{Note, Vkey};
use super::open::origin_of;
use super::planted::{self, Bug};
use super::problem::Problem;
use super::storage::{PARTS, Storage};
use super::tree::{Frontier, leaf_hash};
use crate::digest::Digest;
use ends::Ends;
use heads::Heads;
use keys::Succession;
use runs::Runs;
use tiles::Tiles;
use vault::VaultCheck;
use withdrawals::Withdrawals;

/// The form of a report.
pub const FORMAT: &str = "duecare.verification/1";

/// Most findings that are kept: one says enough, and a log that is no log has one for each byte.
const FINDINGS_MAX: usize = 1000;

/// What whoever verifies knows from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// A key that signs the log, or has.
    pub key: Option<Vkey>,
    /// Witnesses.
    pub witnesses: Vec<Vkey>,
    /// Heads that were kept where whoever runs the log cannot change them.
    pub heads: Vec<Note>,
}

/// Verifies the log in a place: a ledger, or what was exported from one. `progress` is told of leaves read.
pub fn verify(storage: &dyn Storage, trust: &Trust, progress: &mut dyn FnMut(u64)) -> Report {
    let mut findings = Findings::default();
    let mut report = Report {
        format: FORMAT,
        verdict: Verdict::NotVerified,
        origin: None,
        head: None,
        predecessor: None,
        sealed: None,
        assurance: Assurance::SelfSigned,
        keys: Vec::new(),
        key_trust: KeyTrust::NotGiven,
        vouched: Vec::new(),
        read: Read::default(),
        runs: Vec::new(),
        findings: Vec::new(),
    };
    match origin_of(storage) {
        Ok(origin) => report.origin = Some(origin),
        Err(Problem::Absent) => {
            findings.open(ORIGIN, "there is no ledger here: the file is missing");
        }
        Err(problem) => findings.problem(ORIGIN, &problem),
    }
    if let Some(origin) = report.origin.clone() {
        let verification = Verification::new(storage, trust, origin, &mut findings);
        if let Some(verification) = verification {
            verification.run(progress, &mut findings, &mut report);
        }
    }
    report.verdict = findings.verdict(report.read.leaves);
    report.findings = findings.found;
    report
}

/// What was found so far.
#[derive(Default)]
struct Findings {
    found: Vec<Finding>,
    has_fault: bool,
    has_open: bool,
}

impl Findings {
    fn add(
        &mut self,
        weight: Weight,
        path: &str,
        offset: Option<u64>,
        leaf: Option<u64>,
        what: impl Into<String>,
    ) {
        match weight {
            Weight::Fault => self.has_fault = true,
            Weight::Open => self.has_open = true,
            Weight::Note => {}
        }
        if self.found.len() < FINDINGS_MAX {
            let what = what.into();
            self.found.push(Finding { weight, path: path.to_owned(), offset, leaf, what });
        }
    }

    fn fault(&mut self, path: &str, what: impl Into<String>) {
        self.add(Weight::Fault, path, None, None, what);
    }

    fn at(&mut self, path: &str, offset: u64, what: impl Into<String>) {
        self.add(Weight::Fault, path, Some(offset), None, what);
    }

    fn leaf(&mut self, path: &str, leaf: u64, what: impl Into<String>) {
        self.add(Weight::Fault, path, None, Some(leaf), what);
    }

    fn open(&mut self, path: &str, what: impl Into<String>) {
        self.add(Weight::Open, path, None, None, what);
    }

    fn note(&mut self, path: &str, what: impl Into<String>) {
        self.add(Weight::Note, path, None, None, what);
    }

    /// What kept a file from being read, or what is wrong with it.
    fn problem(&mut self, path: &str, problem: &Problem) {
        match problem {
            Problem::Damaged { path, offset, what } => self.at(path, *offset, what.clone()),
            Problem::Malformed { path, problem } => self.fault(path, problem.to_string()),
            Problem::Storage(_)
            | Problem::Failed
            | Problem::Absent
            | Problem::Present
            | Problem::OtherKey { .. }
            | Problem::Key(_)
            | Problem::RolledBack { .. }
            | Problem::Sealed
            | Problem::LeafTooLarge(_)
            | Problem::Missing(_)
            | Problem::Erased(_) => self.open(path, problem.to_string()),
        }
    }

    fn unreadable(&mut self, path: &str, error: &io::Error) {
        self.open(path, format!("it cannot be read: {error}"));
    }

    fn verdict(&self, leaves: u64) -> Verdict {
        if self.has_fault {
            Verdict::Fail
        } else if (self.has_open || leaves == 0) && !planted::is(Bug::AcceptEmptyLog) {
            Verdict::NotVerified
        } else {
            Verdict::Pass
        }
    }
}

/// A verification that goes through the leaves.
struct Verification<'v> {
    storage: &'v dyn Storage,
    trust: &'v Trust,
    origin: String,
    tree: Frontier,
    keys: Succession,
    heads: Heads,
    tiles: Tiles,
    runs: Runs,
    withdrawals: Withdrawals,
    ends: Ends,
    events: Events,
    /// Blobs that leaves name, with the first that does.
    blobs: std::collections::BTreeMap<Digest, u64>,
    vault: Option<VaultCheck>,
}

impl<'v> Verification<'v> {
    fn new(
        storage: &'v dyn Storage,
        trust: &'v Trust,
        origin: String,
        findings: &mut Findings,
    ) -> Option<Self> {
        let heads = Heads::read(storage, trust, &origin, findings);
        let tiles = match Tiles::list(storage) {
            Ok(tiles) => tiles,
            Err(error) => {
                findings.unreadable("tile", &error);
                return None;
            }
        };
        Some(Self {
            storage,
            trust,
            origin,
            tree: Frontier::default(),
            keys: Succession::default(),
            heads,
            tiles,
            runs: Runs::default(),
            withdrawals: Withdrawals::default(),
            ends: Ends::default(),
            events: Events::default(),
            blobs: std::collections::BTreeMap::new(),
            vault: VaultCheck::begin(storage, findings),
        })
    }

    fn run(mut self, progress: &mut dyn FnMut(u64), findings: &mut Findings, report: &mut Report) {
        let has_log = match self.storage.list("wal") {
            Ok(names) => !names.is_empty(),
            Err(error) => {
                findings.unreadable("wal", &error);
                return;
            }
        };
        if has_log {
            self.read_segments(progress, findings, report);
        } else {
            self.read_bundles(progress, findings);
        }
        report.read.leaves = self.tree.size();
        if self.tree.size() == 0 {
            findings.open("wal", "no leaf of the log could be read");
        }
        report.key_trust = self.keys.finish(self.storage, self.trust, findings);
        report.keys = self.keys.found();
        (report.assurance, report.vouched) =
            self.heads.finish(&self.tree, &self.keys, self.trust, findings);
        report.read.heads = self.heads.count();
        let published = self.heads.published();
        self.tiles.finish(self.storage, published.min(self.tree.size()), findings);
        report.read.tiles = self.tiles.count();
        self.check_blobs(findings, report);
        if has_log {
            self.check_events(published, findings);
        }
        if let Some(vault) = &self.vault {
            vault.finish(self.storage, &self.events, findings, &mut report.read);
        } else if has_log {
            findings.fault("vault", "it is missing, with what the log counts on");
        } else {
            findings.note("vault", "it is not here: what it holds of people was not looked at");
        }
        self.note_strangers(findings);
        self.runs.finish(findings);
        (report.read.decisions, report.read.refused) = self.runs.counts();
        report.runs = self.runs.found();
        let (size, root) = (self.tree.size(), self.tree.root());
        (report.predecessor, report.sealed) = (self.ends.predecessor, self.ends.sealed);
        report.head = Some(Checkpoint { origin: self.origin.clone(), size, root });
    }

    /// Takes one leaf, in order.
    fn leaf(&mut self, path: &str, bytes: &[u8], findings: &mut Findings) {
        let index = self.tree.size();
        let hash = leaf_hash(bytes);
        self.tree.append(hash, |_, _| {});
        self.tiles.leaf(self.storage, bytes, hash, findings);
        self.heads.grown(&self.tree, findings);
        let leaf = match Canonical::parse(bytes) {
            Ok(leaf) => leaf,
            Err(problem) => return findings.leaf(path, index, problem.to_string()),
        };
        if leaf.text_at("format") != Some(event::FORMAT) {
            return findings.leaf(path, index, "it is a leaf of a form that is not known here");
        }
        self.keys.leaf(index, &leaf, &self.origin, findings);
        self.runs.leaf(path, index, &leaf, findings);
        self.withdrawals.leaf(path, index, &leaf, findings);
        self.ends.leaf(path, index, &leaf, &self.origin, findings);
        if !super::events::is_of_run(&leaf) {
            for digest in blobs_named(&leaf) {
                self.blobs.entry(digest).or_insert(index);
            }
            self.events.add(index, bytes);
        }
    }

    fn check_blobs(&self, findings: &mut Findings, report: &mut Report) {
        let mut in_lists = std::collections::BTreeMap::new();
        for (digest, leaf) in &self.blobs {
            let path = blob_path(digest);
            if !self.storage.length(&path).is_ok_and(|length| length.is_some()) {
                self.check_named(digest, *leaf, "the leaf names a blob", findings);
                continue;
            }
            // One that cannot be read, or is not what its name says, is told of below.
            let bytes = self.storage.read(&path).unwrap_or_default();
            for named in Canonical::parse(&bytes).iter().flat_map(blobs_named) {
                in_lists.entry(named).or_insert(*leaf);
            }
        }
        for (digest, leaf) in &in_lists {
            self.check_named(
                digest,
                *leaf,
                "the list of texts that the leaf names has a blob",
                findings,
            );
        }
        match walk(self.storage, BLOBS) {
            Ok(paths) => {
                for path in paths {
                    report.read.blobs += 1;
                    match self.storage.read(&path) {
                        Ok(bytes) if blob_path(&Digest::of(&bytes)) == path => {}
                        Ok(_) if planted::is(Bug::IgnoreBlobContent) => {}
                        Ok(_) => findings.fault(&path, "its content is not what its name says"),
                        Err(error) => findings.unreadable(&path, &error),
                    }
                }
            }
            Err(error) => findings.unreadable(BLOBS, &error),
        }
    }

    fn check_named(&self, digest: &Digest, leaf: u64, by: &str, findings: &mut Findings) {
        let path = blob_path(digest);
        match self.storage.length(&path) {
            Ok(Some(_)) => {}
            Ok(None) => findings.leaf(&path, leaf, format!("{by} that is missing")),
            Err(error) => findings.unreadable(&path, &error),
        }
    }

    fn check_events(&self, published: u64, findings: &mut Findings) {
        let stored = match self.storage.read(EVENTS) {
            Ok(stored) => stored,
            Err(error) => return findings.unreadable(EVENTS, &error),
        };
        let expected = self.events.to_bytes();
        let first_other = stored.iter().zip(&expected).position(|(left, right)| left != right);
        let needed = self.events.below(published).to_bytes().len();
        if let Some(offset) = first_other {
            findings.at(EVENTS, offset as u64, "it does not say what the log says");
        } else if stored.len() > expected.len() || stored.len() < needed {
            findings.at(
                EVENTS,
                stored.len().min(expected.len()) as u64,
                "it does not end where the log does",
            );
        }
    }

    /// Files that no ledger has are named, so that nobody takes them for evidence.
    fn note_strangers(&self, findings: &mut Findings) {
        for name in self.storage.list("").unwrap_or_default() {
            if !PARTS.contains(&name.trim_end_matches('/')) {
                findings.note(&name, "it is no part of the ledger and was not looked at");
            }
        }
    }

    /// How far the vault reaches by a frame.
    fn vault_at(
        &mut self,
        path: &str,
        offset: u64,
        position: VaultPosition,
        findings: &mut Findings,
    ) {
        if let Some(vault) = &mut self.vault {
            vault.frame(self.storage, (path, offset), position, findings);
        }
    }
}

/// The blobs that a leaf names, or a list of texts.
fn blobs_named(leaf: &Canonical) -> Vec<Digest> {
    let in_list = |key: &str, entry: &str| -> Vec<Digest> {
        let entries = leaf.get(key).and_then(Canonical::as_array).unwrap_or_default();
        entries.iter().filter_map(|policy| policy.digest_at(entry)).collect()
    };
    let mut named = in_list("policies", "bundle");
    named.extend(in_list("files", "digest"));
    named.extend(["bundle", "layout", "snapshot"].iter().filter_map(|key| leaf.digest_at(key)));
    named
}

/// All files below a folder.
fn walk(storage: &dyn Storage, folder: &str) -> io::Result<Vec<String>> {
    let mut paths = Vec::new();
    for name in storage.list(folder)? {
        match name.strip_suffix('/') {
            Some(inner) => paths.extend(walk(storage, &format!("{folder}/{inner}"))?),
            None => paths.push(format!("{folder}/{name}")),
        }
    }
    Ok(paths)
}
