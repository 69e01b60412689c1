//! From a judgement to the record that is written.

use crate::decision::{
    ActionEntry, Brief, CiteEntry, Decision, EvidenceEntry, ExceptionEntry, FORMAT, ListEntry,
    NeedEntry, PeersEntry, Points, PolicyEntry, Range, RuleEntry,
};
use crate::eval::{Cannot, Judgement, Need, PeersSeen, RuleJudgement, ScoreRange, Truth};
use crate::hir::{
    LevelId, Outcome, PolicySet, Rule, RuleId, RuleKind, Severity, Template, TemplatePart,
};
use crate::loader::Policy;
use crate::program::Program;
use crate::roster::Record;
use crate::types::{FieldSlot, Type};

/// Most facts that a hit lists; all count in its digest.
const EVIDENCE_MAX: usize = 20;

/// The decision record of a judgement.
pub(super) fn decision<'p>(
    policy: &'p Policy,
    program: &'p Program,
    record: &Record<'_>,
    judgement: &Judgement,
) -> Decision<'p> {
    let meaning: &'p PolicySet = &policy.checked;
    let rules = meaning.rules.iter().zip(&judgement.rules);
    Decision {
        format: FORMAT,
        subject: record.subject.clone(),
        decision: level(meaning, judgement.decision),
        settled: judgement.settled,
        could_be: if judgement.settled {
            Vec::new()
        } else {
            judgement.could_be.iter().map(|of| level(meaning, *of)).collect()
        },
        score: range(judgement.score),
        rules: rules.map(|(rule, judged)| entry(meaning, program, rule, judged)).collect(),
        needs: judgement
            .needs
            .iter()
            .map(|(need, settles)| NeedEntry {
                path: path(program, need),
                cannot: need.cannot.map(Cannot::word),
                settles: settles.iter().map(|rule| name(meaning, *rule)).collect(),
            })
            .collect(),
        actions: judgement
            .actions
            .iter()
            .map(|action| ActionEntry {
                control: name(meaning, action.control),
                because: action.because.iter().map(|rule| name(meaning, *rule)).collect(),
            })
            .collect(),
        policy: PolicyEntry {
            name: &meaning.identity.name,
            version: meaning.identity.version.to_string(),
            digest: policy.digest,
            approvals: &policy.approvals.entries,
        },
        as_of: program.as_of().to_string(),
        record_digest: record.digest(program.schema(), program.subject()),
        lists: lists(meaning),
        assumed_none: record.assumed_none.clone(),
    }
}

/// One short line of a judgement.
pub(super) fn brief<'p>(
    policy: &'p Policy,
    record: &Record<'_>,
    judgement: &Judgement,
) -> Brief<'p> {
    let meaning: &'p PolicySet = &policy.checked;
    let with = |outcome: Outcome| {
        let rules = meaning.rules.iter().zip(&judgement.rules);
        rules
            .filter(move |(_, judged)| judged.outcome == outcome)
            .map(|(rule, _)| rule.name.as_str())
            .collect()
    };
    Brief {
        subject: record.subject.clone(),
        decision: level(meaning, judgement.decision),
        settled: judgement.settled,
        score: range(judgement.score),
        hits: with(Outcome::Hit),
        unknown: with(Outcome::Unknown),
        policy: None,
    }
}

fn entry<'p>(
    policy: &'p PolicySet,
    program: &Program,
    rule: &'p Rule,
    judged: &RuleJudgement,
) -> RuleEntry<'p> {
    let indicator = judged.indicator.as_ref();
    let is_flag = rule.kind() == RuleKind::Flag;
    let is_hit = matches!(judged.outcome, Outcome::Hit | Outcome::Excepted | Outcome::Reviewed);
    let evidence = indicator.map(|indicator| indicator.evidence.as_slice()).unwrap_or_default();
    let values = indicator.map(|indicator| indicator.values.as_slice()).unwrap_or_default();
    RuleEntry {
        id: &rule.name,
        kind: rule.kind().word(),
        outcome: judged.outcome.word(),
        would_be: judged
            .relief
            .filter(|relief| relief.would_be != judged.outcome)
            .map(|relief| relief.would_be.word()),
        exception: judged.relief.and_then(|relief| {
            let exception = policy.exceptions.get(relief.exception)?;
            let relieves = if relief.relieves == Truth::Yes { "yes" } else { "unknown" };
            Some(ExceptionEntry { id: &exception.name, relieves })
        }),
        severity: indicator.and_then(|indicator| indicator.severity).map(Severity::word),
        weight: indicator.and_then(|indicator| indicator.weight),
        counted: indicator
            .filter(|_| is_flag && judged.outcome == Outcome::Hit)
            .and_then(|indicator| indicator.counted)
            .map(|counted| Points(range(counted))),
        says: rule
            .says
            .as_ref()
            .filter(|_| is_hit)
            .map(|says| filled(policy, program, says, values)),
        peers: judged.peers.first().map(peers),
        more_peers: judged.peers.iter().skip(1).map(peers).collect(),
        evidence: evidence
            .iter()
            .take(EVIDENCE_MAX)
            .map(|fact| EvidenceEntry { path: fact.place.clone(), value: fact.value.clone() })
            .collect(),
        more_evidence: evidence.len().checked_sub(EVIDENCE_MAX).filter(|more| *more > 0),
        evidence_digest: indicator
            .filter(|_| is_hit)
            .and_then(|indicator| indicator.evidence_digest),
        answered_by: indicator
            .filter(|_| is_hit)
            .map(|indicator| {
                indicator.answered_by.iter().map(|(control, _)| name(policy, *control)).collect()
            })
            .unwrap_or_default(),
        needs: judged.needs.iter().map(|need| path(program, need)).collect(),
        on: judged.control.and_then(|state| state.on).map(|on| on.to_string()),
        required: judged.control.and_then(|state| match state.required {
            Truth::Yes => Some(true),
            Truth::No => Some(false),
            Truth::Unknown => None,
        }),
        cites: rule.cites.iter().filter_map(|citation| cite(policy, citation)).collect(),
    }
}

fn peers(seen: &PeersSeen) -> PeersEntry {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    PeersEntry {
        count: seen.high.map(|high| Points(Range { low: number(seen.low), high: number(high) })),
        ids: seen.ids.clone(),
        groups: seen.groups.iter().take(EVIDENCE_MAX).map(|(group, _)| *group).collect(),
        known_keys: seen.known_keys,
        of: seen.of,
    }
}

fn cite<'p>(policy: &'p PolicySet, citation: &crate::hir::Citation) -> Option<CiteEntry<'p>> {
    let source = policy.sources.get(citation.source.index())?;
    let item = source.items.get(citation.item)?;
    Some(CiteEntry {
        source: &source.name,
        item: &item.name,
        covers: if citation.partly { "partly" } else { "fully" },
    })
}

/// What a hit says, with the values that were seen.
fn filled(
    policy: &PolicySet,
    program: &Program,
    says: &Template,
    values: &[(usize, String)],
) -> String {
    let mut text = String::new();
    for part in &says.parts {
        match part {
            TemplatePart::Text(plain) => text.push_str(plain),
            TemplatePart::Value(name) => {
                let value = values.iter().find(|(place, _)| program.name(*place) == Some(name));
                text.push_str(value.map_or("unknown", |(_, value)| value.as_str()));
            }
            TemplatePart::Param(id) => {
                let row = policy
                    .params
                    .get(id.index())
                    .and_then(|param| param.in_force(program.as_of().date()));
                text.push_str(&row.map(crate::hir::ParamValue::shown).unwrap_or_default());
            }
        }
    }
    text
}

/// The path of a field as policies write it.
fn path(program: &Program, need: &Need) -> String {
    path_of(program, &need.steps)
}

pub(super) fn path_of(program: &Program, steps: &[FieldSlot]) -> String {
    let mut of = Type::Record(program.subject());
    let mut names: Vec<&str> = Vec::new();
    for slot in steps {
        let Type::Record(record) = of else { break };
        let Some(field) = program.schema().record(record).at(*slot) else { break };
        names.push(&field.name);
        of = field.shape.of;
    }
    names.join(".")
}

fn lists(policy: &PolicySet) -> Vec<ListEntry<'_>> {
    policy.lists.iter().map(|list| ListEntry { name: &list.name, digest: list.digest }).collect()
}

fn level(policy: &PolicySet, level: LevelId) -> &str {
    policy.decision.levels.get(level.index()).map_or("", |level| level.name.as_str())
}

fn name(policy: &PolicySet, rule: RuleId) -> &str {
    &policy.rule(rule).name
}

fn range(score: ScoreRange) -> Range {
    Range { low: score.low, high: score.high }
}
