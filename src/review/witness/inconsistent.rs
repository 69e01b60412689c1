//! Values that contradict each other, or agree.

use rust_decimal::Decimal;

use super::draft::{At, Node, Place};
use super::operand::Known;
use super::solver::{Env, Solver};
use super::values::{amount, as_type, nth_node};
use crate::hir::{FieldPath, Operand, Order, Root};
use crate::types::Type;

impl<'e> Solver<'_, 'e> {
    pub(super) fn ensure_inconsistent(
        &mut self,
        paths: &'e [FieldPath],
        allowing: Option<&'e Operand>,
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        let limit = match allowing {
            Some(allowing) => match self.side.constant(allowing).as_ref().and_then(amount) {
                Some(limit) => Some(limit),
                None => return false,
            },
            None => None,
        };
        if want { self.contradict(paths, limit, env) } else { self.agree(paths, limit, env) }
    }

    /// Two of the values differ: of two paths, or of two elements of one list.
    fn contradict(
        &mut self,
        paths: &'e [FieldPath],
        limit: Option<Decimal>,
        env: &Env<'e>,
    ) -> bool {
        let Some(first) = self.dice.pick(paths) else { return false };
        let others: Vec<&FieldPath> = paths
            .iter()
            .filter(|path| path.goes_through_list() || !path.is_same_place(first))
            .collect();
        let Some(second) = self.dice.pick(&others).copied() else { return false };
        let Some(place) = self.value_for(first, None, env) else { return false };
        let value = match self.draft.get(&place) {
            Some(node) => node.clone(),
            None => match self.some_value(first.of, limit) {
                Some(node) if self.draft.put(&place, node.clone()) => node,
                _ => return false,
            },
        };
        let Some(other) = self.other_value(second.of, &value, limit) else { return false };
        let is_same_path = second.is_same_place(first);
        let beside = is_same_path.then_some(&place);
        self.value_for(second, beside, env).is_some_and(|place| {
            match Known::of(self.draft.get(&place)) {
                Known::Open => self.draft.put(&place, other),
                Known::Value(known) => Node::Value(known) != value,
                Known::Whole(known) => known != value,
                Known::None | Known::Unknown => false,
            }
        })
    }

    /// All values are the same, or just alike enough; where there is a list, it has one element or none.
    fn agree(&mut self, paths: &'e [FieldPath], limit: Option<Decimal>, env: &Env<'e>) -> bool {
        let mut agreed: Option<Node<'e>> = None;
        for path in paths {
            let mut places = self.places(path, env);
            if places.is_empty() && (!path.goes_through_list() || self.dice.coin()) {
                places.extend(self.value_for(path, None, env));
            }
            self.close(path, env);
            for place in places {
                let known = self.draft.get(&place).cloned();
                let is_agreed = match (known, &agreed) {
                    (Some(Node::None | Node::List(_)), _) => true,
                    (Some(Node::Unknown), _) => false,
                    (Some(known), None) => {
                        agreed = Some(known);
                        true
                    }
                    // Whether two texts that are there are alike enough is for the evaluator to say.
                    (Some(known), Some(agreed)) => limit.is_some() || known == *agreed,
                    (None, None) => match self.some_value(path.of, limit) {
                        Some(node) => {
                            agreed = Some(node.clone());
                            self.draft.put(&place, node)
                        }
                        None => false,
                    },
                    (None, Some(agreed)) => {
                        let alike = self.like_value(path.of, agreed, limit);
                        alike.is_some_and(|node| self.draft.put(&place, node))
                    }
                };
                if !is_agreed {
                    return false;
                }
            }
        }
        true
    }

    fn some_value(&mut self, of: Type, limit: Option<Decimal>) -> Option<Node<'e>> {
        if limit.is_some() {
            return self.text_of_some_length(of).map(Node::Value);
        }
        let number = self.dice.below(3);
        nth_node(&self.side, of, number)
    }

    fn other_value(
        &mut self,
        of: Type,
        value: &Node<'e>,
        limit: Option<Decimal>,
    ) -> Option<Node<'e>> {
        if let (Some(limit), Node::Value(text)) = (limit, value) {
            return self.alike_node(of, text, Order::Less, limit);
        }
        (0..4).filter_map(|number| nth_node(&self.side, of, number)).find(|other| other != value)
    }

    fn like_value(
        &mut self,
        of: Type,
        value: &Node<'e>,
        limit: Option<Decimal>,
    ) -> Option<Node<'e>> {
        match value {
            Node::Value(text) => match limit {
                Some(limit) if self.dice.coin() => self.alike_node(of, text, Order::AtLeast, limit),
                _ => as_type(&self.side, of, text).map(Node::Value),
            },
            other => Some(other.clone()),
        }
    }

    /// Where a path begins: at the record, at an element, or at each element of a window.
    fn starts(&self, path: &FieldPath, env: &Env<'e>) -> Vec<(Place<'e>, Type)> {
        match path.root {
            Root::Window(level) => {
                let window = self.draft.windows.get(usize::from(level));
                window.map(|window| window.elements.clone()).unwrap_or_default()
            }
            Root::Subject | Root::Element(_) => self.start(path.root, env).into_iter().collect(),
        }
    }

    /// The places of the values that a path leads to.
    pub(super) fn places(&self, path: &'e FieldPath, env: &Env<'e>) -> Vec<Place<'e>> {
        let mut ways = self.starts(path, env);
        for step in &path.steps {
            ways = ways
                .into_iter()
                .flat_map(|(place, of)| {
                    let Some((name, shape)) = self.side.field(of, step.slot) else {
                        return Vec::new();
                    };
                    let place = place.then(At::Field(name));
                    if !step.list {
                        return vec![(place, shape.of)];
                    }
                    let Some(Node::List(items)) = self.draft.get(&place) else {
                        return Vec::new();
                    };
                    (0..items.len()).map(|index| (place.then(At::Index(index)), shape.of)).collect()
                })
                .collect();
        }
        ways.into_iter().map(|(place, _)| place).collect()
    }

    /// Says of the lists on the way that nobody spoke of that they are known, and empty.
    pub(super) fn close(&mut self, path: &'e FieldPath, env: &Env<'e>) {
        let mut ways = self.starts(path, env);
        for step in &path.steps {
            let mut next = Vec::new();
            for (place, of) in ways {
                let Some((name, shape)) = self.side.field(of, step.slot) else { continue };
                let place = place.then(At::Field(name));
                if !step.list {
                    next.push((place, shape.of));
                } else if let Some(items) = self.draft.list(&place) {
                    let count = items.len();
                    next.extend((0..count).map(|index| (place.then(At::Index(index)), shape.of)));
                }
            }
            ways = next;
        }
    }

    /// The place for a value of a path: in an element that has none yet, or in a new one; in another element
    /// of the outermost list than the one beside which it is to stand.
    fn value_for(
        &mut self,
        path: &'e FieldPath,
        beside: Option<&Place<'e>>,
        env: &Env<'e>,
    ) -> Option<Place<'e>> {
        let known = self.places(path, env);
        let outer = |place: &Place<'e>| {
            let index = place.steps.iter().position(|step| matches!(step, At::Index(_)));
            index.map(|index| place.steps.iter().take(index + 1).copied().collect::<Vec<_>>())
        };
        let apart: Vec<Place<'e>> = known
            .into_iter()
            .filter(|place| beside.is_none_or(|beside| outer(place) != outer(beside)))
            .collect();
        if let Some(place) = self.dice.pick(&apart).cloned()
            && !self.dice.once_in(3)
        {
            return Some(place);
        }
        self.new_value(path, beside.is_some(), env)
    }

    fn new_value(
        &mut self,
        path: &'e FieldPath,
        is_apart: bool,
        env: &Env<'e>,
    ) -> Option<Place<'e>> {
        let mut is_apart = is_apart || self.dice.coin();
        let starts = self.starts(path, env);
        let (mut place, mut of) = match (path.root, self.dice.pick(&starts).cloned()) {
            (Root::Window(level), known) => match known.filter(|_| !is_apart) {
                Some(known) => known,
                None => self.create_in_window(usize::from(level))?,
            },
            (Root::Subject | Root::Element(_), start) => start?,
        };
        is_apart &= !matches!(path.root, Root::Window(_));
        for step in &path.steps {
            let (name, shape) = self.side.field(of, step.slot)?;
            place = place.then(At::Field(name));
            of = shape.of;
            if step.list {
                let items = self.draft.list(&place)?;
                let count = items.len();
                place = if is_apart || count == 0 {
                    self.push(&place, of)?
                } else {
                    place.then(At::Index(self.dice.below(count)))
                };
                is_apart = false;
            }
        }
        Some(place)
    }
}
