use super::record::{Fact, Record};
use crate::digest::Digest;
use crate::types::{RecordId, Schema};
use crate::value::Value;
use std::fmt::Write as _;

impl Record<'_> {
    /// SHA-256 over what the record states, whatever format it was written in.
    ///
    /// The digested text is JSON: fields in the order of their names, unknown ones left out, none as
    /// `null`, yes and no as `true` and `false`, everything else as a string in its own form; numbers
    /// without trailing zeros; an unknown element of a list as `?`.
    #[must_use]
    pub fn digest(&self, schema: &Schema, subject: RecordId) -> Digest {
        let mut text = String::with_capacity(4096);
        write(schema, Some(subject), &self.facts, &mut text);
        Digest::of(text.as_bytes())
    }

    /// Each field of the subject with what the record states of it, written as for `digest`; an unknown one
    /// with nothing.
    pub fn stated<'s>(
        &'s self,
        schema: &'s Schema,
        subject: RecordId,
    ) -> impl Iterator<Item = (&'s str, String)> {
        let fields = &schema.record(subject).fields;
        let facts = if let Fact::Record(facts) = &self.facts { facts.as_ref() } else { &[] };
        fields.iter().zip(facts).map(move |(field, fact)| {
            let mut text = String::new();
            if !matches!(fact, Fact::Unknown) {
                write(schema, field.shape.of.record(), fact, &mut text);
            }
            (field.name.as_str(), text)
        })
    }
}

fn write(schema: &Schema, record: Option<RecordId>, fact: &Fact<'_>, text: &mut String) {
    match fact {
        Fact::Unknown => text.push('?'),
        Fact::None => text.push_str("null"),
        Fact::Value(Value::YesNo(yes)) => text.push_str(if *yes { "true" } else { "false" }),
        Fact::Value(value) => quote(&shown(value), text),
        Fact::List(facts) => {
            text.push('[');
            for (place, fact) in facts.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(schema, record, fact, text);
            }
            text.push(']');
        }
        Fact::Record(facts) => write_record(schema, record, facts, text),
    }
}

fn write_record(schema: &Schema, record: Option<RecordId>, facts: &[Fact<'_>], text: &mut String) {
    let Some(record) = record.map(|record| schema.record(record)) else { return text.push('?') };
    let mut fields: Vec<_> = record.fields.iter().zip(facts).collect();
    fields.sort_unstable_by(|(left, _), (right, _)| left.name.cmp(&right.name));
    text.push('{');
    let mut is_first = true;
    for (field, fact) in fields {
        if matches!(fact, Fact::Unknown) {
            continue;
        }
        if !is_first {
            text.push(',');
        }
        is_first = false;
        quote(&field.name, text);
        text.push(':');
        write(schema, field.shape.of.record(), fact, text);
    }
    text.push('}');
}

/// The value in its own form, numbers without trailing zeros.
fn shown(value: &Value<'_>) -> String {
    if let Value::Number(number) = value {
        number.normalized().to_string()
    } else if let Value::Percent(percent) = value {
        format!("{}%", percent.decimal().normalize())
    } else if let Value::Money(money) = value {
        format!("{} {}", money.amount.normalized(), money.currency)
    } else {
        value.to_string()
    }
}

/// A JSON string.
fn quote(content: &str, text: &mut String) {
    text.push('"');
    for letter in content.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            letter if letter < ' ' => {
                let _ = write!(text, "\\u{:04x}", u32::from(letter));
            }
            letter => text.push(letter),
        }
    }
    text.push('"');
}
