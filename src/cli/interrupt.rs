use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::{Exit, Failure};
use super::{terminal, unfinished};

static IS_ASKED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C, or another request to end, is heeded between two batches of records. A second one
/// ends the program at once: it may be waiting for a roster that does not come.
pub(crate) fn listen(quiet: bool) -> Result<(), Failure> {
    ctrlc::set_handler(move || {
        if IS_ASKED.swap(true, Ordering::SeqCst) {
            unfinished::remove_all();
            std::process::exit(Exit::Interrupted.code().into());
        }
        if !quiet {
            let message = "ending after the records in hand; press Ctrl-C again to end at once";
            // What cannot be printed has nobody to read it.
            let _ = writeln!(anstream::stderr(), "\n{}", terminal::hint(message));
        }
    })
    .map_err(|error| Failure::input(format!("Ctrl-C cannot be listened for: {error}")))
}

/// Whether the program was asked to end.
pub(crate) fn is_asked() -> bool {
    IS_ASKED.load(Ordering::SeqCst)
}
