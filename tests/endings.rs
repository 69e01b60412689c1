//! How runs end: hopeless ones early, interrupted ones between batches, and faults of the program in the
//! refusal of one record.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use duecare::eval::Detail;
use duecare::roster::{BadValues, Format, RawReader};
use duecare::run::{Callbacks, Judged, Ladder, Plan, RunError, RunSummary, SoFar, evaluate};

use crate::support::command::{Ran, duecare};
use crate::support::{AS_OF, engine, policy_with, read, root};

/// So many records, each on a line, from a number on.
fn records(from: usize, count: usize) -> String {
    let mut text = String::new();
    for number in from..from + count {
        let _ = writeln!(text, r#"{{"id": "S-{number}"}}"#);
    }
    text
}

struct Outcome {
    result: Result<RunSummary, RunError>,
    decided: Vec<String>,
    refused: Vec<(u64, String)>,
}

/// A run over a roster, with what makes something of each subject.
fn run(
    text: &str,
    render: &(dyn Fn(&str) -> String + Sync),
    on_batch: &mut dyn FnMut(&SoFar) -> std::io::Result<ControlFlow<()>>,
) -> Outcome {
    let engine = engine(&policy_with("flag"), AS_OF);
    let engines = std::slice::from_ref(&engine);
    let layouts = [engine.layout(BadValues::Refuse)];
    let plan =
        Plan { engines, layouts: &layouts, jobs: 2, detail: Detail::Brief, is_prompt: false };
    let ladder = Ladder::new(engines).unwrap();
    let mut roster = RawReader::new(Format::JsonLines, text.as_bytes()).unwrap();
    let (mut decided, mut refused) = (Vec::new(), Vec::new());
    let result = evaluate(
        &plan,
        &ladder,
        &mut roster,
        Callbacks {
            render: &|_, judged: &[Judged<'_, '_>]| render(&judged[0].record.subject),
            earlier: None,
            on_decided: &mut |subject: String| {
                decided.push(subject);
                Ok(())
            },
            on_refused: &mut |record| {
                refused.push((record.raw.number, record.problems[0].to_string()));
                Ok(())
            },
            on_batch,
        },
    );
    Outcome { result, decided, refused }
}

#[test]
fn a_fault_refuses_the_record_and_no_other() {
    let render = |subject: &str| {
        assert!(subject != "S-3", "no such place: {subject}");
        subject.to_owned()
    };
    let mut faults = Vec::new();
    let text = records(1, 5) + &records(3, 1);
    let outcome = run(&text, &render, &mut |so_far| {
        faults.push((so_far.records, so_far.decided(), so_far.refused, so_far.faults));
        Ok(ControlFlow::Continue(()))
    });
    assert_eq!(outcome.decided, ["S-1", "S-2", "S-4", "S-5"]);
    let reason = "a fault of duecare, please report it: no such place: S-3";
    assert_eq!(outcome.refused, [(3, reason.to_owned()), (6, reason.to_owned())]);
    assert_eq!(faults, [(6, 4, 2, 2)]);
    let summary = outcome.result.unwrap();
    assert_eq!((summary.records(), summary.decided(), summary.refused()), (6, 4, 2));
    assert_eq!(summary.faults, 2);
    assert_eq!(summary.runs[0].refusals[0].reason, reason);
}

#[test]
fn a_run_ends_between_two_batches() {
    let text = records(1, 2_000);
    let outcome = run(&text, &str::to_owned, &mut |so_far| {
        if so_far.records > 600 {
            Ok(ControlFlow::Break(()))
        } else {
            Ok(ControlFlow::Continue(()))
        }
    });
    let Err(RunError::Stopped(so_far)) = outcome.result else { panic!("it ran to its end") };
    assert_eq!((so_far.records, so_far.decided(), so_far.refused), (1_024, 1_024, 0));
    assert_eq!(outcome.decided.len(), 1_024);
}

const POLICY: &str = "policies/engagement-risk";

fn eval(options: &[&str], input: &str) -> Ran {
    let arguments =
        ["eval", "--policy", POLICY, "--roster", "-", "--as-of", AS_OF, "--detail", "brief"];
    duecare(&[&arguments, options].concat(), input.as_bytes())
}

/// Whether every line is a whole decision.
fn are_whole(text: &str) -> bool {
    text.ends_with('\n')
        && text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok())
}

fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_hopeless_run_ends_early() {
    let text = records(1, 100) + &"broken\n".repeat(1_000) + &records(101, 3_000);
    let ran = eval(&["--max-refused", "10"], &text);
    assert_eq!(ran.code, 3);
    assert!(
        ran.err.contains("412 of 512 records are refused, and --max-refused 10 allows no more"),
        "{}",
        ran.err
    );
    assert_eq!(ran.out.lines().count(), 100);
    assert!(are_whole(&ran.out));
    // Among the first thousand a share says nothing; then it does.
    let ran = eval(&["--max-refused", "50%", "-q"], &text);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("924 of 1024 records are refused"), "{}", ran.err);
    let ran = eval(&["--max-refused", "92%", "-q"], &text);
    assert_eq!((ran.code, ran.out.lines().count()), (1, 3_100), "{}", ran.err);
    // At the end it does in any case.
    let ran = eval(&["--max-refused", "1%", "-q"], &(records(1, 10) + "broken\n"));
    assert_eq!((ran.code, ran.out.lines().count()), (3, 10), "{}", ran.err);
    assert!(ran.err.contains("1 of 11 records are refused"), "{}", ran.err);
    assert_eq!(eval(&["--max-refused", "x"], "").code, 3);
}

#[test]
fn of_a_hopeless_run_only_the_refused_records_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let text = records(1, 5) + "broken\nworse\n";
    let (output, summary, report) = (path("decisions.jsonl"), path("summary.json"), path("r.md"));
    let refused = path("refused.jsonl");
    let options = [
        "--max-refused",
        "1",
        "--output",
        &output,
        "--summary",
        &summary,
        "--report",
        &report,
        "--refused",
        &refused,
    ];
    let ran = eval(&options, &text);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("decisions.jsonl` was not written"), "{}", ran.err);
    assert_eq!(names(folder.path()), ["refused.jsonl"]);
    assert_eq!(std::fs::read_to_string(refused).unwrap().lines().count(), 2);
}

#[cfg(unix)]
#[test]
fn a_pipe_as_an_output_stays_a_pipe() {
    use std::os::unix::fs::FileTypeExt as _;
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("decisions.jsonl");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let path = pipe.clone();
    let reader = std::thread::spawn(move || std::fs::read_to_string(path).unwrap());
    let ran = eval(&["--output", pipe.to_str().unwrap(), "-q"], &records(1, 3));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(reader.join().unwrap().lines().count(), 3);
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
}

#[test]
fn two_outputs_are_two_files() {
    let ran = eval(&["--summary", "same.json", "--output", "same.json"], &records(1, 1));
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("`same.json` is named twice as an output"), "{}", ran.err);
}

/// That an output is refused because something is read from there, and that it stays what it was.
#[track_caller]
fn stays(arguments: &[&str], file: &Path) {
    let before = std::fs::read(file).unwrap();
    let ran = duecare(arguments, b"");
    assert_eq!(ran.code, 3, "{arguments:?}: {}", ran.err);
    assert!(ran.err.contains("overwritten"), "{arguments:?}: {}", ran.err);
    assert_eq!(std::fs::read(file).unwrap(), before, "{arguments:?}");
}

#[test]
fn an_output_does_not_take_the_place_of_an_input() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let roster = at("roster.jsonl");
    std::fs::write(&roster, records(1, 3)).unwrap();
    let policies = at("policies");
    std::fs::create_dir(&policies).unwrap();
    let policy = at("policies/test.due");
    let text = policy_with("flag").replace("../../tests/fixtures/subject.due", "subject.due");
    std::fs::write(&policy, text).unwrap();
    let fields = at("policies/subject.due");
    std::fs::write(&fields, read("tests/fixtures/subject.due")).unwrap();
    let dispositions = at("dispositions.jsonl");
    std::fs::write(&dispositions, "").unwrap();
    let eval = ["eval", "--policy", &policy, "--as-of", AS_OF, "--roster", &roster];
    let also = ["--dispositions", &dispositions];
    for option in ["--output", "--summary", "--refused"] {
        for file in [&roster, &policy, &fields, &dispositions] {
            let arguments = [eval.as_slice(), &also, &[option, file]].concat();
            stays(&arguments, Path::new(file));
        }
    }
    let roundabout = at("policies/../roster.jsonl");
    stays(&[eval.as_slice(), &["--output", &roundabout]].concat(), Path::new(&roster));
    #[cfg(unix)]
    {
        let link = at("link.jsonl");
        std::os::unix::fs::symlink(&roster, &link).unwrap();
        stays(&[eval.as_slice(), &["--output", &link]].concat(), Path::new(&roster));
        let ran = duecare(
            &[eval.as_slice(), &["--output", &at("a"), "--summary", &at("b/../a")]].concat(),
            b"",
        );
        assert_eq!(ran.code, 3, "{}", ran.err);
    }
    let diff = ["diff", &policy, &policy, "--no-witness", "--roster", &roster];
    for file in [&policy, &roster] {
        stays(&[diff.as_slice(), &["--output", file]].concat(), Path::new(file));
        stays(&[diff.as_slice(), &["--touched", file]].concat(), Path::new(file));
    }
    let table = at("people.csv");
    std::fs::write(&table, "id,legal_name\nC-1,A\n").unwrap();
    stays(
        &["roster", "map", &table, "--policy", "policies/engagement-risk", "--output", &table],
        Path::new(&table),
    );

    let ledger = at("log");
    let begun =
        duecare(&["ledger", "init", "--origin", "example.org/log", "--ledger", &ledger], b"");
    assert_eq!(begun.code, 0, "{}", begun.err);
    let head = at("log/checkpoint");
    stays(&[eval.as_slice(), &["--output", &head]].concat(), Path::new(&head));
    stays(&["ledger", "timestamp", "--ledger", &ledger, "--query", &head], Path::new(&head));

    let ran = duecare(&[eval.as_slice(), &["--output", &at("decisions.jsonl")]].concat(), b"");
    assert!(ran.code < 2, "{}", ran.err);
}

fn start(options: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_duecare"))
        .args(["eval", "--policy", POLICY, "--roster", "-", "--as-of", AS_OF, "--detail", "brief"])
        .args(options)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[cfg(unix)]
fn press_control_c(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[cfg(unix)]
/// Waits for a line of standard error that says so.
fn wait_for(words: &str, lines: &mut impl Iterator<Item = std::io::Result<String>>) {
    assert!(lines.any(|line| line.unwrap().contains(words)), "it never said `{words}`");
}

#[cfg(unix)]
#[test]
fn control_c_ends_a_run_after_the_batch_in_hand() {
    let folder = tempfile::tempdir().unwrap();
    let summary = folder.path().join("summary.json");
    let mut child = start(&["--summary", summary.to_str().unwrap()]);
    let mut input = child.stdin.take().unwrap();
    // The first record is refused: that it is named shows that the run goes on.
    let first = "broken\n".to_owned() + &records(1, 600);
    let mut out = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).unwrap();
        text
    });
    input.write_all(first.as_bytes()).unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap()).lines();
    wait_for("line 1 is refused", &mut err);
    press_control_c(&child);
    wait_for("ending after the records in hand", &mut err);
    // Either it had the first batch in hand, or it waits for the rest of the second.
    let _ = input.write_all(records(601, 2_000).as_bytes());
    let said = err.map(Result::unwrap).find(|line| line.contains("end of the roster")).unwrap();
    let decided = ["512 records = 511 decided + 1", "1024 records = 1023 decided + 1"]
        .into_iter()
        .zip([511, 1_023])
        .find_map(|(words, decided)| said.contains(words).then_some(decided));
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let out = reader.join().unwrap();
    assert!(are_whole(&out));
    assert_eq!(Some(out.lines().count()), decided, "{said}");
    assert!(names(folder.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn a_second_control_c_ends_it_at_once_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("decisions.jsonl");
    let mut child = start(&["--output", output.to_str().unwrap()]);
    let mut input = child.stdin.take().unwrap();
    input.write_all(("broken\n".to_owned() + &records(1, 600)).as_bytes()).unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap()).lines();
    wait_for("line 1 is refused", &mut err);
    assert_eq!(names(folder.path()).len(), 1, "it is written under another name");
    press_control_c(&child);
    wait_for("ending after the records in hand", &mut err);
    press_control_c(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(names(folder.path()).is_empty());
}

#[test]
fn nobody_who_reads_on_is_no_error() {
    let mut child = start(&[]);
    let mut input = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || {
        // The program may end before it has read everything.
        let _ = input.write_all(records(1, 20_000).as_bytes());
    });
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(are_whole(&line));
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
    feeder.join().unwrap();
}

#[test]
fn nobody_who_reads_a_parquet_file_on_is_no_error_either() {
    for count in [3, 20_000] {
        let mut child = start(&["--format", "parquet", "--quiet"]);
        drop(child.stdout.take());
        let mut input = child.stdin.take().unwrap();
        let feeder = std::thread::spawn(move || {
            let _ = input.write_all(records(1, count).as_bytes());
        });
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""), "{count}");
        feeder.join().unwrap();
    }
}

#[test]
fn every_run_says_that_every_record_is_accounted_for() {
    let ran = eval(&[], &records(1, 3));
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("3 records = 3 decided + 0 refused"), "{}", ran.err);
}
