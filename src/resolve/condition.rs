use super::names::Symbol;
use super::scope::Scope;
use super::{Resolver, guard};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{
    Collection, Condition, ConditionKind, DefineBody, FieldPath, Operand, OperandKind, Order,
    Outcome, RuleId, RuleKind, Severity,
};
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind, MembersOf, Name, Path};
use crate::types::Type;
use crate::value::Value;

impl Resolver<'_> {
    /// Something that is yes, no or unknown.
    pub(super) fn condition(&mut self, scope: &mut Scope, expression: &Expression) -> Condition {
        let span: Span = expression.span.into();
        let kind = match &expression.kind {
            ExpressionKind::Or(parts) => {
                ConditionKind::Or(self.parts(scope, parts, guard::known_if_false))
            }
            ExpressionKind::And(parts) => {
                ConditionKind::And(self.parts(scope, parts, guard::known_if_true))
            }
            ExpressionKind::Not(inner) => {
                ConditionKind::Not(Box::new(self.condition(scope, inner)))
            }
            ExpressionKind::Is { left, right, negated } => {
                return self.equality(scope, left, right, *negated, span);
            }
            ExpressionKind::In { left, right, negated } => {
                let inner = self.one_of(scope, left, right, span);
                return inner.negated_if(*negated);
            }
            ExpressionKind::IsKnown(inner) => self.is_known(scope, inner),
            ExpressionKind::Order { order, left, right } => {
                self.order(scope, *order, left, right, span)
            }
            ExpressionKind::Assume { condition, assumed, .. } => {
                if scope.clause == super::scope::Clause::Prohibition {
                    self.error(
                        Code::AssumeInProhibition,
                        span,
                        "a prohibition rests on facts, not on `assume`",
                    );
                }
                ConditionKind::Assume {
                    condition: Box::new(self.condition(scope, condition)),
                    assumed: *assumed,
                }
            }
            ExpressionKind::Path(path) => self.bare_name(scope, path),
            ExpressionKind::Has(path) => self.has(scope, path),
            ExpressionKind::Exists(members) => {
                if let MembersOf::Peers(paths) = &members.of {
                    self.exists_peers(scope, paths, members.filter.as_deref(), span)
                } else {
                    self.members(scope, members)
                        .map_or(ConditionKind::Mistake, ConditionKind::Exists)
                }
            }
            ExpressionKind::Every { members, condition } => self.every(scope, members, condition),
            ExpressionKind::Inconsistent { paths, allowing } => {
                self.inconsistent(scope, paths, allowing.as_deref(), span)
            }
            ExpressionKind::InAny { period, members, per, by, condition } => {
                self.in_any(scope, period, members, per.as_ref(), by.as_ref(), condition)
            }
            ExpressionKind::InTheLast { period, members, by, condition } => {
                self.in_the_last(scope, period, members, by.as_ref(), condition)
            }
            ExpressionKind::AtLeastOf { count, conditions } => ConditionKind::AtLeast {
                count: Box::new(self.whole_number(scope, count)),
                of: conditions.iter().map(|condition| self.condition(scope, condition)).collect(),
            },
            ExpressionKind::AtLeastRules { count, severity, kind, outcome } => {
                let at_least = self.whole_number(scope, count);
                self.rules(scope, at_least, severity.as_ref(), *kind, outcome, span)
            }
            ExpressionKind::AnyRule { severity, kind, outcome } => {
                let one = Value::Number(rust_decimal::Decimal::ONE.into());
                let at_least = Operand::new(OperandKind::Constant(one), Type::Number, span);
                self.rules(scope, at_least, severity.as_ref(), *kind, outcome, span)
            }
            ExpressionKind::Arithmetic { .. }
            | ExpressionKind::Named { .. }
            | ExpressionKind::Literal(_)
            | ExpressionKind::List(_)
            | ExpressionKind::Code(_)
            | ExpressionKind::Count { .. }
            | ExpressionKind::Aggregate { .. }
            | ExpressionKind::Share { .. }
            | ExpressionKind::Longest { .. }
            | ExpressionKind::Similarity(..) => {
                self.report(
                    Diagnostic::new(
                        Code::NotACondition,
                        span,
                        "a value stands where a condition is needed",
                    )
                    .hint("compare it: `is`, `in`, `<`, `<=`, `>`, `>=`"),
                );
                ConditionKind::Mistake
            }
        };
        Condition { kind, span }
    }

    /// The parts of `and` and `or`; what one part says about none holds for those behind it.
    fn parts(
        &mut self,
        scope: &mut Scope,
        parts: &[Expression],
        learned: fn(&Condition) -> Vec<FieldPath>,
    ) -> Vec<Condition> {
        let known_before = scope.guards.len();
        let mut made = Vec::new();
        for part in parts {
            let condition = self.condition(scope, part);
            scope.guards.extend(learned(&condition));
            made.push(condition);
        }
        scope.guards.truncate(known_before);
        made
    }

    fn equality(
        &mut self,
        scope: &mut Scope,
        left: &Expression,
        right: &Expression,
        negated: bool,
        span: Span,
    ) -> Condition {
        if let Some(kind) = self.rule_outcome(scope, left, right) {
            return Condition { kind, span }.negated_if(negated);
        }
        let left = self.operand(scope, left, None);
        let mistake = Condition { kind: ConditionKind::Mistake, span };
        // A bare word on the right may belong to the type that nobody knows now.
        if left.is_mistake() && matches!(right.kind, ExpressionKind::Path(_)) {
            return mistake;
        }
        let expected = (!left.is_mistake()).then_some(left.of);
        let right = self.operand(scope, right, expected);
        if left.is_mistake() || right.is_mistake() {
            return mistake;
        }
        if !self.comparable(&left, &right, span) || !self.exact(&left) || !self.exact(&right) {
            return mistake;
        }
        if left.of == Type::YesNo && !left.or_none {
            self.report(
                Diagnostic::new(Code::NotAValue, span, "this field is a condition already")
                    .hint("write the field alone, or `not` and the field"),
            );
        }
        if negated {
            self.warn_none_is_not(scope, [&left, &right]);
        }
        let kind = ConditionKind::Equal(Box::new(left), Box::new(right));
        Condition { kind, span }.negated_if(negated)
    }

    /// `video_interview is expired`.
    fn rule_outcome(
        &mut self,
        scope: &Scope,
        left: &Expression,
        right: &Expression,
    ) -> Option<ConditionKind> {
        let (ExpressionKind::Path(left), ExpressionKind::Path(right)) = (&left.kind, &right.kind)
        else {
            return None;
        };
        let ([name], [outcome]) = (left.steps.as_slice(), right.steps.as_slice()) else {
            return None;
        };
        if self.begins_with_field(scope, left) {
            return None;
        }
        let Some(Symbol::Rule(rule, kind)) = self.symbol(name.as_str()) else {
            return None;
        };
        let outcome = self.outcome(kind, outcome);
        let is_visible = self.require_visible(scope, name, kind);
        Some(match outcome.filter(|_| is_visible) {
            Some(outcome) => ConditionKind::Rule { rule, outcome },
            None => ConditionKind::Mistake,
        })
    }

    fn outcome(&mut self, kind: RuleKind, name: &Name) -> Option<Outcome> {
        self.word(name, &Outcome::of(kind), Outcome::word)
    }

    /// Whether the outcome of a rule can be asked in this clause.
    fn require_visible(&mut self, scope: &Scope, name: &Name, kind: RuleKind) -> bool {
        let is_visible = match kind {
            RuleKind::Flag | RuleKind::Prohibition => scope.clause.sees_indicators(),
            RuleKind::Control => scope.clause.sees_controls(),
        };
        if !is_visible {
            let message = format!("the outcome of `{name}` cannot be asked here");
            self.report(Diagnostic::new(Code::Scope, name.span, message).hint(
                "outcomes of flags can be asked in flags, in `raised to ... when`, `required when` and levels; \
                 outcomes of controls in levels",
            ));
        }
        is_visible
    }

    fn rules(
        &mut self,
        scope: &Scope,
        at_least: Operand,
        severity: Option<&Name>,
        kind: RuleKind,
        outcome: &Name,
        span: Span,
    ) -> ConditionKind {
        if !scope.clause.sees_all_rules() {
            self.report(
                Diagnostic::new(Code::Scope, span, "outcomes of all rules together cannot be asked here")
                    .hint("they can in the levels of the decision and in `required when`; elsewhere name the rules"),
            );
            return ConditionKind::Mistake;
        }
        if kind == RuleKind::Control && !scope.clause.sees_controls() {
            self.error(Code::Scope, span, "outcomes of controls can be asked in levels only");
            return ConditionKind::Mistake;
        }
        let Some(outcome) = self.outcome(kind, outcome) else {
            return ConditionKind::Mistake;
        };
        let severity = match severity {
            Some(name) if kind == RuleKind::Flag => {
                let severity = self.word(name, &Severity::ALL, Severity::word);
                if severity.is_none() {
                    return ConditionKind::Mistake;
                }
                severity
            }
            Some(name) => {
                self.error(
                    Code::UnknownWord,
                    name.span,
                    format!("a {} has no severity", kind.word()),
                );
                return ConditionKind::Mistake;
            }
            None => None,
        };
        ConditionKind::Rules { at_least: Box::new(at_least), severity, kind, outcome }
    }

    /// A field that is yes or no, a named condition, or a rule.
    fn bare_name(&mut self, scope: &mut Scope, path: &Path) -> ConditionKind {
        if self.begins_with_field(scope, path) {
            return self.yes_no_field(scope, path);
        }
        let [name] = path.steps.as_slice() else {
            self.report_unknown(scope, path);
            return ConditionKind::Mistake;
        };
        match self.symbol(name.as_str()) {
            Some(Symbol::Define(id)) => {
                match self.defines.get(id.index()).map(|define| &define.body) {
                    Some(DefineBody::Condition(_)) => ConditionKind::Define(id),
                    Some(DefineBody::Operand(operand)) if operand.is_mistake() => {
                        ConditionKind::Mistake
                    }
                    Some(DefineBody::Operand(_)) => self.not_a_condition(name),
                    None => ConditionKind::Mistake,
                }
            }
            Some(Symbol::Rule(rule, kind)) => {
                if self.require_visible(scope, name, kind) {
                    self.present(rule, kind)
                } else {
                    ConditionKind::Mistake
                }
            }
            Some(Symbol::Param(_) | Symbol::List(_)) => self.not_a_condition(name),
            None if matches!(name.as_str(), "as_of" | "score") => self.not_a_condition(name),
            None => {
                self.report_unknown(scope, path);
                ConditionKind::Mistake
            }
        }
    }

    /// The name of a rule alone: hit, or for a control met.
    #[expect(clippy::unused_self, reason = "reads like the other forms of a bare name")]
    fn present(&self, rule: RuleId, kind: RuleKind) -> ConditionKind {
        let outcome = match kind {
            RuleKind::Flag | RuleKind::Prohibition => Outcome::Hit,
            RuleKind::Control => Outcome::Met,
        };
        ConditionKind::Rule { rule, outcome }
    }

    fn not_a_condition(&mut self, name: &Name) -> ConditionKind {
        self.report(
            Diagnostic::new(
                Code::NotACondition,
                name.span,
                format!("`{name}` is a value, not a condition"),
            )
            .hint("compare it with something"),
        );
        ConditionKind::Mistake
    }

    fn yes_no_field(&mut self, scope: &mut Scope, path: &Path) -> ConditionKind {
        let Some(field) = self.field(scope, path) else {
            return ConditionKind::Mistake;
        };
        if field.goes_through_list() {
            self.report(
                Diagnostic::new(
                    Code::ManyValues,
                    path.span,
                    format!("`{path}` leads to a list"),
                )
                .hint(format!(
                    "ask whether there is an element: `exists {path}`, or `exists ... where (...)`"
                )),
            );
            return ConditionKind::Mistake;
        }
        if field.of != Type::YesNo {
            let of = self.schema.type_name(field.of);
            self.report(
                Diagnostic::new(
                    Code::NotACondition,
                    path.span,
                    format!("`{path}` is a {of}, not yes or no"),
                )
                .hint("compare it: `is`, `in`, `<`, `<=`, `>`, `>=`; or ask `has`"),
            );
            return ConditionKind::Mistake;
        }
        let operand = Operand::new(OperandKind::Field(field.clone()), field.of, path.span.into());
        self.require_guard(scope, &operand);
        ConditionKind::Field(field)
    }

    fn has(&mut self, scope: &mut Scope, path: &Path) -> ConditionKind {
        let Some(field) = self.field(scope, path) else {
            return ConditionKind::Mistake;
        };
        if field.goes_through_list() {
            self.report(
                Diagnostic::new(Code::ManyValues, path.span, format!("`{path}` leads to a list"))
                    .hint(format!("ask whether there is an element: `exists {path}`")),
            );
            return ConditionKind::Mistake;
        }
        if !field.or_none() {
            self.report(
                Diagnostic::new(
                    Code::NeverHolds,
                    path.span,
                    format!("`{path}` is never none, so it always has a value"),
                )
                .hint("leave the question out; a field whose type says `or none` can be asked"),
            );
            return ConditionKind::Mistake;
        }
        ConditionKind::Has(field)
    }

    fn is_known(&mut self, scope: &mut Scope, inner: &Expression) -> ConditionKind {
        let ExpressionKind::Path(path) = &inner.kind else {
            self.error(Code::TypeMismatch, inner.span, "only a field can be known or unknown");
            return ConditionKind::Mistake;
        };
        if !scope.clause.sees_known() {
            self.report(
                Diagnostic::new(
                    Code::IsKnownMisplaced,
                    inner.span,
                    "`is known` may stand in controls and levels only",
                )
                .hint("a comparison with an unknown fact is unknown by itself"),
            );
            return ConditionKind::Mistake;
        }
        let Some(field) = self.field(scope, path) else { return ConditionKind::Mistake };
        if field.steps.iter().rev().skip(1).any(|step| step.list) {
            self.report(
                Diagnostic::new(
                    Code::ManyValues,
                    path.span,
                    format!("`{path}` goes through a list"),
                )
                .hint("ask of the list itself, or inside `where` of a field of its elements"),
            );
            return ConditionKind::Mistake;
        }
        ConditionKind::IsKnown(field)
    }

    fn order(
        &mut self,
        scope: &mut Scope,
        order: Order,
        left: &Expression,
        right: &Expression,
        span: Span,
    ) -> ConditionKind {
        let left = self.operand(scope, left, None);
        let right = self.operand(scope, right, None);
        if left.is_mistake() || right.is_mistake() {
            return ConditionKind::Mistake;
        }
        self.require_guard(scope, &left);
        self.require_guard(scope, &right);
        if left.of == Type::Months || right.of == Type::Months {
            self.report(
                Diagnostic::new(Code::CalendarPeriod, span, "months and years differ in length")
                    .hint("add them to a date and compare dates: `engaged_on + 6 months <= as_of`"),
            );
            return ConditionKind::Mistake;
        }
        if !self.comparable(&left, &right, span) {
            return ConditionKind::Mistake;
        }
        if !left.of.is_quantity() {
            let of = self.schema.type_name(left.of);
            self.error(Code::TypeMismatch, span, format!("values of type `{of}` have no order"));
            return ConditionKind::Mistake;
        }
        ConditionKind::Order { order, left: Box::new(left), right: Box::new(right) }
    }

    fn one_of(
        &mut self,
        scope: &mut Scope,
        left: &Expression,
        right: &Expression,
        span: Span,
    ) -> Condition {
        let value = self.operand(scope, left, None);
        let mistake = Condition { kind: ConditionKind::Mistake, span };
        if value.is_mistake() || !self.exact(&value) {
            return mistake;
        }
        let Some((list, of)) = self.collection(scope, right, value.of) else {
            return mistake;
        };
        let fits = of == value.of || (value.of == Type::Ip && of == Type::Network);
        if !fits {
            let (value, of) = (self.schema.type_name(value.of), self.schema.type_name(of));
            let message = format!("a value of type `{value}` is never in a list of type `{of}`");
            self.error(Code::TypeMismatch, span, message);
            return mistake;
        }
        Condition { kind: ConditionKind::OneOf { value: Box::new(value), list }, span }
    }

    /// A list written out or named, with the type of its values.
    fn collection(
        &mut self,
        scope: &mut Scope,
        expression: &Expression,
        value_of: Type,
    ) -> Option<(Collection, Type)> {
        if let ExpressionKind::Path(path) = &expression.kind {
            return self.named_collection(scope, path);
        }
        let ExpressionKind::List(values) = &expression.kind else {
            self.report(
                Diagnostic::new(Code::NotAList, expression.span, "`in` needs a list")
                    .hint("write the values in square brackets, or name a list"),
            );
            return None;
        };
        let expected = if value_of == Type::Ip { Type::Network } else { value_of };
        let operands: Vec<Operand> =
            values.iter().map(|value| self.operand(scope, value, Some(expected))).collect();
        for operand in &operands {
            if !operand.is_mistake() && operand.of != expected {
                let (found, needed) =
                    (self.schema.type_name(operand.of), self.schema.type_name(expected));
                let message =
                    format!("this is of type `{found}`, and the list is of type `{needed}`");
                self.error(Code::TypeMismatch, operand.span, message);
            }
            let is_constant =
                matches!(operand.kind, OperandKind::Constant(_) | OperandKind::Mistake);
            if !is_constant {
                self.error(Code::TypeMismatch, operand.span, "a list holds values, not fields");
            }
            self.warn_matches_all(operand);
        }
        Some((Collection::Values(operands), expected))
    }

    fn named_collection(&mut self, scope: &Scope, path: &Path) -> Option<(Collection, Type)> {
        let symbol = match path.steps.as_slice() {
            [name] => self.symbol(name.as_str()),
            _ => None,
        };
        match symbol {
            Some(Symbol::Param(id)) => {
                let param = self.params.get(id.index())?;
                if param.list {
                    return Some((Collection::Param(id), param.of));
                }
            }
            Some(Symbol::List(id)) => {
                return self.lists.get(id.index()).map(|list| (Collection::List(id), list.of));
            }
            Some(Symbol::Define(_) | Symbol::Rule(..)) => {}
            None if !self.begins_with_field(scope, path) => {
                self.report_unknown(scope, path);
                return None;
            }
            None => {}
        }
        self.report(
            Diagnostic::new(Code::NotAList, path.span, format!("`{path}` is not a list of values"))
                .hint("to ask about a list of the record write `exists ... where (...)`"),
        );
        None
    }

    /// Reports types that cannot be compared.
    pub(super) fn comparable(&mut self, left: &Operand, right: &Operand, span: Span) -> bool {
        let is_time = |of| matches!(of, Type::Date | Type::Instant);
        let fits = left.of == right.of || (is_time(left.of) && is_time(right.of));
        let is_whole = self.schema.compares(left.of);
        if !fits {
            let (left_name, right_name) =
                (self.schema.type_name(left.of), self.schema.type_name(right.of));
            let message = format!("`{left_name}` and `{right_name}` cannot be compared");
            self.report(
                Diagnostic::new(Code::TypeMismatch, span, message)
                    .related(left.span, format!("of type `{left_name}`"))
                    .related(right.span, format!("of type `{right_name}`")),
            );
        } else if !is_whole {
            let name = self.schema.type_name(left.of);
            self.report(
                Diagnostic::new(
                    Code::TypeMismatch,
                    span,
                    format!("a `{name}` does not compare as one value"),
                )
                .hint("compare its fields"),
            );
        }
        fits && is_whole
    }

    /// Reports equality with something that is computed from parts.
    fn exact(&mut self, operand: &Operand) -> bool {
        let is_exact = match &operand.kind {
            OperandKind::Constant(_)
            | OperandKind::Param(_)
            | OperandKind::Field(_)
            | OperandKind::AsOf
            | OperandKind::Score
            | OperandKind::Count(_)
            | OperandKind::CountDistinct(_)
            | OperandKind::CountPeers(_)
            | OperandKind::Mistake => true,
            OperandKind::Arithmetic { left, right, .. } => is_plain(left) && is_plain(right),
            OperandKind::Define(id) => {
                match self.defines.get(id.index()).map(|define| define.body.clone()) {
                    Some(DefineBody::Operand(inner)) => return self.exact(&inner),
                    _ => true,
                }
            }
            OperandKind::Months(_)
            | OperandKind::Aggregate { .. }
            | OperandKind::Share { .. }
            | OperandKind::Longest { .. }
            | OperandKind::Similarity(..) => false,
        };
        if !is_exact {
            self.report(
                Diagnostic::new(
                    Code::InexactEquality,
                    operand.span,
                    "this is computed and compares by order only",
                )
                .hint("write `>=` or `<=`"),
            );
        }
        is_exact
    }

    fn warn_none_is_not<'o>(
        &mut self,
        scope: &Scope,
        operands: impl IntoIterator<Item = &'o Operand>,
    ) {
        for operand in operands {
            let OperandKind::Field(field) = &operand.kind else {
                continue;
            };
            if field.or_none() && !scope.guards.iter().any(|guard| guard.guards(field)) {
                let shown = &field.shown;
                self.report(
                    Diagnostic::new(
                        Code::NoneIsNot,
                        operand.span,
                        format!("this also holds when `{shown}` is none"),
                    )
                    .hint(format!("if that is not meant, write `has {shown} and ...`")),
                );
            }
        }
    }

    fn warn_matches_all(&mut self, operand: &Operand) {
        if matches!(&operand.kind, OperandKind::Constant(Value::Text(text)) if text.chars().all(|letter| letter == '*') && !text.is_empty())
        {
            self.error(Code::GlobMatchesAll, operand.span, "this pattern matches every text");
        }
    }
}

impl Condition {
    fn negated_if(self, negated: bool) -> Self {
        if !negated || matches!(self.kind, ConditionKind::Mistake) {
            return self;
        }
        let span = self.span;
        Self { kind: ConditionKind::Not(Box::new(self)), span }
    }
}

/// A value that does not come from the elements of a list.
fn is_plain(operand: &Operand) -> bool {
    match &operand.kind {
        OperandKind::Constant(_)
        | OperandKind::Months(_)
        | OperandKind::Param(_)
        | OperandKind::Field(_)
        | OperandKind::AsOf
        | OperandKind::Mistake => true,
        OperandKind::Arithmetic { left, right, .. } => is_plain(left) && is_plain(right),
        OperandKind::Score
        | OperandKind::Define(_)
        | OperandKind::Count(_)
        | OperandKind::CountDistinct(_)
        | OperandKind::CountPeers(_)
        | OperandKind::Aggregate { .. }
        | OperandKind::Share { .. }
        | OperandKind::Longest { .. }
        | OperandKind::Similarity(..) => false,
    }
}
