//! The canonical layout: it says the same, keeps comments, and is laid out again as it is.

use std::path::{Path, PathBuf};

use duecare::source::{SourceFile, Sources};
use duecare::syntax::{NotFormatted, format};
use proptest::prelude::*;

use crate::support::command::duecare;
use crate::support::root;

fn laid_out(text: &str) -> Result<String, NotFormatted> {
    let file = SourceFile::new(PathBuf::from("policy.due"), text);
    let id = Sources::default().add(file.clone());
    format(id, &file)
}

fn due_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            due_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "due") {
            found.push(path);
        }
    }
}

/// Every policy of the library, and the fixtures that can be understood.
fn texts() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    for folder in ["policies", "tests/fixtures", "benches"] {
        due_files(&root().join(folder), &mut paths);
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn every_policy_says_the_same_in_its_layout() {
    let (mut made, mut refused) = (0, 0);
    for (path, text) in texts() {
        match laid_out(&text) {
            // `format` compares the trees and the comments itself, and that a second time changes nothing.
            Ok(laid) => {
                made += 1;
                assert!(laid.lines().all(|line| line == line.trim_end()), "{}", path.display());
                assert!(!laid.contains("\n\n\n"), "{}", path.display());
            }
            Err(NotFormatted::Mistakes(found)) => {
                refused += 1;
                assert!(
                    !found.is_empty() && path.to_str().unwrap().contains("/bad/"),
                    "{}",
                    path.display()
                );
            }
            Err(fault @ NotFormatted::Fault) => panic!("{}: {fault}", path.display()),
        }
    }
    assert!(made > 15 && refused > 3, "{made} {refused}");
}

/// Words, texts and signs, without what stands between.
fn tokens(text: &str) -> Vec<(String, bool)> {
    let mut found: Vec<(String, bool)> = Vec::new();
    let mut letters = text.char_indices().peekable();
    let mut at_line_start = true;
    let mut depth = 0_i32;
    while let Some((start, letter)) = letters.next() {
        let end_of = |letters: &mut std::iter::Peekable<std::str::CharIndices<'_>>| {
            letters.peek().map_or(text.len(), |(end, _)| *end)
        };
        if letter.is_whitespace() {
            at_line_start |= letter == '\n';
            continue;
        }
        if text[start..].starts_with("//") {
            while letters.peek().is_some_and(|(_, letter)| *letter != '\n') {
                letters.next();
            }
            continue;
        }
        let begins_declaration = at_line_start && depth == 0;
        at_line_start = false;
        if letter == '"' {
            let mut escaped = false;
            for (_, letter) in letters.by_ref() {
                match letter {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    '"' => break,
                    _ => {}
                }
            }
        } else if "{([".contains(letter) {
            depth += 1;
        } else if "})]".contains(letter) {
            depth -= 1;
        } else if !",+*/".contains(letter) {
            while letters.peek().is_some_and(|(_, letter)| {
                !letter.is_whitespace() && !"{}()[],\"".contains(*letter)
            }) {
                letters.next();
            }
        }
        found.push((text[start..end_of(&mut letters)].to_owned(), begins_declaration));
    }
    found
}

/// A word that begins declarations must not begin a line inside of one.
const BETWEEN: [&str; 4] = [" ", "  ", "\n ", "\n     "];

/// The same tokens with other blanks, and comments here and there.
fn mangled(text: &str, choices: &[u8], comments: bool) -> String {
    let mut made = String::new();
    let mut in_line = false;
    for (place, (token, begins)) in tokens(text).into_iter().enumerate() {
        let choice = choices[place % choices.len()];
        if begins {
            made.push('\n');
        } else if in_line {
            made.push_str(BETWEEN[usize::from(choice % 4)]);
        }
        // Only `collected` itself tells the declaration `not collected` from a condition.
        if comments && choice.is_multiple_of(23) && token != "collected" {
            made.push_str(if choice > 120 { "\n// " } else { " // " });
            made.extend(["comment ", &place.to_string(), "\n"]);
            if !begins {
                made.push(' ');
            }
        }
        in_line = true;
        made.push_str(&token);
    }
    made.push('\n');
    made
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(11), ..ProptestConfig::default() })]

    #[test]
    fn blanks_do_not_matter(choices in proptest::collection::vec(any::<u8>(), 1..997)) {
        for (path, text) in texts() {
            // Without comments and blank lines, which are kept.
            let Ok(plain) = laid_out(&mangled(&text, &[0], false)) else { continue };
            let mangled = mangled(&text, &choices, false);
            match laid_out(&mangled) {
                Ok(other) => prop_assert_eq!(other, plain, "{}", path.display()),
                Err(error) => prop_assert!(false, "{}: {error:?}\n{mangled}", path.display()),
            }
        }
    }

    #[test]
    fn comments_are_kept_wherever_they_stand(choices in proptest::collection::vec(any::<u8>(), 1..997)) {
        for (path, text) in texts() {
            if laid_out(&text).is_err() {
                continue;
            }
            let mangled = mangled(&text, &choices, true);
            if let Err(error) = laid_out(&mangled) {
                prop_assert!(false, "{}: {}\n{}", path.display(), error, mangled);
            }
        }
    }
}

#[test]
fn a_layout_looks_like_this() {
    let text = r#"policy   test 1.0.0 { title "T"   owner "O" status draft
  effective 2022-01-01   // the first day
  applies to contractor }
// About the window.
param window = 24 hours because "One day."
param names : list of text = ["a long value of a list", "another long value of a list", "a third long value of a list"] because "x"
define busy "Many logins" = in any window of logins per account (count of distinct logins.ip >= 3)   or exists profiles where (source is social)
flag f "F" { cites s i partly because "A reason that is long enough to go on a line of its own, as it does here."
  severity weak
  // Why this.
  when busy and not (exists payments where (method is virtual_currency and amount > 1000 USD) or exists checks)   // at the end
  raised to strong weight 30 when busy
}
"#;
    insta::assert_snapshot!(laid_out(text).unwrap(), @r#"
    policy test 1.0.0 {
      title      "T"
      owner      "O"
      status     draft
      effective  2022-01-01  // the first day
      applies to contractor
    }

    // About the window.
    param window = 24 hours
      because "One day."
    param names : list of text = [
        "a long value of a list", "another long value of a list", "a third long value of a list"
      ]
      because "x"
    define busy "Many logins" =
      in any window of logins per account (count of distinct logins.ip >= 3)
      or exists profiles where (source is social)

    flag f "F" {
      cites    s i partly
                 because "A reason that is long enough to go on a line of its own, as it does here."
      severity weak
      // Why this.
      when     busy
               and not (
                 exists payments where (method is virtual_currency and amount > 1000 USD)
                 or exists checks  // at the end
               )
      raised to strong weight 30 when busy
    }
    "#);
}

#[test]
fn the_command_lays_out_and_checks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.due");
    let shown = path.to_str().unwrap();
    let rough = "source  s {\n title \"S\"\n\n\n item i \"I\" }\n";
    let laid = "source s {\n  title \"S\"\n\n  item i \"I\"\n}\n";
    std::fs::write(&path, rough).unwrap();
    let ran = duecare(&["fmt", "--check", shown], b"");
    assert_eq!((ran.code, std::fs::read_to_string(&path).unwrap().as_str()), (1, rough));
    assert_eq!(ran.out, format!("{shown}:1 is not in the canonical layout\n"));
    let ran = duecare(&["fmt", shown], b"");
    assert_eq!((ran.code, std::fs::read_to_string(&path).unwrap().as_str()), (0, laid));
    assert_eq!(duecare(&["fmt", "--check", shown], b"").code, 0);
    let ran = duecare(&["fmt", "-"], rough.as_bytes());
    assert_eq!((ran.code, ran.out.as_str()), (0, laid));
    assert_eq!(duecare(&["fmt", "--check", "-"], rough.as_bytes()).code, 1);
    // What cannot be understood is left as it is.
    let broken = "source s {\n title \"S\n}\n";
    std::fs::write(&path, broken).unwrap();
    let ran = duecare(&["fmt", shown], b"");
    assert_eq!((ran.code, std::fs::read_to_string(&path).unwrap().as_str()), (2, broken));
    assert!(ran.err.contains("DC0102"), "{}", ran.err);
}
