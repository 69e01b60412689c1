//! What a version makes of records, by the evaluator that judges rosters.

use serde_json::Value;

use crate::engine::Engine;
use crate::eval::{Detail, Judgement, Roster, Supposed, evaluate};
use crate::peers::{Collected, merge};
use crate::roster::{BadValues, Layout, RawRecord, RawText, Record};

/// A version, ready to judge.
pub(super) struct Trial<'e> {
    pub(super) engine: &'e Engine,
    layout: Layout,
}

impl<'e> Trial<'e> {
    pub(super) fn new(engine: &'e Engine) -> Self {
        Self { engine, layout: engine.layout(BadValues::Refuse) }
    }

    /// Judges the first of several records among all of them; absent where one of them is refused.
    pub(super) fn judge(&self, records: &[Value]) -> Option<Judgement> {
        let raws = records
            .iter()
            .zip(1..)
            .map(|(record, number)| {
                let text = serde_json::to_vec(record).ok()?;
                Some(RawRecord { number, text: RawText::Json(text) })
            })
            .collect::<Option<Vec<_>>>()?;
        let decoded = raws
            .iter()
            .map(|raw| self.layout.decode(raw).record)
            .collect::<Option<Vec<Record<'_>>>>()?;
        let subject = decoded.first()?;
        let program = self.engine.program();
        let groups = if program.compares_subjects() {
            let mut collected = Collected::default();
            for record in &decoded {
                collected.add(&record.subject, self.engine.keys(record));
            }
            Some(merge(vec![collected]).ok()?)
        } else {
            None
        };
        let roster = Roster::new(&subject.subject, groups.as_ref());
        let nothing = Supposed::new();
        Some(evaluate(program, &subject.facts, roster, &[], Detail::Brief, &nothing))
    }
}
