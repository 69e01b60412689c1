//! Parameters, lists and exchange rates: constants, known before any data.

use std::fmt::Write as _;

use super::Resolver;
use super::scope::{Clause, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::digest::Digest;
use crate::hir::{DatedRates, List, Operand, OperandKind, Param, ParamConstant, ParamValue, Rates};
use crate::source::Span;
use crate::syntax::ast::{self, Expression, ExpressionKind, ListFrom};
use crate::types::{Shape, Type};
use crate::value::{Currency, Date, Value};

/// All values that a parameter can have, those in months left out.
pub(super) fn values_of(param: &Param) -> Vec<Value<'static>> {
    let constants = param.values.iter().flat_map(|row| &row.values);
    constants
        .filter_map(|constant| match constant {
            ParamConstant::Value(value) => Some(value.clone()),
            ParamConstant::Months(_) => None,
        })
        .collect()
}

impl Resolver<'_> {
    /// A parameter; its type is that of its first value unless it is written.
    pub(super) fn param(&mut self, written: &ast::Param) -> Param {
        let declared = written
            .value_type
            .as_ref()
            .and_then(|value_type| super::schema::field_shape(self.sink, &self.schema, value_type));
        let rows: Vec<(Option<&ast::DatedValue>, &Expression, &[ast::Reason])> = match &written
            .value
        {
            ast::ParamValue::Always { value, reasons } => vec![(None, value, reasons.as_slice())],
            ast::ParamValue::Dated(rows) => {
                rows.iter().map(|row| (Some(row), &row.value, row.reasons.as_slice())).collect()
            }
        };
        if rows.is_empty() {
            self.missing(
                written.name.span,
                &format!("parameter `{}`", written.name),
                "from DATE : VALUE",
            );
        }
        let mut shape = declared;
        let mut values = Vec::new();
        for (row, value, reasons) in rows {
            let (constants, found) = self.constants(value, shape);
            if let (None, Some(found)) = (shape, found) {
                shape = Some(found);
            }
            let (because, cites) = self.reasons(reasons);
            values.push(ParamValue {
                from: row.map(|row| row.from),
                values: constants,
                because,
                cites,
                span: row.map_or(written.name.span, |row| row.span).into(),
                value_span: value.span.into(),
            });
        }
        let shape = shape.unwrap_or(Shape { of: Type::Number, list: false, or_none: false });
        Param { name: written.name.text.clone(), of: shape.of, list: shape.list, values }
    }

    /// The constants of one value, which fit the shape if one is given, and their shape.
    fn constants(
        &mut self,
        value: &Expression,
        expected: Option<Shape>,
    ) -> (Vec<ParamConstant>, Option<Shape>) {
        let (parts, list): (&[Expression], bool) = if let ExpressionKind::List(values) = &value.kind
        {
            (values, true)
        } else {
            (std::slice::from_ref(value), false)
        };
        if expected.is_some_and(|expected| expected.list != list) {
            let needed = if list {
                "one value is needed here"
            } else {
                "a list in square brackets is needed here"
            };
            self.error(Code::TypeMismatch, value.span, needed);
            return (Vec::new(), None);
        }
        let mut of = expected.map(|expected| expected.of);
        let mut constants = Vec::new();
        for part in parts {
            let Some((constant, found)) = self.constant(part, of) else {
                continue;
            };
            let is_period = |of| matches!(of, Type::Duration | Type::Months);
            let fits = of.is_none_or(|of| of == found || (is_period(of) && is_period(found)));
            if !fits {
                let message = format!(
                    "this is of type `{}`, and `{}` is needed",
                    self.schema.type_name(found),
                    of.map_or("another", |of| self.schema.type_name(of))
                );
                let diagnostic = Diagnostic::new(Code::TypeMismatch, part.span, message);
                self.report(if found == Type::Number && of == Some(Type::Percent) {
                    diagnostic.hint("write a share in hundredths with its sign: `50%`")
                } else {
                    diagnostic
                });
                continue;
            }
            of = of.or(Some(found));
            constants.push(constant);
        }
        if list && of.is_none() {
            self.report(
                Diagnostic::new(
                    Code::TypeMismatch,
                    value.span,
                    "an empty list does not tell its type",
                )
                .hint("write the type: `param NAME : list of text = []`"),
            );
        }
        (constants, of.map(|of| Shape { of, list, or_none: false }))
    }

    fn constant(&mut self, part: &Expression, of: Option<Type>) -> Option<(ParamConstant, Type)> {
        let operand = self.operand(&mut Scope::new(Clause::Constant), part, of);
        match operand.kind {
            OperandKind::Constant(value) => Some((ParamConstant::Value(value), operand.of)),
            OperandKind::Months(months) => Some((ParamConstant::Months(months), operand.of)),
            OperandKind::Mistake => None,
            OperandKind::Param(_)
            | OperandKind::Field(_)
            | OperandKind::Define(_)
            | OperandKind::AsOf
            | OperandKind::Score
            | OperandKind::Arithmetic { .. }
            | OperandKind::Count(_)
            | OperandKind::CountDistinct(_)
            | OperandKind::CountPeers(_)
            | OperandKind::Aggregate { .. }
            | OperandKind::Share { .. }
            | OperandKind::Longest { .. }
            | OperandKind::Similarity(..) => {
                self.error(
                    Code::NotAValue,
                    part.span,
                    "a fixed value is needed here, not something to evaluate",
                );
                None
            }
        }
    }

    /// A list with its values, from the policy or from a file.
    pub(super) fn list(&mut self, written: &ast::List) -> List {
        let shape = super::schema::field_shape(self.sink, &self.schema, &written.value_type);
        let mut values = Vec::new();
        let (mut as_of, mut stale) = (None, None);
        match &written.from {
            ListFrom::Inline(parts) => {
                for part in parts {
                    match self.constant(part, shape.map(|shape| shape.of)) {
                        Some((ParamConstant::Value(value), of))
                            if shape.is_none_or(|shape| shape.of == of) =>
                        {
                            values.push(value);
                        }
                        Some((_, of)) => {
                            let message =
                                format!("this is of type `{}`", self.schema.type_name(of));
                            self.error(Code::TypeMismatch, part.span, message);
                        }
                        None => {}
                    }
                }
                if parts.is_empty() {
                    let message =
                        format!("list `{}` is empty, so nothing is ever in it", written.name);
                    self.error(Code::NeverHolds, written.name.span, message);
                }
            }
            ListFrom::File { path, stale_after } => {
                let content = shape.and_then(|shape| self.list_file(path, shape.of));
                if let Some(content) = content {
                    as_of = content.as_of;
                    values = content.values;
                    if stale_after.is_some() && as_of.is_none() {
                        self.report(
                            Diagnostic::new(
                                Code::ListUndated,
                                path.span,
                                "this list does not say which day it is of",
                            )
                            .hint("begin the file with a line `# as of 2022-07-01`"),
                        );
                    }
                }
                stale = *stale_after;
            }
        }
        let (because, _) = self.reasons(&written.reasons);
        List {
            name: written.name.text.clone(),
            of: shape.map_or(Type::Text, |shape| shape.of),
            digest: list_digest(as_of, &values),
            values,
            because,
            as_of,
            stale_after: stale,
        }
    }

    /// Exchange rates; a policy has one such table, or none.
    pub(super) fn rates<'a>(
        &mut self,
        written: impl IntoIterator<Item = &'a ast::Rates>,
    ) -> Option<Rates> {
        let mut tables = written.into_iter();
        let first = tables.next()?;
        for second in tables {
            self.report(
                Diagnostic::new(
                    Code::ClauseRepeated,
                    second.name.span,
                    "a policy has one table of rates",
                )
                .related(first.name.span, "the first table"),
            );
        }
        let dated = first.dated.iter().map(|row| self.dated_rates(first.to, row)).collect();
        Some(Rates { name: first.name.text.clone(), to: first.to, dated })
    }

    fn dated_rates(&mut self, to: Currency, row: &ast::RatesFrom) -> DatedRates {
        let mut rates: Vec<(Currency, crate::value::Number)> = Vec::new();
        for rate in &row.rates {
            let problem =
                if rate.value.decimal().is_sign_negative() || rate.value.decimal().is_zero() {
                    Some("a rate is above zero")
                } else if rate.currency == to {
                    Some("this is the currency that the rates lead to")
                } else if rates.iter().any(|(currency, _)| *currency == rate.currency) {
                    Some("this currency has a rate already")
                } else {
                    None
                };
            match problem {
                Some(problem) => self.error(Code::MalformedValue, rate.span, problem),
                None => rates.push((rate.currency, rate.value)),
            }
        }
        DatedRates { from: row.from, rates }
    }
}

/// Where a value stands, for messages about constants.
impl From<&Operand> for Span {
    fn from(operand: &Operand) -> Self {
        operand.span
    }
}

/// Digest of the values of a list and of the day it is of.
fn list_digest(as_of: Option<Date>, values: &[Value<'static>]) -> Digest {
    let mut text = "duecare.list/1\n".to_owned();
    if let Some(as_of) = as_of {
        let _ = writeln!(text, "as of {as_of}");
    }
    for value in values {
        let _ = writeln!(text, "{value}");
    }
    Digest::of(text.as_bytes())
}
