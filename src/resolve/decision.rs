use super::Resolver;
use super::scope::{Clause, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Cap, Decision, FieldPath, Level, LevelId, RuleId, Severity};
use crate::syntax::ast;

impl Resolver<'_> {
    /// What a hit adds, by severity, as the decision says; flags need it before the decision is made.
    pub(super) fn weights(&mut self, written: Option<&ast::Decision>) -> [Option<u32>; 3] {
        let mut weights = [None; 3];
        let Some(clause) = written.and_then(|written| written.weights.as_ref()) else {
            return weights;
        };
        for row in &clause.weights {
            let Some(severity) = self.word(&row.severity, &Severity::ALL, Severity::word) else {
                continue;
            };
            for (place, of) in weights.iter_mut().zip(Severity::ALL) {
                if of == severity && place.replace(row.weight).is_some() {
                    let message = format!("`{}` has two weights", row.severity);
                    self.error(Code::ClauseRepeated, row.severity.span, message);
                }
            }
        }
        if clause.reasons.is_empty() {
            self.report(
                Diagnostic::new(Code::ReasonMissing, clause.span, "why these weights?")
                    .hint("add `because \"...\"`"),
            );
        }
        weights
    }

    pub(super) fn decision(
        &mut self,
        written: &ast::Decision,
        weights: [Option<u32>; 3],
    ) -> Option<Decision> {
        let levels = self.levels(written);
        let must_have = self.must_have(written);
        let caps = self.caps(written);
        let Some(name) = &written.unsettled else {
            self.missing(written.span, "the decision", "unsettled");
            return None;
        };
        let Some(unsettled) = levels.iter().position(|level| level.name == name.text) else {
            let diagnostic = Diagnostic::new(
                Code::UnknownWord,
                name.span,
                format!("there is no level `{name}`"),
            )
            .suggest(name.as_str(), levels.iter().map(|level| level.name.as_str()));
            self.report(diagnostic);
            return None;
        };
        if unsettled == 0 {
            self.report(
                Diagnostic::new(
                    Code::ClearWhileUnsettled,
                    name.span,
                    format!(
                        "`{name}` is the lowest level, so missing facts would clear the subject"
                    ),
                )
                .hint("choose a level above the lowest one"),
            );
        }
        for level in levels
            .iter()
            .enumerate()
            .filter(|(place, level)| *place > 0 && *place != unsettled && level.when.is_none())
        {
            let message =
                format!("level `{}` has no condition, so it is never reached", level.1.name);
            self.report(
                Diagnostic::new(Code::LevelOrder, written.span, message)
                    .hint(format!("add `{} when ...`", level.1.name)),
            );
        }
        Some(Decision {
            levels,
            unsettled: LevelId(unsettled),
            must_have,
            weights,
            caps,
            span: written.span.into(),
        })
    }

    /// The levels in order, each with its condition.
    fn levels(&mut self, written: &ast::Decision) -> Vec<Level> {
        if written.levels.is_empty() {
            self.missing(written.span, "the decision", "levels");
        }
        let mut levels: Vec<Level> = Vec::new();
        for name in &written.levels {
            if levels.iter().any(|level| level.name == name.text) {
                self.error(Code::LevelOrder, name.span, format!("level `{name}` is given twice"));
            } else {
                levels.push(Level { name: name.text.clone(), when: None });
            }
        }
        for rule in &written.level_rules {
            let when = self.lone_condition(Clause::Level, &rule.when);
            let place = levels.iter().position(|level| level.name == rule.level.text);
            let problem = match place {
                None => Some(format!("there is no level `{}`", rule.level)),
                Some(0) => {
                    Some(format!("`{}` is the lowest level and needs no condition", rule.level))
                }
                Some(_) => None,
            };
            if let Some(problem) = problem {
                let diagnostic = Diagnostic::new(Code::LevelOrder, rule.level.span, problem)
                    .suggest(rule.level.as_str(), levels.iter().map(|level| level.name.as_str()));
                self.report(diagnostic);
                continue;
            }
            let Some(level) = place.and_then(|place| levels.get_mut(place)) else {
                continue;
            };
            if level.when.replace(when).is_some() {
                let message = format!("level `{}` has two conditions", rule.level);
                self.report(
                    Diagnostic::new(Code::ClauseRepeated, rule.level.span, message)
                        .hint("join them with `or`"),
                );
            }
        }
        levels
    }

    fn must_have(&mut self, written: &ast::Decision) -> Vec<FieldPath> {
        let mut paths = Vec::new();
        for path in &written.must_have {
            let Some(field) = self.field(&mut Scope::new(Clause::Constant), path) else {
                continue;
            };
            if field.steps.iter().rev().skip(1).any(|step| step.list) {
                self.report(
                    Diagnostic::new(
                        Code::ManyValues,
                        path.span,
                        format!("`{path}` goes through a list"),
                    )
                    .hint("name the list itself, or a field of the record"),
                );
                continue;
            }
            paths.push(field);
        }
        paths
    }

    fn caps(&mut self, written: &ast::Decision) -> Vec<Cap> {
        let mut capped: Vec<RuleId> = Vec::new();
        let mut caps = Vec::new();
        for cap in &written.caps {
            let mut flags = Vec::new();
            for name in &cap.flags {
                let Some(flag) = self.flag_named(name) else {
                    continue;
                };
                if capped.contains(&flag) {
                    self.error(
                        Code::CapOverlap,
                        name.span,
                        format!("`{name}` stands under a cap already"),
                    );
                    continue;
                }
                capped.push(flag);
                flags.push(flag);
            }
            caps.push(Cap { limit: cap.limit, flags });
        }
        caps
    }
}
