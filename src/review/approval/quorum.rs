//! Whether those who approved are enough: one person counts once, and for one role.

use std::collections::BTreeSet;
use std::fmt;

use super::approvers::Requirement;
use super::judge::Given;

/// A role of which there are too few.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The role.
    pub role: String,
    /// How many are needed.
    pub needed: usize,
    /// Who counts for it, with the day of their approval.
    pub has: Vec<String>,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "needs {} of role `{}`, has {}", self.needed, self.role, self.has.len())?;
        if !self.has.is_empty() {
            write!(f, " ({})", self.has.join(", "))?;
        }
        Ok(())
    }
}

/// The roles of which there are too few approvals.
#[must_use]
pub fn missing(required: &[Requirement], given: &[&Given]) -> Vec<Missing> {
    let names: BTreeSet<&str> = given.iter().map(|one| one.by.as_str()).collect();
    let persons: Vec<(&str, Vec<&str>)> = names
        .into_iter()
        .map(|name| {
            let own = given.iter().filter(|one| one.by == name);
            (name, own.map(|one| one.role.as_str()).collect())
        })
        .collect();
    let day = |name: &str, role: &str| {
        let mut days: Vec<String> = given
            .iter()
            .filter(|one| one.by == name && one.role == role)
            .map(|one| one.at.date().to_string())
            .collect();
        days.sort();
        format!("{name} on {}", days.join(" and "))
    };
    let counted = counted(required, &persons);
    let short = required.iter().zip(counted).filter(|(one, has)| has.len() < one.count);
    short
        .map(|(one, has)| Missing {
            role: one.role.clone(),
            needed: one.count,
            has: has.into_iter().map(|name| day(name, &one.role)).collect(),
        })
        .collect()
}

/// Who counts for each requirement, so that as many places as possible are filled: a matching, found by
/// letting those who hold a place move to another one.
pub(super) fn counted<'p>(
    required: &[Requirement],
    persons: &[(&'p str, Vec<&str>)],
) -> Vec<Vec<&'p str>> {
    let mut seats: Vec<Seat<'_>> = Vec::new();
    for one in required {
        // More seats than persons stay empty.
        let seats_of_role = one.count.min(persons.len());
        seats.extend((0..seats_of_role).map(|_| Seat { role: &one.role, person: None }));
    }
    for place in 0..persons.len() {
        let mut tried = BTreeSet::new();
        seat(place, persons, &mut seats, &mut tried);
    }
    let holders = |role: &str| {
        let of_role = seats.iter().filter(|seat| seat.role == role);
        let mut places: Vec<usize> = of_role.filter_map(|seat| seat.person).collect();
        places.sort_unstable();
        places.into_iter().filter_map(|place| persons.get(place)).map(|(name, _)| *name).collect()
    };
    required.iter().map(|one| holders(&one.role)).collect()
}

struct Seat<'r> {
    role: &'r str,
    person: Option<usize>,
}

/// Finds a seat for a person, moving others where that makes room.
fn seat(
    person: usize,
    persons: &[(&str, Vec<&str>)],
    seats: &mut Vec<Seat<'_>>,
    tried: &mut BTreeSet<usize>,
) -> bool {
    let Some((_, roles)) = persons.get(person) else { return false };
    for place in 0..seats.len() {
        let Some(Seat { role, person: holder }) = seats.get(place) else { continue };
        let holder = *holder;
        if !roles.contains(role) || !tried.insert(place) {
            continue;
        }
        if holder.is_none_or(|holder| seat(holder, persons, seats, tried)) {
            if let Some(free) = seats.get_mut(place) {
                free.person = Some(person);
            }
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(required: &[(&str, usize)], persons: &[(&str, &[&str])]) -> Vec<usize> {
        let required: Vec<Requirement> = required
            .iter()
            .map(|(role, count)| Requirement { role: (*role).to_owned(), count: *count })
            .collect();
        let persons: Vec<(&str, Vec<&str>)> =
            persons.iter().map(|(name, roles)| (*name, roles.to_vec())).collect();
        counted(&required, &persons).iter().map(Vec::len).collect()
    }

    #[test]
    fn one_person_counts_for_one_role() {
        let both: &[&str] = &["counsel", "compliance"];
        assert_eq!(counts(&[("counsel", 1), ("compliance", 1)], &[("Ann", both)]), [1, 0]);
        assert_eq!(
            counts(&[("counsel", 1), ("compliance", 1)], &[("Ann", both), ("Ben", &["counsel"])]),
            [1, 1]
        );
        assert_eq!(
            counts(
                &[("counsel", 1), ("compliance", 1), ("engineering", 1)],
                &[
                    ("Ann", both),
                    ("Ben", &["compliance", "engineering"]),
                    ("Cem", &["counsel"]),
                ]
            ),
            [1, 1, 1]
        );
        assert_eq!(counts(&[("counsel", 4_000_000_000)], &[("Ann", both)]), [1]);
        assert_eq!(counts(&[("counsel", 2)], &[]), [0]);
    }
}
