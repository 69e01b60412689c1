use std::collections::BTreeMap;

use super::keys::Succession;
use super::report::{Assurance, Vouched};
use super::{Findings, Trust};
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::cosignature::cosigned_at;
use crate::ledger::log::{CHECKPOINT, head_path};
use crate::ledger::note::{Note, Vkey};
use crate::ledger::planted::{self, Bug};
use crate::ledger::storage::Storage;
use crate::ledger::timestamp;
use crate::ledger::tree::Frontier;
use crate::value::Instant;

/// Heads that were published or kept elsewhere, by their sizes.
pub(super) struct Heads {
    by_size: BTreeMap<u64, Vec<Head>>,
    /// Leaves of the newest published head.
    published: u64,
    count: u64,
}

struct Head {
    path: String,
    note: Note,
    checkpoint: Checkpoint,
    is_from_elsewhere: bool,
    /// Whether the log went through it.
    is_met: bool,
}

impl Heads {
    pub(super) fn read(
        storage: &dyn Storage,
        trust: &Trust,
        origin: &str,
        findings: &mut Findings,
    ) -> Self {
        let mut made = Self { by_size: BTreeMap::new(), published: 0, count: 0 };
        let names = storage.list("checkpoints").unwrap_or_else(|error| {
            findings.unreadable("checkpoints", &error);
            Vec::new()
        });
        let published = names.iter().filter(|name| !name.contains('.'));
        let paths = published.map(|name| format!("checkpoints/{name}"));
        for path in paths.chain([CHECKPOINT.to_owned()]) {
            match storage.read(&path) {
                Ok(bytes) => match Note::parse(&bytes) {
                    Ok(note) => made.add(path, note, false, origin, findings),
                    Err(problem) => findings.fault(&path, problem.to_string()),
                },
                Err(error) => findings.unreadable(&path, &error),
            }
        }
        for (place, note) in trust.heads.iter().enumerate() {
            made.add(format!("given head {}", place + 1), note.clone(), true, origin, findings);
        }
        made.check_newest(storage, findings);
        made.check_times(storage, &names, findings);
        made
    }

    fn add(
        &mut self,
        path: String,
        note: Note,
        is_from_elsewhere: bool,
        origin: &str,
        findings: &mut Findings,
    ) {
        self.count += 1;
        let checkpoint = match Checkpoint::parse(&note.text) {
            Ok(checkpoint) => checkpoint,
            Err(problem) => return findings.fault(&path, problem.to_string()),
        };
        if checkpoint.origin != origin {
            return findings.fault(&path, format!("it is a head of `{}`", checkpoint.origin));
        }
        if path == CHECKPOINT {
            self.published = checkpoint.size;
        } else if !is_from_elsewhere && head_path(checkpoint.size) != path {
            findings.fault(&path, "its name is not that of its size");
        }
        let head = Head { path, note, checkpoint, is_from_elsewhere, is_met: false };
        self.by_size.entry(head.checkpoint.size).or_default().push(head);
    }

    /// The newest head is that of the greatest size, and in a ledger, from whose log an export is told by its
    /// lack of segments, it is also among the others.
    fn check_newest(&self, storage: &dyn Storage, findings: &mut Findings) {
        let own = || self.by_size.values().flatten().filter(|head| !head.is_from_elsewhere);
        let greatest = own().map(|head| head.checkpoint.size).max().unwrap_or(0);
        if self.published < greatest {
            findings.open(
                CHECKPOINT,
                format!("it has {} leaves, and a head with {greatest} was published: a crash came between, or it was put back", self.published),
            );
        }
        let has_log = storage.list("wal").is_ok_and(|names| !names.is_empty());
        let path = head_path(self.published);
        if has_log && own().all(|head| head.path != path) {
            findings.fault(&path, "the newest head is missing among those that were published");
        }
    }

    /// A time stamp is over the bytes of the head beside it; whose stamp it is, is for tools that know the
    /// authority's certificate.
    fn check_times(&self, storage: &dyn Storage, names: &[String], findings: &mut Findings) {
        for name in names.iter().filter(|name| name.strip_suffix(".tsr").is_some()) {
            let path = format!("checkpoints/{name}");
            let of = path.split('.').next().unwrap_or_default();
            let stamped = self.by_size.values().flatten().find(|head| head.path == of);
            let reply = storage.read(&path);
            if reply.as_ref().is_ok_and(|reply| !timestamp::is_granted(reply)) {
                findings.fault(&path, "it is no reply of an authority that grants a time stamp");
                continue;
            }
            let fits = stamped
                .zip(reply.ok())
                .is_some_and(|(head, reply)| timestamp::is_over(&reply, &head.note.text));
            if !fits {
                findings.fault(&path, "the time stamp is not over the head that it lies beside");
            }
        }
    }

    /// Compares heads of the size that the log has reached.
    pub(super) fn grown(&mut self, tree: &Frontier, findings: &mut Findings) {
        let Some(heads) = self.by_size.get_mut(&tree.size()) else { return };
        let root = tree.root();
        for head in heads {
            head.is_met = head.checkpoint.root == root;
            if !head.is_met {
                findings.fault(
                    &head.path,
                    format!(
                        "the first {} leaves are not those of this head: the log was rewritten",
                        tree.size()
                    ),
                );
            }
        }
    }

    /// Leaves of the newest published head.
    pub(super) fn published(&self) -> u64 {
        self.published
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Judges what is left, signatures, and who vouches.
    pub(super) fn finish(
        &self,
        tree: &Frontier,
        keys: &Succession,
        trust: &Trust,
        findings: &mut Findings,
    ) -> (Assurance, Vec<Vouched>) {
        let mut assurance = Assurance::SelfSigned;
        // By the size of their heads, so that the newest of each comes last.
        let mut vouched: BTreeMap<Option<String>, Vouched> = BTreeMap::new();
        let mut vouch = |witness: Option<&Vkey>, size: u64, since: Option<u64>| {
            let since = since.and_then(time).map(|time| time.to_string());
            let name = witness.map(|witness| witness.name().to_owned());
            vouched.insert(witness.map(Vkey::to_string), Vouched { witness: name, size, since });
        };
        for head in self.by_size.values().flatten() {
            let size = head.checkpoint.size;
            if size > tree.size() {
                findings.fault(
                    &head.path,
                    format!("it has {size} leaves, and only {} were found: the end of the log is missing", tree.size()),
                );
                continue;
            }
            if !keys.at(size).is_some_and(|key| head.note.is_signed_by(key))
                && !planted::is(Bug::IgnoreHeadSignature)
            {
                findings.fault(&head.path, "it is not signed by the key that signed the log then");
                continue;
            }
            for witness in &trust.witnesses {
                let cosigned = cosigned_at(&head.note, witness);
                let named = head.note.signatures.iter().any(|line| witness.is_named_by(line));
                if named && cosigned.is_none() {
                    findings.fault(
                        &head.path,
                        format!("the cosignature of `{}` does not verify", witness.name()),
                    );
                }
                if head.is_met && cosigned.is_some() {
                    assurance = assurance.max(Assurance::Witnessed);
                    vouch(Some(witness), size, cosigned);
                }
            }
            if head.is_met && head.is_from_elsewhere {
                assurance = assurance.max(Assurance::HeadHeldElsewhere);
                vouch(None, size, None);
            }
        }
        (assurance, vouched.into_values().collect())
    }
}

/// A time in seconds since 1970.
fn time(seconds: u64) -> Option<Instant> {
    Instant::from_seconds(i64::try_from(seconds).ok()?.into())
}
