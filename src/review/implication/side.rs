use crate::hir::{DefineBody, DefineId, List, ListId, Param, ParamConstant, ParamId, PolicySet};
use crate::types::Type;
use crate::value::Date;

/// One of two policies that are compared, as it is on a day.
#[derive(Clone, Copy, Debug)]
pub struct Side<'p> {
    pub(in crate::review) policy: &'p PolicySet,
    pub(in crate::review) day: Date,
    pub(in crate::review) instead: Option<Instead<'p>>,
}

/// A value of the other policy that stands in for the one of the same name, to see what it does alone.
#[derive(Clone, Copy, Debug)]
pub(in crate::review) enum Instead<'p> {
    Param(&'p Param),
    List(&'p List),
}

impl<'p> Side<'p> {
    /// The policy on a day, by which dated values are picked.
    #[must_use]
    pub const fn new(policy: &'p PolicySet, day: Date) -> Self {
        Self { policy, day, instead: None }
    }

    pub(in crate::review) const fn with(self, instead: Instead<'p>) -> Self {
        Self { instead: Some(instead), ..self }
    }

    /// The values of a parameter.
    pub(in crate::review) fn values(self, id: ParamId) -> Option<&'p [ParamConstant]> {
        let own = self.policy.params.get(id.index())?;
        let param = match self.instead {
            Some(Instead::Param(other)) if other.name == own.name => other,
            _ => own,
        };
        param.in_force(self.day).map(|row| row.values.as_slice())
    }

    pub(super) fn list(self, id: ListId) -> Option<&'p List> {
        let own = self.policy.lists.get(id.index())?;
        Some(match self.instead {
            Some(Instead::List(other)) if other.name == own.name => other,
            _ => own,
        })
    }

    pub(super) fn define(self, id: DefineId) -> Option<&'p DefineBody> {
        self.policy.defines.get(id.index()).map(|define| &define.body)
    }

    pub(super) fn type_name(self, of: Type) -> &'p str {
        self.policy.schema.type_name(of)
    }
}
