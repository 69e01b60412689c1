//! Who may approve, and how many must: `approvers.yaml`.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use super::envelope::key_id;
use super::quorum;
use crate::diagnostic::did_you_mean;
use crate::ledger::note::Vkey;
use crate::value::Date;

/// What the file is called; it lies in the folder of policies.
pub const APPROVERS_NAME: &str = "approvers.yaml";

/// The form of the file.
const FORM: &str = "duecare.approvers/1";

/// Who may approve, and how many must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approvers {
    required: Vec<Requirement>,
    /// What some policies need besides.
    stricter: BTreeMap<String, Vec<Requirement>>,
    approvers: Vec<Approver>,
}

/// So many of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The role.
    pub role: String,
    /// How many persons.
    pub count: usize,
}

/// Somebody who may approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// Their name.
    pub name: String,
    /// The roles in which they may.
    pub roles: Vec<String>,
    /// Their key.
    pub key: Vkey,
    /// The first day on which the key holds.
    pub from: Date,
    /// The first day on which it no longer does.
    pub until: Option<Date>,
    /// That it was revoked.
    pub revoked: Option<Revoked>,
}

/// That a key was revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// From which day on its approvals do not count.
    pub on: Date,
    /// Why.
    pub because: String,
}

/// What is wrong with the file: where, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApproversProblem {
    /// The entry, as `approvers, entry 2 (M. Lind)`; empty where the message says it.
    pub place: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ApproversProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for ApproversProblem {}

impl Approvers {
    /// Reads the file.
    ///
    /// # Errors
    /// If something in it is not understood, contradicts itself, or can never be met.
    pub fn parse(bytes: &[u8]) -> Result<Self, ApproversProblem> {
        let text = std::str::from_utf8(bytes).map_err(|_| problem("", "it is not UTF-8 text"))?;
        let written: Written =
            serde_yaml::from_str(text).map_err(|error| problem("", error.to_string()))?;
        if written.form != FORM {
            let message =
                format!("its form is `{}`, and this program knows `{FORM}`", written.form);
            return Err(problem("form", message));
        }
        let mut approvers: Vec<Approver> = Vec::new();
        for (number, entry) in (1..).zip(written.approvers) {
            let place = format!("approvers, entry {number} ({})", entry.name);
            let approver = entry.approver(&place)?;
            require_another(&approvers, &approver, &place)?;
            approvers.push(approver);
        }
        let required = requirements(written.required, "required", &approvers)?;
        let mut stricter = BTreeMap::new();
        for (name, policy) in written.policies {
            let place = format!("policies, {name}");
            let more = requirements(policy.required, &place, &approvers)?;
            require_stricter(&required, &more, &place)?;
            stricter.insert(name, more);
        }
        let made = Self { required, stricter, approvers };
        made.require_possible()?;
        Ok(made)
    }

    /// What a policy needs: what all need, and more where the file says so.
    #[must_use]
    pub fn required(&self, policy: &str) -> Vec<Requirement> {
        let mut needed = self.required.clone();
        for more in self.stricter.get(policy).into_iter().flatten() {
            match needed.iter_mut().find(|known| known.role == more.role) {
                Some(known) => known.count = known.count.max(more.count),
                None => needed.push(more.clone()),
            }
        }
        needed
    }

    /// Who has a key, by how envelopes name it.
    #[must_use]
    pub fn of_key(&self, id: &str) -> Option<&Approver> {
        self.approvers.iter().find(|approver| key_id(&approver.key) == id)
    }

    /// Who has a name.
    #[must_use]
    pub fn of_name(&self, name: &str) -> Option<&Approver> {
        self.approvers.iter().find(|approver| approver.name == name)
    }

    /// The policies that need more than others.
    pub fn named_policies(&self) -> impl Iterator<Item = &str> {
        self.stricter.keys().map(String::as_str)
    }

    /// One person counts for one role: whether all together are enough.
    fn require_possible(&self) -> Result<(), ApproversProblem> {
        let persons: Vec<(&str, Vec<&str>)> = self
            .approvers
            .iter()
            .map(|one| (one.name.as_str(), one.roles.iter().map(String::as_str).collect()))
            .collect();
        let all = std::iter::once(("required".to_owned(), self.required.clone()));
        let named = self.stricter.keys();
        let all = all.chain(named.map(|name| (format!("policies, {name}"), self.required(name))));
        for (place, required) in all {
            let counted = quorum::counted(&required, &persons);
            let short = required.iter().zip(&counted).find(|(one, has)| has.len() < one.count);
            if let Some((one, _)) = short {
                let message = format!(
                    "{} of role `{}` can never be met beside the others: there are too few approvers, and one person counts for one role",
                    one.count, one.role
                );
                return Err(problem(place, message));
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    form: String,
    required: Vec<WrittenRequirement>,
    #[serde(default)]
    policies: BTreeMap<String, WrittenPolicy>,
    approvers: Vec<WrittenApprover>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPolicy {
    required: Vec<WrittenRequirement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRequirement {
    role: String,
    count: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenApprover {
    name: String,
    roles: Vec<String>,
    key: String,
    from: String,
    until: Option<String>,
    revoked: Option<WrittenRevoked>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRevoked {
    on: String,
    because: String,
}

impl WrittenApprover {
    fn approver(self, place: &str) -> Result<Approver, ApproversProblem> {
        let at = |what: &str| format!("{place}, {what}");
        let day = |text: &str, what: &str| {
            Date::parse(text)
                .map_err(|malformed| problem(at(what), format!("`{text}`: {malformed}")))
        };
        if self.name.trim() != self.name || self.name.is_empty() {
            return Err(problem(place, "a name is not empty and has no blanks around it"));
        }
        if self.roles.is_empty() {
            return Err(problem(at("roles"), "somebody without a role can approve nothing"));
        }
        let twice = self.roles.iter().enumerate().find(|(place, role)| {
            self.roles.iter().take(*place).any(|other| other == *role)
        });
        if let Some((_, role)) = twice {
            return Err(problem(at("roles"), format!("`{role}` is there twice")));
        }
        let key = Vkey::parse(&self.key)
            .map_err(|malformed| problem(at("key"), malformed.to_string()))?;
        let from = day(&self.from, "from")?;
        let until = self.until.as_deref().map(|text| day(text, "until")).transpose()?;
        if until.is_some_and(|until| until <= from) {
            return Err(problem(at("until"), "it must come after `from`"));
        }
        let revoked = match self.revoked {
            Some(revoked) => {
                if revoked.because.trim().is_empty() {
                    return Err(problem(at("revoked"), "say why in `because`"));
                }
                let on = day(&revoked.on, "revoked, on")?;
                Some(Revoked { on, because: revoked.because })
            }
            None => None,
        };
        Ok(Approver { name: self.name, roles: self.roles, key, from, until, revoked })
    }
}

fn require_another(
    others: &[Approver],
    approver: &Approver,
    place: &str,
) -> Result<(), ApproversProblem> {
    if others.iter().any(|other| other.name == approver.name) {
        return Err(problem(
            place,
            "the name is there already: one person has one entry, and one key at a time",
        ));
    }
    if let Some(other) = others.iter().find(|other| other.key.key() == approver.key.key()) {
        let message = format!("it is the key of {} too: everybody has their own", other.name);
        return Err(problem(format!("{place}, key"), message));
    }
    Ok(())
}

fn requirements(
    written: Vec<WrittenRequirement>,
    place: &str,
    approvers: &[Approver],
) -> Result<Vec<Requirement>, ApproversProblem> {
    if written.is_empty() {
        return Err(problem(place, "it requires nobody, so that everything would be approved"));
    }
    let mut required: Vec<Requirement> = Vec::new();
    for WrittenRequirement { role, count } in written {
        let place = format!("{place}, {role}");
        if count == 0 {
            return Err(problem(place, "0 of a role is no requirement; leave it out"));
        }
        if required.iter().any(|known| known.role == role) {
            return Err(problem(place, "the role is there twice"));
        }
        let roles: Vec<&str> =
            approvers.iter().flat_map(|one| &one.roles).map(String::as_str).collect();
        if !roles.contains(&role.as_str()) {
            let meant = did_you_mean(&role, roles);
            let meant = meant.map_or_else(String::new, |role| format!("; did you mean `{role}`?"));
            return Err(problem(place, format!("no approver has this role{meant}")));
        }
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        required.push(Requirement { role, count });
    }
    Ok(required)
}

/// What one policy needs is never less than what all need.
fn require_stricter(
    all: &[Requirement],
    one: &[Requirement],
    place: &str,
) -> Result<(), ApproversProblem> {
    let less = one.iter().find(|one| {
        all.iter().any(|known| known.role == one.role && one.count < known.count)
    });
    less.map_or(Ok(()), |less| {
        let message = format!("{} is less than what all policies need", less.count);
        Err(problem(format!("{place}, {}", less.role), message))
    })
}

fn problem(place: impl Into<String>, message: impl Into<String>) -> ApproversProblem {
    ApproversProblem { place: place.into(), message: message.into() }
}
