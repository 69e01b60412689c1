use super::Resolver;
use super::names::Symbol;
use super::scope::{Clause, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{
    Answer, Condition, ConditionKind, ControlRule, FlagRule, Lasts, Raised, Rule, RuleBody, RuleId,
    RuleKind, Severity,
};
use crate::source::Span;
use crate::syntax::ast::{self, Expression, Name, RuleClauses};
use crate::types::Type;

impl Resolver<'_> {
    pub(super) fn prohibition(&mut self, written: &ast::Prohibition) -> Rule {
        let mut scope = Scope::new(Clause::Prohibition);
        let when = self.when(&mut scope, &written.clauses);
        self.rule(&mut scope, &written.clauses, RuleBody::Prohibition { when })
    }

    pub(super) fn flag(&mut self, written: &ast::Flag, weights: [Option<u32>; 3]) -> Rule {
        let clauses = &written.clauses;
        let owner = format!("flag `{}`", clauses.name);
        let mut scope = Scope::new(Clause::Flag);
        let when = self.when(&mut scope, clauses);
        let severity = if let Some(name) = &written.severity {
            self.word(name, &Severity::ALL, Severity::word)
        } else {
            self.missing(clauses.name.span, &owner, "severity");
            None
        };
        let severity = severity.unwrap_or(Severity::Weak);
        let standard = weight_of(weights, severity);
        let weight = match &written.weight {
            Some((weight, because)) => {
                if standard != Some(*weight) && because.is_none() {
                    let message = format!("why does `{}` weigh {weight}?", clauses.name);
                    self.report(
                        Diagnostic::new(Code::ReasonMissing, clauses.name.span, message)
                            .hint("add `because \"...\"`, or give all severities their weights with `weights` in the decision"),
                    );
                }
                Some(*weight)
            }
            None => standard,
        };
        if weight.is_none() {
            self.report(
                Diagnostic::new(
                    Code::ClauseMissing,
                    clauses.name.span,
                    format!("{owner} has no `weight`"),
                )
                .hint("give it one, or give all severities theirs with `weights` in the decision"),
            );
        }
        let weight = weight.unwrap_or(0);
        let raised =
            written.raised.iter().map(|raised| self.raised(raised, severity, weight)).collect();
        let body = RuleBody::Flag(FlagRule {
            when,
            severity,
            weight,
            raised,
            innocent: written.innocent.as_ref().map(|text| text.text.clone()),
        });
        self.rule(&mut scope, clauses, body)
    }

    fn raised(&mut self, written: &ast::Raised, severity: Severity, weight: u32) -> Raised {
        let mut scope = Scope::new(Clause::Raised);
        let when = self.condition(&mut scope, &written.when);
        self.warn_hidden(&scope);
        let higher = self.word(&written.severity, &Severity::ALL, Severity::word);
        if let Some(higher) = higher {
            let is_higher = higher >= severity
                && written.weight >= weight
                && (higher, written.weight) != (severity, weight);
            if !is_higher {
                self.error(
                    Code::RaisedNotHigher,
                    written.span,
                    format!(
                        "`{}` weight {} is not above `{}` weight {weight}",
                        higher.word(),
                        written.weight,
                        severity.word()
                    ),
                );
            }
        }
        Raised { severity: higher.unwrap_or(severity), weight: written.weight, when }
    }

    pub(super) fn control(&mut self, written: &ast::Control) -> Rule {
        let clauses = &written.clauses;
        let owner = format!("control `{}`", clauses.name);
        if let Some(when) = &clauses.when {
            self.report(
                Diagnostic::new(Code::Misplaced, when.span, "a control has no `when`")
                    .hint("write `met when`"),
            );
        }
        let mut scope = Scope::new(Clause::Control);
        let met_when = if let Some(met_when) = &written.met_when {
            self.condition(&mut scope, met_when)
        } else {
            self.missing(clauses.name.span, &owner, "met when");
            mistake(clauses.name.span.into())
        };
        let failed_when =
            written.failed_when.as_ref().map(|failed| self.condition(&mut scope, failed));
        let dated = written.dated.as_ref().map(|dated| {
            let operand = self.operand(&mut scope, dated, None);
            if !operand.is_mistake() && !matches!(operand.of, Type::Date | Type::Instant) {
                self.error(
                    Code::TypeMismatch,
                    dated.span,
                    "a control is dated by a date or an instant",
                );
            }
            operand
        });
        let lasts =
            written.lasts.iter().map(|lasts| self.lasts(&mut scope, lasts)).collect::<Vec<_>>();
        if let (Some(first), None) = (written.lasts.first(), &dated) {
            self.error(
                Code::LastsWithoutDate,
                first.period.span,
                format!("{owner} lasts, but has no `dated`"),
            );
        }
        let mut required_scope = Scope::new(Clause::Required);
        let required_when = written
            .required_when
            .as_ref()
            .map(|required| self.condition(&mut required_scope, required));
        self.warn_hidden(&required_scope);
        let answers = self.answers(written, dated.is_some());
        let body = RuleBody::Control(ControlRule {
            met_when,
            failed_when,
            dated,
            lasts,
            answers,
            required_when,
        });
        self.rule(&mut scope, clauses, body)
    }

    fn lasts(&mut self, scope: &mut Scope, written: &ast::Lasts) -> Lasts {
        Lasts {
            period: self.period(scope, &written.period),
            when: written.when.as_ref().map(|when| self.condition(scope, when)),
        }
    }

    fn answers(&mut self, written: &ast::Control, is_dated: bool) -> Vec<Answer> {
        let mut answers: Vec<Answer> = Vec::new();
        for clause in &written.answers {
            for name in &clause.flags {
                let Some(flag) = self.flag_named(name) else {
                    continue;
                };
                if answers.iter().any(|answer| answer.flag == flag) {
                    self.error(
                        Code::DuplicateName,
                        name.span,
                        format!("`{name}` is answered twice"),
                    );
                    continue;
                }
                if !is_dated && !clause.at_any_time {
                    self.report(
                        Diagnostic::new(
                            Code::AnswerWithoutDate,
                            name.span,
                            format!("`{name}` is answered by a control that has no `dated`"),
                        )
                        .hint("say when the control was done with `dated`, or write `at any time`"),
                    );
                }
                answers.push(Answer {
                    flag,
                    reducing_to: clause.reducing_to,
                    at_any_time: clause.at_any_time,
                });
            }
        }
        answers
    }

    /// The flag of that name, or a report that it is none.
    pub(super) fn flag_named(&mut self, name: &Name) -> Option<RuleId> {
        if let Some(Symbol::Rule(id, RuleKind::Flag)) = self.symbol(name.as_str()) {
            return Some(id);
        }
        if self.names.is_unread(name.as_str()) {
            return None;
        }
        let flags = self
            .names
            .iter()
            .filter(|(_, symbol)| matches!(symbol, Symbol::Rule(_, RuleKind::Flag)));
        let diagnostic =
            Diagnostic::new(Code::UnknownRule, name.span, format!("there is no flag `{name}`"))
                .suggest(name.as_str(), flags.map(|(name, _)| name));
        self.report(diagnostic);
        None
    }

    /// The rule of that name, or a report that there is none.
    pub(super) fn rule_named(&mut self, name: &Name) -> Option<RuleId> {
        if let Some(Symbol::Rule(id, _)) = self.symbol(name.as_str()) {
            return Some(id);
        }
        if self.names.is_unread(name.as_str()) {
            return None;
        }
        let rules = self.names.iter().filter(|(_, symbol)| matches!(symbol, Symbol::Rule(..)));
        let diagnostic =
            Diagnostic::new(Code::UnknownRule, name.span, format!("there is no rule `{name}`"))
                .suggest(name.as_str(), rules.map(|(name, _)| name));
        self.report(diagnostic);
        None
    }

    fn when(&mut self, scope: &mut Scope, clauses: &RuleClauses) -> Condition {
        if let Some(when) = &clauses.when {
            return self.condition(scope, when);
        }
        self.missing(clauses.name.span, &format!("`{}`", clauses.name), "when");
        mistake(clauses.name.span.into())
    }

    fn rule(&mut self, scope: &mut Scope, clauses: &RuleClauses, body: RuleBody) -> Rule {
        let applies_when =
            clauses.applies_when.as_ref().map(|applies| self.condition(scope, applies));
        let says = clauses.says.as_ref().map(|says| self.template(scope, says));
        let cites = self.citations(&clauses.cites);
        if clauses.cites.is_empty() {
            self.report(
                Diagnostic::new(
                    Code::CitationMissing,
                    clauses.name.span,
                    format!("`{}` does not say where it comes from", clauses.name),
                )
                .hint("add `cites SOURCE ITEM`"),
            );
        }
        self.warn_hidden(scope);
        Rule {
            name: clauses.name.text.clone(),
            title: clauses.title.text.clone(),
            cites,
            audience: clauses.audience.iter().map(|name| name.text.clone()).collect(),
            owner: clauses.owner.as_ref().map(|owner| owner.text.clone()),
            replaces: clauses.replaces.iter().map(|name| name.text.clone()).collect(),
            applies_when,
            says,
            respond: clauses.respond.as_ref().map(|respond| respond.text.clone()),
            notes: clauses.notes.iter().map(|note| note.text.clone()).collect(),
            body,
            span: clauses.name.span.into(),
        }
    }

    /// A condition that stands for itself, such as the body of a definition.
    pub(super) fn lone_condition(&mut self, clause: Clause, written: &Expression) -> Condition {
        let mut scope = Scope::new(clause);
        let condition = self.condition(&mut scope, written);
        self.warn_hidden(&scope);
        condition
    }
}

fn mistake(span: Span) -> Condition {
    Condition { kind: ConditionKind::Mistake, span }
}

fn weight_of(weights: [Option<u32>; 3], severity: Severity) -> Option<u32> {
    Severity::ALL
        .iter()
        .zip(weights)
        .find(|(of, _)| **of == severity)
        .and_then(|(_, weight)| weight)
}
