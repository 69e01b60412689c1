//! Where a log begins and ends is checked.

use duecare::digest::Digest;
use duecare::ledger::canonical::Canonical;
use duecare::ledger::checkpoint::Checkpoint;
use duecare::ledger::event;
use duecare::ledger::verify::{Trust, Verdict, verify};
use duecare::ledger::{Entry, Log, Problem, View};

use super::sample::{Seeded, key, leaf, now, said};
use super::write_back::Disk;

fn begun() -> (Disk, Log) {
    let disk = Disk::default();
    let log = Log::create(Box::new(disk.clone()), key(1), &Seeded::new(1), now()).unwrap();
    (disk, log)
}

fn seal() -> Canonical {
    event::log_sealed("J. Ahn, counsel", "the company was dissolved", now())
}

#[test]
fn nothing_but_what_became_of_the_files_follows_a_seal() {
    for (leaf, is_taken) in [
        (event::export_made("M. Lind, counsel", "a request", 0, now()), true),
        (event::erasure(&Digest::of(b"subject"), &[], "by", "why", now()), true),
        (leaf(1, 20), false),
        (seal(), false),
    ] {
        let (disk, mut log) = begun();
        log.seal("J. Ahn, counsel", "the company was dissolved", now()).unwrap();
        let taken = log.commit(vec![Entry::of(&leaf)]);
        assert_eq!(taken.is_ok(), is_taken, "{leaf:?}");
        assert!(is_taken || matches!(taken, Err(Problem::Sealed)));
        log.publish().unwrap();
        let report = verify(&disk, &Trust::default(), &mut |_| {});
        assert_eq!((report.verdict, report.sealed), (Verdict::Pass, Some(1)));

        // Somebody else's program might write it all the same.
        let (disk, mut log) = begun();
        log.commit(vec![Entry::of(&seal()), Entry::of(&leaf)]).unwrap();
        log.publish().unwrap();
        let (verdict, findings) = said(&disk);
        assert_eq!(verdict == Verdict::Pass, is_taken, "{findings}");
        assert_eq!(findings.contains("leaf 2: the log was sealed by leaf 1"), !is_taken);
    }
}

#[test]
fn a_sealed_log_takes_no_other_key() {
    let (disk, mut log) = begun();
    log.seal("J. Ahn, counsel", "the company was dissolved", now()).unwrap();
    let files = disk.files();
    assert!(matches!(log.rotate_key(key(2), now()), Err(Problem::Sealed)));
    assert_eq!(disk.files(), files);
}

#[test]
fn a_log_names_the_head_that_it_goes_on_from() {
    let (before, mut log) = begun();
    let head = log.seal("J. Ahn, counsel", "the key was lost", now()).unwrap();
    let elsewhere = || Checkpoint { origin: "test.example/before".to_owned(), ..head.clone() };
    let succeed = |predecessor: &Checkpoint| {
        let disk = Disk::default();
        let (place, random) = (Box::new(disk.clone()), Seeded::new(2));
        Log::succeed(place, key(2), predecessor, &random, now()).map(|_| disk)
    };
    assert!(succeed(&head).is_err(), "two logs of one name");
    let disk = succeed(&elsewhere()).unwrap();
    let report = verify(&disk, &Trust::default(), &mut |_| {});
    assert_eq!((report.verdict, report.predecessor), (Verdict::Pass, Some(elsewhere())));
    let (verdict, findings) = said(&succeed(&Checkpoint { size: 0, ..elsewhere() }).unwrap());
    assert_eq!(verdict, Verdict::Fail);
    assert!(findings.contains("it does not name the head of another log"), "{findings}");
    let view = View::open(Box::new(before)).unwrap();
    assert_eq!(view.root_at(head.size).unwrap(), head.root);
    assert_ne!(view.root_at(1).unwrap(), head.root);
    assert!(view.root_at(head.size + 1).is_err());
}

#[test]
fn a_head_that_is_none_is_no_predecessor() {
    let root = ("root", Canonical::text(Digest::of(b"root")));
    let origin = || ("origin", Canonical::text("other.example/log"));
    let size = |size| ("size", Canonical::count(size));
    for (predecessor, is_one) in [
        (Canonical::object([origin(), size(4), root.clone()]), true),
        (Canonical::object([("origin", Canonical::text("")), size(4), root.clone()]), false),
        (Canonical::object([origin(), size(0), root.clone()]), false),
        (Canonical::object([origin(), root]), false),
        (Canonical::object([origin(), size(4)]), false),
        (Canonical::text("other.example/log"), false),
    ] {
        let opened = event::leaf("log_opened", now(), [("predecessor", predecessor.clone())]);
        assert_eq!(event::predecessor(&opened).is_some(), is_one, "{predecessor:?}");
    }
}
