//! How versions follow those that are published: numbers rise with their days, and no day is taken back.

use std::fmt;

use semver::Version;

use super::lock::{Lock, PublishedVersion};
use crate::hir::{PolicyIdentity, Status};
use crate::value::Date;

/// Why a version cannot follow what is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutOfOrder {
    /// Its number does not rise with its days.
    Number {
        /// Which version.
        version: Version,
        /// From when it is in force.
        from: Date,
        /// The published version.
        published: Version,
        /// From when that one is in force.
        published_from: Date,
    },
    /// It is in force on days on which a published one is.
    Days {
        /// Which version.
        version: Version,
        /// From when it is in force.
        from: Date,
        /// The published version.
        published: Version,
        /// From when that one is in force.
        published_from: Date,
        /// The first day on which that one no longer is.
        published_until: Option<Date>,
    },
}

impl fmt::Display for OutOfOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { version, from, published, published_from } => write!(
                f,
                "version {version} begins on {from}, and the published version {published} on {published_from}: the later one must have the higher number"
            ),
            Self::Days { version, from, published, published_from, published_until } => {
                write!(
                    f,
                    "version {version} begins on {from}, and is in force on days on which the published version {published} is, from {published_from}"
                )?;
                match published_until {
                    Some(until) => write!(f, " until {until}"),
                    None => f.write_str(" with no end"),
                }
            }
        }
    }
}

/// The first published version that one cannot stand beside. One that has no end yet can be followed, if
/// `may_follow_open`: it is given its end when its successor is published.
pub(super) fn out_of_order(
    lock: &Lock,
    identity: &PolicyIdentity,
    may_follow_open: bool,
) -> Option<OutOfOrder> {
    let others = lock
        .versions
        .iter()
        .filter(|other| other.name == identity.name && other.version != identity.version);
    others.into_iter().find_map(|other| against(other, identity, may_follow_open))
}

fn against(
    other: &PublishedVersion,
    identity: &PolicyIdentity,
    may_follow_open: bool,
) -> Option<OutOfOrder> {
    let from = identity.effective.from;
    let is_later = from > other.from;
    let is_higher = identity.version > other.version;
    if from != other.from && is_later != is_higher {
        return Some(OutOfOrder::Number {
            version: identity.version.clone(),
            from,
            published: other.version.clone(),
            published_from: other.from,
        });
    }
    let are_in_force = identity.status == Status::Stable && other.status == Status::Stable;
    let follows_open = may_follow_open && is_later && other.until.is_none();
    let meet = are_in_force && other.days_meet(from, identity.effective.until);
    (meet && !follows_open).then(|| OutOfOrder::Days {
        version: identity.version.clone(),
        from,
        published: other.version.clone(),
        published_from: other.from,
        published_until: other.until,
    })
}
