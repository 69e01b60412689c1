use super::{
    Collection, Condition, ConditionKind, DefineBody, DefineId, FieldPath, Members, Operand,
    OperandKind, Peers, PeersOf, PolicySet, Window,
};

/// A part of a condition.
#[derive(Clone, Copy, Debug)]
pub enum Part<'h> {
    /// A condition.
    Condition(&'h Condition),
    /// A value.
    Operand(&'h Operand),
    /// The elements of a list.
    Members(&'h Members),
    /// A field.
    Path(&'h FieldPath),
}

impl Condition {
    /// Calls `visit` for the condition and everything inside, from the outside in.
    pub fn walk<'h>(&'h self, visit: &mut dyn FnMut(Part<'h>)) {
        visit(Part::Condition(self));
        match &self.kind {
            ConditionKind::Field(path)
            | ConditionKind::Has(path)
            | ConditionKind::IsKnown(path) => {
                visit(Part::Path(path));
            }
            ConditionKind::Not(inner) | ConditionKind::Assume { condition: inner, .. } => {
                inner.walk(visit);
            }
            ConditionKind::And(parts) | ConditionKind::Or(parts) => {
                for part in parts {
                    part.walk(visit);
                }
            }
            ConditionKind::AtLeast { count, of } => {
                count.walk(visit);
                for part in of {
                    part.walk(visit);
                }
            }
            ConditionKind::Equal(left, right) | ConditionKind::Order { left, right, .. } => {
                left.walk(visit);
                right.walk(visit);
            }
            ConditionKind::OneOf { value, list } => {
                value.walk(visit);
                if let Collection::Values(values) = list {
                    for value in values {
                        value.walk(visit);
                    }
                }
            }
            ConditionKind::Exists(members) => members.walk(visit),
            ConditionKind::Every { members, condition } => {
                members.walk(visit);
                condition.walk(visit);
            }
            ConditionKind::InAny { window, condition }
            | ConditionKind::InTheLast { window, condition } => {
                window.walk(visit);
                condition.walk(visit);
            }
            ConditionKind::Inconsistent { paths, allowing } => {
                for path in paths {
                    visit(Part::Path(path));
                }
                if let Some(allowing) = allowing {
                    allowing.walk(visit);
                }
            }
            ConditionKind::Rules { at_least, .. } => at_least.walk(visit),
            ConditionKind::Define(_) | ConditionKind::Rule { .. } | ConditionKind::Mistake => {}
        }
    }
}

impl Operand {
    /// Calls `visit` for the value and everything inside, from the outside in.
    pub fn walk<'h>(&'h self, visit: &mut dyn FnMut(Part<'h>)) {
        visit(Part::Operand(self));
        match &self.kind {
            OperandKind::Field(path) => visit(Part::Path(path)),
            OperandKind::Arithmetic { left, right, .. } | OperandKind::Similarity(left, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            OperandKind::Count(members)
            | OperandKind::CountDistinct(members)
            | OperandKind::Aggregate { members, .. } => members.walk(visit),
            OperandKind::CountPeers(peers) => peers.walk(visit),
            OperandKind::Share { members, having, over } => {
                members.walk(visit);
                having.walk(visit);
                if let Some(over) = over {
                    over.walk(visit);
                }
            }
            OperandKind::Longest { members, per, gap } => {
                members.walk(visit);
                if let Some(per) = per {
                    visit(Part::Path(per));
                }
                gap.walk(visit);
            }
            OperandKind::Constant(_)
            | OperandKind::Months(_)
            | OperandKind::Param(_)
            | OperandKind::Define(_)
            | OperandKind::AsOf
            | OperandKind::Score
            | OperandKind::Mistake => {}
        }
    }
}

impl Members {
    fn walk<'h>(&'h self, visit: &mut dyn FnMut(Part<'h>)) {
        visit(Part::Members(self));
        visit(Part::Path(&self.path));
        if let Some(filter) = &self.filter {
            filter.walk(visit);
        }
    }
}

impl Peers {
    fn walk<'h>(&'h self, visit: &mut dyn FnMut(Part<'h>)) {
        match &self.of {
            PeersOf::Record(filter) => filter.iter().for_each(|filter| filter.walk(visit)),
            PeersOf::Elements(members) => members.walk(visit),
        }
        for key in &self.keys {
            visit(Part::Path(key));
        }
    }
}

impl Window {
    fn walk<'h>(&'h self, visit: &mut dyn FnMut(Part<'h>)) {
        self.members.walk(visit);
        self.period.walk(visit);
        if let Some(per) = &self.per {
            visit(Part::Path(per));
        }
    }
}

impl PolicySet {
    /// Calls `visit` for a condition and everything inside, the definitions it names included.
    pub fn walk<'h>(&'h self, condition: &'h Condition, visit: &mut dyn FnMut(Part<'h>)) {
        let mut named: Vec<DefineId> = Vec::new();
        condition.walk(&mut |part| {
            named.extend(part.names_define());
            visit(part);
        });
        self.walk_defines(named, visit);
    }

    /// The same for a value.
    pub fn walk_operand<'h>(&'h self, operand: &'h Operand, visit: &mut dyn FnMut(Part<'h>)) {
        let mut named: Vec<DefineId> = Vec::new();
        operand.walk(&mut |part| {
            named.extend(part.names_define());
            visit(part);
        });
        self.walk_defines(named, visit);
    }

    fn walk_defines<'h>(&'h self, mut named: Vec<DefineId>, visit: &mut dyn FnMut(Part<'h>)) {
        while let Some(id) = named.pop() {
            let mut inside = |part: Part<'h>| {
                named.extend(part.names_define());
                visit(part);
            };
            match self.defines.get(id.index()).map(|define| &define.body) {
                Some(DefineBody::Condition(body)) => body.walk(&mut inside),
                Some(DefineBody::Operand(body)) => body.walk(&mut inside),
                None => {}
            }
        }
    }
}

impl Part<'_> {
    pub(crate) fn names_define(self) -> Option<DefineId> {
        if let Part::Condition(Condition { kind: ConditionKind::Define(id), .. })
        | Part::Operand(Operand { kind: OperandKind::Define(id), .. }) = self
        {
            Some(*id)
        } else {
            None
        }
    }
}
