use crate::ledger::canonical::Canonical;
use crate::ledger::event::{FACTS, withdrawals};
use crate::ledger::{Problem, View};
use crate::roster::Addition;

/// What people recorded in a ledger, as evaluation takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedFacts {
    /// Dispositions, one JSON object on each line.
    pub dispositions: String,
    /// Controls that were done and exceptions that were granted.
    pub additions: Vec<Addition>,
}

impl RecordedFacts {
    /// Reads them from a ledger as it was with so many leaves. What had been taken back by then does not count, and
    /// what was recorded about somebody who was erased since is gone.
    ///
    /// # Errors
    /// If the ledger cannot be read, or has no vault.
    pub fn read(view: &View, size: u64) -> Result<Self, Problem> {
        let withdrawn = withdrawals(view.events());
        let kind = |leaf: &Canonical| {
            let kind = leaf.text_at("kind")?;
            FACTS.into_iter().find(|known| *known == kind)
        };
        let counts = |index: &u64| {
            *index < size && withdrawn.get(index).is_none_or(|withdrawal| *withdrawal >= size)
        };
        let counting = view.events().iter().filter(|(index, _)| counts(index));
        let wanted: std::collections::BTreeMap<u64, &str> =
            counting.filter_map(|(index, leaf)| Some((index, kind(leaf)?))).collect();
        let mut made = Self::default();
        let Some((first, _)) = wanted.first_key_value() else { return Ok(made) };
        let subjects = view.subjects()?.ok_or_else(|| {
            Problem::Missing("it has no vault, which alone holds what people recorded".to_owned())
        })?;
        let mut documents = view.documents(*first);
        while let Some(kept) = documents.next()? {
            let Some(kind) = wanted.get(&kept.leaf) else { continue };
            let Some(document) = kept.open(&subjects)? else { continue };
            let text = |field: &str| {
                document.text(field).map(str::to_owned).ok_or_else(|| {
                    Problem::Missing(format!("leaf {} was recorded without `{field}`", kept.leaf))
                })
            };
            if *kind == "disposition" {
                let mut row = serde_json::Map::new();
                for field in ["subject", "rule", "evidence", "outcome", "by", "on", "why"] {
                    row.insert(field.to_owned(), text(field)?.into());
                }
                if let Some(until) = document.text("until") {
                    row.insert("until".to_owned(), until.into());
                }
                made.dispositions.push_str(&serde_json::Value::Object(row).to_string());
                made.dispositions.push('\n');
            } else {
                made.additions.push(Addition {
                    subject: text("subject")?,
                    field: text("field")?,
                    value: text("value")?,
                    leaf: Some(kept.leaf),
                });
            }
        }
        Ok(made)
    }
}
