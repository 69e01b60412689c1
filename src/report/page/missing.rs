use serde::Serialize;

use super::clean::grouped;
use crate::hir::PolicySet;
use crate::run::{ComparisonSummary, FieldCount, ReasonCount, Summary};

/// Most groups of a comparison, and most subjects of a group, that a page names.
const GROUPS_MAX: usize = 5;
const IDS_MAX: usize = 8;

/// A field, and how many subjects something about it is true of.
#[derive(Serialize)]
pub(super) struct Missing {
    pub(super) path: String,
    pub(super) subjects: String,
    /// Subjects whose decision hangs on it alone.
    pub(super) alone: String,
    pub(super) settles_alone: bool,
}

/// The facts that would settle something, most useful first.
pub(super) fn facts(run: &Summary, rows_max: usize, alone: &dyn Fn(&str) -> u64) -> Vec<Missing> {
    let mut needs: Vec<(&FieldCount, u64)> =
        run.needs.iter().map(|need| (need, alone(&need.path))).collect();
    needs.sort_by_key(|(need, alone)| std::cmp::Reverse((need.subjects, *alone)));
    let rows = needs.into_iter().take(rows_max).map(|(need, alone)| Missing {
        path: need.path.clone(),
        subjects: grouped(need.subjects),
        alone: grouped(alone),
        settles_alone: alone > 0,
    });
    rows.collect()
}

/// Fields and how many subjects have them.
pub(super) fn fields(counts: &[FieldCount], rows_max: usize) -> Vec<Missing> {
    let rows = counts.iter().take(rows_max).map(|count| Missing {
        path: count.path.clone(),
        subjects: grouped(count.subjects),
        alone: String::new(),
        settles_alone: false,
    });
    rows.collect()
}

/// Reasons and how often there were; how many more there are.
#[derive(Serialize)]
pub(super) struct Reasons {
    pub(super) rows: Vec<Reason>,
    pub(super) more: usize,
}

#[derive(Serialize)]
pub(super) struct Reason {
    /// The field; empty for a whole record.
    pub(super) path: String,
    pub(super) why: String,
    pub(super) count: String,
}

impl Reasons {
    pub(super) fn new(counts: &[ReasonCount], rows_max: usize) -> Self {
        let rows = counts.iter().take(rows_max).map(|count| Reason {
            path: count.path.clone(),
            why: count.reason.clone(),
            count: grouped(count.count),
        });
        Self { rows: rows.collect(), more: counts.len().saturating_sub(rows_max) }
    }
}

/// What subjects share by one comparison.
#[derive(Serialize)]
pub(super) struct SharedBy {
    pub(super) sharing: String,
    pub(super) rules: String,
    pub(super) compared: String,
    pub(super) of: String,
    pub(super) groups: Vec<SharedGroup>,
    pub(super) more: usize,
}

#[derive(Serialize)]
pub(super) struct SharedGroup {
    pub(super) count: String,
    pub(super) ids: String,
    pub(super) more: usize,
    /// The beginning of the name that the summary gives it.
    pub(super) group: String,
}

/// What was compared and nobody shares, each named once.
pub(super) fn unshared(run: &Summary) -> String {
    let mut names: Vec<&str> = Vec::new();
    for by in run.peers.iter().filter(|by| by.shared == 0) {
        let is_shared =
            run.peers.iter().any(|other| other.sharing == by.sharing && other.shared > 0);
        if !is_shared && !names.contains(&by.sharing.as_str()) {
            names.push(&by.sharing);
        }
    }
    names.join(", ")
}

impl SharedBy {
    /// The comparisons that found something.
    pub(super) fn all(run: &Summary, policy: &PolicySet) -> Vec<Self> {
        let found = run.peers.iter().filter(|by| by.shared > 0);
        found.map(|by| Self::new(by, policy)).collect()
    }

    fn new(by: &ComparisonSummary, policy: &PolicySet) -> Self {
        let title = |id: &String| {
            let rule = policy.rules.iter().find(|rule| rule.name == *id);
            rule.map_or(id, |rule| &rule.title).clone()
        };
        let groups = by.groups.largest(GROUPS_MAX, IDS_MAX);
        Self {
            sharing: by.sharing.clone(),
            rules: by.rules.iter().map(title).collect::<Vec<_>>().join(", "),
            compared: grouped(by.known_keys as u64),
            of: grouped(by.of as u64),
            more: by.shared.saturating_sub(groups.len()),
            groups: groups
                .into_iter()
                .map(|group| SharedGroup {
                    count: grouped(group.count as u64),
                    more: group.count.saturating_sub(group.ids.len()),
                    ids: group.ids.join(", "),
                    group: group.group.to_string().chars().take(8).collect(),
                })
                .collect(),
        }
    }
}
