//! Makes rosters of one kind for `benches/formats/run`: `generate_formats csv|xlsx|folder CONTRACTORS FOLDER`.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stderr, reason = "a bench fails loudly")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

const HEADER: [&str; 9] = [
    "id",
    "legal_name",
    "role",
    "privileged_access",
    "engaged_on",
    "residence.country",
    "residence.city",
    "claimed_location.country",
    "claimed_location.city",
];

/// Sessions of each contractor in a folder.
const LOGINS: u64 = 20;

const COUNTRIES: [&str; 8] = ["US", "GB", "DE", "IN", "BR", "PL", "CA", "NG"];

fn country(number: u64) -> &'static str {
    COUNTRIES.iter().cycle().nth(usize::try_from(number % 8).unwrap()).unwrap()
}

fn cells(number: u64) -> [String; 9] {
    [
        format!("C-{number:07}"),
        format!("Sample Person {number}"),
        "Web developer".to_owned(),
        number.is_multiple_of(5).to_string(),
        format!("2021-{:02}-{:02}", number % 12 + 1, number % 28 + 1),
        country(number).to_owned(),
        "Exampleton".to_owned(),
        country(number + u64::from(number.is_multiple_of(50))).to_owned(),
        "Exampleton".to_owned(),
    ]
}

fn table(path: &Path, contractors: u64) {
    let mut rows = csv::Writer::from_path(path).unwrap();
    rows.write_record(HEADER).unwrap();
    for number in 0..contractors {
        rows.write_record(cells(number)).unwrap();
    }
    rows.flush().unwrap();
}

/// The parts of a workbook that Excel writes around its sheet.
const PARTS: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Contractors" sheetId="1" r:id="r1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
    ),
];

fn workbook(path: &Path, contractors: u64) {
    let mut book = zip::ZipWriter::new(File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (name, text) in PARTS {
        book.start_file(name, options).unwrap();
        book.write_all(text.as_bytes()).unwrap();
    }
    book.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    let mut sheet = BufWriter::new(book);
    write!(sheet, r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#).unwrap();
    let header = HEADER.map(str::to_owned);
    for (row, cells) in (1..).zip(std::iter::once(header).chain((0..contractors).map(cells))) {
        write!(sheet, r#"<row r="{row}">"#).unwrap();
        for (column, cell) in ('A'..).zip(cells) {
            write!(sheet, r#"<c r="{column}{row}" t="inlineStr"><is><t>{cell}</t></is></c>"#)
                .unwrap();
        }
        write!(sheet, "</row>").unwrap();
    }
    write!(sheet, "</sheetData></worksheet>").unwrap();
    sheet.into_inner().unwrap().finish().unwrap();
}

/// Contractors and their sessions in two tables, the sessions in the order of time, not of contractors.
fn folder(path: &Path, contractors: u64) {
    table(&path.join("contractors.csv"), contractors);
    let mut logins = csv::Writer::from_path(path.join("logins.csv")).unwrap();
    logins.write_record(["user", "session start", "ip", "geo", "network"]).unwrap();
    for session in 0..LOGINS {
        for number in 0..contractors {
            let number = (number * 7_919 + session) % contractors;
            logins
                .write_record([
                    format!("C-{number:07}"),
                    format!("2022-07-{:02} {:02}:00", session + 1, number % 24),
                    format!("10.{}.{}.{}", number % 200, number / 200 % 250, session % 4),
                    country(number).to_owned(),
                    "residential".to_owned(),
                ])
                .unwrap();
        }
    }
    logins.flush().unwrap();
    let columns: Vec<String> = HEADER.iter().map(|name| format!("    {name}: {name}\n")).collect();
    let manifest = format!(
        "subjects:\n  file: contractors.csv\n  columns:\n{}tables:\n  - field: logins\n    file: logins.csv\n    key: user\n    covers: all\n    columns:\n      session start: {{field: started_at, formats: {{times: \"%Y-%m-%d %H:%M\", time_zone: UTC}}}}\n      ip: ip\n      geo: country\n      network: network\n",
        columns.concat()
    );
    std::fs::write(path.join("roster.yaml"), manifest).unwrap();
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, kind, contractors, path] = arguments.as_slice() else {
        eprintln!("generate_formats csv|xlsx|folder CONTRACTORS FOLDER");
        return;
    };
    let contractors = contractors.parse().unwrap();
    let path = Path::new(path);
    match kind.as_str() {
        "csv" => table(&path.join("roster.csv"), contractors),
        "xlsx" => workbook(&path.join("roster.xlsx"), contractors),
        "folder" => folder(path, contractors),
        other => eprintln!("no such kind: {other}"),
    }
}
