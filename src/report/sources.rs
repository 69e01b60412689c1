use std::fmt;

use comfy_table::{Cell, ColumnConstraint, Width};
use serde::Serialize;

use super::plain_table;
use crate::hir::{Citation, PolicySet, Source};

/// What a policy makes of an item of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItemCoverage {
    /// The source.
    pub source: String,
    /// The item.
    pub item: String,
    /// What it says, in our words.
    pub text: String,
    /// What is made of it.
    pub state: ItemState,
    /// The rules, exceptions and gaps that cite it.
    pub by: Vec<String>,
    /// What is not covered, or why it is left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
    /// Who accepted that it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<String>,
}

/// What is made of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemState {
    /// A rule covers it.
    Encoded,
    /// Rules cover a part of it.
    Partly,
    /// It is left out, with a reason.
    Gap,
    /// Nobody has said anything about it.
    Nothing,
}

impl ItemState {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Encoded, Self::Partly, Self::Gap, Self::Nothing];

    /// As reports write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Encoded => "encoded",
            Self::Partly => "partly",
            Self::Gap => "gap",
            Self::Nothing => "nothing",
        }
    }
}

/// What a policy makes of every item of every source it has, in the order of the sources.
#[must_use]
pub fn source_coverage(policy: &PolicySet) -> Vec<ItemCoverage> {
    let mut rows = Vec::new();
    for (source_place, source) in policy.sources.iter().enumerate() {
        for (item_place, item) in source.items.iter().enumerate() {
            let cites = |cites: &[Citation]| {
                let is_meant = |citation: &&Citation| {
                    citation.source.index() == source_place && citation.item == item_place
                };
                cites.iter().find(is_meant).cloned()
            };
            let mut row = ItemCoverage {
                source: source.name.clone(),
                item: item.name.clone(),
                text: item.text.clone(),
                state: ItemState::Nothing,
                by: Vec::new(),
                because: Vec::new(),
                accepted_by: None,
            };
            for gap in &policy.gaps {
                if cites(&gap.cites).is_some() {
                    row.state = ItemState::Gap;
                    row.by.push(format!("gap {} ({})", gap.name, gap.kind.word()));
                    row.because.push(gap.because.clone());
                    row.accepted_by = gap.accepted.as_ref().map(|accepted| accepted.by.clone());
                }
            }
            let rules = policy.rules.iter().map(|rule| (rule.name.clone(), &rule.cites));
            let exceptions = policy.exceptions.iter();
            let exceptions = exceptions
                .map(|exception| (format!("exception {}", exception.name), &exception.cites));
            for (name, citations) in rules.chain(exceptions) {
                let Some(citation) = cites(citations) else { continue };
                let state = if citation.partly { ItemState::Partly } else { ItemState::Encoded };
                row.state = row.state.min(state);
                row.by.push(name);
                row.because.extend(citation.because);
            }
            rows.push(row);
        }
    }
    rows
}

/// What several policies make of the same items together.
#[must_use]
pub fn combined_coverage(policies: &[&PolicySet]) -> Vec<ItemCoverage> {
    let mut rows: Vec<ItemCoverage> = Vec::new();
    for policy in policies {
        let name = &policy.identity.name;
        for mut row in source_coverage(policy) {
            if policies.len() > 1 {
                row.by = row.by.iter().map(|by| format!("{name}: {by}")).collect();
            }
            let is_same = |known: &&mut ItemCoverage| {
                (&known.source, &known.item) == (&row.source, &row.item)
            };
            if let Some(known) = rows.iter_mut().find(is_same) {
                known.state = known.state.min(row.state);
                known.by.extend(row.by);
                known.because.extend(row.because);
                known.accepted_by = known.accepted_by.take().or(row.accepted_by);
            } else {
                rows.push(row);
            }
        }
    }
    rows
}

/// That an item says something again that no policy at hand has a source for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownItem {
    /// The item that says so.
    pub said_by: String,
    /// The other source and item.
    pub meant: String,
}

impl fmt::Display for UnknownItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { said_by, meant } = self;
        write!(f, "`{said_by}` restates `{meant}`, which is no item of a source of these policies")
    }
}

impl std::error::Error for UnknownItem {}

/// What is made of the items of documents that say again what policies cite: encoded where all of it
/// is, partly where some is.
///
/// # Errors
/// If an item restates one that is not among the rows.
pub fn restated_coverage(
    documents: &[Source],
    rows: &[ItemCoverage],
) -> Result<Vec<ItemCoverage>, UnknownItem> {
    let mut made = Vec::new();
    for document in documents {
        for item in &document.items {
            let mut row = ItemCoverage {
                source: document.name.clone(),
                item: item.name.clone(),
                text: item.text.clone(),
                state: ItemState::Nothing,
                by: Vec::new(),
                because: Vec::new(),
                accepted_by: None,
            };
            let mut states = Vec::new();
            for restated in &item.restates {
                let meant = |known: &&ItemCoverage| {
                    (&known.source, &known.item) == (&restated.source, &restated.item)
                };
                let Some(found) = rows.iter().find(meant) else {
                    return Err(UnknownItem {
                        said_by: format!("{} {}", document.name, item.name),
                        meant: format!("{} {}", restated.source, restated.item),
                    });
                };
                states.push(if restated.partly {
                    found.state.max(ItemState::Partly)
                } else {
                    found.state
                });
                row.because.extend(restated.because.clone());
                for by in &found.by {
                    if !row.by.contains(by) {
                        row.by.push(by.clone());
                    }
                }
                if found.state != ItemState::Encoded {
                    row.because.extend(found.because.clone());
                }
                row.accepted_by = row.accepted_by.take().or_else(|| found.accepted_by.clone());
            }
            let best = states.iter().min().copied();
            let worst = states.iter().max().copied();
            row.state = match (best, worst) {
                (Some(best), Some(worst)) if best == worst => best,
                // A part is encoded, another is not.
                (Some(ItemState::Encoded | ItemState::Partly), Some(_)) => ItemState::Partly,
                (Some(best), Some(_)) => best,
                (None, _) | (_, None) => ItemState::Nothing,
            };
            row.because.dedup();
            made.push(row);
        }
    }
    Ok(made)
}

/// Items and what is made of them as a table of so many columns.
#[must_use]
pub fn source_table(rows: &[ItemCoverage], columns: usize) -> String {
    let mut table = plain_table(columns);
    table.set_header(["Item", "State", "By", "What is left out, and why"]);
    for row in rows {
        let mut why = row.because.join(" ");
        if let Some(by) = &row.accepted_by {
            why = format!("{why} Accepted by {by}.");
        }
        if row.state == ItemState::Nothing {
            why.clone_from(&row.text);
        }
        let item = format!("{} {}", row.source, row.item);
        table.add_row(
            [item.as_str(), row.state.word(), &row.by.join(", "), why.trim()].map(Cell::new),
        );
    }
    let longest = rows.iter().flat_map(|row| &row.by).map(String::len).max().unwrap_or(0);
    if let Some(column) = table.column_mut(2) {
        // A name of a rule stands on one line; the padding and a comma beside it.
        let width = u16::try_from(longest + 3).unwrap_or(u16::MAX).min(44);
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
    }
    table.to_string()
}
