use std::collections::BTreeMap;

use super::Findings;
use crate::digest::Digest;
use crate::ledger::canonical::Canonical;
use crate::ledger::event::FACTS;

/// What people recorded, and that each of it is taken back once at most.
#[derive(Default)]
pub(super) struct Withdrawals {
    /// About whom each fact is, and which leaf took it back.
    facts: BTreeMap<u64, (Option<Digest>, Option<u64>)>,
}

impl Withdrawals {
    pub(super) fn leaf(
        &mut self,
        path: &str,
        index: u64,
        leaf: &Canonical,
        findings: &mut Findings,
    ) {
        let kind = leaf.text_at("kind").unwrap_or_default();
        if FACTS.contains(&kind) {
            self.facts.insert(index, (leaf.digest_at("subject"), None));
        } else if kind == "withdrawal"
            && let Err(what) = self.withdrawn(index, leaf)
        {
            findings.leaf(path, index, what);
        }
    }

    fn withdrawn(&mut self, index: u64, leaf: &Canonical) -> Result<(), String> {
        leaf.digest_at("fields").ok_or("it commits to no reason")?;
        let of = leaf.get("leaf").and_then(Canonical::as_count);
        let of = of.ok_or("it does not say which leaf it takes back")?;
        let (subject, by) = self.facts.get_mut(&of).ok_or_else(|| {
            format!("it takes back leaf {of}, which is nothing that a person recorded before")
        })?;
        if leaf.digest_at("subject") != *subject {
            return Err(format!("it takes back leaf {of}, which is about somebody else"));
        }
        if let Some(by) = by.replace(index) {
            return Err(format!("it takes back leaf {of}, as leaf {by} did already"));
        }
        Ok(())
    }
}
