//! What a comparison says, in sentences for people who have to approve a change: the one place that has them.

use super::sentence::Sentence;
use crate::review::published::Standing;
use crate::review::{
    Change, ClauseId, Comparison, Detail, Direction, Step, Through, VersionSummary, What,
};

/// What the digest of a difference is.
pub(super) const SIGNED: &str =
    "Digest of this difference, which `duecare approve --diff-from` signs:";

/// What a kind of clause is called.
pub(super) fn kind(kind: &str) -> &str {
    match kind {
        "policy" => "Head of the policy",
        "use" => "Files that are used",
        "record" => "Record",
        "enum" => "Words of a field",
        "source" => "Source document",
        "param" => "Parameter",
        "list" => "List",
        "rates" => "Exchange rates",
        "define" => "Definition",
        "flag" => "Red flag",
        "prohibition" => "Prohibition",
        "control" => "Control",
        "exception" => "Exception",
        "gap" => "Left out on purpose",
        "not collected" => "Accepted as not collected",
        "decision" => "Decision",
        other => other,
    }
}

/// What an outcome of a rule is called.
pub(super) fn outcome(word: &str) -> &str {
    match word {
        "clear" => "not hit",
        "unknown" => "not known",
        "not_applicable" => "does not apply",
        "not_covered" => "not looked at",
        "reviewed" => "hit, and cleared by review",
        "met" => "done",
        "unmet" => "not done",
        "expired" => "done too long ago",
        "failed" => "done, with a bad result",
        "not_required" => "need not be done",
        other => other,
    }
}

/// What a direction means.
pub(super) const fn meaning(direction: Direction) -> &'static str {
    match direction {
        Direction::Stricter => {
            "Whoever was caught, or asked for something, still is; others can be caught or asked too."
        }
        Direction::Looser => {
            "Nobody is caught, or asked for something, who was not before; some can be let go."
        }
        Direction::Neither => {
            "Some can be let go who were caught, and others can be caught who were not."
        }
        Direction::NotDetermined => {
            "It was not proved to be any of these. Whoever approves it has to read both texts and judge."
        }
        Direction::Equal => "Other words that say the same: nobody is judged differently.",
    }
}

/// What a direction does on the whole.
pub(super) fn on_the_whole(direction: Option<Direction>, is_any_open: bool) -> &'static str {
    match direction {
        None => "Nothing changes by which people are judged.",
        Some(Direction::Stricter) => {
            "On the whole it is stricter: no single change lets anybody go."
        }
        Some(Direction::Looser) => {
            "On the whole it is looser: no single change catches anybody new."
        }
        Some(Direction::Neither) => {
            "On the whole it is neither stricter nor looser: there are changes both ways."
        }
        Some(Direction::NotDetermined) if !is_any_open => {
            "What each change does to its rule is proved; what they do together to decisions is not, because controls, levels or what is accepted as not collected can turn it round."
        }
        Some(Direction::NotDetermined) => {
            "On the whole it is not determined whether it is stricter or looser: at least one change has to be read and judged."
        }
        Some(Direction::Equal) => "On the whole it is equal: nobody is judged differently.",
    }
}

/// A heading for changes of one direction.
pub(super) const fn heading(direction: Direction) -> &'static str {
    match direction {
        Direction::Stricter => "Stricter",
        Direction::Looser => "Looser",
        Direction::Neither => "Neither stricter nor looser",
        Direction::NotDetermined => "Not determined",
        Direction::Equal => "Equal",
    }
}

/// When a version is in force.
pub(super) fn days(version: &VersionSummary) -> String {
    match &version.effective_until {
        Some(until) => format!("from {} until {until}", version.effective_from),
        None => format!("from {}, with no end", version.effective_from),
    }
}

/// Whether a version is published.
pub(super) fn published(standing: Standing) -> String {
    match standing {
        Standing::Published(day) => format!("published on {day}"),
        Standing::Changed(day) => {
            format!(
                "its number was published on {day} with another text: this text is not the published one"
            )
        }
        Standing::NotPublished => "not published".to_owned(),
    }
}

/// What the number of the new version has to be.
pub(super) fn step(comparison: &Comparison) -> String {
    let (old, new) = (&comparison.old.version, &comparison.new.version);
    if comparison.old.name != comparison.new.name {
        return "They are versions of two policies, so that their numbers say nothing of each other."
            .to_owned();
    }
    let needed = comparison.step.needed;
    let reason = match needed {
        Step::Patch => "no outcome can change",
        Step::Minor => {
            "outcomes can change, and every rule and level that somebody may know by its name is still there"
        }
        Step::Major => "rules are gone or have other names, or the row of levels is another one",
    };
    let least = comparison.step.use_instead.as_deref();
    let (said, needed) = match comparison.step.taken {
        None if old == new => (format!("Both have the number {old}"), needed.word()),
        None => (format!("{new} is not later than {old}"), needed.word()),
        Some(taken) if least.is_none() && taken == needed => {
            return format!(
                "From {old} to {new} is a {} step, as the change needs: {reason}.",
                taken.word()
            );
        }
        Some(taken) => (format!("From {old} to {new} is a {} step", taken.word()), needed.word()),
    };
    match least {
        Some(least) => format!(
            "{said}, and the change needs a {needed} step: {reason}. The new version must be {least} at least."
        ),
        None => format!("{said}; a {needed} step would do: {reason}."),
    }
}

/// What became of a clause, in a word or two; nothing where it only changed.
pub(super) const fn fate(what: What) -> &'static str {
    match what {
        What::Added => "new",
        What::Removed => "removed",
        What::Changed => "",
        What::Renamed => "renamed",
        What::Replaced => "replaced",
        What::Moved => "moved",
    }
}

/// What there is to say of what became of a clause.
pub(super) fn further_fate(change: &Change) -> Option<Sentence> {
    let was = |made: Sentence| made.codes(change.was.iter().map(String::as_str));
    match change.what {
        What::Added | What::Removed | What::Changed => None,
        What::Moved => Some(Sentence::of("It stands elsewhere in the text and says the same.")),
        What::Renamed => Some(
            was(Sentence::of("It has another name and says the same; it was called ")).words("."),
        ),
        What::Replaced => {
            let made = was(Sentence::of("It takes the place of "));
            Some(if change.beside.is_empty() {
                made.words(".")
            } else {
                made.words(", together with ")
                    .codes(change.beside.iter().map(String::as_str))
                    .words(".")
            })
        }
    }
}

/// Through which rules a changed value touches people.
pub(super) fn through(all: &[Through]) -> Option<Sentence> {
    if all.is_empty() {
        return None;
    }
    let mut made = Sentence::of("What that alone does to the rules that use it: ");
    for (place, through) in all.iter().enumerate() {
        let comma = if place > 0 { "; " } else { "" };
        made = made
            .words(comma)
            .code(&shown(&through.clause))
            .words(" ")
            .words(through.direction.word());
    }
    Some(made.words("."))
}

/// What a reader has to know to rely on a direction.
pub(super) fn provided(text: &str) -> Sentence {
    match text.strip_prefix("where ") {
        Some(rest) => Sentence::of("Where ").then(Sentence::named(rest)).words("."),
        None => Sentence::of("This holds only as long as ").then(Sentence::named(text)).words("."),
    }
}

/// What is to be said where no record was found, or where a direction has to be judged by a person.
pub(super) fn beside_witnesses(detail: &Detail, was_sought: bool) -> Option<&'static str> {
    let is_condition =
        detail.part == "when" || detail.part.ends_with(" when") || detail.part == "raised to";
    match (detail.direction, detail.witnesses.len()) {
        (Some(Direction::NotDetermined), 0) if !was_sought => Some(
            "It could not be proved whether this is stricter or looser. Read both texts and judge.",
        ),
        (Some(Direction::NotDetermined), 0) => Some(
            "It could not be proved whether this is stricter or looser, and no record shows it. Read both texts and judge.",
        ),
        (Some(Direction::NotDetermined), _) => Some(
            "It could not be proved that this goes one way only. The record shows one way; read both texts and judge whether there is another.",
        ),
        (Some(Direction::Stricter | Direction::Looser | Direction::Neither), 0)
            if is_condition && was_sought =>
        {
            Some(
                "No record was found that both versions judge differently. The direction is proved from the texts; it may be that it touches nobody.",
            )
        }
        (
            Some(Direction::Stricter | Direction::Looser | Direction::Neither | Direction::Equal)
            | None,
            _,
        ) => None,
    }
}

/// A clause by its word and name.
pub(super) fn shown(clause: &ClauseId) -> String {
    match &clause.name {
        Some(name) => format!("{} {name}", clause.kind),
        None => clause.kind.to_owned(),
    }
}
