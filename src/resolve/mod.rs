//! Gives names their meaning and expressions their types.
//!
//! Every mistake is reported and replaced by a placeholder, so that one does not cause others.

mod citation;
mod condition;
mod constant;
mod decision;
mod guard;
mod list_condition;
mod list_file;
mod names;
mod operand;
mod path;
mod peers;
mod policy;
mod relief;
mod rule;
mod schema;
mod scope;
mod source;
mod template;

pub(crate) use source::document;

use crate::diagnostic::{Code, Diagnostic, Sentence, Sink};
use crate::hir::{Define, List, Param, PolicySet, Source};
use crate::source::Span;
use crate::syntax::ast::{self, Declaration};
use crate::types::{RecordId, Schema};
pub use list_file::ListFile;
use names::{Names, Symbol};

/// The files of one policy version.
#[derive(Clone, Debug)]
pub struct PolicyFiles {
    /// The file with the `policy` declaration.
    pub policy: ast::PolicyFile,
    /// The files it uses, in the order they were loaded, each once.
    pub used: Vec<ast::PolicyFile>,
    /// The files of lists that they name.
    pub lists: Vec<ListFile>,
}

/// Resolves a policy; `None` where what is missing leaves nothing to check. Errors are in the sink.
pub fn resolve(sink: &mut Sink, files: &PolicyFiles) -> Option<PolicySet> {
    let declarations: Vec<&Declaration> = files
        .used
        .iter()
        .chain(std::iter::once(&files.policy))
        .flat_map(|file| &file.declarations)
        .collect();
    report_misplaced(sink, files);
    let policy = declarations.iter().find_map(|found| found.policy())?;
    let schema = schema::build(sink, &declarations);
    let subject = schema::subject(sink, &schema, policy)?;
    let mut resolver = Resolver {
        sink,
        names: Names::default(),
        schema,
        subject,
        sources: Vec::new(),
        params: Vec::new(),
        lists: Vec::new(),
        defines: Vec::new(),
        list_files: files.lists.clone(),
    };
    let unread = files.used.iter().chain([&files.policy]).flat_map(|file| file.unread.clone());
    resolver.names = Names::collect(resolver.sink, &resolver.schema, &declarations, unread);
    resolver.policy_set(policy, &declarations)
}

/// What has been resolved so far.
struct Resolver<'s> {
    sink: &'s mut Sink,
    names: Names,
    schema: Schema,
    subject: RecordId,
    sources: Vec<Source>,
    params: Vec<Param>,
    lists: Vec<List>,
    defines: Vec<Define>,
    list_files: Vec<ListFile>,
}

impl Resolver<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    fn error(&mut self, code: Code, span: impl Into<Span>, message: impl Into<Sentence>) {
        self.sink.push(Diagnostic::new(code, span, message));
    }

    /// Reports that a required clause is not there.
    fn missing(&mut self, span: impl Into<Span>, owner: &str, clause: &str) {
        self.error(Code::ClauseMissing, span, format!("{owner} has no `{clause}`"));
    }

    fn symbol(&self, name: &str) -> Option<Symbol> {
        self.names.get(name)
    }

    /// The one of a few fixed words that was written, or a report of the choices.
    fn word<T: Copy>(
        &mut self,
        name: &ast::Name,
        choices: &[T],
        word: fn(T) -> &'static str,
    ) -> Option<T> {
        let found = choices.iter().copied().find(|choice| word(*choice) == name.as_str());
        if found.is_none() {
            let words: Vec<&str> = choices.iter().map(|choice| word(*choice)).collect();
            let message = format!("`{name}` is none of {}", list_words(&words));
            self.report(
                Diagnostic::new(Code::UnknownWord, name.span, message)
                    .suggest(name.as_str(), words),
            );
        }
        found
    }
}

/// `a`, `b` or `c`, each in backticks.
fn list_words(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        only => only.concat(),
    }
}

/// One policy to a file, and nothing that belongs to a policy in a file that is shared.
fn report_misplaced(sink: &mut Sink, files: &PolicyFiles) {
    let mut policies = files.policy.declarations.iter().filter_map(Declaration::policy);
    let first = policies.next();
    for second in policies {
        let diagnostic =
            Diagnostic::new(Code::Misplaced, second.name.span, "a file holds one policy")
                .hint("move this one to a file of its own");
        sink.push(match first {
            Some(first) => diagnostic.related(first.name.span, "the first policy of the file"),
            None => diagnostic,
        });
    }
    for declaration in files.used.iter().flat_map(|file| &file.declarations) {
        if !is_shareable(declaration) {
            sink.push(
                Diagnostic::new(
                    Code::Misplaced,
                    declaration.place(),
                    "a file that is brought in with `use` cannot hold this",
                )
                .hint("it may hold records, enums, sources, params, lists, rates and definitions"),
            );
        }
    }
}

/// Whether a file that policies share may hold the declaration.
pub(crate) fn is_shareable(declaration: &Declaration) -> bool {
    match declaration {
        Declaration::Use(_)
        | Declaration::Record(_)
        | Declaration::Enumeration(_)
        | Declaration::Source(_)
        | Declaration::Param(_)
        | Declaration::List(_)
        | Declaration::Rates(_)
        | Declaration::Define(_) => true,
        Declaration::Policy(_)
        | Declaration::Flag(_)
        | Declaration::Prohibition(_)
        | Declaration::Control(_)
        | Declaration::Exception(_)
        | Declaration::Gap(_)
        | Declaration::NotCollected(_)
        | Declaration::Decision(_) => false,
    }
}
