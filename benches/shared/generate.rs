//! Writes a roster in which many contractors share addresses, as JSON Lines, to standard output:
//! `generate CONTRACTORS`.
//!
//! Of twenty logins twelve are from addresses of the contractor's own, seven from addresses that two to
//! eight contractors use, and one tenth of all contractors use one address besides.
#![allow(missing_docs, clippy::print_stdout, reason = "a tool for the benchmark")]

use std::io::{self, BufWriter, Write};

const OWN: u64 = 12;
const LOGINS: u64 = 20;

fn main() -> io::Result<()> {
    let contractors: u64 = match std::env::args().nth(1).map(|count| count.parse()) {
        Some(Ok(count)) => count,
        Some(Err(_)) | None => {
            return Err(io::Error::other("say how many contractors: generate 1000000"));
        }
    };
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    for contractor in 0..contractors {
        write!(out, "{{\"id\":\"C-{contractor:07}\",\"logins\":[")?;
        for login in 0..LOGINS {
            let address = match login {
                0..OWN => 0x1_0000_0000 + contractor * OWN + login,
                19 if contractor % 10 == 0 => 0,
                // Groups of two to eight, of neighbours at different distances.
                shared => (shared << 40) + contractor / (shared - OWN + 2).min(8),
            };
            let comma = if login == 0 { "" } else { "," };
            let day = 1 + (contractor + login) % 28;
            write!(
                out,
                "{comma}{{\"started_at\":\"2022-07-{day:02}T08:00:00Z\",\"ip\":\"2001:db8:{:x}:{:x}::{:x}\",\"network\":\"residential\"}}",
                address >> 32,
                (address >> 16) & 0xffff,
                address & 0xffff
            )?;
        }
        writeln!(out, "]}}")?;
    }
    out.flush()
}
