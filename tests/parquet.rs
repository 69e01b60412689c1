//! Decisions as Parquet, read back.

use duecare::eval::Detail;
use duecare::report::{FlatDecision, ParquetDecisions};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};

use crate::support::command::duecare;
use crate::support::{AS_OF, engine, policy_with, with_record};

fn column<'r>(row: &'r Row, name: &str) -> &'r Field {
    row.get_column_iter().find(|(column, _)| *column == name).unwrap().1
}

fn list(row: &Row, name: &str) -> Vec<String> {
    let Field::ListInternal(list) = column(row, name) else { panic!("{name} is no list") };
    let texts = list.elements().iter().map(|element| match element {
        Field::Str(text) => text.clone(),
        other => panic!("{other}"),
    });
    texts.collect()
}

#[test]
fn parquet_has_what_comma_separated_values_have() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("decisions.parquet");
    let eval = |format: &str, output: &str| {
        let roster = "policies/dprk-it-workers/examples/roster.jsonl";
        let ran = duecare(
            &[
                "eval",
                "--quiet",
                "--policy",
                "policies/dprk-it-workers",
                "--policy",
                "policies/engagement-risk",
                "--as-of",
                AS_OF,
                "--roster",
                roster,
                "--format",
                format,
                "--output",
                output,
            ],
            b"",
        );
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out
    };
    eval("parquet", path.to_str().unwrap());
    let text = eval("csv", "-");
    let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    let rows: Vec<Row> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let header = csv.headers().unwrap().clone();
    let expected: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), expected.len()), (58, 58));
    for (row, expected) in rows.iter().zip(&expected) {
        let names: Vec<&String> = row.get_column_iter().map(|(name, _)| name).collect();
        assert_eq!(names, header.iter().collect::<Vec<_>>());
        for (name, cell) in header.iter().zip(expected) {
            let found = match column(row, name) {
                Field::Str(text) => text.clone(),
                Field::Bool(yes) => yes.to_string(),
                Field::UInt(number) => number.to_string(),
                Field::ListInternal(_) => list(row, name).join(" "),
                other => panic!("{name}: {other}"),
            };
            assert_eq!(found, cell, "{name}");
        }
    }
}

#[test]
fn rows_are_written_in_groups() {
    let engine = engine(&policy_with("flag"), AS_OF);
    let row = with_record(&engine, r#"{"id": "S-1", "flag": true}"#, |record| {
        FlatDecision::new(&engine.decision(record, &engine.judge(record, Detail::Full)))
    });
    let mut file = ParquetDecisions::new(Vec::new()).unwrap();
    for _ in 0..20_000 {
        file.push(row.clone()).unwrap();
    }
    let bytes = bytes::Bytes::from(file.finish().unwrap());
    let reader = SerializedFileReader::new(bytes).unwrap();
    let groups: Vec<i64> =
        reader.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    assert_eq!(groups, [16_384, 3_616]);
    let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap);
    assert_eq!(rows.filter(|row| list(row, "hits") == ["tested"]).count(), 20_000);
}

#[test]
fn a_run_without_anybody_decided_is_still_a_file() {
    let file = ParquetDecisions::new(Vec::new()).unwrap();
    let reader = SerializedFileReader::new(bytes::Bytes::from(file.finish().unwrap())).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
}
