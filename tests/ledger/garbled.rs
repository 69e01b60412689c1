//! What is no ledger, or not the one it says: verification never passes, never panics, and says why.

use duecare::digest::Digest;
use duecare::ledger::canonical::Canonical;
use duecare::ledger::checkpoint::Checkpoint;
use duecare::ledger::event;
use duecare::ledger::note::Note;
use duecare::ledger::run::RunCount;
use duecare::ledger::storage::Storage as _;
use duecare::ledger::tile::{bundle_path, hash_tile_path};
use duecare::ledger::verify::{Trust, Verdict, verify};
use duecare::ledger::{Entry, Limits, Log, blob_path};

use super::sample::{
    POLICY, RUN, Seeded, bundle_of, fields_of, key, leaf, leaf_with_blob, now, record_leaf,
    run_started, said, small_limits, whole_log,
};
use super::write_back::Disk;

/// A change to a whole log, and words that verification says about it.
type Case = (&'static str, fn(&Disk), &'static str);

const SUBJECTS: &str = "vault/subjects";
const FIRST: &str = "wal/00000001.seg";
const SECOND: &str = "wal/00000002.seg";

fn bytes_of(disk: &Disk, path: &str) -> Vec<u8> {
    disk.read(path).unwrap()
}

fn swap(disk: &Disk, left: &str, right: &str) {
    let (first, second) = (bytes_of(disk, left), bytes_of(disk, right));
    disk.put(left, &second);
    disk.put(right, &first);
}

fn paths(disk: &Disk, start: &str) -> Vec<String> {
    disk.files().into_iter().map(|(path, _)| path).filter(|path| path.starts_with(start)).collect()
}

fn last(disk: &Disk, start: &str) -> String {
    paths(disk, start).pop().unwrap()
}

/// Another log, by other keys but of the same name.
fn other_log() -> Disk {
    let disk = Disk::default();
    let storage = Box::new(disk.clone());
    let mut log =
        Log::create_within(small_limits(), storage, key(9), &Seeded::new(9), now()).unwrap();
    let leaves = (0..30).map(|number| Entry::of(&leaf(number, 30))).collect();
    log.commit(leaves).unwrap();
    log.publish().unwrap();
    disk
}

fn from_other(disk: &Disk, path: &str) {
    disk.put(path, &bytes_of(&other_log(), path));
}

/// The newest head, changed and signed anew by a key.
fn put_head(disk: &Disk, by: u8, change: impl FnOnce(&mut Checkpoint)) {
    let note = Note::parse(&bytes_of(disk, "checkpoint")).unwrap();
    let mut head = Checkpoint::parse(&note.text).unwrap();
    change(&mut head);
    let signer = key(by);
    disk.put("checkpoint", head.sign([&signer]).to_string().as_bytes());
}

fn edit_text(disk: &Disk, path: &str, change: impl FnOnce(String) -> String) {
    let text = String::from_utf8(bytes_of(disk, path)).unwrap();
    disk.put(path, change(text).as_bytes());
}

/// The frames of a segment, as ranges of bytes.
fn frames(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut starts: Vec<usize> = bytes
        .windows(8)
        .enumerate()
        .filter(|(_, window)| *window == b"dc-frame")
        .map(|(at, _)| at)
        .collect();
    starts.push(bytes.len());
    starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

/// A segment with more than one frame.
fn busy_segment(disk: &Disk) -> String {
    let mut segments = paths(disk, "wal/").into_iter();
    segments.find(|path| frames(&bytes_of(disk, path)).len() > 1).unwrap()
}

fn delete_folders(disk: &Disk) {
    for folder in ["keys", "wal", "checkpoints", "tile", "blobs", "vault", "index"] {
        disk.delete(folder);
    }
}

const CASES: &[Case] = &[
    (
        "an empty folder",
        |disk| {
            disk.delete("origin");
            disk.delete("checkpoint");
            delete_folders(disk);
        },
        "there is no ledger here",
    ),
    (
        "only an origin",
        |disk| {
            disk.delete("checkpoint");
            delete_folders(disk);
        },
        "no leaf of the log could be read",
    ),
    ("no origin", |disk| disk.delete("origin"), "there is no ledger here"),
    ("an empty origin", |disk| disk.put("origin", b""), "does not hold the name of a log"),
    (
        "an origin without an end of line",
        |disk| disk.put("origin", b"test.example/log"),
        "does not hold the name of a log",
    ),
    (
        "an origin of two lines",
        |disk| disk.put("origin", b"test.example/log\nmore\n"),
        "does not hold the name of a log",
    ),
    (
        "an origin that is no text",
        |disk| disk.put("origin", b"\xff\xfe\n"),
        "does not hold the name of a log",
    ),
    (
        "another origin",
        |disk| disk.put("origin", b"other.example/log\n"),
        "it is not the name that the first leaf has",
    ),
    (
        "no log, but tiles",
        |disk| {
            disk.delete("wal");
            disk.delete("tile");
        },
        "the bundle of leaves is missing",
    ),
    (
        "no segments",
        |disk| {
            for path in paths(disk, "wal/") {
                disk.put(&path, b"");
            }
        },
        "the header of the segment was changed",
    ),
    (
        "the first segment is empty",
        |disk| disk.put(FIRST, b""),
        "the header of the segment was changed",
    ),
    ("the first segment is missing", |disk| disk.delete(FIRST), "the segment is missing"),
    ("a segment in the middle is missing", |disk| disk.delete(SECOND), "the segment is missing"),
    (
        "the last segment is missing",
        |disk| disk.delete(&last(disk, "wal/")),
        "leaves were published",
    ),
    (
        "two segments are swapped",
        |disk| swap(disk, FIRST, SECOND),
        "the header of the segment was changed",
    ),
    (
        "a segment is there twice",
        |disk| {
            let first = bytes_of(disk, FIRST);
            disk.put(SECOND, &first);
        },
        "the header of the segment was changed",
    ),
    (
        "a segment is renumbered",
        |disk| {
            let end = last(disk, "wal/");
            let bytes = bytes_of(disk, &end);
            disk.put("wal/00000099.seg", &bytes);
        },
        "the segment is missing",
    ),
    ("a segment of another log", |disk| from_other(disk, FIRST), "the log was rewritten"),
    (
        "a second segment of another log",
        |disk| from_other(disk, SECOND),
        "does not continue the one before it",
    ),
    (
        "a segment that is text",
        |disk| disk.put(FIRST, b"once upon a time\n"),
        "the header of the segment was changed",
    ),
    (
        "a segment of zeros",
        |disk| disk.edit(SECOND, |bytes| bytes.fill(0)),
        "the header of the segment was changed",
    ),
    (
        "a segment with bytes behind it",
        |disk| disk.edit(FIRST, |bytes| bytes.extend([7; 40])),
        "a frame was changed",
    ),
    (
        "the log with bytes behind it",
        |disk| disk.edit(&last(disk, "wal/"), |bytes| bytes.extend([7; 40])),
        "no whole frame",
    ),
    (
        "a foreign file among segments",
        |disk| disk.put("wal/notes.txt", b"hello"),
        "it is no segment of a ledger",
    ),
    (
        "a segment with another number of digits",
        |disk| disk.put("wal/1.seg", b""),
        "it is no segment of a ledger",
    ),
    (
        "a folder among segments",
        |disk| disk.put("wal/old/00000001.seg", b""),
        "it is no segment of a ledger",
    ),
    (
        "a frame of a huge length",
        |disk| disk.edit(FIRST, |bytes| bytes[96 + 20..96 + 24].fill(0xff)),
        "a frame was changed",
    ),
    (
        "a frame of a huge number of leaves",
        |disk| disk.edit(FIRST, |bytes| bytes[96 + 16..96 + 20].fill(0xff)),
        "a frame was changed",
    ),
    (
        "a frame is there twice",
        |disk| {
            let path = busy_segment(disk);
            disk.edit(&path, |bytes| {
                let first = bytes[frames(bytes)[0].clone()].to_vec();
                bytes.extend(first);
            });
        },
        "does not continue the one before it",
    ),
    (
        "a frame is left out",
        |disk| {
            let path = busy_segment(disk);
            disk.edit(&path, |bytes| drop(bytes.drain(frames(bytes)[0].clone())));
        },
        "does not continue the one before it",
    ),
    (
        "two frames are swapped",
        |disk| {
            let path = busy_segment(disk);
            disk.edit(&path, |bytes| {
                let ranges = frames(bytes);
                let first: Vec<u8> = bytes.drain(ranges[0].clone()).collect();
                let at = ranges[1].len() + ranges[0].start;
                bytes.splice(at..at, first);
            });
        },
        "does not continue the one before it",
    ),
    ("no checkpoint", |disk| disk.delete("checkpoint"), "checkpoint: it cannot be read"),
    ("an empty checkpoint", |disk| disk.put("checkpoint", b""), "checkpoint: it has no blank line"),
    (
        "a checkpoint without signatures",
        |disk| {
            edit_text(disk, "checkpoint", |text| {
                text.split_inclusive("\n\n").next().unwrap().to_owned()
            });
        },
        "checkpoint: ",
    ),
    ("a checkpoint that is no text", |disk| disk.put("checkpoint", b"\xff\n\n"), "it is not UTF-8"),
    (
        "a checkpoint with a further line",
        |disk| edit_text(disk, "checkpoint", |text| text.replacen("\n\n", "\nmore\n\n", 1)),
        "a checkpoint is three lines",
    ),
    (
        "a checkpoint of another log",
        |disk| {
            put_head(disk, 2, |head| {
                "other.example/log".clone_into(&mut head.origin);
            });
        },
        "it is a head of `other.example/log`",
    ),
    (
        "a checkpoint by another key",
        |disk| put_head(disk, 9, |_| {}),
        "it is not signed by the key",
    ),
    (
        "a checkpoint by the key of before",
        |disk| put_head(disk, 1, |_| {}),
        "it is not signed by the key",
    ),
    (
        "a checkpoint of another root",
        |disk| put_head(disk, 2, |head| head.root = duecare::digest::Digest::of(b"other")),
        "the log was rewritten",
    ),
    (
        "a checkpoint of more leaves",
        |disk| put_head(disk, 2, |head| head.size += 1000),
        "the end of the log is missing",
    ),
    (
        "a checkpoint of the greatest size",
        |disk| put_head(disk, 2, |head| head.size = u64::MAX),
        "the end of the log is missing",
    ),
    (
        "an older checkpoint was put back",
        |disk| {
            let older = paths(disk, "checkpoints/")[1].clone();
            let bytes = bytes_of(disk, &older);
            disk.put("checkpoint", &bytes);
        },
        "it was put back",
    ),
    (
        "a head under another size",
        |disk| {
            let path = paths(disk, "checkpoints/")[1].clone();
            let bytes = bytes_of(disk, &path);
            disk.put("checkpoints/00000000000000000050", &bytes);
        },
        "its name is not that of its size",
    ),
    (
        "a head that is text",
        |disk| disk.put("checkpoints/00000000000000000050", b"once upon a time"),
        "it has no blank line",
    ),
    (
        "the newest head is missing among the others",
        |disk| disk.delete(&last(disk, "checkpoints/")),
        "the newest head is missing",
    ),
    (
        "a key is replaced",
        |disk| disk.put("keys/00000001.vkey", format!("{}\n", key(9).public()).as_bytes()),
        "it is not the key that the log names",
    ),
    (
        "a key is missing",
        |disk| disk.delete("keys/00000002.vkey"),
        "keys/00000002.vkey: it cannot be read",
    ),
    (
        "a key is empty",
        |disk| disk.put("keys/00000001.vkey", b""),
        "it is not the key that the log names",
    ),
    (
        "a tile of another content",
        |disk| disk.edit(&last(disk, "tile/0/"), |bytes| bytes[5] ^= 1),
        "it does not say what the log says",
    ),
    (
        "a tile is empty",
        |disk| disk.put(&last(disk, "tile/0/"), b""),
        "it does not have the length that its name says",
    ),
    ("no tiles", |disk| disk.delete("tile"), "the tile is missing"),
    (
        "a tile behind the log",
        |disk| disk.put(&hash_tile_path(0, 5, 256), &[0; 8192]),
        "no leaf of the log belongs to it",
    ),
    (
        "a tile of a width that is no number",
        |disk| disk.put("tile/0/000.p/many", &[0; 32]),
        "does not",
    ),
    (
        "a bundle of another content",
        |disk| disk.edit(&last(disk, "tile/entries/"), |bytes| bytes[5] ^= 1),
        "it does not say what the log says",
    ),
    (
        "a bundle of a huge length",
        |disk| disk.edit(&last(disk, "tile/entries/"), |bytes| bytes[..2].fill(0xff)),
        "it does not say what the log says",
    ),
    (
        "a foreign file among tiles",
        |disk| disk.put("tile/readme", b"hello"),
        "no leaf of the log belongs to it",
    ),
    (
        "a blob of another content",
        |disk| disk.edit(&last(disk, "blobs/"), |bytes| bytes[0] ^= 1),
        "its content is not what its name says",
    ),
    (
        "a list of texts is missing",
        |disk| disk.delete(&blob_path(&Digest::of(&bundle_of(&Digest::of(POLICY)).to_bytes()))),
        "the leaf names a blob that is missing",
    ),
    (
        "a text of a list is missing",
        |disk| disk.delete(&blob_path(&Digest::of(POLICY))),
        "the list of texts that the leaf names has a blob that is missing",
    ),
    (
        "a blob is empty",
        |disk| disk.put(&last(disk, "blobs/"), b""),
        "its content is not what its name says",
    ),
    (
        "a foreign file among blobs",
        |disk| disk.put("blobs/sha256/readme", b"hello"),
        "its content is not what its name says",
    ),
    ("no vault", |disk| disk.delete("vault"), "vault: it is missing"),
    ("no keys of subjects", |disk| disk.delete(SUBJECTS), "vault/subjects: "),
    (
        "keys of subjects are cut",
        |disk| disk.edit(SUBJECTS, |bytes| bytes.truncate(100)),
        "vault/subjects, byte",
    ),
    (
        "keys of subjects are text",
        |disk| disk.put(SUBJECTS, b"hello"),
        "it is too short to have a header",
    ),
    (
        "the key of a subject is gone",
        |disk| disk.edit(SUBJECTS, |bytes| bytes[64..128].fill(0)),
        "the log knows of no erasure",
    ),
    (
        "a key of a subject more",
        |disk| disk.edit(SUBJECTS, |bytes| bytes.extend([0; 64])),
        "it goes on behind what the log counts on",
    ),
    (
        "an erased key is put back",
        |disk| {
            let other = whole_log(small_limits(), 8);
            let slot = bytes_of(&other, SUBJECTS)[64..128].to_vec();
            disk.edit(SUBJECTS, |bytes| {
                let erased =
                    bytes.chunks_exact(64).position(|slot| slot == [0; 64]).unwrap_or(1) * 64;
                bytes[erased..erased + 64].copy_from_slice(&slot);
            });
        },
        "the log says erased",
    ),
    (
        "a pack is missing",
        |disk| disk.delete("vault/packs/00000001.pack"),
        "vault/packs/00000001.pack: it cannot be read",
    ),
    (
        "a pack of another content",
        |disk| disk.edit("vault/packs/00000001.pack", |bytes| bytes[60] ^= 1),
        "what the vault holds was changed",
    ),
    (
        "a pack is cut",
        |disk| disk.edit("vault/packs/00000001.pack", |bytes| bytes.truncate(200)),
        "vault/packs/00000001.pack",
    ),
    (
        "an old pack goes on",
        |disk| disk.edit("vault/packs/00000001.pack", |bytes| bytes.push(0)),
        "it goes on behind what the log counts on",
    ),
    (
        "a pack too many",
        |disk| disk.put("vault/packs/00000099.pack", b"hello"),
        "no frame counts on it",
    ),
    (
        "two packs are swapped",
        |disk| swap(disk, "vault/packs/00000001.pack", "vault/packs/00000002.pack"),
        "the header of the pack was changed",
    ),
    ("no index", |disk| disk.delete("index"), "index/events: it cannot be read"),
    ("an empty index", |disk| disk.put("index/events", b""), "it does not end where the log does"),
    (
        "an index of another log",
        |disk| from_other(disk, "index/events"),
        "it does not say what the log says",
    ),
    (
        "an index that goes on",
        |disk| disk.edit("index/events", |bytes| bytes.extend([0; 9])),
        "it does not end where the log does",
    ),
];

/// A log whose leaves say something false, signed by its own key.
type FalseLog = (&'static str, fn() -> Vec<Canonical>, &'static str);

fn numbered(numbers: impl IntoIterator<Item = u64>) -> (Vec<Canonical>, RunCount) {
    let mut count = RunCount::default();
    let mut leaves = vec![run_started()];
    for number in numbers {
        let mut record = record_leaf(number);
        count.number(&mut record, &fields_of(number));
        leaves.push(record);
    }
    (leaves, count)
}

/// A run of six records with something wrong in it.
fn run(change: impl FnOnce(&mut Vec<Canonical>, &RunCount)) -> Vec<Canonical> {
    let (mut leaves, count) = numbered(5..11);
    leaves.push(count.completed(&RUN, now()));
    change(&mut leaves, &count);
    leaves
}

fn set(leaf: &mut Canonical, key: &str, value: Canonical) {
    if let Canonical::Object(entries) = leaf {
        entries.insert(key.to_owned(), value);
    }
}

const FALSE_LOGS: &[FalseLog] = &[
    (
        "a record is missing",
        || run(|leaves, _| drop(leaves.remove(3))),
        "a record of the run is missing",
    ),
    (
        "a decision is there twice",
        || run(|leaves, _| leaves.insert(3, leaves[2].clone())),
        "or stands here twice",
    ),
    (
        "two decisions are swapped",
        || run(|leaves, _| leaves.swap(2, 3)),
        "a record of the run is missing",
    ),
    (
        "the last records are missing",
        || run(|leaves, _| drop(leaves.drain(4..7))),
        "the run ends with other counts",
    ),
    (
        "the run counts more",
        || run(|leaves, _| set(&mut leaves[7], "records", Canonical::count(9))),
        "the run ends with other counts",
    ),
    (
        "the run counts a refusal as a decision",
        || {
            run(|leaves, _| {
                set(&mut leaves[7], "decided", Canonical::count(6));
                set(&mut leaves[7], "refused", Canonical::count(0));
            })
        },
        "the run ends with other counts",
    ),
    (
        "the run has another root",
        || run(|leaves, _| set(&mut leaves[7], "root", Canonical::text(fields_of(1)))),
        "another root over its records",
    ),
    (
        "a record commits to nothing",
        || run(|leaves, _| set(&mut leaves[2], "fields", Canonical::text("x"))),
        "it commits to no record",
    ),
    (
        "a decision is by another policy",
        || run(|leaves, _| set(&mut leaves[2], "policies", Canonical::Array(Vec::new()))),
        "it is not by the policies",
    ),
    ("a run begins twice", || run(|leaves, _| leaves.insert(1, leaves[0].clone())), "begins twice"),
    ("a run never began", || run(|leaves, _| drop(leaves.remove(0))), "had begun"),
    (
        "a run goes on behind its end",
        || run(|leaves, _| leaves.push(leaves[1].clone())),
        "had ended",
    ),
    (
        "a leaf of an unknown form",
        || vec![Canonical::object([("format", Canonical::text("other/9"))])],
        "a form that is not known here",
    ),
    (
        "a log is opened twice",
        || vec![event::log_opened(key(9).public(), None, now())],
        "a log is opened once",
    ),
    (
        "a key follows that nobody signed for",
        || vec![event::key_rotated(&key(8), &key(9), now())],
        "is not signed by both keys",
    ),
    (
        "a blob is named that was never kept",
        || vec![leaf_with_blob(&fields_of(1))],
        "names a blob that is missing",
    ),
];

fn signed(leaves: Vec<Canonical>) -> Disk {
    let disk = Disk::default();
    let limits = Limits::default();
    let mut log =
        Log::create_within(limits, Box::new(disk.clone()), key(1), &Seeded::new(1), now()).unwrap();
    log.commit(leaves.iter().map(Entry::of).collect()).unwrap();
    log.publish().unwrap();
    disk
}

fn whole_other() -> Disk {
    whole_log(small_limits(), 80)
}

fn must_say(name: &str, disk: &Disk, words: &str) -> Result<(), String> {
    let (verdict, findings) = said(disk);
    if verdict == Verdict::Pass {
        return Err(format!("{name}: it passes"));
    }
    if findings.contains(words) { Ok(()) } else { Err(format!("{name}: not said in {findings}")) }
}

/// All cases; the first that goes wrong.
pub(super) fn suite() -> Result<(), String> {
    let whole = whole_log(small_limits(), 90);
    let mut wrong = Vec::new();
    if said(&whole).0 != Verdict::Pass {
        wrong.push(format!("the whole log: {}", said(&whole).1));
    }
    for (name, change, words) in CASES {
        let disk = whole.copy();
        change(&disk);
        wrong.extend(must_say(name, &disk, words).err());
    }
    for (name, leaves, words) in FALSE_LOGS {
        wrong.extend(must_say(name, &signed(leaves()), words).err());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

#[test]
fn whatever_is_no_whole_ledger_does_not_pass() {
    assert!(CASES.len() + FALSE_LOGS.len() >= 50);
    if let Err(wrong) = suite() {
        panic!("{wrong}");
    }
}

/// A log that its own key wrote anew is whole in itself: only a head from elsewhere tells.
#[test]
fn a_log_that_was_written_anew_is_told_by_a_head_from_elsewhere() {
    let disk = signed(vec![leaf(1, 20)]);
    let fork = signed(vec![leaf(2, 20)]);
    let head = Note::parse(&bytes_of(&disk, "checkpoint")).unwrap();
    let trust = Trust { heads: vec![head], ..Trust::default() };
    assert_eq!(verify(&disk, &trust, &mut |_| {}).verdict, Verdict::Pass);
    assert_eq!(said(&fork).0, Verdict::Pass);
    let report = verify(&fork, &trust, &mut |_| {});
    assert_eq!(report.verdict, Verdict::Fail);
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.path == "given head 1" && finding.what.contains("rewritten"))
    );
    let longer = Note::parse(&bytes_of(&whole_other(), "checkpoint")).unwrap();
    let report = verify(&disk, &Trust { heads: vec![longer], ..Trust::default() }, &mut |_| {});
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.what.contains("the end of the log is missing"))
    );
    assert_eq!(report.verdict, Verdict::Fail);
    let stranger = Trust { key: Some(key(9).public().clone()), ..Trust::default() };
    assert_eq!(verify(&disk, &stranger, &mut |_| {}).verdict, Verdict::Fail);
}

/// What the bundle and the tiles of an export say is verified without segments.
#[test]
fn an_export_without_its_leaves_does_not_pass() {
    let disk = signed(vec![leaf(1, 20)]);
    for folder in ["wal", "vault", "index"] {
        disk.delete(folder);
    }
    assert_eq!(said(&disk).0, Verdict::Pass, "{}", said(&disk).1);
    disk.delete(&bundle_path(0, 2));
    assert_ne!(said(&disk).0, Verdict::Pass);
}
