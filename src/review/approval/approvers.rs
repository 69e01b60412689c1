//! Who may approve, with which keys, and whose approvals a version needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Deserializer};

use super::key::{ApproverKey, KeyId};
use crate::check::is_invisible;
use crate::value::Date;

/// What the file is called.
pub const APPROVERS_NAME: &str = "approvers.yaml";

/// Its form.
const FORM: &str = "duecare.approvers/1";

/// Largest file, in bytes.
const SIZE_MAX: usize = 1024 * 1024;

/// Who may approve, and what is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approvers {
    /// What each version needs.
    pub requirements: Vec<Requirement>,
    keys: BTreeMap<KeyId, Holder>,
}

/// So many people of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The role.
    pub role: String,
    /// How many different people.
    pub at_least: usize,
}

/// Who holds a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub name: String,
    /// In which roles they may approve.
    pub roles: Vec<String>,
    /// The key.
    pub key: ApproverKey,
    /// The first day on which it may sign.
    pub from: Date,
    /// The first day on which it no longer may.
    pub until: Option<Date>,
    /// Whether it was revoked.
    pub revoked: Option<Revoked>,
}

/// That a key was revoked: nothing that it signed counts any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// On which day.
    pub on: Date,
    /// Why.
    pub because: String,
}

/// Why it cannot be told who may approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedApprovers(String);

impl fmt::Display for MalformedApprovers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MalformedApprovers {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    form: String,
    require: Vec<WrittenRequirement>,
    approvers: Vec<WrittenApprover>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRequirement {
    role: String,
    at_least: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenApprover {
    name: String,
    roles: Vec<String>,
    keys: Vec<WrittenKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKey {
    key: String,
    from: String,
    #[serde(default, deserialize_with = "given")]
    until: Option<String>,
    #[serde(default, deserialize_with = "given")]
    revoked: Option<WrittenRevoked>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRevoked {
    on: String,
    because: String,
}

/// What stands there says something: `revoked:` with nothing behind it is not taken for no revocation.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(read: D) -> Result<Option<T>, D::Error> {
    T::deserialize(read).map(Some)
}

impl Approvers {
    /// Reads the file.
    ///
    /// # Errors
    /// If anything in it is not understood, or what it requires can never be met.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedApprovers> {
        if bytes.len() > SIZE_MAX {
            return Err(MalformedApprovers("it is larger than 1 MiB".to_owned()));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|_| MalformedApprovers("it is not UTF-8 text".to_owned()))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let written: Written =
            serde_yaml::from_str(text).map_err(|error| MalformedApprovers(error.to_string()))?;
        if written.form != FORM {
            let form = written.form;
            return Err(MalformedApprovers(format!(
                "it has the form `{form}`, and this program knows `{FORM}`"
            )));
        }
        written.approvers().map_err(MalformedApprovers)
    }

    /// Who holds a key.
    #[must_use]
    pub fn holder(&self, key: &KeyId) -> Option<&Holder> {
        self.keys.get(key)
    }
}

impl Written {
    fn approvers(self) -> Result<Approvers, String> {
        let mut people = BTreeMap::new();
        let mut keys = BTreeMap::new();
        for approver in self.approvers {
            plain("name", &approver.name)?;
            if people.insert(approver.name.clone(), approver.roles.clone()).is_some() {
                return Err(format!("`{}` stands twice among the approvers", approver.name));
            }
            for key in approver.keys {
                let holder = key.holder(&approver.name, &approver.roles)?;
                let id = holder.key.id();
                if let Some(other) = keys.insert(id, holder) {
                    let name = approver.name;
                    return Err(format!("a key of `{name}` is one of `{}` too", other.name));
                }
            }
        }
        let requirements = requirements(self.require, &people)?;
        Ok(Approvers { requirements, keys })
    }
}

/// What is required, which must be something, and possible.
fn requirements(
    written: Vec<WrittenRequirement>,
    people: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<Requirement>, String> {
    let known: BTreeSet<&String> = written.iter().map(|required| &required.role).collect();
    if known.is_empty() {
        return Err("it requires nothing, so that everything would be approved".to_owned());
    }
    for (name, roles) in people {
        if let Some(role) = roles.iter().find(|role| !known.contains(role)) {
            return Err(format!("`{name}` has the role `{role}`, which `require` does not name"));
        }
        if roles.is_empty() {
            return Err(format!("`{name}` has no role"));
        }
    }
    for WrittenRequirement { role, at_least } in &written {
        let holders = people.values().filter(|roles| roles.contains(role)).count();
        if !is_role(role) {
            return Err(format!(
                "`{role}` is no role: a role is written in small letters, digits and `_`"
            ));
        }
        if written.iter().filter(|other| other.role == *role).count() > 1 {
            return Err(format!("the role `{role}` is required twice"));
        }
        if *at_least == 0 {
            return Err(format!("`at_least: 0` of the role `{role}` requires nothing"));
        }
        if holders < *at_least {
            return Err(format!(
                "{at_least} approvals in the role `{role}` are required, and {holders} of the approvers have it"
            ));
        }
    }
    let required = written.into_iter();
    Ok(required
        .map(|WrittenRequirement { role, at_least }| Requirement { role, at_least })
        .collect())
}

/// Whether a text can be a role: small letters, digits and `_`.
#[must_use]
pub fn is_role(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

impl WrittenKey {
    fn holder(self, name: &str, roles: &[String]) -> Result<Holder, String> {
        let of = |problem: String| format!("a key of `{name}`: {problem}");
        let key = ApproverKey::parse(&self.key)
            .map_err(|problem| of(format!("`{}`: {problem}", self.key)))?;
        let from = day(&self.from).map_err(of)?;
        let until = self.until.as_deref().map(day).transpose().map_err(of)?;
        if until.is_some_and(|until| until <= from) {
            return Err(of("it ends before it begins".to_owned()));
        }
        let revoked = self.revoked.map(WrittenRevoked::revoked).transpose().map_err(of)?;
        Ok(Holder { name: name.to_owned(), roles: roles.to_vec(), key, from, until, revoked })
    }
}

impl WrittenRevoked {
    fn revoked(self) -> Result<Revoked, String> {
        plain("because", &self.because)?;
        Ok(Revoked { on: day(&self.on)?, because: self.because })
    }
}

/// A text that says something. YAML writes nothing as `null` and `~`.
fn plain(what: &str, text: &str) -> Result<(), String> {
    let is_nothing = text.trim().is_empty() || matches!(text, "null" | "~");
    if is_nothing
        || text.trim() != text
        || text.contains(|letter| letter == '\t' || is_invisible(letter))
    {
        return Err(format!("`{what}` must be one line of text, and is `{}`", text.escape_debug()));
    }
    Ok(())
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|malformed| format!("`{text}`: {malformed}"))
}
