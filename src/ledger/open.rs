//! Opening a log: what a crash left unfinished is cut off and told, anything else that is wrong is refused.

use std::sync::Arc;

use super::canonical::Canonical;
use super::checkpoint::Checkpoint;
use super::edge::TileEdge;
use super::event;
use super::events::{EVENTS, Events};
use super::frame::{FrameRead, SEGMENT_HEADER, VaultPosition};
use super::key::PrivateKey;
use super::limits::Limits;
use super::log::{CHECKPOINT, Entry, Log, ORIGIN};
use super::note::{KeyUse, Note, Vkey};
use super::planted::{self, Bug};
use super::problem::Problem;
use super::segment::{Segment, Tail, read_segment, segment_path, segments};
use super::storage::{Storage, folder_of, remove_unfinished};
use super::tree::{Frontier, leaf_hash};
use super::vault::{PACK_HEADER, Pack, SLOT_SIZE, SUBJECTS, SUBJECTS_HEADER, pack_path};
use crate::digest::Digest;
use crate::value::Instant;

/// What a crash had left, and was cut off when the log was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The file.
    pub path: String,
    /// Where it was cut.
    pub offset: u64,
    /// How many bytes were cut.
    pub bytes: u64,
    /// Their digest.
    pub digest: Digest,
}

impl Log {
    /// Opens a log to append to it.
    ///
    /// # Errors
    /// If there is none, another key signs it, a file was changed, or it is shorter than a published head.
    pub fn open(
        storage: Box<dyn Storage + Send>,
        key: PrivateKey,
        now: Instant,
    ) -> Result<(Self, Option<Recovered>), Problem> {
        Self::open_within(Limits::default(), storage, key, now)
    }

    /// Opens a log whose files have other limits than usual.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_within(
        limits: Limits,
        mut storage: Box<dyn Storage + Send>,
        key: PrivateKey,
        now: Instant,
    ) -> Result<(Self, Option<Recovered>), Problem> {
        let origin = origin_of(storage.as_ref())?;
        let published = published_head(storage.as_ref(), &origin)?;
        remove_unfinished(storage.as_mut())?;
        let recovered = cut_torn_tail(storage.as_mut(), published.head.size)?;
        sync_found(storage.as_mut())?;
        let from_tiles = Replayed::after(storage.as_ref(), &published.head)?;
        let is_current = from_tiles.is_some() && published.is_newest;
        let replayed = match from_tiles {
            Some(replayed) => replayed,
            None => Replayed::whole(storage.as_mut(), &published.head)?,
        };
        replayed.require(&published.head)?;
        require_key(&replayed.events, &key)?;
        let Replayed { tree, edge, events, segment, last, vault, .. } = replayed;
        let pack = cut_vault(storage.as_mut(), &vault)?;
        let mut log = Self {
            limits,
            storage,
            origin,
            keys: vec![key],
            tree,
            edge,
            events,
            segment,
            last,
            pack,
            subjects: Arc::default(),
            subject_count: vault.subjects,
            published: if is_current { published.head.size } else { 0 },
            has_failed: false,
        };
        log.edge.write_full(log.storage.as_mut())?;
        log.finish_erasures()?;
        if let Some(recovered) = &recovered {
            log.commit(vec![Entry::of(&event::recovery(recovered, now))])?;
        }
        log.publish()?;
        Ok((log, recovered))
    }
}

/// A log as its frames tell it.
struct Replayed {
    tree: Frontier,
    edge: TileEdge,
    events: Events,
    segment: (u64, u64),
    last: Digest,
    vault: VaultPosition,
    /// Leaves up to the last frame: fewer than the tree has where tiles outlived frames.
    framed: u64,
}

impl Replayed {
    /// From the tiles of a published head, and the frames behind it; nothing if the tiles are not what the
    /// head says.
    fn after(storage: &dyn Storage, head: &Checkpoint) -> Result<Option<Self>, Problem> {
        let Some(edge) = TileEdge::read(storage, head.size)? else { return Ok(None) };
        let Some(tree) = edge.frontier().filter(|tree| tree.root() == head.root) else {
            return Ok(None);
        };
        let Some(events) = Events::read(storage, head.size)? else { return Ok(None) };
        let mut made = Self {
            tree,
            edge,
            events,
            segment: (0, 0),
            last: Digest::from_bytes([0; 32]),
            vault: nothing_in_vault(),
            framed: 0,
        };
        let numbers = segments(storage)?;
        let mut from = numbers.len().saturating_sub(1);
        let mut read = Vec::new();
        loop {
            let Some(number) = numbers.get(from) else { return Ok(None) };
            let segment = read_segment(storage, *number)?;
            let first = segment.header.map_or(0, |header| header.first);
            let has_frames = !segment.frames.is_empty();
            read.push((*number, segment));
            // The last frame says how far the vault reaches, so one is needed in any case.
            if from == 0 || (first < head.size && has_frames) {
                break;
            }
            from -= 1;
        }
        for (number, segment) in read.into_iter().rev() {
            made.replay(number, segment, None)?;
        }
        Ok(Some(made))
    }

    /// From all frames; the tiles are made again. They must grow into the published head on the way.
    fn whole(storage: &mut dyn Storage, head: &Checkpoint) -> Result<Self, Problem> {
        if storage.length(EVENTS)?.is_some() {
            // Without it nobody relies on the tiles before all of them are on disk again.
            storage.remove(EVENTS)?;
            storage.sync_folder(folder_of(EVENTS))?;
        }
        let mut made = Self {
            tree: Frontier::default(),
            edge: TileEdge::default(),
            events: Events::to_rewrite(),
            segment: (0, 0),
            last: Digest::from_bytes([0; 32]),
            vault: nothing_in_vault(),
            framed: 0,
        };
        for number in segments(storage)? {
            made.replay(number, read_segment(storage, number)?, Some(head))?;
            made.edge.write_full(storage)?;
        }
        Ok(made)
    }

    fn replay(
        &mut self,
        number: u64,
        segment: Segment,
        head: Option<&Checkpoint>,
    ) -> Result<(), Problem> {
        let path = segment_path(number);
        let Some(header) = segment.header else {
            return Err(Problem::damaged(&path, 0, "the header of the segment was changed"));
        };
        let mut expected = (header.first, header.previous);
        let is_next = if self.segment.0 == 0 {
            header.first <= self.tree.size()
        } else {
            header.previous == self.last
        };
        if !is_next {
            return Err(Problem::damaged(
                &path,
                0,
                "the segment does not continue the one before it",
            ));
        }
        for (offset, read) in segment.frames {
            let FrameRead { frame, digest, .. } = read;
            if (frame.first, frame.previous) != expected {
                let what = "the frame does not continue the one before it";
                return Err(Problem::damaged(&path, offset as u64, what));
            }
            expected = (frame.first + frame.leaves.len() as u64, digest);
            self.vault = frame.vault;
            for (index, leaf) in (frame.first..).zip(&frame.leaves) {
                if index < self.tree.size() {
                    continue;
                }
                let hash = leaf_hash(leaf);
                self.tree.append(hash, |_, _| {});
                self.edge.append(leaf, hash);
                self.events.add(index, leaf);
                let is_other = |head: &&Checkpoint| {
                    head.size == self.tree.size() && head.root != self.tree.root()
                };
                if head.as_ref().is_some_and(is_other) {
                    let what = "the log is not the one whose head was published";
                    return Err(Problem::damaged(&path, offset as u64, what));
                }
            }
        }
        (self.framed, self.last) = expected;
        self.segment = (number, segment.end as u64);
        Ok(())
    }

    fn require(&self, published: &Checkpoint) -> Result<(), Problem> {
        let size = self.framed;
        if size == 0 {
            return Err(Problem::damaged("wal", 0, "the log has no leaf"));
        }
        if published.size > size && !planted::is(Bug::SkipPublishedCheck) {
            return Err(Problem::RolledBack { size, published: published.size });
        }
        Ok(())
    }
}

fn nothing_in_vault() -> VaultPosition {
    VaultPosition { subjects: 0, pack: 0, end: 0, added: Digest::of(&[]) }
}

/// The name of the log in a place.
pub(super) fn origin_of(storage: &dyn Storage) -> Result<String, Problem> {
    if storage.length(ORIGIN)?.is_none() {
        return Err(Problem::Absent);
    }
    let text = String::from_utf8(storage.read(ORIGIN)?).unwrap_or_default();
    let origin = text.strip_suffix('\n').filter(|origin| super::note::is_name(origin));
    origin.map(str::to_owned).ok_or_else(|| {
        Problem::damaged(ORIGIN, 0, "it does not hold the name of a log on one line")
    })
}

/// The greatest head that was published.
struct Published {
    head: Checkpoint,
    /// Whether it is the one that readers find.
    is_newest: bool,
}

/// The greatest head that was published. Its signature is for `verify` to judge; a head that names more
/// leaves than there are keeps the log closed in any case.
fn published_head(storage: &dyn Storage, origin: &str) -> Result<Published, Problem> {
    let mut paths: Vec<String> = storage
        .list("checkpoints")?
        .into_iter()
        .map(|name| format!("checkpoints/{name}"))
        .collect();
    paths.retain(|path| {
        path.rsplit_once('/')
            .is_some_and(|(_, name)| name.bytes().all(|byte| byte.is_ascii_digit()))
    });
    let mut greatest: Option<Published> = None;
    if storage.length(CHECKPOINT)?.is_some() {
        paths.push(CHECKPOINT.to_owned());
    }
    // Heads are named by their sizes: the last one and the newest are the greatest.
    for path in paths.iter().rev().take(2) {
        let head = read_head(storage, path)?;
        if head.origin != origin {
            return Err(Problem::damaged(path, 0, "it is the head of another log"));
        }
        if greatest.as_ref().is_none_or(|known| known.head.size < head.size) {
            greatest = Some(Published { head, is_newest: path == CHECKPOINT });
        }
    }
    // A log publishes a head before it is told of: one without has lost it, and perhaps its end with it.
    greatest.ok_or_else(|| Problem::damaged(CHECKPOINT, 0, "no published head is there"))
}

fn read_head(storage: &dyn Storage, path: &str) -> Result<Checkpoint, Problem> {
    let malformed = |problem| Problem::Malformed { path: path.to_owned(), problem };
    let note = Note::parse(&storage.read(path)?).map_err(malformed)?;
    Checkpoint::parse(&note.text).map_err(malformed)
}

/// The key that signs a log with these events.
pub(super) fn current_key(events: &Events) -> Option<Vkey> {
    let named = events
        .of_kind("key_rotated")
        .next_back()
        .and_then(|(_, leaf)| leaf.get("new_key"))
        .or_else(|| events.of_kind("log_opened").next()?.1.get("key"));
    Vkey::parse(named.and_then(Canonical::as_text)?).ok()
}

fn require_key(events: &Events, key: &PrivateKey) -> Result<(), Problem> {
    let expected = current_key(events)
        .filter(|expected| expected.usage() == KeyUse::Log)
        .ok_or_else(|| Problem::damaged("wal", 0, "the log does not say which key signs it"))?;
    if expected == *key.public() {
        return Ok(());
    }
    Err(Problem::OtherKey { expected: expected.shown_id(), given: key.public().shown_id() })
}

/// Cuts off what a crash left behind the last whole frame.
fn cut_torn_tail(storage: &mut dyn Storage, published: u64) -> Result<Option<Recovered>, Problem> {
    let numbers = segments(storage)?;
    let Some(number) = numbers.last() else {
        return Err(Problem::damaged("wal", 0, "there is no segment"));
    };
    let path = segment_path(*number);
    let segment = read_segment(storage, *number)?;
    let whole = segment.size();
    let torn = match segment.tail {
        Tail::Clean => return Ok(None),
        Tail::Torn(_) if planted::is(Bug::KeepTornTail) => return Ok(None),
        Tail::Torn(_)
            if whole.is_some_and(|size| size < published)
                && !planted::is(Bug::SkipPublishedCheck) =>
        {
            let what = format!(
                "a frame was changed: a head with {published} leaves was published, so no crash cut it off"
            );
            return Err(Problem::damaged(&path, segment.end as u64, what));
        }
        Tail::Corrupt => {
            let what = "a frame was changed: whole frames stand behind it";
            return Err(Problem::damaged(&path, segment.end as u64, what));
        }
        Tail::Torn(torn) => torn,
    };
    if segment.header.is_none() {
        if *number == 1 || torn.len() > SEGMENT_HEADER {
            return Err(Problem::damaged(&path, 0, "the header of the segment was changed"));
        }
        storage.remove(&path)?;
        storage.sync_folder("wal")?;
    } else {
        storage.truncate(&path, segment.end as u64)?;
        storage.sync(&path)?;
    }
    Ok(Some(Recovered {
        path,
        offset: segment.end as u64,
        bytes: torn.len() as u64,
        digest: Digest::of(&torn),
    }))
}

/// Waits until what was found is on disk: whoever wrote it may have been ended before that.
fn sync_found(storage: &mut dyn Storage) -> Result<(), Problem> {
    if planted::is(Bug::SkipRecoverySync) {
        return Ok(());
    }
    if let Some(number) = segments(storage)?.last() {
        storage.sync(&segment_path(*number))?;
    }
    for folder in ["", "wal", "keys", "checkpoints"] {
        storage.sync_folder(folder)?;
    }
    Ok(())
}

/// Cuts off what the vault holds behind the last frame, which nobody was told of.
fn cut_vault(storage: &mut dyn Storage, vault: &VaultPosition) -> Result<Pack, Problem> {
    let subjects = SUBJECTS_HEADER + vault.subjects * SLOT_SIZE;
    cut(storage, SUBJECTS, subjects)?;
    if vault.pack > 0 {
        cut(storage, &pack_path(vault.pack), vault.end)?;
    }
    let next = pack_path(vault.pack + 1);
    if storage.length(&next)?.is_some() {
        storage.remove(&next)?;
    }
    Ok(Pack {
        number: vault.pack,
        end: vault.end.max(if vault.pack > 0 { PACK_HEADER } else { 0 }),
    })
}

fn cut(storage: &mut dyn Storage, path: &str, length: u64) -> Result<(), Problem> {
    let found = storage.length(path)?.unwrap_or(0);
    if found < length {
        let what = format!("it has {found} bytes, and the log counts on {length}");
        return Err(Problem::damaged(path, found, what));
    }
    if found > length {
        storage.truncate(path, length)?;
        storage.sync(path)?;
    }
    Ok(())
}
