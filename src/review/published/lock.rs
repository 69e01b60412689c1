use std::collections::BTreeMap;
use std::fmt;

use semver::Version;
use serde::Deserialize;

use super::clause_digest::ClauseDigest;
use super::write;
use crate::digest::Digest;
use crate::hir::Status;
use crate::value::Date;

/// The form of the lock.
pub const FORM: &str = "duecare.published/1";

/// What a form of the lock begins with, of whatever number.
const FORMS: &str = "duecare.published/";

/// Largest lock, in bytes. A thousand versions have a tenth of it.
const SIZE_MAX: usize = 64 * 1024 * 1024;

/// What is published below a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The versions, by name and by version.
    pub versions: Vec<PublishedVersion>,
    /// The files of policies, by path from the folder of the lock.
    pub files: BTreeMap<String, PublishedFile>,
    /// The files of lists, by path from the folder of the lock, with the digests of their texts.
    pub lists: BTreeMap<String, Digest>,
}

/// One published version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedVersion {
    /// The name of the policy.
    pub name: String,
    /// Which version.
    pub version: Version,
    /// `stable` or `retired`.
    pub status: Status,
    /// The first day on which it is in force.
    pub from: Date,
    /// The first day on which it no longer is.
    pub until: Option<Date>,
    /// The day of publication, by the clock of who published.
    pub published: Date,
    /// The digest that decisions name.
    pub digest: Digest,
    /// The digest of what it says, whatever its layout and comments.
    pub meaning: Digest,
    /// Digests that decisions named before the version was given its end.
    pub earlier: Vec<Digest>,
    /// Its own file.
    pub file: String,
    /// The files it uses, in the order of first use.
    pub uses: Vec<String>,
    /// The files of its lists.
    pub lists: Vec<String>,
}

/// One file of published versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedFile {
    /// Digest of its text, line ends aside.
    pub text: Digest,
    /// Digest of its text as `duecare fmt` lays it out.
    pub layout: Digest,
    /// Digest of what it says, whatever its layout, its comments and the order of its declarations.
    pub meaning: Digest,
    /// Its declarations.
    pub clauses: BTreeMap<String, ClauseDigest>,
}

/// Why a lock cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockProblem {
    /// It is of a form that this program does not know.
    NewerForm(String),
    /// It is not what was written.
    Damaged(&'static str),
    /// It says what no lock says.
    Malformed(String),
}

impl fmt::Display for LockProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewerForm(form) => {
                write!(f, "it has the form `{form}`, and this program knows `{FORM}`")
            }
            Self::Damaged(what) => write!(f, "it was changed after it was written: {what}"),
            Self::Malformed(what) => write!(f, "it is no lock of published versions: {what}"),
        }
    }
}

impl std::error::Error for LockProblem {}

impl PublishedVersion {
    /// `NAME VERSION`, as the lock has it.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// Whether it is in force on some day on which another is.
    #[must_use]
    pub fn days_meet(&self, from: Date, until: Option<Date>) -> bool {
        self.until.is_none_or(|end| from < end) && until.is_none_or(|end| self.from < end)
    }

    /// Whether another is made of the same texts, from the same files.
    #[must_use]
    pub fn is_made_like(&self, other: &Self) -> bool {
        let made_of = |of: &Self| (of.digest, of.file.clone(), of.uses.clone(), of.lists.clone());
        made_of(self) == made_of(other)
    }

    /// Its own file and those it uses.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.file).chain(&self.uses).map(String::as_str)
    }
}

impl Lock {
    /// Reads a lock.
    ///
    /// # Errors
    /// If it is not, to the byte, one that `to_text` writes; line ends may be those of another system.
    pub fn parse(bytes: &[u8]) -> Result<Self, LockProblem> {
        if bytes.len() > SIZE_MAX {
            return Err(LockProblem::Malformed("it is larger than 64 MiB".to_owned()));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|_| LockProblem::Damaged("it is not UTF-8 text"))?
            .replace("\r\n", "\n");
        require_form(&text)?;
        require_digest(&text)?;
        let written: Written = serde_yaml::from_str(&text)
            .map_err(|error| LockProblem::Malformed(error.to_string()))?;
        let lock = written.lock().map_err(LockProblem::Malformed)?;
        if lock.to_text() == text {
            Ok(lock)
        } else {
            Err(LockProblem::Damaged("it is not in the one way in which locks are written"))
        }
    }

    /// Its text.
    #[must_use]
    pub fn to_text(&self) -> String {
        write::text(self)
    }

    /// The version of that name and number.
    #[must_use]
    pub fn version(&self, name: &str, version: &Version) -> Option<&PublishedVersion> {
        self.versions.iter().find(|known| known.name == name && known.version == *version)
    }

    /// Adds a version or puts it in the place of itself; it keeps the order.
    pub(super) fn put(&mut self, version: PublishedVersion) {
        self.versions
            .retain(|known| (&known.name, &known.version) != (&version.name, &version.version));
        self.versions.push(version);
        self.versions
            .sort_by(|left, right| (&left.name, &left.version).cmp(&(&right.name, &right.version)));
    }
}

/// The form is looked at before anything else: a newer one may differ in all the rest.
fn require_form(text: &str) -> Result<(), LockProblem> {
    let form = text.lines().take(3).find_map(|line| line.strip_prefix("form: "));
    match form {
        Some(FORM) => Ok(()),
        Some(other) if other.starts_with(FORMS) => Err(LockProblem::NewerForm(other.to_owned())),
        Some(_) | None => {
            Err(LockProblem::Malformed(format!("no line `form: {FORM}` is at its beginning")))
        }
    }
}

fn require_digest(text: &str) -> Result<(), LockProblem> {
    let cut = text
        .strip_suffix('\n')
        .and_then(|whole| whole.rfind('\n'))
        .map(|end| text.split_at_checked(end + 1));
    let Some(Some((before, last))) = cut else {
        return Err(LockProblem::Damaged("its last line, the digest of all others, is cut off"));
    };
    let stated = last.strip_prefix("digest: ").and_then(|line| Digest::parse(line.trim_end()));
    if stated == Some(Digest::of(before.as_bytes())) {
        Ok(())
    } else {
        Err(LockProblem::Damaged("its last line is not the digest of all lines before it"))
    }
}

/// The lock as YAML has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "form")]
    _form: String,
    versions: BTreeMap<String, WrittenVersion>,
    files: BTreeMap<String, WrittenFile>,
    lists: BTreeMap<String, String>,
    #[serde(rename = "digest")]
    _digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenVersion {
    status: String,
    from: String,
    until: Option<String>,
    published: String,
    digest: String,
    meaning: String,
    #[serde(default)]
    earlier: Vec<String>,
    file: String,
    uses: Vec<String>,
    lists: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFile {
    text: String,
    layout: String,
    meaning: String,
    clauses: BTreeMap<String, String>,
}

impl Written {
    fn lock(self) -> Result<Lock, String> {
        let mut lock = Lock::default();
        for (key, version) in self.versions {
            lock.put(version.version(&key)?);
        }
        for (path, file) in self.files {
            let made = file.file().map_err(|problem| format!("`{path}`: {problem}"))?;
            lock.files.insert(path, made);
        }
        for (path, text) in self.lists {
            lock.lists.insert(path, digest(&text)?);
        }
        lock.require_whole()?;
        Ok(lock)
    }
}

impl Lock {
    /// What versions name must be there.
    fn require_whole(&self) -> Result<(), String> {
        for version in &self.versions {
            let missing = version.files().find(|path| !self.files.contains_key(*path));
            let list = version.lists.iter().map(String::as_str);
            let missing =
                missing.or_else(|| list.into_iter().find(|path| !self.lists.contains_key(*path)));
            if let Some(path) = missing {
                return Err(format!("`{}` has a file that is not listed: `{path}`", version.key()));
            }
        }
        Ok(())
    }
}

impl WrittenVersion {
    fn version(self, key: &str) -> Result<PublishedVersion, String> {
        let malformed = || format!("`{key}` is not a name and a version");
        let (name, version) = key.split_once(' ').ok_or_else(malformed)?;
        let published = [Status::Stable, Status::Retired];
        let status = published.into_iter().find(|status| status.word() == self.status);
        Ok(PublishedVersion {
            name: name.to_owned(),
            version: Version::parse(version).map_err(|_| malformed())?,
            status: status
                .ok_or_else(|| format!("`{key}` has a status that is never published"))?,
            from: day(&self.from)?,
            until: self.until.as_deref().map(day).transpose()?,
            published: day(&self.published)?,
            digest: digest(&self.digest)?,
            meaning: digest(&self.meaning)?,
            earlier: self.earlier.iter().map(|text| digest(text)).collect::<Result<_, _>>()?,
            file: self.file,
            uses: self.uses,
            lists: self.lists,
        })
    }
}

impl WrittenFile {
    fn file(self) -> Result<PublishedFile, String> {
        let clauses = self.clauses.into_iter().map(|(name, text)| {
            let digest = ClauseDigest::parse(&text).ok_or_else(|| not_a_digest(&text))?;
            Ok((name, digest))
        });
        Ok(PublishedFile {
            text: digest(&self.text)?,
            layout: digest(&self.layout)?,
            meaning: digest(&self.meaning)?,
            clauses: clauses.collect::<Result<_, String>>()?,
        })
    }
}

fn digest(text: &str) -> Result<Digest, String> {
    Digest::parse(text).ok_or_else(|| not_a_digest(text))
}

fn not_a_digest(text: &str) -> String {
    format!("`{text}` is no digest")
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|malformed| format!("`{text}`: {malformed}"))
}
