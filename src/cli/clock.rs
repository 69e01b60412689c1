use std::time::{SystemTime, UNIX_EPOCH};

use duecare::value::Instant;

use super::exit::Failure;

/// The time: nothing else in the program reads a clock.
pub(crate) fn now() -> Result<Instant, Failure> {
    Instant::from_unix(unix_seconds()?, 0)
        .ok_or_else(|| Failure::input("the clock of this machine is wrong"))
}

/// The time for records of a run that began with a clock that could be read.
pub(crate) fn now_or(start: Instant) -> Instant {
    now().unwrap_or(start)
}

/// Seconds since the start of 1970 UTC.
pub(crate) fn unix_seconds() -> Result<i64, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(Failure::input)?;
    i64::try_from(since.as_secs()).map_err(Failure::input)
}
