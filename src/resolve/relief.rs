//! What is left out or relieved: exceptions, gaps, fields not collected.

use super::Resolver;
use super::scope::{Clause, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Acceptance, Exception, Gap, GapKind, NotCollected};
use crate::syntax::ast;

impl Resolver<'_> {
    pub(super) fn exception(&mut self, written: &ast::Exception) -> Option<Exception> {
        let owner = format!("exception `{}`", written.name);
        if written.excepts.is_empty() {
            self.missing(written.name.span, &owner, "excepts");
        }
        let excepts: Vec<_> =
            written.excepts.iter().filter_map(|name| self.rule_named(name)).collect();
        let when = written.when.as_ref().map(|when| self.lone_condition(Clause::Exception, when));
        if written.because.is_none() {
            self.missing(written.name.span, &owner, "because");
        }
        if written.approved_by.is_none() {
            self.missing(written.name.span, &owner, "approved by");
        }
        let Some(in_force) = written.in_force else {
            self.missing(written.name.span, &owner, "from DATE until DATE");
            return None;
        };
        let text = |text: &Option<ast::Text>| text.as_ref().map(|text| text.text.clone());
        Some(Exception {
            name: written.name.text.clone(),
            title: written.title.text.clone(),
            excepts,
            when,
            because: text(&written.because)?,
            approved_by: text(&written.approved_by)?,
            in_force,
            cites: self.citations(&written.cites),
        })
    }

    pub(super) fn gap(&mut self, written: &ast::Gap) -> Option<Gap> {
        let owner = format!("gap `{}`", written.name);
        if written.cites.is_empty() {
            self.error(
                Code::CitationMissing,
                written.name.span,
                format!("{owner} does not say what it leaves out"),
            );
        }
        let cites = self.citations(&written.cites);
        if written.because.is_none() {
            self.missing(written.name.span, &owner, "because");
        }
        let kind = if let Some(kind) = &written.kind {
            self.word(kind, &GapKind::ALL, GapKind::word)
        } else {
            self.missing(written.name.span, &owner, "kind");
            None
        };
        if written.accepted.is_none() {
            self.not_accepted(written.name.span, &owner);
        }
        Some(Gap {
            name: written.name.text.clone(),
            title: written.title.text.clone(),
            cites,
            kind: kind?,
            because: written.because.as_ref()?.text.clone(),
            accepted: written.accepted.as_ref().map(acceptance),
        })
    }

    pub(super) fn not_collected(&mut self, written: &ast::NotCollected) -> Option<NotCollected> {
        let owner = format!("`not collected {}`", written.path);
        if written.because.is_none() {
            self.missing(written.span, &owner, "because");
        }
        if written.accepted.is_none() {
            self.not_accepted(written.span, &owner);
        }
        let path = self.field(&mut Scope::new(Clause::Constant), &written.path)?;
        let subject = self.schema.record(self.subject);
        let is_key = matches!(path.steps.as_slice(), [only] if Some(only.slot) == subject.key);
        if is_key || path.derived.is_some() {
            self.error(Code::MustHaveNotCollected, written.path.span, "this cannot be left out");
            return None;
        }
        Some(NotCollected {
            path,
            because: written.because.as_ref()?.text.clone(),
            accepted: written.accepted.as_ref().map(acceptance),
        })
    }

    fn not_accepted(&mut self, span: ast::Place, owner: &str) {
        self.report(
            Diagnostic::new(Code::NotAccepted, span, format!("nobody has accepted {owner}"))
                .hint("add `accepted by \"...\" on DATE`"),
        );
    }
}

fn acceptance(written: &ast::Accepted) -> Acceptance {
    Acceptance { by: written.by.text.clone(), on: written.on, until: written.until }
}
