use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::syntax::ast::{self, Declaration, FieldRole, Place};
use crate::syntax::is_reserved;
use crate::types::{
    BUILTIN_TYPES, EnumType, FieldShape, FieldSlot, RecordId, RecordType, Schema, Shape, Type,
    address_record,
};

/// Most fields of a record and words of an enum, so that their places fit their ids.
const FIELDS_MAX: usize = 1_000;

/// The record types and enums of all files; `address` comes with the language.
pub(super) fn build(sink: &mut Sink, declarations: &[&Declaration]) -> Schema {
    let records: Vec<&ast::Record> = declarations
        .iter()
        .filter_map(|declaration| {
            let Declaration::Record(record) = declaration else { return None };
            Some(record)
        })
        .collect();
    let enums: Vec<&ast::Enumeration> = declarations
        .iter()
        .filter_map(|declaration| {
            let Declaration::Enumeration(enumeration) = declaration else { return None };
            Some(enumeration)
        })
        .collect();
    report_repeated(
        sink,
        records.iter().map(|record| &record.name).chain(enums.iter().map(|found| &found.name)),
    );

    let mut schema = Schema::default();
    schema.enums.extend(enums.iter().map(|enumeration| enum_type(sink, enumeration)));
    schema.records.push(address_record());
    schema.records.extend(records.iter().map(|record| RecordType {
        name: record.name.text.clone(),
        doc: text_of(record.doc.as_ref()),
        fields: Vec::new(),
        key: None,
        time: None,
        end: None,
        compared: Vec::new(),
    }));
    let complete: Vec<RecordType> =
        records.iter().map(|record| record_type(sink, &schema, record)).collect();
    schema.records.truncate(1);
    schema.records.extend(complete);
    report_endless(sink, &schema, &records);
    schema
}

/// The record that the policy judges; it must have a key.
pub(super) fn subject(sink: &mut Sink, schema: &Schema, policy: &ast::Policy) -> Option<RecordId> {
    let Some(name) = &policy.applies_to else {
        sink.push(Diagnostic::new(
            Code::ClauseMissing,
            policy.name.span,
            format!("policy `{}` has no `applies to`", policy.name),
        ));
        return None;
    };
    let Some(id) = schema.record_named(name.as_str()) else {
        sink.push(
            Diagnostic::new(Code::UnknownType, name.span, format!("there is no record `{name}`"))
                .suggest(name.as_str(), schema.records().iter().map(|record| record.name.as_str()))
                .hint("records are declared with `record`, often in a file brought in with `use`"),
        );
        return None;
    };
    if schema.record(id).key.is_none() {
        sink.push(
            Diagnostic::new(
                Code::ClauseMissing,
                name.span,
                format!("record `{name}` has no `key`"),
            )
            .hint("mark the field that identifies the subject: `id : text key`"),
        );
        return None;
    }
    Some(id)
}

fn enum_type(sink: &mut Sink, enumeration: &ast::Enumeration) -> EnumType {
    report_repeated(sink, enumeration.values.iter());
    if enumeration.values.len() < 2 || enumeration.values.len() > FIELDS_MAX {
        sink.push(Diagnostic::new(
            Code::TypeMismatch,
            enumeration.name.span,
            format!("enum `{}` needs between two and {FIELDS_MAX} values", enumeration.name),
        ));
    }
    EnumType {
        name: enumeration.name.text.clone(),
        words: enumeration.values.iter().map(|value| Arc::from(value.as_str())).collect(),
    }
}

fn record_type(sink: &mut Sink, schema: &Schema, record: &ast::Record) -> RecordType {
    report_repeated(sink, record.fields.iter().map(|field| &field.name));
    if record.fields.is_empty() || record.fields.len() > FIELDS_MAX {
        sink.push(Diagnostic::new(
            Code::TypeMismatch,
            record.name.span,
            format!("record `{}` needs between one and {FIELDS_MAX} fields", record.name),
        ));
    }
    let mut made = RecordType {
        name: record.name.text.clone(),
        doc: text_of(record.doc.as_ref()),
        fields: Vec::new(),
        key: None,
        time: None,
        end: None,
        compared: Vec::new(),
    };
    for (slot, field) in (0..).map(FieldSlot).zip(record.fields.iter().take(FIELDS_MAX)) {
        if is_reserved(field.name.as_str()) {
            sink.push(Diagnostic::new(
                Code::ReservedName,
                field.name.span,
                format!("`{}` cannot be the name of a field", field.name),
            ));
        }
        let shape = field_shape(sink, schema, &field.field_type);
        set_role(sink, &mut made, slot, field, shape);
        made.fields.push(FieldShape {
            name: field.name.text.clone(),
            shape: shape.unwrap_or(Shape { of: Type::Text, list: false, or_none: false }),
            doc: text_of(field.doc.as_ref()),
        });
    }
    made
}

fn set_role(
    sink: &mut Sink,
    record: &mut RecordType,
    slot: FieldSlot,
    field: &ast::Field,
    shape: Option<Shape>,
) {
    let (Some(role), Some(shape)) = (field.role, shape) else {
        return;
    };
    let is_time = matches!(shape.of, Type::Date | Type::Instant) && !shape.list;
    let (place, word, fits) = match role {
        FieldRole::Key => {
            let is_key = shape.of == Type::Text && !shape.list && !shape.or_none;
            (&mut record.key, "key", is_key)
        }
        FieldRole::Time => (&mut record.time, "time", is_time),
        FieldRole::End => (&mut record.end, "end", is_time),
    };
    if place.is_some() {
        sink.push(Diagnostic::new(
            Code::ClauseRepeated,
            field.name.span,
            format!("record `{}` has two fields marked `{word}`", record.name),
        ));
    } else if !fits {
        let what = if word == "key" { "a text that is never none" } else { "a date or an instant" };
        sink.push(Diagnostic::new(
            Code::TypeMismatch,
            field.field_type.span,
            format!("a field marked `{word}` holds {what}"),
        ));
    } else {
        *place = Some(slot);
    }
}

/// The shape that a written type names.
pub(super) fn field_shape(
    sink: &mut Sink,
    schema: &Schema,
    written: &ast::FieldType,
) -> Option<Shape> {
    let name = written.name.as_str();
    let builtin = BUILTIN_TYPES.iter().find(|(word, _)| *word == name).map(|(_, of)| *of);
    let of = builtin
        .or_else(|| schema.enum_named(name).map(Type::Choice))
        .or_else(|| schema.record_named(name).map(Type::Record));
    let Some(of) = of else {
        let names = BUILTIN_TYPES
            .iter()
            .map(|(word, _)| *word)
            .chain(schema.enums().iter().map(|found| found.name.as_str()))
            .chain(schema.records().iter().map(|record| record.name.as_str()));
        sink.push(
            Diagnostic::new(
                Code::UnknownType,
                written.name.span,
                format!("there is no type `{name}`"),
            )
            .suggest(name, names),
        );
        return None;
    };
    Some(Shape { of, list: written.list, or_none: written.or_none })
}

fn report_repeated<'n>(sink: &mut Sink, names: impl Iterator<Item = &'n ast::Name>) {
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    for name in names {
        match seen.get(name.as_str()) {
            Some(first) => sink.push(
                Diagnostic::new(Code::DuplicateName, name.span, format!("`{name}` is given twice"))
                    .related(*first, "first given here"),
            ),
            None => {
                seen.insert(name.as_str(), name.span);
            }
        }
    }
}

/// A record may not contain itself, however deep: data would have no end.
fn report_endless(sink: &mut Sink, schema: &Schema, records: &[&ast::Record]) {
    for record in records {
        let Some(id) = schema.record_named(record.name.as_str()) else {
            continue;
        };
        let mut open = vec![id];
        let mut reached: Vec<RecordId> = Vec::new();
        while let Some(next) = open.pop() {
            for field in &schema.record(next).fields {
                if let Type::Record(inner) = field.shape.of
                    && !reached.contains(&inner)
                {
                    reached.push(inner);
                    open.push(inner);
                }
            }
        }
        if reached.contains(&id) {
            sink.push(Diagnostic::new(
                Code::CircularDefinition,
                record.name.span,
                format!("record `{}` contains itself", record.name),
            ));
        }
    }
}

fn text_of(text: Option<&ast::Text>) -> String {
    text.map(|text| text.text.clone()).unwrap_or_default()
}
