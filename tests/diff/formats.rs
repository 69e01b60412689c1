use std::fmt::Write as _;

use serde_json::Value;

use super::library::Library;

const OLD: &str = "policies/test/1.0.0.due";
const NEW: &str = "policies/test/1.1.0.due";
const HOSTILE: &str = r"<script>alert(1)</script> | **x** `y` [z](javascript:1) \u{1b}[31m";

fn hostile() -> Library {
    let library = Library::new();
    let title = format!("title \"{}\"", HOSTILE.replace(r"\u{1b}", "\u{1b}"));
    library.edit(
        NEW,
        "flag slow \"Answers slowly\"",
        &format!("flag slow \"{}\"", HOSTILE.replace(r"\u{1b}", "\u{1b}")),
    );
    library.edit(NEW, "title \"A test\"", &title);
    library
}

#[test]
fn texts_of_a_policy_become_no_markup() {
    let library = hostile();
    let html = library.diff(&[OLD, NEW, "--format", "html"]);
    assert_eq!(html.code, 0, "{}", html.err);
    assert!(!html.out.contains("<script>"));
    assert!(html.out.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;"), "{}", html.out);
    let md = library.diff(&[OLD, NEW, "--format", "md"]);
    // Inside of a fence, lines of which begin with a sign, nothing is markup.
    let is_fenced = |line: &&str| line.starts_with("  + ") || line.starts_with("  - ");
    let outside: Vec<&str> = md.out.lines().filter(|line| !is_fenced(line)).collect();
    assert!(outside.len() > 20);
    assert!(!outside.iter().any(|line| line.contains("<script>")), "{}", md.out);
    assert!(!outside.iter().any(|line| line.contains("| **x**")), "{}", md.out);
    let text = library.diff(&[OLD, NEW]);
    for out in [&html.out, &md.out, &text.out] {
        assert!(!out.contains('\u{1b}'), "{out}");
    }
}

#[test]
fn a_page_needs_nothing_else() {
    let library = Library::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("diff.html");
    let ran = library.diff(&[OLD, NEW, "--format", "html", "--output", path.to_str().unwrap()]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    let page = std::fs::read_to_string(path).unwrap();
    assert!(page.starts_with("<!doctype html>"));
    for absent in ["<script", "http://", "https://", "@import", "url(", "<img", "<link"] {
        assert!(!page.contains(absent), "{absent}");
    }
    for said in [
        "<h1>A test: what changes from 1.0.0 to 1.1.0</h1>",
        "<p class=\"verdict\">On the whole it is looser: no single change catches anybody new.</p>",
        "The value goes from <code>24 hours</code> to <code>36 hours</code>.",
        "What that alone does to the rules that use it: <code>flag slow</code> looser.",
        "param limit = <del>24</del> hours",
        "param limit = <ins>36</ins> hours",
        "A made-up record that shows it, judged for 2022-06-01",
        "<td class=\"differs\">hit, weak, weight 5</td><td class=\"differs\">not hit</td>",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
}

#[test]
fn the_json_is_what_the_page_on_reviews_says() {
    let library = Library::new();
    let ran = library.diff(&[OLD, NEW, "--format", "json"]);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(ran.out.ends_with("}\n"));
    let page = crate::support::read("docs/review.md");
    let (_, rest) = page.split_once("```json\n").unwrap();
    let mut sample: Value = serde_json::from_str(rest.split_once("```").unwrap().0).unwrap();
    for side in ["old", "new"] {
        assert!(sample[side]["digest"].as_str().unwrap().starts_with("sha256:"));
        sample[side]["digest"] = told[side]["digest"].clone();
    }
    assert_eq!(sample, told, "{}", ran.out);
}

#[test]
fn markdown_fits_a_comment_and_says_what_it_leaves_out() {
    let library = Library::new();
    let mut text = library.text(NEW);
    for number in 0..900 {
        let _ = write!(
            text,
            "flag f{number} \"A flag with a long title, for the sake of the size of a comment, number {number}\" {{\n  cites s i\n  severity weak\n  weight 5 because \"a test\"\n  when n > {number}\n}}\n"
        );
    }
    library.write(NEW, &text);
    let ran = library.diff(&[OLD, NEW, "--format", "md", "--no-witness"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.chars().count() < 65_536, "{}", ran.out.chars().count());
    let said = ran.out.lines().find(|line| line.contains("are not shown here")).unwrap();
    let left: usize = said.trim_start_matches("**").split(' ').next().unwrap().parse().unwrap();
    let shown =
        ran.out.lines().filter(|line| line.contains("Red flag “A flag with a long title")).count();
    assert!(left > 0 && shown > 0, "{left} {shown}");
    assert!(said.contains(" of 903 changes are not shown here**"), "{said}");
}
