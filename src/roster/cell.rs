/// What the file of a table itself says of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CellKind {
    /// A text, which may mean anything; blank where there is none.
    #[default]
    Text,
    /// A number, with a point before its decimals.
    Number,
    /// `true` or `false`.
    YesNo,
    /// A date or a time as ISO has them.
    Time,
    /// A null; it has no text.
    Null,
    /// A list or an object, as JSON.
    Nested,
    /// A value that no field takes; its text says why.
    Unusable,
}

impl CellKind {
    const ALL: [Self; 7] = [
        Self::Text,
        Self::Number,
        Self::YesNo,
        Self::Time,
        Self::Null,
        Self::Nested,
        Self::Unusable,
    ];

    /// Its place among the kinds, under which it is kept.
    pub(super) fn code(self) -> u8 {
        (0..).zip(Self::ALL).find(|(_, kind)| *kind == self).map_or(0, |(code, _)| code)
    }

    pub(super) fn of_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// A cell of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'c> {
    pub(super) text: &'c str,
    pub(super) kind: CellKind,
}

impl<'c> Cell<'c> {
    /// One that does not stand there.
    pub(super) const BLANK: Cell<'static> = Cell { text: "", kind: CellKind::Text };

    pub(super) fn is_blank(self) -> bool {
        self.kind == CellKind::Text && self.text.trim().is_empty()
    }

    /// What a message quotes.
    pub(super) fn shown(self) -> &'c str {
        if self.kind == CellKind::Unusable { "" } else { self.text }
    }

    /// What names a subject or a currency; empty where the cell holds no single value.
    pub(super) fn name(self) -> &'c str {
        match self.kind {
            CellKind::Text | CellKind::Number | CellKind::YesNo | CellKind::Time => {
                self.text.trim()
            }
            CellKind::Null | CellKind::Nested | CellKind::Unusable => "",
        }
    }
}
