use crate::hir::FieldPath;
use crate::source::Span;
use crate::types::{RecordId, Type};

/// The clause that an expression stands in; it decides what may be asked there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clause {
    Prohibition,
    Flag,
    Raised,
    Control,
    Required,
    Level,
    Define,
    Exception,
    Constant,
}

impl Clause {
    /// Whether the outcomes of flags and prohibitions can be asked.
    pub(super) const fn sees_indicators(self) -> bool {
        matches!(self, Self::Flag | Self::Raised | Self::Required | Self::Level)
    }

    /// Whether the outcomes of controls can be asked.
    pub(super) const fn sees_controls(self) -> bool {
        matches!(self, Self::Level)
    }

    /// Whether `any flag is hit` and its like can be asked.
    pub(super) const fn sees_all_rules(self) -> bool {
        matches!(self, Self::Required | Self::Level)
    }

    /// Whether the score can be asked.
    pub(super) const fn sees_score(self) -> bool {
        matches!(self, Self::Level)
    }

    /// Whether it may matter that a fact is known.
    pub(super) const fn sees_known(self) -> bool {
        matches!(self, Self::Control | Self::Required | Self::Level)
    }
}

/// What names mean at a place of an expression.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) clause: Clause,
    /// The elements that the place is inside of, from the outermost.
    pub(super) frames: Vec<Frame>,
    /// The windows that the place is inside of, from the outermost.
    pub(super) windows: Vec<WindowFrame>,
    /// Fields that are known to have a value here.
    pub(super) guards: Vec<FieldPath>,
    /// Whether a comparison with none is no here, without asking.
    pub(super) none_is_no: bool,
    /// How many list conditions the place is inside of.
    pub(super) lists_around: usize,
    /// Whether what is asked is asked of other subjects, too.
    pub(super) is_of_peers: bool,
    /// Names given with `as`, with their places.
    pub(super) named: Vec<(String, Span)>,
    /// Fields of elements that bear the name of a field of the record, where they are used.
    pub(super) hiding: Vec<(String, Span)>,
    /// Fields of the record that are named in full, as `contractor.id`.
    pub(super) outer: Vec<String>,
}

/// An element that the place is inside of.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Its type.
    pub(super) of: Type,
    /// The path to it, for people.
    pub(super) shown: String,
}

/// A window that the place is inside of.
#[derive(Clone, Debug)]
pub(super) struct WindowFrame {
    /// Their type.
    pub(super) record: RecordId,
    /// Its name in paths.
    pub(super) name: String,
}

impl Scope {
    pub(super) fn new(clause: Clause) -> Self {
        Self {
            clause,
            frames: Vec::new(),
            windows: Vec::new(),
            guards: Vec::new(),
            none_is_no: false,
            lists_around: 0,
            is_of_peers: false,
            named: Vec::new(),
            hiding: Vec::new(),
            outer: Vec::new(),
        }
    }
}
