//! Other records that share something with the one that is judged.

use std::rc::Rc;

use super::draft::Node;
use super::solver::{Env, Solver};
use super::values::nth_node;
use crate::hir::{FieldPath, Members, Peers, PeersOf};
use crate::types::Type;

/// Most other records of an example.
const OTHERS_MAX: usize = 20;

/// Values that are shared stand apart from those that are made up elsewhere.
const SHARED_FROM: usize = 40;

impl<'e> Solver<'_, 'e> {
    /// Makes exactly so many other records share a key with the one that is judged.
    pub(super) fn achieve_peers(&mut self, peers: &'e Peers, count: usize) -> bool {
        if count > OTHERS_MAX {
            return false;
        }
        let Some(own) = self.keyed(peers, 0) else { return false };
        if count == 0 {
            return true;
        }
        let mut keys = Vec::new();
        for path in &peers.keys {
            let Some(key) = self.key(path, &own) else { return false };
            keys.push(key);
        }
        for number in 1..=count {
            if self.draft.records.len() <= number {
                self.add_record(number);
            }
            let Some(other) = self.keyed(peers, number) else { return false };
            for (path, key) in peers.keys.iter().zip(&keys) {
                let place = self.place(path, &other);
                if !place.is_some_and(|place| self.draft.put(&place, key.clone())) {
                    return false;
                }
            }
        }
        true
    }

    /// A record or element of a record that counts.
    fn keyed(&mut self, peers: &'e Peers, record: usize) -> Option<Env<'e>> {
        let env = Env::of_record(record);
        match &peers.of {
            PeersOf::Record(filter) => filter
                .as_deref()
                .is_none_or(|filter| self.ensure(filter, true, &env))
                .then_some(env),
            PeersOf::Elements(members) => self.shared_element(members, &env),
        }
    }

    fn shared_element(&mut self, members: &'e Members, env: &Env<'e>) -> Option<Env<'e>> {
        let known = self.existing(members, env);
        if env.record == 0 && !self.dice.once_in(4) {
            for element in known {
                if self.attempt(|solver| solver.select(members, &element)) {
                    return Some(element);
                }
            }
        }
        self.add(members, env)
    }

    /// The value of a key of the subject, made if there is none.
    fn key(&mut self, path: &'e FieldPath, env: &Env<'e>) -> Option<Node<'e>> {
        let place = self.place(path, env)?;
        if let Some(node) = self.draft.get(&place) {
            return matches!(node, Node::Value(_) | Node::Record(_)).then(|| node.clone());
        }
        self.draft.made += 1;
        let number = SHARED_FROM + self.draft.made;
        let stored = if super::compare::is_derived(path) { Type::Ip } else { path.of };
        let node = nth_node(&self.side, stored, number)?;
        self.draft.put(&place, node.clone()).then_some(node)
    }

    fn add_record(&mut self, number: usize) {
        let mut record = Node::empty_record();
        let schema = self.side.policy.schema.record(self.side.policy.subject);
        if let (Some(key), Node::Record(fields)) =
            (schema.key.and_then(|key| schema.at(key)), &mut record)
        {
            Rc::make_mut(fields).insert(key.name.as_str(), super::subject_id(number));
        }
        self.draft.records.push(record);
    }
}
