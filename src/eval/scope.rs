use std::fmt::Write as _;

use super::Truth;
use super::members::Member;
use crate::hir::Root;
use crate::roster::Fact;
use crate::types::{FieldSlot, Schema, Type};

/// What a path can begin with at a point of the evaluation.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'r> {
    pub(super) subject: &'r Fact<'r>,
    /// The innermost element.
    pub(super) element: Option<&'s Element<'s, 'r>>,
    /// The innermost window.
    pub(super) window: Option<&'s Window<'s, 'r>>,
    /// Whether the question is what any completion of the record could come to, rather than what is
    /// known now.
    pub(super) completed: bool,
}

/// An element of a list that is being looked at.
pub(super) struct Element<'s, 'r> {
    pub(super) fact: &'r Fact<'r>,
    /// Its place in the list; absent for any element of an unknown list.
    pub(super) index: Option<usize>,
    /// From the element that holds its list, or from the subject, to the list.
    pub(super) steps: &'s [FieldSlot],
    /// The element that holds its list.
    pub(super) holder: Option<&'s Element<'s, 'r>>,
    /// The element that the condition stands inside of besides this one.
    pub(super) outer: Option<&'s Element<'s, 'r>>,
    /// How many elements the condition stands inside of besides this one.
    pub(super) level: u8,
}

/// Elements that lie in one window of time.
pub(super) struct Window<'s, 'r> {
    pub(super) entries: &'s [Entry<'r>],
    /// From the subject to the list.
    pub(super) steps: &'s [FieldSlot],
    /// The window that the condition stands inside of besides this one.
    pub(super) outer: Option<&'s Window<'s, 'r>>,
    /// How many windows the condition stands inside of besides this one.
    pub(super) level: u8,
}

/// An element that may lie in a window.
#[derive(Clone, Copy)]
pub(super) struct Entry<'r> {
    pub(super) fact: &'r Fact<'r>,
    pub(super) index: Option<usize>,
    pub(super) included: Truth,
    /// Whether it stands for any number of elements.
    pub(super) many: bool,
}

impl<'r> Entry<'r> {
    /// The element of a walk.
    pub(super) fn of(member: &Member<'_, 'r>) -> Self {
        let Member { element, included, many, .. } = member;
        Self { fact: element.fact, index: element.index, included: *included, many: *many }
    }

    /// Whether it is certainly one element of the window.
    pub(super) fn is_certain(&self) -> bool {
        self.included == Truth::Yes && !self.many
    }
}

impl<'s, 'r> Scope<'s, 'r> {
    pub(super) fn of(subject: &'r Fact<'r>) -> Self {
        Self { subject, element: None, window: None, completed: false }
    }

    /// Where a path begins, and the element it begins at.
    pub(super) fn start(&self, root: Root) -> (&'r Fact<'r>, Option<&'s Element<'s, 'r>>) {
        match root {
            Root::Element(level) => match self.element_at(level) {
                Some(element) => (element.fact, Some(element)),
                None => (crate::roster::UNKNOWN, None),
            },
            Root::Subject | Root::Window(_) => (self.subject, None),
        }
    }

    fn element_at(&self, level: u8) -> Option<&'s Element<'s, 'r>> {
        let mut element = self.element;
        while let Some(found) = element {
            if found.level == level {
                return Some(found);
            }
            element = found.outer;
        }
        None
    }

    pub(super) fn window_at(&self, level: u8) -> Option<&'s Window<'s, 'r>> {
        let mut window = self.window;
        while let Some(found) = window {
            if found.level == level {
                return Some(found);
            }
            window = found.outer;
        }
        None
    }

    /// The level of the next element that is looked at.
    pub(super) fn next_level(&self) -> u8 {
        self.element.map_or(0, |element| element.level.saturating_add(1))
    }
}

impl<'s, 'r> Element<'s, 'r> {
    /// The element of the subject's own list that it lies in.
    pub(super) fn outermost(&self) -> &Element<'s, 'r> {
        let mut outermost = self;
        while let Some(holder) = outermost.holder {
            outermost = holder;
        }
        outermost
    }

    /// The fields from the subject to the element.
    pub(super) fn steps_from_subject(&self) -> Vec<FieldSlot> {
        let mut steps = self.holder.map(Element::steps_from_subject).unwrap_or_default();
        steps.extend_from_slice(self.steps);
        steps
    }

    /// The places in the lists on the way, from the outermost.
    fn indices(&self) -> Vec<Option<usize>> {
        let mut indices = self.holder.map(Element::indices).unwrap_or_default();
        indices.push(self.index);
        indices
    }
}

/// A place in a record.
pub(super) struct Place {
    /// The fields from the subject on.
    pub(super) steps: Vec<FieldSlot>,
    /// As people write it: `logins[3].ip`; elements of an unknown list have no number.
    pub(super) shown: String,
    /// The type of what is there, or of its elements.
    pub(super) of: Type,
}

pub(super) fn place_of(
    schema: &Schema,
    subject: Type,
    holder: Option<&Element<'_, '_>>,
    steps: &[FieldSlot],
) -> Place {
    let mut all = holder.map(Element::steps_from_subject).unwrap_or_default();
    let mut indices = holder.map(Element::indices).unwrap_or_default().into_iter();
    all.extend_from_slice(steps);
    let mut shown = String::new();
    let mut of = subject;
    for slot in &all {
        let Type::Record(record) = of else { break };
        let Some(field) = schema.record(record).at(*slot) else { break };
        if !shown.is_empty() {
            shown.push('.');
        }
        shown.push_str(&field.name);
        of = field.shape.of;
        if field.shape.list
            && let Some(Some(index)) = indices.next()
        {
            let _ = write!(shown, "[{index}]");
        }
    }
    Place { steps: all, shown, of }
}
