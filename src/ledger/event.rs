//! What is logged: one leaf for each event.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding as _};

use super::canonical::Canonical;
use super::checkpoint::Checkpoint;
use super::events::Events;
use super::key::PrivateKey;
use super::note::Vkey;
use super::open::Recovered;
use super::run::{PolicyUsed, RunId, insert};
use super::vault::Slot;
use crate::decision::ApprovalEntry;
use crate::digest::Digest;
use crate::value::{Date, Instant};

/// The form of leaves.
pub const FORMAT: &str = "duecare.leaf/1";

/// A leaf of a kind, recorded at a time.
#[must_use]
pub fn leaf<const N: usize>(
    kind: &str,
    now: Instant,
    entries: [(&str, Canonical); N],
) -> Canonical {
    let mut leaf = Canonical::object(entries);
    if let Canonical::Object(entries) = &mut leaf {
        entries.insert("format".to_owned(), Canonical::text(FORMAT));
        entries.insert("kind".to_owned(), Canonical::text(kind));
        entries.insert("recorded".to_owned(), Canonical::text(now));
    }
    leaf
}

/// The first leaf of a log: its name, its first key, and the head of the log before it, if it goes on from one.
#[must_use]
pub fn log_opened(key: &Vkey, predecessor: Option<&Checkpoint>, now: Instant) -> Canonical {
    let mut made = leaf(
        "log_opened",
        now,
        [("origin", Canonical::text(key.name())), ("key", Canonical::text(key))],
    );
    if let Some(Checkpoint { origin, size, root }) = predecessor {
        let head = [
            ("origin", Canonical::text(origin)),
            ("size", Canonical::count(*size)),
            ("root", Canonical::text(root)),
        ];
        insert(&mut made, "predecessor", Canonical::object(head));
    }
    made
}

/// The head of the log from which one goes on, by the leaf that opens it.
#[must_use]
pub fn predecessor(log_opened: &Canonical) -> Option<Checkpoint> {
    let named = log_opened.get("predecessor")?;
    let origin = named.text_at("origin").filter(|origin| !origin.is_empty())?.to_owned();
    let size = named.get("size").and_then(Canonical::as_count).filter(|size| *size > 0)?;
    Some(Checkpoint { origin, size, root: named.digest_at("root")? })
}

/// That a log is at its end.
#[must_use]
pub fn log_sealed(by: &str, why: &str, now: Instant) -> Canonical {
    leaf("log_sealed", now, [("by", Canonical::text(by)), ("why", Canonical::text(why))])
}

/// Whether a sealed log still takes a leaf: one that says what became of its files, since the duties of who keeps
/// them go on.
#[must_use]
pub fn may_follow_seal(leaf: &Canonical) -> bool {
    matches!(leaf.text_at("kind"), Some("erasure" | "export_made" | "recovery"))
}

/// That a log goes on under another key, signed by both.
#[must_use]
pub fn key_rotated(old: &PrivateKey, new: &PrivateKey, now: Instant) -> Canonical {
    let statement = rotation_statement(old.public(), new.public());
    let signed =
        |key: &PrivateKey| Canonical::text(Base64::encode_string(&key.sign(statement.as_bytes())));
    leaf(
        "key_rotated",
        now,
        [
            ("old_key", Canonical::text(old.public())),
            ("new_key", Canonical::text(new.public())),
            ("old_signature", signed(old)),
            ("new_signature", signed(new)),
        ],
    )
}

/// What both keys sign when one follows the other.
#[must_use]
pub fn rotation_statement(old: &Vkey, new: &Vkey) -> String {
    format!("duecare.key_rotated/1\n{old}\n{new}\n")
}

/// That a policy is known from now on: decisions for times before are looks back.
#[must_use]
pub fn policy_published(
    policy: &PolicyUsed,
    effective: (Date, Option<Date>),
    now: Instant,
) -> Canonical {
    let mut made = leaf(
        "policy_published",
        now,
        [
            ("name", Canonical::text(&policy.name)),
            ("version", Canonical::text(&policy.version)),
            ("digest", Canonical::text(policy.digest)),
            ("bundle", Canonical::text(policy.bundle)),
            ("effective_from", Canonical::text(effective.0)),
        ],
    );
    if let Some(until) = effective.1 {
        insert(&mut made, "effective_until", Canonical::text(until));
    }
    made
}

/// That a list is known from now on: its values are in the texts of its policy.
#[must_use]
pub fn list_snapshot(policy: &PolicyUsed, name: &str, digest: &Digest, now: Instant) -> Canonical {
    leaf(
        "list_snapshot",
        now,
        [
            ("policy", Canonical::text(&policy.name)),
            ("name", Canonical::text(name)),
            ("digest", Canonical::text(digest)),
            ("bundle", Canonical::text(policy.bundle)),
        ],
    )
}

/// That an approval is known from now on: its text is among those of its policy.
#[must_use]
pub fn approval(policy: &PolicyUsed, approval: &ApprovalEntry, now: Instant) -> Canonical {
    leaf(
        "approval",
        now,
        [
            ("policy", Canonical::text(&policy.name)),
            ("version", Canonical::text(&policy.version)),
            ("digest", Canonical::text(approval.digest)),
            ("bundle", Canonical::text(policy.bundle)),
            ("by", Canonical::text(&approval.by)),
            ("role", Canonical::text(&approval.role)),
            ("key", Canonical::text(&approval.key)),
            ("at", Canonical::text(&approval.at)),
        ],
    )
}

/// That the log was exported, with the proofs of so many subjects.
#[must_use]
pub fn export_made(by: &str, why: &str, subjects: u64, now: Instant) -> Canonical {
    leaf(
        "export_made",
        now,
        [
            ("by", Canonical::text(by)),
            ("why", Canonical::text(why)),
            ("subjects", Canonical::count(subjects)),
        ],
    )
}

/// That something a crash had left was cut off.
#[must_use]
pub fn recovery(recovered: &Recovered, now: Instant) -> Canonical {
    leaf(
        "recovery",
        now,
        [
            ("file", Canonical::text(&recovered.path)),
            ("offset", Canonical::count(recovered.offset)),
            ("bytes", Canonical::count(recovered.bytes)),
            ("digest", Canonical::text(recovered.digest)),
        ],
    )
}

/// That what the vault held about a subject was erased: the keys in these slots.
#[must_use]
pub fn erasure(subject: &Digest, slots: &[Slot], by: &str, why: &str, now: Instant) -> Canonical {
    let slots = slots.iter().map(|slot| Canonical::count(slot.0)).collect();
    leaf(
        "erasure",
        now,
        [
            ("subject", Canonical::text(subject)),
            ("slots", Canonical::Array(slots)),
            ("by", Canonical::text(by)),
            ("why", Canonical::text(why)),
        ],
    )
}

/// The slots that a log says are erased, with the leaf that says so.
pub(super) fn erased_slots(events: &Events) -> impl Iterator<Item = (Slot, u64)> {
    events.of_kind("erasure").flat_map(|(index, leaf)| {
        let slots = leaf.get("slots").and_then(Canonical::as_array).unwrap_or_default();
        slots.iter().filter_map(Canonical::as_count).map(move |slot| (Slot(slot), index))
    })
}

/// The kinds of leaves that say what a person decided or did about a subject.
pub const FACTS: [&str; 3] = ["disposition", "control_done", "exception_granted"];

/// The leaves that were taken back, each with the leaf that says so.
#[must_use]
pub fn withdrawals(events: &Events) -> BTreeMap<u64, u64> {
    let withdrawn = events.of_kind("withdrawal").filter_map(|(index, leaf)| {
        let withdrawn = leaf.get("leaf").and_then(Canonical::as_count)?;
        Some((withdrawn, index))
    });
    withdrawn.collect()
}

/// What a person decided or did about a subject.
pub struct Recorded {
    /// One of `FACTS`, or `withdrawal`.
    pub kind: &'static str,
    /// Its id.
    pub event: RunId,
    /// What leaves call the subject.
    pub subject: Digest,
    /// What commits to who, why and on what.
    pub fields: Digest,
    /// What everybody may read.
    pub public: Vec<(&'static str, Canonical)>,
}

/// That a person decided or did something about a subject.
#[must_use]
pub fn recorded(recorded: &Recorded, now: Instant) -> Canonical {
    let mut made = leaf(
        recorded.kind,
        now,
        [
            ("event", Canonical::text(recorded.event.hex())),
            ("subject", Canonical::text(recorded.subject)),
            ("fields", Canonical::text(recorded.fields)),
        ],
    );
    for (key, value) in &recorded.public {
        insert(&mut made, key, value.clone());
    }
    made
}
