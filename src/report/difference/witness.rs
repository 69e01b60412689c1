use serde::Serialize;
use serde_json::Value;

use super::words::outcome;
use crate::report::page::whole;
use crate::review::Change;
use crate::review::witness::{Verdict, Witness};

/// Most facts of one record that are shown; a witness has few.
const FACTS_MAX: usize = 40;

/// A record that two versions judge differently, in words.
#[derive(Serialize)]
pub(super) struct WitnessTold {
    /// The day, or the time, for which it is judged.
    pub(super) as_of: String,
    pub(super) facts: Vec<FactTold>,
    pub(super) more_facts: usize,
    /// Further records beside which it is judged.
    pub(super) others: Vec<Vec<FactTold>>,
    /// What each version makes of it.
    pub(super) verdicts: Vec<VerdictTold>,
}

/// One fact of a record.
#[derive(Serialize)]
pub(super) struct FactTold {
    pub(super) path: String,
    pub(super) value: String,
}

/// One side of what versions make of a record.
#[derive(Serialize)]
pub(super) struct VerdictTold {
    pub(super) of: &'static str,
    pub(super) old: String,
    pub(super) new: String,
    pub(super) differs: bool,
}

impl WitnessTold {
    pub(super) fn new(change: &Change, witness: &Witness) -> Self {
        let mut facts = facts(&witness.record);
        let more_facts = facts.len().saturating_sub(FACTS_MAX);
        facts.truncate(FACTS_MAX);
        Self {
            as_of: day_or_time(&witness.as_of),
            facts,
            more_facts,
            others: witness.others.iter().map(self::facts).collect(),
            verdicts: verdicts(change, &witness.old, &witness.new),
        }
    }
}

fn verdicts(change: &Change, old: &Verdict, new: &Verdict) -> Vec<VerdictTold> {
    let mut told = Vec::new();
    let mut add = |of, old: String, new: String| {
        told.push(VerdictTold { of, differs: old != new, old, new });
    };
    if change.clause.kind != "decision" {
        let of = match change.clause.kind {
            "control" => "The control",
            _ => "The rule",
        };
        add(of, of_rule(old), of_rule(new));
    }
    add("Decision", whole(&old.decision), whole(&new.decision));
    add("Score", score(old.score), score(new.score));
    told
}

/// What a rule comes to: `hit, high, weight 25`.
fn of_rule(verdict: &Verdict) -> String {
    let Some(word) = verdict.outcome else { return "no such rule".to_owned() };
    let mut parts = vec![outcome(word).to_owned()];
    parts.extend(verdict.severity.map(str::to_owned));
    parts.extend(verdict.weight.map(|weight| format!("weight {weight}")));
    parts.extend(verdict.required.map(|is_required| {
        if is_required { "must be done".to_owned() } else { "need not be done".to_owned() }
    }));
    parts.dedup();
    parts.join(", ")
}

fn score([low, high]: [u32; 2]) -> String {
    if low == high { low.to_string() } else { format!("{low} to {high}") }
}

/// A time that is the first moment of a day as that day.
fn day_or_time(as_of: &str) -> String {
    match as_of.strip_suffix("T00:00:00Z") {
        Some(day) => day.to_owned(),
        None => as_of.replace('T', " ").replace('Z', " UTC"),
    }
}

/// What a record says, each fact with its path.
fn facts(record: &Value) -> Vec<FactTold> {
    let mut all = Vec::new();
    add(&mut all, String::new(), record);
    all
}

fn add(all: &mut Vec<FactTold>, path: String, value: &Value) {
    let mut fact = |value: String| {
        all.push(FactTold { path: path.clone(), value });
    };
    match value {
        Value::Null => fact("none".to_owned()),
        Value::Bool(true) => fact("yes".to_owned()),
        Value::Bool(false) => fact("no".to_owned()),
        Value::Number(number) => fact(number.to_string()),
        Value::String(text) => fact(whole(text)),
        Value::Array(items) if items.is_empty() => fact("none (an empty list)".to_owned()),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let texts: Vec<String> = items.iter().filter_map(Value::as_str).map(whole).collect();
            fact(texts.join(", "));
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                add(all, format!("{path}[{}]", place + 1), item);
            }
        }
        Value::Object(fields) if fields.is_empty() => {
            fact("there, and nothing known of it".to_owned());
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = whole(name);
                let below = if path.is_empty() { name } else { format!("{path}.{name}") };
                add(all, below, field);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::facts;

    #[test]
    fn facts_of_a_record_have_their_paths() {
        let record = serde_json::json!({
            "id": "C-1", "pays": [{"to": "a", "on": null}, {}], "tags": ["x", "y"], "none": [], "known": true,
            "count": 3
        });
        let told: Vec<String> =
            facts(&record).iter().map(|fact| format!("{} = {}", fact.path, fact.value)).collect();
        assert_eq!(
            told,
            [
                "count = 3",
                "id = C-1",
                "known = yes",
                "none = none (an empty list)",
                "pays[1].on = none",
                "pays[1].to = a",
                "pays[2] = there, and nothing known of it",
                "tags = x, y",
            ]
        );
    }
}
