use crate::hir::RuleId;

/// Something for each rule, in the order of the policy; absent for some.
#[derive(Clone, Debug)]
pub(super) struct ByRule<T>(Vec<Option<T>>);

impl<T> ByRule<T> {
    /// For so many rules; nothing for any of them yet.
    pub(super) fn new(rules: usize) -> Self {
        Self(std::iter::repeat_with(|| None).take(rules).collect())
    }

    pub(super) fn get(&self, rule: RuleId) -> Option<&T> {
        self.0.get(rule.index()).and_then(Option::as_ref)
    }

    pub(super) fn get_mut(&mut self, rule: RuleId) -> Option<&mut T> {
        self.0.get_mut(rule.index()).and_then(Option::as_mut)
    }

    pub(super) fn insert(&mut self, rule: RuleId, of: T) {
        if let Some(place) = self.0.get_mut(rule.index()) {
            *place = Some(of);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (RuleId, &T)> {
        let all = self.0.iter().enumerate();
        all.filter_map(|(place, of)| of.as_ref().map(|of| (RuleId(place), of)))
    }

    pub(super) fn into_values(self) -> Vec<T> {
        self.0.into_iter().flatten().collect()
    }
}
