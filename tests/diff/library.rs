//! A folder of policies to compare, with or without a git repository.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::support::command::{Ran, duecare_in};
use crate::support::read;

/// Two versions of a policy that differ in a time limit, and what they use.
pub(super) struct Library(TempDir);

impl Library {
    pub(super) fn new() -> Self {
        let made = Self(tempfile::tempdir().unwrap());
        made.write("policies/subject.due", &read("tests/fixtures/subject.due"));
        made.write(
            "policies/test/1.0.0.due",
            &version("1.0.0", "2022-01-01 until 2022-06-01", "24 hours"),
        );
        made.write("policies/test/1.1.0.due", &version("1.1.0", "2022-06-01", "36 hours"));
        made
    }

    /// The same in a git repository, committed.
    pub(super) fn in_git() -> Self {
        let made = Self::new();
        made.git(&["init", "--quiet", "--initial-branch=main"]);
        made.commit("policies");
        made
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(super) fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Replaces a part of a text, which must be there.
    pub(super) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.text(path);
        assert!(text.contains(from), "{path} has no {from}");
        self.write(path, &text.replacen(from, to, 1));
    }

    pub(super) fn commit(&self, message: &str) {
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    /// What git prints, which must succeed.
    pub(super) fn git(&self, arguments: &[&str]) -> String {
        let output = self.git_command(arguments).output().expect("git");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(super) fn git_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .args([
                "-c",
                "user.name=Test",
                "-c",
                "user.email=test@example.org",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(arguments)
            .current_dir(self.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }

    pub(super) fn diff(&self, arguments: &[&str]) -> Ran {
        self.diff_in("", arguments)
    }

    pub(super) fn diff_in(&self, folder: &str, arguments: &[&str]) -> Ran {
        duecare_in(&self.path().join(folder), &[&["diff"], arguments].concat(), &mut |_| {})
    }
}

/// A version of the policy.
pub(super) fn version(number: &str, days: &str, limit: &str) -> String {
    format!(
        r#"policy test {number} {{
  title "A test" owner "Test" status stable effective {days} review by 2030-01-01 applies to subject
  use "../subject.due"
}}
source s {{
  title "S" issuer "Example Authority" issued 2021-01-01
  item i "I"
}}
param limit = {limit} because "a test"
flag slow "Answers slowly" {{
  cites s i
  severity weak
  weight 5 because "a test"
  when span > limit
}}
decision {{
  levels clear < incomplete < review < block
  block when any prohibition is hit
  review when any flag is hit
  unsettled incomplete
}}
"#
    )
}
