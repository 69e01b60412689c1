use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::roster::refusal::Problem;

/// A record that was put together from the rows of several tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembled {
    /// The record as a JSON object.
    pub json: Vec<u8>,
    /// The row of the subject, where that is known.
    pub subject: Option<Origin>,
    /// From which table and line each element of a list came, in their order.
    pub origins: Vec<(String, Vec<Origin>)>,
    /// Cells that could not be read.
    pub faults: Vec<Fault>,
    /// Columns that have no place in the record.
    pub unmapped: Arc<Vec<String>>,
    /// Fields that nobody filled and that are none by the word of the manifest.
    pub assumed_none: Vec<String>,
}

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub file: Arc<str>,
    /// Its number, from 1.
    pub line: u64,
    /// What the number counts: `line`, `row` or `record`.
    pub numbers: &'static str,
}

/// A cell that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fault {
    /// The field, as a place in the record or in its element.
    pub(super) place: String,
    /// What stands there.
    pub(super) found: String,
    /// Why it cannot be read, and what would be.
    pub(super) reason: String,
}

impl Assembled {
    /// Names the tables that problems come from, and says of cells why they could not be read.
    pub(in crate::roster) fn explain(&self, problems: &mut [Problem]) {
        for problem in problems {
            if let Some(fault) = self.faults.iter().find(|fault| fault.place == problem.place) {
                *problem =
                    Problem::of_value(problem.place.clone(), &fault.found, fault.reason.clone());
            }
            if let Some(origin) = self.origin(&problem.place).or(self.subject.as_ref()) {
                problem.origin = format!("{}, {} {}", origin.file, origin.numbers, origin.line);
            }
        }
    }

    fn origin(&self, place: &str) -> Option<&Origin> {
        let (list, rest) = place.split_once('[')?;
        let index: usize = rest.split_once(']')?.0.parse().ok()?;
        let (_, origins) = self.origins.iter().find(|(name, _)| name == list)?;
        origins.get(index)
    }
}
