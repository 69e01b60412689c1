use std::collections::BTreeMap;

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{Restated, Source, SourceItem};
use crate::syntax::ast::{self, Place};

impl Resolver<'_> {
    /// A document that rules cite; its name must be its own.
    pub(super) fn source(&mut self, written: &ast::Source) -> Source {
        if self.sources.iter().any(|source| source.name == written.name.text) {
            self.error(
                Code::DuplicateName,
                written.name.span,
                format!("source `{}` is declared twice", written.name),
            );
        }
        document(self.sink, written)
    }
}

/// A document; title and items are required.
pub(crate) fn document(sink: &mut Sink, written: &ast::Source) -> Source {
    let mut missing = |clause: &str| {
        let message = format!("source `{}` has no `{clause}`", written.name);
        sink.push(Diagnostic::new(Code::ClauseMissing, written.name.span, message));
    };
    if written.title.is_none() {
        missing("title");
    }
    if written.items.is_empty() {
        missing("item");
    }
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    for item in &written.items {
        if let Some(first) = seen.insert(item.name.as_str(), item.name.span) {
            let message = format!("item `{}` is given twice", item.name);
            sink.push(
                Diagnostic::new(Code::DuplicateName, item.name.span, message)
                    .related(first, "first given here"),
            );
        }
    }
    let text = |text: &Option<ast::Text>| text.as_ref().map(|text| text.text.clone());
    Source {
        name: written.name.text.clone(),
        title: text(&written.title).unwrap_or_default(),
        issuer: text(&written.issuer).unwrap_or_default(),
        issued: written.issued,
        url: text(&written.url),
        items: written.items.iter().map(source_item).collect(),
    }
}

fn source_item(written: &ast::SourceItem) -> SourceItem {
    let restates = written.restates.iter().map(|restated| Restated {
        source: restated.source.text.clone(),
        item: restated.item.text.clone(),
        partly: restated.partly,
        because: restated.because.as_ref().map(|because| because.text.clone()),
    });
    SourceItem {
        name: written.name.text.clone(),
        text: written.text.text.clone(),
        restates: restates.collect(),
    }
}
