//! The same roster in every format gives the same decisions, byte for byte.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::support::command::eval;
use crate::support::read;

fn roster() -> Vec<Map<String, Value>> {
    let text = read("policies/dprk-it-workers/examples/roster.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn decisions(format: &str, text: &str) -> String {
    let ran = eval(&["--input-format", format, "--format", "jsonl", "-q"], text.as_bytes());
    assert_eq!(ran.code, 0, "{format}: {}", ran.err);
    ran.out
}

/// The fields of a record as columns: those of a record inside with dots, lists as JSON.
fn cells(path: &str, value: &Value, row: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                cells(&format!("{path}{dot}{name}"), inner, row);
            }
        }
        Value::Null => row.push((path.to_owned(), "none".to_owned())),
        Value::String(text) => row.push((path.to_owned(), text.clone())),
        Value::Bool(yes) => row.push((path.to_owned(), yes.to_string())),
        Value::Number(number) => row.push((path.to_owned(), number.to_string())),
        Value::Array(_) => row.push((path.to_owned(), value.to_string())),
    }
}

fn table(delimiter: u8) -> String {
    let rows: Vec<Vec<(String, String)>> = roster()
        .into_iter()
        .map(|record| {
            let mut row = Vec::new();
            cells("", &Value::Object(record), &mut row);
            row
        })
        .collect();
    let mut header: Vec<&str> = Vec::new();
    for (column, _) in rows.iter().flatten() {
        if !header.contains(&column.as_str()) {
            header.push(column);
        }
    }
    let mut made = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    made.write_record(&header).unwrap();
    for row in &rows {
        let cell = |column: &&str| {
            row.iter().find(|(known, _)| known == column).map_or("", |(_, cell)| cell)
        };
        made.write_record(header.iter().map(cell)).unwrap();
    }
    String::from_utf8(made.into_inner().unwrap()).unwrap()
}

#[test]
fn every_format_gives_the_same_decisions() {
    let records = roster();
    let mut lines = String::new();
    for record in &records {
        let _ = writeln!(lines, "{}", Value::Object(record.clone()));
    }
    let expected = decisions("jsonl", &lines);
    assert_eq!(expected.lines().count(), records.len());
    let json = serde_json::to_string_pretty(&records).unwrap();
    let yaml = serde_yaml::to_string(&records).unwrap();
    let documents: Vec<String> =
        records.iter().map(|record| serde_yaml::to_string(record).unwrap()).collect();
    assert_eq!(decisions("json", &json), expected, "json");
    assert_eq!(decisions("yaml", &yaml), expected, "yaml");
    assert_eq!(decisions("yaml", &documents.join("---\n")), expected, "yaml documents");
    assert_eq!(decisions("csv", &table(b',')), expected, "csv");
    assert_eq!(decisions("tsv", &table(b'\t')), expected, "tsv");
}
