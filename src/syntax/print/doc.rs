//! Text with places where lines may break, after Wadler's `A prettier printer`, with comments that
//! wait for the end of their line.

/// Longest line that is not broken, in characters.
const WIDTH: usize = 100;

/// A piece of text whose layout is not decided yet.
#[derive(Clone, Debug)]
pub(super) enum Doc {
    Nil,
    Text(String),
    /// A blank, or a line break.
    Line,
    /// Nothing, or a line break.
    SoftLine,
    /// A line break.
    Hard,
    /// A comment that stands at the end of the line, whatever follows.
    Trailing(String),
    /// A comment on a line of its own, or at the end of the line that is begun.
    Comment(String),
    /// Keeps the groups around from standing on one line.
    Break,
    Concat(Vec<Doc>),
    /// Lines inside begin further right.
    Indent(Box<Doc>),
    /// Lines inside begin where it begins.
    Align(Box<Doc>),
    /// On one line if it fits, otherwise broken at all its places.
    Group(Box<Doc>),
    /// Items that are broken only where the line is full.
    Fill(Vec<Doc>),
}

impl Doc {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn concat(parts: impl IntoIterator<Item = Doc>) -> Self {
        Self::Concat(parts.into_iter().collect())
    }

    pub(super) fn indented(self) -> Self {
        Self::Indent(Box::new(self))
    }

    pub(super) fn aligned(self) -> Self {
        Self::Align(Box::new(self))
    }

    pub(super) fn grouped(self) -> Self {
        Self::Group(Box::new(self))
    }

    /// With something between each two.
    pub(super) fn join(parts: impl IntoIterator<Item = Doc>, between: &Doc) -> Self {
        let mut joined = Vec::new();
        for part in parts {
            if !joined.is_empty() {
                joined.push(between.clone());
            }
            joined.push(part);
        }
        Self::Concat(joined)
    }

    /// In brackets, with the inside on lines of its own where it does not fit.
    pub(super) fn bracketed(self, open: &str, close: &str) -> Self {
        let inside = Self::concat([Self::SoftLine, self]).indented();
        Self::concat([Self::text(open), inside, Self::SoftLine, Self::text(close)]).grouped()
    }

    /// Laid out, without a line break at the end.
    pub(super) fn print(&self) -> String {
        let mut printer = Printer::default();
        printer.print(self);
        printer.out
    }

    fn must_break(&self) -> bool {
        match self {
            Self::Hard | Self::Comment(_) | Self::Break => true,
            Self::Nil | Self::Text(_) | Self::Line | Self::SoftLine | Self::Trailing(_) => false,
            Self::Concat(parts) | Self::Fill(parts) => parts.iter().any(Self::must_break),
            Self::Indent(inner) | Self::Align(inner) | Self::Group(inner) => inner.must_break(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Flat,
    Broken,
}

/// What is still to be printed.
#[derive(Clone, Copy)]
enum Work<'d> {
    Doc(usize, Mode, &'d Doc),
    /// Further items, before each of which a line may break.
    Items(usize, &'d [Doc]),
}

#[derive(Default)]
struct Printer {
    out: String,
    column: usize,
    /// Comments that wait for the end of the line.
    trailing: Vec<String>,
}

impl Printer {
    fn print(&mut self, doc: &Doc) {
        let mut rest = vec![Work::Doc(0, Mode::Broken, doc)];
        while let Some(work) = rest.pop() {
            match work {
                Work::Doc(indent, mode, doc) => self.doc(indent, mode, doc, &mut rest),
                Work::Items(indent, items) => {
                    let Some((item, others)) = items.split_first() else { continue };
                    rest.push(Work::Items(indent, others));
                    let fits = self.trailing.is_empty()
                        && !item.must_break()
                        && fits(WIDTH.saturating_sub(self.column + 1), indent, item, &rest);
                    if fits {
                        self.write(" ");
                    } else {
                        self.line_break(indent);
                    }
                    self.group(indent, item, &mut rest);
                }
            }
        }
        self.flush();
    }

    fn doc<'d>(&mut self, indent: usize, mode: Mode, doc: &'d Doc, rest: &mut Vec<Work<'d>>) {
        match doc {
            Doc::Nil | Doc::Break => {}
            Doc::Text(text) => self.write(text),
            Doc::Trailing(comment) => self.trailing.push(comment.clone()),
            Doc::Comment(comment) => {
                if self.is_at_line_start() {
                    self.write(comment);
                } else {
                    self.trailing.push(comment.clone());
                }
                self.line_break(indent);
            }
            Doc::Line if mode == Mode::Flat => self.write(" "),
            Doc::SoftLine if mode == Mode::Flat => {}
            Doc::Line | Doc::SoftLine | Doc::Hard => self.line_break(indent),
            Doc::Concat(parts) => {
                rest.extend(parts.iter().rev().map(|doc| Work::Doc(indent, mode, doc)));
            }
            Doc::Indent(doc) => rest.push(Work::Doc(indent + 2, mode, doc)),
            Doc::Align(doc) => rest.push(Work::Doc(self.column, mode, doc)),
            Doc::Group(doc) => self.group(indent, doc, rest),
            Doc::Fill(items) => {
                if let Some((first, others)) = items.split_first() {
                    rest.push(Work::Items(indent, others));
                    self.group(indent, first, rest);
                }
            }
        }
    }

    fn group<'d>(&mut self, indent: usize, doc: &'d Doc, rest: &mut Vec<Work<'d>>) {
        let room = WIDTH.saturating_sub(self.column);
        let is_flat = !doc.must_break() && fits(room, indent, doc, rest);
        rest.push(Work::Doc(indent, if is_flat { Mode::Flat } else { Mode::Broken }, doc));
    }

    fn is_at_line_start(&self) -> bool {
        self.out.rsplit('\n').next().is_none_or(|line| line.trim_end().is_empty())
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn line_break(&mut self, indent: usize) {
        self.flush();
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
        self.out.push_str(&" ".repeat(indent));
        self.column = indent;
    }

    /// Writes the comments that waited for the end of the line.
    fn flush(&mut self) {
        for comment in std::mem::take(&mut self.trailing) {
            self.out.truncate(self.out.trim_end_matches(' ').len());
            self.out.push_str("  ");
            self.out.push_str(&comment);
        }
    }
}

/// Whether something stands on the rest of the line, with all that follows up to the next place where
/// the line may break.
fn fits(room: usize, indent: usize, doc: &Doc, after: &[Work<'_>]) -> bool {
    let mut room = room;
    let mut own = vec![Work::Doc(indent, Mode::Flat, doc)];
    let mut after = after.iter().rev();
    loop {
        let Some(work) = own.pop().or_else(|| after.next().copied()) else { return true };
        let (indent, mode, doc) = match work {
            Work::Doc(indent, mode, doc) => (indent, mode, doc),
            Work::Items(_, []) => continue,
            Work::Items(..) => return true,
        };
        match doc {
            Doc::Nil | Doc::Break | Doc::Trailing(_) => {}
            Doc::Text(text) => {
                let length = text.chars().count();
                if length > room {
                    return false;
                }
                room -= length;
            }
            Doc::Line if mode == Mode::Flat => {
                if room == 0 {
                    return false;
                }
                room -= 1;
            }
            Doc::SoftLine if mode == Mode::Flat => {}
            Doc::Line | Doc::SoftLine | Doc::Hard | Doc::Comment(_) => return true,
            Doc::Concat(parts) => {
                own.extend(parts.iter().rev().map(|doc| Work::Doc(indent, mode, doc)));
            }
            Doc::Fill(parts) if mode == Mode::Flat => {
                for (place, part) in parts.iter().enumerate().rev() {
                    own.push(Work::Doc(indent, mode, part));
                    if place > 0 {
                        own.push(Work::Doc(indent, mode, &Doc::Line));
                    }
                }
            }
            Doc::Fill(parts) => {
                let Some((first, others)) = parts.split_first() else { continue };
                own.push(Work::Items(indent, others));
                own.push(Work::Doc(indent, Mode::Flat, first));
            }
            Doc::Indent(doc) | Doc::Align(doc) => own.push(Work::Doc(indent, mode, doc)),
            // What follows may be broken on its own, but its first line must fit as it is.
            Doc::Group(doc) => own.push(Work::Doc(indent, mode, doc)),
        }
    }
}
