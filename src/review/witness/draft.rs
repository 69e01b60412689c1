//! Records that are being made.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::window::OpenWindow;
use crate::value::Value;

/// A step into a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At<'e> {
    Field(&'e str),
    Index(usize),
}

/// Where something stands: in which record, and behind which steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place<'e> {
    pub(super) record: usize,
    pub(super) steps: Vec<At<'e>>,
}

impl<'e> Place<'e> {
    pub(super) const fn of_record(record: usize) -> Self {
        Self { record, steps: Vec::new() }
    }

    pub(super) fn then(&self, at: At<'e>) -> Self {
        let mut steps = self.steps.clone();
        steps.push(at);
        Self { record: self.record, steps }
    }
}

/// What stands at a place. A field that nothing was said about is absent. What is kept to be taken back to is
/// shared until it is changed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node<'e> {
    /// An element of a list of plain values whose value is still to be said.
    Open,
    /// Left unknown on purpose.
    Unknown,
    None,
    Value(Value<'static>),
    Record(Rc<BTreeMap<&'e str, Node<'e>>>),
    List(Rc<Vec<Node<'e>>>),
}

impl Node<'_> {
    pub(super) fn empty_record() -> Self {
        Self::Record(Rc::default())
    }

    pub(super) fn empty_list() -> Self {
        Self::List(Rc::default())
    }

    /// As a roster writes it; what is unknown is left out.
    pub(super) fn json(&self) -> serde_json::Value {
        match self {
            Self::Open | Self::Unknown | Self::None => serde_json::Value::Null,
            Self::Value(value) => json_of(value),
            Self::Record(fields) => {
                let known =
                    fields.iter().filter(|(_, node)| !matches!(node, Self::Unknown | Self::Open));
                known.map(|(name, node)| ((*name).to_owned(), node.json())).collect()
            }
            Self::List(items) => items.iter().map(Self::json).collect(),
        }
    }
}

fn json_of(value: &Value<'_>) -> serde_json::Value {
    if let Value::YesNo(yes) = value {
        return (*yes).into();
    }
    // A number with a fraction stays a text, so that it never passes through a float.
    if let Value::Number(number) = value
        && let Ok(whole) = number.to_string().parse::<i64>()
    {
        return whole.into();
    }
    value.to_string().into()
}

/// The records made so far: first the one that is judged, then others it is compared with.
#[derive(Clone, Debug)]
pub(super) struct Draft<'e> {
    pub(super) records: Vec<Node<'e>>,
    /// The windows that the condition at hand stands inside of, from the outermost.
    pub(super) windows: Vec<OpenWindow<'e>>,
    /// How many values were made that no other equals.
    pub(super) made: usize,
}

impl<'e> Draft<'e> {
    pub(super) fn new() -> Self {
        Self { records: vec![Node::empty_record()], windows: Vec::new(), made: 0 }
    }

    /// What stands at a place. What lies behind none is none, behind the unknown unknown; absent where
    /// nothing was said.
    pub(super) fn get(&self, place: &Place<'e>) -> Option<&Node<'e>> {
        let mut node = self.records.get(place.record)?;
        for step in &place.steps {
            node = match (node, step) {
                (Node::Record(fields), At::Field(name)) => fields.get(name)?,
                (Node::List(items), At::Index(index)) => items.get(*index)?,
                (Node::None | Node::Unknown, _) => return Some(node),
                _ => return None,
            };
        }
        Some(node).filter(|node| **node != Node::Open)
    }

    /// Says what stands at a place; `false` if something else was said before.
    pub(super) fn put(&mut self, place: &Place<'e>, node: Node<'e>) -> bool {
        let Some(slot) = self.slot(place) else { return false };
        if *slot == Node::Open {
            *slot = node;
            true
        } else {
            *slot == node
        }
    }

    /// The list at a place, made if nothing was said; absent where something else stands there.
    pub(super) fn list(&mut self, place: &Place<'e>) -> Option<&mut Vec<Node<'e>>> {
        let slot = self.slot(place)?;
        if *slot == Node::Open {
            *slot = Node::empty_list();
        }
        if let Node::List(items) = slot { Some(Rc::make_mut(items)) } else { None }
    }

    /// The slot of a place, with the records on the way; open where nothing was said.
    fn slot(&mut self, place: &Place<'e>) -> Option<&mut Node<'e>> {
        let mut node = self.records.get_mut(place.record)?;
        for step in &place.steps {
            if *node == Node::Open {
                *node = Node::empty_record();
            }
            node = match (node, step) {
                (Node::Record(fields), At::Field(name)) => {
                    Rc::make_mut(fields).entry(name).or_insert(Node::Open)
                }
                (Node::List(items), At::Index(index)) => Rc::make_mut(items).get_mut(*index)?,
                _ => return None,
            };
        }
        Some(node)
    }

    pub(super) fn json(&self) -> Vec<serde_json::Value> {
        self.records.iter().map(Node::json).collect()
    }
}
