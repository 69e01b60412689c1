//! Rosters in a folder of tables: the same decisions as from one file, and every row accounted for.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value};

use crate::support::command::{Ran, duecare, eval, eval_file};
use crate::support::{cells, read, root};

fn write_table(folder: &Path, file: &str, rows: &[Vec<(String, String)>]) -> Vec<String> {
    let mut header: Vec<String> = Vec::new();
    for (column, _) in rows.iter().flatten() {
        if !header.contains(column) {
            header.push(column.clone());
        }
    }
    let mut made = csv::Writer::from_path(folder.join(file)).unwrap();
    made.write_record(&header).unwrap();
    for row in rows {
        let cell = |column: &String| {
            row.iter().find(|(known, _)| known == column).map_or("", |(_, cell)| cell)
        };
        made.write_record(header.iter().map(cell)).unwrap();
    }
    header
}

/// The records without what a folder cannot say: records that are none, and lists of records that are empty
/// for some and unknown for others.
fn sayable(record: &Map<String, Value>) -> Map<String, Value> {
    let mut kept = Map::new();
    for (name, value) in record {
        let value = match value {
            Value::Array(values) if values.iter().any(Value::is_object) => Value::Array(
                values
                    .iter()
                    .map(|value| Value::Object(sayable(value.as_object().unwrap())))
                    .collect(),
            ),
            Value::Object(fields) => Value::Object(sayable(fields)),
            other => other.clone(),
        };
        let is_null_record =
            value.is_null() && ["shipped_to", "address", "location"].contains(&name.as_str());
        if !is_null_record {
            kept.insert(name.clone(), value);
        }
    }
    kept
}

/// The cells of a row, with the names of their columns.
type Row = Vec<(String, String)>;

const PLAIN_LISTS: [&str; 1] = ["aliases"];

#[test]
fn a_folder_gives_the_same_decisions_as_one_file() {
    let text = read("policies/dprk-it-workers/examples/roster.jsonl");
    let mut records: Vec<Map<String, Value>> =
        text.lines().map(|line| sayable(&serde_json::from_str(line).unwrap())).collect();
    for record in &mut records {
        record.retain(|name, value| {
            PLAIN_LISTS.contains(&name.as_str())
                || value.as_array().is_none_or(|list| !list.is_empty())
        });
    }
    let mut lines = String::new();
    for record in &records {
        let _ = writeln!(lines, "{}", Value::Object(record.clone()));
    }
    let expected = eval(&["--format", "jsonl", "-q"], lines.as_bytes());
    assert_eq!(expected.code, 0, "{}", expected.err);

    let folder = tempfile::tempdir().unwrap();
    let mut manifest = "subjects:\n  file: subjects.csv\n  columns:\n".to_owned();
    let mut subjects = Vec::new();
    let mut lists: Vec<(String, Vec<Row>)> = Vec::new();
    for record in &records {
        let id = record["id"].as_str().unwrap();
        let mut row = Vec::new();
        for (name, value) in record {
            let is_table = value.as_array().is_some_and(|list| list.iter().any(Value::is_object));
            if !is_table {
                cells(name, value, &mut row);
                continue;
            }
            if lists.iter().all(|(known, _)| known != name) {
                lists.push((name.clone(), Vec::new()));
            }
            let (_, rows) = lists.iter_mut().find(|(known, _)| known == name).unwrap();
            for element in value.as_array().unwrap() {
                let mut row = vec![("who".to_owned(), id.to_owned())];
                cells("", element, &mut row);
                rows.push(row);
            }
        }
        subjects.push(row);
    }
    for column in write_table(folder.path(), "subjects.csv", &subjects) {
        let _ = writeln!(manifest, "    {column}: {column}");
    }
    manifest.push_str("tables:\n");
    for (place, (list, rows)) in lists.iter().enumerate() {
        // The rows of a table stand in any order of subjects, those of one subject in theirs.
        let mut rows = rows.clone();
        if place % 2 == 1 {
            rows.sort_by_key(|row| std::cmp::Reverse(row[0].1.clone()));
        }
        let file = format!("{list}.csv");
        let _ =
            writeln!(manifest, "  - field: {list}\n    file: {file}\n    key: who\n    columns:");
        for column in
            write_table(folder.path(), &file, &rows).iter().filter(|column| *column != "who")
        {
            let _ = writeln!(manifest, "      {column}: {column}");
        }
    }
    std::fs::write(folder.path().join("roster.yaml"), manifest).unwrap();
    let ran = eval_file(&["--roster", folder.path().to_str().unwrap(), "--format", "jsonl", "-q"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out == expected.out, "the decisions differ");
}

const MANIFEST: &str = r#"
formats: {dates: "%d/%m/%Y", yes: [Y], no: [N]}
subjects:
  file: people.csv
  columns: {No: id, Name: legal_name, Born: date_of_birth, Admin: privileged_access}
tables:
  - field: logins
    file: logins.csv
    key: user
    covers: all
    columns:
      when: {field: started_at, formats: {times: "%d.%m.%Y %H:%M", time_zone: Europe/Berlin}}
      ip: ip
    constants: {network: residential, service_account: N}
  - field: payments
    file: payments.csv
    key: payee
    columns: {date: paid_at, amount: amount}
    formats: {currency_column: cur, decimal: ",", thousands: "."}
absent_is_none: [ended_on, logins.ended_at]
"#;

const PEOPLE: &str = "No,Name,Born,Admin,Notes\n\
    C-1,Aster Sample,02/04/1988,Y,x\n\
    C-2,Birch Sample,03/04/1988,N,\n";
const LOGINS: &str =
    "user,when,ip\nC-2,30.07.2022 08:00,192.0.2.1\nC-2,30.01.2022 08:00,192.0.2.2\n";
const PAYMENTS: &str = "payee,date,amount,cur\nC-2,2022-07-01T10:00:00Z,\"1.234,50\",EUR\n";

/// Runs the command on a folder with these files.
fn run(command: &[&str], manifest: &str, people: &str, logins: &str, payments: &str) -> Ran {
    let files = [
        ("roster.yaml", manifest.as_bytes()),
        ("people.csv", people.as_bytes()),
        ("logins.csv", logins.as_bytes()),
        ("payments.csv", payments.as_bytes()),
    ];
    run_on(command, &files)
}

fn run_on(command: &[&str], files: &[(&str, &[u8])]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let path = folder.path().to_str().unwrap();
    let arguments: Vec<&str> =
        command.iter().map(|word| if *word == "FOLDER" { path } else { word }).collect();
    duecare(&arguments, b"")
}

const EVAL: [&str; 11] = [
    "eval",
    "--policy",
    "policies/dprk-it-workers/1.0.0.due",
    "--as-of",
    "2022-08-01",
    "--roster",
    "FOLDER",
    "--refused",
    "-",
    "--output",
    "/dev/null",
];

const DECIDE: [&str; 9] = [
    "eval",
    "--policy",
    "policies/dprk-it-workers/1.0.0.due",
    "--as-of",
    "2022-08-01",
    "--roster",
    "FOLDER",
    "--format",
    "jsonl",
];

/// What the decisions say of the records: the same of the same facts.
fn digests(decisions: &str) -> Vec<String> {
    let lines = decisions.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|decision| decision["record_digest"].to_string()).collect()
}

#[test]
fn values_are_read_as_the_manifest_says() {
    let ran = run(&DECIDE, MANIFEST, PEOPLE, LOGINS, PAYMENTS);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let decisions: Vec<Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(decisions.len(), 2);
    // The decision names the absences it was told to take as none.
    assert_eq!(decisions[0]["assumed_none"], serde_json::json!(["ended_on"]));
    assert_eq!(decisions[1]["assumed_none"], serde_json::json!(["ended_on", "logins.ended_at"]));
    // The same as one file; summer and winter time, a comma for decimals, a word for yes.
    let same = "{\"id\":\"C-1\",\"legal_name\":\"Aster Sample\",\"date_of_birth\":\"1988-04-02\",\"privileged_access\":true,\"ended_on\":null,\"logins\":[]}\n\
        {\"id\":\"C-2\",\"legal_name\":\"Birch Sample\",\"date_of_birth\":\"1988-04-03\",\"privileged_access\":false,\"ended_on\":null,\
        \"logins\":[{\"started_at\":\"2022-07-30T06:00:00Z\",\"ip\":\"192.0.2.1\",\"network\":\"residential\",\"service_account\":false,\"ended_at\":null},\
        {\"started_at\":\"2022-01-30T07:00:00Z\",\"ip\":\"192.0.2.2\",\"network\":\"residential\",\"service_account\":false,\"ended_at\":null}],\
        \"payments\":[{\"paid_at\":\"2022-07-01T10:00:00Z\",\"amount\":\"1234.50 EUR\"}]}\n";
    let expected = duecare(
        &[
            "eval",
            "--policy",
            "policies/dprk-it-workers/1.0.0.due",
            "--as-of",
            "2022-08-01",
            "--roster",
            "-",
            "--format",
            "jsonl",
            "-q",
        ],
        same.as_bytes(),
    );
    assert_eq!(digests(&ran.out), digests(&expected.out), "{}", expected.err);
    // What has no place is said.
    assert!(ran.err.contains("people.csv: Notes"), "{}", ran.err);
}

/// The tables of `PEOPLE`, `LOGINS` and `PAYMENTS` as objects: with fields in any order, numbers as
/// numbers, and what is blank left out.
const PEOPLE_OBJECTS: &str = r#"{"No":"C-1","Name":"Aster Sample","Born":"02/04/1988","Admin":true,"Notes":{"x":1}}
{"Admin":"N","Born":"03/04/1988","Name":"Birch Sample","No":"C-2"}
"#;
const LOGINS_OBJECTS: &str = r#"[{"user":"C-2","when":"30.07.2022 08:00","ip":"192.0.2.1"},
{"user":"C-2","when":"30.01.2022 08:00","ip":"192.0.2.2"}]"#;
const PAYMENTS_OBJECTS: &str =
    "{\"payee\":\"C-2\",\"date\":\"2022-07-01T10:00:00Z\",\"amount\":1234.50,\"cur\":\"EUR\"}\n";

fn of_objects() -> String {
    let named = MANIFEST.replace("people.csv", "people.jsonl").replace("logins.csv", "logins.json");
    named.replace("payments.csv", "payments.ndjson")
}

fn run_objects(command: &[&str], people: &str, logins: &str, payments: &str) -> Ran {
    let manifest = of_objects();
    let files = [
        ("roster.yaml", manifest.as_bytes()),
        ("people.jsonl", people.as_bytes()),
        ("logins.json", logins.as_bytes()),
        ("payments.ndjson", payments.as_bytes()),
    ];
    run_on(command, &files)
}

#[test]
fn tables_of_objects_say_the_same() {
    let expected = run(&DECIDE, MANIFEST, PEOPLE, LOGINS, PAYMENTS);
    let ran = run_objects(&DECIDE, PEOPLE_OBJECTS, LOGINS_OBJECTS, PAYMENTS_OBJECTS);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(digests(&ran.out).len(), 2);
    assert_eq!(digests(&ran.out), digests(&expected.out));
    // What nobody mapped may be nested, and is said.
    assert!(ran.err.contains("people.jsonl: Notes"), "{}", ran.err);
    // A text is still read as the manifest says, and a null says that there is none.
    let payments = PAYMENTS_OBJECTS.replace("1234.50", "\"1.234,50\"");
    let people = PEOPLE_OBJECTS.replace("\"No\":\"C-2\"", "\"No\":\"C-2\",\"Notes\":null");
    let ran = run_objects(&DECIDE, &people, LOGINS_OBJECTS, &payments);
    assert_eq!(digests(&ran.out), digests(&expected.out), "{}", ran.err);
}

#[test]
fn what_is_wrong_in_a_table_of_objects_is_refused_with_its_place() {
    let people = format!(
        "{PEOPLE_OBJECTS}{{\"No\":\"C-3\",\"Name\":[\"A\",\"B\"]}}\n\
         {{\"No\":\"C-4\",\"Admin\":true,\"Admin\":false}}\n{{\"No\":\"C-5\",\n[1]\n{{\"No\":\"C-6\",\"Name\":1.5}}\n\
         {{\"Name\":\"Nobody\"}}\n{{\"No\":{{\"a\":1}}}}\n{{\"No\":null}}\n"
    );
    let logins = LOGINS_OBJECTS.replace("\"ip\":\"192.0.2.2\"", "\"ip\":{\"v4\":\"192.0.2.2\"}");
    let payments = format!("{PAYMENTS_OBJECTS}{{\"payee\":\"C-9\",\"amount\":1}}\n");
    let ran = run_objects(&EVAL, &people, &logins, &payments);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("11 records = 1 decided + 10 refused"), "{}", ran.err);
    for reason in [
        "a list stands here, and the field takes no such thing; give a list a table of its own, and what lies in an object columns of their own",
        "the field `Admin` is given twice",
        "not a JSON object: EOF while parsing",
        "invalid type: sequence, expected an object",
        "a number with decimals stands here, and the field takes a text",
        "the row names no subject",
        "an object stands here",
        "\"origin\":\"logins.json, record 2\"",
        "`payments.ndjson`: a row of a subject who is not in the roster",
    ] {
        assert!(ran.out.contains(reason), "no `{reason}` in {}", ran.out);
    }
}

#[test]
fn a_table_of_objects_that_does_not_fit_ends_the_run() {
    let people = PEOPLE_OBJECTS.replace("Born", "Birth");
    let ran = run_objects(&EVAL, &people, LOGINS_OBJECTS, PAYMENTS_OBJECTS);
    assert_eq!(ran.code, 3, "{}", ran.err);
    let said = "`people.jsonl` has no column `Born`; it has No, Name, Birth, Admin, Notes";
    assert!(ran.err.contains(said), "{}", ran.err);
    // A row that cannot be read might be anybody's.
    let payments = format!("{PAYMENTS_OBJECTS}{{\"payee\":\n");
    let ran = run_objects(&EVAL, PEOPLE_OBJECTS, LOGINS_OBJECTS, &payments);
    assert_eq!(ran.code, 3, "{}", ran.err);
    let said = "`payments.ndjson`, line 2: not a JSON object: EOF while parsing";
    assert!(ran.err.contains(said), "{}", ran.err);
    let ran = run_objects(&EVAL, PEOPLE_OBJECTS, "[{\"user\":1}", PAYMENTS_OBJECTS);
    assert_eq!(ran.code, 3, "{}", ran.err);
    let keyed: Vec<String> = (0..5_000).map(|number| format!("\"k{number}\":1")).collect();
    let logins = format!("[{{\"user\":\"C-2\",{}}}]", keyed.join(","));
    let ran = run_objects(&EVAL, PEOPLE_OBJECTS, &logins, PAYMENTS_OBJECTS);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("more than 4096 different fields"), "{}", ran.err);
    // YAML is no table.
    let manifest = MANIFEST.replace("people.csv", "people.yaml");
    let files = [("roster.yaml", manifest.as_bytes()), ("people.yaml", b"- No: 1\n".as_slice())];
    let ran = run_on(&EVAL, &files);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("`people.yaml` is no table"), "{}", ran.err);
}

#[test]
fn what_parquet_and_excel_say_of_their_cells_goes_before_the_manifest() {
    let typed = std::fs::read(root().join("tests/fixtures/rosters/typed.parquet")).unwrap();
    let manifest = r#"
formats: {dates: "%d/%m/%Y", yes: [Y], no: [N], decimal: ",", thousands: ".", currency: EUR}
subjects:
  file: people.csv
  columns: {No: id}
tables:
  - field: payments
    file: typed.parquet
    key: id
    columns: {engaged_on: paid_at, amount: amount}
    formats: {time_zone: UTC}
"#;
    let files = [
        ("roster.yaml", manifest.as_bytes()),
        ("people.csv", b"No\nC-1\nC-2\n".as_slice()),
        ("typed.parquet", &typed),
    ];
    let ran = run_on(&DECIDE, &files);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let same = "{\"id\":\"C-1\",\"payments\":[{\"paid_at\":\"2022-01-31T00:00:00Z\",\"amount\":\"125.10 EUR\"}]}\n\
        {\"id\":\"C-2\",\"payments\":[{}]}\n";
    let expected = eval(&["--format", "jsonl", "-q"], same.as_bytes());
    assert_eq!(digests(&ran.out), digests(&expected.out), "{}", expected.err);
    assert!(ran.err.contains("typed.parquet: logins"), "{}", ran.err);
    let nested = manifest.replace("engaged_on: paid_at", "logins: payee_name");
    let files = [("roster.yaml", nested.as_bytes()), files[1], files[2]];
    let ran = run_on(&DECIDE, &files);
    assert!(ran.err.contains("a list stands here"), "{}", ran.err);
    assert!(ran.err.contains("(typed.parquet, record 1)"), "{}", ran.err);

    // Dates and amounts of a workbook are those of its cells.
    let book = std::fs::read(root().join("tests/fixtures/rosters/bundled.xlsx")).unwrap();
    let plain = "subjects:\n  file: bundled.xlsx\n  columns: {id: id, date_of_birth: date_of_birth, engaged_on: engaged_on, privileged_access: privileged_access}\n";
    let decide = |formats: &str| {
        let manifest = format!("{formats}{plain}");
        let files = [("roster.yaml", manifest.as_bytes()), ("bundled.xlsx", &book)];
        let ran = run_on(&DECIDE, &files);
        assert_eq!(ran.code, 0, "{}", ran.err);
        digests(&ran.out)
    };
    assert_eq!(decide("").len(), 29);
    assert_eq!(decide("formats: {dates: \"%d/%m/%Y\", yes: [Y], no: [N]}\n"), decide(""));
}

#[test]
fn every_row_is_decided_or_refused_with_its_place() {
    let people = format!("{PEOPLE}C-1,Twin Sample,02/04/1988,Y,\nC-3,Cedar Sample,31/02/1988,Q,\n");
    let logins =
        format!("{LOGINS}C-9,30.07.2022 08:00,192.0.2.1\nC-1,30.10.2022 02:30,192.0.2.1\n");
    let ran = run(&EVAL, MANIFEST, &people, &logins, PAYMENTS);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("5 records = 1 decided + 4 refused"), "{}", ran.err);
    for reason in [
        "`logins.csv`: a row of a subject who is not in the roster",
        "\"record\":4,",
        "`C-1` stands in `people.csv` before; a subject stands in a roster once",
        "clocks in Europe/Berlin show this time twice, when summer time ends; write it with its offset",
        "\"origin\":\"logins.csv, line 5\"",
        "\"origin\":\"people.csv, line 5\"",
        "expected a date written as `%d/%m/%Y`",
        "expected one of Y, N",
        "31/02/1988",
    ] {
        assert!(ran.out.contains(reason), "no `{reason}` in {}", ran.out);
    }
}

#[test]
fn a_manifest_that_does_not_fit_ends_the_run() {
    let refused = |from: &str, to: &str, words: &str| {
        assert!(MANIFEST.contains(from), "{from}");
        let ran = run(&EVAL, &MANIFEST.replace(from, to), PEOPLE, LOGINS, PAYMENTS);
        assert_eq!(ran.code, 3, "{to}: {}", ran.err);
        assert!(ran.err.contains(words), "no `{words}` in {}", ran.err);
        assert!(ran.err.contains("roster.yaml"), "{}", ran.err);
    };
    refused("Born: date", "Birth: date", "`people.csv` has no column `Birth`");
    refused("Name: legal_name", "Name: id", "two columns are mapped to the field `id`");
    refused(
        "Name: legal_name",
        "Name: legal_nam",
        "no field `legal_nam` (did you mean `legal_name`?)",
    );
    refused("No: id, ", "", "no column of `people.csv` is mapped to `id`");
    refused("key: user", "key: usr", "`logins.csv` has no column `usr`");
    refused("field: payments", "field: role", "is no list of records");
    refused("file: logins.csv", "file: missing.csv", "missing.csv");
    refused("field: payments", "field: logins", "`logins` is filled twice");
    refused("Europe/Berlin", "Europe/Nowhere", "`Europe/Nowhere` is no time zone");
    refused("\"%d/%m/%Y\"", "\"%Q\"", "is no format of dates");
    refused("[ended_on,", "[legal_name,", "`legal_name` cannot be none");
    refused("covers: all", "covers: some", "covers");
    refused("Born: date_of_birth,", "Born: date_of_birth, Born: role,", "`Born` is given twice");
    refused("subjects:", "subject:", "subject");
}

#[test]
fn what_nobody_can_attribute_ends_the_run_and_what_is_ambiguous_is_not_guessed() {
    // A row that is cut short might be anybody's, and a list without it would pass for complete.
    let ran = run(&EVAL, MANIFEST, PEOPLE, &format!("{LOGINS}C-1,30.07.2022 08:00\n"), PAYMENTS);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(
        ran.err.contains("`logins.csv`, line 4: the row has 2 cells and the header 3"),
        "{}",
        ran.err
    );
    // So might one without a key; one without anything is nobody's.
    let logins = format!("{LOGINS},30.07.2022 08:00,192.0.2.1\n");
    let ran = run(&EVAL, MANIFEST, PEOPLE, &logins, PAYMENTS);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("`logins.csv`, line 4: the row names no subject"), "{}", ran.err);
    let ran = run(&EVAL, MANIFEST, PEOPLE, &format!("{LOGINS},,\n"), PAYMENTS);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("3 records = 2 decided + 1 refused"), "{}", ran.err);
    let payments = PAYMENTS_OBJECTS.replace("\"payee\":\"C-2\"", "\"payee\":null");
    let ran = run_objects(&EVAL, PEOPLE_OBJECTS, LOGINS_OBJECTS, &payments);
    assert_eq!(ran.code, 3, "{}", ran.err);
    let said = "`payments.ndjson`, line 1: the row names no subject";
    assert!(ran.err.contains(said), "{}", ran.err);
    let undeclared = MANIFEST.replace("dates: \"%d/%m/%Y\", ", "");
    let ran = run(&EVAL, &undeclared, PEOPLE, LOGINS, PAYMENTS);
    assert_eq!(ran.code, 3, "{}", ran.err);
    let said = "it is 1988-04-02 if the day stands first, and 1988-02-04 if the month does: say how dates are written, as `dates: ";
    assert!(ran.out.contains(&said.replace('"', "\\\"")), "{}", ran.out);
    let zoneless = MANIFEST.replace(", time_zone: Europe/Berlin", "");
    let ran = run(&EVAL, &zoneless, PEOPLE, LOGINS, PAYMENTS);
    assert!(ran.out.contains("the time does not say its zone"), "{}", ran.out);
}

/// A single file has no manifest to say the order, and is told how to get one.
#[test]
fn a_date_that_could_be_two_is_refused_with_both_and_what_to_do() {
    let people = "id,legal_name,date_of_birth,privileged_access\n\
        C-1,Aster Sample,03/04/1988,yes\nC-2,Birch Sample,13/04/1988,no\n";
    for (input, command) in [
        (people.to_owned(), vec!["eval", "--as-of", "2022-08-01", "--input-format", "csv"]),
        (people.replace(',', "\t"), vec!["eval", "--as-of", "2022-08-01", "--input-format", "tsv"]),
    ] {
        let named = ["--policy", "policies/dprk-it-workers/1.0.0.due", "--roster", "-"];
        let ran = duecare(&[command, named.to_vec()].concat(), input.as_bytes());
        assert_eq!(ran.code, 3, "{}", ran.err);
        for words in [
            "it is 1988-04-03 if the day stands first, and 1988-03-04 if the month does",
            "it could be 1988-04-13",
            "say the order in a `roster.yaml`, as `formats: {dates: \"%d/%m/%Y\"}`",
            "`duecare roster map` drafts",
            "found `03/04/1988`",
        ] {
            assert!(ran.err.contains(words), "{words}: {}", ran.err);
        }
    }
}

#[test]
fn rows_of_nobody_and_subjects_that_stand_twice_are_counted_apart() {
    let check = ["roster", "check", "FOLDER", "--format", "json"];
    let people =
        format!("{PEOPLE}C-1,Aster Sample,02/04/1988,Y,\nC-2,Birch Sample,03/04/1988,N,\n");
    let stray = "C-7,30.07.2022 08:00,192.0.2.1\nC-8,30.07.2022 08:00,192.0.2.1\n";
    let logins = format!("{LOGINS}{stray}C-9,30.07.2022 08:00,192.0.2.1\n");
    let ran = run(&check, MANIFEST, &people, &logins, PAYMENTS);
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    let counted = |found: &Value| -> Vec<(String, u64)> {
        let reasons = found["reasons"].as_array().unwrap().iter();
        let told = reasons.map(|reason| {
            let example = reason["example"].as_str().unwrap().to_owned();
            (example, reason["records"].as_u64().unwrap())
        });
        told.collect()
    };
    assert_eq!(
        counted(&found),
        [
            ("`logins.csv`: a row of a subject who is not in the roster".to_owned(), 3),
            (
                "`C-1` stands in `people.csv` before; a subject stands in a roster once".to_owned(),
                2
            ),
        ]
    );

    // Of a single file the second record is told as well, though nobody is decided.
    let lines = "{\"id\":\"C-1\"}\n{\"id\":\"C-2\"}\n{\"id\":\"C-1\"}\n{\"id\":\"C-2\"}\n[]\n";
    let ran = duecare(&["roster", "check", "-", "--format", "json"], lines.as_bytes());
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&found["records"], &found["refused"]), (&5.into(), &3.into()));
    let twice = "`C-1` stands already at 1; a subject stands in a roster once".to_owned();
    assert_eq!(counted(&found)[0], (twice, 2));
}

#[test]
fn a_roster_is_checked_before_anybody_is_judged() {
    let check = ["roster", "check", "FOLDER", "--format", "json"];
    let people = format!("{PEOPLE}C-3,Cedar Sample,31/02/1988,N,\n");
    let ran = run(&check, MANIFEST, &people, LOGINS, PAYMENTS);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&found["records"], &found["refused"]), (&3.into(), &1.into()));
    let field = |name: &str| {
        let fields = found["fields"].as_array().unwrap();
        fields.iter().find(|field| field["field"] == name).unwrap().clone()
    };
    assert_eq!(
        field("payments"),
        serde_json::json!({"field": "payments", "of": 2, "unknown": 1, "none": 0})
    );
    assert_eq!(
        field("logins.ip"),
        serde_json::json!({"field": "logins.ip", "of": 2, "unknown": 0, "none": 0})
    );
    assert_eq!(
        field("ended_on"),
        serde_json::json!({"field": "ended_on", "of": 2, "unknown": 0, "none": 2})
    );
    assert_eq!(found["reasons"][0]["field"], "date_of_birth");
    assert_eq!(found["unmapped"][0]["field"], "people.csv: Notes");
}

#[test]
fn a_draft_says_what_it_is_not_sure_of() {
    let people = "Contractor No,Full Name,DOB,Admin?,Contract Start,Favourite Colour\n\
        C-1,Aster Sample,02/04/1988,Y,15/11/2021,red\nC-2,Birch Sample,03/04/1988,N,01/11/2021,blue\n";
    let logins = "user_id,login time,IP Address,geo country\nC-2,2022-07-30 08:00,192.0.2.1,US\n";
    let payments = "payee,payment date,amount,IBAN\nC-2,2022-07-01T08:00:00Z,125.00 USD,DE1\n";
    let ran = run(&["roster", "map", "FOLDER"], "", people, logins, payments);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for line in [
        "  file: people.csv",
        "    Contractor No: id\n",
        "    Full Name: legal_name\n",
        "    DOB: date_of_birth  # ? name 100 % alike, say which of these it is: {dates: \"%d/%m/%Y\"} or {dates: \"%m/%d/%Y\"}\n",
        "    'Admin?': {field: privileged_access, formats: {yes: [\"Y\"], no: [\"N\"]}}",
        "    Contract Start: {field: engaged_on, formats: {dates: \"%d/%m/%Y\"}}",
        "  #   Favourite Colour  (as red)\n",
        "  - field: logins\n    file: logins.csv\n    key: user_id\n",
        "      login time: {field: started_at, formats: {times: \"%Y-%m-%d %H:%M\", time_zone: \"?\"}}",
        "      IP Address: ip\n",
        "  - field: payments\n    file: payments.csv\n    key: payee\n",
        "      IBAN: account\n",
    ] {
        assert!(ran.out.contains(line), "no `{line}` in\n{}", ran.out);
    }
    assert!(ran.err.contains("duecare roster check"), "{}", ran.err);
}

#[test]
fn a_draft_asks_for_the_meaning_of_words_and_finds_how_amounts_are_written() {
    let people = "Contractor #;Full Name;Country;Start\n\
        C-1;Aster Sample;Germany;15/11/2021\nC-2;Birch Sample;US;01/11/2021\n";
    let logins = "user,Start,ip,Geo,Network\nC-2,2022-07-30T08:00:00,192.0.2.1,US,VPN\n\
        C-2,2022-07-30T08:00:00,192.0.2.1,NO,mesh\n";
    let payments = "payee,Paid On,Amount,Currency,Method\n\
        C-2,2022-07-01T08:00:00Z,\"1,234.50\",EUR,Bank transfer\nC-1,2022-07-02T08:00:00Z,12.5,USD,paypal\n";
    let ran = run(&["roster", "map", "FOLDER"], "", people, logins, payments);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for line in [
        "    Country: {field: residence.country, formats: {values: {Germany: '?'}}}  # ? name 100 % alike, 50 % of values fit, say what the others mean\n",
        "    Start: {field: engaged_on, formats: {dates: \"%d/%m/%Y\"}}",
        "      Start: {field: started_at, formats: {times: \"%Y-%m-%dT%H:%M:%S\", time_zone: \"?\"}}",
        "      Geo: country\n",
        "      Network: {field: network, formats: {values: {VPN: vpn, mesh: '?'}}}  # ?",
        "      Paid On: paid_at\n",
        "      Amount: {field: amount, formats: {decimal: \".\", thousands: \",\", currency_column: Currency}}  # ?",
        "values: {'Bank transfer': bank_transfer, paypal: '?'}",
    ] {
        assert!(ran.out.contains(line), "no `{line}` in\n{}", ran.out);
    }
    assert!(!ran.out.contains("#   Currency"), "{}", ran.out);
    // Mended as it asks, it reads the tables.
    let mended = ran
        .out
        .replace("Germany: '?'", "Germany: DE")
        .replace("mesh: '?'", "mesh: ''")
        .replace("paypal: '?'", "paypal: payment_platform")
        .replace("time_zone: \"?\"", "time_zone: UTC");
    let ran = run(&DECIDE, &mended, people, logins, payments);
    assert!(ran.err.contains("2 records = 2 decided + 0 refused"), "{mended}\n{}", ran.err);
    // What nobody has mended is refused, and not guessed.
    let ran = run(&DECIDE, &mended.replace("mesh: ''", "mesh: '?'"), people, logins, payments);
    assert!(ran.err.contains("2 records = 1 decided + 1 refused"), "{}", ran.err);
}

#[test]
fn a_draft_does_not_replace_a_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let (table, manifest) = (folder.path().join("people.csv"), folder.path().join("roster.yaml"));
    std::fs::write(table, PEOPLE).unwrap();
    let [path, output] = [folder.path(), &manifest].map(|path| path.to_str().unwrap());
    let map = || duecare(&["roster", "map", path, "--output", output], b"");
    assert_eq!(map().code, 0);
    std::fs::write(&manifest, "mended").unwrap();
    let ran = map();
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("is there already, and a draft would replace it"), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(manifest).unwrap(), "mended");
}

#[test]
fn a_draft_proposes_no_field_that_no_value_fits() {
    let people = "Contractor No,Full Name,DOB,Admin?,Nationality,IP address\n\
        C-1,Aster Sample,in spring,perhaps,US,-\nC-2,Birch Sample,unknown,perhaps,nowhere,-\n";
    let payments = "payee,payment date,amount\nC-2,2022-07-01T08:00:00Z,125.00\nC-1,?,1 250.00\n";
    let ran = run(&["roster", "map", "FOLDER"], "", people, "user_id\nC-1\n", payments);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for line in [
        "  #   DOB  (as in spring)  called like date_of_birth, and no value would fit it\n",
        "  #   'Admin?'  (as perhaps)  called like privileged_access, and no value would fit it\n",
        "    Nationality: {field: nationality, formats: {values: {nowhere: '?'}}}  # ?",
        // An amount whose currency is said elsewhere is one still.
        "      amount: {field: amount, formats: {decimal: \".\", thousands: \" \", currency: \"?\"}}",
        "      payment date: paid_at",
    ] {
        assert!(ran.out.contains(line), "no `{line}` in\n{}", ran.out);
    }
    assert!(ran.err.contains("found none"), "{}", ran.err);
}

#[test]
fn a_draft_reads_tables_of_objects_too() {
    let people = "{\"Contractor No\":1001,\"Full Name\":\"Aster Sample\",\"DOB\":\"1988-04-02\"}\n\
        {\"Contractor No\":1002,\"Colours\":[\"red\"]}\n";
    let logins = "[{\"user_id\":1002,\"IP Address\":\"192.0.2.1\"}]";
    let files = [("people.jsonl", people.as_bytes()), ("logins.json", logins.as_bytes())];
    let ran = run_on(&["roster", "map", "FOLDER"], &files);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for line in [
        "  file: people.jsonl\n",
        "    Contractor No: id\n",
        "    DOB: date_of_birth\n",
        "  #   Colours  (as '[\"red\"]')\n",
        "  - field: logins\n    file: logins.json\n    key: user_id\n",
        "      IP Address: ip\n",
    ] {
        assert!(ran.out.contains(line), "no `{line}` in\n{}", ran.out);
    }
    let ran = run_on(&["roster", "map", "FOLDER"], &[("people.yaml", b"- id: 1\n".as_slice())]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("tables are .csv, .tsv, .xlsx, .jsonl, .json"), "{}", ran.err);
}

#[test]
fn the_manifest_of_the_page_is_one() {
    let page = read("docs/rosters.md");
    let start = page.find("```yaml\n").unwrap() + "```yaml\n".len();
    let text = &page[start..start + page[start..].find("```").unwrap()];
    let manifest = duecare::roster::Manifest::parse(text).unwrap();
    assert_eq!(manifest.tables.len(), 2);
    assert_eq!(manifest.subjects.ignore, ["Notes"]);
}
