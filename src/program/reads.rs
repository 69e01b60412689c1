//! Which fields of the subject a comparison reads, so that the others need not be kept.

use super::{
    Compared, Condition, ConditionKind, Field, InAny, InTheLast, Longest, Members, Operand,
    OperandKind, PeersOf, Program,
};
use crate::hir::Root;
use crate::types::FieldSlot;

impl Program {
    /// Of each field of the subject, whether comparing it with others reads it. The key is one of them.
    pub(crate) fn fields_compared(&self) -> Vec<bool> {
        let record = self.schema.record(self.subject);
        let mut read = Read(vec![false; record.fields.len()]);
        read.slot(record.key);
        for peers in &self.peers {
            match &peers.of {
                PeersOf::Record(filter) => {
                    if let Some(filter) = filter {
                        read.condition(filter);
                    }
                }
                PeersOf::Elements(members) => read.members(members),
            }
            for field in &peers.keys {
                read.field(field);
            }
        }
        read.0
    }
}

/// Of each field of the subject, whether it is read.
struct Read(Vec<bool>);

impl Read {
    fn slot(&mut self, slot: Option<FieldSlot>) {
        if let Some(read) = slot.and_then(|slot| self.0.get_mut(slot.index())) {
            *read = true;
        }
    }

    /// A path; one that begins at an element or a window goes on from a list that is read as well.
    fn path(&mut self, root: Root, first: Option<FieldSlot>) {
        match (root, first) {
            (Root::Subject, Some(first)) => self.slot(Some(first)),
            (Root::Subject, None) => self.0.fill(true),
            (Root::Element(_) | Root::Window(_), _) => {}
        }
    }

    fn field(&mut self, field: &Field) {
        self.path(field.root, field.steps.first().copied());
    }

    fn members(&mut self, members: &Members) {
        let first = members.hops.iter().flatten().chain(&members.tail).next();
        self.path(members.root, first.copied());
        if let Some(filter) = &members.filter {
            self.condition(filter);
        }
    }

    fn condition(&mut self, condition: &Condition) {
        match &condition.kind {
            ConditionKind::Rule(_) | ConditionKind::Rules { .. } => {}
            ConditionKind::Field(field)
            | ConditionKind::Has(field)
            | ConditionKind::IsKnown(field) => self.field(field),
            ConditionKind::Not(inner) | ConditionKind::Assume { condition: inner, .. } => {
                self.condition(inner);
            }
            ConditionKind::And(parts)
            | ConditionKind::Or(parts)
            | ConditionKind::AtLeast { of: parts, .. } => {
                for part in parts {
                    self.condition(part);
                }
            }
            ConditionKind::Equal(left, right) | ConditionKind::Order { left, right, .. } => {
                self.operand(left);
                self.operand(right);
            }
            ConditionKind::OneOf { value, .. } => self.operand(value),
            ConditionKind::Exists(members) => self.members(members),
            ConditionKind::Every { members, condition } => {
                self.members(members);
                self.condition(condition);
            }
            ConditionKind::InAny(window) => {
                let InAny { members, per, condition, .. } = &**window;
                self.members(members);
                if let Some(per) = per {
                    self.field(per);
                }
                self.condition(condition);
            }
            ConditionKind::InTheLast(window) => {
                let InTheLast { members, condition, .. } = &**window;
                self.members(members);
                self.condition(condition);
            }
            ConditionKind::Inconsistent { compared, .. } => {
                for part in compared {
                    self.compared(part);
                }
            }
        }
    }

    fn compared(&mut self, compared: &Compared) {
        match compared {
            Compared::One(field) => self.field(field),
            Compared::Each(members) => self.members(members),
            Compared::Sets { of, values } => {
                self.members(of);
                self.members(values);
            }
        }
    }

    fn operand(&mut self, operand: &Operand) {
        match &operand.kind {
            OperandKind::Constant(_) | OperandKind::Score | OperandKind::CountPeers(_) => {}
            OperandKind::Field(field) => self.field(field),
            OperandKind::Arithmetic { left, right, .. } | OperandKind::Similarity(left, right) => {
                self.operand(left);
                self.operand(right);
            }
            OperandKind::Moved { base, .. } => self.operand(base),
            OperandKind::Count(members)
            | OperandKind::CountDistinct(members)
            | OperandKind::Aggregate { members, .. } => self.members(members),
            OperandKind::Share { members, having, .. } => {
                self.members(members);
                self.condition(having);
            }
            OperandKind::Longest(longest) => {
                let Longest { members, per, .. } = &**longest;
                self.members(members);
                if let Some(per) = per {
                    self.field(per);
                }
            }
        }
    }
}
