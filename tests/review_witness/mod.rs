//! Records that two versions of a policy judge differently: found, confirmed by the evaluator, and without
//! anything superfluous.

mod conditions;
mod controls;
mod decisions;
mod rules;

use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::{Detail, Judgement};
use duecare::hir::RuleId;
use duecare::review::witness::{Search, Target, Wanted, Witness};
use duecare::roster::{BadValues, RawRecord, RawText, Record};
use duecare::value::Instant;
use serde_json::Value;

use crate::support::{AS_OF, engine, level, policy};

/// What is compared.
#[derive(Clone, Copy)]
enum Of<'n> {
    Rule(&'n str),
    Decision,
}

fn ids(engine: &Engine, name: &str) -> Vec<RuleId> {
    engine.policy().checked.rule_named(name).into_iter().collect()
}

/// What a version made anew says of records, as far as a reader sees it.
fn verdict(text: &str, of: Of<'_>, records: &[Value]) -> Option<Vec<String>> {
    let as_of = Instant::parse(AS_OF).unwrap();
    let engine = Engine::new(policy(text), as_of, Dispositions::default()).unwrap();
    let raws: Vec<RawRecord> = records
        .iter()
        .map(|record| RawRecord {
            number: 1,
            text: RawText::Json(serde_json::to_vec(record).unwrap()),
        })
        .collect();
    let layout = engine.layout(BadValues::Refuse);
    let roster: Vec<Record<'_>> =
        raws.iter().map(|raw| layout.decode(raw).record).collect::<Option<_>>()?;
    let engine = engine.among(&roster).unwrap();
    let judgement = engine.judge(&roster[0], Detail::Full);
    Some(match of {
        Of::Decision => vec![level(&engine, &judgement)],
        Of::Rule(name) => ids(&engine, name).into_iter().map(|id| shown(&judgement, id)).collect(),
    })
}

fn shown(judgement: &Judgement, id: RuleId) -> String {
    let judged = &judgement.rules[id.index()];
    let hit = judged.indicator.as_ref().filter(|_| judged.outcome.word() == "hit");
    let weight = hit.and_then(|hit| hit.weight);
    let required = judged.control.map(|control| control.required);
    format!("{} {weight:?} {required:?}", judged.outcome.word())
}

/// Looks for a record, and checks what was found.
fn find(old: &str, new: &str, of: Of<'_>, wanted: Wanted) -> Option<Witness> {
    let (old_engine, new_engine) = (engine(old, AS_OF), engine(new, AS_OF));
    let (old_ids, new_ids) = match of {
        Of::Rule(name) => (ids(&old_engine, name), ids(&new_engine, name)),
        Of::Decision => (Vec::new(), Vec::new()),
    };
    let target = match of {
        Of::Rule(_) => Target::Rule { old: &old_ids, new: &new_ids },
        Of::Decision => Target::Decision,
    };
    let search = Search::new(&old_engine, &new_engine).expect("one time");
    let found = search.find(&target, wanted)?;
    assert_eq!(search.find(&target, wanted).as_ref(), Some(&found), "the same whenever asked for");
    confirm(old, new, of, &found);
    Some(found)
}

/// Both versions, made anew, say of the record what the witness says; and nothing of it can go.
fn confirm(old: &str, new: &str, of: Of<'_>, found: &Witness) {
    let records: Vec<Value> =
        std::iter::once(&found.record).chain(&found.others).cloned().collect();
    let both = |records: &[Value]| Some((verdict(old, of, records)?, verdict(new, of, records)?));
    let full = both(&records).expect("records that both versions read");
    assert_ne!(full.0, full.1, "{found:?}");
    match of {
        Of::Rule(_) => {
            let outcome = |shown: &[String]| {
                shown.first().map(|shown| shown.split(' ').next().unwrap().to_owned())
            };
            assert_eq!(outcome(&full.0).as_deref(), found.old.outcome, "{found:?}");
            assert_eq!(outcome(&full.1).as_deref(), found.new.outcome, "{found:?}");
        }
        Of::Decision => {
            assert_eq!(full.0, std::slice::from_ref(&found.old.decision));
            assert_eq!(full.1, std::slice::from_ref(&found.new.decision));
        }
    }
    for fewer in with_less(&records) {
        assert_ne!(both(&fewer), Some(full.clone()), "superfluous: {found:#?}\nas {fewer:?}");
    }
}

/// Records without one other record, field or element, in every way.
fn with_less(records: &[Value]) -> Vec<Vec<Value>> {
    let mut found = Vec::new();
    for number in 0..records.len() {
        if number > 0 {
            let mut fewer = records.to_vec();
            fewer.remove(number);
            found.push(fewer);
        }
        for less in less_of(&records[number], true) {
            let mut fewer = records.to_vec();
            fewer[number] = less;
            found.push(fewer);
        }
    }
    found
}

fn less_of(value: &Value, is_record: bool) -> Vec<Value> {
    let mut found = Vec::new();
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                if !(is_record && name == "id") {
                    let mut less = fields.clone();
                    less.remove(name);
                    found.push(less.into());
                }
                for less_inner in less_of(inner, false) {
                    let mut less = fields.clone();
                    less.insert(name.clone(), less_inner);
                    found.push(less.into());
                }
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                let mut less = items.clone();
                less.remove(index);
                found.push(less.into());
                for less_inner in less_of(inner, false) {
                    let mut less = items.clone();
                    less[index] = less_inner;
                    found.push(less.into());
                }
            }
        }
        _ => {}
    }
    found
}
