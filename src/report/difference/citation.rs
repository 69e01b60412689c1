use serde::Serialize;

use super::sentence::line;
use crate::hir::{Citation, PolicySet};
use crate::report::page::whole;
use crate::review::{Change, ClauseId};

/// What a clause rests on, with the words of the document that it cites.
#[derive(Serialize)]
pub(super) struct CitationTold {
    /// The names of the document and of its item, as policies write them.
    pub(super) name: String,
    /// What the item says.
    pub(super) text: String,
    /// `in part: what is left out`; empty where it is covered as a whole.
    pub(super) in_part: String,
    /// The title of the document, who issued it, and when.
    pub(super) document: String,
}

impl CitationTold {
    /// What a changed clause rests on, by the policy that has it.
    pub(super) fn all(policy: &PolicySet, change: &Change) -> Vec<Self> {
        cites(policy, &change.clause).iter().filter_map(|cite| Self::new(policy, cite)).collect()
    }

    fn new(policy: &PolicySet, cite: &Citation) -> Option<Self> {
        let source = policy.sources.get(cite.source.index())?;
        let item = source.items.get(cite.item)?;
        let mut document: Vec<String> = vec![line(&source.title)];
        if !source.issuer.is_empty() {
            document.push(line(&source.issuer));
        }
        document.extend(source.issued.map(|day| day.to_string()));
        Some(Self {
            name: line(&format!("{} {}", source.name, item.name)),
            text: whole(&item.text),
            in_part: match (&cite.because, cite.partly) {
                (Some(because), true) => format!("in part: {}", whole(because)),
                (None, true) => "in part".to_owned(),
                (_, false) => String::new(),
            },
            document: document.join(", "),
        })
    }

    /// In a line.
    pub(super) fn plain(&self) -> String {
        let in_part =
            if self.in_part.is_empty() { String::new() } else { format!(", {}", self.in_part) };
        format!("{} “{}”{in_part}", self.name, self.text)
    }
}

fn cites<'p>(policy: &'p PolicySet, clause: &ClauseId) -> &'p [Citation] {
    let is_named = |name: &str| clause.name.as_deref() == Some(name);
    let found = match clause.kind {
        "flag" | "prohibition" | "control" => policy
            .rules
            .iter()
            .find(|rule| rule.kind().word() == clause.kind && is_named(&rule.name))
            .map(|rule| rule.cites.as_slice()),
        "exception" => policy
            .exceptions
            .iter()
            .find(|exception| is_named(&exception.name))
            .map(|exception| exception.cites.as_slice()),
        "gap" => policy.gaps.iter().find(|gap| is_named(&gap.name)).map(|gap| gap.cites.as_slice()),
        _ => None,
    };
    found.unwrap_or_default()
}
