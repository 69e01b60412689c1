//! Elements of lists and windows: whether those of one are among those of another.

use super::prove::{Formula, Proof};
use super::side::Side;
use crate::hir::{Condition, FieldPath, Members, Peers, PeersOf, Root, Step, Window};

impl Side<'_> {
    /// Whether two paths lead to the same place in the records of both policies.
    pub(super) fn is_same_place(
        self,
        path: &FieldPath,
        other: Side<'_>,
        there: &FieldPath,
    ) -> bool {
        let lists = |path: &FieldPath| path.steps.iter().map(|step| step.list).collect::<Vec<_>>();
        path.shown == there.shown
            && path.root == there.root
            && path.derived == there.derived
            && lists(path) == lists(there)
            && self.type_name(path.of) == other.type_name(there.of)
    }

    /// Whether both, or neither, is by the same field.
    pub(super) fn is_same_optional(
        self,
        path: Option<&FieldPath>,
        other: Side<'_>,
        there: Option<&FieldPath>,
    ) -> bool {
        match (path, there) {
            (None, None) => true,
            (Some(path), Some(there)) => self.is_same_place(path, other, there),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }
}

impl Proof {
    /// Whether each element of the first is one of the second.
    pub(super) fn are_among<'p>(
        &mut self,
        (side, members): (Side<'p>, &'p Members),
        (other, there): (Side<'p>, &'p Members),
    ) -> bool {
        (is_of_same_list((side, members), (other, there))
            || is_of_window_of((side, members), (other, there)))
            && self
                .filter_implies((side, members.filter.as_deref()), (other, there.filter.as_deref()))
    }

    /// The same, and the other way round.
    pub(super) fn are_same_elements<'p>(
        &mut self,
        left: (Side<'p>, &'p Members),
        right: (Side<'p>, &'p Members),
    ) -> bool {
        self.are_among(left, right) && self.are_among(right, left)
    }

    fn filter_implies<'p>(
        &mut self,
        (side, filter): (Side<'p>, Option<&'p Condition>),
        (other, there): (Side<'p>, Option<&'p Condition>),
    ) -> bool {
        match (filter, there) {
            (_, None) => true,
            (Some(filter), Some(there)) => self.plain_implies((side, filter), (other, there)),
            // Without a filter all are in, so the other one has to hold of all.
            (None, Some(there)) => {
                let wanted = Formula::new(other, there);
                self.follows(Vec::new(), vec![wanted])
            }
        }
    }

    /// Whether each window of the first lies within one of the second.
    pub(super) fn windows_among<'p>(
        &mut self,
        (side, window): (Side<'p>, &'p Window),
        (other, there): (Side<'p>, &'p Window),
    ) -> bool {
        let is_grouped_as_much = there.per.is_none()
            || side.is_same_optional(window.per.as_ref(), other, there.per.as_ref());
        is_grouped_as_much
            && Self::is_same_time((side, window), (other, there))
            && self.period_at_most((side, &window.period), (other, &there.period))
            && self.are_among((side, &window.members), (other, &there.members))
    }

    /// Whether elements happened at the same time for both.
    pub(super) fn is_same_time<'p>(
        (side, window): (Side<'p>, &'p Window),
        (other, there): (Side<'p>, &'p Window),
    ) -> bool {
        let time = side.time_name(window);
        time.is_some() && time == other.time_name(there)
    }

    /// Whether the peers of the first are peers of the second.
    pub(super) fn peers_among<'p>(
        &mut self,
        (side, peers): (Side<'p>, &'p Peers),
        (other, there): (Side<'p>, &'p Peers),
    ) -> bool {
        let same_keys = peers.keys.len() == there.keys.len()
            && peers
                .keys
                .iter()
                .zip(&there.keys)
                .all(|(key, there)| side.is_same_place(key, other, there));
        same_keys
            && match (&peers.of, &there.of) {
                (PeersOf::Record(filter), PeersOf::Record(other_filter)) => {
                    self.filter_implies((side, filter.as_deref()), (other, other_filter.as_deref()))
                }
                (PeersOf::Elements(members), PeersOf::Elements(others)) => {
                    self.are_among((side, members), (other, others))
                }
                (PeersOf::Record(_), PeersOf::Elements(_))
                | (PeersOf::Elements(_), PeersOf::Record(_)) => false,
            }
    }
}

pub(super) fn is_of_same_list(
    (side, members): (Side<'_>, &Members),
    (other, there): (Side<'_>, &Members),
) -> bool {
    side.is_same_place(&members.path, other, &there.path)
        && members.element_steps == there.element_steps
}

/// Whether the first are those elements of the list of the second that lie in a window.
fn is_of_window_of(
    (side, members): (Side<'_>, &Members),
    (other, there): (Side<'_>, &Members),
) -> bool {
    let (path, whole) = (&members.path, &there.path);
    let Some((list, rest)) = whole.steps.split_first() else { return false };
    let lists = |steps: &[Step]| steps.iter().map(|step| step.list).collect::<Vec<_>>();
    matches!((path.root, whole.root), (Root::Window(_), Root::Subject))
        && list.list
        && path.shown == whole.shown
        && path.derived == whole.derived
        && lists(&path.steps) == lists(rest)
        && members.element_steps + 1 == there.element_steps
        && side.type_name(path.of) == other.type_name(whole.of)
}

impl<'p> Side<'p> {
    /// The name of the field that tells when elements of a window happened.
    fn time_name(self, window: &Window) -> Option<&'p str> {
        let schema = &self.policy.schema;
        let mut record = self.policy.subject;
        for name in window.members.path.shown.split('.') {
            let (_, field) = schema.record(record).field(name)?;
            record = field.shape.of.record()?;
        }
        schema.record(record).at(window.time).map(|field| field.name.as_str())
    }
}
