//! What is published stays as it is: locks, what they refuse, and how versions follow each other.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use duecare::diagnostic::{Code, Level};
use duecare::loader::{Loaded, load};
use duecare::review::published::{Extent, Lock, Outcome, Standing, check, publish, standing};
use duecare::review::{Version, steps_too_small};
use duecare::value::Date;

use crate::support::{policy_with, read, root};

pub(crate) const BASE: &str = "/work";
pub(crate) const POLICY: &str = "policies/test/1.0.0.due";
pub(crate) const USED: &str = "policies/subject.due";
pub(crate) const LIST: &str = "policies/test/known.txt";
pub(crate) const LOCK: &str = "policies/published.lock";

/// Files of a machine that has no others.
#[derive(Clone, Default)]
pub(crate) struct Files(pub(crate) BTreeMap<PathBuf, Vec<u8>>);

impl Files {
    /// A policy with a file that it uses and a list.
    pub(crate) fn sample() -> Self {
        let mut files = Self::default();
        files.set(POLICY, &version("1.0.0", "2022-01-01"));
        files.set(USED, &read("tests/fixtures/subject.due"));
        files.set(LIST, "# as of 2022-01-01\nAnn\nBen\n");
        files
    }

    /// The same, published.
    pub(crate) fn published() -> Self {
        let mut files = Self::sample();
        files.publish(&[POLICY], "2022-01-01").expect("it can be published");
        files
    }

    pub(crate) fn set(&mut self, path: &str, text: &str) {
        self.0.insert(PathBuf::from(path), text.as_bytes().to_vec());
    }

    pub(crate) fn text(&self, path: &str) -> String {
        String::from_utf8(self.0[Path::new(path)].clone()).unwrap()
    }

    /// Replaces a part of a text, which must be there.
    pub(crate) fn edit(&mut self, path: &str, from: &str, to: &str) {
        let text = self.text(path);
        assert!(text.contains(from), "{path} has no {from}");
        self.set(path, &text.replacen(from, to, 1));
    }

    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Loads policies as every command does.
    pub(crate) fn load(&self, paths: &[&str], extent: Extent) -> Loaded {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let mut loaded = load(&paths, &mut |path| self.read(path));
        check(&mut loaded, &paths, extent, Path::new(BASE), &mut |path| self.read(path));
        loaded
    }

    /// The errors of one policy, each with its code.
    fn errors(&self, paths: &[&str]) -> Vec<String> {
        let loaded = self.load(paths, Extent::Whole);
        let errors = loaded.diagnostics.iter().filter(|found| found.level() == Level::Error);
        let errors: Vec<String> =
            errors.map(|found| format!("{} {}", found.code, found.message)).collect();
        assert_eq!(errors.is_empty(), !loaded.policies.is_empty(), "{errors:?}");
        errors
    }

    fn error(&self, paths: &[&str]) -> String {
        let errors = self.errors(paths);
        assert_eq!(errors.len(), 1, "{errors:#?}");
        errors.into_iter().next().unwrap()
    }

    pub(crate) fn publish(&mut self, paths: &[&str], today: &str) -> Result<Vec<Outcome>, String> {
        let loaded = self.load(paths, Extent::Publishing);
        let messages = || loaded.diagnostics.iter().map(|found| found.message.clone());
        if loaded.has_errors() {
            return Err(messages().collect::<Vec<_>>().join("; "));
        }
        let lock = self.0.get(Path::new(LOCK));
        let lock = lock.map_or_else(|| Ok(Lock::default()), |bytes| Lock::parse(bytes)).unwrap();
        let policies: Vec<_> = loaded.policies.iter().collect();
        let folder = Path::new("/work/policies");
        let today = Date::parse(today).unwrap();
        let made = publish(&lock, folder, Path::new(BASE), &policies, &loaded.sources, today)
            .map_err(|problem| problem.to_string())?;
        assert_eq!(Lock::parse(made.lock.to_text().as_bytes()).as_ref(), Ok(&made.lock));
        self.set(LOCK, &made.lock.to_text());
        Ok(made.outcomes)
    }
}

/// A version of the sample policy.
pub(crate) fn version(number: &str, effective: &str) -> String {
    policy_with("flag and t in known")
        .replace("policy test 1.0.0", &format!("policy test {number}"))
        .replace(
            "status draft effective 2022-01-01",
            &format!("status stable effective {effective}"),
        )
        .replace("../../tests/fixtures/subject.due", "../subject.due")
        .replace(
            "decision {",
            "list known : text from \"known.txt\" because \"a test\"\ndecision {",
        )
}

#[test]
fn what_is_published_and_unchanged_is_used() {
    let files = Files::published();
    assert!(files.errors(&[POLICY]).is_empty());
    let mut again = files.clone();
    let outcomes = again.publish(&[POLICY], "2030-01-01").unwrap();
    assert_eq!(outcomes, [Outcome::Unchanged("test 1.0.0".to_owned())]);
    assert_eq!(again.text(LOCK), files.text(LOCK));
    // A checkout with the line ends of another system is the same.
    let mut foreign = files.clone();
    for path in [POLICY, USED, LIST, LOCK] {
        foreign.set(path, &files.text(path).replace('\n', "\r\n"));
    }
    assert!(foreign.errors(&[POLICY]).is_empty());
}

#[test]
fn any_changed_byte_is_refused_and_named() {
    let files = Files::published();
    for (path, code) in [(POLICY, "DC0902"), (USED, "DC0902"), (LIST, "DC0902"), (LOCK, "DC0901")] {
        let bytes = files.0[Path::new(path)].clone();
        let bits: &[u8] = if path == LIST || path == POLICY { &[0, 3, 7] } else { &[1] };
        for place in 0..bytes.len() {
            for bit in bits {
                let mut changed = files.clone();
                changed.0.get_mut(Path::new(path)).unwrap()[place] ^= 1 << bit;
                for extent in [Extent::Loaded, Extent::Whole] {
                    let loaded = changed.load(&[POLICY], extent);
                    assert!(loaded.policies.is_empty(), "{path}: byte {place}, bit {bit}");
                    let is_named = loaded.diagnostics.iter().any(|found| {
                        let file = loaded.sources.file(found.span.file).unwrap();
                        found.code.id() == code && file.path() == Path::new(path)
                    });
                    assert!(is_named, "{path}: byte {place}, bit {bit}: {:#?}", loaded.diagnostics);
                }
            }
        }
    }
}

#[test]
fn what_was_changed_is_said() {
    let said = |path: &str, from: &str, to: &str| {
        let mut files = Files::published();
        files.edit(path, from, to);
        files.error(&[POLICY])
    };
    let layout = said(POLICY, "weight 5", "weight   5");
    assert!(layout.contains("only its layout is another"), "{layout}");
    assert!(layout.starts_with("DC0902 `test` 1.0.0 is published"), "{layout}");
    let comment = said(POLICY, "flag tested", "// why\nflag tested");
    assert!(comment.contains("only its comments or the order of its declarations"), "{comment}");
    let meaning = said(POLICY, "weight 5", "weight 6");
    assert!(meaning.ends_with("it says something else: `flag tested` changed"), "{meaning}");
    let status = said(POLICY, "status stable", "status retired");
    assert!(status.ends_with("`policy` changed"), "{status}");
    let added = said(POLICY, "flag tested", "define known_flag \"D\" = flag\nflag tested");
    assert!(added.ends_with("`define known_flag` added"), "{added}");
    let used = said(USED, "record subject", "enum new_word { one, two }\nrecord subject");
    assert!(used.contains("`policies/subject.due` is used by published versions (test 1.0.0)"));
    assert!(used.ends_with("`enum new_word` added"), "{used}");
    let list = said(LIST, "Ben", "Bea");
    assert!(list.contains("`policies/test/known.txt` is a list of published versions"), "{list}");
}

#[test]
fn the_order_of_declarations_changes_no_meaning() {
    let mut files = Files::published();
    let text = files.text(POLICY);
    let start = text.find("decision {").unwrap();
    let (before, decision) = text.split_at(start);
    let (head, rest) = before.split_at(before.find("source s").unwrap());
    files.set(POLICY, &format!("{head}{decision}\n{rest}"));
    let said = files.error(&[POLICY]);
    assert!(said.contains("only its comments or the order"), "{said}");
}

#[test]
fn what_is_gone_is_refused() {
    let mut other = Files::published();
    other.set(
        "policies/other/1.0.0.due",
        &version("1.0.0", "2022-01-01")
            .replace("policy test", "policy other")
            .replace("known.txt", "../test/known.txt"),
    );
    for path in [USED, LIST, POLICY] {
        let mut files = other.clone();
        files.0.remove(Path::new(path));
        let errors = files.errors(&["policies/other/1.0.0.due"]);
        let gone = errors.iter().find(|error| error.starts_with("DC0903")).expect("it is gone");
        assert!(gone.contains(path) && gone.contains("test 1.0.0"), "{gone}");
    }
    // Who evaluates another policy is not kept by it.
    let mut files = other;
    files.0.remove(Path::new(POLICY));
    assert!(!files.load(&["policies/other/1.0.0.due"], Extent::Loaded).has_errors());
}

#[test]
fn a_lock_that_cannot_be_used_refuses_everything() {
    let said = |text: &str| {
        let mut files = Files::published();
        files.set(LOCK, text);
        files.error(&[POLICY])
    };
    let whole = Files::published().text(LOCK);
    let newer = said(&whole.replace("duecare.published/1", "duecare.published/2"));
    assert!(newer.contains("it has the form `duecare.published/2`"), "{newer}");
    for text in [
        "",
        "form: duecare.published/1\n",
        "form: duecare.published/1\ndigest: x\n",
        "versions: {}\n",
    ] {
        assert!(said(text).starts_with("DC0901"), "{text}");
    }
    // With a digest that fits, but otherwise than publishing writes it.
    for (from, to) in [
        ("    status: stable\n", "    status: draft\n"),
        ("    status: stable\n", ""),
        ("    status: stable\n", "    status: stable\n    why: x\n"),
        ("    status: stable\n", "    status: \"stable\"\n"),
        ("lists:\n  ", "lists:\n   "),
        ("    from: 2022-01-01\n", "    from: 2022-01-02\n"),
        ("    from: 2022-01-01\n", "    from: 2022-13-01\n"),
        ("      - subject.due\n", "      - other.due\n"),
    ] {
        assert!(whole.contains(from), "{from}");
        let text = whole.replacen(from, to, 1);
        let body = &text[..text.rfind("digest: ").unwrap()];
        let digest = duecare::digest::Digest::of(body.as_bytes());
        let refused = said(&format!("{body}digest: {digest}\n"));
        assert!(refused.starts_with("DC0901"), "{to}: {refused}");
    }
    let mut two = Files::published();
    two.set("published.lock", &two.text(LOCK));
    let said = two.errors(&[POLICY]).join("; ");
    assert!(said.contains("both `policies/published.lock` and `published.lock`"), "{said}");
}

#[test]
fn a_second_file_cannot_say_that_it_is_the_published_version() {
    let mut files = Files::published();
    let text = files.text(POLICY);
    files.set("policies/test/copy.due", &text);
    let said = files.error(&["policies/test/copy.due"]);
    assert!(said.starts_with("DC0902") && said.contains("policies/test/1.0.0.due"), "{said}");
}

#[test]
fn a_version_that_has_no_end_can_be_given_one() {
    const NEXT: &str = "policies/test/2.0.0.due";
    let mut files = Files::published();
    let first = Lock::parse(files.text(LOCK).as_bytes()).unwrap();
    files.set(NEXT, &version("2.0.0", "2022-06-01"));
    let open = files.publish(&[NEXT], "2022-05-01").unwrap_err();
    assert!(open.contains("in force on days on which the published version 1.0.0 is"), "{open}");
    files.edit(POLICY, "effective 2022-01-01", "effective 2022-01-01 until 2022-06-01");
    let said = files.error(&[POLICY, NEXT]);
    assert!(said.contains("published with no end, and its text has one now"), "{said}");
    let past = files.publish(&[POLICY, NEXT], "2022-06-02").unwrap_err();
    assert!(past.contains("cannot be given the end 2022-06-01"), "{past}");
    let mut more = files.clone();
    more.edit(POLICY, "weight 5", "weight 6");
    assert!(more.publish(&[POLICY, NEXT], "2022-05-01").is_err());
    let outcomes = files.publish(&[POLICY, NEXT], "2022-05-01").unwrap();
    let until = Date::parse("2022-06-01").unwrap();
    let expected =
        [Outcome::Ended("test 1.0.0".to_owned(), until), Outcome::New("test 2.0.0".to_owned())];
    assert_eq!(outcomes, expected);
    assert!(files.errors(&[POLICY, NEXT]).is_empty());
    let lock = Lock::parse(files.text(LOCK).as_bytes()).unwrap();
    assert_eq!(lock.versions[0].earlier, [first.versions[0].digest]);
    assert_eq!(lock.versions[0].published, first.versions[0].published);
    // An end that was published stays.
    for end in ["", " until 2022-07-01"] {
        let mut other = files.clone();
        other.edit(POLICY, " until 2022-06-01", end);
        assert!(other.publish(&[POLICY], "2022-05-01").is_err(), "{end}");
    }
}

#[test]
fn numbers_rise_and_days_are_not_taken_back() {
    let mut files = Files::sample();
    files.set(POLICY, &version("1.0.0", "2022-01-01 until 2022-06-01"));
    files.set("policies/test/2.0.0.due", &version("2.0.0", "2022-06-01 until 2023-01-01"));
    files.publish(&[POLICY, "policies/test/2.0.0.due"], "2022-01-01").unwrap();
    let said = |number: &str, effective: &str| {
        let mut files = files.clone();
        files.set("policies/test/new.due", &version(number, effective));
        let said = files.error(&["policies/test/new.due"]);
        let published = files.publish(&["policies/test/new.due"], "2022-01-01").unwrap_err();
        assert!(said.ends_with(&published), "{said}: {published}");
        said
    };
    assert!(said("1.5.0", "2023-01-01").starts_with("DC0904"));
    assert!(said("3.0.0", "2021-01-01 until 2022-01-01").starts_with("DC0904"));
    assert!(said("3.0.0", "2022-12-01").starts_with("DC0905"));
    assert!(said("1.0.1", "2022-03-01 until 2022-04-01").starts_with("DC0905"));
    let mut right = files.clone();
    right.set("policies/test/3.0.0.due", &version("3.0.0", "2023-01-01"));
    right.publish(&["policies/test/3.0.0.due"], "2022-01-01").unwrap();
}

#[test]
fn drafts_and_what_lies_outside_are_not_published() {
    let mut files = Files::sample();
    files.edit(POLICY, "status stable", "status draft");
    let said = files.publish(&[POLICY], "2022-01-01").unwrap_err();
    assert!(said.contains("is a draft"), "{said}");
    let mut files = Files::sample();
    files.set("elsewhere/subject.due", &files.text(USED));
    files.edit(POLICY, "../subject.due", "../../elsewhere/subject.due");
    let said = files.publish(&[POLICY], "2022-01-01").unwrap_err();
    assert!(said.contains("`elsewhere/subject.due`, which does not lie below"), "{said}");
}

fn load_one(files: &Files, path: &str) -> Loaded {
    load(&[PathBuf::from(path)], &mut |path| files.read(path))
}

/// What `check` says of the number of a version, which follows 1.0.0.
fn asked(files: &Files, number: &str, edits: &[(&str, &str)]) -> Vec<String> {
    const NEXT: &str = "policies/test/next.due";
    let mut files = files.clone();
    files.set(NEXT, &version(number, "2022-06-01"));
    for (from, to) in edits {
        files.edit(NEXT, from, to);
    }
    let paths = [POLICY, NEXT].map(PathBuf::from);
    let mut loaded = load(&paths, &mut |path| files.read(path));
    let extent = Extent::Whole;
    let checked = check(&mut loaded, &paths, extent, Path::new(BASE), &mut |path| files.read(path));
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    let (next, beside) = (load_one(&files, NEXT), load_one(&files, POLICY));
    let steps = steps_too_small(&loaded, &loaded, &checked);
    // A version on its own is compared with those that lie beside it.
    let alone = steps_too_small(&next, &beside, &checked);
    assert_eq!(alone.len(), steps.len());
    steps
        .iter()
        .map(|found| {
            assert_eq!(found.code, Code::StepTooSmall);
            let file = loaded.sources.file(found.span.file).unwrap();
            assert_eq!(file.path(), Path::new(NEXT));
            let hints: Vec<String> = found.hints.iter().map(ToString::to_string).collect();
            assert!(hints[1].starts_with(&format!("`duecare diff {POLICY} {NEXT}`")), "{hints:?}");
            format!("{}; {}", found.message, hints[0])
        })
        .collect()
}

#[test]
fn the_number_of_a_new_version_has_to_say_how_much_changes() {
    let mut files = Files::sample();
    files.set(POLICY, &version("1.0.0", "2022-01-01 until 2022-06-01"));
    files.publish(&[POLICY], "2022-01-01").unwrap();
    let weight = [("weight 5", "weight 6")];
    assert_eq!(
        asked(&files, "1.0.1", &weight),
        [
            "what changes from 1.0.0 to 1.0.1 asks for a minor step of the number; call it 1.1.0 or higher"
        ]
    );
    assert!(asked(&files, "1.1.0", &weight).is_empty());
    assert!(asked(&files, "1.0.1", &[("flag tested", "// why\nflag tested")]).is_empty());
    let renamed = [("flag tested", "flag examined"), ("weight 5", "weight 6")];
    assert_eq!(
        asked(&files, "1.1.0", &renamed),
        [
            "what changes from 1.0.0 to 1.1.0 asks for a major step of the number; call it 2.0.0 or higher"
        ]
    );
    assert!(asked(&files, "2.0.0", &renamed).is_empty());
    let draft = [weight[0], ("status stable", "status draft")];
    assert_eq!(asked(&files, "1.0.1", &draft).len(), 1);
    // What is published keeps its number.
    let next = version("1.0.1", "2022-06-01").replace("weight 5", "weight 6");
    files.set("policies/test/next.due", &next);
    files.publish(&[POLICY, "policies/test/next.due"], "2022-01-01").unwrap();
    assert!(asked(&files, "1.0.1", &weight).is_empty());
}

/// What the program makes of texts must not change by itself: locks that others hold name it.
#[test]
fn the_lock_of_the_shipped_policies_is_made_again_to_the_byte() {
    let text = read("policies/published.lock");
    let lock = Lock::parse(text.as_bytes()).unwrap();
    let paths: Vec<PathBuf> =
        lock.versions.iter().map(|version| root().join("policies").join(&version.file)).collect();
    let loaded = load(&paths, &mut |path| std::fs::read(path));
    let policies: Vec<_> = loaded.policies.iter().collect();
    let folder = root().join("policies");
    let today = lock.versions[0].published;
    let made = publish(&Lock::default(), &folder, root(), &policies, &loaded.sources, today);
    assert_eq!(made.unwrap().lock.to_text(), text);
}

/// Two lists that change places have the texts that were published, each under the other's name.
#[test]
fn lists_that_change_places_are_not_what_was_published() {
    const OTHER: &str = "policies/test/other.txt";
    let mut files = Files::sample();
    files.edit(
        POLICY,
        "decision {",
        "list other : text from \"other.txt\" because \"a test\"\nflag second \"Second\" { cites s i severity weak weight 5 because \"a test\" when t in other }\ndecision {",
    );
    files.set(OTHER, "# as of 2022-01-01\nCleo\n");
    files.publish(&[POLICY], "2022-01-01").unwrap();
    let stands = |files: &Files| {
        let loaded = load_one(files, POLICY);
        let version = Version { policy: &loaded.policies[0], sources: &loaded.sources };
        standing(version, Path::new(BASE), &mut |path| files.read(path)).unwrap()
    };
    assert!(matches!(stands(&files), Standing::Published(_)));
    let mut swapped = files.clone();
    swapped.set(LIST, &files.text(OTHER));
    swapped.set(OTHER, &files.text(LIST));
    assert!(matches!(stands(&swapped), Standing::Changed(_)));
    let (before, after) = (load_one(&files, POLICY), load_one(&swapped, POLICY));
    let version = |loaded: &'_ Loaded| loaded.policies[0].clone();
    let (old, new) = (version(&before), version(&after));
    let old = Version { policy: &old, sources: &before.sources };
    assert!(!old.has_same_texts(Version { policy: &new, sources: &after.sources }));
}

#[test]
fn the_program_refuses_what_was_changed() {
    use crate::support::command::duecare_in;
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    for (path, bytes) in &Files::sample().0 {
        write(path.to_str().unwrap(), std::str::from_utf8(bytes).unwrap());
    }
    let run = |at: &str, arguments: &[&str]| {
        duecare_in(&folder.path().join(at), arguments, &mut |pipe| {
            let _ = pipe.write_all(b"{\"id\": \"S-1\", \"flag\": true, \"t\": \"Ann\"}\n");
        })
    };
    let ran = run(".", &["publish", "test@1.0.0"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "test 1.0.0: published, in force from 2022-01-01\n"),
        "{}",
        ran.err
    );
    let ran = run(".", &["publish", "policies"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "test 1.0.0: published already, and unchanged\n"));
    let ran = run(".", &["check"]);
    assert!(ran.code == 0 && ran.err.contains("1 version is published"), "{}", ran.err);
    let eval = ["eval", "--policy", "policies/test", "--roster", "-", "--as-of", "2022-03-01"];
    assert_eq!(run(".", &eval).code, 0);
    write(LIST, "# as of 2022-01-01\nAnn\n");
    // A comparison goes on, and does not take it for the published version.
    for (path, bytes) in &Files::sample().0 {
        let other = Path::new("other").join(path.strip_prefix("policies").unwrap());
        write(other.to_str().unwrap(), std::str::from_utf8(bytes).unwrap());
    }
    let ran = run(".", &["diff", "other/test/1.0.0.due", POLICY, "--output", "change.json"]);
    assert!(ran.code == 0 && ran.err.contains("with another text"), "{}", ran.err);
    let change = std::fs::read_to_string(folder.path().join("change.json")).unwrap();
    for said in ["\"published\": false", "\"same_text\": false"] {
        assert!(change.contains(said) && !change.contains("\"published\": true"), "{change}");
    }
    for (at, arguments) in [
        (".", eval.as_slice()),
        (".", &["check"]),
        ("policies", &["check", "test/1.0.0.due"]),
        ("policies/test", &["check", "1.0.0.due"]),
        ("policies/test", &["coverage", "--policy", "1.0.0.due"]),
        (".", &["publish", "policies"]),
    ] {
        let ran = run(at, arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains("DC0902") && ran.err.contains("known.txt"), "{}", ran.err);
    }
    write(LIST, "# as of 2022-01-01\nAnn\nBen\n");
    assert_eq!(run(".", &["check"]).code, 0);
    std::fs::remove_file(folder.path().join(LIST)).unwrap();
    let ran = run(".", &["check"]);
    assert!(ran.code == 2 && ran.err.contains("DC0903"), "{}", ran.err);
}
