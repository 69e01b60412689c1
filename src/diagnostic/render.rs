use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level as Shown, Renderer, Snippet};

use super::{Diagnostic, Level};
use crate::source::{SourceFile, Sources, Span};

/// How findings are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// With colours, for a terminal that has them.
    pub color: bool,
    /// Columns to wrap at.
    pub width: usize,
}

/// One finding as an excerpt of the source with the places marked.
#[must_use]
pub fn render(found: &Diagnostic, sources: &Sources, style: Style) -> String {
    let level = match found.level() {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
        Level::Note => Shown::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(&found.message).id(found.code.id()));
    for (id, file) in sources.iter() {
        let in_file = |span: Span| (span.file == id).then(|| covered(file, span));
        let primary = in_file(found.span)
            .map(|range| AnnotationKind::Primary.span(range).label(found.label.as_deref()));
        let related = found.related.iter().filter_map(|related| {
            in_file(related.span)
                .map(|range| AnnotationKind::Context.span(range).label(related.label.as_str()))
        });
        let annotations: Vec<_> = primary.into_iter().chain(related).collect();
        if !annotations.is_empty() {
            let snippet = Snippet::source(file.text())
                .path(file.path().display().to_string())
                .annotations(annotations);
            group = group.element(snippet);
        }
    }
    for hint in &found.hints {
        group = group.element(Shown::HELP.message(hint));
    }
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Unicode).term_width(style.width).render(&[group])
}

/// The bytes of a span, cut to the file, and at most its first line: an excerpt of a whole rule would
/// bury the point.
fn covered(file: &SourceFile, span: Span) -> std::ops::Range<usize> {
    let end = span.end.min(file.text().len());
    let start = span.start.min(end);
    let first_line = file.text().get(start..end).and_then(|text| text.find('\n'));
    start..first_line.map_or(end, |length| start + length)
}
