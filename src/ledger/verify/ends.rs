use super::Findings;
use crate::ledger::canonical::Canonical;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::event::{may_follow_seal, predecessor};

/// Where a log begins and ends: the log that it goes on from, and whether it is sealed.
#[derive(Default)]
pub(super) struct Ends {
    pub(super) predecessor: Option<Checkpoint>,
    /// The leaf that seals it.
    pub(super) sealed: Option<u64>,
}

impl Ends {
    pub(super) fn leaf(
        &mut self,
        path: &str,
        index: u64,
        leaf: &Canonical,
        origin: &str,
        findings: &mut Findings,
    ) {
        if let Some(seal) = self.sealed
            && !may_follow_seal(leaf)
        {
            findings.leaf(path, index, format!("the log was sealed by leaf {seal}"));
        }
        match leaf.text_at("kind") {
            Some("log_sealed") => self.sealed = self.sealed.or(Some(index)),
            Some("log_opened") if leaf.get("predecessor").is_some() => {
                self.predecessor = predecessor(leaf).filter(|before| before.origin != origin);
                if self.predecessor.is_none() {
                    findings.leaf(path, index, "it does not name the head of another log");
                }
            }
            _ => {}
        }
    }
}
