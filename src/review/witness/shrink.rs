//! Takes everything out of records that a difference does not hang on.

use serde_json::Value;

/// A step to a part of a record.
#[derive(Clone)]
enum Step {
    Field(String),
    Element(usize),
}

/// The records without what may be left out: whole other records, elements, fields, one after the other until
/// nothing more can go. The key of a record stays.
pub(super) fn shrunk(
    mut records: Vec<Value>,
    keys: &[String],
    is_same: &dyn Fn(&[Value]) -> bool,
) -> Vec<Value> {
    loop {
        let mut is_smaller = false;
        for number in (1..records.len()).rev() {
            let mut fewer = records.clone();
            fewer.remove(number);
            if is_same(&fewer) {
                records = fewer;
                is_smaller = true;
            }
        }
        for number in 0..records.len() {
            is_smaller |= without_parts(&mut records, number, keys, is_same);
        }
        if !is_smaller {
            return records;
        }
    }
}

fn without_parts(
    records: &mut Vec<Value>,
    number: usize,
    keys: &[String],
    is_same: &dyn Fn(&[Value]) -> bool,
) -> bool {
    let mut is_smaller = false;
    let mut paths = Vec::new();
    if let Some(record) = records.get(number) {
        parts(record, &mut Vec::new(), &mut paths);
    }
    for path in paths {
        if matches!(path.as_slice(), [Step::Field(name)] if keys.contains(name)) {
            continue;
        }
        let mut fewer = records.clone();
        let is_removed = fewer.get_mut(number).is_some_and(|record| remove(record, &path));
        if is_removed && is_same(&fewer) {
            *records = fewer;
            is_smaller = true;
        }
    }
    is_smaller
}

/// The places of all parts, the later elements of a list before the earlier, what holds others before them.
fn parts(value: &Value, path: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                path.push(Step::Field(name.clone()));
                found.push(path.clone());
                parts(inner, path, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate().rev() {
                path.push(Step::Element(index));
                found.push(path.clone());
                parts(inner, path, found);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Takes out the part at a place; `false` if it has gone already.
fn remove(value: &mut Value, path: &[Step]) -> bool {
    match (value, path) {
        (Value::Object(fields), [Step::Field(name)]) => fields.remove(name).is_some(),
        (Value::Array(items), [Step::Element(index)]) => {
            let is_there = *index < items.len();
            if is_there {
                items.remove(*index);
            }
            is_there
        }
        (Value::Object(fields), [Step::Field(name), rest @ ..]) => {
            fields.get_mut(name).is_some_and(|inner| remove(inner, rest))
        }
        (Value::Array(items), [Step::Element(index), rest @ ..]) => {
            items.get_mut(*index).is_some_and(|inner| remove(inner, rest))
        }
        _ => false,
    }
}
