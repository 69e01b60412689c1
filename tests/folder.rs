//! Rosters in a folder of tables: the same decisions as from one file, and every row accounted for.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value};

use crate::support::command::{Ran, duecare, eval, eval_file};
use crate::support::{cells, read};

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
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("roster.yaml", manifest);
    write("people.csv", people);
    write("logins.csv", logins);
    write("payments.csv", payments);
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

#[test]
fn values_are_read_as_the_manifest_says() {
    let command = [
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
    let ran = run(&command, MANIFEST, PEOPLE, LOGINS, PAYMENTS);
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
    let digests = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|decision| decision["record_digest"].to_string()).collect()
    };
    assert_eq!(digests(&ran.out), digests(&expected.out), "{}", expected.err);
    // What has no place is said.
    assert!(ran.err.contains("people.csv: Notes"), "{}", ran.err);
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
    let undeclared = MANIFEST.replace("dates: \"%d/%m/%Y\", ", "");
    let ran = run(&EVAL, &undeclared, PEOPLE, LOGINS, PAYMENTS);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.out.contains("nobody can tell which of the numbers is the day"), "{}", ran.out);
    let zoneless = MANIFEST.replace(", time_zone: Europe/Berlin", "");
    let ran = run(&EVAL, &zoneless, PEOPLE, LOGINS, PAYMENTS);
    assert!(ran.out.contains("the time does not say its zone"), "{}", ran.out);
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
fn the_manifest_of_the_page_is_one() {
    let page = read("docs/rosters.md");
    let start = page.find("```yaml\n").unwrap() + "```yaml\n".len();
    let text = &page[start..start + page[start..].find("```").unwrap()];
    let manifest = duecare::roster::Manifest::parse(text).unwrap();
    assert_eq!(manifest.tables.len(), 2);
    assert_eq!(manifest.subjects.ignore, ["Notes"]);
}
