use std::fmt;
use std::path::PathBuf;

use super::approvers::Approvers;
use super::judge::{Refusal, is_about, may_sign};
use super::signed::Signed;
use crate::loader::Policy;
use crate::source::Sources;

/// How a version stands with those who have to approve it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Approvals that count, in the order in which they were given.
    pub holds: Vec<Signed>,
    /// Those that do not, and why.
    pub refused: Vec<(PathBuf, String, Refusal)>,
    /// What is missing; nothing if the version is approved.
    pub lacks: Vec<Lacking>,
}

/// What a version lacks to be approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// So many people of a role.
    Role {
        /// The role.
        role: String,
        /// How many are needed.
        needed: usize,
        /// How many have approved.
        has: usize,
    },
    /// Nobody says who may approve.
    Approvers,
}

impl fmt::Display for Lacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role { role, needed, has } => {
                write!(f, "{has} of {needed} approvals in the role `{role}`")
            }
            Self::Approvers => write!(
                f,
                "no `{}` lies in a folder above it, which says who may approve",
                super::APPROVERS_NAME
            ),
        }
    }
}

impl Standing {
    /// Whether the version is approved as it stands.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.lacks.is_empty()
    }

    /// Whether it is said who may approve the version.
    #[must_use]
    pub fn has_approvers(&self) -> bool {
        !self.lacks.contains(&Lacking::Approvers)
    }

    /// Of a version above which nobody says who may approve.
    #[must_use]
    pub fn without_approvers() -> Self {
        Self { lacks: vec![Lacking::Approvers], ..Self::default() }
    }

    /// What is missing and what does not count, in words.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let lacks = self.lacks.iter().map(ToString::to_string);
        let refused = self.refused.iter().map(|(path, by, refusal)| {
            format!("the approval by {by} in `{}` does not count: {refusal}", path.display())
        });
        lacks.chain(refused).collect()
    }
}

/// How a version stands. Of several approvals by one person only the last counts.
#[must_use]
pub fn standing(
    policy: &Policy,
    sources: &Sources,
    approvers: &Approvers,
    approvals: &[Signed],
) -> Standing {
    let mut standing = Standing::default();
    let identity = &policy.checked.identity;
    let mut of_it: Vec<&Signed> = approvals
        .iter()
        .filter(|signed| {
            (&signed.statement.name, &signed.statement.version)
                == (&identity.name, &identity.version)
        })
        .collect();
    of_it.sort_by(|left, right| {
        (left.statement.at, &left.path).cmp(&(right.statement.at, &right.path))
    });
    for signed in of_it {
        match may_sign(signed).and_then(|()| is_about(&signed.statement, policy, sources)) {
            Ok(()) => standing.holds.push(signed.clone()),
            Err(refusal) => standing.refuse(signed, refusal),
        }
    }
    standing.one_for_each_person();
    for required in &approvers.requirements {
        let has = standing.holds.iter().filter(|held| held.statement.role == required.role).count();
        if has < required.at_least {
            let role = required.role.clone();
            standing.lacks.push(Lacking::Role { role, needed: required.at_least, has });
        }
    }
    standing
}

impl Standing {
    fn refuse(&mut self, signed: &Signed, refusal: Refusal) {
        self.refused.push((signed.path.clone(), signed.by(), refusal));
    }

    fn one_for_each_person(&mut self) {
        let all = std::mem::take(&mut self.holds);
        for (place, signed) in all.iter().enumerate() {
            let name = &signed.statement.by;
            if all.iter().skip(place + 1).any(|later| later.statement.by == *name) {
                self.refuse(signed, Refusal::Repeated(name.clone()));
            } else {
                self.holds.push(signed.clone());
            }
        }
    }
}
