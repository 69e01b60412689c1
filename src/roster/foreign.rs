//! Readers of binary files that others wrote give up in a panic on some damaged ones.

use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::opened::invalid;

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs such a reader; its panic is an error, behind which it must not be asked again.
pub(super) fn guarded<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    IS_GUARDED.set(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(false);
    done.unwrap_or_else(|_| {
        Err(invalid("the file is damaged, in a way that its reader does not expect"))
    })
}

/// Whether a panic of this thread would be that of a reader of a damaged file, which becomes an error. For
/// a panic hook, which need not report it.
#[must_use]
pub fn panic_is_of_damaged_file() -> bool {
    IS_GUARDED.get()
}
