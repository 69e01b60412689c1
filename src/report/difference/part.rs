use super::label::label;
use super::sentence::Sentence;
use super::value::{Said, Value, alone, one};
use super::words::shown;
use crate::review::{Change, Detail, What};

/// What changed in a part of a clause.
pub(super) fn part(change: &Change, detail: &Detail) -> Said {
    let part = detail.part.as_str();
    let (old, new) = (detail.old.as_deref(), detail.new.as_deref());
    if part == "text" {
        return alone(Sentence::of(
            "Its text changes in something that no other line here tells of: compare both texts.",
        ));
    }
    if !detail.by.is_empty() {
        let names: Vec<String> = detail.by.iter().map(shown).collect();
        let made = label(change, part)
            .words(" keeps its words and means something else, since this changes: ")
            .codes(names.iter().map(String::as_str));
        return Said { new: new.or(old).map(str::to_owned), ..alone(made.words(".")) };
    }
    if change.what == What::Replaced && part == "when" && is_names(change, detail) {
        return alone(Sentence::of("What they ask for together is compared as one condition."));
    }
    if let Some(said) = special(change, detail) {
        return said;
    }
    let value = Value { is_prose: is_prose(change.clause.kind, part) };
    if let Some(of) = set(change.clause.kind, part) {
        return value.of_set(of, old, new);
    }
    let label = label(change, part);
    match (old, new) {
        (Some(old), Some(new)) => value.both(label, old, new),
        (None, Some(new)) => value.one(label.words(" is new: "), None, Some(new)),
        (Some(old), None) => value.one(label.words(" is gone; it was "), Some(old), None),
        (None, None) => alone(label.words(" changes.")),
    }
}

/// Parts whose two values are what was taken out and what was added, and not the whole of them: out of what.
fn set(kind: &str, part: &str) -> Option<&'static str> {
    Some(match (kind, part) {
        (_, "cites") => "what it rests on",
        (_, "audience") => "whom it is for",
        (_, "replaces") => "what it says that it replaces",
        (_, "note") => "the notes",
        ("exception", "excepts") => "what it relieves from",
        ("source", "items") => "the items of the document",
        ("record", "fields") => "the fields of the record",
        ("enum", "values") => "the words that the field can have",
        ("list", "values") => "the list",
        ("rates", "value") => "the rates",
        _ => return None,
    })
}

/// Texts that are written for people.
fn is_prose(kind: &str, part: &str) -> bool {
    matches!(
        part,
        "title"
            | "says"
            | "respond"
            | "note"
            | "because"
            | "innocent reasons"
            | "cites"
            | "owner"
            | "issuer"
            | "accepted by"
            | "approved by"
    ) || part.ends_with(" in words")
        || (kind == "source" && part.starts_with("item "))
}

/// Whether the values are the names of rules, and not their conditions.
fn is_names(change: &Change, detail: &Detail) -> bool {
    detail.old.as_deref() == Some(change.was.join(", ").as_str())
}

/// Changes that have sentences of their own.
fn special(change: &Change, detail: &Detail) -> Option<Said> {
    let (old, new) = (detail.old.as_deref(), detail.new.as_deref());
    let of = |words: &str| Sentence::of(words);
    if change.clause.kind == "decision"
        && let Some(level) = detail.part.strip_suffix(" when")
    {
        return of_level(level, old, new);
    }
    Some(match (change.clause.kind, detail.part.as_str(), old, new) {
        (_, "applies when", None, Some(new)) => {
            one(of("It applied to everybody, and applies now only where "), None, Some(new))
        }
        (_, "applies when", Some(old), None) => {
            one(of("It applies to everybody now, and applied only where "), Some(old), None)
        }
        (_, "raised to", None, Some(severity)) => {
            alone(of("Under a further condition it is raised to ").code(severity).words(" now."))
        }
        (_, "raised to", Some(severity), None) => {
            alone(of("It is no longer raised to ").code(severity).words("."))
        }
        ("control", "answers", None, Some(new)) => {
            alone(answer(of("Done, it now answers the red flag "), new, "counts").words("."))
        }
        ("control", "answers", Some(old), None) => {
            alone(answer(of("It no longer answers the red flag "), old, "counted").words("."))
        }
        ("control", "answers", Some(old), Some(new)) => {
            let was = answer(of("Done, it answered the red flag "), old, "counted");
            alone(answer(was.words("; now it answers "), new, "counts").words("."))
        }
        ("control", "lasts", None, Some(new)) => {
            one(of("It never ran out, and lasts now "), None, Some(new))
        }
        ("control", "lasts", Some(old), None) => {
            one(of("It never runs out now, and lasted "), Some(old), None)
        }
        ("control", "required when", Some(old), None) => one(
            of("It must be done where what it answers is hit, or always; before, only where "),
            Some(old),
            None,
        ),
        ("control", "required when", None, Some(new)) => one(
            of(
                "It must be done only where a condition holds now; before, where what it answers was hit, or always: ",
            ),
            None,
            Some(new),
        ),
        ("control", "failed when", None, Some(new)) => {
            one(of("It can have a bad result now, which is where "), None, Some(new))
        }
        ("control", "failed when", Some(old), None) => {
            one(of("It cannot have a bad result any more, which was where "), Some(old), None)
        }
        ("exception", "until", Some(day), None) => {
            alone(of("It has no end any more, and ended on ").code(day).words("."))
        }
        ("exception", "until", None, Some(day)) => {
            alone(of("It ends on ").code(day).words(", and had no end."))
        }
        ("decision", "must have", None, Some(path)) => alone(
            of("The decision stays open now as long as this is not known: ").code(path).words("."),
        ),
        ("decision", "must have", Some(path), None) => alone(
            of("The decision no longer stays open where this is not known: ").code(path).words("."),
        ),
        ("decision", "cap", None, Some(cap)) => alone(capped(of("New: "), cap)),
        ("decision", "cap", Some(cap), None) => alone(capped(of("Gone: "), cap)),
        ("policy", "review by", Some(old), None) => alone(
            of("It need not be looked at again any more; it was to be by ").code(old).words("."),
        ),
        _ => return None,
    })
}

/// That a level is reached, or no longer.
fn of_level(level: &str, old: Option<&str>, new: Option<&str>) -> Option<Said> {
    match (old, new) {
        (Some(_), None) => {
            let said = Sentence::of("Nobody reaches the level ").code(level);
            Some(one(said.words(" any more; it was reached where "), old, None))
        }
        (None, Some(_)) => {
            let said = Sentence::of("Nobody reached the level ").code(level);
            Some(one(said.words("; it is reached now where "), None, new))
        }
        (Some(_), Some(_)) | (None, None) => None,
    }
}

/// `NAME reducing to POINTS at any time`, in words.
fn answer(before: Sentence, text: &str, counts: &str) -> Sentence {
    let (text, at_any_time) = match text.strip_suffix(" at any time") {
        Some(text) => (text, ", whenever it was done"),
        None => (text, ""),
    };
    let (flag, points) = text.split_once(" reducing to ").unwrap_or((text, "nothing"));
    before.code(flag).words(&format!(" (which then {counts} {points}{at_any_time})"))
}

/// `LIMIT for NAMES`, in words.
fn capped(before: Sentence, cap: &str) -> Sentence {
    match cap.split_once(" for ") {
        Some((limit, names)) => before
            .words("these red flags together count ")
            .code(limit)
            .words(" at most: ")
            .codes(names.split(", "))
            .words("."),
        None => before.code(cap).words("."),
    }
}
