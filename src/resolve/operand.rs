use super::Resolver;
use super::names::Symbol;
use super::scope::Scope;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Arithmetic, DefineBody, Operand, OperandKind, ParamConstant};
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind, Literal, Path};
use crate::types::{Type, parse_value};
use crate::value::{Choice, Country, Period, Value};

impl Resolver<'_> {
    /// A value. `expected` is the type of what it is compared with: texts, countries and words of
    /// enums take their meaning from it.
    pub(super) fn operand(
        &mut self,
        scope: &mut Scope,
        expression: &Expression,
        expected: Option<Type>,
    ) -> Operand {
        let span = expression.span.into();
        match &expression.kind {
            ExpressionKind::Literal(literal) => self.literal(literal, span, expected),
            ExpressionKind::Code(name) => self.code(name, expected),
            ExpressionKind::Path(path) => self.named_or_field(scope, path, expected),
            ExpressionKind::Named { value, name } => {
                let mut operand = self.operand(scope, value, expected);
                self.name_value(scope, name);
                operand.name = Some(name.text.clone());
                operand
            }
            ExpressionKind::Arithmetic { operator, left, right } => {
                self.arithmetic(scope, *operator, left, right, span)
            }
            ExpressionKind::Count { members, distinct } => {
                self.count(scope, members, *distinct, span)
            }
            ExpressionKind::Aggregate { aggregation, members } => {
                self.aggregate(scope, *aggregation, members, span)
            }
            ExpressionKind::Share { members, having, over } => {
                self.share(scope, members, having, over.as_deref(), span)
            }
            ExpressionKind::Longest { members, per, gap } => {
                self.longest(scope, members, per.as_ref(), gap, span)
            }
            ExpressionKind::Similarity(left, right) => self.similarity(scope, left, right, span),
            ExpressionKind::List(_) => {
                self.report(
                    Diagnostic::new(
                        Code::NotAValue,
                        span,
                        "a list stands where one value is needed",
                    )
                    .hint("ask whether a value is `in` a list"),
                );
                Operand::mistake(span)
            }
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
            | ExpressionKind::AnyRule { .. } => {
                self.error(Code::NotAValue, span, "a condition stands where a value is needed");
                Operand::mistake(span)
            }
        }
    }

    fn literal(&mut self, literal: &Literal, span: Span, expected: Option<Type>) -> Operand {
        let (kind, of) = match literal {
            Literal::YesNo(yes) => (OperandKind::Constant(Value::YesNo(*yes)), Type::YesNo),
            Literal::Number(number) => {
                (OperandKind::Constant(Value::Number(*number)), Type::Number)
            }
            Literal::Percent(percent) => {
                (OperandKind::Constant(Value::Percent(*percent)), Type::Percent)
            }
            Literal::Date(date) => (OperandKind::Constant(Value::Date(*date)), Type::Date),
            Literal::Instant(instant) => {
                (OperandKind::Constant(Value::Instant(*instant)), Type::Instant)
            }
            Literal::Money(money) => (OperandKind::Constant(Value::Money(*money)), Type::Money),
            Literal::Period(Period::Exact(duration)) => {
                (OperandKind::Constant(Value::Duration(*duration)), Type::Duration)
            }
            Literal::Period(Period::Months(months)) => (OperandKind::Months(*months), Type::Months),
            Literal::Text(text) => {
                let of = expected.filter(|of| of.is_textual()).unwrap_or(Type::Text);
                return self.text_literal(&text.text, of, span);
            }
        };
        Operand::new(kind, of, span)
    }

    fn text_literal(&mut self, text: &str, of: Type, span: Span) -> Operand {
        let is_pattern = text.contains('*') || (text.contains('?') && of != Type::Url);
        if is_pattern && of != Type::Text {
            let of = self.schema.type_name(of);
            let message = format!(
                "`{text}` would be compared whole: patterns are for `text`, and this is `{of}`"
            );
            let diagnostic = Diagnostic::new(Code::MalformedValue, span, message);
            self.report(diagnostic.hint("write every spelling that is meant"));
            return Operand::mistake(span);
        }
        match parse_value(&self.schema, of, text.to_owned().into()) {
            Ok(value) => Operand::new(OperandKind::Constant(value), of, span),
            Err(malformed) => {
                let of = self.schema.type_name(of);
                let message = format!("`{text}` is no value of type `{of}`: {malformed}");
                self.error(Code::MalformedValue, span, message);
                Operand::mistake(span)
            }
        }
    }

    /// Two capital letters.
    fn code(&mut self, name: &crate::syntax::ast::Name, expected: Option<Type>) -> Operand {
        let span = name.span.into();
        if let Some(of) = expected.filter(|of| *of != Type::Country) {
            let of = self.schema.type_name(of);
            let message =
                format!("`{name}` has the form of a country, and a value of type `{of}` is needed");
            self.error(Code::TypeMismatch, span, message);
            return Operand::mistake(span);
        }
        match Country::parse(name.as_str()) {
            Ok(country) => {
                Operand::new(OperandKind::Constant(Value::Country(country)), Type::Country, span)
            }
            Err(malformed) => {
                let message = format!("`{name}` is not a country: {malformed}");
                let hint =
                    (name.as_str() == "UK").then_some("the code of the United Kingdom is `GB`");
                let diagnostic = Diagnostic::new(Code::MalformedValue, span, message);
                self.report(match hint {
                    Some(hint) => diagnostic.hint(hint),
                    None => diagnostic,
                });
                Operand::mistake(span)
            }
        }
    }

    /// A word of the expected enum first; then fields from the inside out; then declarations.
    fn named_or_field(
        &mut self,
        scope: &mut Scope,
        path: &Path,
        expected: Option<Type>,
    ) -> Operand {
        let span = path.span.into();
        if let (Some(Type::Choice(id)), [only]) = (expected, path.steps.as_slice()) {
            let words = &self.schema.enumeration(id).words;
            if let Some((place, word)) = (0..).zip(words).find(|(_, word)| ***word == *only.text) {
                let choice = Value::Choice(Choice { place, word: word.to_string().into() });
                return Operand::new(OperandKind::Constant(choice), Type::Choice(id), span);
            }
        }
        if self.begins_with_field(scope, path) {
            return match self.field(scope, path) {
                Some(field) if field.goes_through_list() => {
                    self.report(
                        Diagnostic::new(
                            Code::ManyValues,
                            span,
                            format!("`{path}` leads to as many values as the list has elements"),
                        )
                        .hint("ask about the list: `exists`, `every`, `count of`, `inconsistent(...)`"),
                    );
                    Operand::mistake(span)
                }
                Some(field) => {
                    let (of, or_none) = (field.of, field.or_none());
                    Operand { or_none, ..Operand::new(OperandKind::Field(field), of, span) }
                }
                None => Operand::mistake(span),
            };
        }
        self.declared_value(scope, path, expected)
    }

    fn declared_value(&mut self, scope: &Scope, path: &Path, expected: Option<Type>) -> Operand {
        let span: Span = path.span.into();
        let [name] = path.steps.as_slice() else {
            self.report_unknown(scope, path);
            return Operand::mistake(span);
        };
        match (name.as_str(), self.symbol(name.as_str())) {
            ("as_of", _) => Operand::new(OperandKind::AsOf, Type::Instant, span),
            ("score", _) if scope.clause.sees_score() => {
                Operand::new(OperandKind::Score, Type::Number, span)
            }
            ("score", _) => {
                self.error(
                    Code::Scope,
                    span,
                    "`score` can be asked in the levels of the decision only",
                );
                Operand::mistake(span)
            }
            (_, Some(Symbol::Param(id))) => {
                let Some(param) = self.params.get(id.index()) else {
                    return Operand::mistake(span);
                };
                if param.list {
                    let message = format!("`{name}` is a list, and one value is needed");
                    self.report(
                        Diagnostic::new(Code::NotAValue, span, message)
                            .hint(format!("write `in {name}`")),
                    );
                    return Operand::mistake(span);
                }
                let of = param.of;
                Operand::new(OperandKind::Param(id), of, span)
            }
            (_, Some(Symbol::Define(id))) => {
                match self.defines.get(id.index()).map(|define| &define.body) {
                    Some(DefineBody::Operand(operand)) => Operand {
                        or_none: operand.or_none,
                        ..Operand::new(OperandKind::Define(id), operand.of, span)
                    },
                    Some(DefineBody::Condition(_)) => {
                        self.error(
                            Code::NotAValue,
                            span,
                            format!("`{name}` is a condition, not a value"),
                        );
                        Operand::mistake(span)
                    }
                    None => Operand::mistake(span),
                }
            }
            (_, Some(Symbol::List(_))) => {
                let message = format!("`{name}` is a list, and one value is needed");
                self.report(
                    Diagnostic::new(Code::NotAValue, span, message)
                        .hint(format!("write `in {name}`")),
                );
                Operand::mistake(span)
            }
            (_, Some(Symbol::Rule(..))) => {
                self.error(Code::NotAValue, span, format!("`{name}` is a rule, not a value"));
                Operand::mistake(span)
            }
            (_, None) => {
                self.report_unknown_value(scope, path, expected);
                Operand::mistake(span)
            }
        }
    }

    fn report_unknown_value(&mut self, scope: &Scope, path: &Path, expected: Option<Type>) {
        let Some(Type::Choice(id)) = expected else {
            return self.report_unknown(scope, path);
        };
        let enumeration = self.schema.enumeration(id);
        let words: Vec<&str> = enumeration.words.iter().map(|word| &**word).collect();
        let message = format!(
            "`{path}` is not a value of `{}`, which has {}",
            enumeration.name,
            words.join(", ")
        );
        let diagnostic = Diagnostic::new(Code::UnknownChoice, path.span, message)
            .suggest(&path.to_string(), words);
        self.report(diagnostic);
    }

    /// Remembers a name given with `as`.
    fn name_value(&mut self, scope: &mut Scope, name: &crate::syntax::ast::Name) {
        let first = scope.named.iter().find(|(known, _)| known == name.as_str());
        let diagnostic = Diagnostic::new(
            Code::DuplicateName,
            name.span,
            format!("`{name}` already names something in this rule"),
        );
        match first {
            Some((_, first)) => self.report(diagnostic.related(*first, "first given here")),
            None if self.symbol(name.as_str()).is_some() => self.report(diagnostic),
            None => scope.named.push((name.text.clone(), name.span.into())),
        }
    }

    fn arithmetic(
        &mut self,
        scope: &mut Scope,
        operator: Arithmetic,
        left: &Expression,
        right: &Expression,
        span: Span,
    ) -> Operand {
        let left = self.operand(scope, left, None);
        let right = self.operand(scope, right, None);
        if left.is_mistake() || right.is_mistake() {
            return Operand::mistake(span);
        }
        self.require_guard(scope, &left);
        self.require_guard(scope, &right);
        let Some(of) = arithmetic_type(operator, left.of, right.of) else {
            let (left, right) = (self.schema.type_name(left.of), self.schema.type_name(right.of));
            let message = format!("`{left} {} {right}` has no meaning", operator.symbol());
            self.error(Code::TypeMismatch, span, message);
            return Operand::mistake(span);
        };
        if !self.check_divisor(operator, &right) || !self.check_day_steps(&left, &right, of) {
            return Operand::mistake(span);
        }
        let or_none = left.or_none || right.or_none;
        let kind =
            OperandKind::Arithmetic { operator, left: Box::new(left), right: Box::new(right) };
        Operand { or_none, ..Operand::new(kind, of, span) }
    }

    /// Division is by a number or parameter that is not zero: so it always has a result.
    fn check_divisor(&mut self, operator: Arithmetic, right: &Operand) -> bool {
        if operator != Arithmetic::DividedBy {
            return true;
        }
        let is_zero = |value: &Value<'_>| matches!(value, Value::Number(number) if number.decimal().is_zero());
        let is_sound = self.is_always(
            right,
            |constant| !matches!(constant, ParamConstant::Value(value) if is_zero(value)),
        );
        if !is_sound {
            self.report(
                Diagnostic::new(
                    Code::Division,
                    right.span,
                    "this may be zero, and then there is no answer",
                )
                .hint("divide by a number or a parameter, or compare products: `a >= c * b`"),
            );
        }
        is_sound
    }

    /// Whether a value that is written out or given by a parameter is one that fits, on every day.
    fn is_always(&self, operand: &Operand, fits: impl Fn(&ParamConstant) -> bool) -> bool {
        if let OperandKind::Constant(value) = &operand.kind {
            fits(&ParamConstant::Value(value.clone()))
        } else if let OperandKind::Months(months) = &operand.kind {
            fits(&ParamConstant::Months(*months))
        } else if let OperandKind::Param(id) = &operand.kind {
            self.params
                .get(id.index())
                .is_some_and(|param| param.values.iter().flat_map(|row| &row.values).all(fits))
        } else {
            false
        }
    }

    /// A day moves by whole days or months, written out or by a parameter.
    fn check_day_steps(&mut self, left: &Operand, right: &Operand, of: Type) -> bool {
        if of != Type::Date || left.of != Type::Date {
            return true;
        }
        let has_whole_days = |value: &Value<'_>| matches!(value, Value::Duration(duration) if duration.whole_days().is_some());
        let is_sound = self.is_always(right, |constant| match constant {
            ParamConstant::Value(value) => has_whole_days(value),
            ParamConstant::Months(_) => true,
        });
        if !is_sound {
            self.report(
                Diagnostic::new(
                    Code::TypeMismatch,
                    right.span,
                    "a day moves by whole days, months or years",
                )
                .hint("write `30 days` or a parameter that holds days"),
            );
        }
        is_sound
    }

    fn similarity(
        &mut self,
        scope: &mut Scope,
        left: &Expression,
        right: &Expression,
        span: Span,
    ) -> Operand {
        let left = self.operand(scope, left, None);
        let right = self.operand(scope, right, Some(left.of));
        if left.is_mistake() || right.is_mistake() {
            return Operand::mistake(span);
        }
        self.require_guard(scope, &left);
        self.require_guard(scope, &right);
        if !left.of.is_textual()
            || left.of != right.of
            || matches!(left.of, Type::Ip | Type::Network)
        {
            let (left, right) = (self.schema.type_name(left.of), self.schema.type_name(right.of));
            let message =
                format!("similarity is of two texts of one type, not of `{left}` and `{right}`");
            self.error(Code::TypeMismatch, span, message);
            return Operand::mistake(span);
        }
        let or_none = left.or_none || right.or_none;
        let kind = OperandKind::Similarity(Box::new(left), Box::new(right));
        Operand { or_none, ..Operand::new(kind, Type::Percent, span) }
    }

    /// Reports an order or arithmetic on a field that may be none, unless that was asked before.
    pub(super) fn require_guard(&mut self, scope: &Scope, operand: &Operand) {
        let OperandKind::Field(field) = &operand.kind else {
            return;
        };
        let is_guarded = scope.none_is_no || scope.guards.iter().any(|guard| guard.guards(field));
        if field.or_none() && !is_guarded {
            let shown = &field.shown;
            self.report(
                Diagnostic::new(
                    Code::UnguardedNone,
                    operand.span,
                    format!("`{shown}` may be none here"),
                )
                .hint(format!("ask first: `has {shown} and ...`")),
            );
        }
    }
}

impl Operand {
    pub(super) fn new(kind: OperandKind, of: Type, span: Span) -> Self {
        Self { kind, of, or_none: false, name: None, span }
    }

    pub(super) fn mistake(span: Span) -> Self {
        Self::new(OperandKind::Mistake, Type::Number, span)
    }

    pub(super) fn is_mistake(&self) -> bool {
        matches!(self.kind, OperandKind::Mistake)
    }
}

/// The type of the result, if the operation has a meaning.
fn arithmetic_type(operator: Arithmetic, left: Type, right: Type) -> Option<Type> {
    use Arithmetic::{DividedBy, Minus, Plus, Times};
    match (operator, left, right) {
        (Plus | Minus, left, right) if left == right && left.is_additive() => Some(left),
        (Plus | Minus, Type::Date, Type::Duration | Type::Months) => Some(Type::Date),
        (Plus | Minus, Type::Instant, Type::Duration | Type::Months) => Some(Type::Instant),
        (Minus, Type::Date | Type::Instant, Type::Date | Type::Instant) => Some(Type::Duration),
        (Times, Type::Number, right) if right.is_additive() => Some(right),
        (Times | DividedBy, left, Type::Number) if left.is_additive() => Some(left),
        _ => None,
    }
}
