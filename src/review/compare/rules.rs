//! Changed rules.

use std::collections::BTreeSet;

use super::detail::{Asked, cited, optional, set_of, worded, written};
use super::verdict::{AllOf, AnyOf, Role, Truer};
use super::{Matched, Pair, Version};
use crate::hir::{
    Answer, ControlRule, FlagRule, Lasts, Operand, PolicySet, Raised, Rule, RuleBody, RuleId,
};
use crate::review::change::Judged;
use crate::review::{Change, ClauseId, Detail, Direction, Weight, What};

/// Makes what is asked of one part of a rule.
type Asking<'a> = &'a dyn Fn(&'static str, Role) -> Asked<'static>;

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

    fn raised_details(&self, asked: Asking<'_>, old: &FlagRule, new: &FlagRule) -> Vec<Detail> {
        let matched = Matched::by(&old.raised, &new.raised, |raised| raised.severity);
        let mut details = Vec::new();
        for (old, new) in matched.both {
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
        details.extend(matched.removed.into_iter().map(|raised| lone(raised, true)));
        details.extend(matched.added.into_iter().map(|raised| lone(raised, false)));
        details
    }

    fn control_details(
        &self,
        asked: Asking<'_>,
        old: &ControlRule,
        new: &ControlRule,
    ) -> Vec<Detail> {
        let mut details = Vec::new();
        details.extend(self.condition(
            asked("met when", Role::Relieves),
            Some(&old.met_when),
            Some(&new.met_when),
        ));
        details.extend(self.never_or(
            asked("failed when", Role::Catches),
            old.failed_when.as_ref(),
            new.failed_when.as_ref(),
        ));
        details.extend(self.required_details(asked, old, new));
        details.extend(self.dated_details(old.dated.as_ref(), new.dated.as_ref()));
        details.extend(self.lasts_details(asked, old, new));
        details.extend(self.answers_details(&old.answers, &new.answers));
        details
    }

    /// When a control must be done. Where nothing is written, it follows the flags that it answers, or is always
    /// required.
    fn required_details(
        &self,
        asked: Asking<'_>,
        old: &ControlRule,
        new: &ControlRule,
    ) -> Option<Detail> {
        let asked = asked("required when", Role::Catches);
        let (old_when, new_when) = (old.required_when.as_ref(), new.required_when.as_ref());
        let follows_flags =
            |control: &ControlRule| control.required_when.is_none() && !control.answers.is_empty();
        if follows_flags(old) == follows_flags(new) {
            return self.condition(asked, old_when, new_when);
        }
        let (old_text, new_text) = (written(self.old, old_when), written(self.new, new_when));
        if old_text == new_text {
            return None;
        }
        let detail = Detail::new("required when", old_text, new_text, Weight::Meaning);
        Some(detail.sought(asked, Truer::Open))
    }

    fn dated_details(&self, old: Option<&Operand>, new: Option<&Operand>) -> Option<Detail> {
        let text = |version: Version<'_>, operand: Option<&Operand>| {
            operand.map(|operand| version.written(operand.span))
        };
        let (old, new) = (text(self.old, old), text(self.new, new));
        (old != new).then(|| {
            Detail::new("dated", old, new, Weight::Meaning).directed(Direction::NotDetermined)
        })
    }

    fn lasts_details(
        &self,
        asked: Asking<'_>,
        old: &ControlRule,
        new: &ControlRule,
    ) -> Option<Detail> {
        let text = |version: Version<'_>, control: &ControlRule| {
            let of = |lasts: &Lasts| {
                let period = super::values::shown(version, &lasts.period);
                match written(version, lasts.when.as_ref()) {
                    Some(when) => format!("{period} when {when}"),
                    None => period,
                }
            };
            let all: Vec<String> = control.lasts.iter().map(of).collect();
            (!all.is_empty()).then(|| all.join("; "))
        };
        let (old_text, new_text) = (text(self.old, old), text(self.new, new));
        if old_text == new_text {
            return None;
        }
        let detail = Detail::new("lasts", old_text, new_text, Weight::Meaning);
        let truer = match (old.lasts.as_slice(), new.lasts.as_slice()) {
            ([], []) => Truer::Same,
            // What has no end lasts longer than any time.
            (_, []) => Truer::Grew,
            ([], _) => Truer::Shrank,
            ([old], [new]) if old.when.is_none() && new.when.is_none() => {
                self.longer(&old.period, &new.period)
            }
            _ => Truer::Open,
        };
        Some(detail.sought(asked("lasts", Role::Relieves), truer))
    }

    fn answers_details(&self, old: &[Answer], new: &[Answer]) -> Vec<Detail> {
        let (old_policy, new_policy) = (&self.old.policy.checked, &self.new.policy.checked);
        let name = |policy: &PolicySet, answer: &Answer| policy.rule(answer.flag).name.clone();
        let shown = |policy: &PolicySet, answer: &Answer| {
            let name = name(policy, answer);
            let to = answer.reducing_to.map_or(String::new(), |to| format!(" reducing to {to}"));
            let any = if answer.at_any_time { " at any time" } else { "" };
            format!("{name}{to}{any}")
        };
        let names: BTreeSet<String> = old
            .iter()
            .map(|answer| name(old_policy, answer))
            .chain(new.iter().map(|answer| name(new_policy, answer)))
            .collect();
        let mut details = Vec::new();
        for flag in names {
            let of = |policy: &PolicySet, answers: &[Answer]| {
                answers.iter().copied().find(|answer| name(policy, answer) == flag)
            };
            let (before, after) = (of(old_policy, old), of(new_policy, new));
            let (old_text, new_text) = (
                before.map(|answer| shown(old_policy, &answer)),
                after.map(|answer| shown(new_policy, &answer)),
            );
            if old_text != new_text {
                details.push(
                    Detail::new("answers", old_text, new_text, Weight::Meaning)
                        .directed(direction_of_answer(before, after)),
                );
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

    fn means_same(&self, old: &Rule, new: &Rule) -> bool {
        old.kind() == new.kind()
            && self.rule_details(old, new).iter().all(|detail| {
                detail.weight != Weight::Meaning || detail.direction == Some(Direction::Equal)
            })
    }

    fn renamed(&self, old: &Rule, new: &Rule) -> Change {
        let details = self.rule_details(old, new);
        let details = details
            .into_iter()
            .filter(|detail| detail.weight != Weight::Meaning && detail.part != "replaces")
            .collect();
        let change =
            self.change(What::Renamed, clause_of(new), Some(&new.title), Weight::Meaning, details);
        Change {
            was: vec![old.name.clone()],
            direction: Some(Direction::Equal),
            old_text: self.old_clauses.text(&clause_of(old)),
            cites: cited(&self.new.policy.checked, &new.cites),
            ..change
        }
    }

    /// What the rules that took the place of others change together.
    fn succession(&self, olds: &[&Rule], news: &[&Rule]) -> Option<Change> {
        let (first, others) = news.split_first()?;
        if let ([old], []) = (olds, others)
            && self.means_same(old, first)
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
            let clause = clause_of(rule);
            if !staying.contains(place) && !changes.iter().any(|change| change.clause == clause) {
                changes.push(self.change(
                    What::Moved,
                    clause,
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

/// What a new rule of that kind does.
fn direction_of_presence(rule: &Rule) -> Direction {
    match &rule.body {
        RuleBody::Prohibition { .. } | RuleBody::Flag(_) => Direction::Stricter,
        RuleBody::Control(control) if control.answers.is_empty() => Direction::Stricter,
        // It asks for more, and lets hits be answered.
        RuleBody::Control(_) => Direction::Neither,
    }
}

fn direction_of_answer(old: Option<Answer>, new: Option<Answer>) -> Direction {
    let counts = |answer: Answer| answer.reducing_to.unwrap_or_default();
    match (old, new) {
        (None, Some(_)) => Direction::Looser,
        (Some(_), None) => Direction::Stricter,
        (None, None) => Direction::Equal,
        (Some(old), Some(new)) => Direction::of_amounts(counts(old), counts(new))
            .with(Direction::of_amounts(new.at_any_time, old.at_any_time)),
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
