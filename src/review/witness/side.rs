use super::draft::{At, Place};
use crate::engine::Engine;
use crate::hir::{
    Collection, Condition, DefineBody, DefineId, Exception, FieldPath, Operand, OperandKind,
    ParamConstant, ParamId, PolicySet, Rule, RuleId,
};
use crate::program::ValueSet;
use crate::review::implication;
use crate::types::{FieldSlot, Shape, Type};
use crate::value::{Instant, Period, Value};

use rust_decimal::prelude::ToPrimitive as _;

/// One of the two versions, on the day of the comparison.
#[derive(Clone, Copy)]
pub(super) struct Side<'e> {
    pub(super) policy: &'e PolicySet,
    pub(super) as_of: Instant,
}

impl<'e> Side<'e> {
    pub(super) fn new(engine: &'e Engine) -> Self {
        Self { policy: &engine.policy().checked, as_of: engine.program().as_of() }
    }

    pub(super) fn rule(&self, id: RuleId) -> Option<&'e Rule> {
        self.policy.rules.get(id.index())
    }

    /// The exceptions from a rule that are in force.
    pub(super) fn exceptions(&self, rule: RuleId) -> impl Iterator<Item = &'e Exception> + use<'e> {
        let day = self.as_of.date();
        let exceptions = self.policy.exceptions.iter();
        exceptions.filter(move |exception| {
            exception.excepts.contains(&rule) && exception.in_force.contains(day)
        })
    }

    fn define(&self, id: DefineId) -> Option<&'e DefineBody> {
        self.policy.defines.get(id.index()).map(|define| &define.body)
    }

    pub(super) fn defined_condition(&self, id: DefineId) -> Option<&'e Condition> {
        if let DefineBody::Condition(body) = self.define(id)? { Some(body) } else { None }
    }

    /// The version as it is reasoned about.
    fn reasoned(&self) -> implication::Side<'e> {
        implication::Side::new(self.policy, self.as_of.date())
    }

    /// An operand, or what a name in its place stands for.
    pub(super) fn named(&self, operand: &'e Operand) -> &'e Operand {
        self.reasoned().resolved(operand)
    }

    fn param_values(&self, id: ParamId) -> Vec<Value<'static>> {
        let constants = self.reasoned().values(id).unwrap_or_default();
        constants
            .iter()
            .filter_map(|constant| match constant {
                ParamConstant::Value(value) => Some(value.clone()),
                ParamConstant::Months(_) => None,
            })
            .collect()
    }

    /// The value of a literal or parameter.
    pub(super) fn constant(&self, operand: &'e Operand) -> Option<Value<'static>> {
        let operand = self.named(operand);
        if let OperandKind::Constant(value) = &operand.kind {
            Some(value.clone())
        } else if let OperandKind::Param(id) = &operand.kind {
            self.param_values(*id).into_iter().next()
        } else {
            None
        }
    }

    pub(super) fn period(&self, operand: &'e Operand) -> Option<Period> {
        self.reasoned().period(operand)
    }

    pub(super) fn whole(&self, operand: &'e Operand) -> Option<usize> {
        let value = self.constant(operand)?;
        if let Value::Number(number) = value { number.decimal().to_usize() } else { None }
    }

    pub(super) fn values(&self, list: &'e Collection) -> Vec<Value<'static>> {
        match list {
            Collection::Values(operands) => {
                operands.iter().filter_map(|operand| self.constant(operand)).collect()
            }
            Collection::Param(id) => self.param_values(*id),
            Collection::List(id) => {
                let list = self.policy.lists.get(id.index());
                list.map(|list| list.values.clone()).unwrap_or_default()
            }
        }
    }

    /// How the evaluator asks whether a value is one of several.
    pub(super) fn set(of: Type, values: &[Value<'static>]) -> ValueSet {
        if of == Type::Text {
            ValueSet::patterns(values)
        } else if of == Type::Ip && !matches!(values.first(), Some(Value::Ip(_))) {
            ValueSet::networks(values)
        } else {
            ValueSet::keys(values)
        }
    }

    /// A field of a record, by its place: its name and shape.
    pub(super) fn field(&self, of: Type, slot: FieldSlot) -> Option<(&'e str, Shape)> {
        let field = self.policy.schema.record(of.record()?).at(slot)?;
        Some((field.name.as_str(), field.shape))
    }

    /// The place behind steps that go through no list, and the shape of what stands there.
    pub(super) fn behind(
        &self,
        from: &Place<'e>,
        of: Type,
        steps: &[FieldSlot],
    ) -> Option<(Place<'e>, Shape)> {
        let mut place = from.clone();
        let mut shape = Shape { of, list: false, or_none: false };
        for slot in steps {
            if shape.list {
                return None;
            }
            let (name, next) = self.field(shape.of, *slot)?;
            place.steps.push(At::Field(name));
            shape = next;
        }
        Some((place, shape))
    }

    /// The steps of a path from a place of it on.
    pub(super) fn slots(path: &FieldPath, from: usize) -> Vec<FieldSlot> {
        path.steps.iter().skip(from).map(|step| step.slot).collect()
    }
}
