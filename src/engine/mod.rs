//! The facade: load a policy once, decide many times.

mod record;

use std::sync::Arc;

use crate::decision::{Brief, Decision};
use crate::disposition::Dispositions;
use crate::eval::{self, Detail, Judgement, Roster, Supposed};
use crate::loader::Policy;
use crate::peers::{Collected, Groups, SubjectKeys, TooMany, merge};
use crate::program::{CannotCompile, Program};
use crate::roster::{BadValues, Layout, Record};
use crate::types::FieldSlot;
use crate::value::Instant;

/// A policy made ready for one time of evaluation.
#[derive(Clone, Debug)]
pub struct Engine {
    policy: Policy,
    program: Program,
    dispositions: Dispositions,
    groups: Option<Arc<Groups>>,
}

impl Engine {
    /// Makes a policy ready.
    ///
    /// # Errors
    /// If a dated value has none on that day.
    pub fn new(
        policy: Policy,
        as_of: Instant,
        dispositions: Dispositions,
    ) -> Result<Self, CannotCompile> {
        let program = Program::compile(&policy.checked, as_of)?;
        Ok(Self { policy, program, dispositions, groups: None })
    }

    /// Makes known who shares what in the roster. Until then, what a policy asks about other subjects
    /// is unknown.
    #[must_use]
    pub fn knowing(self, groups: Groups) -> Self {
        Self { groups: Some(Arc::new(groups)), ..self }
    }

    /// Makes known what the subjects of these records, a whole roster, share.
    ///
    /// # Errors
    /// If there are too many of them.
    pub fn among<'r>(
        self,
        roster: impl IntoIterator<Item = &'r Record<'r>>,
    ) -> Result<Self, TooMany> {
        let mut collected = Collected::default();
        for record in roster {
            collected.add(&record.subject, self.keys(record));
        }
        Ok(self.knowing(merge(vec![collected])?))
    }

    /// Who shares what, if it was made known.
    #[must_use]
    pub fn groups(&self) -> Option<&Arc<Groups>> {
        self.groups.as_ref()
    }

    /// The keys by which a record is compared with others.
    #[must_use]
    pub fn keys(&self, record: &Record<'_>) -> SubjectKeys {
        eval::keys_of(&self.program, &record.facts)
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What people decided about hits.
    #[must_use]
    pub fn dispositions(&self) -> &Dispositions {
        &self.dispositions
    }

    /// The same policy with other dispositions.
    #[must_use]
    pub fn with_dispositions(self, dispositions: Dispositions) -> Self {
        Self { dispositions, ..self }
    }

    /// The policy as it is run.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// How rosters for this policy are decoded.
    #[must_use]
    pub fn layout(&self, bad_values: BadValues) -> Layout {
        Layout::new(self.program.schema().clone(), self.program.subject(), bad_values)
    }

    /// Judges one record.
    #[must_use]
    pub fn judge(&self, record: &Record<'_>, detail: Detail) -> Judgement {
        self.judge_supposing(record, detail, &Supposed::new())
    }

    /// Judges one record as if some rules had come to something else.
    #[must_use]
    pub fn judge_supposing(
        &self,
        record: &Record<'_>,
        detail: Detail,
        supposed: &Supposed,
    ) -> Judgement {
        let roster = Roster::new(&record.subject, self.groups.as_deref());
        self.judge_among(roster, record, detail, supposed)
    }

    /// Judges one record, briefly, as if its subject shared nothing with anybody.
    pub(crate) fn judge_alone(&self, record: &Record<'_>) -> Judgement {
        self.judge_among(Roster::of_nobody(), record, Detail::Brief, &Supposed::new())
    }

    fn judge_among(
        &self,
        roster: Roster<'_>,
        record: &Record<'_>,
        detail: Detail,
        supposed: &Supposed,
    ) -> Judgement {
        let today = self.program.as_of().date();
        let cleared = self.dispositions.clearing(&self.policy.checked, &record.subject, today);
        eval::evaluate(&self.program, &record.facts, roster, &cleared, detail, supposed)
    }

    /// The decision record of a judgement made with `Detail::Full`.
    #[must_use]
    pub fn decision(&self, record: &Record<'_>, judgement: &Judgement) -> Decision<'_> {
        record::decision(&self.policy, &self.program, record, judgement)
    }

    /// The path of a field as policies write it.
    #[must_use]
    pub fn path(&self, steps: &[FieldSlot]) -> String {
        record::path_of(&self.program, steps)
    }

    /// One short line of a judgement.
    #[must_use]
    pub fn brief(&self, record: &Record<'_>, judgement: &Judgement) -> Brief<'_> {
        record::brief(&self.policy, record, judgement)
    }
}
