//! The audit trail, as people use it: recorded, verified, proved, replayed, handed on, erased.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use duecare::digest::Digest;
use duecare::ledger::note::Vkey;
use duecare::ledger::tlog_proof::TlogProof;
use serde_json::Value;
use tempfile::TempDir;

const ROSTER: &str = "policies/dprk-it-workers/examples/roster.jsonl";
/// A policy that judges each contractor alone.
const ALONE: &str = "policies/engagement-risk";
/// One that compares them with each other.
const COMPARES: &str = "policies/dprk-it-workers";
const AS_OF: &str = "2022-08-01";

/// A ledger in a folder of its own.
struct Ledger {
    folder: TempDir,
    key: String,
}

impl Ledger {
    fn begin() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("log");
        let begun =
            duecare(&["ledger", "init", "--origin", "example.org/log", "--ledger", text(&path)]);
        assert_eq!(begun.status.code(), Some(0), "{}", said(&begun));
        let key = String::from_utf8(begun.stdout).unwrap().trim().to_owned();
        Vkey::parse(&key).unwrap();
        Self { folder, key }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a subcommand of `ledger`.
    fn run(&self, arguments: &[&str]) -> Output {
        let path = self.path();
        duecare(&[&["ledger"], arguments, &["--ledger", text(&path)]].concat())
    }

    fn eval(&self, policy: &str, roster: &str, more: &[&str]) -> Output {
        let path = self.path();
        let arguments = ["eval", "--policy", policy, "--roster", roster, "--ledger", text(&path)];
        duecare(&[&arguments, more].concat())
    }

    fn replay(&self, more: &[&str]) -> Output {
        let path = self.path();
        duecare(&[&["replay", "--ledger", text(&path)], more].concat())
    }

    fn verified(&self) -> (Option<i32>, Value) {
        let report = self.run(&["verify", "--format", "json"]);
        (report.status.code(), serde_json::from_slice(&report.stdout).unwrap())
    }

    fn leaves(&self, more: &[&str]) -> Vec<Value> {
        let shown = self.run(&[&["show", "--format", "jsonl"], more].concat());
        assert_eq!(shown.status.code(), Some(0), "{}", said(&shown));
        lines(&shown.stdout)
    }

    /// Every file, of the log and of the vault.
    fn files(&self) -> Vec<PathBuf> {
        files(&self.path())
    }
}

fn duecare(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_duecare"))
        .args(arguments)
        .env_remove("DUECARE_PASSPHRASE")
        .env("COLUMNS", "100")
        .output()
        .unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn plain(policy: &str, roster: &str, more: &[&str]) -> Output {
    duecare(&[&["eval", "--policy", policy, "--roster", roster], more].concat())
}

#[test]
fn a_recorded_run_says_the_same_verifies_and_replays() {
    let ledger = Ledger::begin();
    for policy in [COMPARES, ALONE] {
        let recorded = ledger.eval(policy, ROSTER, &["--as-of", AS_OF]);
        let unrecorded = plain(policy, ROSTER, &["--as-of", AS_OF]);
        assert_eq!(recorded.stdout, unrecorded.stdout);
        assert_eq!(recorded.status.code(), unrecorded.status.code());
    }
    let (exit, report) = ledger.verified();
    assert_eq!((exit, &report["verdict"]), (Some(0), &Value::from("PASS")));
    assert_eq!(report["read"]["decisions"], 58);
    assert_eq!(report["runs"][0]["is_complete"], true);
    let replayed = ledger.replay(&[]);
    assert_eq!(replayed.status.code(), Some(0), "{}", said(&replayed));
    assert!(said(&replayed).contains("58 decisions: 58 IDENTICAL, 0 DIFFERENT, 0 NOT REPLAYABLE"));
}

#[test]
fn every_format_of_roster_replays() {
    let ledger = Ledger::begin();
    for roster in files(Path::new("tests/fixtures/rosters")) {
        let ending = roster.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if !["csv", "xlsx", "parquet", "yaml", "json"].contains(&ending) {
            continue;
        }
        let run = ledger.eval(ALONE, text(&roster), &["--as-of", AS_OF, "--bad-values", "unknown"]);
        assert!(run.status.code().is_some_and(|code| code < 4), "{}", said(&run));
    }
    let (exit, report) = ledger.verified();
    assert_eq!(exit, Some(0), "{report}");
    let replayed = ledger.replay(&[]);
    assert_eq!(replayed.status.code(), Some(0), "{}", said(&replayed));
}

#[test]
fn nobody_is_decided_twice_when_an_interrupted_run_goes_on() {
    let ledger = Ledger::begin();
    let roster = fs::read_to_string(ROSTER).unwrap();
    let path = ledger.path();
    let mut interrupted = Command::new(env!("CARGO_BIN_EXE_duecare"))
        .args(["eval", "--policy", ALONE, "--roster", "-", "--as-of", AS_OF, "--jobs", "1"])
        .args(["--ledger", text(&path), "--format", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // More than a batch, so that some are told before the end of the roster comes.
    let many: String = (0..40)
        .flat_map(|round| {
            roster.lines().map(move |line| line.replacen("\"C-", &format!("\"R{round}-"), 1) + "\n")
        })
        .collect();
    let half: usize = many.lines().take(600).map(|line| line.len() + 1).sum();
    let mut roster_in = interrupted.stdin.take().unwrap();
    let first = many.as_bytes()[..half].to_vec();
    // Its pipe stays open: the roster does not end.
    let writer = std::thread::spawn(move || {
        let _ = roster_in.write_all(&first);
        roster_in
    });
    let mut told = String::new();
    let mut answers = BufReader::new(interrupted.stdout.take().unwrap());
    for _ in 0..500 {
        answers.read_line(&mut told).unwrap();
    }
    interrupted.kill().unwrap();
    interrupted.wait().unwrap();
    drop(writer.join().unwrap());
    assert_eq!(told.lines().count(), 500);

    let file = ledger.at("roster.jsonl");
    fs::write(&file, &many).unwrap();
    let resumed = ledger.eval(ALONE, text(&file), &["--resume"]);
    let whole = plain(ALONE, text(&file), &["--as-of", AS_OF]);
    assert_eq!(resumed.stdout, whole.stdout, "{}", String::from_utf8_lossy(&resumed.stderr));
    assert!(String::from_utf8(whole.stdout).unwrap().starts_with(&told));
    let (exit, report) = ledger.verified();
    assert_eq!(exit, Some(0), "{report}");
    assert_eq!(report["runs"].as_array().unwrap().len(), 1);
    assert_eq!(report["runs"][0]["decided"], many.lines().count());
    assert_eq!(report["runs"][0]["is_complete"], true);

    let nothing_left = ledger.eval(ALONE, text(&file), &["--resume"]);
    assert_eq!(nothing_left.status.code(), Some(3));
    assert!(said(&nothing_left).contains("nothing to go on with"));
}

#[test]
fn a_run_goes_on_only_on_the_roster_it_was_begun_with() {
    let ledger = Ledger::begin();
    let file = ledger.at("roster.jsonl");
    fs::copy(ROSTER, &file).unwrap();
    // Ended by too many refusals, after all records before were told.
    let text_of = fs::read_to_string(&file).unwrap();
    let broken = text_of.lines().take(5).collect::<Vec<_>>().join("\n") + "\nno record\n";
    fs::write(&file, &broken).unwrap();
    let ended = ledger.eval(ALONE, text(&file), &["--as-of", AS_OF, "--max-refused", "0"]);
    assert_eq!(ended.status.code(), Some(3));
    let (_, report) = ledger.verified();
    assert_eq!(report["verdict"], "PASS");
    assert_eq!(report["runs"][0]["is_complete"], false);

    let other = broken.replacen("C-1001", "C-9999", 1);
    fs::write(&file, other).unwrap();
    let resumed = ledger.eval(ALONE, text(&file), &["--resume"]);
    assert_eq!(resumed.status.code(), Some(3));
    assert!(said(&resumed).contains("record 1 of the roster"), "{}", said(&resumed));
    let other_time = ledger.eval(ALONE, text(&file), &["--resume", "--as-of", "2022-08-02"]);
    assert_eq!(other_time.status.code(), Some(3));
    let said_of_time = said(&other_time);
    assert!(said_of_time.contains("decides for 2022-08-01T00:00:00Z"), "{said_of_time}");
    assert!(said_of_time.contains("--as-of says 2022-08-02T00:00:00Z"), "{said_of_time}");
    let same_time = ledger.eval(ALONE, text(&file), &["--resume", "--as-of", AS_OF]);
    assert!(said(&same_time).contains("record 1 of the roster"), "{}", said(&same_time));
    let other_policy = ledger.eval(COMPARES, text(&file), &["--resume"]);
    assert!(said(&other_policy).contains("other policies"), "{}", said(&other_policy));

    let new = ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]);
    assert!(said(&new).contains("was interrupted, and this is a new one"), "{}", said(&new));
    assert!(said(&new).contains("--resume goes on with it"), "{}", said(&new));
    let next = ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]);
    assert!(!said(&next).contains("interrupted"), "{}", said(&next));
}

#[test]
fn a_run_goes_on_with_the_facts_it_was_begun_with() {
    let ledger = Ledger::begin();
    let path = ledger.path();
    let facts = ["--facts-from", text(&path)];
    let before = lines(&ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]).stdout);
    let roster = fs::read_to_string(ROSTER).unwrap();
    let (subject, hit) = first_hit(&before[10..], |rule| rule["kind"] == "flag");
    let file = ledger.at("roster.jsonl");
    let broken = roster.lines().take(5).collect::<Vec<_>>().join("\n") + "\nno record\n";
    fs::write(&file, &broken).unwrap();
    let options = [["--as-of", AS_OF, "--max-refused", "0"].as_slice(), &facts].concat();
    assert_eq!(ledger.eval(ALONE, text(&file), &options).status.code(), Some(3));

    disposition(&ledger, subject, hit, "cleared", "2022-07-01");
    let rest = roster.lines().skip(5).collect::<Vec<_>>().join("\n");
    fs::write(&file, broken + &rest).unwrap();
    let resumed = ledger.eval(ALONE, text(&file), &[["--resume"].as_slice(), &facts].concat());
    let decided = lines(&resumed.stdout);
    let outcome = |decided: &[Value]| {
        let decision = decided.iter().find(|decision| decision["subject"] == subject).unwrap();
        let rules = decision["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["id"] == hit["id"]).unwrap()["outcome"].clone()
    };
    assert_eq!(outcome(&decided), "hit", "{}", said(&resumed));
    let replayed = ledger.replay(&[]);
    assert_eq!(replayed.status.code(), Some(0), "{}", said(&replayed));
    let anew = ledger.eval(ALONE, ROSTER, &[["--as-of", AS_OF].as_slice(), &facts].concat());
    assert_eq!(outcome(&lines(&anew.stdout)), "reviewed", "{}", said(&anew));
}

/// The first hit of a rule that is asked for, with its subject.
fn first_hit(decided: &[Value], is_asked: impl Fn(&Value) -> bool) -> (&str, &Value) {
    let first = decided.iter().find_map(|decision| {
        let mut rules = decision["rules"].as_array().unwrap().iter();
        let hit = rules.find(|rule| rule["outcome"] == "hit" && is_asked(rule))?;
        Some((decision["subject"].as_str().unwrap(), hit))
    });
    first.unwrap()
}

/// Records what somebody decided about a hit.
fn disposition(ledger: &Ledger, subject: &str, hit: &Value, outcome: &str, on: &str) {
    let (rule, evidence) = (hit["id"].as_str().unwrap(), hit["evidence_digest"].as_str().unwrap());
    let what = ["--subject", subject, "--rule", rule, "--evidence", evidence];
    let decided = ["--outcome", outcome, "--on", on, "--by", "A. Analyst, compliance"];
    let why = ["--why", "explained by the vendor"];
    let recorded =
        ledger.run(&[["record", "disposition"].as_slice(), &what, &decided, &why].concat());
    assert_eq!(recorded.status.code(), Some(0), "{}", said(&recorded));
}

#[test]
fn what_is_confirmed_later_undoes_what_was_cleared_whoever_tells_of_it() {
    let ledger = Ledger::begin();
    let before = lines(&ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]).stdout);
    let (subject, hit) = first_hit(&before, |_| true);
    let outcome_with = |more: &[&str]| {
        let decided =
            lines(&ledger.eval(ALONE, ROSTER, &[&["--as-of", AS_OF], more].concat()).stdout);
        let decision = decided.iter().find(|decision| decision["subject"] == subject).unwrap();
        let rules = decision["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["id"] == hit["id"]).unwrap()["outcome"].clone()
    };
    let row = |outcome: &str, on: &str| {
        let (rule, evidence) = (&hit["id"], &hit["evidence_digest"]);
        serde_json::json!({
            "subject": subject, "rule": rule, "evidence": evidence, "outcome": outcome, "on": on,
            "by": "A. Analyst", "why": "explained",
        })
    };
    let file = ledger.at("dispositions.jsonl");
    let path = ledger.path();
    let both = ["--facts-from", text(&path), "--dispositions", text(&file)];

    disposition(&ledger, subject, hit, "cleared", "2022-07-15");
    assert_eq!(outcome_with(&["--facts-from", text(&path)]), "reviewed");
    fs::write(&file, format!("{}\n", row("confirmed", "2022-07-20"))).unwrap();
    assert_eq!(outcome_with(&both), "hit");
    disposition(&ledger, subject, hit, "confirmed", "2022-07-20");
    assert_eq!(outcome_with(&["--facts-from", text(&path)]), "hit");
    fs::write(&file, format!("{}\n", row("cleared", "2022-07-16"))).unwrap();
    assert_eq!(outcome_with(&both), "hit");
    fs::write(&file, format!("{}\n", row("cleared", "2022-07-21"))).unwrap();
    assert_eq!(outcome_with(&both), "reviewed");

    let replayed = ledger.replay(&[]);
    assert_eq!(replayed.status.code(), Some(0), "{}", said(&replayed));
}

#[test]
fn what_people_recorded_counts_and_replays() {
    let ledger = Ledger::begin();
    let before = lines(&ledger.eval(COMPARES, ROSTER, &["--as-of", AS_OF]).stdout);
    let (subject, hit) = first_hit(&before, |rule| rule["kind"] == "flag");
    disposition(&ledger, subject, hit, "cleared", "2022-07-01");
    let interview = r#"{"kind":"video","held_on":"2022-07-01","identity_verified":true,"photo_matches_document":true,"by":"analyst"}"#;
    let recorded = ledger.run(&[
        "record",
        "control",
        "--subject",
        subject,
        "--field",
        "interviews",
        "--value",
        interview,
        "--by",
        "A. Analyst, compliance",
        "--why",
        "asked to",
        "--on",
        "2022-07-01",
    ]);
    assert_eq!(recorded.status.code(), Some(0), "{}", said(&recorded));

    let path = ledger.path();
    let run = ledger.eval(COMPARES, ROSTER, &["--as-of", AS_OF, "--facts-from", text(&path)]);
    let after = lines(&run.stdout);
    let decision = after.iter().find(|decision| decision["subject"] == subject).unwrap();
    let rules = decision["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == hit["id"]).unwrap();
    assert_eq!(rule["outcome"], "reviewed");
    let old = before.iter().find(|decision| decision["subject"] == subject).unwrap();
    assert_ne!(decision["record_digest"], old["record_digest"], "the interview is in the record");

    let replayed = ledger.replay(&[]);
    assert_eq!(replayed.status.code(), Some(0), "{}", said(&replayed));
    let leaf = &ledger.leaves(&["--kind", "disposition"])[0];
    assert_eq!(leaf["subject_id"], subject);
    assert!(!leaf["entry"].to_string().contains("Analyst"), "who and why are in the vault");
}

#[test]
fn a_recorded_fact_that_no_record_has_is_not_passed_over() {
    let ledger = Ledger::begin();
    let by = ["--by", "A. Analyst, compliance", "--why", "asked to"];
    for (field, value) in [("interviews", "{\"kind\":\"dance\"}"), ("dances", "{}")] {
        let ledger = Ledger::begin();
        let control =
            ["record", "control", "--subject", "C-1001", "--field", field, "--value", value];
        let unchecked = ledger.run(&[control.as_slice(), &by, &["--unchecked"]].concat());
        assert_eq!(unchecked.status.code(), Some(0), "{}", said(&unchecked));
        let path = ledger.path();
        let with_facts = || plain(ALONE, ROSTER, &["--as-of", AS_OF, "--facts-from", text(&path)]);
        let run = with_facts();
        assert_eq!(run.status.code(), Some(3), "{}", said(&run));
        assert!(said(&run).contains("leaf 1 of the ledger"), "{}", said(&run));
        assert!(said(&run).contains("what was recorded about `C-1001`"), "{}", said(&run));
        assert!(said(&run).contains(&format!("withdraw --ledger {} --leaf 1", path.display())));
        let withdrawn =
            ledger.run(&[["record", "withdraw", "--leaf", "1"].as_slice(), &by].concat());
        assert_eq!(withdrawn.status.code(), Some(0), "{}", said(&withdrawn));
        let mended = with_facts();
        assert!(mended.status.code().is_some_and(|code| code < 2), "{}", said(&mended));
    }
    let none =
        ["record", "control", "--subject", "C-1001", "--field", "interviews", "--value", "[]"];
    assert_eq!(ledger.run(&[none.as_slice(), &by].concat()).status.code(), Some(3));
}

/// What somebody did, as `ledger record` takes it.
fn control<'a>(subject: &'a str, field: &'a str, value: &'a str) -> Vec<&'a str> {
    let what = ["record", "control", "--subject", subject, "--field", field, "--value", value];
    [what.as_slice(), &["--by", "A. Analyst, compliance", "--why", "asked to"]].concat()
}

#[test]
fn what_fits_nothing_that_was_decided_is_not_recorded() {
    const INTERVIEW: &str = r#"{"kind":"video","held_on":"2022-07-01"}"#;
    let ledger = Ledger::begin();
    let refuses = |arguments: &[&str], expected: &[&str]| {
        let size = ledger.leaves(&[]).len();
        let refused = ledger.run(arguments);
        assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
        for words in expected.iter().chain(&["nothing was recorded", "--unchecked"]) {
            assert!(said(&refused).contains(words), "{words}: {}", said(&refused));
        }
        assert_eq!(ledger.leaves(&[]).len(), size);
    };
    refuses(&control("C-1001", "interviews", INTERVIEW), &["no run is recorded yet"]);

    let file = ledger.at("roster.jsonl");
    let roster = fs::read_to_string(ROSTER).unwrap();
    fs::write(&file, format!("{roster}{{\"id\":\"R-1\",\"legal_name\":[]}}\n")).unwrap();
    let decided = lines(&ledger.eval(ALONE, text(&file), &["--as-of", AS_OF]).stdout);
    refuses(&control("c-1001", "interviews", INTERVIEW), &["`c-1001`", "did you mean `C-1001`?"]);
    refuses(&control("somebody", "interviews", INTERVIEW), &["decided or refused `somebody`"]);
    let list = ["no such list", "did you mean `interviews`?", "engagement_risk"];
    refuses(&control("C-1001", "interveiws", INTERVIEW), &list);
    let value = ["did you mean `video`?", "`interviews` does not fit the record"];
    refuses(&control("C-1001", "interviews", r#"{"kind":"vidoe"}"#), &value);
    let field = ["no field `interviews.held_no`"];
    refuses(&control("C-1001", "interviews", r#"{"held_no":"2022-07-01"}"#), &field);

    let hit_of = |decision: &Value| {
        let rules = decision["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["outcome"] == "hit").cloned()
    };
    let hits: Vec<(&str, Value)> = decided
        .iter()
        .filter_map(|decision| Some((decision["subject"].as_str().unwrap(), hit_of(decision)?)))
        .collect();
    let (subject, hit) = &hits[0];
    let (rule, evidence) = (hit["id"].as_str().unwrap(), hit["evidence_digest"].as_str().unwrap());
    let dispose = |subject, rule, evidence| {
        let what = ["--subject", subject, "--rule", rule, "--evidence", evidence];
        let why = ["--outcome", "cleared", "--by", "A. Analyst", "--why", "explained"];
        [["record", "disposition"].as_slice(), &what, &why].concat()
    };
    let close = format!("{rule}s");
    refuses(&dispose(subject, &close, evidence), &[&format!("did you mean `{rule}`?")]);
    let other = Digest::of(b"other").to_string();
    refuses(&dispose(subject, rule, &other), &["the newest hit of it has the evidence", evidence]);
    let nobody = decided.iter().find(|decision| {
        let rules = decision["rules"].as_array().unwrap();
        rules.iter().any(|known| known["id"] == rule && known["outcome"] != "hit")
    });
    let nobody = nobody.unwrap()["subject"].as_str().unwrap();
    refuses(&dispose(nobody, rule, evidence), &["in no recorded run was it hit"]);

    let fitting = [
        control("C-1001", "interviews", INTERVIEW),
        control("R-1", "interviews", INTERVIEW),
        dispose(subject, rule, evidence),
        [control("somebody", "interviews", INTERVIEW).as_slice(), &["--unchecked"]].concat(),
    ];
    for arguments in fitting {
        let recorded = ledger.run(&arguments);
        assert_eq!(recorded.status.code(), Some(0), "{}", said(&recorded));
        assert!(!said(&recorded).contains("could not be checked"), "{}", said(&recorded));
    }
}

#[test]
fn what_cannot_be_compared_is_recorded_and_told() {
    let ledger = Ledger::begin();
    let more = ["--as-of", AS_OF, "--records", "digest-only"];
    let decided = lines(&ledger.eval(ALONE, ROSTER, &more).stdout);
    let (subject, hit) = first_hit(&decided, |_| true);
    let rule = hit["id"].as_str().unwrap();
    let evidence = Digest::of(b"any").to_string();
    let what = ["--subject", subject, "--rule", rule, "--evidence", &evidence];
    let why = ["--outcome", "cleared", "--by", "A. Analyst", "--why", "explained"];
    let recorded = ledger.run(&[["record", "disposition"].as_slice(), &what, &why].concat());
    assert_eq!(recorded.status.code(), Some(0), "{}", said(&recorded));
    assert!(said(&recorded).contains("could not be checked"), "{}", said(&recorded));
    let stranger = ledger.run(&control("Z-1", "interviews", "{}"));
    assert_eq!(stranger.status.code(), Some(3), "{}", said(&stranger));
}

#[test]
fn what_was_withdrawn_counts_no_more_and_what_it_decided_replays() {
    let ledger = Ledger::begin();
    let before = ledger.eval(COMPARES, ROSTER, &["--as-of", AS_OF]).stdout;
    let decided = lines(&before);
    let (subject, hit) = first_hit(&decided, |rule| rule["kind"] == "flag");
    disposition(&ledger, subject, hit, "cleared", "2022-07-01");
    let interview = r#"{"kind":"video","held_on":"2022-07-01","identity_verified":true}"#;
    let recorded = ledger.run(&control(subject, "interviews", interview));
    assert_eq!(recorded.status.code(), Some(0), "{}", said(&recorded));
    let path = ledger.path();
    let with_facts =
        || ledger.eval(COMPARES, ROSTER, &["--as-of", AS_OF, "--facts-from", text(&path)]).stdout;
    let counted = with_facts();
    assert_ne!(counted, before);

    let by = ["--by", "B. Analyst, compliance", "--why", "Jabberwocky"];
    let withdraw = |leaf: &Value| {
        let leaf = leaf.to_string();
        ledger.run(&[["record", "withdraw", "--leaf", &leaf].as_slice(), &by].concat())
    };
    let leaf_of = |kind: &str| ledger.leaves(&["--kind", kind])[0]["leaf"].clone();
    let facts = [leaf_of("disposition"), leaf_of("control_done")];
    for leaf in &facts {
        let withdrawn = withdraw(leaf);
        assert_eq!(withdrawn.status.code(), Some(0), "{}", said(&withdrawn));
    }
    assert_eq!(with_facts(), before);
    assert_eq!(ledger.verified().0, Some(0));
    let replayed = ledger.replay(&[]);
    assert!(said(&replayed).contains("87 IDENTICAL, 0 DIFFERENT"), "{}", said(&replayed));

    let withdrawals = ledger.leaves(&["--kind", "withdrawal"]);
    for (fact, withdrawal) in facts.iter().zip(&withdrawals) {
        assert_eq!(withdrawal["subject_id"], subject);
        assert_eq!(withdrawal["entry"]["leaf"], *fact);
        assert!(!withdrawal.to_string().contains("Jabberwocky"), "why is in the vault");
        let shown = ledger.leaves(&["--leaf", &fact.to_string()]);
        assert_eq!(shown[0]["withdrawn_by"], withdrawal["leaf"]);
    }
    let table = ledger.run(&["show", "--format", "table"]);
    assert!(said(&table).contains("withdrawn by leaf"), "{}", said(&table));

    for (leaf, words) in [
        (&facts[0], "was taken back already, by leaf"),
        (&withdrawals[0]["leaf"], "only what a person recorded can be taken back"),
        (&leaf_of("decision"), "is `decision`"),
        (&Value::from(9999), "there is no leaf 9999"),
    ] {
        let refused = withdraw(leaf);
        assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
        assert!(said(&refused).contains(words), "{words}: {}", said(&refused));
    }
}

#[test]
fn erasing_leaves_no_word_about_a_subject_and_all_else_as_it_was() {
    let ledger = Ledger::begin();
    let file = ledger.at("roster.jsonl");
    let roster = fs::read_to_string(ROSTER).unwrap();
    let refused = "{\"id\":\"C-1001\",\"legal_name\":7}\n";
    fs::write(&file, format!("{roster}{refused}")).unwrap();
    ledger.eval(ALONE, text(&file), &["--as-of", AS_OF]);
    let recorded = ledger.run(&[
        "record",
        "control",
        "--subject",
        "C-1001",
        "--field",
        "checks",
        "--value",
        "{}",
        "--by",
        "A. Analyst, compliance",
        "--why",
        "Bandersnatch",
    ]);
    assert_eq!(recorded.status.code(), Some(0), "{}", said(&recorded));
    let proof = ledger.run(&["prove", "--subject", "C-1001"]).stdout;
    let before = ledger.verified().1;

    let by = ["--by", "A. Counsel, data protection", "--why", "a request under Article 17"];
    let erase = ["erase", "--subject", "C-1001"];
    let dry = ledger.run(&[erase.as_slice(), &by, &["--dry-run"]].concat());
    assert!(said(&dry).contains("would erase 3 documents"), "{}", said(&dry));
    let erased = ledger.run(&[erase.as_slice(), &by].concat());
    assert_eq!(erased.status.code(), Some(0), "{}", said(&erased));

    let record: Value = serde_json::from_str(roster.lines().next().unwrap()).unwrap();
    let name = record["legal_name"].as_str().unwrap();
    for file in ledger.files() {
        let bytes = fs::read(&file).unwrap();
        for word in ["C-1001", name, "Bandersnatch"] {
            let is_there = bytes.windows(word.len()).any(|window| window == word.as_bytes());
            assert!(!is_there, "{word} is in {}", file.display());
        }
    }
    let (exit, after) = ledger.verified();
    assert_eq!(exit, Some(0), "{after}");
    assert_eq!(after["read"]["erased"], 2);
    assert_eq!(before["read"]["erased"], 0);
    assert!(TlogProof::parse(&proof).unwrap().holds(), "an older proof still holds");
    let replayed = ledger.replay(&[]);
    assert_eq!(replayed.status.code(), Some(1));
    assert!(
        said(&replayed).contains("28 IDENTICAL, 0 DIFFERENT, 1 NOT REPLAYABLE"),
        "{}",
        said(&replayed)
    );
    assert!(said(&replayed).contains("the record was erased (leaf "));
    let again = ledger.run(&["prove", "--subject", "C-1001"]);
    assert_eq!(again.status.code(), Some(3));
    let disclosed = ledger.run(&["disclose", "--subject", "C-1002", "--field", "legal_name"]);
    assert_eq!(disclosed.status.code(), Some(0), "{}", said(&disclosed));
}

#[test]
fn one_program_writes_at_a_time_and_with_the_right_key() {
    let ledger = Ledger::begin();
    let lock = fs::File::create(ledger.path().join("lock")).unwrap();
    lock.lock().unwrap();
    let second = ledger.eval(ALONE, ROSTER, &[]);
    assert_eq!(second.status.code(), Some(3));
    assert!(said(&second).contains("somebody else is writing"), "{}", said(&second));
    let state = ledger.at("witness.json");
    let witness = ["witness", "--state", text(&state), "--name", "example.net/witness"];
    let cosigned = ledger.run(&[witness.as_slice(), &["--trust", &ledger.key]].concat());
    assert_eq!(cosigned.status.code(), Some(3));
    assert!(said(&cosigned).contains("--output FILE"), "{}", said(&cosigned));
    drop(lock);
    let other = Ledger::begin();
    let other_key = other.at("log.key");
    let wrong = ledger.eval(ALONE, ROSTER, &["--key", text(&other_key)]);
    assert_eq!(wrong.status.code(), Some(3));
    assert!(said(&wrong).contains("the key that was given"), "{}", said(&wrong));
    let none = plain(ALONE, ROSTER, &["--ledger", text(&ledger.at("nowhere"))]);
    assert!(said(&none).contains("duecare ledger init"), "{}", said(&none));
}

#[test]
fn a_key_under_a_passphrase_opens_with_it_alone() {
    let folder = TempDir::new().unwrap();
    let (path, key) = (folder.path().join("log"), folder.path().join("secret.pem"));
    let (right, wrong) = (folder.path().join("right"), folder.path().join("wrong"));
    fs::write(&right, "correct horse\n").unwrap();
    fs::write(&wrong, "battery staple\n").unwrap();
    let ledger = ["--ledger", text(&path), "--key", text(&key)];
    let init = ["ledger", "init", "--origin", "example.org/log", "--passphrase-file", text(&right)];
    assert_eq!(duecare(&[init.as_slice(), &ledger].concat()).status.code(), Some(0));
    let pem = fs::read_to_string(&key).unwrap();
    assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let recover =
        |file: &[&str]| duecare(&[&["ledger", "recover"], ledger.as_slice(), file].concat());
    assert_eq!(recover(&["--passphrase-file", text(&right)]).status.code(), Some(0));
    let refused = recover(&["--passphrase-file", text(&wrong)]);
    assert!(said(&refused).contains("does not open it"), "{}", said(&refused));
    assert!(said(&recover(&[])).contains("no passphrase was given"));
    if let Ok(opened) = Command::new("openssl")
        .args(["pkey", "-noout", "-passin", &format!("file:{}", text(&right)), "-in", text(&key)])
        .output()
    {
        assert!(opened.status.success(), "{}", said(&opened));
    }
}

#[test]
fn what_was_changed_is_refused_and_not_replayed() {
    let ledger = Ledger::begin();
    ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]);
    let run =
        ledger.leaves(&["--kind", "run_started"])[0]["entry"]["run"].as_str().unwrap().to_owned();

    let changed = ledger.at("changed.jsonl");
    let roster = fs::read_to_string(ROSTER).unwrap();
    fs::write(&changed, roster.replacen("Web developer", "Chief of web developers", 1)).unwrap();
    let same = ledger.replay(&["--run", &run, "--roster", ROSTER]);
    assert_eq!(same.status.code(), Some(0), "{}", said(&same));
    let other = ledger.replay(&["--run", &run, "--roster", text(&changed)]);
    assert_eq!(other.status.code(), Some(4));
    assert!(said(&other).contains("28 IDENTICAL, 1 DIFFERENT"), "{}", said(&other));

    let blob = files(&ledger.path().join("blobs"))
        .into_iter()
        .max_by_key(|file| fs::metadata(file).unwrap().len());
    let blob = blob.unwrap();
    let text_of = fs::read(&blob).unwrap();
    let mut altered = text_of.clone();
    altered[100] ^= 1;
    fs::write(&blob, altered).unwrap();
    let (exit, report) = ledger.verified();
    assert_eq!((exit, &report["verdict"]), (Some(4), &Value::from("FAIL")));
    let replayed = ledger.replay(&[]);
    assert_eq!(replayed.status.code(), Some(4));
    assert!(
        said(&replayed).contains("its content is not what its name says"),
        "{}",
        said(&replayed)
    );
    fs::remove_file(&blob).unwrap();
    assert!(said(&ledger.replay(&[])).contains("has a blob that is missing"));
    fs::write(&blob, text_of).unwrap();
    assert_eq!(ledger.verified().0, Some(0));
}

#[test]
fn nothing_is_taken_from_a_ledger_that_was_altered() {
    let ledger = Ledger::begin();
    ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]);
    let path = ledger.path();
    let with_facts =
        || plain(ALONE, ROSTER, &["--as-of", AS_OF, "--facts-from", text(&path), "--output", "-"]);
    let whole = with_facts();
    assert!(whole.status.code().is_some_and(|code| code < 2), "{}", said(&whole));
    let refuses = |what: &str| {
        for refused in [with_facts(), ledger.replay(&[])] {
            assert_eq!(refused.status.code(), Some(4), "{what}: {}", said(&refused));
            assert!(refused.stdout.is_empty(), "{what}: {}", said(&refused));
            assert!(said(&refused).contains("nothing is taken from it"), "{}", said(&refused));
            assert!(said(&refused).contains(what), "{what}: {}", said(&refused));
            assert!(said(&refused).contains("duecare ledger verify"), "{}", said(&refused));
        }
    };

    for part in ["wal", "tile", "keys", "checkpoint"] {
        let file = ledger
            .files()
            .into_iter()
            .rfind(|file| file.strip_prefix(&path).is_ok_and(|inside| inside.starts_with(part)));
        let file = file.unwrap();
        let bytes = fs::read(&file).unwrap();
        let mut altered = bytes.clone();
        altered[bytes.len() / 2] ^= 1;
        fs::write(&file, altered).unwrap();
        for refused in [with_facts(), ledger.replay(&[])] {
            assert_eq!(refused.status.code(), Some(4), "{part}: {}", said(&refused));
            assert!(refused.stdout.is_empty(), "{part}: {}", said(&refused));
        }
        fs::write(&file, bytes).unwrap();
    }

    // What people recorded in another ledger is not what they recorded in this one.
    let other = Ledger::begin();
    let by = ["--by", "A. Analyst, compliance", "--why", "asked to"];
    let control = ["record", "control", "--subject", "C-1001", "--field", "interviews"];
    let value = ["--value", r#"{"kind":"video","held_on":"2022-07-01"}"#];
    let recorded = other.run(&[control.as_slice(), &value, &by, &["--unchecked"]].concat());
    assert_eq!(recorded.status.code(), Some(0), "{}", said(&recorded));
    let kept = TempDir::new().unwrap();
    copy_folder(&path, &kept.path().join("log"));
    for part in ["index", "vault"] {
        fs::remove_dir_all(path.join(part)).unwrap();
        copy_folder(&other.path().join(part), &path.join(part));
    }
    refuses("index/events");
    fs::remove_dir_all(&path).unwrap();
    copy_folder(&kept.path().join("log"), &path);

    let last = files(&path.join("wal")).pop().unwrap();
    let mut torn = fs::OpenOptions::new().append(true).open(last).unwrap();
    torn.write_all(b"dc-frame").unwrap();
    drop(torn);
    refuses("duecare ledger recover");
    assert_eq!(ledger.run(&["recover"]).status.code(), Some(0));
    assert_eq!(with_facts().stdout, whole.stdout);
    assert_eq!(ledger.replay(&[]).status.code(), Some(0));
}

#[test]
fn what_is_no_ledger_is_called_what_it_is() {
    let ledger = Ledger::begin();
    let empty = ledger.at("empty");
    fs::create_dir(&empty).unwrap();
    let replayed = duecare(&["replay", "--ledger", text(&empty)]);
    assert_eq!(replayed.status.code(), Some(3));
    assert!(said(&replayed).contains("the folder is empty"), "{}", said(&replayed));
    assert!(!said(&replayed).contains("ledger init"), "{}", said(&replayed));
    let none = duecare(&["replay", "--ledger", text(&ledger.at("none"))]);
    assert!(said(&none).contains("it does not exist"), "{}", said(&none));

    let bag = ledger.at("bag");
    let why = ["--by", "A. Counsel, legal", "--why", "for the regulator"];
    let exported = ledger.run(&[["export", "--output", text(&bag)].as_slice(), &why].concat());
    assert_eq!(exported.status.code(), Some(0), "{}", said(&exported));
    let written = plain(ALONE, ROSTER, &["--as-of", AS_OF, "--ledger", text(&bag)]);
    assert_eq!(written.status.code(), Some(3));
    assert!(said(&written).contains("an export is read, not written"), "{}", said(&written));
    assert!(!said(&written).contains("ledger init"), "{}", said(&written));
}

#[test]
fn verification_says_which_key_it_went_by_and_how_far_others_vouch() {
    let ledger = Ledger::begin();
    let id = Vkey::parse(&ledger.key).unwrap().shown_id();
    // Words that stand on one line however it is broken.
    let verify = |more: &[&str]| {
        let verified = ledger.run(&[["verify"].as_slice(), more].concat());
        said(&verified).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let alone = verify(&[]);
    assert!(alone.contains(&format!("key {id}, not compared: anybody could have made")), "{alone}");
    let compared = verify(&["--trust", &ledger.key]);
    assert!(compared.contains(&format!("key {id}, compared with the key that you trust")));

    let head = ledger.at("head");
    fs::copy(ledger.path().join("checkpoint"), &head).unwrap();
    let state = ledger.at("witness.json");
    let named = ["witness", "--state", text(&state), "--name", "example.net/witness"];
    let begun = ledger.run(&[named.as_slice(), &["--trust", &ledger.key]].concat());
    let witness = String::from_utf8(begun.stdout).unwrap();
    let newest = verify(&["--head", text(&head)]);
    assert!(newest.contains("the first 1 leaves, by a head that you gave; there is no newer one"));
    ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]);
    let older = verify(&["--head", text(&head), "--witness", witness.trim()]);
    assert!(older.contains("by a head that you gave; the "), "{older}");
    assert!(older.contains("newer ones are not covered"), "{older}");
    assert!(older.contains("by the witness example.net/witness, since 20"), "{older}");
    let json = ledger.run(&["verify", "--format", "json", "--head", text(&head)]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["keys"], serde_json::json!([{"id": id, "from": 1}]));
    assert_eq!(json["key_trust"], "not_given");
    assert_eq!(json["vouched"], serde_json::json!([{"size": 1}]));

    let stranger = Ledger::begin();
    let other = verify(&["--trust", &stranger.key]);
    assert!(other.starts_with("FAIL"), "{other}");
    assert!(!other.contains("self-signed"), "{other}");
    assert!(other.contains("trust none"), "{other}");
}

#[test]
fn a_query_is_no_time_stamp() {
    let ledger = Ledger::begin();
    let query = ledger.at("head.tsq");
    let asked = ledger.run(&["timestamp", "--query", text(&query)]);
    assert_eq!(asked.status.code(), Some(0), "{}", said(&asked));
    let kept = ledger.run(&["timestamp", "--reply", text(&query)]);
    assert_eq!(kept.status.code(), Some(3), "{}", said(&kept));
    assert!(said(&kept).contains("no reply of a time-stamping authority"), "{}", said(&kept));
    let checkpoints = ledger.path().join("checkpoints");
    assert!(files(&checkpoints).iter().all(|file| file.extension().is_none()));

    let head = files(&checkpoints).pop().unwrap();
    fs::copy(&query, head.with_extension("1.tsr")).unwrap();
    let (exit, report) = ledger.verified();
    assert_eq!((exit, &report["verdict"]), (Some(4), &Value::from("FAIL")));
    assert!(report.to_string().contains("no reply of an authority"), "{report}");
}

#[test]
fn records_kept_elsewhere_are_replayed_when_they_are_given() {
    let ledger = Ledger::begin();
    ledger.eval(COMPARES, ROSTER, &["--as-of", AS_OF, "--records", "digest-only"]);
    assert_eq!(ledger.verified().0, Some(0));
    let alone = ledger.replay(&[]);
    assert!(said(&alone).contains("give the roster with --roster"), "{}", said(&alone));
    let run =
        ledger.leaves(&["--kind", "run_started"])[0]["entry"]["run"].as_str().unwrap().to_owned();
    let given = ledger.replay(&["--run", &run, "--roster", ROSTER]);
    assert!(said(&given).contains("29 IDENTICAL"), "{}", said(&given));
    for file in ledger.files() {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"C-1001"), "{}", file.display());
    }
}

/// The records do not keep what was taken from the ledger then: the ledger does.
#[test]
fn facts_count_again_for_records_that_are_kept_elsewhere() {
    let ledger = Ledger::begin();
    let kept = ["--as-of", AS_OF, "--records", "digest-only"];
    let before = lines(&ledger.eval(COMPARES, ROSTER, &kept).stdout);
    let (subject, hit) = first_hit(&before, |rule| rule["kind"] == "flag");
    disposition(&ledger, subject, hit, "cleared", "2022-07-01");
    let interview = r#"{"kind":"video","held_on":"2022-07-01","identity_verified":true}"#;
    let recorded = ledger.run(&control(subject, "interviews", interview));
    assert_eq!(recorded.status.code(), Some(0), "{}", said(&recorded));
    let path = ledger.path();
    let more = [kept.as_slice(), &["--facts-from", text(&path)]].concat();
    assert_ne!(lines(&ledger.eval(COMPARES, ROSTER, &more).stdout), before);
    // What was recorded or taken back later does not count for what was decided before.
    let leaf = ledger.leaves(&["--kind", "control_done"])[0]["leaf"].to_string();
    let by = ["--by", "B. Analyst", "--why", "a mistake"];
    let withdrawn = ledger.run(&[["record", "withdraw", "--leaf", &leaf].as_slice(), &by].concat());
    assert_eq!(withdrawn.status.code(), Some(0), "{}", said(&withdrawn));
    disposition(&ledger, subject, hit, "confirmed", "2022-07-02");
    for run in ledger.leaves(&["--kind", "run_started"]) {
        let run = run["entry"]["run"].as_str().unwrap();
        let replayed = ledger.replay(&["--run", run, "--roster", ROSTER]);
        assert!(said(&replayed).contains("29 IDENTICAL, 0 DIFFERENT"), "{}", said(&replayed));
    }
}

#[test]
fn bytes_that_are_no_text_are_not_disclosed_as_something_else() {
    let ledger = Ledger::begin();
    let roster = ledger.at("roster.csv");
    fs::write(&roster, b"id,legal_name,remark\nC-1,Aster Sample,caf\xe9\n").unwrap();
    let run = ledger.eval(ALONE, text(&roster), &["--as-of", AS_OF]);
    assert!(run.status.code().is_some_and(|code| code < 2), "{}", said(&run));
    let bag = ledger.at("bag");
    let by = ["--by", "A. Counsel", "--why", "asked to"];
    let disclose = |field: &str| ledger.run(&["disclose", "--subject", "C-1", "--field", field]);
    let source = disclose("source");
    assert_eq!((source.status.code(), source.stdout.len()), (Some(3), 0), "{}", said(&source));
    assert!(said(&source).contains("no UTF-8 text"), "{}", said(&source));
    assert_eq!(disclose("legal_name").status.code(), Some(0));
    let export = ["export", "--output", text(&bag), "--subject", "C-1", "--field"];
    let refused = ledger.run(&[export.as_slice(), &["source"], &by].concat());
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    assert!(!bag.exists());
    let exported = ledger.run(&[export.as_slice(), &["legal_name"], &by].concat());
    assert_eq!(exported.status.code(), Some(0), "{}", said(&exported));
    let verified = duecare(&["ledger", "verify", "--ledger", text(&bag)]);
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
}

#[test]
fn what_was_decided_after_an_interrupted_run_is_disclosed() {
    let ledger = Ledger::begin();
    let roster = ledger.at("roster.jsonl");
    fs::write(&roster, fs::read_to_string(ROSTER).unwrap() + "broken\n").unwrap();
    let more = ["--as-of", AS_OF, "--max-refused", "0"];
    let ended = ledger.eval(ALONE, text(&roster), &more);
    assert_eq!(ended.status.code(), Some(3), "{}", said(&ended));
    assert!(ledger.leaves(&["--kind", "run_completed"]).is_empty());
    ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]);
    let shown = ledger.run(&["disclose", "--subject", "C-1001", "--field", "legal_name"]);
    assert_eq!(shown.status.code(), Some(0), "{}", said(&shown));
}

#[test]
fn a_witness_sees_growth_and_refuses_anything_else() {
    let ledger = Ledger::begin();
    let state = ledger.at("witness.json");
    let first = ["witness", "--state", text(&state)];
    assert!(said(&ledger.run(&first)).contains("--name NAME"));
    let named = [first.as_slice(), &["--name", "example.net/witness"]].concat();
    assert!(said(&ledger.run(&named)).contains("--trust KEY"));
    let begun = ledger.run(&[named.as_slice(), &["--trust", &ledger.key]].concat());
    assert_eq!(begun.status.code(), Some(0), "{}", said(&begun));
    let witness = String::from_utf8(begun.stdout).unwrap();

    let copy = TempDir::new().unwrap();
    let old = copy.path().join("log");
    copy_folder(&ledger.path(), &old);
    ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]);
    let grown = ledger.run(&first);
    assert_eq!(grown.status.code(), Some(0), "{}", said(&grown));
    let verified = ledger.run(&["verify", "--witness", witness.trim()]);
    assert_eq!(verified.status.code(), Some(0));
    assert!(said(&verified).contains("independently witnessed"), "{}", said(&verified));

    // A backup in place of the log, and another log under the same name and key.
    let witnessed = |path: &Path| {
        duecare(&["ledger", "witness", "--state", text(&state), "--ledger", text(path)])
    };
    let rolled_back = witnessed(&old);
    assert_eq!(rolled_back.status.code(), Some(4));
    assert!(said(&rolled_back).contains("its end was cut"), "{}", said(&rolled_back));
    let key = ledger.at("log.key");
    duecare(&[
        "eval",
        "--policy",
        COMPARES,
        "--roster",
        ROSTER,
        "--ledger",
        text(&old),
        "--key",
        text(&key),
    ]);
    let forked = witnessed(&old);
    assert_eq!(forked.status.code(), Some(4), "{}", said(&forked));
    assert!(said(&forked).contains("is not the one that was seen last"), "{}", said(&forked));
    let head = ledger.path().join("checkpoint");
    let fork = duecare(&["ledger", "verify", "--ledger", text(&old), "--head", text(&head)]);
    assert_eq!(fork.status.code(), Some(4));
}

#[test]
fn an_export_can_be_checked_and_holds_nothing_of_the_vault() {
    let ledger = Ledger::begin();
    ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]);
    let bag = ledger.at("bag");
    let export = [
        "export",
        "--output",
        text(&bag),
        "--subject",
        "C-1001",
        "--field",
        "legal_name",
        "--by",
        "A. Counsel, legal",
        "--why",
        "for the regulator",
    ];
    let exported = ledger.run(&export);
    assert_eq!(exported.status.code(), Some(0), "{}", said(&exported));
    let verify = || duecare(&["ledger", "verify", "--ledger", text(&bag), "--trust", &ledger.key]);
    let verified = verify();
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    assert!(bag.join("data/report.html").is_file());
    assert!(bag.join("data/policies/engagement_risk-1.0.0").is_dir());
    let disclosed = files(&bag.join("data/disclosures"));
    let disclosed: Value = serde_json::from_slice(&fs::read(&disclosed[0]).unwrap()).unwrap();
    assert_eq!(disclosed["field"], "field/legal_name");
    let proof = TlogProof::parse(disclosed["proof"].as_str().unwrap().as_bytes()).unwrap();
    assert!(proof.holds());
    let roster = fs::read_to_string(ROSTER).unwrap();
    let second: Value = serde_json::from_str(roster.lines().nth(1).unwrap()).unwrap();
    for word in ["C-1002", second["legal_name"].as_str().unwrap()] {
        for file in files(&bag) {
            let bytes = fs::read(&file).unwrap();
            let is_there = bytes.windows(word.len()).any(|window| window == word.as_bytes());
            let is_policy = file.starts_with(bag.join("data/policies"))
                || file.starts_with(bag.join("data/log/blobs"));
            assert!(!is_there || is_policy, "{word} is in {}", file.display());
        }
    }
    let proved = duecare(&["ledger", "prove", "--ledger", text(&bag), "--leaf", "3"]);
    assert_eq!(proved.status.code(), Some(0), "{}", said(&proved));
    for file in ["data/report.html", "data/log/checkpoint", "bag-info.txt", "manifest-sha256.txt"] {
        let file = bag.join(file);
        let bytes = fs::read(&file).unwrap();
        let mut altered = bytes.clone();
        altered[10] ^= 1;
        fs::write(&file, altered).unwrap();
        let refused = verify();
        assert_eq!(refused.status.code(), Some(4), "{}", file.display());
        fs::write(&file, bytes).unwrap();
    }
    assert!(said(&verify()).contains("data/report.html: it is not signed"));
    // Manifests are for what happens by accident: whoever alters a file can make them anew.
    let altered_in = |part: &str| {
        let file = files(&bag.join(part)).pop().unwrap();
        let kept = fs::read(&file).unwrap();
        let mut altered = kept.clone();
        altered[kept.len() / 2] ^= 1;
        fs::write(&file, altered).unwrap();
        let manifests: Vec<(PathBuf, String)> = ["manifest-sha256.txt", "tagmanifest-sha256.txt"]
            .map(|name| (bag.join(name), fs::read_to_string(bag.join(name)).unwrap()))
            .into();
        for (manifest, text) in &manifests {
            let made: Vec<String> = text
                .lines()
                .map(|line| line.split_once("  ").unwrap().1)
                .map(|name| {
                    let digest = Digest::of(&fs::read(bag.join(name)).unwrap()).to_string();
                    format!("{}  {name}\n", digest.trim_start_matches("sha256:"))
                })
                .collect();
            fs::write(manifest, made.concat()).unwrap();
        }
        let verified = verify();
        fs::write(&file, kept).unwrap();
        for (manifest, text) in manifests {
            fs::write(manifest, text).unwrap();
        }
        verified
    };
    for (part, what) in [
        ("data/policies", "it is not a text of a policy that the log names"),
        ("data/proofs", "it is not the proof of a leaf of this log"),
        ("data/disclosures", "it is not what a leaf of this log commits to"),
    ] {
        let refused = altered_in(part);
        assert_eq!(refused.status.code(), Some(4), "{part}: {}", said(&refused));
        assert!(said(&refused).contains(what), "{part}: {}", said(&refused));
        assert!(!said(&refused).contains("what the manifest says"), "{}", said(&refused));
    }
    assert_eq!(altered_in("data/log/index").status.code(), Some(4));
    assert_eq!(verify().status.code(), Some(0));
    fs::write(bag.join("data/stranger"), "?").unwrap();
    assert!(said(&verify()).contains("the manifest does not know the file"));
}

#[test]
fn a_log_goes_on_under_a_new_key() {
    let ledger = Ledger::begin();
    ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]);
    let new_key = ledger.at("new.key");
    let rotated = ledger.run(&["rotate-key", "--new-key", text(&new_key)]);
    assert_eq!(rotated.status.code(), Some(0), "{}", said(&rotated));
    let old = ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]);
    assert_eq!(old.status.code(), Some(3));
    let new = ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF, "--key", text(&new_key)]);
    assert_eq!(new.status.code(), Some(0), "{}", said(&new));
    let trusts = |key: &str| ledger.run(&["verify", "--trust", key]).status.code();
    assert_eq!(trusts(&ledger.key), Some(0));
    assert_eq!(trusts(String::from_utf8(rotated.stdout).unwrap().trim()), Some(0));
    assert_eq!(trusts(&Ledger::begin().key), Some(4));
}

#[test]
fn a_sealed_log_is_at_its_end_and_another_goes_on_from_it() {
    let ledger = Ledger::begin();
    ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]);
    let why = ["--by", "J. Ahn, counsel", "--why", "The company was merged"];
    let sealed = ledger.run(&[["seal"].as_slice(), &why].concat());
    assert_eq!(sealed.status.code(), Some(0), "{}", said(&sealed));
    let new_key = ledger.at("new.key");
    let refused = [
        ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]),
        ledger.run(&control("C-1001", "interviews", "{}")),
        ledger.run(&["rotate-key", "--new-key", text(&new_key)]),
        ledger.run(&[["seal"].as_slice(), &why].concat()),
    ];
    for refused in &refused {
        assert_eq!(refused.status.code(), Some(3), "{}", said(refused));
        assert!(said(refused).contains("it is sealed, and takes no more"), "{}", said(refused));
        assert!(said(refused).contains("--predecessor"), "{}", said(refused));
    }
    assert!(!new_key.exists());
    let erased = ledger.run(&[["erase", "--subject", "C-1001"].as_slice(), &why].concat());
    assert_eq!(erased.status.code(), Some(0), "{}", said(&erased));
    let bag = ledger.at("bag");
    let exported = ledger.run(&[["export", "--output", text(&bag)].as_slice(), &why].concat());
    assert_eq!(exported.status.code(), Some(0), "{}", said(&exported));
    let (exit, report) = ledger.verified();
    let seal = ledger.leaves(&["--kind", "log_sealed"])[0]["leaf"].clone();
    assert_eq!((exit, &report["sealed"]), (Some(0), &seal), "{report}");

    let path = ledger.path();
    let next = ledger.at("next");
    let succeed = |folder: &Path, origin: &str, predecessor: &Path| {
        let arguments = ["ledger", "init", "--ledger", text(folder), "--origin", origin];
        duecare(&[arguments.as_slice(), &["--predecessor", text(predecessor)]].concat())
    };
    let same_name = succeed(&next, "example.org/log", &path);
    assert_eq!(same_name.status.code(), Some(3));
    assert!(said(&same_name).contains("a name of its own"), "{}", said(&same_name));
    let begun = succeed(&next, "example.org/log-2", &path);
    assert_eq!(begun.status.code(), Some(0), "{}", said(&begun));
    assert!(said(&begun).contains("it goes on from example.org/log"), "{}", said(&begun));
    assert!(!said(&begun).contains("is not sealed"), "{}", said(&begun));

    let verify = |folder: &Path, predecessor: &Path| {
        let arguments = ["ledger", "verify", "--ledger", text(folder)];
        duecare(&[arguments.as_slice(), &["--predecessor", text(predecessor)]].concat())
    };
    for predecessor in [&path, &bag] {
        let verified = verify(&next, predecessor);
        assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
        assert!(!said(&verified).contains("note:"), "{}", said(&verified));
    }
    let other = Ledger::begin();
    let unknown = ledger.at("none");
    for (folder, predecessor, words) in [
        (&next, &other.path(), "it never had the head"),
        (&next, &next, "and the log goes on from `example.org/log`"),
        (&path, &next, "the log goes on from no other one"),
        (&next, &unknown, "NOT VERIFIED"),
    ] {
        let verified = verify(folder, predecessor);
        assert_eq!(verified.status.code(), Some(4), "{}", said(&verified));
        assert!(said(&verified).contains(words), "{words}: {}", said(&verified));
    }
    let segment = path.join("wal/00000001.seg");
    let mut bytes = fs::read(&segment).unwrap();
    bytes[500] ^= 1;
    fs::write(&segment, bytes).unwrap();
    assert_eq!(verify(&next, &path).status.code(), Some(4));
    let again = succeed(&ledger.at("again"), "example.org/log-3", &path);
    assert_eq!(again.status.code(), Some(4), "{}", said(&again));
    assert!(!ledger.at("again").exists());
}

#[test]
fn a_log_is_not_sealed_in_the_middle_of_a_run_unasked() {
    let ledger = Ledger::begin();
    let file = ledger.at("roster.jsonl");
    fs::write(&file, "no record\n").unwrap();
    let options = ["--as-of", AS_OF, "--max-refused", "0"];
    assert_eq!(ledger.eval(ALONE, text(&file), &options).status.code(), Some(3));
    let seal = ["seal", "--by", "J. Ahn, counsel", "--why", "The company was merged"];
    let refused = ledger.run(&seal);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    assert!(said(&refused).contains("was interrupted"), "{}", said(&refused));
    let sealed = ledger.run(&[seal.as_slice(), &["--unfinished"]].concat());
    assert_eq!(sealed.status.code(), Some(0), "{}", said(&sealed));
    assert_eq!(ledger.verified().0, Some(0));
}

#[test]
fn a_log_without_its_key_is_exported_and_gone_on_from() {
    let ledger = Ledger::begin();
    ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF]);
    fs::remove_file(ledger.at("log.key")).unwrap();
    let bag = ledger.at("bag");
    let why = ["--by", "M. Lind, counsel", "--why", "A request"];
    let logged = ledger.run(&[["export", "--output", text(&bag)].as_slice(), &why].concat());
    assert_eq!(logged.status.code(), Some(3), "{}", said(&logged));
    let exported = ledger.run(&["export", "--output", text(&bag), "--unlogged"]);
    assert_eq!(exported.status.code(), Some(0), "{}", said(&exported));
    let next = ledger.at("next");
    let path = ledger.path();
    let begun = duecare(&[
        "ledger",
        "init",
        "--ledger",
        text(&next),
        "--origin",
        "example.org/log-2",
        "--predecessor",
        text(&path),
    ]);
    assert_eq!(begun.status.code(), Some(0), "{}", said(&begun));
    assert!(said(&begun).contains("is not sealed"), "{}", said(&begun));
    let verified =
        duecare(&["ledger", "verify", "--ledger", text(&next), "--predecessor", text(&bag)]);
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    assert!(said(&verified).contains("note:"), "{}", said(&verified));
    assert!(said(&verified).contains("it is not sealed"), "{}", said(&verified));
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// `/dev/full` takes nothing: whoever cannot tell has recorded, and goes on later.
#[cfg(target_os = "linux")]
#[test]
fn a_run_whose_output_cannot_be_written_goes_on_later() {
    let ledger = Ledger::begin();
    let full = ledger.eval(ALONE, ROSTER, &["--as-of", AS_OF, "--output", "/dev/full"]);
    assert_eq!(full.status.code(), Some(3));
    assert!(said(&full).contains("the output cannot be written"), "{}", said(&full));
    assert_eq!(ledger.verified().1["runs"][0]["is_complete"], false);
    let resumed = ledger.eval(ALONE, ROSTER, &["--resume"]);
    assert_eq!(resumed.stdout, plain(ALONE, ROSTER, &["--as-of", AS_OF]).stdout);
    assert_eq!(ledger.verified().1["runs"][0]["is_complete"], true);
    assert_eq!(ledger.verified().1["runs"][0]["decided"], 29);
}
