use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicU32, Ordering};

use duecare::roster::panic_is_of_damaged_file;
use duecare::run::panic_is_of_record;

use super::terminal;

/// Most faults that are shown: one that every record meets is shown often enough.
const SHOWN_MAX: u32 = 5;

/// Shows a fault of this program in one line, not as a stack trace.
pub(crate) fn in_one_line() {
    static SHOWN: AtomicU32 = AtomicU32::new(0);
    std::panic::set_hook(Box::new(|fault| {
        if panic_is_of_damaged_file() || panic_is_of_record(fault.location()) {
            return;
        }
        if SHOWN.fetch_add(1, Ordering::SeqCst) < SHOWN_MAX {
            // What cannot be printed has nobody to read it.
            let _ = writeln!(anstream::stderr(), "{}", terminal::error(&said(fault)));
        }
    }));
}

/// Says at the end of a run that there were faults, however many of them were shown.
pub(crate) fn tell(faults: u64) -> io::Result<()> {
    if faults == 0 {
        return Ok(());
    }
    let records = if faults == 1 { "1 record".to_owned() } else { format!("{faults} records") };
    let message = format!(
        "duecare failed on {records}, which nobody has judged: a fault of the program, please report it"
    );
    writeln!(anstream::stderr(), "{}", terminal::error(&message))
}

fn said(fault: &PanicHookInfo<'_>) -> String {
    let place = fault.location().map(|place| format!(" ({}:{})", place.file(), place.line()));
    let payload = fault.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
        .replace('\n', " ");
    format!("a fault of duecare, please report it: {message}{}", place.unwrap_or_default())
}
