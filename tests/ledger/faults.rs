//! What the ledger has promised holds through every crash and every failing operation: a log is written, something
//! goes wrong, and it is opened again.
//!
//! `just faults` runs a million of these, `DUECARE_FAULTS` says how many.

use std::collections::BTreeMap;

use duecare::digest::Digest;
use duecare::ledger::checkpoint::Checkpoint;
use duecare::ledger::commitment::Document;
use duecare::ledger::cosignature::{cosign, cosigned_at};
use duecare::ledger::key::PrivateKey;
use duecare::ledger::note::KeyUse;
use duecare::ledger::tree::{Frontier, leaf_hash};
use duecare::ledger::verify::{Trust, Verdict, verify};
use duecare::ledger::{Entry, Limits, Log, Problem, Slot, View, add_signature, event, read_blob};

use super::sample::{Seeded, key, leaf, leaf_with_blob, now, small_limits};
use super::write_back::{Disk, Fault, Kind, Survival};
use crate::support::dice::Dice;

/// Different workloads; each is gone through in the same way every time.
const WORKLOADS: u64 = 64;

/// Faults of the usual test run, besides one at each operation.
const USUAL: u64 = 1000;

/// Longest workload, in operations; a fault behind its end is none.
const OPERATIONS_MAX: u64 = 2000;

/// What whoever uses the log was told.
#[derive(Clone, Default)]
struct Promised {
    is_created: bool,
    leaves: BTreeMap<u64, Vec<u8>>,
    documents: BTreeMap<u64, (Slot, Document)>,
    blobs: Vec<(Digest, Vec<u8>)>,
    head: Option<Checkpoint>,
    /// Slots that are erased, and those of which it is not known.
    erased: Vec<Slot>,
    perhaps_erased: Vec<Slot>,
    /// The key that signs, and one that perhaps does.
    key: u8,
    next_key: Option<u8>,
}

/// What happened, counted.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) faults: u64,
    missed: u64,
    kinds: BTreeMap<(Kind, &'static str), u64>,
    cut: u64,
    before: BTreeMap<String, u64>,
}

fn limits_of(workload: u64) -> Limits {
    if workload.is_multiple_of(2) {
        small_limits()
    } else {
        Limits { publish_after: 1000, ..small_limits() }
    }
}

/// Goes through a workload until something fails.
fn work(disk: &Disk, workload: u64, promised: &mut Promised) -> Result<(), Problem> {
    let mut dice = Dice::new(workload);
    let random = Seeded::new(workload);
    promised.key = 1;
    let limits = limits_of(workload);
    let mut log = Log::create_within(limits, Box::new(disk.clone()), key(1), &random, now())?;
    promised.is_created = true;
    promised.head = Some(log.head());
    for step in 0..3 + dice.below(6) {
        match dice.below(12) {
            0 => {
                let next = promised.key + 1;
                promised.next_key = Some(next);
                log.rotate_key(key(next), now())?;
                (promised.key, promised.next_key) = (next, None);
                promised.head = Some(log.head());
            }
            1 => {
                let known: Vec<Slot> = promised.documents.values().map(|(slot, _)| *slot).collect();
                if !known.is_empty() {
                    let slot = known[usize::try_from(dice.below(known.len() as u64)).unwrap()];
                    promised.perhaps_erased.push(slot);
                    let subject = Digest::of(b"subject");
                    log.erase(&event::erasure(&subject, &[slot], "counsel", "on request", now()))?;
                    promised.erased.push(slot);
                    promised.head = Some(log.head());
                }
            }
            2 => promised.head = Some(log.publish()?),
            3 => {
                let bytes = dice.bytes(200);
                let digest = log.keep_blob(&bytes)?;
                promised.blobs.push((digest, bytes));
                commit(&mut log, vec![(Entry::of(&leaf_with_blob(&digest)), None)], promised)?;
            }
            4 if workload.is_multiple_of(8) => {
                let entries = (0..250 + dice.below(20)).map(|n| (Entry::of(&leaf(n, 4)), None));
                commit(&mut log, entries.collect(), promised)?;
            }
            _ => {
                let count = 1 + dice.below(5);
                let entries: Result<Vec<_>, Problem> = (0..count)
                    .map(|number| entry(&log, step * 10 + number, &random, &mut dice))
                    .collect();
                commit(&mut log, entries?, promised)?;
            }
        }
    }
    Ok(())
}

type Promise = (Entry, Option<(Slot, Document)>);

fn entry(log: &Log, number: u64, random: &Seeded, dice: &mut Dice) -> Result<Promise, Problem> {
    let length = usize::try_from(20 + dice.below(300)).unwrap();
    let mut entry = Entry::of(&leaf(number, length));
    if dice.is_heads() {
        return Ok((entry, None));
    }
    let mut document = Document::default();
    document.set("name", dice.bytes(30));
    // A subject that was erased and comes back gets a key of its own.
    let subject = format!("S-{}", dice.below(4));
    let sealed = log.with_subjects(|subjects| {
        let slot = subjects.of_subject(&subject, random)?;
        let key = subjects.key(slot).ok_or(Problem::Failed)?;
        Ok((slot, key.seal(slot, &document, random)?))
    })?;
    let slot = sealed.0;
    entry.sealed = Some(sealed);
    Ok((entry, Some((slot, document))))
}

fn commit(log: &mut Log, made: Vec<Promise>, promised: &mut Promised) -> Result<(), Problem> {
    let entries: Vec<Entry> = made.iter().map(|(entry, _)| entry.clone()).collect();
    let range = log.commit(entries)?;
    for (index, (entry, document)) in range.zip(made) {
        promised.leaves.insert(index, entry.leaf);
        if let Some(document) = document {
            promised.documents.insert(index, document);
        }
    }
    Ok(())
}

/// Opens the log, with the key that signs it now.
fn open(disk: &Disk, workload: u64, promised: &mut Promised) -> Result<(Log, bool), Problem> {
    let limits = limits_of(workload);
    let opened = Log::open_within(limits, Box::new(disk.clone()), key(promised.key), now());
    match (opened, promised.next_key) {
        (Ok((log, recovered)), _) => Ok((log, recovered.is_some())),
        (Err(Problem::OtherKey { .. }), Some(next)) => {
            let (log, recovered) =
                Log::open_within(limits, Box::new(disk.clone()), key(next), now())?;
            (promised.key, promised.next_key) = (next, None);
            Ok((log, recovered.is_some()))
        }
        (Err(problem), _) => Err(problem),
    }
}

/// Opens it, or begins it if nobody was told that there is one.
fn open_or_create(
    disk: &Disk,
    workload: u64,
    promised: &mut Promised,
) -> Result<(Log, bool), Problem> {
    match open(disk, workload, promised) {
        Err(Problem::Absent) if !promised.is_created => {
            let random = Seeded::new(workload + 1000);
            let limits = limits_of(workload);
            let log = Log::create_within(limits, Box::new(disk.clone()), key(1), &random, now())?;
            Ok((log, false))
        }
        other => other,
    }
}

/// Whether everything that was promised is there.
fn check(log: &Log, disk: &Disk, promised: &Promised) -> Result<(), String> {
    let mut leaves: Vec<Vec<u8>> = Vec::new();
    log.leaves(0, &mut |leaf| leaves.push(leaf.to_vec())).map_err(|problem| problem.to_string())?;
    if leaves.len() as u64 != log.head().size {
        return Err("leaves cannot be read".to_owned());
    }
    for (index, leaf) in &promised.leaves {
        if leaves.get(usize::try_from(*index).unwrap()) != Some(leaf) {
            return Err(format!("leaf {index} is lost, or another"));
        }
    }
    if let Some(head) = &promised.head {
        let mut tree = Frontier::default();
        let first = leaves.iter().take(usize::try_from(head.size).unwrap());
        first.for_each(|leaf| tree.append(leaf_hash(leaf), |_, _| {}));
        if tree.root() != head.root {
            return Err(format!(
                "the published head of {} leaves is not that of the log",
                head.size
            ));
        }
    }
    for (digest, bytes) in &promised.blobs {
        match read_blob(disk, digest) {
            Ok(found) if found == *bytes => {}
            other => return Err(format!("a blob is lost: {other:?}")),
        }
    }
    check_vault(log, disk, promised)
}

fn check_vault(log: &Log, disk: &Disk, promised: &Promised) -> Result<(), String> {
    let told = |problem: Problem| problem.to_string();
    let view = View::open(Box::new(disk.clone())).map_err(told)?;
    if *view.head() != log.head() {
        return Err("readers find another head than the log has".to_owned());
    }
    let subjects = view.subjects().map_err(told)?.ok_or("the keys of subjects are lost")?;
    for (leaf, (slot, document)) in &promised.documents {
        match view.document(&subjects, *leaf) {
            Ok(_) if promised.erased.contains(slot) => {
                return Err(format!("what was erased for leaf {leaf} is there"));
            }
            Ok((found_slot, found)) if (found_slot, &found) == (*slot, document) => {}
            Err(Problem::Erased(_)) if promised.perhaps_erased.contains(slot) => {}
            other => {
                let other = other.map(|(slot, _)| slot);
                return Err(format!("what the vault holds for leaf {leaf} is lost: {other:?}"));
            }
        }
    }
    Ok(())
}

fn must_pass(disk: &Disk) -> Result<(), String> {
    let report = verify(disk, &Trust::default(), &mut |_| {});
    if report.verdict == Verdict::Pass {
        return Ok(());
    }
    let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    Err(format!("verification says {}: {findings:#?}", report.verdict))
}

/// A log that lacks what was promised is never said to be whole.
fn must_not_be_false(disk: &Disk, promised: &Promised, tally: &mut Tally) -> Result<(), String> {
    let report = verify(disk, &Trust::default(), &mut |_| {});
    *tally.before.entry(report.verdict.to_string()).or_default() += 1;
    let promised_size = promised.leaves.keys().next_back().map_or(0, |last| last + 1);
    if report.verdict == Verdict::Pass && report.read.leaves < promised_size {
        return Err(format!(
            "verification passes with {} of {promised_size} leaves",
            report.read.leaves
        ));
    }
    Ok(())
}

/// The process ends after a fault; sometimes the power goes as well.
fn end(disk: &Disk, dice: &mut Dice) -> &'static str {
    let survival = match dice.below(8) {
        0 | 1 => {
            disk.restart();
            return "process ended";
        }
        2 => Survival::Nothing,
        3 => Survival::Everything,
        _ => Survival::Any,
    };
    disk.lose_power(survival, dice);
    "power lost"
}

fn fault_at(operation: u64, kind: Kind, dice: &mut Dice) -> Fault {
    Fault { operation, kind, part: dice.next().to_le_bytes()[0] }
}

/// One fault, further ones while the log is opened again, and then everything that was promised has to be there.
pub(super) fn inject(
    workload: u64,
    fault: Fault,
    dice: &mut Dice,
    tally: &mut Tally,
) -> Result<(), String> {
    let disk = Disk::default();
    disk.set_fault(Some(fault));
    let mut promised = Promised::default();
    let worked = work(&disk, workload, &mut promised);
    if !disk.has_hit() {
        tally.missed += 1;
        return worked.map_err(|problem| format!("without a fault: {problem}"));
    }
    tally.faults += 1;
    let how = end(&disk, dice);
    *tally.kinds.entry((fault.kind, how)).or_default() += 1;
    must_not_be_false(&disk, &promised, tally)?;
    while dice.below(3) == 0 {
        let kind = Kind::ALL[usize::try_from(dice.below(5)).unwrap()];
        disk.set_fault(Some(fault_at(dice.below(30), kind, dice)));
        let opened = open_or_create(&disk, workload, &mut promised);
        if opened.is_ok() {
            promised.is_created = true;
        }
        drop(opened);
        if disk.has_hit() {
            tally.faults += 1;
            *tally.kinds.entry((kind, "while opened")).or_default() += 1;
        }
        end(&disk, dice);
    }
    disk.set_fault(None);
    let opened = open_or_create(&disk, workload, &mut promised);
    let (mut log, was_cut) = opened.map_err(|problem| format!("it does not open: {problem}"))?;
    promised.is_created = true;
    promised.head = Some(log.head());
    tally.cut += u64::from(was_cut);
    check(&log, &disk, &promised)?;
    must_pass(&disk)?;
    goes_on(&disk, &mut log, workload, &mut promised, dice)
}

/// The log takes more, and keeps it through another loss of power.
fn goes_on(
    disk: &Disk,
    log: &mut Log,
    workload: u64,
    promised: &mut Promised,
    dice: &mut Dice,
) -> Result<(), String> {
    let told = |problem: Problem| format!("after it was opened again: {problem}");
    let random = Seeded::new(dice.next());
    let made =
        (0..2).map(|number| entry(log, 900 + number, &random, dice)).collect::<Result<_, _>>();
    commit(log, made.map_err(told)?, promised).map_err(told)?;
    let survival = if dice.is_heads() { Survival::Nothing } else { Survival::Any };
    disk.lose_power(survival, dice);
    let (log, _) = open(disk, workload, promised).map_err(told)?;
    check(&log, disk, promised)?;
    must_pass(disk)
}

/// Faults at every operation of the first workloads, then as many as asked for at random ones.
pub(super) fn suite(workloads: u64, random: u64, tally: &mut Tally) -> Result<(), String> {
    for workload in 0..workloads {
        for operation in 0..OPERATIONS_MAX {
            let missed = tally.missed;
            for kind in Kind::ALL {
                let mut dice = Dice::new(operation * 10 + kind as u64);
                let fault = fault_at(operation, kind, &mut dice);
                inject(workload, fault, &mut dice, tally)
                    .map_err(|what| format!("workload {workload}, {fault:?}: {what}"))?;
            }
            if tally.missed > missed {
                break;
            }
        }
    }
    random_faults(0, random, tally)
}

fn random_faults(from: u64, faults: u64, tally: &mut Tally) -> Result<(), String> {
    let lengths: Vec<u64> = (0..WORKLOADS).map(length_of).collect();
    let end = tally.faults + faults;
    for seed in from.. {
        if tally.faults >= end {
            break;
        }
        let mut dice = Dice::new(seed);
        let workload = dice.below(WORKLOADS);
        let operation = dice.below(lengths[usize::try_from(workload).unwrap()]);
        let kind = Kind::ALL[usize::try_from(dice.below(5)).unwrap()];
        let fault = fault_at(operation, kind, &mut dice);
        inject(workload, fault, &mut dice, tally)
            .map_err(|what| format!("seed {seed}, workload {workload}, {fault:?}: {what}"))?;
    }
    Ok(())
}

/// Operations of a workload.
fn length_of(workload: u64) -> u64 {
    let disk = Disk::default();
    work(&disk, workload, &mut Promised::default()).unwrap();
    disk.operations()
}

#[test]
fn what_was_promised_survives_every_fault() {
    let asked = std::env::var("DUECARE_FAULTS").ok().and_then(|count| count.parse().ok());
    let mut tally = Tally::default();
    let result = match asked {
        None => suite(2, USUAL, &mut tally),
        Some(count) => on_all_cores(count, &mut tally),
    };
    eprintln!("{} faults, of {} logs a torn end was cut off", tally.faults, tally.cut);
    eprintln!("before they were opened again, verification said {:?}", tally.before);
    for ((kind, how), count) in &tally.kinds {
        eprintln!("  {kind:?}, {how}: {count}");
    }
    if let Err(what) = result {
        panic!("{what}");
    }
}

/// Shares the work out; every thread has seeds of its own.
fn on_all_cores(count: u64, tally: &mut Tally) -> Result<(), String> {
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let handles: Vec<_> = (0..threads)
        .map(|thread| {
            std::thread::spawn(move || {
                let mut tally = Tally::default();
                let share = count / threads + u64::from(thread < count % threads);
                let result = random_faults(thread << 40, share, &mut tally);
                if let Err(what) = &result {
                    eprintln!("{what}");
                }
                (tally, result)
            })
        })
        .collect();
    let mut result = Ok(());
    for handle in handles {
        let (part, outcome) = handle.join().unwrap();
        tally.faults += part.faults;
        tally.cut += part.cut;
        part.kinds
            .into_iter()
            .for_each(|(kind, count)| *tally.kinds.entry(kind).or_default() += count);
        part.before
            .into_iter()
            .for_each(|(verdict, count)| *tally.before.entry(verdict).or_default() += count);
        result = result.and(outcome);
    }
    result
}

/// A log that is made anew from its frames publishes its head again, and what witnesses said of it stays.
#[test]
fn signatures_of_witnesses_survive_a_rebuilt_log() {
    let disk = Disk::default();
    let mut promised = Promised::default();
    work(&disk, 1, &mut promised).unwrap();
    let (log, _) = open(&disk, 1, &mut promised).unwrap();
    let size = log.head().size;
    let witness = PrivateKey::from_seed(&[7; 32], "test.example/witness", KeyUse::Witness).unwrap();
    let line = cosign(&witness, &log.head().text(), 1_700_000_000);
    drop(log);
    add_signature(&mut disk.clone(), size, line).unwrap();
    disk.delete("index/events");
    disk.delete("tile");
    let (log, _) = open(&disk, 1, &mut promised).unwrap();
    assert_eq!(log.head().size, size);
    let note = View::open(Box::new(disk.clone())).unwrap().note().unwrap();
    assert!(cosigned_at(&note, witness.public()).is_some());
    must_pass(&disk).unwrap();
}
