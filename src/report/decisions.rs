use comfy_table::{Cell, ColumnConstraint, Width};

use serde::{Deserialize, Serialize};

use super::plain_table;
use crate::decision::Decision;

/// What a table says about one subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRow {
    subject: String,
    decision: String,
    score: String,
    found: String,
    missing: String,
}

impl DecisionRow {
    /// The row of a decision.
    #[must_use]
    pub fn new(decision: &Decision<'_>) -> Self {
        let hits = decision.rules.iter().filter(|rule| rule.outcome == "hit");
        let hits: Vec<&str> = hits.map(|rule| rule.id).collect();
        let needs: Vec<&str> = decision.needs.iter().map(|need| need.path.as_str()).collect();
        let score = decision.score;
        Self {
            subject: decision.subject.clone(),
            decision: if decision.settled {
                decision.decision.to_owned()
            } else {
                format!("{} (open: {})", decision.decision, decision.could_be.join(", "))
            },
            score: if score.low == score.high {
                score.low.to_string()
            } else {
                format!("{}–{}", score.low, score.high)
            },
            found: hits.join(", "),
            missing: needs.join(", "),
        }
    }
}

/// Decisions as a table of so many columns.
#[must_use]
pub fn decision_table(rows: &[DecisionRow], columns: usize) -> String {
    let mut table = plain_table(columns);
    table.set_header(["Subject", "Decision", "Score", "Found", "Missing"]);
    for row in rows {
        table.add_row(
            [&row.subject, &row.decision, &row.score, &row.found, &row.missing].map(Cell::new),
        );
    }
    let narrow = u16::try_from(columns / 5).unwrap_or(16);
    if let Some(column) = table.column_mut(1) {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(narrow)));
    }
    table.to_string()
}
