use super::library::{Library, version};

const FILE: &str = "policies/test/1.1.0.due";

/// A repository in which the limit was 36 hours, and is 72 in what is not committed.
fn edited() -> Library {
    let library = Library::in_git();
    library.edit(FILE, "36 hours", "40 hours");
    library
}

fn value(library: &Library, folder: &str, old: &str, new: &str) -> String {
    let ran = library.diff_in(folder, &[old, new, "--no-witness"]);
    assert_eq!(ran.code, 0, "{old} {new}: {}", ran.err);
    let line = ran.out.lines().find(|line| line.contains("The value goes")).unwrap_or_default();
    line.trim().to_owned()
}

#[test]
fn a_revision_is_compared_with_the_file_that_lies_there() {
    let library = edited();
    let told = "The value goes from `36 hours` to `40 hours`.";
    assert_eq!(value(&library, "", "HEAD:policies/test/1.1.0.due", FILE), told);
    assert_eq!(value(&library, "policies/test", "HEAD:./1.1.0.due", "1.1.0.due"), told);
    assert_eq!(value(&library, "policies/test", "HEAD:policies/test/1.1.0.due", "1.1.0.due"), told);
    assert_eq!(
        value(&library, "policies", "main:../policies/test/1.1.0.due", "test/1.1.0.due"),
        told
    );
    library.commit("longer");
    assert_eq!(
        value(&library, "", "HEAD~1:policies/test/1.1.0.due", "HEAD:policies/test/1.1.0.due"),
        told
    );
    library.git(&["tag", "v/1"]);
    assert_eq!(
        value(
            &library,
            "",
            "HEAD^{/policies}:policies/test/1.1.0.due",
            "v/1:policies/test/1.1.0.due"
        ),
        told
    );
}

#[test]
fn what_a_version_uses_is_read_at_its_revision() {
    let library = Library::in_git();
    library.edit("policies/subject.due", "span        : duration", "length      : duration");
    library.edit(FILE, "span > limit", "length > limit");
    let ran = library.diff(&["HEAD:policies/test/1.1.0.due", FILE]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("Record `subject`"), "{}", ran.out);
    // Beside the file that lies there now, the old text could not even be read.
    library.write("old.due", &library.git(&["show", "HEAD:policies/test/1.1.0.due"]));
    let ran = library.diff(&["--as", FILE, "old.due", FILE]);
    assert_eq!(ran.code, 2, "{}", ran.out);
}

#[test]
fn of_a_folder_at_a_revision_the_latest_version_is_taken() {
    let library = Library::in_git();
    library.write("policies/test/2.0.0.due", &version("2.0.0", "2023-01-01", "50 hours"));
    library.edit(FILE, "effective 2022-06-01", "effective 2022-06-01 until 2023-01-01");
    let ran = library.diff(&["HEAD:policies/test", "policies/test", "--no-witness"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        ran.err,
        "the old version is test 1.1.0 (stable), the latest of 2 in `HEAD:policies/test`\n\
         the new version is test 2.0.0 (stable), the latest of 3 in `policies/test`\n"
    );
    let ran =
        library.diff(&["HEAD:./policies/test/", FILE, "--as-of", "2022-02-01", "--no-witness"]);
    assert!(
        ran.err.starts_with("the old version is test 1.0.0 (stable), in force on 2022-02-01 of 2"),
        "{}",
        ran.err
    );
}

#[test]
fn a_lock_at_the_revision_tells_what_was_published_then() {
    let library = Library::in_git();
    let published = crate::support::command::duecare_in(
        library.path(),
        &["publish", "test@1.1.0"],
        &mut |_| {},
    );
    assert_eq!(published.code, 0, "{}", published.err);
    library.commit("published");
    let ran = library.diff(&["HEAD~1:policies/test/1.1.0.due", "HEAD:policies/test/1.1.0.due"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines: Vec<&str> = ran.out.lines().collect();
    let of = |which: &str| lines.iter().position(|line| line.starts_with(which)).unwrap();
    let old = lines[of("Old:")..of("New:")].join(" ");
    let new = lines[of("New:")..].join(" ");
    assert!(old.contains("not published"), "{old}");
    assert!(new.contains("published on 20") && !new.contains("not published"), "{new}");
}

#[test]
fn what_git_cannot_give_is_said() {
    let library = Library::in_git();
    library.write(
        "policies/list.due",
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n",
    );
    library.commit("a pointer");
    for (old, said) in [
        ("nowhere:policies/test/1.1.0.due", "git knows no revision `nowhere`"),
        (
            "HEAD:policies/test/9.0.0.due",
            "`HEAD:/policies/test/9.0.0.due` cannot be read: there is no such file at the revision `HEAD`",
        ),
        ("HEAD:../outside.due", "`../outside.due` lies outside of the git repository"),
        ("--upload-pack=x:policies", "unexpected argument"),
        (":policies/test/1.1.0.due", "no revision is named before the `:`"),
        ("HEAD:policies/list.due", "Git LFS keeps its text elsewhere"),
        ("HEAD:.", "there is no .due file in `HEAD:/`"),
    ] {
        let ran = library.diff(&[old, FILE]);
        assert_ne!(ran.code, 0, "{old}: {}", ran.out);
        assert_eq!(ran.out, "", "{old}");
        assert!(ran.err.contains(said), "{old}: {}", ran.err);
    }
    let outside = Library::new();
    let ran = outside.diff(&["HEAD:policies/test/1.1.0.due", FILE]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("not a git repository"), "{}", ran.err);
}

#[test]
fn a_file_with_a_colon_in_its_name_is_that_file() {
    let library = Library::in_git();
    library.write("policies/test/HEAD:x.due", &version("1.2.0", "2024-01-01", "50 hours"));
    assert_eq!(
        value(&library, "policies/test", "1.1.0.due", "HEAD:x.due"),
        "The value goes from `36 hours` to `50 hours`."
    );
}

/// The settings in `docs/review.md`.
fn configured(library: &Library) {
    let page = crate::support::read("docs/review.md");
    let block = |fence: &str| {
        let (_, rest) = page.split_once(&format!("```{fence}\n")).expect(fence);
        rest.split_once("```").unwrap().0.to_owned()
    };
    library.write(".gitattributes", &block("gitattributes"));
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_duecare"));
    let config = library.text(".git/config") + &block("gitconfig");
    library.write(".git/config", &config.replace("duecare ", &format!("{} ", program.display())));
}

#[test]
fn git_shows_the_difference_with_the_settings_of_the_page() {
    let library = edited();
    configured(&library);
    let told = library.git(&["difftool", "--no-prompt", "--tool=duecare", "--", FILE]);
    assert!(told.contains("The value goes from `36 hours` to `40 hours`."), "{told}");

    // Layout alone is no difference, and the hunk names its clause.
    library.git(&["checkout", "--quiet", "--", FILE]);
    library.edit(FILE, "  when span > limit", "  when    span   >   limit");
    assert_eq!(library.git(&["diff", "--", FILE]), "");
    library.edit(FILE, "span   >   limit", "span > limit and n > 3");
    let told = library.git(&["diff", "--unified=0", "--", FILE]);
    assert!(told.contains("@@ flag slow \"Answers slowly\" {"), "{told}");
    // A text that cannot be laid out is shown as it is.
    library.edit(FILE, "span > limit and n > 3", "span > > limit");
    let told = library.git(&["diff", "--unified=0", "--", FILE]);
    assert!(told.contains("span > > limit"), "{told}");
}
