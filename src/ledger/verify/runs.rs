use std::collections::BTreeMap;

use super::Findings;
use super::report::RunFound;
use crate::ledger::canonical::Canonical;
use crate::ledger::planted::{self, Bug};
use crate::ledger::tree::{Frontier, leaf_hash};

/// The runs of a log: that each record of one is decided or refused once, and none left out.
#[derive(Default)]
pub(super) struct Runs {
    by_id: BTreeMap<String, Run>,
    /// Ids in the order of their beginning.
    order: Vec<String>,
}

struct Run {
    started: u64,
    /// Names and digests of its policies, with how many rules each has.
    policies: Vec<(Canonical, usize)>,
    decided: u64,
    refused: u64,
    /// Over what the leaves say of the records, in their order.
    records: Frontier,
    is_complete: bool,
}

impl Runs {
    pub(super) fn leaf(
        &mut self,
        path: &str,
        index: u64,
        leaf: &Canonical,
        findings: &mut Findings,
    ) {
        let kind = leaf.text_at("kind").unwrap_or_default();
        let problem = match kind {
            "run_started" => self.started(index, leaf),
            "decision" | "refused" => self.record(kind, leaf),
            "run_completed" => self.completed(leaf),
            _ => return,
        };
        if let Err(what) = problem {
            findings.leaf(path, index, what);
        }
    }

    fn started(&mut self, index: u64, leaf: &Canonical) -> Result<(), String> {
        let id = leaf.text_at("run").ok_or("the run has no id")?;
        if self.by_id.contains_key(id) {
            return Err(format!("the run {id} begins twice"));
        }
        let policies = leaf.get("policies").and_then(Canonical::as_array).unwrap_or_default();
        let policies = policies.iter().map(|policy| {
            let rules = policy.get("rules").and_then(Canonical::as_array).unwrap_or_default();
            (identity(policy), rules.len())
        });
        let run = Run {
            started: index,
            policies: policies.collect(),
            decided: 0,
            refused: 0,
            records: Frontier::default(),
            is_complete: false,
        };
        self.by_id.insert(id.to_owned(), run);
        self.order.push(id.to_owned());
        Ok(())
    }

    fn record(&mut self, kind: &str, leaf: &Canonical) -> Result<(), String> {
        let run = self.of(leaf)?;
        let ordinal = leaf.get("ordinal").and_then(Canonical::as_count);
        let expected = run.decided + run.refused + 1;
        if ordinal != Some(expected) && !planted::is(Bug::IgnoreOrdinals) {
            let found = ordinal.map_or_else(|| "none".to_owned(), |ordinal| ordinal.to_string());
            return Err(format!(
                "it has the ordinal {found} where {expected} follows: a record of the run is missing, or stands here twice"
            ));
        }
        let fields = leaf.digest_at("fields").ok_or("it commits to no record")?;
        run.records.append(leaf_hash(fields.bytes()), |_, _| {});
        if kind == "refused" {
            run.refused += 1;
            return Ok(());
        }
        run.decided += 1;
        leaf.digest_at("subject").ok_or("it commits to no subject")?;
        let policies = leaf.get("policies").and_then(Canonical::as_array).unwrap_or_default();
        let fits = policies.len() == run.policies.len()
            && policies.iter().zip(&run.policies).all(|(policy, (expected, rules))| {
                let outcomes = policy.text_at("outcomes");
                identity(policy) == *expected
                    && outcomes.is_some_and(|outcomes| outcomes.len() == *rules)
            });
        if fits {
            Ok(())
        } else {
            Err("it is not by the policies with which its run began".to_owned())
        }
    }

    fn completed(&mut self, leaf: &Canonical) -> Result<(), String> {
        let run = self.of(leaf)?;
        run.is_complete = true;
        let count = |key: &str| leaf.get(key).and_then(Canonical::as_count);
        let stated = (count("records"), count("decided"), count("refused"));
        let found = (run.decided + run.refused, run.decided, run.refused);
        if stated != (Some(found.0), Some(found.1), Some(found.2)) {
            return Err(format!(
                "the run ends with other counts than its leaves have: {} records = {} decided + {} refused",
                found.0, found.1, found.2
            ));
        }
        if leaf.digest_at("root") != Some(run.records.root()) {
            return Err(
                "the run ends with another root over its records than its leaves have".to_owned()
            );
        }
        Ok(())
    }

    fn of(&mut self, leaf: &Canonical) -> Result<&mut Run, String> {
        let id = leaf.text_at("run").unwrap_or_default();
        match self.by_id.get_mut(id) {
            Some(run) if run.is_complete => Err(format!("the run {id} had ended")),
            Some(run) => Ok(run),
            None => Err(format!("no run {id} had begun")),
        }
    }

    pub(super) fn finish(&self, findings: &mut Findings) {
        for found in self.found().iter().filter(|run| !run.is_complete) {
            findings.note(
                "wal",
                format!(
                    "the run {} was not completed: of its records {} are logged, and nothing says how many there were",
                    found.run, found.records
                ),
            );
        }
    }

    /// Decisions and refusals of all runs.
    pub(super) fn counts(&self) -> (u64, u64) {
        let runs = self.by_id.values();
        runs.fold((0, 0), |(decided, refused), run| (decided + run.decided, refused + run.refused))
    }

    pub(super) fn found(&self) -> Vec<RunFound> {
        let runs = self.order.iter().filter_map(|id| Some((id, self.by_id.get(id)?)));
        runs.map(|(id, run)| RunFound {
            run: id.clone(),
            started: run.started,
            records: run.decided + run.refused,
            decided: run.decided,
            refused: run.refused,
            is_complete: run.is_complete,
        })
        .collect()
    }
}

/// What tells a policy of a run from another.
fn identity(policy: &Canonical) -> Canonical {
    let of = |key: &str| policy.get(key).cloned().unwrap_or(Canonical::YesNo(false));
    Canonical::Array(vec![of("name"), of("version"), of("digest"), of("lists")])
}
