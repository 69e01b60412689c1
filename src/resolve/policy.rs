use std::collections::BTreeSet;

use super::Resolver;
use super::names::Symbol;
use super::scope::{Clause, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Define, DefineBody, DefineId, Operand, PolicyIdentity, PolicySet, Rule, Status};
use crate::syntax::ast::{self, Declaration, Expression, ExpressionKind};

impl Resolver<'_> {
    /// Everything but names and shapes of data, which are there already.
    pub(super) fn policy_set(
        mut self,
        policy: &ast::Policy,
        declarations: &[&Declaration],
    ) -> Option<PolicySet> {
        let identity = self.identity(policy);
        for declaration in declarations {
            if let Declaration::Source(source) = declaration {
                let source = self.source(source);
                self.sources.push(source);
            }
        }
        for declaration in declarations {
            if let Declaration::Param(param) = declaration {
                let param = self.param(param);
                self.params.push(param);
            } else if let Declaration::List(list) = declaration {
                let list = self.list(list);
                self.lists.push(list);
            }
        }
        let rates = self.rates(declarations.iter().filter_map(|declaration| {
            if let Declaration::Rates(rates) = declaration { Some(rates) } else { None }
        }));
        self.resolve_defines(declarations);

        let mut decisions = declarations.iter().filter_map(|declaration| {
            if let Declaration::Decision(decision) = declaration { Some(decision) } else { None }
        });
        let written_decision = decisions.next();
        for second in decisions {
            self.error(Code::ClauseRepeated, second.span, "a policy has one decision");
        }
        let weights = self.weights(written_decision);
        let rules = declarations
            .iter()
            .filter_map(|declaration| self.declared_rule(declaration, weights))
            .collect();
        let mut exceptions = Vec::new();
        let mut gaps = Vec::new();
        let mut not_collected = Vec::new();
        for declaration in declarations {
            if let Declaration::Exception(written) = declaration {
                exceptions.extend(self.exception(written));
            } else if let Declaration::Gap(written) = declaration {
                gaps.extend(self.gap(written));
            } else if let Declaration::NotCollected(written) = declaration {
                not_collected.extend(self.not_collected(written));
            }
        }
        let decision = if let Some(written) = written_decision {
            self.decision(written, weights)
        } else {
            self.report(
                Diagnostic::new(
                    Code::DecisionMissing,
                    policy.name.span,
                    format!("policy `{}` does not say what its rules come to", policy.name),
                )
                .hint("add `decision { levels clear < review  unsettled review ... }`"),
            );
            None
        };
        Some(PolicySet {
            identity: identity?,
            schema: self.schema,
            subject: self.subject,
            sources: self.sources,
            params: self.params,
            lists: self.lists,
            rates,
            defines: self.defines,
            rules,
            exceptions,
            gaps,
            not_collected,
            decision: decision?,
        })
    }

    fn declared_rule(
        &mut self,
        declaration: &Declaration,
        weights: [Option<u32>; 3],
    ) -> Option<Rule> {
        match declaration {
            Declaration::Prohibition(rule) => Some(self.prohibition(rule)),
            Declaration::Flag(rule) => Some(self.flag(rule, weights)),
            Declaration::Control(rule) => Some(self.control(rule)),
            Declaration::Policy(_)
            | Declaration::Use(_)
            | Declaration::Record(_)
            | Declaration::Enumeration(_)
            | Declaration::Source(_)
            | Declaration::Param(_)
            | Declaration::List(_)
            | Declaration::Rates(_)
            | Declaration::Define(_)
            | Declaration::Exception(_)
            | Declaration::Gap(_)
            | Declaration::NotCollected(_)
            | Declaration::Decision(_) => None,
        }
    }

    fn identity(&mut self, policy: &ast::Policy) -> Option<PolicyIdentity> {
        let owner = format!("policy `{}`", policy.name);
        for (clause, is_missing) in
            [("title", policy.title.is_none()), ("owner", policy.owner.is_none())]
        {
            if is_missing {
                self.missing(policy.name.span, &owner, clause);
            }
        }
        let status = if let Some(status) = &policy.status {
            self.word(status, &Status::ALL, Status::word)
        } else {
            self.missing(policy.name.span, &owner, "status");
            None
        };
        let Some(effective) = policy.effective else {
            self.missing(policy.name.span, &owner, "effective");
            return None;
        };
        Some(PolicyIdentity {
            name: policy.name.text.clone(),
            version: policy.version.clone(),
            title: policy.title.as_ref()?.text.clone(),
            owner: policy.owner.as_ref()?.text.clone(),
            status: status?,
            effective,
            review_by: policy.review_by,
            notes: policy.notes.iter().map(|note| note.text.clone()).collect(),
            span: policy.name.span.into(),
        })
    }

    /// Definitions in an order in which each comes after those it uses.
    fn resolve_defines(&mut self, declarations: &[&Declaration]) {
        let written: Vec<&ast::Define> = declarations
            .iter()
            .filter_map(|declaration| {
                if let Declaration::Define(define) = declaration { Some(define) } else { None }
            })
            .collect();
        let mistake = |define: &ast::Define| Define {
            name: define.name.text.clone(),
            title: define.title.as_ref().map(|title| title.text.clone()),
            body: DefineBody::Operand(Operand::mistake(define.body.span.into())),
        };
        self.defines = written.iter().map(|define| mistake(define)).collect();
        let mut done = BTreeSet::new();
        for start in 0..written.len() {
            let mut open = Vec::new();
            self.resolve_define(&written, DefineId(start), &mut open, &mut done);
        }
    }

    fn resolve_define(
        &mut self,
        written: &[&ast::Define],
        id: DefineId,
        open: &mut Vec<DefineId>,
        done: &mut BTreeSet<DefineId>,
    ) {
        let Some(define) = written.get(id.index()) else {
            return;
        };
        if done.contains(&id) {
            return;
        }
        if open.contains(&id) {
            let message = format!("`{}` is defined by itself", define.name);
            self.error(Code::CircularDefinition, define.name.span, message);
            return;
        }
        open.push(id);
        let mut used = Vec::new();
        names_in(&define.body, &mut used);
        for name in used {
            if let Some(Symbol::Define(inner)) = self.symbol(name) {
                self.resolve_define(written, inner, open, done);
            }
        }
        open.pop();
        if !done.insert(id) {
            return;
        }
        let body = if self.is_value(&define.body) {
            let mut scope = Scope::new(Clause::Define);
            let operand = self.operand(&mut scope, &define.body, None);
            self.warn_hidden(&scope);
            DefineBody::Operand(operand)
        } else {
            DefineBody::Condition(self.lone_condition(Clause::Define, &define.body))
        };
        if let Some(place) = self.defines.get_mut(id.index()) {
            place.body = body;
        }
    }

    /// Whether the expression has the form of a value rather than of a condition.
    fn is_value(&self, expression: &Expression) -> bool {
        match &expression.kind {
            ExpressionKind::Arithmetic { .. }
            | ExpressionKind::Named { .. }
            | ExpressionKind::Literal(_)
            | ExpressionKind::List(_)
            | ExpressionKind::Code(_)
            | ExpressionKind::Count { .. }
            | ExpressionKind::Aggregate { .. }
            | ExpressionKind::Share { .. }
            | ExpressionKind::Longest { .. }
            | ExpressionKind::Similarity(..) => true,
            ExpressionKind::Path(path) => match path.steps.as_slice() {
                [name] => match self.symbol(name.as_str()) {
                    Some(Symbol::Define(id)) => matches!(
                        self.defines.get(id.index()).map(|define| &define.body),
                        Some(DefineBody::Operand(_))
                    ),
                    Some(Symbol::Param(_) | Symbol::List(_)) => true,
                    Some(Symbol::Rule(..)) | None => false,
                },
                _ => false,
            },
            ExpressionKind::Or(_)
            | ExpressionKind::And(_)
            | ExpressionKind::Not(_)
            | ExpressionKind::Is { .. }
            | ExpressionKind::IsKnown(_)
            | ExpressionKind::In { .. }
            | ExpressionKind::Order { .. }
            | ExpressionKind::Assume { .. }
            | ExpressionKind::Has(_)
            | ExpressionKind::Exists(_)
            | ExpressionKind::Every { .. }
            | ExpressionKind::Inconsistent { .. }
            | ExpressionKind::InAny { .. }
            | ExpressionKind::InTheLast { .. }
            | ExpressionKind::AtLeastOf { .. }
            | ExpressionKind::AtLeastRules { .. }
            | ExpressionKind::AnyRule { .. } => false,
        }
    }
}

/// Every name that begins a path of an expression.
fn names_in<'e>(expression: &'e Expression, names: &mut Vec<&'e str>) {
    expression.for_each_path(&mut |path| names.extend(path.steps.first().map(ast::Name::as_str)));
}
