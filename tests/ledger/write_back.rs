//! A disk in memory that loses what was not synced, as real ones do when the power goes: any part of the writes
//! since, in any order, and any of the names.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use duecare::ledger::storage::{Storage, folder_of};

use crate::support::dice::Dice;

/// A disk; clones are the same disk.
#[derive(Clone, Default)]
pub(super) struct Disk(Arc<Mutex<State>>);

#[derive(Clone, Default)]
struct State {
    files: Vec<File>,
    /// Names as the program sees them, and as they are on disk; those of folders end in `/`.
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    /// What was done to names and perhaps is not on disk, each at once or not at all.
    name_changes: Vec<Vec<(String, Option<usize>)>>,
    /// Operations that change something, so far.
    operations: u64,
    fault: Option<Fault>,
    has_hit: bool,
    is_dead: bool,
}

#[derive(Clone, Default)]
struct File {
    bytes: Arc<Vec<u8>>,
    durable: Arc<Vec<u8>>,
    changes: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Cut(usize),
}

/// What goes wrong at an operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    /// Which operation, from 0.
    pub(super) operation: u64,
    pub(super) kind: Kind,
    /// Of 256 parts, how much of a write is done before it goes wrong.
    pub(super) part: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Nothing works from here on.
    CrashBefore,
    /// The operation is done, and nothing works from then on.
    CrashAfter,
    /// A part of a write is done, and nothing works from then on.
    CrashWithin,
    /// The operation fails, once.
    InputOutput,
    /// The operation fails as it does when the disk is full, once.
    NoSpace,
}

impl Kind {
    pub(super) const ALL: [Self; 5] =
        [Self::CrashBefore, Self::CrashAfter, Self::CrashWithin, Self::InputOutput, Self::NoSpace];

    fn is_crash(self) -> bool {
        matches!(self, Self::CrashBefore | Self::CrashAfter | Self::CrashWithin)
    }

    fn error(self) -> io::Error {
        let code = match self {
            Self::NoSpace => 28,
            Self::CrashBefore | Self::CrashAfter | Self::CrashWithin | Self::InputOutput => 5,
        };
        io::Error::from_raw_os_error(code)
    }
}

/// What of the writes that were not synced is found after the power went.
#[derive(Clone, Copy, Debug)]
pub(super) enum Survival {
    Nothing,
    Everything,
    /// Sectors and names as the dice fall.
    Any,
}

impl Disk {
    /// Sets what goes wrong next, counting operations anew.
    pub(super) fn set_fault(&self, fault: Option<Fault>) {
        let mut state = self.state();
        (state.fault, state.has_hit, state.operations) = (fault, false, 0);
    }

    /// Whether the fault was met.
    pub(super) fn has_hit(&self) -> bool {
        self.state().has_hit
    }

    pub(super) fn operations(&self) -> u64 {
        self.state().operations
    }

    /// The process ended; the system went on, and still has what was not synced.
    pub(super) fn restart(&self) {
        let mut state = self.state();
        (state.is_dead, state.fault) = (false, None);
    }

    /// The power went.
    pub(super) fn lose_power(&self, survival: Survival, dice: &mut Dice) {
        let mut state = self.state();
        state.lose_power(survival, dice);
        (state.is_dead, state.fault) = (false, None);
    }

    /// Another disk with the same content.
    pub(super) fn copy(&self) -> Self {
        Self(Arc::new(Mutex::new(self.state().clone())))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does an operation, or what a fault leaves of it; `act` is told how much of 256 parts.
    fn act(&self, act: impl FnOnce(&mut State, u16) -> io::Result<()>) -> io::Result<()> {
        let mut state = self.state();
        if state.is_dead {
            return Err(Kind::CrashBefore.error());
        }
        let operation = state.operations;
        state.operations += 1;
        let Some(fault) = state.fault.filter(|fault| fault.operation == operation) else {
            return act(&mut state, 256);
        };
        state.has_hit = true;
        state.is_dead = fault.kind.is_crash();
        let part = match fault.kind {
            Kind::CrashBefore => 0,
            Kind::CrashAfter => 256,
            Kind::CrashWithin | Kind::InputOutput | Kind::NoSpace => u16::from(fault.part),
        };
        act(&mut state, part)?;
        Err(fault.kind.error())
    }
}

impl State {
    fn file(&mut self, path: &str) -> io::Result<&mut File> {
        let file = self.names.get(path).copied().ok_or(io::ErrorKind::NotFound)?;
        Ok(&mut self.files[file])
    }

    /// Changes names, at once.
    fn rename(&mut self, changes: Vec<(String, Option<usize>)>) {
        for (name, file) in &changes {
            set(&mut self.names, name, *file);
        }
        self.name_changes.push(changes);
    }

    fn sync_folder(&mut self, folder: &str) {
        let is_in = |name: &String| folder_of(name.trim_end_matches('/')) == folder;
        let changes = std::mem::take(&mut self.name_changes);
        let mut later: BTreeSet<String> = BTreeSet::new();
        let mut kept = Vec::new();
        // From the last: what is on disk is not undone by an earlier change.
        for change in changes.into_iter().rev() {
            let change: Vec<_> =
                change.into_iter().filter(|(name, _)| !later.contains(name)).collect();
            if change.iter().any(|(name, _)| is_in(name)) {
                for (name, file) in change {
                    set(&mut self.durable_names, &name, file);
                    later.insert(name);
                }
            } else if !change.is_empty() {
                kept.push(change);
            }
        }
        kept.reverse();
        self.name_changes = kept;
    }

    fn lose_power(&mut self, survival: Survival, dice: &mut Dice) {
        for change in std::mem::take(&mut self.name_changes) {
            if survives(survival, dice) {
                for (name, file) in change {
                    set(&mut self.durable_names, &name, file);
                }
            }
        }
        let names = std::mem::take(&mut self.durable_names);
        // A name is found if all folders above it are.
        for (name, file) in &names {
            let mut above = folder_of(name.trim_end_matches('/'));
            let mut is_found = true;
            while !above.is_empty() {
                is_found &= names.contains_key(&format!("{above}/"));
                above = folder_of(above);
            }
            if is_found {
                self.durable_names.insert(name.clone(), *file);
            }
        }
        self.names = self.durable_names.clone();
        for file in &mut self.files {
            file.lose_power(survival, dice);
        }
    }
}

impl File {
    fn change(&mut self, change: Change) {
        apply(Arc::make_mut(&mut self.bytes), &change);
        self.changes.push(change);
    }

    fn lose_power(&mut self, survival: Survival, dice: &mut Dice) {
        let mut bytes = Arc::clone(&self.durable);
        for change in std::mem::take(&mut self.changes) {
            match (&change, survival) {
                (_, Survival::Nothing) => {}
                (_, Survival::Everything) => apply(Arc::make_mut(&mut bytes), &change),
                (Change::Cut(_), Survival::Any) => {
                    if dice.is_heads() {
                        apply(Arc::make_mut(&mut bytes), &change);
                    }
                }
                (Change::Write(at, written), Survival::Any) => {
                    tear(Arc::make_mut(&mut bytes), *at, written, dice);
                }
            }
        }
        self.durable = Arc::clone(&bytes);
        self.bytes = bytes;
    }
}

/// Writes sectors of what was written, and perhaps the new length alone.
fn tear(bytes: &mut Vec<u8>, at: usize, written: &[u8], dice: &mut Dice) {
    let sector = if dice.is_heads() { 512 } else { 4096 };
    let mut start = at;
    while start < at + written.len() {
        let end = (start / sector * sector + sector).min(at + written.len());
        if dice.is_heads() {
            apply(bytes, &Change::Write(start, written[start - at..end - at].to_vec()));
        }
        start = end;
    }
    if dice.below(4) == 0 && bytes.len() < at + written.len() {
        bytes.resize(at + written.len(), 0);
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(at, written) => {
            let end = at + written.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[*at..end].copy_from_slice(written);
        }
        Change::Cut(length) => bytes.truncate(*length),
    }
}

fn survives(survival: Survival, dice: &mut Dice) -> bool {
    match survival {
        Survival::Nothing => false,
        Survival::Everything => true,
        Survival::Any => dice.is_heads(),
    }
}

fn set(names: &mut BTreeMap<String, usize>, name: &str, file: Option<usize>) {
    match file {
        Some(file) => names.insert(name.to_owned(), file),
        None => names.remove(name),
    };
}

impl Storage for Disk {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        Ok(self.state().file(path)?.bytes.to_vec())
    }

    fn read_at(&self, path: &str, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut state = self.state();
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let end = start.checked_add(length).ok_or(io::ErrorKind::UnexpectedEof)?;
        let bytes = state.file(path)?.bytes.get(start..end).map(<[u8]>::to_vec);
        bytes.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn length(&self, path: &str) -> io::Result<Option<u64>> {
        let mut state = self.state();
        let file = state.file(path).ok();
        Ok(file.map(|file| file.bytes.len() as u64))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let state = self.state();
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let inner =
            state.names.range(prefix.clone()..).map_while(|(name, _)| name.strip_prefix(&prefix));
        Ok(inner
            .filter(|name| !name.is_empty() && !name.trim_end_matches('/').contains('/'))
            .map(str::to_owned)
            .collect())
    }

    fn create_folder(&mut self, folder: &str) -> io::Result<()> {
        self.act(|state, part| {
            let ends = folder.match_indices('/').map(|(end, _)| end).chain([folder.len()]);
            for end in ends.filter(|_| part > 128) {
                let name = format!("{}/", &folder[..end]);
                if !state.names.contains_key(&name) {
                    state.rename(vec![(name, Some(usize::MAX))]);
                }
            }
            Ok(())
        })
    }

    fn create(&mut self, path: &str) -> io::Result<()> {
        self.act(|state, part| {
            if state.names.contains_key(path) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            let folder = folder_of(path);
            if !folder.is_empty() && !state.names.contains_key(&format!("{folder}/")) {
                return Err(io::ErrorKind::NotFound.into());
            }
            if part > 128 {
                state.files.push(File::default());
                let file = state.files.len() - 1;
                state.rename(vec![(path.to_owned(), Some(file))]);
            }
            Ok(())
        })
    }

    fn append(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.act(|state, part| {
            let done = bytes.len() * usize::from(part) / 256;
            let file = state.file(path)?;
            let at = file.bytes.len();
            file.change(Change::Write(at, bytes[..done].to_vec()));
            Ok(())
        })
    }

    fn overwrite(&mut self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.act(|state, part| {
            // Whole or not at all: what is overwritten lies in one sector.
            if part > 128 {
                let at = usize::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput)?;
                state.file(path)?.change(Change::Write(at, bytes.to_vec()));
            }
            Ok(())
        })
    }

    fn truncate(&mut self, path: &str, length: u64) -> io::Result<()> {
        self.act(|state, part| {
            if part > 128 {
                let length = usize::try_from(length).map_err(|_| io::ErrorKind::InvalidInput)?;
                state.file(path)?.change(Change::Cut(length));
            }
            Ok(())
        })
    }

    fn sync(&mut self, path: &str) -> io::Result<()> {
        self.act(|state, part| {
            let file = state.file(path)?;
            if part == 256 {
                file.durable = Arc::clone(&file.bytes);
                file.changes.clear();
            }
            Ok(())
        })
    }

    fn sync_folder(&mut self, folder: &str) -> io::Result<()> {
        self.act(|state, part| {
            if part == 256 {
                state.sync_folder(folder);
            }
            Ok(())
        })
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.act(|state, part| {
            let file = *state.names.get(from).ok_or(io::ErrorKind::NotFound)?;
            if part > 128 {
                state.rename(vec![(from.to_owned(), None), (to.to_owned(), Some(file))]);
            }
            Ok(())
        })
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        self.act(|state, part| {
            state.file(path)?;
            if part > 128 {
                state.rename(vec![(path.to_owned(), None)]);
            }
            Ok(())
        })
    }
}

impl Disk {
    /// The files, with their lengths.
    pub(super) fn files(&self) -> Vec<(String, usize)> {
        let state = self.state();
        let names = state.names.iter().filter(|(name, _)| !name.ends_with('/'));
        names.map(|(name, file)| (name.clone(), state.files[*file].bytes.len())).collect()
    }

    /// Somebody changes a file.
    pub(super) fn edit(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        change(Arc::make_mut(&mut state.file(path).unwrap().bytes));
    }

    /// Somebody puts a file in place, over another one if it is there.
    pub(super) fn put(&self, path: &str, bytes: &[u8]) {
        let mut state = self.state();
        let mut above = folder_of(path);
        while !above.is_empty() {
            state.names.insert(format!("{above}/"), usize::MAX);
            above = folder_of(above);
        }
        let bytes = Arc::new(bytes.to_vec());
        state.files.push(File { durable: Arc::clone(&bytes), bytes, changes: Vec::new() });
        let file = state.files.len() - 1;
        state.names.insert(path.to_owned(), file);
    }

    /// Somebody deletes a file, or all below a folder.
    pub(super) fn delete(&self, path: &str) {
        let inner = format!("{path}/");
        self.state().names.retain(|name, _| name != path && !name.starts_with(&inner));
    }
}
