use std::collections::BTreeMap;

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Source, SourceItem};
use crate::syntax::ast::{self, Place};

impl Resolver<'_> {
    /// A document that rules cite; title and items are required.
    pub(super) fn source(&mut self, written: &ast::Source) -> Source {
        let owner = format!("source `{}`", written.name);
        if written.title.is_none() {
            self.missing(written.name.span, &owner, "title");
        }
        if written.items.is_empty() {
            self.missing(written.name.span, &owner, "item");
        }
        if self.sources.iter().any(|source| source.name == written.name.text) {
            self.error(
                Code::DuplicateName,
                written.name.span,
                format!("{owner} is declared twice"),
            );
        }
        let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
        for item in &written.items {
            if let Some(first) = seen.insert(item.name.as_str(), item.name.span) {
                self.report(
                    Diagnostic::new(
                        Code::DuplicateName,
                        item.name.span,
                        format!("item `{}` is given twice", item.name),
                    )
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
            items: written
                .items
                .iter()
                .map(|item| SourceItem {
                    name: item.name.text.clone(),
                    text: item.text.text.clone(),
                })
                .collect(),
        }
    }
}
