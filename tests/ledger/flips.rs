//! Whoever changes one bit of a ledger, cuts it or takes a file away is found out, and the file is named.
//!
//! The usual run looks at some bits of each file, `just faults` at all of a small ledger and at 100,000 of a large one, or
//! at one part of so many of them, to be run in pieces: `DUECARE_PART=3/16`.

use duecare::ledger::run::RunId;
use duecare::ledger::storage::Storage as _;
use duecare::ledger::verify::{Report, Trust, Verdict, verify};
use duecare::ledger::{Entry, Limits, Log};

use super::sample::{Seeded, decide, key, leaf, now, said, small_limits, whole_log};
use super::write_back::Disk;
use crate::support::dice::Dice;

/// Bits of each file in the usual run.
const USUAL: usize = 24;

/// Bits of the large log in the thorough run.
const LARGE: usize = 100_000;

fn is_thorough() -> bool {
    std::env::var_os("DUECARE_FAULTS").is_some()
}

/// Which part of the bits is looked at, from 0, and how many parts there are.
fn part() -> (usize, usize) {
    let Ok(text) = std::env::var("DUECARE_PART") else { return (0, 1) };
    let numbers = text.split_once('/').and_then(|(part, parts)| {
        let (part, parts): (usize, usize) = (part.parse().ok()?, parts.parse().ok()?);
        (1..=parts).contains(&part).then_some((part - 1, parts))
    });
    numbers.unwrap_or_else(|| panic!("DUECARE_PART is `3/16`, and not `{text}`"))
}

/// Limits that give a large log several segments and packs.
fn large_limits() -> Limits {
    Limits { segment_size: 1 << 20, pack_size: 1 << 19, publish_after: 4096, frame_size: 1 << 18 }
}

/// A log of a hundred leaves with everything that a log has. The erasure and the other key, which each publish a head
/// with its tiles, come early, and most leaves in few frames: every flip verifies each signature again.
fn hundred_leaves() -> Disk {
    let limits =
        Limits { segment_size: 20_000, pack_size: 8_000, publish_after: 1000, frame_size: 20_000 };
    let disk = whole_log(limits, 5);
    let (mut log, _) = Log::open_within(limits, Box::new(disk.clone()), key(2), now()).unwrap();
    let further = 98 - log.head().size;
    decide(&mut log, &Seeded::new(8), &RunId([6; 16]), further, 4);
    log.publish().unwrap();
    assert_eq!(log.head().size, 100);
    disk
}

/// Where the parts of a file begin that findings tell apart.
fn starts(path: &str, bytes: &[u8]) -> Vec<usize> {
    let frames = if path.starts_with("wal/") { b"dc-frame".as_slice() } else { b"" };
    let starts = bytes.windows(8).enumerate().filter(|(_, window)| *window == frames);
    std::iter::once(0).chain(starts.map(|(at, _)| at)).collect()
}

/// Whether a report says that something is wrong in a file, and where.
fn is_located(report: &Report, path: &str, at: usize, starts: &[usize]) -> bool {
    let part = starts.iter().rev().find(|start| **start <= at).copied().unwrap_or(0);
    let mut here = report.findings.iter().filter(|finding| finding.path == path);
    if path.starts_with("wal/") {
        return here.any(|finding| finding.offset == Some(part as u64));
    }
    if path.starts_with("vault/") {
        return here.any(|finding| finding.offset.is_some_and(|offset| offset <= at as u64));
    }
    here.next().is_some()
}

fn flip(disk: &Disk, path: &str, at: usize, bit: u8, starts: &[usize]) -> Result<(), String> {
    let turn = |bytes: &mut Vec<u8>| bytes[at] ^= 1 << bit;
    disk.edit(path, turn);
    let report = verify(disk, &Trust::default(), &mut |_| {});
    disk.edit(path, turn);
    if report.verdict == Verdict::Pass {
        return Err(format!("`{path}`, byte {at}, bit {bit}: it passes"));
    }
    if !is_located(&report, path, at, starts) {
        let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        return Err(format!("`{path}`, byte {at}, bit {bit}: it is not named in {findings:#?}"));
    }
    Ok(())
}

/// Bits of a log: the files, and which bits of each.
type Bits = Vec<(String, Vec<usize>)>;

/// Every bit of every file.
fn all(disk: &Disk) -> Bits {
    disk.files().into_iter().map(|(path, length)| (path, (0..length * 8).collect())).collect()
}

/// Some bits of each file, as many as are asked for by its length.
fn some(disk: &Disk, seed: u64, mut of_file: impl FnMut(usize, &mut Dice) -> usize) -> Bits {
    let mut dice = Dice::new(seed);
    let mut bits = Bits::new();
    for (path, length) in disk.files() {
        let bit = |dice: &mut Dice| usize::try_from(dice.below(length as u64 * 8)).unwrap();
        let number = of_file(length, &mut dice).min(length * 8);
        bits.push((path, (0..number).map(|_| bit(&mut dice)).collect()));
    }
    bits
}

/// Flips each of these bits on its own, by two threads.
fn flip_each(disk: &Disk, bits: &Bits) -> Result<u64, String> {
    let (part, parts) = part();
    let half = |first: usize| {
        let (disk, mut flipped) = (disk.copy(), 0);
        for (path, places) in bits {
            let mut bytes = Vec::new();
            disk.edit(path, |found| bytes.clone_from(found));
            let starts = starts(path, &bytes);
            let own = places.iter().skip(part).step_by(parts);
            for place in own.clone().skip(first).step_by(2) {
                flip(&disk, path, place / 8, u8::try_from(place % 8).unwrap(), &starts)?;
                flipped += 1;
            }
            if is_thorough() && first == 0 {
                eprintln!("`{path}`: {} bits", own.len());
            }
        }
        Ok::<u64, String>(flipped)
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        Ok(half(0)? + other.join().unwrap()?)
    })
}

/// Flips so many bits of each file.
pub(super) fn some_bits(disk: &Disk, of_each: usize) -> Result<u64, String> {
    flip_each(disk, &some(disk, 1, |_, _| of_each))
}

#[test]
fn a_flipped_bit_is_found_and_its_file_named() {
    let disk = if is_thorough() { hundred_leaves() } else { whole_log(small_limits(), 90) };
    assert_eq!(said(&disk).0, Verdict::Pass, "{}", said(&disk).1);
    let flipped =
        if is_thorough() { flip_each(&disk, &all(&disk)) } else { some_bits(&disk, USUAL) };
    eprintln!("{} bits of {} files", flipped.unwrap(), disk.files().len());
}

#[test]
fn a_flipped_bit_of_a_large_log_is_found() {
    let disk = whole_log(large_limits(), 10_000);
    assert_eq!(said(&disk).0, Verdict::Pass, "{}", said(&disk).1);
    let total: usize = disk.files().iter().map(|(_, length)| length).sum();
    let bits = some(&disk, 2, |length, dice| {
        if is_thorough() {
            (length * LARGE).div_ceil(total)
        } else {
            usize::from(dice.below(6) == 0)
        }
    });
    eprintln!("{} bits of {} files", flip_each(&disk, &bits).unwrap(), bits.len());
}

/// Cuts the log below its published head, at every `step`-th byte and before each end; it is neither whole nor opened.
fn cuts(step: usize) -> Result<u64, String> {
    let disk = whole_log(small_limits(), 90);
    let files = disk.files();
    let segments: Vec<&(String, usize)> =
        files.iter().filter(|(path, _)| path.starts_with("wal/")).collect();
    let mut cuts = 0;
    for (place, (path, length)) in segments.iter().enumerate() {
        for end in (0..*length).step_by(step).chain([length - 1]) {
            let cut = disk.copy();
            segments[place + 1..].iter().for_each(|(later, _)| cut.delete(later));
            cut.edit(path, |bytes| bytes.truncate(end));
            let (verdict, findings) = said(&cut);
            if verdict == Verdict::Pass {
                return Err(format!("`{path}` cut at {end}: {findings}"));
            }
            must_be_refused(&cut, path).map_err(|what| format!("`{path}` cut at {end}: {what}"))?;
            cuts += 1;
        }
    }
    Ok(cuts)
}

/// The log is not opened, and what was found is left as it is, for those who look into it.
fn must_be_refused(disk: &Disk, path: &str) -> Result<(), String> {
    let before = disk.read(path).map_err(|error| error.to_string())?;
    if Log::open_within(small_limits(), Box::new(disk.clone()), key(2), now()).is_ok() {
        return Err("it is opened".to_owned());
    }
    // A segment that was cut within its header never held a leaf.
    let is_kept = before.len() < 96 || disk.read(path).is_ok_and(|after| after == before);
    if is_kept { Ok(()) } else { Err("it was cut, and then not opened".to_owned()) }
}

/// A frame that was changed, with others behind it, is no torn end, even above the published head.
fn changed_frames() -> Result<u64, String> {
    let disk = whole_log(small_limits(), 20);
    let limits = Limits { segment_size: 1 << 20, publish_after: 1000, ..small_limits() };
    let (mut log, _) = Log::open_within(limits, Box::new(disk.clone()), key(2), now()).unwrap();
    let mut ends = Vec::new();
    let path = disk
        .files()
        .into_iter()
        .map(|(path, _)| path)
        .rfind(|path| path.starts_with("wal/"))
        .unwrap();
    for number in 0..4 {
        log.commit(vec![Entry::of(&leaf(number, 50))]).unwrap();
        ends.push(usize::try_from(disk.length(&path).unwrap().unwrap()).unwrap());
    }
    for range in ends.windows(2).take(2) {
        for at in range[0]..range[1] {
            let changed = disk.copy();
            changed.edit(&path, |bytes| bytes[at] ^= 4);
            must_be_refused(&changed, &path).map_err(|what| format!("byte {at}: {what}"))?;
        }
    }
    Ok((ends[2] - ends[0]) as u64)
}

/// Logs that must not be opened.
pub(super) fn refusals(step: usize) -> Result<u64, String> {
    Ok(cuts(step)? + changed_frames()?)
}

#[test]
fn a_log_that_was_cut_or_changed_is_found_out_and_not_opened() {
    let step = if is_thorough() { 1 } else { 211 };
    eprintln!("{} logs", refusals(step).unwrap());
}

#[test]
fn a_file_that_is_taken_away_is_missed() {
    let disk = whole_log(small_limits(), 90);
    let files = disk.files();
    let newest_heads =
        files.iter().filter(|(path, _)| path.starts_with("checkpoints/")).count() - 1;
    let mut heads = 0;
    for (path, _) in &files {
        let without = disk.copy();
        without.delete(path);
        let (verdict, findings) = said(&without);
        // A log does not say which heads it published, and of tiles that grew only the last are needed.
        let may_go = path.starts_with("checkpoints/") || path.contains(".p/");
        heads += usize::from(path.starts_with("checkpoints/") && verdict == Verdict::Pass);
        assert!(may_go || verdict != Verdict::Pass, "`{path}` is not missed");
        assert!(may_go || findings.contains(path.as_str()), "`{path}` is not named: {findings}");
    }
    assert_eq!(heads, newest_heads, "only older heads are not missed");
}
