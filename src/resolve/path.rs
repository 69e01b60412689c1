use super::names::Symbol;
use super::scope::Scope;
use super::{Names, Resolver};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Derived, FieldPath, Root, Step};
use crate::source::Span;
use crate::syntax::ast::{Name, Path};
use crate::types::{FieldSlot, Type};

/// What the first step of a path is.
enum Start<'p> {
    /// The element of a list of plain values.
    Itself(u8, Type),
    /// A field of an element or of the subject.
    Field(Root, Type),
    /// The elements of a window; the rest of the path goes on from an element.
    Window(u8, Type, &'p [Name]),
    /// An element around, or the record itself, by the name of its type.
    Outer(Root, Type, &'p [Name]),
}

impl Resolver<'_> {
    /// A path that must lead to a field.
    pub(super) fn field(&mut self, scope: &mut Scope, path: &Path) -> Option<FieldPath> {
        let Some(start) = self.start(scope, path) else {
            self.report_unknown(scope, path);
            return None;
        };
        self.note_hiding(scope, path, &start);
        self.walk(scope, path, &start)
    }

    /// Whether the path begins with a field, rather than with the name of a declaration.
    pub(super) fn begins_with_field(&self, scope: &Scope, path: &Path) -> bool {
        self.start(scope, path).is_some()
    }

    /// Innermost elements first, then windows, then the subject.
    fn start<'p>(&self, scope: &Scope, path: &'p Path) -> Option<Start<'p>> {
        let (first, rest) = path.steps.split_first()?;
        let mut frames = innermost_first(&scope.frames);
        if first.as_str() == "it" {
            return frames
                .next()
                .filter(|(_, frame)| !matches!(frame.of, Type::Record(_)))
                .map(|(level, frame)| Start::Itself(level, frame.of));
        }
        let by_type = self.by_type(scope, path);
        for (level, frame) in frames {
            if let Type::Record(record) = frame.of
                && let Some((_, field)) = self.schema.record(record).field(first.as_str())
            {
                // `account.id` in a login, whose `account` is a text, is the `id` of the account around.
                let leads_nowhere = !rest.is_empty()
                    && by_type.is_some()
                    && !matches!(field.shape.of, Type::Record(_) | Type::Ip);
                if !leads_nowhere {
                    return Some(Start::Field(Root::Element(level), frame.of));
                }
            }
        }
        let window =
            innermost_first(&scope.windows).find(|(_, window)| window.name == first.as_str());
        if let Some((level, window)) = window {
            return Some(Start::Window(level, Type::Record(window.record), rest));
        }
        let subject = self.schema.record(self.subject);
        if subject.field(first.as_str()).is_some() {
            return Some(Start::Field(Root::Subject, Type::Record(self.subject)));
        }
        by_type
    }

    /// A path that begins with the name of the type of an element around, or of the record itself.
    fn by_type<'p>(&self, scope: &Scope, path: &'p Path) -> Option<Start<'p>> {
        let (first, rest) = path.steps.split_first().filter(|(_, rest)| !rest.is_empty())?;
        let element = innermost_first(&scope.frames).find(|(_, frame)| {
            let record = frame.of.record();
            record.is_some_and(|record| self.schema.record(record).name == first.as_str())
        });
        match element {
            Some((level, frame)) => Some(Start::Outer(Root::Element(level), frame.of, rest)),
            None if self.schema.record(self.subject).name == first.as_str() => {
                Some(Start::Outer(Root::Subject, Type::Record(self.subject), rest))
            }
            None => None,
        }
    }

    /// Remembers where a field of an element bears the name of one of the record, and which fields of
    /// the record are named in full.
    fn note_hiding(&self, scope: &mut Scope, path: &Path, start: &Start<'_>) {
        let Some(first) = path.steps.first() else {
            return;
        };
        match start {
            Start::Field(Root::Element(level), Type::Record(element)) => {
                let element = self.schema.record(*element).field(first.as_str());
                let outer = self.schema.record(self.subject).field(first.as_str());
                let is_mistakable = element
                    .zip(outer)
                    .is_some_and(|((_, element), (_, outer))| element.shape == outer.shape);
                if is_mistakable && usize::from(*level) < scope.frames.len() {
                    scope.hiding.push((first.text.clone(), first.span.into()));
                }
            }
            Start::Outer(_, _, rest) => {
                scope.outer.extend(rest.first().map(|name| name.text.clone()));
            }
            Start::Itself(..) | Start::Field(..) | Start::Window(..) => {}
        }
    }

    /// Warns of fields that hide one of the record, in an expression that never names that one in full.
    pub(super) fn warn_hidden(&mut self, scope: &Scope) {
        let subject = self.schema.record(self.subject).name.clone();
        for (field, span) in &scope.hiding {
            if !scope.outer.contains(field) {
                let message =
                    format!("`{field}` is here the field of the element, not of the {subject}");
                self.report(
                    Diagnostic::new(Code::FieldHidden, *span, message)
                        .hint(format!("write `{subject}.{field}` if that is meant")),
                );
            }
        }
    }

    fn walk(&mut self, scope: &Scope, path: &Path, start: &Start<'_>) -> Option<FieldPath> {
        let (root, mut of, names) = match start {
            Start::Itself(level, of) => {
                (Root::Element(*level), *of, path.steps.get(1..).unwrap_or_default())
            }
            Start::Field(root, of) => (*root, *of, path.steps.as_slice()),
            Start::Window(level, of, rest) => (Root::Window(*level), *of, *rest),
            Start::Outer(root, of, rest) => (*root, *of, *rest),
        };
        let mut made = FieldPath {
            root,
            steps: Vec::new(),
            derived: None,
            of,
            none_at: Vec::new(),
            shown: shown(scope, root, names, path),
            span: path.span.into(),
        };
        for name in names {
            let Type::Record(record) = of else {
                made.derived = Some(self.derived(of, name, made.derived.is_some())?);
                of = Type::Network;
                continue;
            };
            let record_type = self.schema.record(record);
            let Some((slot, field)) = record_type.field(name.as_str()) else {
                let diagnostic = Diagnostic::new(
                    Code::UnknownName,
                    name.span,
                    format!("`{}` has no field `{name}`", record_type.name),
                )
                .suggest(name.as_str(), record_type.fields.iter().map(|field| field.name.as_str()));
                self.report(diagnostic);
                return None;
            };
            made.push(slot, field.shape.list, field.shape.or_none);
            of = field.shape.of;
        }
        made.of = of;
        Some(made)
    }

    /// What can be computed of a single value: the network of an address.
    fn derived(&mut self, of: Type, name: &Name, again: bool) -> Option<Derived> {
        if of == Type::Ip && name.as_str() == "network" && !again {
            return Some(Derived::NetworkOfIp);
        }
        let message = format!("a value of type `{}` has no `{name}`", self.schema.type_name(of));
        self.error(Code::UnknownName, name.span, message);
        None
    }

    /// Reports a name that nothing bears, with the closest that would have a meaning.
    pub(super) fn report_unknown(&mut self, scope: &Scope, path: &Path) {
        let Some(first) = path.steps.first() else {
            return;
        };
        if self.names.is_unread(first.as_str()) {
            return;
        }
        if first.as_str() == "it" {
            let message =
                "`it` stands for an element of a list of plain values, and there is none here";
            self.error(Code::Scope, first.span, message);
            return;
        }
        let frames = scope.frames.iter().filter_map(|frame| frame.of.record());
        let fields: Vec<&str> = frames
            .chain(std::iter::once(self.subject))
            .flat_map(|record| &self.schema.record(record).fields)
            .map(|field| field.name.as_str())
            .collect();
        let diagnostic = Diagnostic::new(
            Code::UnknownName,
            first.span,
            format!("nothing is called `{first}` here"),
        )
        .suggest(first.as_str(), fields.into_iter().chain(names_of(&self.names)));
        self.report(diagnostic);
    }
}

/// Each with its place counted from the outermost.
fn innermost_first<T>(around: &[T]) -> impl Iterator<Item = (u8, &T)> {
    around
        .iter()
        .enumerate()
        .rev()
        .filter_map(|(level, item)| u8::try_from(level).ok().map(|level| (level, item)))
}

fn names_of(names: &Names) -> impl Iterator<Item = &str> {
    names.iter().map(|(name, _): (&str, Symbol)| name)
}

impl FieldPath {
    fn push(&mut self, slot: FieldSlot, list: bool, or_none: bool) {
        if list {
            self.none_at.clear();
        } else if or_none {
            self.none_at.push(self.steps.len());
        }
        self.steps.push(Step { slot, list });
    }
}

/// The path as it would be written from the subject's record on.
fn shown(scope: &Scope, root: Root, names: &[Name], path: &Path) -> String {
    let steps: Vec<&str> = names.iter().map(Name::as_str).collect();
    let prefix = match root {
        Root::Subject => return steps.join("."),
        Root::Window(_) => return path.to_string(),
        Root::Element(level) => {
            scope.frames.get(usize::from(level)).map_or("", |frame| frame.shown.as_str())
        }
    };
    std::iter::once(prefix).chain(steps).collect::<Vec<_>>().join(".")
}

/// Where a field path points, for messages.
impl From<&FieldPath> for Span {
    fn from(path: &FieldPath) -> Self {
        path.span
    }
}
