use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use duecare::diagnostic::Diagnostic;
use duecare::review::published::Extent;
use duecare::testing::{Case, CaseResult, CoverageReport, Suite, Uncovered, read_cases};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;

use crate::cli::args::{TestArgs, TestFormat};
use crate::cli::exit::{Exit, Failure};
use crate::cli::{files, policies, terminal};

/// Folders beside the versions of a policy in which examples stand.
const EXAMPLE_FOLDERS: [&str; 2] = ["examples", "tests"];

/// The results of one file of examples.
#[derive(Serialize)]
struct FileResult {
    file: String,
    cases: Vec<CaseResult>,
}

#[derive(Serialize)]
struct Results<'r> {
    format: &'static str,
    examples: usize,
    failed: usize,
    files: &'r [FileResult],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    coverage: &'r [CoverageReport],
}

/// Most outcomes that are named as missing; JSON has all.
const MISSING_SHOWN_MAX: usize = 25;

/// Runs examples.
pub(crate) fn run(args: &TestArgs, quiet: bool) -> Result<Exit, Failure> {
    let mut by_policy: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for path in &args.paths {
        if path.is_dir() {
            for file in example_files(path, is_example_folder(path))? {
                by_policy.entry(policy_folder(&file)).or_default().push(file);
            }
        } else if path.is_file() {
            by_policy.entry(policy_folder(path)).or_default().push(path.clone());
        } else {
            return Err(Failure::input(format!("there is no `{}`", path.display())));
        }
    }
    let (mut results, mut coverage) = (Vec::new(), Vec::new());
    for (folder, examples) in &by_policy {
        let (of_folder, covered) = run_folder(folder, examples, args)?;
        results.extend(of_folder);
        coverage.extend(covered);
    }
    let count = |counted: fn(&CaseResult) -> bool| {
        results
            .iter()
            .flat_map(|file: &FileResult| &file.cases)
            .filter(|case| counted(case))
            .count()
    };
    let (examples, failed) = (count(|_| true), count(|case| !case.has_passed()));
    if examples == 0 {
        return Err(Failure::input("no example was found").hint(
            "examples are .yaml files in a folder `examples` beside the .due files of a policy",
        ));
    }
    match args.format {
        TestFormat::Text => {
            show(&results)?;
            show_coverage(&coverage)?;
        }
        TestFormat::Json => {
            let all = Results {
                format: "duecare.test/1",
                examples,
                failed,
                files: &results,
                coverage: &coverage,
            };
            let text = serde_json::to_string_pretty(&all).map_err(Failure::input)?;
            writeln!(std::io::stdout(), "{text}")?;
        }
        TestFormat::Junit => {
            let text = junit(&results, &coverage, args.min_coverage.map(usize::from))
                .to_string()
                .map_err(Failure::input)?;
            write!(std::io::stdout(), "{text}")?;
        }
    }
    if !quiet {
        let verdict =
            if failed == 0 { "all passed".to_owned() } else { format!("{failed} failed") };
        let counted = |count: usize, word: &str| match count {
            1 => format!("1 {word}"),
            count => format!("{count} {word}s"),
        };
        let (examples, files) = (counted(examples, "example"), counted(results.len(), "file"));
        writeln!(anstream::stderr(), "{examples} in {files}: {verdict}")?;
    }
    let wanted = args.min_coverage.map(usize::from);
    let lacking: Vec<&CoverageReport> = coverage
        .iter()
        .filter(|report| wanted.is_some_and(|percent| !report.reaches(percent)))
        .collect();
    for report in &lacking {
        let message = format!(
            "{} {}: {} of {} outcomes have been shown, less than {} %",
            report.policy,
            report.version,
            report.seen,
            report.possible,
            wanted.unwrap_or_default()
        );
        writeln!(anstream::stderr(), "{}", terminal::error(&message))?;
    }
    Ok(if failed == 0 && lacking.is_empty() { Exit::Done } else { Exit::Findings })
}

fn is_example_folder(path: &Path) -> bool {
    path.file_name().is_some_and(|name| EXAMPLE_FOLDERS.iter().any(|known| name == *known))
}

/// The `.yaml` files of the example folders in a folder, in the order of their names.
fn example_files(folder: &Path, is_inside: bool) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::input(format!("`{}` cannot be read: {error}", folder.display()))
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            found.extend(example_files(&path, is_inside || is_example_folder(&path))?);
        } else if is_inside
            && path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The closest folder above a file of examples that holds versions of a policy; its own if none does.
fn policy_folder(file: &Path) -> PathBuf {
    let own = file.parent().unwrap_or(Path::new("."));
    let holds_policies =
        |folder: &&Path| policies::due_files(folder, false).is_ok_and(|files| !files.is_empty());
    own.ancestors()
        .map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
        .find(holds_policies)
        .unwrap_or(own)
        .to_path_buf()
}

fn run_folder(
    folder: &Path,
    examples: &[PathBuf],
    args: &TestArgs,
) -> Result<(Vec<FileResult>, Vec<CoverageReport>), Failure> {
    let versions = policies::versions_in(folder)?;
    let (loaded, _) = policies::loaded(&versions, Extent::Loaded)?;
    if loaded.has_errors() {
        policies::show(&loaded.sources, &loaded.diagnostics, true);
        let errors: Vec<Diagnostic> = loaded.diagnostics.clone();
        return Err(Failure::policy(format!(
            "the policy in `{}` cannot be used: {}",
            folder.display(),
            policies::counted(&errors)
        )));
    }
    let filter = args.filter.as_deref();
    let mut suite = Suite::new(&loaded);
    if args.coverage || args.min_coverage.is_some() {
        suite = suite.counting_coverage();
    }
    let mut results = Vec::new();
    for path in examples {
        let in_file = |error: String| Failure::input(format!("`{}`: {error}", path.display()));
        let text = files::read_text(path)?;
        let cases = read_cases(&text).map_err(|error| in_file(error.to_string()))?;
        let file = path.display().to_string();
        let is_wanted = |case: &&Case| {
            filter.is_none_or(|filter| file.contains(filter) || case.name.contains(filter))
        };
        let mut made = FileResult { file: file.clone(), cases: Vec::new() };
        for case in cases.iter().filter(is_wanted) {
            made.cases.extend(suite.run(case).map_err(|error| in_file(error.to_string()))?);
        }
        if !made.cases.is_empty() {
            results.push(made);
        }
    }
    Ok((results, suite.coverage()))
}

/// The failures, each with what was expected, what was found, and why.
fn show(results: &[FileResult]) -> Result<(), Failure> {
    let mut out = anstream::stderr();
    for file in results {
        for case in file.cases.iter().filter(|case| !case.has_passed()) {
            let title = format!("{}: {} (version {})", file.file, case.name, case.version);
            writeln!(out, "{}", terminal::heading(&title))?;
            for failure in &case.failures {
                let subject =
                    failure.subject.as_ref().map_or_else(String::new, |name| format!("{name}: "));
                writeln!(
                    out,
                    "  {subject}{}: expected {}, found {}",
                    failure.what,
                    or_nothing(&failure.expected),
                    or_nothing(&failure.found)
                )?;
                for line in &failure.explanation {
                    writeln!(out, "  {line}")?;
                }
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

/// What examples have shown of each version, the rules that lack something, and what they lack.
fn show_coverage(coverage: &[CoverageReport]) -> Result<(), Failure> {
    let mut out = anstream::stderr();
    for report in coverage {
        let title = format!(
            "{} {}: {} of {} outcomes of conditions shown",
            report.policy, report.version, report.seen, report.possible
        );
        writeln!(out, "{}", terminal::heading(&title))?;
        let lacking: Vec<String> = report
            .rules
            .iter()
            .filter(|rule| rule.seen < rule.possible)
            .map(|rule| format!("{} {}/{}", rule.rule, rule.seen, rule.possible))
            .collect();
        if !lacking.is_empty() {
            writeln!(out, "{}", terminal::paragraph(&lacking.join(", "), 2, 2))?;
        }
        for missing in report.missing.iter().take(MISSING_SHOWN_MAX) {
            let outcomes = missing.outcomes.join(", ");
            let place = format!("{}:{}:{}", missing.file, missing.line, missing.column);
            let line = format!("{place} never {outcomes}: {}", missing.condition);
            writeln!(out, "{}", terminal::paragraph(&line, 2, 6))?;
        }
        let more = report.missing.len().saturating_sub(MISSING_SHOWN_MAX);
        if more > 0 {
            writeln!(out, "  and {more} more conditions; --format json names all")?;
        }
        if !report.impossible.is_empty() {
            writeln!(
                out,
                "  outcomes left out because no data can show them: {}",
                outcomes_of(&report.impossible)
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn outcomes_of(uncovered: &[Uncovered]) -> usize {
    uncovered.iter().map(|condition| condition.outcomes.len()).sum()
}

fn or_nothing(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

/// Examples as test cases; of coverage, each rule, which fails where too little of the version is shown.
fn junit(
    results: &[FileResult],
    coverage: &[CoverageReport],
    min_coverage: Option<usize>,
) -> Report {
    let mut report = Report::new("duecare test");
    for file in results {
        let mut suite = TestSuite::new(file.file.as_str());
        for case in &file.cases {
            let mut status = TestCaseStatus::success();
            if !case.has_passed() {
                let lines: Vec<String> = case
                    .failures
                    .iter()
                    .map(|failure| {
                        let subject = failure.subject.as_deref().unwrap_or("");
                        format!(
                            "{subject} {}: expected {}, found {}",
                            failure.what, failure.expected, failure.found
                        )
                        .trim_start()
                        .to_owned()
                    })
                    .collect();
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(lines.join("; "));
            }
            let mut made = TestCase::new(case.name.as_str(), status);
            made.set_classname(file.file.as_str());
            suite.add_test_case(made);
        }
        report.add_test_suite(suite);
    }
    for version in coverage {
        let name = format!("coverage of {} {}", version.policy, version.version);
        let mut suite = TestSuite::new(name.as_str());
        let is_lacking = min_coverage.is_some_and(|percent| !version.reaches(percent));
        for rule in &version.rules {
            let missing = version.missing.iter().filter(|missing| missing.rule == rule.rule);
            let missing: Vec<String> = missing
                .map(|missing| {
                    format!(
                        "{}:{}:{} never {}",
                        missing.file,
                        missing.line,
                        missing.column,
                        missing.outcomes.join(", ")
                    )
                })
                .collect();
            let mut status = TestCaseStatus::success();
            if is_lacking && !missing.is_empty() {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(missing.join("; "));
            }
            let shown =
                format!("{} ({} of {} outcomes shown)", rule.rule, rule.seen, rule.possible);
            let mut made = TestCase::new(shown, status);
            made.set_classname(name.as_str());
            suite.add_test_case(made);
        }
        report.add_test_suite(suite);
    }
    report
}
