//! The same roster in every format gives the same decisions, byte for byte.

use std::fmt::Write as _;
use std::io::Write as _;

use duecare::roster::Format;
use serde_json::{Map, Value};

use crate::support::command::{eval, eval_file};
use crate::support::{cells, raw, read, root};

fn roster() -> Vec<Map<String, Value>> {
    let text = read("policies/dprk-it-workers/examples/roster.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Without records that are known to be none, which a column of records cannot say.
fn without_null_records(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let is_null_record = |name: &str, value: &Value| {
                value.is_null() && ["shipped_to", "address", "location"].contains(&name)
            };
            let kept = fields.into_iter().filter(|(name, value)| !is_null_record(name, value));
            Value::Object(kept.map(|(name, value)| (name, without_null_records(value))).collect())
        }
        Value::Array(values) => {
            Value::Array(values.into_iter().map(without_null_records).collect())
        }
        single => single,
    }
}

fn lines(records: &[Value]) -> String {
    let mut lines = String::new();
    for record in records {
        let _ = writeln!(lines, "{record}");
    }
    lines
}

fn decisions(format: &str, text: impl AsRef<[u8]>) -> String {
    let ran = eval(&["--input-format", format, "--format", "jsonl", "-q"], text.as_ref());
    assert_eq!(ran.code, 0, "{format}: {}", ran.err);
    ran.out
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
    let values: Vec<Value> = records.iter().cloned().map(Value::Object).collect();
    let expected = decisions("jsonl", lines(&values));
    assert_eq!(expected.lines().count(), records.len());
    let json = serde_json::to_string_pretty(&records).unwrap();
    let yaml = serde_yaml::to_string(&records).unwrap();
    let documents: Vec<String> =
        records.iter().map(|record| serde_yaml::to_string(record).unwrap()).collect();
    assert_eq!(decisions("json", &json), expected, "json");
    assert_eq!(decisions("yaml", &yaml), expected, "yaml");
    assert_eq!(decisions("yaml", documents.join("---\n")), expected, "yaml documents");
    assert_eq!(decisions("csv", table(b',')), expected, "csv");
    assert_eq!(decisions("tsv", table(b'\t')), expected, "tsv");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(lines(&values).as_bytes()).unwrap();
    assert_eq!(decisions("jsonl", gzip.finish().unwrap()), expected, "gzip");
    let zstd = zstd::encode_all(table(b',').as_bytes(), 1).unwrap();
    assert_eq!(decisions("csv", zstd), expected, "zstd");
}

#[test]
fn workbooks_and_parquet_give_the_same_decisions() {
    let records: Vec<Value> =
        roster().into_iter().map(|record| without_null_records(Value::Object(record))).collect();
    let expected = decisions("jsonl", lines(&records));
    for format in ["xlsx", "parquet"] {
        let path = root().join(format!("tests/fixtures/rosters/bundled.{format}"));
        assert_eq!(decisions(format, std::fs::read(&path).unwrap()), expected, "{format}");
        // The content tells as well, whatever the name.
        let folder = tempfile::tempdir().unwrap();
        let renamed = folder.path().join("roster.csv");
        std::fs::copy(&path, &renamed).unwrap();
        let options = ["--roster", renamed.to_str().unwrap(), "--format", "jsonl", "-q"];
        let ran = eval_file(&options);
        assert_eq!((ran.code, ran.out.as_str()), (0, expected.as_str()), "{format}: {}", ran.err);
    }
}

#[test]
fn types_of_parquet_are_read_as_what_they_mean() {
    let path = root().join("tests/fixtures/rosters/typed.parquet");
    let bytes = std::fs::read(path).unwrap();
    let records = raw(Format::Parquet, &bytes);
    let texts: Vec<&str> =
        records.iter().map(|raw| std::str::from_utf8(raw.text.bytes()).unwrap()).collect();
    assert_eq!(
        texts,
        [
            r#"{"id":"C-1","engaged_on":"2022-01-31","privileged_access":true,"logins":[{"started_at":"2022-07-01T08:00:00.123Z","remote_port":3389}],"amount":125.10,"share":0.5}"#,
            r#"{"id":"C-2","logins":[]}"#,
        ]
    );
}
