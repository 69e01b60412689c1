//! Conditions and values over the elements of lists.

use super::Resolver;
use super::scope::{Frame, Scope, WindowFrame};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{
    Aggregation, Condition, ConditionKind, FieldPath, Members, Operand, OperandKind, Root, Window,
};
use crate::source::Span;
use crate::syntax::ast::{self, Expression, MembersOf, Name, Path};
use crate::types::{FieldSlot, RecordId, Type};
use crate::value::Value;

/// How many list conditions may stand inside one another.
const LISTS_DEEP_MAX: usize = 2;

impl Resolver<'_> {
    /// The elements that a path leads to, and which of them.
    pub(super) fn members(&mut self, scope: &mut Scope, written: &ast::Members) -> Option<Members> {
        let path = match &written.of {
            MembersOf::Path(path) => path,
            MembersOf::Peers(_) => {
                self.report_peers(written);
                return None;
            }
        };
        let members = self.unfiltered(scope, path, written.span.into())?;
        let filter =
            written.filter.as_ref().map(|filter| Box::new(self.inside(scope, &members, filter)));
        Some(Members { filter, ..members })
    }

    fn unfiltered(&mut self, scope: &mut Scope, path: &Path, span: Span) -> Option<Members> {
        if !self.begins_with_field(scope, path) {
            self.report_unknown(scope, path);
            return None;
        }
        let field = self.field(scope, path)?;
        if !field.goes_through_list() {
            self.report(
                Diagnostic::new(Code::NotAList, path.span, format!("`{path}` is not a list"))
                    .hint(format!("to ask whether the field has a value write `has {path}`")),
            );
            return None;
        }
        let element_steps =
            field.steps.iter().rposition(|step| step.list).map_or(0, |last_list| last_list + 1);
        Some(Members { path: field, element_steps, filter: None, span })
    }

    /// A condition on each of the elements.
    pub(super) fn inside(
        &mut self,
        scope: &mut Scope,
        members: &Members,
        condition: &Expression,
    ) -> Condition {
        let outer_frames = scope.frames.len();
        let none_was_no = scope.none_is_no;
        if scope.lists_around >= LISTS_DEEP_MAX {
            self.report(
                Diagnostic::new(
                    Code::NestedTooOften,
                    members.span,
                    "this looks through a list inside a list inside a list",
                )
                .hint("at most one list condition may stand inside another"),
            );
        } else if scope.lists_around == 1 {
            let outer = scope.frames.last().map_or("", |frame| frame.shown.as_str()).to_owned();
            let message = format!(
                "`{}` is looked through once for every element of `{outer}`",
                members.path.shown
            );
            self.error(Code::NestedCost, members.span, message);
        }
        scope.frames.extend(self.frames(scope, members));
        scope.none_is_no = true;
        scope.lists_around += 1;
        let made = self.condition(scope, condition);
        scope.lists_around -= 1;
        scope.none_is_no = none_was_no;
        scope.frames.truncate(outer_frames);
        made
    }

    /// One frame for each list on the way, from the outermost.
    fn frames(&self, scope: &Scope, members: &Members) -> Vec<Frame> {
        let names = shown_steps(&members.path);
        let mut frames = Vec::new();
        let mut of = match members.path.root {
            Root::Subject => Type::Record(self.subject),
            Root::Element(level) => {
                scope.frames.get(usize::from(level)).map_or(Type::Text, |frame| frame.of)
            }
            Root::Window(level) => {
                let window = scope.windows.get(usize::from(level));
                let of = window.map_or(Type::Text, |window| Type::Record(window.record));
                let shown = window.map_or(String::new(), |window| window.name.clone());
                frames.push(Frame { of, shown });
                of
            }
        };
        let own = members.path.steps.len();
        for (place, step) in members.path.steps.iter().take(members.element_steps).enumerate() {
            let Type::Record(record) = of else { break };
            let Some(field) = self.schema.record(record).at(step.slot) else {
                break;
            };
            of = field.shape.of;
            if step.list {
                let kept = names.len().saturating_sub(own - place - 1);
                let shown = names.get(..kept).unwrap_or(&names).join(".");
                frames.push(Frame { of, shown });
            }
        }
        frames
    }

    pub(super) fn every(
        &mut self,
        scope: &mut Scope,
        members: &ast::Members,
        condition: &Expression,
    ) -> ConditionKind {
        let Some(members) = self.members(scope, members) else {
            return ConditionKind::Mistake;
        };
        let condition = Box::new(self.inside(scope, &members, condition));
        ConditionKind::Every { members, condition }
    }

    pub(super) fn count(
        &mut self,
        scope: &mut Scope,
        members: &ast::Members,
        distinct: bool,
        span: Span,
    ) -> Operand {
        if let (MembersOf::Peers(paths), false) = (&members.of, distinct) {
            return self.count_peers(scope, paths, members.filter.as_deref(), span);
        }
        let Some(members) = self.members(scope, members) else {
            return Operand::mistake(span);
        };
        if !distinct {
            return Operand::new(OperandKind::Count(members), Type::Number, span);
        }
        let compares = self.schema.compares(members.path.of);
        if !compares {
            self.report(
                Diagnostic::new(
                    Code::NoValueToAggregate,
                    members.span,
                    "these elements do not compare as one value",
                )
                .hint("continue the path to a field: `count of distinct logins.country`"),
            );
            return Operand::mistake(span);
        }
        Operand::new(OperandKind::CountDistinct(members), Type::Number, span)
    }

    pub(super) fn aggregate(
        &mut self,
        scope: &mut Scope,
        aggregation: Aggregation,
        members: &ast::Members,
        span: Span,
    ) -> Operand {
        let Some(members) = self.members(scope, members) else {
            return Operand::mistake(span);
        };
        let of = members.path.of;
        let (fits, or_none) = match aggregation {
            Aggregation::Sum => (of.is_additive(), false),
            Aggregation::Average | Aggregation::Median => (of.is_additive(), true),
            Aggregation::Least | Aggregation::Greatest => (of.is_quantity(), true),
        };
        if !fits {
            let message = format!(
                "there is no {} of values of type `{}`",
                aggregation.word(),
                self.schema.type_name(of)
            );
            self.report(
                Diagnostic::new(Code::NoValueToAggregate, members.span, message)
                    .hint("continue the path to an amount: `sum of payments.amount`"),
            );
            return Operand::mistake(span);
        }
        Operand {
            or_none,
            ..Operand::new(OperandKind::Aggregate { aggregation, members }, of, span)
        }
    }

    pub(super) fn share(
        &mut self,
        scope: &mut Scope,
        members: &ast::Members,
        having: &Expression,
        over: Option<&Expression>,
        span: Span,
    ) -> Operand {
        let Some(members) = self.members(scope, members) else {
            return Operand::mistake(span);
        };
        let having = Box::new(self.inside(scope, &members, having));
        let over = over.map(|over| Box::new(self.whole_number(scope, over)));
        let kind = OperandKind::Share { members, having, over };
        Operand { or_none: true, ..Operand::new(kind, Type::Percent, span) }
    }

    pub(super) fn longest(
        &mut self,
        scope: &mut Scope,
        members: &ast::Members,
        per: Option<&Path>,
        gap: &Expression,
        span: Span,
    ) -> Operand {
        let gap = self.fixed_length(scope, gap);
        let Some(members) = self.members(scope, members) else {
            return Operand::mistake(span);
        };
        let Some(record) = self.element_record(scope, &members) else {
            return Operand::mistake(span);
        };
        if self.time_field(record, None, members.span).is_none() {
            return Operand::mistake(span);
        }
        let per = per.and_then(|per| self.inside_path(scope, &members, per));
        let kind = OperandKind::Longest { members, per, gap: Box::new(gap) };
        Operand::new(kind, Type::Duration, span)
    }

    pub(super) fn in_any(
        &mut self,
        scope: &mut Scope,
        period: &Expression,
        members: &ast::Members,
        per: Option<&Path>,
        by: Option<&Name>,
        condition: &Expression,
    ) -> ConditionKind {
        match self.window(scope, period, members, per, by, condition) {
            Some((window, condition)) => ConditionKind::InAny { window, condition },
            None => ConditionKind::Mistake,
        }
    }

    pub(super) fn in_the_last(
        &mut self,
        scope: &mut Scope,
        period: &Expression,
        members: &ast::Members,
        by: Option<&Name>,
        condition: &Expression,
    ) -> ConditionKind {
        match self.window(scope, period, members, None, by, condition) {
            Some((window, condition)) => ConditionKind::InTheLast { window, condition },
            None => ConditionKind::Mistake,
        }
    }

    fn window(
        &mut self,
        scope: &mut Scope,
        period: &Expression,
        members: &ast::Members,
        per: Option<&Path>,
        by: Option<&Name>,
        condition: &Expression,
    ) -> Option<(Window, Box<Condition>)> {
        let period = Box::new(self.period(scope, period));
        let members = self.members(scope, members)?;
        let frame = self.window_frame(scope, &members)?;
        let time = self.time_field(frame.record, by, members.span)?;
        let per = per.and_then(|per| self.inside_path(scope, &members, per));
        scope.windows.push(frame);
        let condition = Box::new(self.condition(scope, condition));
        scope.windows.pop();
        Some((Window { members, period, per, time }, condition))
    }

    /// Windows are of a list of the record itself, whose name then means the elements of the window.
    fn window_frame(&mut self, scope: &Scope, members: &Members) -> Option<WindowFrame> {
        let record = self.element_record(scope, members)?;
        let is_plain = members.path.steps.len() == members.element_steps;
        match (members.path.root, members.path.steps.as_slice()) {
            (Root::Subject, [list]) if is_plain => {
                let name = self.schema.record(self.subject).at(list.slot)?.name.clone();
                Some(WindowFrame { record, name })
            }
            (Root::Window(level), []) => scope.windows.get(usize::from(level)).cloned(),
            _ => {
                self.report(
                    Diagnostic::new(
                        Code::NotAList,
                        members.span,
                        "a window is of a list of the record itself",
                    )
                    .hint("name the list alone: `in any 24 hours of logins (...)`"),
                );
                None
            }
        }
    }

    /// The record type of the elements, or a report that they are plain values.
    fn element_record(&mut self, scope: &Scope, members: &Members) -> Option<RecordId> {
        let of = self.frames(scope, members).pop().map(|frame| frame.of);
        let record = of.and_then(Type::record);
        if record.is_none() {
            self.error(Code::NoTimeField, members.span, "the elements of this list have no time");
        }
        record
    }

    /// The field that says when an element happened.
    fn time_field(&mut self, record: RecordId, by: Option<&Name>, span: Span) -> Option<FieldSlot> {
        let record_type = self.schema.record(record);
        let (slot, at) = match by {
            Some(name) => {
                let Some((slot, _)) = record_type.field(name.as_str()) else {
                    let diagnostic = Diagnostic::new(
                        Code::UnknownName,
                        name.span,
                        format!("`{}` has no field `{name}`", record_type.name),
                    )
                    .suggest(
                        name.as_str(),
                        record_type.fields.iter().map(|field| field.name.as_str()),
                    );
                    self.report(diagnostic);
                    return None;
                };
                (Some(slot), name.span.into())
            }
            None => (record_type.time, span),
        };
        let is_time = |slot: &FieldSlot| {
            record_type.at(*slot).is_some_and(|field| {
                matches!(field.shape.of, Type::Date | Type::Instant) && !field.shape.list
            })
        };
        let found = slot.filter(is_time);
        if found.is_none() {
            let message = format!("the elements of `{}` have no time", record_type.name);
            self.report(
                Diagnostic::new(Code::NoTimeField, at, message).hint(
                    "mark a date or instant of the record with `time`, or name it: `by FIELD`",
                ),
            );
        }
        found
    }

    /// A path from the innermost element, as in `per account`.
    fn inside_path(
        &mut self,
        scope: &mut Scope,
        members: &Members,
        path: &Path,
    ) -> Option<FieldPath> {
        let outer_frames = scope.frames.len();
        let frames = self.frames(scope, members);
        scope.frames.extend(frames);
        let innermost =
            scope.frames.len().checked_sub(1).and_then(|level| u8::try_from(level).ok());
        let field = self.field(scope, path);
        scope.frames.truncate(outer_frames);
        let field = field?;
        if Some(field.root) != innermost.map(Root::Element) || field.goes_through_list() {
            self.report(
                Diagnostic::new(
                    Code::NoValueToAggregate,
                    path.span,
                    format!("`{path}` is not a field of the elements"),
                )
                .hint("name one field of the elements: `per account`"),
            );
            return None;
        }
        Some(field)
    }

    pub(super) fn inconsistent(
        &mut self,
        scope: &mut Scope,
        paths: &[Path],
        allowing: Option<&Expression>,
        span: Span,
    ) -> ConditionKind {
        let allowing = allowing.map(|allowing| Box::new(self.percentage(scope, allowing)));
        let fields: Vec<FieldPath> =
            paths.iter().filter_map(|path| self.field(scope, path)).collect();
        if fields.len() < paths.len() {
            return ConditionKind::Mistake;
        }
        let Some((first, rest)) = fields.split_first() else {
            return ConditionKind::Mistake;
        };
        for other in rest {
            if other.of != first.of {
                let message = format!(
                    "`{}` is of type `{}` and `{}` of type `{}`",
                    first.shown,
                    self.schema.type_name(first.of),
                    other.shown,
                    self.schema.type_name(other.of)
                );
                self.report(
                    Diagnostic::new(Code::TypeMismatch, other.span, message)
                        .related(first.span, "compared with this"),
                );
                return ConditionKind::Mistake;
            }
        }
        if rest.is_empty() && !first.goes_through_list() {
            self.error(Code::NeverHolds, span, "one single value cannot contradict itself");
            return ConditionKind::Mistake;
        }
        let compares = self.schema.compares(first.of);
        if !compares || (allowing.is_some() && !first.of.is_textual()) {
            let of = self.schema.type_name(first.of);
            let message = if compares {
                format!("values of type `{of}` are equal or not; similarity is of texts")
            } else {
                format!("a `{of}` does not compare as one value")
            };
            self.error(Code::TypeMismatch, span, message);
            return ConditionKind::Mistake;
        }
        let has_sets = fields.iter().any(is_set);
        if has_sets && (allowing.is_some() || !fields.iter().all(is_set)) {
            self.report(
                Diagnostic::new(Code::TypeMismatch, span, "sets compare with sets, and by equality only")
                    .hint("a path through two lists gives a set of values for each element of the outer list"),
            );
            return ConditionKind::Mistake;
        }
        ConditionKind::Inconsistent { paths: fields, allowing }
    }

    /// A whole number that is not negative, written out or by a parameter.
    pub(super) fn whole_number(&mut self, scope: &mut Scope, expression: &Expression) -> Operand {
        self.constant_of(scope, expression, "a whole number", |of, constants| {
            of == Type::Number
                && constants.iter().all(|value| {
                    let Value::Number(number) = value else { return false };
                    let decimal = number.decimal();
                    decimal.fract().is_zero() && !decimal.is_sign_negative()
                })
        })
    }

    fn percentage(&mut self, scope: &mut Scope, expression: &Expression) -> Operand {
        self.constant_of(scope, expression, "a percentage", |of, _| of == Type::Percent)
    }

    /// Minutes to weeks, written out or by a parameter.
    fn fixed_length(&mut self, scope: &mut Scope, expression: &Expression) -> Operand {
        self.constant_of(scope, expression, "a length of time in minutes to weeks", |of, _| {
            of == Type::Duration
        })
    }

    /// Minutes to years, written out or by a parameter.
    pub(super) fn period(&mut self, scope: &mut Scope, expression: &Expression) -> Operand {
        self.constant_of(scope, expression, "a length of time", |of, _| {
            matches!(of, Type::Duration | Type::Months)
        })
    }

    fn constant_of(
        &mut self,
        scope: &mut Scope,
        expression: &Expression,
        what: &str,
        fits: fn(Type, &[Value<'static>]) -> bool,
    ) -> Operand {
        let operand = self.operand(scope, expression, None);
        if operand.is_mistake() {
            return operand;
        }
        let constants: Option<Vec<Value<'static>>> =
            if let OperandKind::Constant(value) = &operand.kind {
                Some(vec![value.clone()])
            } else if let OperandKind::Param(id) = &operand.kind {
                self.params.get(id.index()).map(super::constant::values_of)
            } else {
                matches!(operand.kind, OperandKind::Months(_)).then(Vec::new)
            };
        if constants.is_some_and(|constants| fits(operand.of, &constants)) {
            return operand;
        }
        self.report(
            Diagnostic::new(Code::TypeMismatch, operand.span, format!("{what} is needed here"))
                .hint("write it out, or name a parameter that holds one"),
        );
        Operand::mistake(operand.span)
    }
}

/// Whether each element of the outermost list gives a set of values.
fn is_set(path: &FieldPath) -> bool {
    let lists = path.steps.iter().filter(|step| step.list).count();
    lists + usize::from(matches!(path.root, Root::Window(_))) > 1
}

fn shown_steps(path: &FieldPath) -> Vec<&str> {
    let mut names: Vec<&str> = path.shown.split('.').collect();
    if path.derived.is_some() {
        names.pop();
    }
    names
}
