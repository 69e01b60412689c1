//! The pages say what is so: every sample of the language is checked, and pages that are made from the
//! program are the same as what the program says. `UPDATE_DOCS=1` writes the latter anew.

use std::fmt::Write as _;

use duecare::diagnostic::{Code, Level};

use crate::support::command::duecare;
use crate::support::{load_text, read, root};

/// A fenced block with the words behind its fence, and the line it begins on.
struct Sample {
    line: usize,
    words: Vec<String>,
    text: String,
}

fn samples(page: &str) -> Vec<Sample> {
    let mut found = Vec::new();
    let mut open: Option<Sample> = None;
    for (line, text) in (1..).zip(page.lines()) {
        match (text.strip_prefix("```"), &mut open) {
            (Some(words), None) => {
                let words = words.split_whitespace().map(str::to_owned).collect();
                open = Some(Sample { line, words, text: String::new() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some(sample)) => {
                let _ = writeln!(sample.text, "{text}");
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

const HEAD: &str = r#"
policy sample 1.0.0 {
  title "Sample" owner "Test" status draft effective 2022-05-16 applies to contractor
  use "../records/contractor.due"
  use "../sources/advisory-2022.due"
}
"#;

const DECISION: &str = r#"
decision {
  levels clear < incomplete < review < block
  weights weak 5, moderate 15, strong 30 because "a sample"
  block when any prohibition is hit
  review when any flag is hit
  unsettled incomplete
}
"#;

fn flag(condition: &str) -> String {
    format!(
        "flag tested \"T\" {{\n cites advisory_2022 employer_8\n severity weak\n when {condition}\n}}\n"
    )
}

#[test]
fn every_sample_of_the_language_is_as_the_page_says() {
    let page = read("docs/language.md");
    let samples: Vec<Sample> = samples(&page)
        .into_iter()
        .filter(|sample| sample.words.first().is_some_and(|word| word == "due"))
        .collect();
    assert!(samples.len() >= 19, "only {} samples", samples.len());
    for sample in samples {
        let kind = sample.words.get(1).map_or("", String::as_str);
        let (text, expected) = match kind {
            "policy" => (sample.text.clone(), None),
            "condition" => (format!("{HEAD}{}{DECISION}", flag(&sample.text)), None),
            "" => (format!("{HEAD}{}{DECISION}", sample.text), None),
            refused => {
                let code = refused.strip_prefix("refused=").expect("a kind of sample");
                (format!("{HEAD}{}{DECISION}", flag(&sample.text)), Some(code.to_owned()))
            }
        };
        let errors: Vec<String> = load_text(&text)
            .diagnostics
            .iter()
            .filter(|found| found.level() == Level::Error)
            .map(|found| format!("{} {}", found.code, found.message))
            .collect();
        match expected {
            None => assert!(errors.is_empty(), "line {}: {errors:?}", sample.line),
            Some(code) => {
                assert_eq!(errors.len(), 1, "line {}: {errors:?}", sample.line);
                assert!(errors[0].starts_with(&code), "line {}: {errors:?}", sample.line);
            }
        }
    }
}

#[test]
fn the_sample_of_examples_is_one() {
    let page = read("docs/testing.md");
    let sample = samples(&page).into_iter().find(|sample| sample.words == ["yaml"]).unwrap();
    let path = root().join("policies/dprk-it-workers/1.0.0.due");
    let loaded = duecare::loader::load(&[path], &mut |asked| std::fs::read(asked));
    let mut suite = duecare::testing::Suite::new(&loaded);
    for case in duecare::testing::read_cases(&sample.text).unwrap() {
        let results = suite.run(&case).unwrap();
        assert!(results.iter().all(duecare::testing::CaseResult::has_passed), "{results:#?}");
    }
}

/// Compares a page with what it is made from, or writes it.
fn is_current(path: &str, made: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(root().join(path), made).unwrap();
    }
    assert!(read(path) == made, "{path} is out of date: run `just update`");
}

#[test]
fn the_page_of_findings_lists_every_code() {
    let mut page = "# Findings\n\nWhat `duecare check` can say about a policy. An error refuses the policy; a warning asks for \
                    attention; a note is shown\nwith `--notes`. This page is made from the program (`just update`).\n"
        .to_owned();
    for (level, title) in
        [(Level::Error, "Errors"), (Level::Warning, "Warnings"), (Level::Note, "Notes")]
    {
        let _ = writeln!(page, "\n## {title}");
        for code in Code::ALL.iter().filter(|code| code.level() == level) {
            let _ =
                writeln!(page, "\n### {}: {}\n\n{}", code.id(), code.title(), code.explanation());
        }
    }
    is_current("docs/diagnostics.md", &page);
}

/// Adds what the program says of a command, and of the commands inside it.
fn add_command(command: &[&str], page: &mut String) {
    let ran = duecare(&[command, &["--help"]].concat(), b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let title = [&["duecare"], command].concat().join(" ");
    let lines: Vec<&str> = ran.out.trim_end().lines().map(str::trim_end).collect();
    let _ = writeln!(page, "\n## {title}\n\n```text\n{}\n```", lines.join("\n"));
    let inside = lines.iter().skip_while(|line| **line != "Commands:").skip(1);
    for line in inside.take_while(|line| !line.is_empty()) {
        let name = line.strip_prefix("  ").filter(|line| !line.starts_with(' '));
        if let Some(name) =
            name.and_then(|line| line.split(' ').next()).filter(|name| *name != "help")
        {
            add_command(&[command, &[name]].concat(), page);
        }
    }
}

#[test]
fn the_page_of_commands_is_what_the_program_says() {
    let mut page = "# The command line\n\nWhat the program says of itself. This page is made from it (`just update`).\n".to_owned();
    add_command(&[], &mut page);
    is_current("docs/cli.md", &page);
}
