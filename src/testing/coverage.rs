use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::Engine;
use crate::eval::{Judgement, Step, Truth, What};
use crate::hir::{Condition, ConditionKind, DefineBody, Outcome, Part, PolicySet, RuleBody};
use crate::loader::Policy;
use crate::source::{Sources, Span};

/// The outcomes of a condition, in the order in which they are listed.
const OUTCOMES: [(Truth, &str); 3] =
    [(Truth::Yes, "true"), (Truth::No, "false"), (Truth::Unknown, "unknown")];

/// Which of its outcomes each condition of one version has been seen with.
#[derive(Clone, Debug)]
pub struct Coverage {
    policy: String,
    version: String,
    /// By place in the text, so that layout and names do not matter.
    conditions: BTreeMap<Span, Covered>,
}

#[derive(Clone, Debug)]
struct Covered {
    /// The rule, definition or part of the policy that it belongs to.
    owner: String,
    possible: [bool; 3],
    seen: [bool; 3],
}

/// The coverage of one version, for reports.
#[derive(Clone, Debug, Serialize)]
pub struct CoverageReport {
    /// The policy.
    pub policy: String,
    /// Its version.
    pub version: String,
    /// How many outcomes its conditions can have.
    pub possible: usize,
    /// How many of them have been seen.
    pub seen: usize,
    /// By rule, in the order of their names.
    pub rules: Vec<RuleCoverage>,
    /// Outcomes that have not been seen, in the order of the text.
    pub missing: Vec<Uncovered>,
    /// Outcomes that a condition cannot have.
    pub impossible: Vec<Uncovered>,
}

/// The coverage of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleCoverage {
    /// The rule, `define NAME`, `exception NAME`, or `decision`.
    pub rule: String,
    /// How many outcomes its conditions can have.
    pub possible: usize,
    /// How many of them have been seen.
    pub seen: usize,
}

/// Outcomes of one condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Uncovered {
    /// What it belongs to.
    pub rule: String,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// The condition as written, on one line.
    pub condition: String,
    /// The outcomes: `true`, `false`, `unknown`.
    pub outcomes: Vec<&'static str>,
}

impl Coverage {
    /// Of a version of which nothing has been seen yet.
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        let set: &PolicySet = &policy.checked;
        let mut made = Self {
            policy: set.identity.name.clone(),
            version: set.identity.version.to_string(),
            conditions: BTreeMap::new(),
        };
        for rule in &set.rules {
            for condition in rule.conditions() {
                condition.walk(&mut |part| made.expect(set, &rule.name, part));
            }
            if let RuleBody::Control(control) = &rule.body
                && let Some(dated) = &control.dated
            {
                dated.walk(&mut |part| made.expect(set, &rule.name, part));
            }
        }
        for define in &set.defines {
            let owner = format!("define {}", define.name);
            match &define.body {
                DefineBody::Condition(body) => {
                    body.walk(&mut |part| made.expect(set, &owner, part));
                }
                DefineBody::Operand(body) => {
                    body.walk(&mut |part| made.expect(set, &owner, part));
                }
            }
        }
        for exception in &set.exceptions {
            let owner = format!("exception {}", exception.name);
            if let Some(when) = &exception.when {
                when.walk(&mut |part| made.expect(set, &owner, part));
            }
        }
        for level in &set.decision.levels {
            if let Some(when) = &level.when {
                when.walk(&mut |part| made.expect(set, "decision", part));
            }
        }
        made
    }

    /// Of conditions that cover the same text (`is not` is `not` and `is`) the outermost counts.
    fn expect(&mut self, policy: &PolicySet, owner: &str, part: Part<'_>) {
        let Part::Condition(condition) = part else { return };
        self.conditions.entry(condition.span).or_insert_with(|| Covered {
            owner: owner.to_owned(),
            possible: possible(policy, condition),
            seen: [false; 3],
        });
    }

    /// Takes down what a judgement that was made with every step has seen.
    pub fn add(&mut self, engine: &Engine, judgement: &Judgement) {
        let of_rules = judgement.rules.iter().flat_map(|judged| &judged.steps);
        for step in of_rules.chain(&judgement.decision_steps) {
            self.see(engine, step, None);
        }
    }

    fn see(&mut self, engine: &Engine, step: &Step, around: Option<Span>) {
        let mut inner = around;
        if let What::Condition(node, truth) = step.what
            && let Some(node) = engine.program().node(node)
        {
            if around != Some(node.span)
                && let Some(covered) = self.conditions.get_mut(&node.span)
            {
                for ((outcome, _), seen) in OUTCOMES.iter().zip(&mut covered.seen) {
                    *seen |= *outcome == truth;
                }
            }
            inner = Some(node.span);
        }
        for step in &step.inside {
            self.see(engine, step, inner);
        }
    }

    /// What has been seen and what has not.
    #[must_use]
    pub fn report(&self, sources: &Sources) -> CoverageReport {
        let mut rules: BTreeMap<&str, RuleCoverage> = BTreeMap::new();
        let (mut missing, mut impossible) = (Vec::new(), Vec::new());
        for (span, covered) in &self.conditions {
            let rule = rules.entry(&covered.owner).or_insert_with(|| RuleCoverage {
                rule: covered.owner.clone(),
                possible: 0,
                seen: 0,
            });
            let outcomes = OUTCOMES.iter().zip(covered.possible).zip(covered.seen);
            let (mut unseen, mut excluded) = (Vec::new(), Vec::new());
            for (((_, word), is_possible), is_seen) in outcomes {
                // What has been seen is possible, whatever was thought.
                match (is_possible || is_seen, is_seen) {
                    (true, true) => {
                        rule.possible += 1;
                        rule.seen += 1;
                    }
                    (true, false) => {
                        rule.possible += 1;
                        unseen.push(*word);
                    }
                    (false, _) => excluded.push(*word),
                }
            }
            for (outcomes, list) in [(unseen, &mut missing), (excluded, &mut impossible)] {
                if !outcomes.is_empty() {
                    list.push(uncovered(sources, *span, &covered.owner, outcomes));
                }
            }
        }
        let rules: Vec<RuleCoverage> = rules.into_values().collect();
        CoverageReport {
            policy: self.policy.clone(),
            version: self.version.clone(),
            possible: rules.iter().map(|rule| rule.possible).sum(),
            seen: rules.iter().map(|rule| rule.seen).sum(),
            rules,
            missing,
            impossible,
        }
    }
}

impl CoverageReport {
    /// Whether at least so many hundredths of the possible outcomes have been seen.
    #[must_use]
    pub const fn reaches(&self, percent: usize) -> bool {
        self.seen * 100 >= self.possible * percent
    }
}

fn uncovered(sources: &Sources, span: Span, owner: &str, outcomes: Vec<&'static str>) -> Uncovered {
    let file = sources.file(span.file);
    let position = file.map(|file| file.position(span.start));
    Uncovered {
        rule: owner.to_owned(),
        file: file.map(|file| file.path().display().to_string()).unwrap_or_default(),
        line: position.map_or(0, |position| position.line),
        column: position.map_or(0, |position| position.column),
        condition: sources.text(span).split_whitespace().collect::<Vec<_>>().join(" "),
        outcomes,
    }
}

/// Which outcomes a condition can have, as far as its form tells: true, false, unknown.
fn possible(policy: &PolicySet, condition: &Condition) -> [bool; 3] {
    let parts = |conditions: &[Condition]| -> Vec<[bool; 3]> {
        conditions.iter().map(|part| possible(policy, part)).collect()
    };
    let any = |parts: &[[bool; 3]], place: usize| {
        parts.iter().any(|part| part.get(place).is_some_and(|is_possible| *is_possible))
    };
    let all = |parts: &[[bool; 3]], place: usize| {
        parts.iter().all(|part| part.get(place).is_some_and(|is_possible| *is_possible))
    };
    match &condition.kind {
        ConditionKind::IsKnown(_) | ConditionKind::Assume { .. } => [true, true, false],
        ConditionKind::Not(inner) => {
            let [yes, no, unknown] = possible(policy, inner);
            [no, yes, unknown]
        }
        ConditionKind::And(conditions) => {
            let parts = parts(conditions);
            [all(&parts, 0), any(&parts, 1), any(&parts, 2)]
        }
        ConditionKind::Or(conditions) => {
            let parts = parts(conditions);
            [any(&parts, 0), all(&parts, 1), any(&parts, 2)]
        }
        ConditionKind::AtLeast { of, .. } => {
            let parts = parts(of);
            [any(&parts, 0), any(&parts, 1), any(&parts, 2)]
        }
        ConditionKind::Rules { kind, .. }
            if policy.rules.iter().all(|rule| rule.kind() != *kind) =>
        {
            [false, true, false]
        }
        // A rule has this outcome now or it has another; only what is hit or met can be open.
        ConditionKind::Rule { outcome, .. } | ConditionKind::Rules { outcome, .. }
            if !matches!(outcome, Outcome::Hit | Outcome::Met) =>
        {
            [true, true, false]
        }
        ConditionKind::Define(id) => {
            match policy.defines.get(id.index()).map(|found| &found.body) {
                Some(DefineBody::Condition(body)) => possible(policy, body),
                Some(DefineBody::Operand(_)) | None => [true; 3],
            }
        }
        ConditionKind::Field(_)
        | ConditionKind::Rule { .. }
        | ConditionKind::Rules { .. }
        | ConditionKind::Has(_)
        | ConditionKind::Equal(..)
        | ConditionKind::OneOf { .. }
        | ConditionKind::Order { .. }
        | ConditionKind::Exists(_)
        | ConditionKind::Every { .. }
        | ConditionKind::InAny { .. }
        | ConditionKind::InTheLast { .. }
        | ConditionKind::Inconsistent { .. }
        | ConditionKind::Mistake => [true; 3],
    }
}
