//! What a policy that reads well may still have wrong: conditions that cannot hold, dates with holes,
//! decisions that would clear somebody about whom something is unknown, rules that rest on origin.

mod cycles;
mod dates;
mod decision;
mod fairness;
mod growing;
mod lints;
mod satisfiable;
mod text;
mod versions;

pub(crate) use growing::only_rises;
pub(crate) use text::is_invisible;
pub use versions::check_versions;

use std::ops::Deref;

use crate::diagnostic::Sink;
use crate::hir::PolicySet;
use crate::source::Sources;

/// Something that was checked without an error. Only this module makes one.
#[derive(Clone, Debug)]
pub struct Checked<T>(T);

impl<T> Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Checks a resolved policy; `None` if it, or anything found before, has an error.
pub fn check(sink: &mut Sink, sources: &Sources, policy: PolicySet) -> Option<Checked<PolicySet>> {
    cycles::check(sink, &policy);
    growing::check(sink, &policy);
    satisfiable::check(sink, &policy);
    dates::check(sink, &policy);
    decision::check(sink, &policy);
    fairness::check(sink, &policy);
    // What looks unused or without reason may only be so for want of a part with an error.
    if !sink.has_errors() {
        lints::check(sink, sources, &policy);
    }
    (!sink.has_errors()).then_some(Checked(policy))
}

/// Looks at the text of a file for characters that deceive a reader.
pub fn check_text(sink: &mut Sink, id: crate::source::FileId, file: &crate::source::SourceFile) {
    text::check(sink, id, file);
}
