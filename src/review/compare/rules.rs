//! Changed rules.

use std::collections::BTreeSet;

use super::detail::{Asked, cited, optional, set_of, worded};
use super::verdict::{AllOf, AnyOf, Role, Truer};
use super::{Matched, Pair};
use crate::hir::{FlagRule, PolicySet, Raised, Rule, RuleBody, RuleId, RuleKind, Severity};
use crate::review::change::Judged;
use crate::review::{Change, ClauseId, Detail, Direction, Weight, What};

/// What the direction of a changed `applies when` leaves out.
const APPLIES: &str = "where nobody can tell whether the rule applies, it is told as unknown, even of somebody \
                       for whom it could not be hit";

/// Makes what is asked of one part of a rule.
pub(super) type Asking<'a> = &'a dyn Fn(&'static str, Role) -> Asked<'static>;

impl Pair<'_> {
    pub(super) fn rules(&self) -> Vec<Change> {
        let (old, new) = (&self.old.policy.checked, &self.new.policy.checked);
        let matched =
            Matched::by(&old.rules, &new.rules, |rule| (rule.kind().word(), rule.name.as_str()));
        let mut changes: Vec<Change> =
            matched.both.iter().filter_map(|(old, new)| self.changed_rule(old, new)).collect();
        let (removed, added) = self.successors(matched.removed, matched.added, &mut changes);
        changes.extend(removed.into_iter().map(|rule| self.lone_rule(What::Removed, old, rule)));
        changes.extend(added.into_iter().map(|rule| self.lone_rule(What::Added, new, rule)));
        self.moved(&matched.both, &mut changes);
        changes
    }

    fn changed_rule(&self, old: &Rule, new: &Rule) -> Option<Change> {
        let clause = clause_of(new);
        let details = self.rule_details(old, new);
        let change = self.changed(clause, Some(&new.title), details)?;
        Some(Change { cites: cited(&self.new.policy.checked, &new.cites), ..change })
    }

    /// A rule that is only in one of them.
    fn lone_rule(&self, what: What, policy: &PolicySet, rule: &Rule) -> Change {
        let presence = direction_of_presence(rule);
        let direction = if what == What::Removed { presence.reversed() } else { presence };
        let title = Some(rule.title.as_str());
        let change = self.lone(what, clause_of(rule), title, Weight::Meaning, Some(direction));
        Change { cites: cited(policy, &rule.cites), ..change }
    }

    fn rule_details(&self, old: &Rule, new: &Rule) -> Vec<Detail> {
        let asked = |part, role| Asked {
            part,
            role,
            judged: Judged::Rules {
                old: vec![id_of(&self.old.policy.checked, old)],
                new: vec![id_of(&self.new.policy.checked, new)],
            },
        };
        let mut details: Vec<Detail> = Vec::new();
        details.extend(self.condition(
            asked("applies when", Role::Catches),
            old.applies_when.as_ref(),
            new.applies_when.as_ref(),
        ));
        for detail in details.iter_mut().filter(|detail| detail.seek.is_some()) {
            detail.provided.push(APPLIES.to_owned());
        }
        match (&old.body, &new.body) {
            (RuleBody::Prohibition { when: old }, RuleBody::Prohibition { when: new }) => {
                details.extend(self.condition(asked("when", Role::Catches), Some(old), Some(new)));
            }
            (RuleBody::Flag(old), RuleBody::Flag(new)) => {
                details.extend(self.flag_details(&asked, old, new));
            }
            (RuleBody::Control(old), RuleBody::Control(new)) => {
                details.extend(self.control_details(&asked, old, new));
            }
            _ => {}
        }
        details.extend(self.rule_words(old, new));
        details
    }

    fn flag_details(&self, asked: Asking<'_>, old: &FlagRule, new: &FlagRule) -> Vec<Detail> {
        let mut details = Vec::new();
        details.extend(self.condition(
            asked("when", Role::Catches),
            Some(&old.when),
            Some(&new.when),
        ));
        if old.severity != new.severity {
            details.push(
                Detail::new(
                    "severity",
                    Some(old.severity.word().to_owned()),
                    Some(new.severity.word().to_owned()),
                    Weight::Meaning,
                )
                .directed(Direction::of_amounts(old.severity, new.severity)),
            );
        }
        details.extend(amount("weight", old.weight, new.weight));
        details.extend(self.raised_details(asked, old, new));
        details.extend(optional(
            "innocent reasons",
            old.innocent.as_deref(),
            new.innocent.as_deref(),
            Weight::Wording,
        ));
        details
    }

    /// The stronger forms: of one severity by their order.
    fn raised_details(&self, asked: Asking<'_>, old: &FlagRule, new: &FlagRule) -> Vec<Detail> {
        let (old_forms, new_forms) = (forms(old), forms(new));
        let matched = Matched::by(&old_forms, &new_forms, |(key, _)| *key);
        let mut details = Vec::new();
        for ((_, old), (_, new)) in matched.both {
            let asked = asked("raised to", Role::Catches);
            details.extend(self.condition(asked, Some(&old.when), Some(&new.when)));
            details.extend(amount("raised to weight", old.weight, new.weight));
        }
        let lone = |raised: &Raised, old: bool| {
            let word = Some(raised.severity.word().to_owned());
            let (old_word, new_word) = if old { (word, None) } else { (None, word) };
            let truer = if old { Truer::Shrank } else { Truer::Grew };
            Detail::new("raised to", old_word, new_word, Weight::Meaning)
                .sought(asked("raised to", Role::Catches), truer)
        };
        details.extend(matched.removed.into_iter().map(|(_, raised)| lone(raised, true)));
        details.extend(matched.added.into_iter().map(|(_, raised)| lone(raised, false)));
        if !(is_heavier_by_severity(old) && is_heavier_by_severity(new)) {
            for detail in &mut details {
                detail.direction = detail.direction.map(|_| Direction::NotDetermined);
            }
        }
        details
    }

    fn rule_words(&self, old: &Rule, new: &Rule) -> Vec<Detail> {
        let (old_policy, new_policy) = (&self.old.policy.checked, &self.new.policy.checked);
        let wording = Weight::Wording;
        let grounds = Weight::Grounds;
        let mut details = Vec::new();
        details.extend(set_of(
            "cites",
            &cited(old_policy, &old.cites),
            &cited(new_policy, &new.cites),
            grounds,
        ));
        details.extend(set_of("audience", &old.audience, &new.audience, grounds));
        details.extend(optional("owner", old.owner.as_deref(), new.owner.as_deref(), grounds));
        details.extend(set_of("replaces", &old.replaces, &new.replaces, grounds));
        details.extend(worded("title", &old.title, &new.title, wording));
        let says = |policy: &PolicySet, rule: &Rule| {
            rule.says.as_ref().map(|template| super::values::template(policy, template))
        };
        details.extend(optional(
            "says",
            says(old_policy, old).as_deref(),
            says(new_policy, new).as_deref(),
            wording,
        ));
        details.extend(optional(
            "respond",
            old.respond.as_deref(),
            new.respond.as_deref(),
            wording,
        ));
        details.extend(set_of("note", &old.notes, &new.notes, wording));
        details
    }

    /// Rules that took the place of others: by their word, or since they mean the same. What is left was added
    /// or removed.
    fn successors<'r>(
        &self,
        mut removed: Vec<&'r Rule>,
        mut added: Vec<&'r Rule>,
        changes: &mut Vec<Change>,
    ) -> (Vec<&'r Rule>, Vec<&'r Rule>) {
        while let Some((olds, news)) = next_group(&removed, &added) {
            removed.retain(|rule| !olds.iter().any(|old| std::ptr::eq(*old, *rule)));
            added.retain(|rule| !news.iter().any(|new| std::ptr::eq(*new, *rule)));
            changes.extend(self.succession(&olds, &news));
        }
        let mut kept = Vec::new();
        for old in removed {
            let found = added.iter().position(|new| self.means_same(old, new));
            match found {
                Some(place) => {
                    let new = added.remove(place);
                    changes.push(self.renamed(old, new));
                }
                None => kept.push(old),
            }
        }
        (kept, added)
    }

    pub(super) fn means_same(&self, old: &Rule, new: &Rule) -> bool {
        old.kind() == new.kind()
            && self.rule_details(old, new).iter().all(|detail| {
                detail.weight != Weight::Meaning || detail.direction == Some(Direction::Equal)
            })
    }

    /// Whether it catches the same, whatever it weighs.
    pub(super) fn catches_same(&self, old: &Rule, new: &Rule) -> bool {
        old.kind() == new.kind()
            && old.kind() != RuleKind::Control
            && self.rule_details(old, new).iter().all(|detail| {
                !matches!(detail.part.as_str(), "when" | "applies when")
                    || detail.direction == Some(Direction::Equal)
            })
    }

    fn renamed(&self, old: &Rule, new: &Rule) -> Change {
        let mut details = self.rule_details(old, new);
        details.retain(|detail| detail.part != "replaces");
        let direction = details.iter().filter_map(|detail| detail.direction);
        let direction = direction.reduce(Direction::with).unwrap_or(Direction::Equal);
        let change =
            self.change(What::Renamed, clause_of(new), Some(&new.title), Weight::Meaning, details);
        Change {
            was: vec![old.name.clone()],
            direction: Some(direction),
            old_text: self.old_clauses.text(&clause_of(old)),
            cites: cited(&self.new.policy.checked, &new.cites),
            ..change
        }
    }

    /// What the rules that took the place of others change together.
    fn succession(&self, olds: &[&Rule], news: &[&Rule]) -> Option<Change> {
        let (first, others) = news.split_first()?;
        if let ([old], []) = (olds, others)
            && (self.means_same(old, first) || self.catches_same(old, first))
        {
            return Some(self.renamed(old, first));
        }
        let ids = |policy: &PolicySet, rules: &[&Rule]| -> Vec<RuleId> {
            rules.iter().map(|rule| id_of(policy, rule)).collect()
        };
        let judged = Judged::Rules {
            old: ids(&self.old.policy.checked, olds),
            new: ids(&self.new.policy.checked, news),
        };
        let one = if let ([old], []) = (olds, others) { Some(*old) } else { None };
        let written = |rules: &[&Rule]| Some(names_of(rules).join(", "));
        let detail = Detail::new("when", written(olds), written(news), Weight::Meaning);
        let mut details: Vec<Detail> = match (any_of(olds), any_of(news)) {
            (Some(old_sets), Some(new_sets)) => {
                let asked = Asked { part: "when", role: Role::Catches, judged };
                let detail = self.judged(detail, asked, &old_sets, &new_sets, Vec::new());
                let further = one.map(|old| self.rule_details(old, first)).unwrap_or_default();
                let is_told = |part: &str| matches!(part, "when" | "applies when");
                let further = further.into_iter().filter(|detail| !is_told(&detail.part));
                detail.into_iter().chain(further).collect()
            }
            _ => one.map_or_else(
                || vec![detail.directed(Direction::NotDetermined)],
                |old| self.rule_details(old, first),
            ),
        };
        details.retain(|detail| detail.part != "replaces");
        let change = self.change(
            What::Replaced,
            clause_of(first),
            Some(&first.title),
            Weight::Meaning,
            details,
        );
        let text = |clauses: &super::Clauses, rules: &[&Rule]| {
            let texts: Vec<String> =
                rules.iter().filter_map(|rule| clauses.text(&clause_of(rule))).collect();
            Some(texts.join("\n\n"))
        };
        Some(Change {
            was: names_of(olds),
            beside: names_of(others),
            old_text: text(&self.old_clauses, olds),
            new_text: text(&self.new_clauses, news),
            cites: cited(&self.new.policy.checked, &first.cites),
            ..change
        })
    }

    /// The fewest rules that have to be taken out so that the others stand in their old order.
    fn moved(&self, both: &[(&Rule, &Rule)], changes: &mut Vec<Change>) {
        let new = &self.new.policy.checked;
        let places: Vec<usize> = both.iter().map(|(_, rule)| id_of(new, rule).index()).collect();
        let staying = longest_rising(&places);
        for (place, (_, rule)) in places.iter().zip(both) {
            if !staying.contains(place) {
                changes.push(self.change(
                    What::Moved,
                    clause_of(rule),
                    Some(&rule.title),
                    Weight::Wording,
                    Vec::new(),
                ));
            }
        }
    }
}

fn amount(part: &str, old: u32, new: u32) -> Option<Detail> {
    (old != new).then(|| {
        Detail::new(part, Some(old.to_string()), Some(new.to_string()), Weight::Meaning)
            .directed(Direction::of_amounts(old, new))
    })
}

pub(super) fn clause_of(rule: &Rule) -> ClauseId {
    ClauseId::new(rule.kind().word(), &rule.name)
}

fn id_of(policy: &PolicySet, rule: &Rule) -> RuleId {
    let place = policy.rules.iter().position(|other| std::ptr::eq(other, rule));
    RuleId(place.unwrap_or_default())
}

fn names_of(rules: &[&Rule]) -> Vec<String> {
    rules.iter().map(|rule| rule.name.clone()).collect()
}

/// The stronger forms of a flag, each by its severity and its place among those of the same.
fn forms(flag: &FlagRule) -> Vec<((Severity, usize), &Raised)> {
    let place = |place: usize, severity: Severity| {
        flag.raised.iter().take(place).filter(|raised| raised.severity == severity).count()
    };
    let forms = flag.raised.iter().enumerate();
    forms.map(|(at, raised)| ((raised.severity, place(at, raised.severity)), raised)).collect()
}

/// Whether a form of a higher severity never weighs less than one of a lower: the highest that holds counts.
fn is_heavier_by_severity(flag: &FlagRule) -> bool {
    flag.raised.iter().all(|high| {
        let lower = flag.raised.iter().filter(|low| low.severity < high.severity);
        lower.into_iter().all(|low| low.weight <= high.weight)
    })
}

/// What a new rule of that kind does.
fn direction_of_presence(rule: &Rule) -> Direction {
    match &rule.body {
        RuleBody::Prohibition { .. } | RuleBody::Flag(_) => Direction::Stricter,
        RuleBody::Control(control) if control.answers.is_empty() => Direction::Stricter,
        // It asks for more, and lets hits be answered.
        RuleBody::Control(_) => Direction::Neither,
    }
}

/// What each of several indicators asks for; `None` if one is no indicator.
fn any_of<'r>(rules: &[&'r Rule]) -> Option<AnyOf<'r>> {
    let all_of = |rule: &&'r Rule| -> Option<AllOf<'r>> {
        let when = rule.when()?;
        Some(rule.applies_when.iter().chain(std::iter::once(when)).collect())
    };
    rules.iter().map(all_of).collect()
}

/// Rules that belong together since some say that they replace others.
fn next_group<'r>(
    removed: &[&'r Rule],
    added: &[&'r Rule],
) -> Option<(Vec<&'r Rule>, Vec<&'r Rule>)> {
    let replaces =
        |new: &Rule, old: &Rule| new.kind() == old.kind() && new.replaces.contains(&old.name);
    let first = removed.iter().find(|old| added.iter().any(|new| replaces(new, old)))?;
    let (mut olds, mut news): (Vec<&Rule>, Vec<&Rule>) = (vec![first], Vec::new());
    loop {
        let before = (olds.len(), news.len());
        news =
            added.iter().copied().filter(|new| olds.iter().any(|old| replaces(new, old))).collect();
        olds = removed
            .iter()
            .copied()
            .filter(|old| news.iter().any(|new| replaces(new, old)))
            .collect();
        if (olds.len(), news.len()) == before {
            return Some((olds, news));
        }
    }
}

/// The values of a longest subsequence that rises.
fn longest_rising(values: &[usize]) -> BTreeSet<usize> {
    let mut best: Vec<Vec<usize>> = Vec::new();
    for value in values {
        let longest = best
            .iter()
            .filter(|run| run.last().is_some_and(|last| last < value))
            .max_by_key(|run| run.len())
            .cloned()
            .unwrap_or_default();
        best.push(longest.into_iter().chain(std::iter::once(*value)).collect());
    }
    let mut longest: Vec<usize> = Vec::new();
    for run in best {
        if run.len() > longest.len() {
            longest = run;
        }
    }
    longest.into_iter().collect()
}
