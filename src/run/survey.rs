use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use serde::Serialize;

use super::callbacks::Told;
use super::order::{in_order, is_too_long};
use super::seen::Seen;
use super::summary::without_places;
use super::{Early, OnBatch, Plan, RunError, SoFar, fault, twin_of};
use crate::digest::Digest;
use crate::roster::{Fact, Problem, RawReader, RawRecord};
use crate::types::{RecordId, Schema, Type};

/// What a roster has to say before anybody is judged: what is refused, what has no place, and how much of
/// each field is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Survey {
    /// Records and rows that were read.
    pub records: u64,
    /// Of them those that cannot be read.
    pub refused: u64,
    /// Of the refused, those that this program failed on.
    #[serde(skip_serializing_if = "is_zero")]
    pub faults: u64,
    /// Why, with how often, the most frequent first.
    pub reasons: Vec<SurveyedReason>,
    /// Columns and fields that have no place in the record, with how many records carry them.
    pub unmapped: Vec<SurveyedField>,
    /// Every field of the record, in its order.
    pub fields: Vec<FieldSurvey>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Why records are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SurveyedReason {
    /// The field, without places in lists; empty for the record as a whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// The reason of the first of them.
    pub example: String,
    /// How many records.
    pub records: u64,
}

/// A field without a place in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SurveyedField {
    /// Which.
    pub field: String,
    /// In how many records.
    pub records: u64,
}

/// How much of a field is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldSurvey {
    /// The field; those of elements with the name of the list before them.
    pub field: String,
    /// Records, or elements of lists, that could have it.
    pub of: u64,
    /// In how many of them it is unknown.
    pub unknown: u64,
    /// In how many it is known that there is none.
    pub none: u64,
}

/// Most kinds of reasons that are told apart.
const REASONS_MAX: usize = 1_000;

/// Reads a roster through without judging anybody.
///
/// # Errors
/// If the roster cannot be read on, or `on_batch` ends the reading.
pub fn survey<R: BufRead>(
    plan: &Plan<'_>,
    roster: &mut RawReader<R>,
    on_batch: OnBatch<'_>,
) -> Result<Survey, RunError> {
    survey_by(plan, roster, on_batch, |raw| plan.look(raw))
}

pub(super) fn survey_by<R: BufRead>(
    plan: &Plan<'_>,
    roster: &mut RawReader<R>,
    on_batch: OnBatch<'_>,
    look: impl Fn(&RawRecord) -> Looked + Sync,
) -> Result<Survey, RunError> {
    let mut told = Told::new(SoFar::of_reading(), on_batch);
    let mut made = Survey::default();
    let mut reasons: BTreeMap<(String, String), SurveyedReason> = BTreeMap::new();
    let mut seen = Seen::new();
    let mut unmapped: BTreeMap<String, u64> = BTreeMap::new();
    in_order(
        plan,
        roster,
        &mut Early::none(),
        |raw, _| fault::caught(|| look(raw)),
        |roster, raw, looked| {
            let is_fault = looked.is_err();
            let looked = looked.unwrap_or_else(Looked::refused).unless_seen(&mut seen, raw.number);
            told.so_far.count_read(raw, !looked.fields.is_empty(), is_fault);
            made.records += 1;
            for field in looked.unmapped {
                *unmapped.entry(field).or_default() += 1;
            }
            if looked.fields.is_empty() {
                made.refused += 1;
                let mut counted = BTreeSet::new();
                for problem in looked.problems {
                    let field = without_places(&problem.place);
                    let mut kind = (field.clone(), kind_of(&field, &problem.reason));
                    if reasons.len() >= REASONS_MAX && !reasons.contains_key(&kind) {
                        kind.1.clear();
                    }
                    let reason = reasons.entry(kind.clone()).or_insert_with(|| SurveyedReason {
                        field,
                        example: problem.to_string(),
                        records: 0,
                    });
                    reason.records += u64::from(counted.insert(kind));
                }
            }
            if made.fields.is_empty() {
                made.fields = looked.fields;
            } else {
                for (sum, found) in made.fields.iter_mut().zip(looked.fields) {
                    sum.of += found.of;
                    sum.unknown += found.unknown;
                    sum.none += found.none;
                }
            }
            if is_too_long(raw) {
                roster.drain(&mut |_| Ok(())).map_err(RunError::Read)?;
            }
            told.tell()
        },
    )?;
    told.tell_all()?;
    made.faults = told.so_far.faults;
    made.reasons = reasons.into_values().collect();
    made.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.records));
    made.unmapped =
        unmapped.into_iter().map(|(field, records)| SurveyedField { field, records }).collect();
    Ok(made)
}

/// What tells one reason from another: of the record as a whole, its words without names and numbers; of a
/// field nothing.
fn kind_of(field: &str, reason: &str) -> String {
    if !field.is_empty() {
        return String::new();
    }
    let unquoted = reason.split('`').step_by(2);
    unquoted.flat_map(str::chars).filter(|letter| !letter.is_ascii_digit()).collect()
}

pub(super) struct Looked {
    /// Absent if the record is refused.
    subject: Option<String>,
    problems: Vec<Problem>,
    unmapped: Vec<String>,
    /// Empty if the record is refused.
    fields: Vec<FieldSurvey>,
}

impl Looked {
    fn refused(problem: Problem) -> Self {
        Self { subject: None, problems: vec![problem], unmapped: Vec::new(), fields: Vec::new() }
    }

    /// The same, unless its subject stood in an earlier record.
    fn unless_seen(self, seen: &mut Seen, number: u64) -> Self {
        let Some(name) = &self.subject else { return self };
        match seen.before(&Digest::of(name.as_bytes()), number) {
            Some(first) => Self::refused(twin_of(name, first)),
            None => self,
        }
    }
}

impl Plan<'_> {
    pub(super) fn look(&self, raw: &RawRecord) -> Looked {
        let mut looked = Looked {
            subject: None,
            problems: Vec::new(),
            unmapped: Vec::new(),
            fields: Vec::new(),
        };
        let (Some(engine), Some(layout)) = (self.engines.first(), self.layouts.first()) else {
            return looked;
        };
        let decoded = layout.decode(raw);
        looked.problems = decoded.problems;
        looked.unmapped = decoded.unmapped;
        if let Some(record) = decoded.record {
            let program = engine.program();
            let facts = vec![&record.facts];
            count(program.schema(), program.subject(), "", &facts, &mut looked.fields);
            looked.subject = Some(record.subject);
        }
        looked
    }
}

/// Counts the fields of records of one type, and of what lies inside them.
fn count(
    schema: &Schema,
    record: RecordId,
    within: &str,
    records: &[&Fact<'_>],
    found: &mut Vec<FieldSurvey>,
) {
    for (slot, field) in schema.record(record).slots() {
        let path =
            if within.is_empty() { field.name.clone() } else { format!("{within}.{}", field.name) };
        let mut counted = FieldSurvey { field: path.clone(), ..FieldSurvey::default() };
        let mut inside: Vec<&Fact<'_>> = Vec::new();
        for fact in records.iter().map(|record| record.field(slot)) {
            counted.of += 1;
            match fact {
                Fact::Unknown => counted.unknown += 1,
                Fact::None => counted.none += 1,
                Fact::Value(_) => {}
                Fact::Record(_) => inside.push(fact),
                Fact::List(elements) => inside.extend(elements),
            }
        }
        found.push(counted);
        if let Type::Record(inner) = field.shape.of {
            count(schema, inner, &path, &inside, found);
        }
    }
}
