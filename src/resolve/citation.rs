use super::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Citation, SourceId};
use crate::syntax::ast;

impl Resolver<'_> {
    /// The citations that name something; the others are reported.
    pub(super) fn citations<'a>(
        &mut self,
        written: impl IntoIterator<Item = &'a ast::Citation>,
    ) -> Vec<Citation> {
        written.into_iter().filter_map(|citation| self.citation(citation)).collect()
    }

    fn citation(&mut self, written: &ast::Citation) -> Option<Citation> {
        let name = written.source.as_str();
        let Some(place) = self.sources.iter().position(|source| source.name == name) else {
            let diagnostic = Diagnostic::new(
                Code::UnknownSource,
                written.source.span,
                format!("there is no source `{name}`"),
            )
            .suggest(name, self.sources.iter().map(|source| source.name.as_str()));
            self.report(diagnostic);
            return None;
        };
        let source = self.sources.get(place)?;
        let item_name = written.item.as_str();
        let Some(item) = source.items.iter().position(|item| item.name == item_name) else {
            let diagnostic = Diagnostic::new(
                Code::UnknownSource,
                written.item.span,
                format!("source `{name}` has no item `{item_name}`"),
            )
            .suggest(item_name, source.items.iter().map(|item| item.name.as_str()));
            self.report(diagnostic);
            return None;
        };
        Some(Citation {
            source: SourceId(place),
            item,
            partly: written.partly,
            because: written.because.as_ref().map(|because| because.text.clone()),
            span: written.source.span.into(),
        })
    }

    /// Splits reasons into words and citations.
    pub(super) fn reasons(&mut self, written: &[ast::Reason]) -> (Vec<String>, Vec<Citation>) {
        let because = written.iter().filter_map(|reason| match reason {
            ast::Reason::Because(text) => Some(text.text.clone()),
            ast::Reason::Cites(_) => None,
        });
        let because = because.collect();
        let cites = self.citations(written.iter().filter_map(|reason| match reason {
            ast::Reason::Cites(citation) => Some(citation),
            ast::Reason::Because(_) => None,
        }));
        (because, cites)
    }
}
