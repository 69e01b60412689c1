use super::change::{Change, Changes, changes};
use super::tree::{Line, Tree};
use crate::decision::{Decision, RuleEntry};
use crate::engine::Engine;
use crate::eval::{Cannot, Detail, Judgement, RuleJudgement, Step, Truth};
use crate::hir::{LevelId, Outcome, PolicySet, Rule, RuleBody, RuleId, RuleKind};
use crate::roster::Record;
use crate::source::Sources;

/// An explanation as lines of text, each with the columns it is indented by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The lines.
    pub lines: Vec<(usize, String)>,
}

impl Explanation {
    fn say(&mut self, indent: usize, text: impl Into<String>) {
        self.lines.push((indent, text.into()));
    }

    fn gap(&mut self) {
        if self.lines.last().is_some_and(|(_, text)| !text.is_empty()) {
            self.say(0, "");
        }
    }

    /// The text, wrapped at so many columns.
    #[must_use]
    pub fn wrapped(&self, columns: usize) -> String {
        let mut text = String::new();
        for (indent, line) in &self.lines {
            if line.is_empty() {
                text.push('\n');
                continue;
            }
            let first = " ".repeat(*indent);
            let rest = " ".repeat(indent + 4);
            let options = textwrap::Options::new(columns.max(40))
                .initial_indent(&first)
                .subsequent_indent(&rest)
                .word_separator(textwrap::WordSeparator::AsciiSpace)
                .word_splitter(textwrap::WordSplitter::NoHyphenation)
                .break_words(false);
            for wrapped in textwrap::wrap(line, options) {
                text.push_str(&wrapped);
                text.push('\n');
            }
        }
        text
    }
}

/// Explains the decision about one subject; of one rule if one is named, of all that matter otherwise.
#[must_use]
pub fn explain(
    engine: &Engine,
    sources: &Sources,
    record: &Record<'_>,
    only: Option<&str>,
) -> Explanation {
    let judgement = engine.judge(record, Detail::Trace);
    let shown = engine.judge(record, Detail::Full);
    let teller = Teller {
        engine,
        sources,
        policy: &engine.policy().checked,
        judgement: &judgement,
        decision: engine.decision(record, &shown),
        text: Explanation::default(),
    };
    match only {
        Some(rule) => teller.one(rule),
        None => teller.all(&changes(engine, record, &judgement)),
    }
}

struct Teller<'t> {
    engine: &'t Engine,
    sources: &'t Sources,
    policy: &'t PolicySet,
    judgement: &'t Judgement,
    decision: Decision<'t>,
    text: Explanation,
}

impl Teller<'_> {
    fn one(mut self, name: &str) -> Explanation {
        self.headline();
        let found = self.policy.rules.iter().position(|rule| rule.name == name);
        if let Some(place) = found {
            self.text.gap();
            self.rule(RuleId(place));
        }
        self.text
    }

    fn all(mut self, changes: &Changes) -> Explanation {
        self.headline();
        let sections: [(&str, RuleKind, Outcome); 6] = [
            ("Prohibitions that are hit", RuleKind::Prohibition, Outcome::Hit),
            ("Flags that are hit", RuleKind::Flag, Outcome::Hit),
            ("Prohibitions that facts are missing for", RuleKind::Prohibition, Outcome::Unknown),
            ("Flags that facts are missing for", RuleKind::Flag, Outcome::Unknown),
            ("Excepted", RuleKind::Flag, Outcome::Excepted),
            ("Judged by a person on the same evidence", RuleKind::Flag, Outcome::Reviewed),
        ];
        for (title, kind, outcome) in sections {
            let rules = self.with(|rule, judged| {
                let is_of_kind = rule.kind() == kind
                    || (matches!(outcome, Outcome::Excepted | Outcome::Reviewed)
                        && rule.kind() != RuleKind::Control);
                is_of_kind && judged.outcome == outcome
            });
            if !rules.is_empty() {
                self.text.gap();
                self.text.say(0, title);
                for rule in rules {
                    self.rule(rule);
                }
            }
        }
        self.not_hit();
        self.controls();
        self.actions();
        self.needs();
        self.what_would_change(changes);
        self.text
    }

    fn with(&self, is_meant: impl Fn(&Rule, &RuleJudgement) -> bool) -> Vec<RuleId> {
        let rules = self.policy.rules.iter().zip(&self.judgement.rules).enumerate();
        rules
            .filter(|(_, (rule, judged))| is_meant(rule, judged))
            .map(|(place, _)| RuleId(place))
            .collect()
    }

    fn headline(&mut self) {
        let decision = &self.decision;
        let settled = if decision.settled {
            "settled: no missing fact can change it".to_owned()
        } else {
            format!(
                "not settled: with the missing facts it could be {}",
                join(&decision.could_be, "or")
            )
        };
        let line = format!("{}: {} ({settled})", decision.subject, decision.decision);
        let score = if decision.score.low == decision.score.high {
            format!("score {}", decision.score.low)
        } else {
            format!("score {} to {}", decision.score.low, decision.score.high)
        };
        let policy = &decision.policy;
        let second =
            format!("{score}; {} {} as of {}", policy.name, policy.version, decision.as_of);
        self.text.say(0, line);
        self.text.say(2, second);
    }

    fn rule(&mut self, id: RuleId) {
        let policy = self.policy;
        let rule = policy.rule(id);
        let Some(judged) = self.judgement.rules.get(id.index()) else { return };
        let Some(entry) = self.decision.rules.get(id.index()).cloned() else { return };
        self.text.say(2, format!("{}: {}{}", rule.name, rule.title, stamp(&entry)));
        if rule.kind() == RuleKind::Control {
            self.text.say(6, control_state(&entry));
        }
        if let Some(says) = &entry.says {
            self.text.say(6, format!("found: {says}"));
        }
        if let Some(exception) = &entry.exception {
            let words = if exception.relieves == "yes" {
                "relieves"
            } else {
                "would relieve, if its condition were known to hold"
            };
            self.text.say(6, format!("exception {} {words}", exception.id));
        }
        if judged.outcome == Outcome::Unknown && !entry.needs.is_empty() {
            self.text.say(6, format!("missing: {}", entry.needs.join(", ")));
        }
        self.text.say(6, "why:");
        self.tree(&judged.steps, 8);
        let answers = judged.indicator.as_ref().map(|found| found.answered_by.as_slice());
        for (wanted, words) in [(Truth::Yes, "answered by"), (Truth::Unknown, "may be answered by")]
        {
            let controls = answers.unwrap_or_default().iter().filter(|(_, truth)| *truth == wanted);
            let names: Vec<&str> =
                controls.map(|(control, _)| policy.rule(*control).name.as_str()).collect();
            if !names.is_empty() {
                self.text.say(6, format!("{words}: {}", names.join(", ")));
            }
        }
        self.source(rule);
        if let RuleBody::Flag(flag) = &rule.body
            && let (Some(innocent), Outcome::Hit) = (&flag.innocent, judged.outcome)
        {
            self.text.say(6, format!("may be innocent: {innocent}"));
        }
        if let (Some(respond), Outcome::Hit) = (&rule.respond, judged.outcome) {
            self.text.say(6, format!("what to do: {respond}"));
        }
    }

    fn tree(&mut self, steps: &[Step], indent: usize) {
        let missing = |steps: &[Step]| {
            let needs = crate::eval::needs_of(steps);
            let shown = needs.iter().map(|need| match need.cannot {
                None => format!("{} is missing", self.engine.path(&need.steps)),
                Some(Cannot::Currency) => {
                    format!("{} is in a currency without a rate", self.engine.path(&need.steps))
                }
                Some(Cannot::Range) => format!("{} is too large", self.engine.path(&need.steps)),
                Some(Cannot::Others) => {
                    let path = self.engine.path(&need.steps);
                    format!("facts about others with the same {path} are missing")
                }
                Some(Cannot::Roster) => {
                    let path = self.engine.path(&need.steps);
                    format!("{path} was not compared with a roster")
                }
                Some(Cannot::Stale) => {
                    format!(
                        "{} is looked up in a list that is too old",
                        self.engine.path(&need.steps)
                    )
                }
            });
            shown.collect::<Vec<_>>()
        };
        let tree = Tree {
            policy: self.policy,
            program: self.engine.program(),
            sources: self.sources,
            missing: &missing,
        };
        for Line { depth, truth, text } in tree.lines(steps) {
            let mark = match truth {
                Truth::Yes => "yes    ",
                Truth::No => "no     ",
                Truth::Unknown => "unknown",
            };
            self.text.say(indent + depth * 2, format!("{mark} {text}"));
        }
    }

    fn source(&mut self, rule: &Rule) {
        for citation in &rule.cites {
            let Some(source) = self.policy.sources.get(citation.source.index()) else { continue };
            let Some(item) = source.items.get(citation.item) else { continue };
            let covers = match (&citation.because, citation.partly) {
                (Some(because), _) => format!(" (covered partly: {because})"),
                (None, true) => " (covered partly)".to_owned(),
                (None, false) => String::new(),
            };
            let issued = source.issued.map(|issued| format!(", {issued}")).unwrap_or_default();
            self.text.say(
                6,
                format!("source: {}{issued}, {}: {}{covers}", source.title, item.name, item.text),
            );
        }
    }

    fn not_hit(&mut self) {
        let sections = [
            ("Looked at and not found", Outcome::Clear),
            ("Not meant for this subject", Outcome::NotApplicable),
            ("Not covered, since a fact is not collected", Outcome::NotCovered),
        ];
        for (title, outcome) in sections {
            let rules = self.with(|_, judged| judged.outcome == outcome);
            if !rules.is_empty() {
                self.text.gap();
                self.text.say(0, format!("{title} ({})", rules.len()));
                let names: Vec<&str> =
                    rules.iter().map(|rule| self.policy.rule(*rule).name.as_str()).collect();
                let names = names.join(", ");
                self.text.say(2, names);
            }
        }
    }

    fn controls(&mut self) {
        let rules = self.with(|rule, judged| {
            rule.kind() == RuleKind::Control && judged.outcome != Outcome::NotRequired
        });
        if rules.is_empty() {
            return;
        }
        self.text.gap();
        self.text.say(0, "Controls");
        for id in rules {
            let rule = self.policy.rule(id);
            let Some(entry) = self.decision.rules.get(id.index()) else { continue };
            let missing = if entry.needs.is_empty() {
                String::new()
            } else {
                format!(", missing: {}", entry.needs.join(", "))
            };
            let state = control_state(entry);
            self.text.say(2, format!("{}: {state}{missing}. {}", rule.name, rule.title));
        }
    }

    fn actions(&mut self) {
        if self.decision.actions.is_empty() {
            return;
        }
        self.text.gap();
        self.text.say(0, "To do");
        for action in &self.decision.actions {
            let rule = self.policy.rules.iter().find(|rule| rule.name == action.control);
            let title = rule.map_or("", |rule| rule.title.as_str());
            let entry = self.decision.rules.iter().find(|entry| entry.id == action.control);
            let again = match entry
                .and_then(|entry| entry.on.as_ref().filter(|_| entry.outcome == "met"))
            {
                Some(on) => format!("; again, since {on} is before what was found"),
                None => String::new(),
            };
            let because = if action.because.is_empty() {
                String::new()
            } else {
                format!(", because of {}", action.because.join(", "))
            };
            self.text.lines.push((2, format!("{}: {title}{because}{again}", action.control)));
        }
    }

    fn needs(&mut self) {
        if self.decision.needs.is_empty() {
            return;
        }
        self.text.gap();
        self.text.say(0, "To collect");
        for need in &self.decision.needs {
            let cannot = match need.cannot {
                Some("currency") => " (known, but in a currency without an exchange rate)",
                Some("stale") => " (known, but looked up in a list that is too old)",
                Some(_) => " (known, but too large to compute with)",
                None => "",
            };
            let settles = if need.settles.is_empty() {
                "the decision depends on it".to_owned()
            } else {
                format!("settles {}", need.settles.join(", "))
            };
            self.text.lines.push((2, format!("{}{cannot}: {settles}", need.path)));
        }
    }

    fn what_would_change(&mut self, changes: &Changes) {
        self.text.gap();
        self.text.say(0, "What would change it");
        let before = self.text.lines.len();
        if let Some((best, worst)) = changes.range {
            let line = format!(
                "If every missing fact speaks for the contractor: {}; if every one speaks against: {}.",
                self.level(best),
                self.level(worst)
            );
            self.text.say(2, line);
        }
        for change in &changes.doing {
            let line =
                format!("Done today, well: {} → {}", self.names(change), self.level_of(change));
            self.text.say(2, line);
        }
        for change in &changes.without {
            let line = format!("Without {} → {}", self.names(change), self.level_of(change));
            self.text.say(2, line);
        }
        if !changes.raising.is_empty() {
            let names: Vec<String> = changes
                .raising
                .iter()
                .map(|(rule, level)| {
                    format!("{} ({})", self.policy.rule(*rule).name, self.level(*level))
                })
                .collect();
            self.text.say(
                2,
                format!(
                    "Raised by each of these alone, if it turns out to be hit: {}",
                    names.join(", ")
                ),
            );
        }
        if self.text.lines.len() == before {
            self.text
                .say(2, "No single fact, control or rule, and no three together, would lower it.");
        }
    }

    fn level(&self, level: LevelId) -> String {
        self.policy
            .decision
            .levels
            .get(level.index())
            .map(|level| level.name.clone())
            .unwrap_or_default()
    }

    fn level_of(&self, change: &Change) -> String {
        let settled = if change.settled { "" } else { " (not settled)" };
        format!("{}{settled}", self.level(change.level))
    }

    fn names(&self, change: &Change) -> String {
        let names: Vec<&str> =
            change.rules.iter().map(|rule| self.policy.rule(*rule).name.as_str()).collect();
        join(&names, "and")
    }
}

/// Severity and weight, or what else is worth knowing at first sight.
fn stamp(entry: &RuleEntry<'_>) -> String {
    let counted = entry.counted.map(|points| {
        let range = points.0;
        if range.low == range.high {
            format!("counts {}", range.low)
        } else {
            format!("counts {} to {}", range.low, range.high)
        }
    });
    let parts: Vec<String> = entry.severity.map(str::to_owned).into_iter().chain(counted).collect();
    if parts.is_empty() { String::new() } else { format!(" [{}]", parts.join(", ")) }
}

/// An outcome as a person would say it.
fn words(outcome: &str) -> &str {
    match outcome {
        "met" => "done",
        "unmet" => "not done",
        "failed" => "done, with a bad result",
        "expired" => "done too long ago",
        "unknown" => "not known",
        "not_required" => "not required",
        other => other,
    }
}

fn join(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

/// What a control came to, when it was done, and whether it must be.
fn control_state(entry: &RuleEntry<'_>) -> String {
    let on = entry.on.as_ref().map(|on| format!(" on {on}")).unwrap_or_default();
    let required = if entry.required == Some(true) { ", required" } else { "" };
    format!("{}{on}{required}", words(entry.outcome))
}
