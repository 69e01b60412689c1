//! The steps of an evaluation as indented lines.

use crate::eval::{self, FactSeen, PeersSeen, Seen, Step, Truth, What};
use crate::hir::{DefineBody, PolicySet};
use crate::program::{Joint, NodeId, Program};
use crate::source::Sources;

/// Most facts that one line names.
const FACTS_MAX: usize = 4;

/// Longest condition that is shown in full, in characters.
const TEXT_MAX: usize = 240;

/// One line of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) depth: usize,
    /// Whether what the line says holds.
    pub(super) truth: Truth,
    pub(super) text: String,
}

pub(super) struct Tree<'t> {
    pub(super) policy: &'t PolicySet,
    pub(super) program: &'t Program,
    pub(super) sources: &'t Sources,
    pub(super) missing: &'t dyn Fn(&[Step]) -> Vec<String>,
}

impl Tree<'_> {
    /// The lines of the conditions among these steps.
    pub(super) fn lines(&self, steps: &[Step]) -> Vec<Line> {
        let mut lines = Vec::new();
        for step in steps {
            self.condition(step, 0, &mut lines);
        }
        lines
    }

    fn condition(&self, step: &Step, depth: usize, lines: &mut Vec<Line>) {
        let What::Condition(node, truth) = step.what else { return };
        let joint = self.program.node(node).map_or(Joint::Alone, |node| node.joint);
        let mut push = |text: String| lines.push(Line { depth, truth, text });
        match joint {
            Joint::All => push("all of:".to_owned()),
            Joint::Any => push("one of:".to_owned()),
            Joint::AtLeast(count) => push(format!("at least {count} of:")),
            Joint::Named => push(format!("{}:", self.definition(node))),
            Joint::Not if has_parts(step) => push("not:".to_owned()),
            Joint::Not | Joint::Alone => {
                return self.leaf(step, node, truth, depth, lines);
            }
        }
        for inner in &step.inside {
            self.condition(inner, depth + 1, lines);
        }
    }

    /// A condition without parts, with the facts it rests on or lacks; of windows the inside.
    fn leaf(&self, step: &Step, node: NodeId, truth: Truth, depth: usize, lines: &mut Vec<Line>) {
        if let Some(window) = telling_window(step, truth) {
            let text = format!("{}:", self.head(node, window));
            lines.push(Line { depth, truth, text });
            for inner in &window.inside {
                self.condition(inner, depth + 1, lines);
            }
            return;
        }
        let mut text = self.text(node);
        let details = self.details(step, truth);
        if !details.is_empty() {
            text.push_str(" — ");
            text.push_str(&details);
        }
        lines.push(Line { depth, truth, text });
    }

    /// What was found: computed values, facts, or what is missing.
    fn details(&self, step: &Step, truth: Truth) -> String {
        let mut parts = self.values(step);
        let facts: Vec<String> = match truth {
            Truth::Unknown => (self.missing)(std::slice::from_ref(step)),
            Truth::Yes => {
                let evidence = eval::evidence_of(std::slice::from_ref(step));
                evidence
                    .into_iter()
                    .map(|fact| format!("{} is {}", fact.place, fact.value))
                    .collect()
            }
            Truth::No => facts_read(step),
        };
        let more = facts.len().saturating_sub(FACTS_MAX);
        parts.extend(facts.into_iter().take(FACTS_MAX));
        if more > 0 {
            parts.push(format!("and {more} more"));
        }
        parts.join("; ")
    }

    /// Values that were computed, and parameters, rather than fields that are shown with their places.
    fn values(&self, step: &Step) -> Vec<String> {
        // `exists peers ...` compares a count that nobody wrote.
        let whole =
            if let What::Condition(node, _) = step.what { self.text(node) } else { String::new() };
        let operands = step.inside.iter().filter_map(|inner| {
            let What::Operand { node, shown, .. } = &inner.what else { return None };
            Some((self.text(*node), shown, inner))
        });
        operands
            .filter(|(text, shown, inner)| {
                let is_field =
                    matches!(inner.inside.as_slice(), [only] if matches!(only.what, What::Fact(_)));
                let is_unwritten = inner.inside.is_empty() && *text == whole;
                text != *shown && !is_unwritten && !is_field && !rests_on_unknown_list(inner)
            })
            .map(|(text, shown, inner)| {
                if let [Step { what: What::Peers(seen), .. }] = inner.inside.as_slice() {
                    peers_found(seen)
                } else if inner.inside.is_empty() {
                    format!("{text} is {shown}")
                } else {
                    format!("found {shown}")
                }
            })
            .collect()
    }

    fn definition(&self, node: NodeId) -> String {
        let name = self.text(node);
        let define = self.policy.defines.iter().find(|define| define.name == name);
        match define {
            Some(define) if matches!(define.body, DefineBody::Condition(_)) => {
                define.title.clone().unwrap_or(name)
            }
            _ => name,
        }
    }

    /// The text of a condition on one line.
    fn text(&self, node: NodeId) -> String {
        let span = self.program.node(node).map(|node| node.span);
        let text = span.map_or("", |span| self.sources.text(span));
        shortened(&squeezed(text))
    }

    /// The text of a window up to the condition inside it.
    fn head(&self, node: NodeId, window: &Step) -> String {
        let inner = window.inside.iter().find_map(|inner| {
            let What::Condition(inner, _) = inner.what else { return None };
            self.program.node(inner)
        });
        let outer = self.program.node(node);
        let (Some(inner), Some(outer)) = (inner, outer) else { return self.text(node) };
        let text = self.sources.text(outer.span);
        let head =
            inner.span.start.checked_sub(outer.span.start).and_then(|length| text.get(..length));
        let head = squeezed(head.unwrap_or(text));
        shortened(head.trim_end_matches('(').trim_end())
    }
}

/// With whom a subject shares something, and how many of the roster could be compared.
fn peers_found(seen: &PeersSeen) -> String {
    let Some(high) = seen.high else { return "nobody was compared".to_owned() };
    let count = if seen.low == high { high.to_string() } else { format!("{} to {high}", seen.low) };
    let named = seen.ids.iter().take(FACTS_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if seen.low > FACTS_MAX { ", ..." } else { "" };
    let who = if named.is_empty() { String::new() } else { format!(" ({named}{more})") };
    let (known, of) = (seen.known_keys, seen.of);
    let others = if count == "1" { "other" } else { "others" };
    format!("shared with {count} {others}{who}; {known} of {of} subjects could be compared")
}

/// The facts of an element or field that a condition which does not hold looked at.
fn facts_read(step: &Step) -> Vec<String> {
    let mut found = Vec::new();
    for inner in &step.inside {
        match &inner.what {
            What::Fact(FactSeen { place, seen: Seen::Value(value), .. }) => {
                found.push(format!("{place} is {value}"));
            }
            What::Fact(FactSeen { place, seen: Seen::None, .. }) => {
                found.push(format!("{place} is none"));
            }
            What::Operand { .. } => found.extend(facts_read(inner)),
            What::Fact(_)
            | What::Peers(_)
            | What::Condition(..)
            | What::Element(_)
            | What::Filter
            | What::Window(_)
            | What::Rule(..)
            | What::Cannot(_) => {}
        }
    }
    found
}

/// Whether a value was computed over a list of which nothing is known.
fn rests_on_unknown_list(step: &Step) -> bool {
    step.inside.iter().any(|inner| {
        matches!(&inner.what, What::Element(element) if element.many)
            || rests_on_unknown_list(inner)
    })
}

fn has_parts(step: &Step) -> bool {
    let conditions = step.inside.iter().filter(|inner| matches!(inner.what, What::Condition(..)));
    conditions.into_iter().any(|inner| {
        inner.inside.iter().filter(|part| matches!(part.what, What::Condition(..))).count() > 1
            || telling_window(inner, Truth::Yes).is_some()
    })
}

/// The window that made the condition come to what it came to.
fn telling_window(step: &Step, truth: Truth) -> Option<&Step> {
    let windows = || step.inside.iter().filter(|inner| matches!(inner.what, What::Window(_)));
    windows()
        .filter(|window| matches!(window.what, What::Window(of) if of == truth))
        .find(|window| window.inside.iter().any(|inner| matches!(inner.what, What::Condition(..))))
        .or_else(|| {
            windows().find(|window| {
                window.inside.iter().any(|inner| matches!(inner.what, What::Condition(..)))
            })
        })
}

fn squeezed(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or(""));
    lines.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= TEXT_MAX {
        return text.to_owned();
    }
    let start: String = text.chars().take(TEXT_MAX).collect();
    format!("{start}…")
}
