use std::collections::BTreeMap;
use std::fmt;

use super::case::{Case, Expectation, Versions};
use super::coverage::{Coverage, CoverageReport};
use super::result::{CaseResult, Failure};
use crate::decision::Decision;
use crate::disposition::Dispositions;
use crate::engine::Engine;
use crate::eval::{Detail, Judgement, RuleJudgement};
use crate::explain::explain;
use crate::loader::{Loaded, Policy};
use crate::roster::{BadValues, RawRecord, RawText, Record};
use crate::value::Instant;

/// Columns that explanations of failures are wrapped at.
const COLUMNS: usize = 96;

/// The versions of a policy, ready to run examples.
pub struct Suite<'l> {
    loaded: &'l Loaded,
    engines: BTreeMap<(String, Instant), Engine>,
    /// By version; empty unless coverage is counted.
    coverage: BTreeMap<String, Coverage>,
}

/// An example that cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable(String);

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unusable {}

impl<'l> Suite<'l> {
    /// Of policies that were loaded without an error.
    #[must_use]
    pub fn new(loaded: &'l Loaded) -> Self {
        Self { loaded, engines: BTreeMap::new(), coverage: BTreeMap::new() }
    }

    /// Counts from now on which outcomes conditions are seen with.
    #[must_use]
    pub fn counting_coverage(mut self) -> Self {
        let policies = self.loaded.policies.iter();
        self.coverage = policies
            .map(|policy| (policy.checked.identity.version.to_string(), Coverage::new(policy)))
            .collect();
        self
    }

    /// What has been seen, of each version.
    #[must_use]
    pub fn coverage(&self) -> Vec<CoverageReport> {
        self.coverage.values().map(|coverage| coverage.report(&self.loaded.sources)).collect()
    }

    /// Runs one example, once for each version that it is of.
    ///
    /// # Errors
    /// If there is no version for it.
    pub fn run(&mut self, case: &Case) -> Result<Vec<CaseResult>, Unusable> {
        let unusable = |why: String| Unusable(format!("example `{}`: {why}", case.name));
        let policies = self.policies(case).map_err(unusable)?;
        policies.into_iter().map(|policy| self.run_with(policy, case)).collect()
    }

    fn run_with(&mut self, policy: &Policy, case: &Case) -> Result<CaseResult, Unusable> {
        let unusable = |why: String| Unusable(format!("example `{}`: {why}", case.name));
        let version = policy.checked.identity.version.to_string();
        let key = (version.clone(), case.as_of);
        let engine = match self.engines.remove(&key) {
            Some(engine) => engine,
            None => Engine::new(policy.clone(), case.as_of, Dispositions::default())
                .map_err(|error| unusable(error.to_string()))?,
        };
        let mut coverage = self.coverage.get_mut(&version);
        let mut result = CaseResult { name: case.name.clone(), version, failures: Vec::new() };
        let many = case.records.len() > 1;
        let raws = case.records.iter().map(|(json, _)| raw(json)).collect::<Vec<_>>();
        let layout = engine.layout(BadValues::Refuse);
        let roster: Vec<Record<'_>> =
            raws.iter().filter_map(|raw| layout.decode(raw).record).collect();
        let engine = engine.among(&roster).map_err(|error| unusable(error.to_string()))?;
        for (json, expectation) in &case.records {
            let mut failures =
                judge(self.loaded, &engine, json, expectation, coverage.as_deref_mut());
            if !many {
                for failure in &mut failures {
                    failure.subject = None;
                }
            }
            result.failures.extend(failures);
        }
        self.engines.insert(key, engine);
        Ok(result)
    }

    fn policies(&self, case: &Case) -> Result<Vec<&'l Policy>, String> {
        let version = |policy: &&Policy| policy.checked.identity.version.clone();
        let (found, wanted): (Vec<&Policy>, String) = match &case.versions {
            Versions::InForce => {
                let found = self.loaded.in_force(case.as_of.date());
                return found.map(|policy| vec![policy]).map_err(|error| error.to_string());
            }
            Versions::Named(named) => {
                let is_named = |policy: &&Policy| version(policy).to_string() == *named;
                (self.loaded.policies.iter().filter(is_named).collect(), named.clone())
            }
            Versions::Range(range) => {
                let is_in = |policy: &&Policy| range.matches(&version(policy));
                (self.loaded.policies.iter().filter(is_in).collect(), range.to_string())
            }
        };
        if found.is_empty() { Err(format!("there is no version {wanted}")) } else { Ok(found) }
    }
}

fn raw(json: &str) -> RawRecord {
    RawRecord { number: 1, text: RawText::Json(json.as_bytes().to_vec()) }
}

fn judge(
    loaded: &Loaded,
    engine: &Engine,
    json: &str,
    expectation: &Expectation,
    coverage: Option<&mut Coverage>,
) -> Vec<Failure> {
    let raw = raw(json);
    let decoded = engine.layout(BadValues::Refuse).decode(&raw);
    let of_record = |found: String| Failure {
        subject: None,
        what: "record".to_owned(),
        expected: "a record of the policy".to_owned(),
        found,
        explanation: Vec::new(),
    };
    let Some(record) = decoded.record else {
        let problems: Vec<String> = decoded.problems.iter().map(ToString::to_string).collect();
        return vec![of_record(problems.join("; "))];
    };
    if !decoded.unmapped.is_empty() {
        let found = format!("no such field: {}", decoded.unmapped.join(", "));
        return vec![of_record(found)];
    }
    if let Some(coverage) = coverage {
        coverage.add(engine, &engine.judge(&record, Detail::Trace));
    }
    let judgement = engine.judge(&record, Detail::Full);
    let decision = engine.decision(&record, &judgement);
    let mut comparison = Comparison {
        engine,
        loaded,
        record: &record,
        judgement: &judgement,
        decision: &decision,
        failures: Vec::new(),
    };
    comparison.compare(expectation);
    comparison.failures
}

struct Comparison<'c, 'r> {
    engine: &'c Engine,
    loaded: &'c Loaded,
    record: &'c Record<'r>,
    judgement: &'c Judgement,
    decision: &'c Decision<'c>,
    failures: Vec<Failure>,
}

impl Comparison<'_, '_> {
    fn compare(&mut self, expectation: &Expectation) {
        for (rule, expected) in &expectation.rules {
            self.of_rule(rule, rule, expected, |_, judged| judged.outcome.word().to_owned());
        }
        for (rule, expected) in &expectation.needs {
            let what = format!("needs of {rule}");
            self.of_rule(rule, &what, &expected.join(", "), |engine, judged| {
                let needs = judged.needs.iter().map(|need| engine.path(&need.steps));
                needs.collect::<Vec<_>>().join(", ")
            });
        }
        for (rule, expected) in &expectation.counted {
            let what = format!("counted of {rule}");
            self.of_rule(rule, &what, expected, |_, judged| {
                let counted = judged.indicator.as_ref().and_then(|indicator| indicator.counted);
                counted.map_or_else(
                    || "nothing".to_owned(),
                    |range| {
                        if range.low == range.high {
                            range.low.to_string()
                        } else {
                            format!("{}..{}", range.low, range.high)
                        }
                    },
                )
            });
        }
        if let Some(expected) = &expectation.decision {
            self.expect("decision", expected, self.decision.decision.to_owned(), Vec::new());
        }
        if let Some(expected) = expectation.settled {
            let word = |settled: bool| if settled { "yes" } else { "no" };
            let found = word(self.decision.settled).to_owned();
            self.expect("settled", word(expected), found, Vec::new());
        }
        if let Some(expected) = &expectation.actions {
            let found: Vec<&str> =
                self.decision.actions.iter().map(|action| action.control).collect();
            self.expect("actions", &expected.join(", "), found.join(", "), Vec::new());
        }
    }

    fn of_rule(
        &mut self,
        rule: &str,
        what: &str,
        expected: &str,
        found: impl Fn(&Engine, &RuleJudgement) -> String,
    ) {
        let rules = &self.engine.policy().checked.rules;
        let place = rules.iter().position(|known| known.name == rule);
        let Some(judged) = place.and_then(|place| self.judgement.rules.get(place)) else {
            self.expect(what, expected, "no such rule".to_owned(), Vec::new());
            return;
        };
        let found = found(self.engine, judged);
        let explanation = if found == expected { Vec::new() } else { self.explanation(rule) };
        self.expect(what, expected, found, explanation);
    }

    fn explanation(&self, rule: &str) -> Vec<String> {
        let text = explain(self.engine, &self.loaded.sources, self.record, Some(rule));
        // Without the heading about the whole decision.
        text.wrapped(COLUMNS).lines().skip(3).map(str::to_owned).collect()
    }

    fn expect(&mut self, what: &str, expected: &str, found: String, explanation: Vec<String>) {
        if found != expected {
            self.failures.push(Failure {
                subject: Some(self.record.subject.clone()),
                what: what.to_owned(),
                expected: expected.to_owned(),
                found,
                explanation,
            });
        }
    }
}
