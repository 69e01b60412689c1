use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::roster::Problem;

/// Runs the work on one record; if this program fails on it, why the record is refused instead.
///
/// Nothing of the work outlives it: what it has begun is dropped, and the next record begins anew.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Vec<Problem>> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| vec![problem(&*payload)])
}

fn problem(payload: &(dyn Any + Send)) -> Problem {
    let said = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    Problem::of_record(format!("a fault of duecare, please report it: {said}"))
}
