use std::process::{Command, Stdio};

use super::library::{Library, version};

const OLD: &str = "policies/test/1.0.0.due";
const NEW: &str = "policies/test/1.1.0.due";

/// What every form of the two versions has to come to.
const LOOSER: &str = "On the whole it is looser: no single change catches anybody new.";

#[test]
fn versions_are_named_by_files_and_by_names() {
    let library = Library::new();
    for (old, new) in [
        (OLD, NEW),
        ("test@1.0.0", "test@1.1.0"),
        ("test@1.0.0", "test"),
        ("./policies/test/../test/1.0.0.due", "policies/test"),
    ] {
        let ran = library.diff(&[old, new]);
        assert_eq!(ran.code, 0, "{old} {new}: {}", ran.err);
        assert!(ran.out.contains(LOOSER), "{}", ran.out);
        assert!(ran.out.contains(
            "Old: test 1.0.0 (stable), in force from 2022-01-01 until 2022-06-01, not published"
        ));
        assert!(ran.out.contains(
            "New: test 1.1.0 (stable), in force from 2022-06-01, with no end, not published"
        ));
    }
}

#[test]
fn of_a_folder_the_latest_version_is_taken_or_the_one_in_force() {
    let library = Library::new();
    let ran = library.diff(&[OLD, "policies/test"]);
    assert_eq!(
        ran.err,
        "the new version is test 1.1.0 (stable), the latest of 2 in `policies/test`\n"
    );
    let ran = library.diff(&["policies/test", NEW, "--as-of", "2022-03-01"]);
    assert_eq!(
        ran.err,
        "the old version is test 1.0.0 (stable), in force on 2022-03-01 of 2 in `policies/test`\n"
    );
    assert!(ran.out.contains(LOOSER), "{}", ran.out);
    let ran = library.diff(&["policies/test", NEW, "--as-of", "2021-03-01"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("the old version `policies/test`: no version is in force on 2021-03-01"),
        "{}",
        ran.err
    );
}

#[test]
fn it_is_said_which_version_is_published() {
    let library = Library::new();
    let published = crate::support::command::duecare_in(
        library.path(),
        &["publish", "test@1.0.0"],
        &mut |_| {},
    );
    assert_eq!(published.code, 0, "{}", published.err);
    let ran = library.diff(&["test@1.0.0", "test@1.1.0"]);
    assert!(ran.out.contains("until 2022-06-01, published on 20"), "{}", ran.out);
    assert!(ran.out.contains("with no end, not published"), "{}", ran.out);

    // What was changed afterwards can be looked at, and is not called published.
    library.edit(OLD, "24 hours", "30 hours");
    let ran = library.diff(&["test@1.0.0", "test@1.1.0"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("warning: test 1.0.0 was published on 20"), "{}", ran.err);
    assert!(
        ran.err.contains("with another text than that of the old version `test@1.0.0`"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("this text is not the published one"), "{}", ran.out);
    let json = library.diff(&["test@1.0.0", "test@1.1.0", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(told["old"]["published"], false);

    library.edit("policies/published.lock", "24", "25");
    library.write("policies/published.lock", "form: duecare.published/1\n");
    let ran = library.diff(&["test@1.0.0", "test@1.1.0"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err
            .contains("what is published cannot be told: `policies/published.lock` cannot be used"),
        "{}",
        ran.err
    );
}

/// The program on a library, with so many columns as the environment says.
fn out_in(library: &Library, columns: Option<&str>, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_duecare"));
    command.arg("diff").args(arguments).current_dir(library.path()).env_remove("COLUMNS");
    if let Some(columns) = columns {
        command.env("COLUMNS", columns);
    }
    String::from_utf8(command.stdin(Stdio::null()).output().unwrap().stdout).unwrap()
}

#[test]
fn the_text_of_a_clause_fits_the_terminal_and_keeps_its_indentation() {
    let library = Library::new();
    let text = library.text(NEW);
    let flag = "flag added \"A flag that is new and has quite a long title, so long that it does not fit\" {\n  cites s i\n  severity weak\n  weight 5 because \"a reason that is so long that nobody could read it on one line of a terminal\"\n  when span > limit\n}\n";
    library.write(NEW, &text.replace("decision {", &format!("{flag}decision {{")));
    let added = |out: &str| -> Vec<String> {
        let clause = out.lines().skip_while(|line| !line.starts_with("      + flag added"));
        clause.take_while(|line| line.starts_with("      ")).map(str::to_owned).collect()
    };
    let whole = added(&out_in(&library, None, &[OLD, NEW]));
    let because = "      +   weight 5 because \"a reason that is so long that nobody could read it on one line of a terminal\"";
    assert_eq!(whole[3], because, "{whole:#?}");
    let narrow = added(&out_in(&library, Some("80"), &[OLD, NEW]));
    assert!(narrow.iter().all(|line| line.chars().count() <= 80), "{narrow:#?}");
    assert!(narrow.len() > whole.len(), "{narrow:#?}");
    let place = narrow.iter().position(|line| line.contains("weight 5 because")).unwrap();
    assert!(narrow[place].starts_with("      +   weight 5 because"), "{narrow:#?}");
    // What goes on stands further in than what it goes on from.
    assert!(narrow[place + 1].starts_with("            "), "{narrow:#?}");
    let words = |lines: &[String]| lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&narrow), words(&whole));
    // A file is for reading elsewhere.
    out_in(&library, Some("80"), &[OLD, NEW, "--output", "diff.txt"]);
    assert_eq!(added(&library.text("diff.txt")), whole);
}

#[test]
fn a_version_that_cannot_be_used_is_refused() {
    let library = Library::new();
    library.write(
        "policies/test/2.0.0.due",
        &version("2.0.0", "2023-01-01", "36 hours").replace("span >", "spam >"),
    );
    library.write("empty.due", "param limit = 3 because \"x\"\n");
    for (old, new, said) in [
        (
            OLD,
            "policies/test/2.0.0.due",
            "the new version `policies/test/2.0.0.due` cannot be used: 1 error",
        ),
        (
            "policies/test/2.0.0.due",
            NEW,
            "the old version `policies/test/2.0.0.due` cannot be used: 1 error",
        ),
        ("test@3.0.0", NEW, "`test` has no version 3.0.0"),
        ("nothing.due", NEW, "there is no policy `nothing.due`"),
        (
            OLD,
            "policies/subject.due",
            "the new version `policies/subject.due` has no `policy` declaration",
        ),
    ] {
        let ran = library.diff(&[old, new]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{old} {new}: {}", ran.err);
        assert!(ran.err.contains(said), "{}", ran.err);
    }
}

#[test]
fn there_is_nothing_to_compare_with_a_file_that_was_added() {
    let library = Library::new();
    let ran = library.diff(&["/dev/null", NEW]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    assert!(ran.err.contains("there is no old version: the file was added"), "{}", ran.err);
    let ran = library.diff(&[OLD, "/dev/null"]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("there is no new version: the file was deleted"), "{}", ran.err);
}

#[test]
fn a_file_is_read_as_if_it_lay_elsewhere() {
    let library = Library::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("1.0.0.due");
    std::fs::write(&copy, library.text(OLD)).unwrap();
    let copy = copy.to_str().unwrap();
    let ran = library.diff(&[copy, NEW]);
    assert_eq!(ran.code, 2, "what it uses does not lie there: {}", ran.out);
    let ran = library.diff(&["--as", NEW, copy, NEW]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains(LOOSER), "{}", ran.out);
}

#[test]
fn the_exit_code_tells_of_changes_where_that_is_asked_for() {
    let library = Library::new();
    assert_eq!(library.diff(&[OLD, NEW, "--exit-code"]).code, 1);
    assert_eq!(library.diff(&[OLD, NEW]).code, 0);
    let ran = library.diff(&[OLD, OLD, "--exit-code"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("Both texts are the same, to the letter."), "{}", ran.out);
    library.edit(NEW, "36 hours", "24 hours");
    library.edit(NEW, "1.1.0", "1.0.0");
    library.edit(NEW, "effective 2022-06-01", "effective 2022-01-01 until 2022-06-01 /* c */");
    let text = library.text(NEW).replace("/* c */", "") + "// a comment\n";
    library.write("other/1.0.0.due", &text.replace("../subject", "../policies/subject"));
    let ran = library.diff(&[OLD, "other/1.0.0.due", "--exit-code"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
}

#[test]
fn two_policies_can_be_compared_and_it_is_said() {
    let library = Library::new();
    library.write(
        "policies/other/1.0.0.due",
        &version("1.0.0", "2022-01-01", "36 hours").replace("policy test", "policy other"),
    );
    let ran = library.diff(&[OLD, "policies/other/1.0.0.due"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("These are two policies, `test` and `other`"), "{}", ran.out);
}

#[test]
fn whoever_stops_reading_is_no_error() {
    let library = Library::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_duecare"))
        .args(["diff", OLD, NEW, "--format", "json"])
        .current_dir(library.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
