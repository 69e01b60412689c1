//! Bad input never ends in a panic, and no record is lost: it is decided, or refused with its reason.

use std::io::Write as _;
use std::path::Path;

use crate::support::command::{Ran, duecare, duecare_in, eval, eval_file};
use crate::support::{AS_OF, condition_truth, judge, load_text, root, rule_of};
use duecare::eval::Truth;
use duecare::roster::{Format, RawReader};

const DONE: i32 = 0;
const FINDINGS: i32 = 1;
const POLICY_UNUSABLE: i32 = 2;
const INPUT_UNUSABLE: i32 = 3;

/// Ran without a panic, with that exit code, and said so much.
fn said(ran: &Ran, code: i32, words: &str) {
    assert_eq!(ran.code, code, "{}", ran.err);
    assert!(ran.err.contains(words), "no `{words}` in:\n{}", ran.err);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}

/// A record that is refused for that reason stands between two that are decided.
fn refuses(record: &[u8], reason: &str) {
    let roster = [b"{\"id\": \"C-1\"}\n", record, b"\n{\"id\": \"C-3\"}\n"].concat();
    let ran = eval(&["--format", "jsonl", "--detail", "brief"], &roster);
    said(&ran, FINDINGS, "3 records = 2 decided + 1 refused");
    said(&ran, FINDINGS, "line 2 is refused");
    said(&ran, FINDINGS, reason);
    let subjects: Vec<&str> = ran.out.lines().map(|line| &line[..17]).collect();
    assert_eq!(subjects, [r#"{"subject":"C-1","#, r#"{"subject":"C-3","#]);
}

#[test]
fn records_that_cannot_be_read_are_refused_with_the_reason() {
    refuses(br#"{"id": "C-2", "legal_na"#, "not a JSON object");
    refuses(b"{\"id\": \"C-\xff\"}", "byte 11 is not UTF-8 text");
    refuses(br#"{"id": "C-2", "id": "C-4"}"#, "id: this field is given twice");
    refuses(br#"{"id": "C-2", "profiles": [{"pages": 1, "pages": 2}]}"#, "given twice");
    refuses(br#"{"id": "C-2", "profiles": [{"pages": NaN}]}"#, "not a JSON object");
    refuses(br#"{"id": "C-2", "profiles": [{"pages": 1e999}]}"#, "profiles[0].pages");
    refuses(br#"{"id": "C-2", "engaged_on": "0000-01-01"}"#, "from the year 1900 on");
    refuses(br#"{"id": "C-2", "engaged_on": "2022-02-30"}"#, "engaged_on");
    refuses(br#"{"id": "C-2", "logins": {}}"#, "logins");
    refuses(br#"{"id": "C-2", "aliases": [["A"]]}"#, "aliases[0]");
    refuses(br"[]", "expected an object");
    refuses(br#"{"legal_name": "Aster Sample"}"#, "id");
    refuses(br#"{"id": null}"#, "id");
    refuses(br#"{"id": ""}"#, "id");
    refuses(br#"{"id": "C-1"}"#, "stands already at 1");
}

#[test]
fn numbers_too_long_to_hold_exactly_are_refused() {
    let record = |number: &str| format!(r#"{{"id": "C-2", "profiles": [{{"pages": {number}}}]}}"#);
    refuses(record(&"9".repeat(400)).as_bytes(), "profiles[0].pages");
    refuses(record(&format!("0.{}", "1".repeat(400))).as_bytes(), "profiles[0].pages");
    refuses(record(&format!("-{}", "9".repeat(400))).as_bytes(), "profiles[0].pages");
}

#[test]
fn deep_nesting_is_refused_or_passed_over() {
    let deep = |field: &str, open: &str, close: &str| {
        let (open, close) = (open.repeat(10_000), close.repeat(10_000));
        format!(r#"{{"id": "C-2", "{field}": {open}1{close}}}"#)
    };
    for field in ["aliases", "logins", "legal_name"] {
        refuses(deep(field, "[", "]").as_bytes(), field);
        refuses(deep(field, r#"{"a":"#, "}").as_bytes(), field);
    }
    // What no field is called is not looked into, and is reported.
    let ran = eval(&["--format", "jsonl"], deep("x", "[", "]").as_bytes());
    said(&ran, DONE, "1 record = 1 decided + 0 refused");
    said(&ran, DONE, "without a place in the record");
}

#[test]
fn a_line_of_100_mb_is_refused_and_the_next_one_read() {
    let folder = tempfile::tempdir().unwrap();
    let refused = folder.path().join("refused.jsonl");
    let arguments = [
        "eval",
        "--policy",
        "policies/dprk-it-workers",
        "--roster",
        "-",
        "--as-of",
        AS_OF,
        "--detail",
        "brief",
        "--refused",
        refused.to_str().unwrap(),
    ];
    let ran = duecare_in(crate::support::root(), &arguments, &mut |pipe| {
        let chunk = vec![b'x'; 1 << 16];
        pipe.write_all(br#"{"id": "C-1", "legal_name": ""#).unwrap();
        for _ in 0..1_600 {
            pipe.write_all(&chunk).unwrap();
        }
        pipe.write_all(b"\"}\n{\"id\": \"C-2\"}\n").unwrap();
    });
    said(&ran, FINDINGS, "2 records = 1 decided + 1 refused");
    said(&ran, FINDINGS, "16 MiB");
    // The refused text is kept whole.
    assert!(std::fs::metadata(&refused).unwrap().len() > 100 * 1_024 * 1_024);
}

#[test]
fn numbers_are_exact() {
    let truth = |condition: &str, size: &str| {
        condition_truth(condition, &format!(r#""items": [{{"size": {size}}}]"#))
    };
    let small = "0.1000000000000000055";
    assert_eq!(truth("exists items where (size is 0.1000000000000000055)", small), Truth::Yes);
    assert_eq!(truth("exists items where (size is 0.1)", small), Truth::No);
    assert_eq!(truth("exists items where (size > 0.1)", small), Truth::Yes);
    assert_eq!(truth("exists items where (size is 125.1)", "125.10"), Truth::Yes);
    assert_eq!(truth("exists items where (size <= 125.0999999999999999)", "125.10"), Truth::No);
    let shown = |number: &str| {
        let engine = crate::support::engine(
            &crate::support::policy_with("exists items where (size > 0)"),
            AS_OF,
        );
        let json = format!(r#"{{"id": "S-1", "items": [{{"size": {number}}}]}}"#);
        let judgement = judge(&engine, &json);
        let indicator = rule_of(&engine, &judgement, "tested").indicator.clone().unwrap();
        indicator.evidence[0].value.to_string()
    };
    assert_eq!(shown(small), small);
    assert_eq!(shown("125.10"), "125.10");
}

#[test]
fn a_null_is_unknown_where_there_must_be_a_value() {
    // `aliases` is a list, `legal_name` a name: neither can be none.
    let record = br#"{"id": "C-1", "legal_name": null, "aliases": null, "profiles": [null]}"#;
    let ran = eval(&["--format", "jsonl"], record);
    assert_eq!(ran.code, DONE, "{}", ran.err);
    let decision: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_ne!(decision["decision"], "clear");
    assert_eq!(decision["settled"], false);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_no_part_of_a_record() {
    let ran =
        eval(&["--detail", "brief"], b"\xef\xbb\xbf{\"id\": \"C-1\"}\r\n\r\n{\"id\": \"C-2\"}\r\n");
    said(&ran, DONE, "2 records = 2 decided + 0 refused");
}

#[test]
fn an_empty_roster_is_an_error() {
    for roster in ["", "\n\n", "\u{feff}"] {
        said(&eval(&[], roster.as_bytes()), INPUT_UNUSABLE, "the roster is empty");
    }
    let json = eval(&["--input-format", "json"], b"[]");
    said(&json, INPUT_UNUSABLE, "the roster is empty");
    let csv = eval(&["--input-format", "csv"], b"id,legal_name\n");
    said(&csv, INPUT_UNUSABLE, "the roster is empty");
    said(&eval(&["--input-format", "csv"], b""), INPUT_UNUSABLE, "no column is called `id`");
}

#[test]
fn a_json_array_that_ends_early_ends_the_run() {
    // Nobody can tell who stood behind it, or was taken in by a quote that is not closed.
    for text in [
        r#"[{"id": "C-1"}, {"id": "C-2", "lega"#,
        r#"[{"id": "C-1"}, {"id": "C-2", "legal_name": "x}, {"id": "C-3"}]"#,
        r#"[{"id": "C-1"}, {"id": "C-2", "residence": {}, {"id": "C-3"}]"#,
    ] {
        let ran = eval(&["--input-format", "json"], text.as_bytes());
        said(&ran, INPUT_UNUSABLE, "the file ends inside the array, in record 2 or before it");
    }
    said(&eval(&["--input-format", "json"], br#"[{"id": "C-1"},"#), INPUT_UNUSABLE, "in record 1");
    said(&eval(&["--input-format", "json"], b"["), INPUT_UNUSABLE, "the file ends inside");
}

#[test]
fn a_table_with_semicolons_is_a_table() {
    let decided = |text: &str| {
        let ran = eval_named("roster.csv", text.as_bytes());
        said(&ran, DONE, "2 records = 2 decided + 0 refused");
        ran.out
    };
    let commas = decided("id,legal_name,role\nC-1,\"Sample; Aster\",developer\nC-2,,\n");
    let semicolons = "id;legal_name;role\r\nC-1;\"Sample; Aster\";developer\r\nC-2;;\r\n";
    assert_eq!(decided(semicolons), commas);
    assert_eq!(decided(&format!("sep=;\r\n{semicolons}")), commas);
}

#[test]
fn one_bad_item_of_an_array_or_a_table_is_refused_alone() {
    let json = br#"[{"id": "C-1"}, {"id": "C-2", "engaged_on": "0000-01-01"}, 7, {"id": "C-4"}]"#;
    said(&eval(&["--input-format", "json"], json), FINDINGS, "4 records = 2 decided + 2 refused");
    let yaml = b"- id: C-1\n- id: C-2\n  engaged_on: 0000-01-01\n- 7\n- id: C-4\n";
    said(&eval(&["--input-format", "yaml"], yaml), FINDINGS, "4 records = 2 decided + 2 refused");
    let csv = b"id,engaged_on,aliases\nC-1,2022-01-01,\nC-2,0000-01-01,\nC-3,2022-01-01,[oops\nC-4,,[]\nC-5,x,y,z\n";
    said(&eval(&["--input-format", "csv"], csv), FINDINGS, "5 records = 2 decided + 3 refused");
}

#[test]
fn a_table_with_a_column_twice_or_without_the_key_is_refused_whole() {
    let twice = eval(&["--input-format", "csv"], b"id,engaged_on,engaged_on\nC-1,,\n");
    said(&twice, INPUT_UNUSABLE, "engaged_on");
    let keyless = eval(&["--input-format", "csv"], b"name,engaged_on\nC-1,\n");
    said(&keyless, INPUT_UNUSABLE, "id");
}

#[test]
fn values_that_cannot_be_read_count_as_unknown_only_on_request() {
    let record = br#"{"id": "C-1", "engaged_on": "soon", "logins": [{"ip": "10.0.0.300"}]}"#;
    let ran = eval(&["--bad-values", "unknown", "--format", "jsonl"], record);
    said(&ran, FINDINGS, "1 record = 1 decided + 0 refused");
    assert!(ran.out.contains(r#""decision":"incomplete""#), "{}", ran.out);
}

#[test]
fn unusable_arguments_say_what_to_do() {
    let run = |arguments: &[&str]| duecare(arguments, b"");
    let with = |roster: &str, policy: &str| {
        run(&["eval", "--policy", policy, "--roster", roster, "--as-of", AS_OF])
    };
    let policy = "policies/dprk-it-workers";
    said(&with("nowhere.jsonl", policy), INPUT_UNUSABLE, "nowhere.jsonl");
    said(&with("policies", policy), INPUT_UNUSABLE, "policies");
    said(&with("Cargo.toml", policy), INPUT_UNUSABLE, "--input-format");
    said(&with("-", "policies/nowhere"), POLICY_UNUSABLE, "nowhere");
    said(&with("-", "src"), POLICY_UNUSABLE, "src");
    let early = ["eval", "--policy", policy, "--roster", "-", "--as-of", "2021-01-01"];
    said(&run(&early), POLICY_UNUSABLE, "2022-05-16");
    let odd = ["eval", "--policy", policy, "--roster", "-", "--as-of", "yesterday"];
    said(&run(&odd), INPUT_UNUSABLE, "yesterday");
    said(&run(&["evl"]), INPUT_UNUSABLE, "eval");
}

#[test]
fn a_policy_with_500_errors_shows_each_of_them() {
    use std::fmt::Write as _;
    let mut text = crate::support::policy_with("flag");
    for number in 0..500 {
        let _ = writeln!(
            text,
            "flag wrong_{number} \"W\" {{ cites s i severity weak weight 1 because \"x\" when nobody_{number} }}"
        );
    }
    let loaded = load_text(&text);
    let errors = loaded.diagnostics.iter().filter(|found| found.code.id() == "DC0201").count();
    assert_eq!(errors, 500);
}

#[test]
fn a_policy_that_uses_itself_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.due"), "use \"b.due\"\n").unwrap();
    std::fs::write(folder.path().join("b.due"), "use \"a.due\"\n").unwrap();
    let text = crate::support::policy_with("flag")
        .replace("../../tests/fixtures/subject.due\"", "self.due\"\n  use \"a.due\"");
    std::fs::write(folder.path().join("self.due"), text).unwrap();
    let ran = duecare_in(folder.path(), &["check", "self.due"], &mut |_| {});
    assert_eq!(ran.code, POLICY_UNUSABLE, "{}", ran.err);
    let all = format!("{}{}", ran.out, ran.err);
    assert!(all.contains("self.due") && all.contains("error["), "{all}");
}

#[test]
fn files_that_are_no_policies_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, content: &[u8]| {
        std::fs::write(folder.path().join(name), content).unwrap();
        let ran = duecare_in(folder.path(), &["check", name], &mut |_| {});
        assert_eq!(ran.code, POLICY_UNUSABLE, "{name}: {}{}", ran.out, ran.err);
        assert!(!ran.err.contains("panicked"));
        format!("{}{}", ran.out, ran.err)
    };
    assert!(check("empty.due", b"").contains("empty.due"));
    assert!(check("latin.due", b"policy caf\xe9 1.0.0 {}").contains("UTF-8"));
    assert!(check("zeros.due", &[0; 100]).contains("zeros.due"));
    assert!(check("deep.due", "(".repeat(100_000).as_bytes()).contains("deep.due"));
    let nested =
        crate::support::policy_with(&format!("{}flag{}", "not (".repeat(5_000), ")".repeat(5_000)));
    assert!(check("nested.due", nested.as_bytes()).contains("nested"));
    let ran = duecare_in(Path::new(folder.path()), &["check", "missing.due"], &mut |_| {});
    said(&ran, POLICY_UNUSABLE, "missing.due");
}

/// The program on a file of that name with that content.
fn eval_named(name: &str, content: &[u8]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    crate::support::command::eval_file(&["--roster", path.to_str().unwrap(), "--format", "jsonl"])
}

#[test]
fn a_stray_quote_in_a_table_costs_its_row_and_no_other() {
    let mut table = "id,role\n".to_owned();
    for place in 1..=20 {
        let quote = if place == 7 { "\"" } else { "" };
        table.extend(["C-", &place.to_string(), ",", quote, "developer\n"]);
    }
    // Where the cells are as many as they should be, the quote itself tells.
    let ran = eval_named("roster.csv", table.as_bytes());
    assert!(ran.err.contains("20 records = 19 decided + 1 refused"), "{}", ran.err);
    assert!(ran.err.contains("line 8"), "{}", ran.err);
    let table = table.replace("C-7,\"developer", "\"C-7,developer");
    let ran = eval_named("roster.csv", table.as_bytes());
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("20 records = 19 decided + 1 refused"), "{}", ran.err);
    assert!(ran.err.contains("a quote in this row is not closed"), "{}", ran.err);
    // A cell over several lines is one cell.
    let whole = "id,role\nC-1,\"a \"\"developer\"\"\nof sites\"\nC-2,x\n";
    let ran = eval_named("roster.csv", whole.as_bytes());
    assert!(ran.err.contains("2 records = 2 decided + 0 refused"), "{}", ran.err);
}

#[test]
fn what_is_no_file_of_its_format_is_told() {
    let told = |name: &str, content: &[u8], words: &str| {
        let ran = eval_named(name, content);
        assert_eq!(ran.code, 3, "{name}: {}", ran.err);
        assert!(ran.err.contains(words), "no `{words}` in {}", ran.err);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
    };
    let whole = |ending: &str| {
        let path = format!("tests/fixtures/rosters/bundled.{ending}");
        std::fs::read(crate::support::root().join(path)).unwrap()
    };
    let (parquet, xlsx) = (whole("parquet"), whole("xlsx"));
    told("roster.parquet", &parquet[..parquet.len() / 2], "it is no whole Parquet file");
    told("roster.xlsx", &xlsx[..xlsx.len() / 2], "it is no Excel workbook that can be read");
    told("roster.xlsx", b"id,role\nC-1,x\n", "is no xlsx file");
    told("roster.parquet", b"", "is no parquet file");
    let utf16: Vec<u8> =
        "\u{feff}id,role\r\nC-1,x\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    told("roster.csv", &utf16, "its text is UTF-16; save it as UTF-8");
    told("roster.bin", b"whatever", "tells how the roster is written");
    let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    zipped.write_all(b"{\"id\": \"C-1\"}\n").unwrap();
    let zipped = zipped.finish().unwrap();
    told("roster.jsonl.gz", &zipped[..zipped.len() - 4], "unexpected end of file");
}

#[test]
fn a_table_in_latin_1_loses_the_rows_it_cannot_read_and_no_other() {
    let ran = eval_named("roster.csv", b"id,role\nC-1,developer\nC-2,caf\xe9\nC-3,developer\n");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("3 records = 2 decided + 1 refused"), "{}", ran.err);
    assert!(ran.err.contains("column `role` is not UTF-8 text"), "{}", ran.err);
}

#[test]
fn a_damaged_parquet_file_ends_the_run_in_plain_words() {
    let roster = root().join("tests/fixtures/rosters/damaged.parquet");
    let path = roster.to_str().unwrap();
    let ran = eval_file(&["--roster", path]);
    said(&ran, INPUT_UNUSABLE, "the file is damaged, in a way that its reader does not expect");
    assert!(!ran.err.contains("a fault of duecare"), "{}", ran.err);
}

/// Its list of so many nothings was looked for behind the end of the file for half a minute, or for hours.
#[test]
fn a_parquet_file_is_not_read_behind_its_end() {
    let roster = root().join("tests/fixtures/rosters/endless.parquet");
    let ran = eval_file(&["--roster", roster.to_str().unwrap()]);
    said(&ran, INPUT_UNUSABLE, "it ends where more should follow");
}

#[test]
fn any_damaged_byte_of_a_parquet_file_is_an_error_or_another_value() {
    let whole = std::fs::read(root().join("tests/fixtures/rosters/typed.parquet")).unwrap();
    for place in 0..whole.len() {
        for damage in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[place] ^= damage;
            let Ok(mut reader) = RawReader::new(Format::Parquet, bytes.as_slice()) else {
                continue;
            };
            let mut read = 0;
            while let Ok(Some(_)) = reader.next_record() {
                read += 1;
                assert!(read < 1_000_000, "byte {place} gives records without end");
            }
        }
    }
}

#[test]
fn rows_are_numbered_by_their_lines_whatever_ends_them() {
    for end in ["\n", "\r\n"] {
        for (gap, line) in [("", 3), (end, 4), ("C-3,\"on two\nlines\"\n", 5)] {
            let mut table = format!("id,role{end}C-1,developer{end}{gap}").into_bytes();
            table.extend_from_slice(b"C-2,caf\xe9");
            table.extend_from_slice(end.as_bytes());
            let ran = eval_named("roster.csv", &table);
            let refused = format!("line {line} is refused");
            assert!(ran.err.contains(&refused), "{end:?} {gap:?}: {}", ran.err);
        }
    }
}
