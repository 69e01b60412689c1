use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{
    Collection, Condition, ConditionKind, FieldPath, Operand, OperandKind, Part, PolicySet,
    RuleBody, TemplatePart,
};
use crate::source::{Sources, Span};

/// What can be used as it is, and somebody should still look at.
pub(super) fn check(sink: &mut Sink, sources: &Sources, policy: &PolicySet) {
    warn_unused(sink, policy);
    warn_reasons(sink, policy);
    for condition in policy.conditions() {
        warn_every_of_nothing(sink, condition, &[]);
    }
    warn_mirrors(sink, sources, policy);
}

/// Which parameters, lists and definitions something refers to.
#[derive(Default)]
struct Used {
    params: Vec<usize>,
    lists: Vec<usize>,
    defines: Vec<usize>,
}

impl Used {
    fn note(&mut self, part: Part<'_>) {
        match part {
            Part::Operand(operand) => self.note_operand(operand),
            Part::Condition(condition) => self.note_condition(condition),
            Part::Members(_) | Part::Path(_) => {}
        }
    }

    fn note_operand(&mut self, operand: &Operand) {
        if let OperandKind::Param(id) = &operand.kind {
            self.params.push(id.index());
        } else if let OperandKind::Define(id) = &operand.kind {
            self.defines.push(id.index());
        }
    }

    fn note_condition(&mut self, condition: &Condition) {
        if let ConditionKind::Define(id) = &condition.kind {
            self.defines.push(id.index());
        } else if let ConditionKind::OneOf { list, .. } = &condition.kind {
            match list {
                Collection::Param(id) => self.params.push(id.index()),
                Collection::List(id) => self.lists.push(id.index()),
                Collection::Values(_) => {}
            }
        }
    }
}

fn warn_unused(sink: &mut Sink, policy: &PolicySet) {
    let mut used = Used::default();
    for condition in policy.conditions() {
        condition.walk(&mut |part| used.note(part));
    }
    for operand in policy.operands() {
        operand.walk(&mut |part| used.note(part));
    }
    for part in
        policy.rules.iter().filter_map(|rule| rule.says.as_ref()).flat_map(|says| &says.parts)
    {
        if let TemplatePart::Param(id) = part {
            used.params.push(id.index());
        }
    }
    let mut warn = |kind: &str, name: &str, span: Span| {
        sink.push(Diagnostic::new(Code::Unused, span, format!("nothing uses {kind} `{name}`")));
    };
    for (place, param) in policy.params.iter().enumerate() {
        if !used.params.contains(&place) {
            let span = param.values.first().map_or(policy.identity.span, |row| row.span);
            warn("parameter", &param.name, span);
        }
    }
    for (place, list) in policy.lists.iter().enumerate() {
        if !used.lists.contains(&place) {
            warn("list", &list.name, policy.identity.span);
        }
    }
    for (place, define) in policy.defines.iter().enumerate() {
        if !used.defines.contains(&place) {
            let span = match &define.body {
                crate::hir::DefineBody::Condition(condition) => condition.span,
                crate::hir::DefineBody::Operand(operand) => operand.span,
            };
            warn("definition", &define.name, span);
        }
    }
}

fn warn_reasons(sink: &mut Sink, policy: &PolicySet) {
    for param in &policy.params {
        for row in param.values.iter().filter(|row| row.because.is_empty() && row.cites.is_empty())
        {
            sink.push(
                Diagnostic::new(
                    Code::ReasonMissing,
                    row.span,
                    format!("why is `{}` what it is?", param.name),
                )
                .hint("add `because \"...\"`, or `cites SOURCE ITEM`"),
            );
        }
    }
}

/// Warns of `every L has (C)` unless the same conjunction asks that there is an element.
fn warn_every_of_nothing(sink: &mut Sink, condition: &Condition, exist: &[&FieldPath]) {
    match &condition.kind {
        ConditionKind::And(parts) => {
            let mut around = exist.to_vec();
            for part in parts {
                if let ConditionKind::Exists(members) = &part.kind {
                    around.push(&members.path);
                }
            }
            for part in parts {
                warn_every_of_nothing(sink, part, &around);
            }
        }
        ConditionKind::Or(parts) | ConditionKind::AtLeast { of: parts, .. } => {
            for part in parts {
                warn_every_of_nothing(sink, part, exist);
            }
        }
        ConditionKind::Not(inner)
        | ConditionKind::Assume { condition: inner, .. }
        | ConditionKind::InAny { condition: inner, .. }
        | ConditionKind::InTheLast { condition: inner, .. } => {
            warn_every_of_nothing(sink, inner, exist);
        }
        ConditionKind::Every { members, .. } => {
            if exist.iter().any(|path| path.is_same_place(&members.path)) {
                return;
            }
            let shown = &members.path.shown;
            sink.push(
                Diagnostic::new(
                    Code::EveryOfNothing,
                    condition.span,
                    format!("this also holds when `{shown}` is empty"),
                )
                .hint(format!("if that must not count, write `exists {shown} and every ...`")),
            );
        }
        ConditionKind::Field(_)
        | ConditionKind::Define(_)
        | ConditionKind::Rule { .. }
        | ConditionKind::Rules { .. }
        | ConditionKind::Has(_)
        | ConditionKind::IsKnown(_)
        | ConditionKind::Equal(..)
        | ConditionKind::OneOf { .. }
        | ConditionKind::Order { .. }
        | ConditionKind::Exists(_)
        | ConditionKind::Inconsistent { .. }
        | ConditionKind::Mistake => {}
    }
}

/// Warns of controls that are met exactly when a flag they answer is not hit.
fn warn_mirrors(sink: &mut Sink, sources: &Sources, policy: &PolicySet) {
    for rule in &policy.rules {
        let RuleBody::Control(control) = &rule.body else {
            continue;
        };
        let ConditionKind::Not(inner) = &control.met_when.kind else {
            continue;
        };
        let mirrored = control.answers.iter().find(|answer| {
            let when = policy.rule(answer.flag).when();
            when.is_some_and(|when| bare(sources, when.span) == bare(sources, inner.span))
        });
        if let Some(answer) = mirrored {
            let flag = &policy.rule(answer.flag).name;
            sink.push(Diagnostic::new(
                Code::ControlMirrorsFlag,
                control.met_when.span,
                format!("`{}` is met whenever `{flag}` is not hit", rule.name),
            ));
        }
    }
}

/// The text of a span without blanks and outer brackets.
fn bare(sources: &Sources, span: Span) -> String {
    let text: String =
        sources.text(span).chars().filter(|letter| !letter.is_whitespace()).collect();
    text.strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
        .map(str::to_owned)
        .unwrap_or(text)
}
