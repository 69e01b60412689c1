use super::FlatDecision;

/// The columns of decisions as comma-separated values. Lists are joined by blanks.
pub const CSV_HEADER: [&str; 15] = [
    "subject",
    "decision",
    "settled",
    "could_be",
    "score_low",
    "score_high",
    "hits",
    "unknown",
    "not_covered",
    "excepted",
    "needs",
    "actions",
    "policy",
    "version",
    "as_of",
];

/// One decision as the cells of a row.
#[must_use]
pub fn csv_row(row: &FlatDecision) -> [String; 15] {
    [
        row.subject.clone(),
        row.decision.clone(),
        row.settled.to_string(),
        row.could_be.join(" "),
        row.score_low.to_string(),
        row.score_high.to_string(),
        row.hits.join(" "),
        row.unknown.join(" "),
        row.not_covered.join(" "),
        row.excepted.join(" "),
        row.needs.join(" "),
        row.actions.join(" "),
        row.policy.clone(),
        row.version.clone(),
        row.as_of.clone(),
    ]
}
