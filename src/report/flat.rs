use crate::decision::Decision;

/// One decision as a row of plain columns, as comma-separated values and Parquet have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlatDecision {
    pub(super) subject: String,
    pub(super) decision: String,
    pub(super) settled: bool,
    pub(super) could_be: Vec<String>,
    pub(super) score_low: u32,
    pub(super) score_high: u32,
    pub(super) hits: Vec<String>,
    pub(super) unknown: Vec<String>,
    pub(super) not_covered: Vec<String>,
    pub(super) excepted: Vec<String>,
    pub(super) needs: Vec<String>,
    pub(super) actions: Vec<String>,
    pub(super) policy: String,
    pub(super) version: String,
    pub(super) as_of: String,
}

impl FlatDecision {
    /// The row of a decision.
    #[must_use]
    pub fn new(decision: &Decision<'_>) -> Self {
        let with = |outcome: &str| {
            let rules = decision.rules.iter().filter(|rule| rule.outcome == outcome);
            rules.map(|rule| rule.id.to_owned()).collect()
        };
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            subject: decision.subject.clone(),
            decision: decision.decision.to_owned(),
            settled: decision.settled,
            could_be: owned(&decision.could_be),
            score_low: decision.score.low,
            score_high: decision.score.high,
            hits: with("hit"),
            unknown: with("unknown"),
            not_covered: with("not_covered"),
            excepted: with("excepted"),
            needs: decision.needs.iter().map(|need| need.path.clone()).collect(),
            actions: decision.actions.iter().map(|action| action.control.to_owned()).collect(),
            policy: decision.policy.name.to_owned(),
            version: decision.policy.version.clone(),
            as_of: decision.as_of.clone(),
        }
    }
}
