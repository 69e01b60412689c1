//! What the evaluator saw on the way, for evidence and explanations. Recording is a switch: the same
//! code runs with a recorder and without.

use std::collections::BTreeSet;

use super::Truth;
use crate::digest::Digest;
use crate::hir::RuleId;
use crate::peers::{Age, SharedKey};
use crate::program::NodeId;
use crate::types::FieldSlot;
use crate::value::{Instant, Shown};

/// One step of an evaluation, with the steps inside it.
#[derive(Clone, Debug)]
pub struct Step {
    /// What was evaluated or seen.
    pub what: What,
    /// The steps inside, in order.
    pub inside: Vec<Step>,
}

/// What a step is.
#[derive(Clone, Debug)]
pub enum What {
    /// A condition came to this.
    Condition(NodeId, Truth),
    /// A value came to this.
    Operand {
        /// Where it was written.
        node: NodeId,
        /// Its name, by its place among the program's names.
        name: Option<usize>,
        /// The value in words.
        shown: String,
        /// Why it could not be computed, if so.
        cannot: Option<Cannot>,
        /// Whether equal values count once.
        distinct: bool,
    },
    /// A field was read.
    Fact(FactSeen),
    /// An element of a list was looked at.
    Element(ElementSeen),
    /// What picks the elements of a list was asked of one.
    Filter,
    /// A window of elements was looked at, and its condition came to this.
    Window(Truth),
    /// The outcome of another rule was asked, and the answer was this.
    Rule(RuleId, Truth),
    /// The subject was compared with others.
    Peers(PeersSeen),
    /// Two known amounts could not be compared.
    Cannot(Cannot),
}

/// Whom a subject shares something with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeersSeen {
    /// What is shared, by its fields.
    pub keys: Vec<Vec<FieldSlot>>,
    /// How many others share it, at least.
    pub low: usize,
    /// How many others share it, at most.
    pub high: Option<usize>,
    /// The first of those who certainly do, by name.
    pub ids: Vec<String>,
    /// Subjects that could be compared.
    pub known_keys: usize,
    /// Subjects of the roster.
    pub of: usize,
    /// The groups, each with a digest of who belongs to it.
    pub groups: Vec<(SharedKey, Digest)>,
    /// Elements of the subject that have what is shared, as `logins[3]`.
    pub places: BTreeSet<String>,
    /// Why the number is open although the subject's own facts are known, if so.
    pub cannot: Option<Cannot>,
    /// How new the sharing is: what is certain of it, and what is possible.
    pub(super) ages: (Age, Age),
}

/// A field that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactSeen {
    /// Which field, from the subject on.
    pub steps: Vec<FieldSlot>,
    /// Where, as `logins[3].ip`.
    pub place: String,
    /// What was there.
    pub seen: Seen,
}

/// An element that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElementSeen {
    /// Where, as `logins[3]`.
    pub place: String,
    /// Whether it is one of those asked about.
    pub included: Truth,
    /// Whether it stands for any number of elements of a list that is unknown.
    pub many: bool,
    /// When the element of the outermost list happened.
    pub time: ElementTime,
    /// The field that tells so, where elements of its kind have one.
    pub dated_by: Option<FactSeen>,
}

/// When an element happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementTime {
    /// Elements of its kind have no time.
    Untimed,
    /// At this time; of a day, at its start.
    At(Instant),
    /// It is unknown when.
    Unknown,
}

/// What was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A value.
    Value(Shown),
    /// It is known that there is none.
    None,
    /// Nobody collected it.
    Unknown,
}

/// Why something known could not be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cannot {
    /// Amounts of different currencies, and no rate between them.
    Currency,
    /// A result outside the range of numbers or of the calendar.
    Range,
    /// The list in which it is looked up is too old.
    Stale,
    /// Facts about other subjects are missing.
    Others,
    /// The roster to compare with was not collected, or without the subject.
    Roster,
}

impl Cannot {
    /// As decisions write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Currency => "currency",
            Self::Range => "range",
            Self::Stale => "stale",
            Self::Others => "others",
            Self::Roster => "roster",
        }
    }
}

/// Takes down the steps of an evaluation, or does not.
pub(super) trait Trace {
    /// Whether every part is evaluated, even where the result is certain already.
    const RECORDS: bool;

    /// Whether fields that are read are steps, and what is seen is put into words.
    fn takes_facts(&self) -> bool;

    /// A step begins.
    fn begin(&mut self);

    /// The step that began last ends, and this is what it was.
    fn end(&mut self, what: impl FnOnce() -> What);

    /// A step without steps inside.
    fn note(&mut self, what: impl FnOnce() -> What) {
        self.begin();
        self.end(what);
    }
}

/// Takes nothing down.
pub(super) struct Silent;

impl Trace for Silent {
    const RECORDS: bool = false;

    fn takes_facts(&self) -> bool {
        false
    }

    fn begin(&mut self) {}

    fn end(&mut self, _: impl FnOnce() -> What) {}
}

/// Takes everything down, or everything except which fields were read, and nothing in words.
#[derive(Default)]
pub(super) struct Recorder {
    is_without_facts: bool,
    done: Vec<Step>,
    open: Vec<Vec<Step>>,
}

impl Recorder {
    /// For those who do not ask for the fields that were read.
    pub(super) fn without_facts() -> Self {
        Self { is_without_facts: true, ..Self::default() }
    }

    /// The steps that were taken, in order.
    pub(super) fn into_steps(self) -> Vec<Step> {
        self.done
    }
}

impl Trace for Recorder {
    const RECORDS: bool = true;

    fn takes_facts(&self) -> bool {
        !self.is_without_facts
    }

    fn begin(&mut self) {
        self.open.push(std::mem::take(&mut self.done));
    }

    fn end(&mut self, what: impl FnOnce() -> What) {
        let inside = std::mem::replace(&mut self.done, self.open.pop().unwrap_or_default());
        self.done.push(Step { what: what(), inside });
    }
}
