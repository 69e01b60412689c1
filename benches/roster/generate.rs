//! Writes a roster of contractors of about 4 KB each, as JSON Lines, to standard output:
//! `generate CONTRACTORS [SEED]`.
//!
//! All that the policy on North Korean IT workers asks about is there, and each of its red flags is hit
//! in about three of a hundred contractors. The same numbers give the same bytes.
#![allow(missing_docs, clippy::print_stdout, reason = "a tool for the benchmark")]

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write as _};

/// How many of a thousand contractors show each sign.
const SIGNS_PER_THOUSAND: u64 = 30;
const LOGINS: u64 = 12;

const GIVEN: [&str; 16] = [
    "Aster", "Birch", "Cedar", "Dahlia", "Elder", "Fern", "Gentian", "Hazel", "Iris", "Juniper",
    "Laurel", "Maple", "Nettle", "Olive", "Poppy", "Rowan",
];
const FAMILY: [&str; 16] = [
    "Anderson",
    "Bergström",
    "Castellano",
    "Dimitrov",
    "Eriksen",
    "Fitzgerald",
    "Grabowski",
    "Hernández",
    "Ivanova",
    "Jovanović",
    "Kowalczyk",
    "Lindqvist",
    "Moreau",
    "Novák",
    "O'Sullivan",
    "Papadakis",
];

/// `SplitMix64`: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn one_of(&mut self, names: &[&'static str; 16]) -> &'static str {
        usize::try_from(self.below(16)).ok().and_then(|place| names.get(place)).unwrap_or(&"Sam")
    }

    /// Whether this contractor shows a sign.
    fn sign(&mut self) -> bool {
        self.below(1000) < SIGNS_PER_THOUSAND
    }

    /// One of two texts: the second where there is a sign.
    fn or_sign<'t>(&mut self, usual: &'t str, sign: &'t str) -> &'t str {
        if self.sign() { sign } else { usual }
    }
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (contractors, seed) = match (arguments.next(), arguments.next()) {
        (Some(Ok(contractors)), None) => (contractors, 1),
        (Some(Ok(contractors)), Some(Ok(seed))) => (contractors, seed),
        _ => return Err(io::Error::other("say how many contractors: generate 100000 [SEED]")),
    };
    let mut random = Random(seed);
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut line = String::new();
    for number in 0..contractors {
        line.clear();
        contractor(number, &mut random, &mut line).map_err(io::Error::other)?;
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    out.flush()
}

fn contractor(number: u64, random: &mut Random, line: &mut String) -> std::fmt::Result {
    let (given, family) = (random.one_of(&GIVEN), random.one_of(&FAMILY));
    let name = format!("{given} {family}");
    let other = "Quentin Xu";
    let month = 1 + random.below(12);
    let day = 1 + random.below(28);
    write!(
        line,
        r#"{{"id":"C-{number:07}","legal_name":"{name}","aliases":[],"date_of_birth":"19{:02}-{month:02}-{day:02}","nationality":"US","#,
        70 + number % 30
    )?;
    write!(
        line,
        r#""claimed_location":{{"country":"US","city":"Springfield"}},"engaged_on":"2021-{month:02}-{day:02}","#
    )?;
    let remote = random.sign();
    write!(
        line,
        r#""engagement":{{"kind":"platform","remote_desktop_is_standard":{},"commercial_vpn_allowed":false,"subcontracting_allowed":false,"agreed_payment_method":"bank_transfer","first_milestone_paid_on":"2021-12-30"}},"#,
        !remote
    )?;
    identity(number, &name, (month, day), random, line)?;
    sessions(number, remote, random, line)?;
    money(number, &name, other, random, line)?;
    work(number, random, line)
}

fn identity(
    number: u64,
    name: &str,
    (month, day): (u64, u64),
    random: &mut Random,
    line: &mut String,
) -> std::fmt::Result {
    let year = if random.sign() { 69 } else { 70 + number % 30 };
    write!(
        line,
        r#""identity_documents":[{{"kind":"passport","number":"hmac:{:016x}","name":"{name}","date_of_birth":"19{year:02}-{month:02}-{day:02}","nationality":"{}","verification":"{}","tampering_suspected":false,"image_quality":"{}"}}],"#,
        document_number(number, random),
        random.or_sign("US", "CA"),
        random.or_sign("verified", "failed"),
        random.or_sign("good", "poor"),
    )?;
    let (created, pages, domain, seen) = if random.sign() {
        ("2021-12-01", 1, "\"2022-01-10\"", "CA")
    } else {
        ("2015-03-01", 12, "null", "US")
    };
    write!(
        line,
        r#""profiles":[{{"source":"portfolio","name":"{name}","nationality":null,"location":{{"country":"{seen}"}},"phone":"+1 202 555 {:04}","education":[],"employment":[],"created_on":"{created}","pages":{pages},"domain_registered_on":{domain}}}],"#,
        number % 10_000,
    )?;
    write!(
        line,
        r#""contacts":[{{"kind":"phone","value":"hmac:{:016x}","valid_from":"2021-11-01","valid_until":null,"working":{}}}],"#,
        // There are not enough numbers for fiction to give each contractor one.
        Random(number + 13).next(),
        random.or_sign("true", "false"),
    )?;
    write!(
        line,
        r#""accounts":[{{"platform":"Example","id":"a{number}","holder_name":"{name}","status":"{}","verified_on":"{}","document_digests":[]}}],"#,
        random.or_sign("open", "closed"),
        random.or_sign("2019-02-03", "2022-07-14"),
    )
}

/// Of a hundred contractors three show the document of another one.
fn document_number(number: u64, random: &mut Random) -> u64 {
    let of = if random.sign() { number.saturating_sub(1 + random.below(100)) } else { number };
    Random(of).next()
}

fn sessions(number: u64, remote: bool, random: &mut Random, line: &mut String) -> std::fmt::Result {
    let hidden = random.sign();
    let moving = random.sign();
    let unbroken = random.sign();
    let shared = random.sign();
    line.push_str(r#""logins":["#);
    for login in 0..LOGINS {
        let comma = if login == 0 { "" } else { "," };
        let day = if moving { 12 } else { 5 + 2 * login };
        let hour = if moving { login } else { 13 + random.below(3) };
        let end = if unbroken && login == 3 {
            format!("2022-07-{:02}T{hour:02}:00:00Z", day + 1)
        } else {
            let hours = if moving { 0 } else { 3 };
            format!("2022-07-{day:02}T{:02}:40:00Z", hour + hours)
        };
        let (network, country) = if hidden && login % 2 == 0 {
            ("vpn", "NL")
        } else if moving && login % 2 == 0 {
            ("residential", "CA")
        } else {
            ("residential", "US")
        };
        let host = if shared { number / 4 * 4 } else { number };
        let port = if remote && login == 9 { r#","remote_port":3389"# } else { "" };
        write!(
            line,
            r#"{comma}{{"account":"a{number}","started_at":"2022-07-{day:02}T{hour:02}:00:00Z","ended_at":"{end}","ip":"10.{}.{}.{}","country":"{country}","network":"{network}"{port},"service_account":false}}"#,
            host >> 16 & 0xff,
            host >> 8 & 0xff,
            host & 0xff,
        )?;
    }
    line.push_str(r#"],"devices":[],"#);
    Ok(())
}

fn money(
    number: u64,
    name: &str,
    other: &str,
    random: &mut Random,
    line: &mut String,
) -> std::fmt::Result {
    let payee = if random.sign() { other } else { name };
    let firm = random.or_sign("", r#""Example Payroll Ltd""#);
    line.push_str(r#""payments":["#);
    for month in 6..8 {
        let comma = if month == 6 { "" } else { "," };
        write!(
            line,
            r#"{comma}{{"paid_at":"2022-{month:02}-28T12:00:00Z","amount":"{}.00 USD","method":"bank_transfer","provider_country":null,"payee_name":"{payee}","account":"hmac:{:016x}","bank_country":"US","intermediaries":[{firm}]}}"#,
            2000 + number % 900,
            Random(number + 7).next(),
        )?;
    }
    line.push_str(r#"],"payment_requests":["#);
    let (coins, wallet, early) = (random.sign(), random.sign(), random.sign());
    if coins || wallet || early {
        let method = match (coins, wallet) {
            (true, _) => "virtual_currency",
            (false, true) => "digital_wallet",
            (false, false) => "bank_transfer",
        };
        for month in 6..8 {
            let comma = if month == 6 { "" } else { "," };
            write!(
                line,
                r#"{comma}{{"requested_at":"2022-{month:02}-25T12:00:00Z","method":"{method}","provider_country":null,"milestone_met":{},"check_in_held":true,"bank_transfer_declined":false,"wallet":null}}"#,
                !early
            )?;
        }
    }
    line.push_str(r#"],"account_changes":["#);
    if random.sign() {
        write!(
            line,
            r#"{{"requested_at":"2022-03-01T09:00:00Z","kind":"payment","new_holder_name":"{other}","reason":null}}"#
        )?;
    }
    line.push_str(r#"],"company_charges":["#);
    if random.sign() {
        for day in 1..4 {
            let comma = if day == 1 { "" } else { "," };
            write!(
                line,
                r#"{comma}{{"charged_at":"2022-07-{day:02}T09:00:00Z","amount":"19.99 USD","authorised":false}}"#
            )?;
        }
    }
    line.push_str("],");
    Ok(())
}

fn work(number: u64, random: &mut Random, line: &mut String) -> std::fmt::Result {
    line.push_str(r#""shipments":["#);
    if random.sign() {
        line.push_str(r#"{"requested_on":"2022-01-10","item":"laptop","address":{"line1":"9 Dock Road","city":"Shelbyville","postcode":"20002","country":"US"},"address_kind":"freight_forwarder","requested_by_contractor":true,"cannot_receive_at_document_address":false,"recent_move_documented":false}"#);
    }
    write!(
        line,
        r#"],"first_contact":{{"channel":"email","unsolicited":true,"claimed_title":{},"company_verified":null}},"channel_requests":["#,
        random.or_sign("null", "\"CTO\""),
    )?;
    if random.sign() {
        line.push_str(r#"{"requested_at":"2021-12-01T10:00:00Z","by_contractor":true,"to":"messenger","permitted_by_policy":false}"#);
    }
    let attended = random.or_sign("true", "false");
    let camera = random.or_sign("true", "false");
    line.push_str(r#"],"meetings":["#);
    for day in if attended == "true" { 15..17 } else { 15..18 } {
        let comma = if day == 15 { "" } else { "," };
        write!(
            line,
            r#"{comma}{{"scheduled_at":"2022-07-{day:02}T15:00:00Z","attended":{attended},"camera_requested":true,"camera_on":{camera},"consistent_appearance":true}}"#
        )?;
    }
    line.push_str(r#"],"activity":[],"interviews":[{"held_on":"2021-11-08","kind":"video","identity_verified":true,"photo_matches_document":true}],"messages":["#);
    if random.sign() {
        for day in 5..16 {
            let comma = if day == 5 { "" } else { "," };
            write!(
                line,
                r#"{comma}{{"sent_at":"2022-07-{day:02}T15:00:00Z","instant_channel":true,"within_business_hours":true,"answered_after":"PT6H"}}"#
            )?;
        }
    }
    line.push_str(r#"],"tasks":["#);
    if random.sign() {
        for day in 1..7 {
            let comma = if day == 1 { "" } else { "," };
            write!(
                line,
                r#"{comma}{{"due_on":"2022-07-{day:02}","done_on":"2022-07-20","answered":true}}"#
            )?;
        }
    }
    line.push_str(r#"],"commits":["#);
    if random.sign() {
        for author in 0..2 {
            let comma = if author == 0 { "" } else { "," };
            write!(
                line,
                r#"{comma}{{"at":"2022-07-1{author}T15:00:00Z","author_email":"c{author}@example.org","committer_email":"c{author}@example.org"}}"#
            )?;
        }
    }
    line.push_str(r#"],"documents":["#);
    let (alone, copied) = (random.sign(), random.sign());
    if alone || copied {
        write!(
            line,
            r#"{{"kind":"{}","sent_at":"2022-06-25T12:00:00Z","template_digest":"t{}","issuer_contact_fields":4,"corroborated":false}}"#,
            if copied { "proposal" } else { "invoice" },
            number / 100,
        )?;
    }
    line.push_str(r#"],"checks":["#);
    if random.sign() {
        for day in 3..5 {
            let comma = if day == 3 { "" } else { "," };
            write!(
                line,
                r#"{comma}{{"kind":"website","done_on":"2022-07-{day:02}","result":"fail","contact_source":"independent"}}"#
            )?;
        }
    }
    line.push_str(r#"],"incidents":["#);
    if random.sign() {
        line.push_str(r#"{"on":"2022-06-01","kind":"asked_for_identity","summary":null}"#);
    }
    write!(
        line,
        r#"],"assessments":{{"portfolio_superficial":false,"work_by_other_person_suspected":{}}}}}"#,
        random.or_sign("false", "true"),
    )
}
