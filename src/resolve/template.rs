use super::Resolver;
use super::names::Symbol;
use super::scope::Scope;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Template, TemplatePart};
use crate::syntax::ast::Text;

impl Resolver<'_> {
    /// What a hit says: text with names in braces, each given with `as` or of a parameter.
    pub(super) fn template(&mut self, scope: &Scope, written: &Text) -> Template {
        let mut parts = Vec::new();
        let mut rest = written.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                parts.push(TemplatePart::Text(before.to_owned()));
            }
            let Some((name, behind)) = after.split_once('}') else {
                self.report(
                    Diagnostic::new(
                        Code::Placeholder,
                        written.span,
                        "a brace in this text is not closed",
                    )
                    .hint("a value stands in braces: `{addresses}`"),
                );
                rest = "";
                break;
            };
            parts.extend(self.placeholder(scope, written, name));
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Text(rest.to_owned()));
        }
        Template { parts }
    }

    fn placeholder(&mut self, scope: &Scope, written: &Text, name: &str) -> Option<TemplatePart> {
        if scope.named.iter().any(|(known, _)| known == name) {
            return Some(TemplatePart::Value(name.to_owned()));
        }
        if let Some(Symbol::Param(id)) = self.symbol(name) {
            return Some(TemplatePart::Param(id));
        }
        let params = self.names.iter().filter(|(_, symbol)| matches!(symbol, Symbol::Param(_)));
        let known =
            scope.named.iter().map(|(known, _)| known.as_str()).chain(params.map(|(name, _)| name));
        let diagnostic = Diagnostic::new(
            Code::Placeholder,
            written.span,
            format!("`{{{name}}}` has no value here"),
        )
        .suggest(name, known)
        .hint("give the value its name in the condition: `count of ... as NAME >= 4`");
        self.report(diagnostic);
        None
    }
}
