//! What takes back what a person recorded is checked.

use duecare::digest::Digest;
use duecare::ledger::canonical::Canonical;
use duecare::ledger::event;
use duecare::ledger::verify::Verdict;
use duecare::ledger::{Entry, Log};

use super::sample::{Seeded, key, now, said};
use super::write_back::Disk;

fn fact(subject: &[u8]) -> Canonical {
    let digest = |bytes: &[u8]| Canonical::text(Digest::of(bytes));
    let entries = [("subject", digest(subject)), ("fields", digest(b"fields"))];
    event::leaf("control_done", now(), entries)
}

fn withdrawal(leaf: u64, subject: &[u8]) -> Canonical {
    let digest = |bytes: &[u8]| Canonical::text(Digest::of(bytes));
    let entries = [
        ("leaf", Canonical::count(leaf)),
        ("subject", digest(subject)),
        ("fields", digest(b"fields")),
    ];
    event::leaf("withdrawal", now(), entries)
}

/// A log of two facts, leaves 1 and 2, and more.
fn verified(more: &[Canonical]) -> (Verdict, String) {
    let disk = Disk::default();
    let mut log = Log::create(Box::new(disk.clone()), key(1), &Seeded::new(1), now()).unwrap();
    let leaves = [&[fact(b"one"), fact(b"two")], more].concat();
    log.commit(leaves.iter().map(Entry::of).collect()).unwrap();
    log.publish().unwrap();
    said(&disk)
}

#[test]
fn a_fact_is_taken_back_once_and_about_the_same_subject() {
    let one = withdrawal(1, b"one");
    let whole = verified(&[one.clone(), withdrawal(2, b"two")]);
    assert_eq!(whole, (Verdict::Pass, String::new()));
    let bare = event::leaf("withdrawal", now(), [("leaf", Canonical::count(1))]);
    for (more, words) in [
        (vec![one.clone(), one.clone()], "as leaf 3 did already"),
        (vec![withdrawal(1, b"two")], "which is about somebody else"),
        (vec![withdrawal(0, b"one")], "nothing that a person recorded before"),
        (vec![withdrawal(4, b"one"), fact(b"one")], "nothing that a person recorded before"),
        (vec![one.clone(), withdrawal(3, b"one")], "nothing that a person recorded before"),
        (vec![bare], "it commits to no reason"),
    ] {
        let (verdict, findings) = verified(&more);
        assert_eq!(verdict, Verdict::Fail, "{words}");
        assert!(findings.contains(words), "{findings}");
    }
}
