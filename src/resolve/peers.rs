//! Comparisons between subjects: `count of peers sharing PATH where (C)`.

use super::Resolver;
use super::scope::{Clause, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{
    Condition, ConditionKind, DefineBody, DefineId, FieldPath, Members, Operand, OperandKind,
    Order, Part, Peers, PeersOf, Root,
};
use crate::source::Span;
use crate::syntax::ast::{self, Expression, MembersOf, Path};
use crate::types::Type;
use crate::value::Value;

impl Resolver<'_> {
    /// How many other subjects share a key.
    pub(super) fn count_peers(
        &mut self,
        scope: &mut Scope,
        paths: &[Path],
        filter: Option<&Expression>,
        span: Span,
    ) -> Operand {
        match self.peers(scope, paths, filter, span) {
            Some(peers) => {
                Operand::new(OperandKind::CountPeers(Box::new(peers)), Type::Number, span)
            }
            None => Operand::mistake(span),
        }
    }

    /// Whether there is one: the same as counting them and finding at least one.
    pub(super) fn exists_peers(
        &mut self,
        scope: &mut Scope,
        paths: &[Path],
        filter: Option<&Expression>,
        span: Span,
    ) -> ConditionKind {
        let count = self.count_peers(scope, paths, filter, span);
        if count.is_mistake() {
            return ConditionKind::Mistake;
        }
        let one = Value::Number(rust_decimal::Decimal::ONE.into());
        ConditionKind::Order {
            order: Order::AtLeast,
            left: Box::new(count),
            right: Box::new(Operand::new(OperandKind::Constant(one), Type::Number, span)),
        }
    }

    /// Reports peers where only their number has a meaning.
    pub(super) fn report_peers(&mut self, members: &ast::Members) {
        debug_assert!(matches!(members.of, MembersOf::Peers(_)), "peers were found here");
        self.report(
            Diagnostic::new(
                Code::PeersMisplaced,
                members.span,
                "of other subjects only how many there are is known here",
            )
            .hint("write `exists peers sharing ...` or `count of peers sharing ... >= 2`"),
        );
    }

    fn peers(
        &mut self,
        scope: &Scope,
        paths: &[Path],
        filter: Option<&Expression>,
        span: Span,
    ) -> Option<Peers> {
        if !scope.frames.is_empty() || !scope.windows.is_empty() || scope.is_of_peers {
            self.report(
                Diagnostic::new(
                    Code::PeersMisplaced,
                    span,
                    "a comparison between subjects stands inside another condition on elements",
                )
                .hint(
                    "put it beside that condition, and say with `where (...)` which elements count",
                ),
            );
            return None;
        }
        // What holds of the subject alone is asked of both sides: nothing of rules, windows or guards.
        let mut own = Scope::new(Clause::Prohibition);
        own.is_of_peers = true;
        let fields: Vec<FieldPath> =
            paths.iter().filter_map(|path| self.field(&mut own, path)).collect();
        if fields.len() < paths.len() {
            return None;
        }
        let first = fields.first()?;
        let list_steps = steps_to_element(first);
        let element =
            |field: &FieldPath| field.steps.get(..steps_to_element(field)).map(<[_]>::to_vec);
        if let Some(other) = fields.iter().find(|field| element(field) != element(first)) {
            let message =
                format!("`{}` and `{}` are not fields of one element", first.shown, other.shown);
            self.report(
                Diagnostic::new(Code::PeersMisplaced, other.span, message)
                    .related(first.span, "shared together with this")
                    .hint("what is shared is one value, or several fields of the same element"),
            );
            return None;
        }
        for field in &fields {
            if !self.schema.compares(field.of) {
                self.report(
                    Diagnostic::new(
                        Code::NoValueToAggregate,
                        field.span,
                        format!("`{}` does not compare as one value", field.shown),
                    )
                    .hint("continue the path to a field: `peers sharing logins.ip`"),
                );
                return None;
            }
        }
        let (of, keys) = if list_steps == 0 {
            let filter = filter.map(|filter| Box::new(self.condition(&mut own, filter)));
            (PeersOf::Record(filter), fields)
        } else {
            let mut members = Members {
                path: self.element_path(first, list_steps),
                element_steps: list_steps,
                filter: None,
                span,
            };
            members.filter = filter.map(|filter| Box::new(self.inside(&mut own, &members, filter)));
            let level = members.path.steps.iter().filter(|step| step.list).count();
            let level = u8::try_from(level.saturating_sub(1)).ok()?;
            let keys = fields.into_iter().map(|field| from_element(field, list_steps, level));
            (PeersOf::Elements(members), keys.collect())
        };
        self.warn_hidden(&own);
        let filter = match &of {
            PeersOf::Record(filter) => filter.as_deref(),
            PeersOf::Elements(members) => members.filter.as_deref(),
        };
        if filter.is_some_and(|filter| self.compares_subjects(filter)) {
            self.error(
                Code::PeersMisplaced,
                span,
                "a comparison between subjects cannot rest on another one",
            );
            return None;
        }
        Some(Peers { of, keys, span })
    }

    /// The path to the elements, without what follows them.
    fn element_path(&self, field: &FieldPath, list_steps: usize) -> FieldPath {
        let mut of = Type::Record(self.subject);
        let steps: Vec<_> = field.steps.iter().take(list_steps).copied().collect();
        for step in &steps {
            let Type::Record(record) = of else { break };
            let Some(next) = self.schema.record(record).at(step.slot) else { break };
            of = next.shape.of;
        }
        let behind = field.steps.len() - steps.len() + usize::from(field.derived.is_some());
        let names: Vec<&str> = field.shown.split('.').collect();
        let kept = names.len().saturating_sub(behind);
        FieldPath {
            root: Root::Subject,
            steps,
            derived: None,
            of,
            none_at: Vec::new(),
            shown: names.get(..kept).unwrap_or(&names).join("."),
            span: field.span,
        }
    }

    /// Whether a condition, or a definition that it names, compares subjects.
    fn compares_subjects(&self, condition: &Condition) -> bool {
        let mut found = false;
        let mut named: Vec<DefineId> = Vec::new();
        let mut look = |part: Part<'_>| {
            if let Part::Operand(operand) = part {
                found |= matches!(operand.kind, OperandKind::CountPeers(_));
            }
            named.extend(part.names_define());
        };
        condition.walk(&mut look);
        found
            || named.into_iter().any(|id| {
                match self.defines.get(id.index()).map(|define| &define.body) {
                    Some(DefineBody::Condition(body)) => self.compares_subjects(body),
                    Some(DefineBody::Operand(body)) => self.compares_subjects(&Condition {
                        kind: ConditionKind::Equal(Box::new(body.clone()), Box::new(body.clone())),
                        span: body.span,
                    }),
                    None => false,
                }
            })
    }
}

/// How many steps lead to the innermost element on the way.
fn steps_to_element(field: &FieldPath) -> usize {
    field.steps.iter().rposition(|step| step.list).map_or(0, |last| last + 1)
}

/// The rest of a path, from the element on.
fn from_element(field: FieldPath, list_steps: usize, level: u8) -> FieldPath {
    FieldPath {
        root: Root::Element(level),
        steps: field.steps.get(list_steps..).unwrap_or_default().to_vec(),
        none_at: field.none_at.iter().filter_map(|place| place.checked_sub(list_steps)).collect(),
        ..field
    }
}
