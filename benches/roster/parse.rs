//! Parses a roster into plain structs and throws them away, as a reference for the benchmark:
//! `parse serde_json|sonic-rs ROSTER`.
#![allow(missing_docs, clippy::print_stdout, reason = "a tool for the benchmark")]

#[path = "../plain.rs"]
mod plain;

use std::fs::File;
use std::hint::black_box;
use std::io::{self, BufRead as _, BufReader};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(parser), Some(roster)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other("say how and what: parse serde_json|sonic-rs ROSTER"));
    };
    let mut reader = BufReader::with_capacity(1 << 16, File::open(roster)?);
    let mut line = Vec::new();
    let mut records = 0_u64;
    while reader.read_until(b'\n', &mut line)? > 0 {
        let parsed: plain::Contractor = match parser.as_str() {
            "serde_json" => serde_json::from_slice(&line).map_err(io::Error::other)?,
            "sonic-rs" => sonic_rs::from_slice(&line).map_err(io::Error::other)?,
            _ => return Err(io::Error::other("serde_json or sonic-rs")),
        };
        black_box(parsed);
        records += 1;
        line.clear();
    }
    println!("{records} records");
    Ok(())
}
