use comfy_table::{Cell, ColumnConstraint, Width};

use super::plain_table;
use crate::decision::Decision;

/// What a table says about one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRow {
    subject: String,
    policy: String,
    decision: String,
    score: String,
    found: String,
}

/// Most missing facts that a row names; `explain` names all.
const MISSING_SHOWN_MAX: usize = 3;

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
            policy: decision.policy.name.to_owned(),
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
            found: found(&hits, &needs),
        }
    }
}

/// Rules that are hit, and what is missing.
fn found(hits: &[&str], needs: &[&str]) -> String {
    let mut lines = Vec::new();
    if !hits.is_empty() {
        lines.push(hits.join(", "));
    }
    if !needs.is_empty() {
        let named: Vec<&str> = needs.iter().take(MISSING_SHOWN_MAX).copied().collect();
        let more = match needs.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        lines.push(format!("missing: {}{more}", named.join(", ")));
    }
    lines.join("\n")
}

/// Decisions as a table of so many columns.
#[must_use]
pub fn decision_table(rows: &[DecisionRow], columns: usize) -> String {
    let mut table = plain_table(columns);
    let several = rows.windows(2).any(|pair| match pair {
        [first, second] => first.policy != second.policy,
        _ => false,
    });
    let mut header = vec!["Subject", "Decision", "Score", "Found and missing"];
    if several {
        header.insert(1, "Policy");
    }
    table.set_header(header);
    for row in rows {
        let mut cells = vec![&row.subject, &row.decision, &row.score, &row.found];
        if several {
            cells.insert(1, &row.policy);
        }
        table.add_row(cells.into_iter().map(Cell::new));
    }
    let narrow = u16::try_from(columns / 5).unwrap_or(16);
    for place in 1..=1 + usize::from(several) {
        if let Some(column) = table.column_mut(place) {
            column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(narrow)));
        }
    }
    table.to_string()
}
