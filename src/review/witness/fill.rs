//! Facts that rules read and that nothing was said about: known, so that the outcome is settled.

use super::draft::{At, Node, Place};
use super::side::Side;
use super::solver::{Env, Solver};
use super::values::nth_node;
use super::window::OpenWindow;
use crate::hir::{
    Condition, ConditionKind, FieldPath, Members, Operand, OperandKind, Part, Peers, PeersOf,
    RuleBody, RuleId, Window,
};
use crate::types::{FieldSlot, Type};

/// Values that nobody shares stand apart from those that are made up elsewhere.
const UNSHARED_FROM: usize = 70;

impl<'e> Solver<'_, 'e> {
    /// Says something of every fact that a rule reads.
    pub(super) fn fill_rule(&mut self, id: RuleId) {
        let env = Env::of_record(0);
        let Some(rule) = self.side.rule(id) else { return };
        for condition in rule.conditions() {
            self.fill(condition, &env);
        }
        for exception in self.side.exceptions(id) {
            if let Some(condition) = &exception.when {
                self.fill(condition, &env);
            }
        }
        if let RuleBody::Control(control) = &rule.body {
            if let Some(operand) = &control.dated {
                self.fill_operand(operand, &env);
            }
            if control.required_when.is_none() {
                for answer in &control.answers {
                    self.fill_rule(answer.flag);
                }
            }
        }
    }

    /// Says something of every fact that a condition reads.
    pub(super) fn fill(&mut self, condition: &'e Condition, env: &Env<'e>) {
        match &condition.kind {
            ConditionKind::Field(path)
            | ConditionKind::Has(path)
            | ConditionKind::IsKnown(path) => self.fill_field(path, env),
            ConditionKind::Define(id) => {
                if let Some(defined) = self.side.defined_condition(*id) {
                    self.fill(defined, env);
                }
            }
            ConditionKind::Rule { rule, .. } => self.fill_rule(*rule),
            ConditionKind::Not(inner) | ConditionKind::Assume { condition: inner, .. } => {
                self.fill(inner, env);
            }
            ConditionKind::And(parts)
            | ConditionKind::Or(parts)
            | ConditionKind::AtLeast { of: parts, .. } => {
                for part in parts {
                    self.fill(part, env);
                }
            }
            ConditionKind::Equal(left, right) | ConditionKind::Order { left, right, .. } => {
                self.fill_operand(left, env);
                self.fill_operand(right, env);
            }
            ConditionKind::OneOf { value, .. } => self.fill_operand(value, env),
            ConditionKind::Exists(members) => self.fill_members(members, None, env),
            ConditionKind::Every { members, condition } => {
                self.fill_members(members, Some(condition), env);
            }
            ConditionKind::InAny { window, condition }
            | ConditionKind::InTheLast { window, condition } => {
                self.fill_windowed(window, condition, env);
            }
            ConditionKind::Inconsistent { paths, .. } => {
                for path in paths {
                    self.fill_path(path, env);
                }
            }
            // Every rule of a kind would have to be known; that is for whoever asks for a whole decision.
            ConditionKind::Rules { .. } | ConditionKind::Mistake => {}
        }
    }

    pub(super) fn fill_operand(&mut self, operand: &'e Operand, env: &Env<'e>) {
        let operand = self.side.named(operand);
        match &operand.kind {
            OperandKind::Field(path) => self.fill_field(path, env),
            OperandKind::Arithmetic { left, right, .. } | OperandKind::Similarity(left, right) => {
                self.fill_operand(left, env);
                self.fill_operand(right, env);
            }
            OperandKind::Count(members)
            | OperandKind::CountDistinct(members)
            | OperandKind::Aggregate { members, .. } => self.fill_members(members, None, env),
            OperandKind::CountPeers(peers) => self.fill_peers(peers),
            OperandKind::Share { members, having, .. } => {
                self.fill_members(members, Some(having), env);
            }
            OperandKind::Longest { members, per, .. } => {
                self.fill_members(members, None, env);
                let record = members.path.of.record();
                let record = record.map(|record| self.side.policy.schema.record(record));
                let times: Vec<FieldSlot> = record
                    .map(|record| [record.time, record.end])
                    .into_iter()
                    .flatten()
                    .flatten()
                    .collect();
                for element in self.existing(members, env) {
                    self.fill_of_element(&element, &times, per.as_ref());
                }
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

    fn fill_members(&mut self, members: &'e Members, inside: Option<&'e Condition>, env: &Env<'e>) {
        if self.leaves_unknown() {
            return;
        }
        self.close_lists(members, env);
        for element in self.existing(members, env) {
            for condition in members.filter.as_deref().into_iter().chain(inside) {
                self.fill(condition, &element);
            }
            if let Some(place) = self.value_place(members, &element) {
                self.fill_place(&place, Self::stored_type(members), false);
            }
        }
    }

    fn fill_windowed(&mut self, window: &'e Window, condition: &'e Condition, env: &Env<'e>) {
        self.fill_members(&window.members, None, env);
        let elements = self.existing(&window.members, env);
        for element in &elements {
            self.fill_of_element(element, &[window.time], window.per.as_ref());
        }
        let elements = elements.iter().filter_map(|element| element.elements.last().cloned());
        let all = OpenWindow::of_all(window, env, self.side.as_of, elements.collect());
        self.draft.windows.push(all);
        self.fill(condition, env);
        self.draft.windows.pop();
    }

    fn fill_of_element(
        &mut self,
        element: &Env<'e>,
        slots: &[FieldSlot],
        per: Option<&'e FieldPath>,
    ) {
        let Some((start, of)) = element.elements.last() else { return };
        let per = per.map(|per| Side::slots(per, 0));
        let paths = slots.iter().map(|slot| vec![*slot]).chain(per);
        for path in paths {
            if let Some((place, shape)) = self.side.behind(start, *of, &path) {
                self.fill_place(&place, shape.of, shape.or_none);
            }
        }
    }

    /// Values that nobody else has, where other records are compared with the subject.
    fn fill_peers(&mut self, peers: &'e Peers) {
        for record in 0..self.draft.records.len() {
            let env = Env::of_record(record);
            let holders = match &peers.of {
                PeersOf::Record(filter) => {
                    if let Some(condition) = filter.as_deref() {
                        self.fill(condition, &env);
                    }
                    vec![env]
                }
                PeersOf::Elements(members) => {
                    if record == 0 {
                        self.close_lists(members, &env);
                    }
                    let elements = self.existing(members, &env);
                    for element in &elements {
                        if let Some(condition) = members.filter.as_deref() {
                            self.fill(condition, element);
                        }
                    }
                    elements
                }
            };
            for holder in holders {
                self.fill_keys(&peers.keys, &holder);
            }
        }
    }

    fn fill_keys(&mut self, keys: &'e [FieldPath], holder: &Env<'e>) {
        for path in keys {
            let Some(place) = self.place(path, holder) else { continue };
            if self.draft.get(&place).is_none() {
                self.draft.made += 1;
                let number = UNSHARED_FROM + self.draft.made;
                let stored = if super::compare::is_derived(path) { Type::Ip } else { path.of };
                if let Some(node) = nth_node(&self.side, stored, number) {
                    self.draft.put(&place, node);
                }
            }
        }
    }

    fn fill_field(&mut self, path: &'e FieldPath, env: &Env<'e>) {
        let Some(place) = self.place(path, env) else { return };
        let stored = if super::compare::is_derived(path) { Type::Ip } else { path.of };
        self.fill_place(&place, stored, path.or_none());
    }

    /// The values at the end of a path through lists.
    fn fill_path(&mut self, path: &'e FieldPath, env: &Env<'e>) {
        if self.leaves_unknown() {
            return;
        }
        self.close(path, env);
        for place in self.places(path, env) {
            self.fill_place(&place, path.of, false);
        }
    }

    fn fill_place(&mut self, place: &Place<'e>, of: Type, or_none: bool) {
        let known = self.draft.get(place);
        if let Some(Node::Record(_)) = known {
            self.complete(place, of);
        } else if known.is_none() && !self.leaves_unknown() {
            let node = self.anything(place, of, or_none);
            self.draft.put(place, node);
        }
    }

    /// What a field can hold: none, what another element says, any value.
    fn anything(&mut self, place: &Place<'e>, of: Type, or_none: bool) -> Node<'e> {
        if or_none && self.dice.once_in(4) {
            return Node::None;
        }
        if let Some(node) = self.beside(place) {
            return node;
        }
        let number = self.dice.below(3);
        let node = if let Type::Record(record) = of {
            let is_value = !self.side.policy.schema.record(record).compared.is_empty();
            if is_value { nth_node(&self.side, of, number) } else { Some(Node::empty_record()) }
        } else {
            self.any_value(of, number).map(Node::Value)
        };
        node.unwrap_or(Node::Open)
    }

    /// The fields by which a record compares as one value.
    fn complete(&mut self, place: &Place<'e>, of: Type) {
        let number = self.dice.below(3);
        let Some(Node::Record(fields)) = nth_node(&self.side, of, number) else { return };
        for (name, node) in fields.iter() {
            let place = place.then(At::Field(name));
            if self.draft.get(&place).is_none() {
                self.draft.put(&place, node.clone());
            }
        }
    }

    /// At times, what another element of the list says.
    fn beside(&mut self, place: &Place<'e>) -> Option<Node<'e>> {
        let at = place.steps.iter().rposition(|step| matches!(step, At::Index(_)))?;
        if self.dice.coin() {
            return None;
        }
        let mut other = place.clone();
        *other.steps.get_mut(at)? = At::Index(self.dice.below(3));
        self.draft.get(&other).cloned()
    }

    fn leaves_unknown(&mut self) -> bool {
        self.unknown_once_in.is_some_and(|times| self.dice.once_in(times))
    }

    /// Leaves everything unknown that a condition reads and nothing was said about.
    pub(super) fn leave_unknown(&mut self, condition: &'e Condition, env: &Env<'e>) {
        let mut paths: Vec<&'e FieldPath> = Vec::new();
        self.side.policy.walk(condition, &mut |part| {
            if let Part::Path(path) = part {
                paths.push(path);
            }
        });
        for path in paths {
            let Some((start, of)) = self.start(path.root, env) else { continue };
            let to_list = path.steps.iter().position(|step| step.list);
            let kept = to_list.map_or(path.steps.len(), |place| place + 1);
            let steps: Vec<FieldSlot> = Side::slots(path, 0).into_iter().take(kept).collect();
            if let Some((place, _)) = self.side.behind(&start, of, &steps)
                && self.draft.get(&place).is_none()
            {
                self.draft.put(&place, Node::Unknown);
            }
        }
    }
}
