use crate::cli::args::DemoArgs;
use crate::cli::exit::{Exit, Failure};

/// The tour.
pub(crate) fn run(_: &DemoArgs) -> Result<Exit, Failure> {
    Err(Failure::input("not there yet"))
}
