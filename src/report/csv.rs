use crate::decision::Decision;

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
pub fn csv_row(decision: &Decision<'_>) -> [String; 15] {
    let with = |outcome: &str| {
        let rules = decision.rules.iter().filter(|rule| rule.outcome == outcome);
        rules.map(|rule| rule.id).collect::<Vec<_>>().join(" ")
    };
    let needs: Vec<&str> = decision.needs.iter().map(|need| need.path.as_str()).collect();
    let actions: Vec<&str> = decision.actions.iter().map(|action| action.control).collect();
    [
        decision.subject.clone(),
        decision.decision.to_owned(),
        decision.settled.to_string(),
        decision.could_be.join(" "),
        decision.score.low.to_string(),
        decision.score.high.to_string(),
        with("hit"),
        with("unknown"),
        with("not_covered"),
        with("excepted"),
        needs.join(" "),
        actions.join(" "),
        decision.policy.name.to_owned(),
        decision.policy.version.clone(),
        decision.as_of.clone(),
    ]
}
