//! The elements that a list expression leads to: those that are there, and new ones.

use super::draft::{At, Node, Place};
use super::operand::Known;
use super::side::Side;
use super::solver::{Env, Solver};
use super::values::{as_type, nth_node};
use crate::hir::{Derived, Members, Root};
use crate::types::Type;
use crate::value::Value;

/// How often an element is tried that has to satisfy a condition.
const TRIES: usize = 3;

/// A way through the lists of a path.
#[derive(Clone)]
struct Way<'e> {
    env: Env<'e>,
    at: Place<'e>,
    of: Type,
}

impl<'e> Way<'e> {
    fn into_element(mut self, element: Place<'e>, of: Type) -> Self {
        self.env.elements.push((element.clone(), of));
        Self { at: element, of, ..self }
    }
}

impl<'e> Solver<'_, 'e> {
    /// The elements that are there, whether they satisfy the filter or not.
    pub(super) fn existing(&self, members: &'e Members, env: &Env<'e>) -> Vec<Env<'e>> {
        let mut ways = self.beginnings(members, env);
        for step in members.path.steps.iter().take(members.element_steps) {
            ways =
                ways.into_iter().flat_map(|way| self.further(way, step.slot, step.list)).collect();
        }
        ways.into_iter().map(|way| way.env).collect()
    }

    fn beginnings(&self, members: &'e Members, env: &Env<'e>) -> Vec<Way<'e>> {
        if let Root::Window(level) = members.path.root {
            let window = self.draft.windows.get(usize::from(level));
            let elements = window.into_iter().flat_map(|window| &window.elements);
            return elements.map(|(element, of)| within(env, element, *of)).collect();
        }
        let start = self.start(members.path.root, env);
        start.map(|(at, of)| Way { env: env.clone(), at, of }).into_iter().collect()
    }

    fn further(&self, way: Way<'e>, slot: crate::types::FieldSlot, list: bool) -> Vec<Way<'e>> {
        let Some((name, shape)) = self.side.field(way.of, slot) else { return Vec::new() };
        let at = way.at.then(At::Field(name));
        if !list {
            return vec![Way { at, of: shape.of, ..way }];
        }
        let Some(Node::List(items)) = self.draft.get(&at) else { return Vec::new() };
        (0..items.len())
            .map(|index| way.clone().into_element(at.then(At::Index(index)), shape.of))
            .collect()
    }

    /// A new element at the end of a list; of lists inside lists, of one that is there or of a new one.
    pub(super) fn create(&mut self, members: &'e Members, env: &Env<'e>) -> Option<Env<'e>> {
        let lists = members.path.steps.iter().take(members.element_steps);
        let mut lists_left = lists.filter(|step| step.list).count();
        let mut way = match members.path.root {
            Root::Window(level) => {
                let elements = self.beginnings(members, env);
                let known = self.dice.pick(&elements).cloned();
                if let Some(way) = known.filter(|_| lists_left > 0 && !self.dice.once_in(3)) {
                    way
                } else {
                    let (element, of) = self.create_in_window(usize::from(level))?;
                    within(env, &element, of)
                }
            }
            Root::Subject | Root::Element(_) => self.beginnings(members, env).into_iter().next()?,
        };
        for step in members.path.steps.iter().take(members.element_steps) {
            lists_left -= usize::from(step.list);
            let known = self.further(way.clone(), step.slot, step.list);
            if !step.list {
                way = known.into_iter().next()?;
                continue;
            }
            let old = self.dice.pick(&known).cloned();
            way = if let Some(old) = old.filter(|_| lists_left > 0 && !self.dice.once_in(3)) {
                old
            } else {
                let (name, shape) = self.side.field(way.of, step.slot)?;
                let element = self.push(&way.at.then(At::Field(name)), shape.of)?;
                way.into_element(element, shape.of)
            };
        }
        Some(way.env)
    }

    /// Says of the lists on the way that nobody spoke of that they are known, and empty.
    pub(super) fn close_lists(&mut self, members: &'e Members, env: &Env<'e>) {
        let mut ways = self.beginnings(members, env);
        for step in members.path.steps.iter().take(members.element_steps) {
            if step.list {
                for way in &ways {
                    if let Some((name, _)) = self.side.field(way.of, step.slot) {
                        self.draft.list(&way.at.then(At::Field(name)));
                    }
                }
            }
            ways =
                ways.into_iter().flat_map(|way| self.further(way, step.slot, step.list)).collect();
        }
    }

    /// Makes an element one of those asked for.
    pub(super) fn select(&mut self, members: &'e Members, element: &Env<'e>) -> bool {
        members.filter.as_deref().is_none_or(|filter| self.ensure(filter, true, element))
    }

    /// Makes an element none of those asked for.
    pub(super) fn exclude(&mut self, members: &'e Members, element: &Env<'e>) -> bool {
        if let Some(filter) = members.filter.as_deref()
            && self.try_to_ensure(filter, false, element)
        {
            return true;
        }
        self.attempt(|solver| solver.has_no_value(members, element))
    }

    fn has_no_value(&mut self, members: &'e Members, element: &Env<'e>) -> bool {
        let tail = Side::slots(&members.path, members.element_steps);
        let first = members.path.none_at.iter().find(|place| **place >= members.element_steps);
        let (Some(first), Some((start, of))) = (first, element.elements.last()) else {
            return false;
        };
        let steps = tail.get(..=first - members.element_steps).unwrap_or_default();
        let place = self.side.behind(start, *of, steps);
        place.is_some_and(|(place, _)| self.draft.put(&place, Node::None))
    }

    /// Where the value of an element stands.
    pub(super) fn value_place(&self, members: &'e Members, element: &Env<'e>) -> Option<Place<'e>> {
        let (start, of) = element.elements.last()?;
        let tail = Side::slots(&members.path, members.element_steps);
        Some(self.side.behind(start, *of, &tail)?.0)
    }

    pub(super) fn value_of(&self, members: &'e Members, element: &Env<'e>) -> Known<'e> {
        let Some(place) = self.value_place(members, element) else { return Known::Unknown };
        match Known::of(self.draft.get(&place)) {
            Known::Value(Value::Ip(ip)) if members.path.derived == Some(Derived::NetworkOfIp) => {
                Known::Value(Value::Network(ip.network()))
            }
            Known::Value(value) => {
                as_type(&self.side, members.path.of, &value).map_or(Known::Unknown, Known::Value)
            }
            known => known,
        }
    }

    /// Says what the value of an element is.
    pub(super) fn put_value(
        &mut self,
        members: &'e Members,
        element: &Env<'e>,
        node: Node<'e>,
    ) -> bool {
        let Some(place) = self.value_place(members, element) else { return false };
        let node = match node {
            Node::Value(Value::Network(network))
                if members.path.derived == Some(Derived::NetworkOfIp) =>
            {
                Node::Value(Value::Ip(network.address()))
            }
            node => node,
        };
        self.draft.put(&place, node)
    }

    /// Makes sure that an element has a value where one may be missing.
    pub(super) fn has_value(&mut self, members: &'e Members, element: &Env<'e>) -> bool {
        if members.path.steps.len() == members.element_steps && members.path.of.record().is_some() {
            return true;
        }
        match self.value_of(members, element) {
            Known::Open => {
                let number = self.dice.below(3);
                let node = nth_node(&self.side, Self::stored_type(members), number);
                node.is_some_and(|node| self.put_value(members, element, node))
            }
            Known::None | Known::Unknown => false,
            Known::Value(_) | Known::Whole(_) => true,
        }
    }

    /// The type of what a roster holds where a path ends: an address where the path goes on to its network.
    pub(super) fn stored_type(members: &Members) -> Type {
        if super::compare::is_derived(&members.path) { Type::Ip } else { members.path.of }
    }

    /// A new element that is one of those asked for.
    pub(super) fn add(&mut self, members: &'e Members, env: &Env<'e>) -> Option<Env<'e>> {
        self.add_with(members, env, &mut |_, _| true)
    }

    /// The same, where something else is said of it first.
    pub(super) fn add_with(
        &mut self,
        members: &'e Members,
        env: &Env<'e>,
        first: &mut dyn FnMut(&mut Self, &Env<'e>) -> bool,
    ) -> Option<Env<'e>> {
        (0..TRIES).find_map(|_| {
            let mut made = None;
            self.attempt(|solver| {
                made = solver
                    .create(members, env)
                    .filter(|element| first(solver, element) && solver.select(members, element));
                made.is_some()
            });
            made
        })
    }
}

fn within<'e>(env: &Env<'e>, element: &Place<'e>, of: Type) -> Way<'e> {
    let way = Way { env: env.clone(), at: element.clone(), of };
    way.into_element(element.clone(), of)
}
