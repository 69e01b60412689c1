use super::plain_table;
use crate::ledger::canonical::Canonical;
use crate::ledger::event::predecessor;

/// A leaf of a ledger, as a table shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafRow {
    /// Its index.
    pub index: u64,
    /// What it says.
    pub leaf: Canonical,
    /// Who it is about, where the vault tells.
    pub subject: Option<String>,
    /// The leaf that takes it back, if one does.
    pub withdrawn: Option<u64>,
}

/// Leaves as a table of so many columns.
#[must_use]
pub fn leaf_table(rows: &[LeafRow], columns: usize) -> String {
    let mut table = plain_table(columns);
    table.set_header(["Leaf", "Recorded", "What", "Subject", "Details"]);
    for LeafRow { index, leaf, subject, withdrawn } in rows {
        let text = |key: &str| leaf.text_at(key).unwrap_or_default();
        table.add_row([
            index.to_string(),
            text("recorded").to_owned(),
            text("kind").replace('_', " "),
            subject.clone().unwrap_or_default(),
            details(leaf, *withdrawn),
        ]);
    }
    table.to_string()
}

/// What a leaf says, in a few words, and which leaf takes it back.
pub(super) fn details(leaf: &Canonical, withdrawn: Option<u64>) -> String {
    let said = said(leaf);
    match withdrawn {
        Some(by) => format!("{said}, withdrawn by leaf {by}"),
        None => said,
    }
}

fn said(leaf: &Canonical) -> String {
    let text = |of: &Canonical, key: &str| of.text_at(key).unwrap_or_default().to_owned();
    let count = |key: &str| leaf.get(key).and_then(Canonical::as_count).unwrap_or_default();
    let policies = leaf.get("policies").and_then(Canonical::as_array).unwrap_or_default();
    match text(leaf, "kind").as_str() {
        "decision" => {
            let decided = policies
                .iter()
                .map(|policy| format!("{}: {}", text(policy, "name"), text(policy, "decision")));
            decided.collect::<Vec<_>>().join(", ")
        }
        "run_started" => {
            let used = policies
                .iter()
                .map(|policy| format!("{} {}", text(policy, "name"), text(policy, "version")));
            let used = used.collect::<Vec<_>>().join(", ");
            format!("{used}, as of {}, run {}", text(leaf, "as_of"), text(leaf, "run"))
        }
        "run_completed" => format!(
            "{} records = {} decided + {} refused",
            count("records"),
            count("decided"),
            count("refused")
        ),
        "policy_published" => format!("{} {}", text(leaf, "name"), text(leaf, "version")),
        "list_snapshot" => format!("{} of {}", text(leaf, "name"), text(leaf, "policy")),
        "approval" => format!(
            "{} {} by {} ({})",
            text(leaf, "policy"),
            text(leaf, "version"),
            text(leaf, "by"),
            text(leaf, "role")
        ),
        "log_opened" => match predecessor(leaf) {
            Some(before) => format!(
                "{}, goes on from {} with {} leaves",
                text(leaf, "origin"),
                before.origin,
                before.size
            ),
            None => text(leaf, "origin"),
        },
        "refused" => format!("record {}", count("number")),
        "disposition" => format!("{}: {}", text(leaf, "rule"), text(leaf, "outcome")),
        "control_done" | "exception_granted" => text(leaf, "field"),
        "withdrawal" => format!("leaf {}", count("leaf")),
        "erasure" | "export_made" | "log_sealed" => {
            format!("{} ({})", text(leaf, "why"), text(leaf, "by"))
        }
        "recovery" => format!("{} bytes of {}", count("bytes"), text(leaf, "file")),
        _ => String::new(),
    }
}
