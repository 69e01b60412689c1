use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{DefineId, ListId, ParamId, RuleId, RuleKind};
use crate::syntax::ast::{Declaration, Name, Place};
use crate::types::Schema;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    Param(ParamId),
    List(ListId),
    Define(DefineId),
    Rule(RuleId, RuleKind),
}

/// Names that the language gives a meaning of their own.
const BUILTIN_NAMES: [&str; 2] = ["as_of", "score"];

/// The names that the declarations of a policy bear; they share one space with the fields of records.
#[derive(Debug, Default)]
pub(super) struct Names {
    symbols: BTreeMap<String, (Symbol, Place)>,
    rules: Vec<String>,
    /// Names of declarations that could not be parsed.
    unread: BTreeSet<String>,
}

impl Names {
    /// Numbers params, lists, defines and rules in the order of the text and reports names given twice.
    pub(super) fn collect(
        sink: &mut Sink,
        schema: &Schema,
        declarations: &[&Declaration],
        unread: impl IntoIterator<Item = String>,
    ) -> Self {
        let mut names = Self { unread: unread.into_iter().collect(), ..Self::default() };
        let (mut params, mut lists, mut defines) = (0, 0, 0);
        for declaration in declarations {
            let (name, symbol) = match declaration {
                Declaration::Param(param) => {
                    (&param.name, Symbol::Param(ParamId(next(&mut params))))
                }
                Declaration::List(list) => (&list.name, Symbol::List(ListId(next(&mut lists)))),
                Declaration::Define(define) => {
                    (&define.name, Symbol::Define(DefineId(next(&mut defines))))
                }
                Declaration::Prohibition(rule) => {
                    (&rule.clauses.name, names.next_rule(&rule.clauses.name, RuleKind::Prohibition))
                }
                Declaration::Flag(rule) => {
                    (&rule.clauses.name, names.next_rule(&rule.clauses.name, RuleKind::Flag))
                }
                Declaration::Control(rule) => {
                    (&rule.clauses.name, names.next_rule(&rule.clauses.name, RuleKind::Control))
                }
                Declaration::Policy(_)
                | Declaration::Use(_)
                | Declaration::Record(_)
                | Declaration::Enumeration(_)
                | Declaration::Source(_)
                | Declaration::Rates(_)
                | Declaration::Exception(_)
                | Declaration::Gap(_)
                | Declaration::NotCollected(_)
                | Declaration::Decision(_) => continue,
            };
            names.add(sink, schema, name, symbol);
        }
        report_repeated_ids(sink, declarations);
        names
    }

    pub(super) fn get(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name).map(|(symbol, _)| *symbol)
    }

    /// Whether a declaration of that name is there and could not be parsed, which is reported already.
    pub(super) fn is_unread(&self, name: &str) -> bool {
        self.unread.contains(name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Symbol)> {
        self.symbols.iter().map(|(name, (symbol, _))| (name.as_str(), *symbol))
    }

    fn next_rule(&mut self, name: &Name, kind: RuleKind) -> Symbol {
        self.rules.push(name.text.clone());
        Symbol::Rule(RuleId(self.rules.len() - 1), kind)
    }

    fn add(&mut self, sink: &mut Sink, schema: &Schema, name: &Name, symbol: Symbol) {
        let field_of = schema.records().iter().find(|record| record.field(name.as_str()).is_some());
        if let Some(record) = field_of {
            let message = format!("`{name}` is also a field of `{}`", record.name);
            sink.push(
                Diagnostic::new(Code::DuplicateName, name.span, message)
                    .hint("choose another name: a condition must say which of the two is meant"),
            );
        }
        if BUILTIN_NAMES.contains(&name.as_str()) {
            let message = format!("`{name}` has a meaning of its own in the language");
            sink.push(
                Diagnostic::new(Code::DuplicateName, name.span, message)
                    .hint("choose another name"),
            );
        }
        match self.symbols.get(name.as_str()) {
            Some((_, first)) => sink.push(
                Diagnostic::new(Code::DuplicateName, name.span, format!("`{name}` is given twice"))
                    .related(*first, "first given here"),
            ),
            None => {
                self.symbols.insert(name.text.clone(), (symbol, name.span));
            }
        }
    }
}

fn next(counter: &mut usize) -> usize {
    *counter += 1;
    *counter - 1
}

/// Ids of exceptions and gaps, which no condition names, are unique among themselves.
fn report_repeated_ids(sink: &mut Sink, declarations: &[&Declaration]) {
    let mut seen: BTreeMap<(&str, &str), Place> = BTreeMap::new();
    for declaration in declarations {
        let (kind, name) = match declaration {
            Declaration::Exception(exception) => ("exception", &exception.name),
            Declaration::Gap(gap) => ("gap", &gap.name),
            Declaration::Rates(rates) => ("rates", &rates.name),
            Declaration::Policy(_)
            | Declaration::Use(_)
            | Declaration::Record(_)
            | Declaration::Enumeration(_)
            | Declaration::Source(_)
            | Declaration::Param(_)
            | Declaration::List(_)
            | Declaration::Define(_)
            | Declaration::Flag(_)
            | Declaration::Prohibition(_)
            | Declaration::Control(_)
            | Declaration::NotCollected(_)
            | Declaration::Decision(_) => continue,
        };
        match seen.get(&(kind, name.as_str())) {
            Some(first) => sink.push(
                Diagnostic::new(Code::DuplicateName, name.span, format!("`{name}` is given twice"))
                    .related(*first, "first given here"),
            ),
            None => {
                seen.insert((kind, name.as_str()), name.span);
            }
        }
    }
}
