use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::exit::Failure;

/// How a text begins that Git LFS keeps elsewhere.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// The files of one revision of a git repository, read through the `git` program.
pub(crate) struct Revision {
    /// As it was named.
    named: String,
    /// The object that has its files, so that it stays the same while it is read.
    tree: String,
    /// The current folder, from the root of the repository.
    prefix: PathBuf,
}

impl Revision {
    /// Of the repository of the current folder.
    pub(crate) fn find(named: &str) -> Result<Self, Failure> {
        if named.is_empty() {
            return Err(Failure::policy("no revision is named before the `:`")
                .hint("name a commit, a branch or a tag, as HEAD:policies/a/1.0.0.due"));
        }
        let prefix = asked(&["rev-parse", "--show-prefix"])?;
        let tree =
            asked(&["rev-parse", "--verify", "--end-of-options", &format!("{named}^{{tree}}")])
                .map_err(|failure| match failure {
                    Failure::Said { exit, message, .. } => Failure::Said {
                        exit,
                        message: format!("git knows no revision `{named}`: {message}"),
                        hint: Some("`git log` and `git branch -a` show which there are".to_owned()),
                    },
                    Failure::OutputClosed => Failure::OutputClosed,
                })?;
        Ok(Self { named: named.to_owned(), tree, prefix: PathBuf::from(prefix) })
    }

    /// A path as it is named behind the `:`: from the current folder where it begins with `./` or `../`, from the
    /// root of the repository otherwise. What comes back stands under a folder that is called like the revision.
    pub(crate) fn path(&self, named: &str) -> Result<PathBuf, Failure> {
        let is_relative =
            [".", ".."].contains(&named) || named.starts_with("./") || named.starts_with("../");
        let whole = if is_relative {
            self.prefix.join(named)
        } else {
            PathBuf::from(named.trim_start_matches('/'))
        };
        let mut below = PathBuf::new();
        for part in whole.components() {
            match part {
                Component::CurDir => {}
                Component::Normal(name) => below.push(name),
                Component::ParentDir if below.pop() => {}
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                    return Err(Failure::policy(format!(
                        "`{named}` lies outside of the git repository"
                    )));
                }
            }
        }
        Ok(self.root().join(below))
    }

    /// The folder under which its files stand: no path on a disk begins like this.
    fn root(&self) -> PathBuf {
        PathBuf::from(format!("{}:", self.named))
    }

    /// The object of a path that `path` made, or that was told from one.
    fn object(&self, path: &Path) -> io::Result<String> {
        let outside =
            || io::Error::new(io::ErrorKind::NotFound, "it lies outside of the git repository");
        let below = path.strip_prefix(self.root()).map_err(|_| outside())?;
        let below = below.to_str().filter(|below| !below.contains('\n')).ok_or_else(outside)?;
        Ok(format!("{}:{below}", self.tree))
    }

    /// Whether a path is a folder.
    pub(crate) fn is_folder(&self, path: &Path) -> Result<bool, Failure> {
        Ok(self.shown(path)?.0 == "tree")
    }

    /// The `.due` files directly in a folder, in the order of their names.
    pub(crate) fn due_files(&self, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
        let object = self.object(folder).map_err(|error| unreadable(folder, &error))?;
        let listed =
            asked(&["ls-tree", "--full-tree", "-z", "--name-only", "--end-of-options", &object])?;
        let mut files: Vec<PathBuf> = listed
            .split('\0')
            .filter(|name| Path::new(name).extension() == Some(OsStr::new("due")))
            .map(|name| folder.join(name))
            .collect();
        files.sort();
        Ok(files)
    }

    /// Reads a file, also through links, as it was at that revision.
    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let (kind, bytes) = self.object_at(path)?;
        if kind != "blob" {
            return Err(io::Error::new(
                io::ErrorKind::NotADirectory,
                format!("it is a {kind} of git, and no file"),
            ));
        }
        if bytes.starts_with(LFS_POINTER) {
            return Err(io::Error::other(
                "Git LFS keeps its text elsewhere; check the revision out, and name the file",
            ));
        }
        Ok(bytes)
    }

    fn shown(&self, path: &Path) -> Result<(String, Vec<u8>), Failure> {
        self.object_at(path).map_err(|error| unreadable(path, &error))
    }

    /// The kind of an object and what is in it.
    fn object_at(&self, path: &Path) -> io::Result<(String, Vec<u8>)> {
        let object = self.object(path)?;
        let arguments = ["cat-file", "--batch=%(objecttype) %(objectsize)", "--follow-symlinks"];
        let output = run(&arguments, format!("{object}\n").as_bytes())?;
        if !output.status.success() {
            return Err(io::Error::other(said(&output)));
        }
        let end = output.stdout.iter().position(|byte| *byte == b'\n');
        let (head, body) = output.stdout.split_at(end.unwrap_or(output.stdout.len()));
        let head = String::from_utf8_lossy(head);
        let mut words = head.split(' ');
        let is_kind = |word: &&str| matches!(*word, "blob" | "tree" | "commit" | "tag");
        let kind = words.next().filter(is_kind);
        let size = words.next().and_then(|size| size.parse::<usize>().ok());
        let Some((kind, size)) = kind.zip(size) else {
            let message = format!("there is no such file at the revision `{}`", self.named);
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        };
        let bytes =
            body.get(1..=size).ok_or_else(|| io::Error::other("git gave only a part of it"))?;
        Ok((kind.to_owned(), bytes.to_vec()))
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::policy(format!("`{}` cannot be read: {error}", path.display()))
        .hint("a path behind the `:` starts at the root of the repository, and with `./` at the current folder")
}

/// What git answers, without the line break behind it.
fn asked(arguments: &[&str]) -> Result<String, Failure> {
    let output = run(arguments, b"").map_err(|error| {
        Failure::policy(format!("`git` cannot be run, and REV:PATH needs it: {error}"))
    })?;
    if !output.status.success() {
        return Err(Failure::policy(format!("git says: {}", said(&output))));
    }
    let text = String::from_utf8(output.stdout)
        .map_err(|_| Failure::policy("git answers with something that is no text"))?;
    Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned())
}

fn run(arguments: &[&str], input: &[u8]) -> io::Result<Output> {
    let mut child = Command::new("git")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        // Git may end before it has read anything; then its exit code tells.
        let _ = pipe.write_all(input);
    }
    child.wait_with_output()
}

/// What git said on standard error, on one line.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() { format!("it ended with {}", output.status) } else { lines.join("; ") }
}
