use super::sentence::Sentence;
use crate::review::Change;

/// What a part of a clause is called, at the beginning of a sentence.
pub(super) fn label(change: &Change, part: &str) -> Sentence {
    let kind = change.clause.kind;
    let words = match (kind, part) {
        ("exception", "when") => "The condition under which it relieves",
        (_, "when") => "The condition",
        (_, "applies when") => "The condition for whom it applies to",
        (_, "severity") => "The severity",
        (_, "weight") => "The weight in the score",
        (_, "raised to") => "The condition for the raised severity",
        (_, "raised to weight") => "The weight at the raised severity",
        (_, "innocent reasons") => "The text on innocent reasons",
        (_, "met when") => "The condition under which it counts as done",
        (_, "failed when") => "The condition for a bad result",
        (_, "required when") => "The condition under which it must be done",
        (_, "dated") => "The day from which it counts",
        (_, "lasts") => "The time for which it lasts",
        (_, "answers") => "What it does for a red flag",
        (_, "cites") => "What it rests on",
        (_, "audience") => "Whom it is for",
        (_, "owner") => "The owner",
        (_, "replaces") => "What it replaces",
        (_, "title") => "The title",
        (_, "says") => "What is said on a hit",
        (_, "respond") => "What to do on a hit",
        (_, "note") => "The notes",
        (_, "because") => "The reason that is given",
        ("decision", "levels") => "The row of levels",
        ("decision", "cap") => "The most for which some red flags count together",
        ("decision", "unsettled") => "The level of whoever is not settled",
        ("rates", "value") => "The rates",
        ("rates", "to") => "The currency that amounts are turned into",
        (_, "value") => "The value",
        ("list", "values") => "The list",
        ("enum", "values") => "The words that the field can have",
        (_, "stale after") => "The time after which the list is too old to clear anybody",
        (_, "as of") => "The day of the list",
        (_, "meaning") => "The meaning",
        (_, "name") => "The name",
        (_, "status") => "The status",
        (_, "effective") => "The time in force",
        (_, "review by") => "The day by which it is to be looked at again",
        ("record", "fields") => "The record",
        ("source", "items") => "The document",
        ("source", "issuer") => "Who issued it",
        ("source", "issued") => "The day on which it was issued",
        ("source", "url") => "The address",
        ("gap", "kind") => "The kind",
        (_, "accepted by") => "Who accepted it",
        (_, "approved by") => "Who approved it",
        ("exception", "excepts") => "What it relieves from",
        (_, "from") => "The first day",
        (_, "until") => "The day on which it ends",
        _ => return compound(kind, part),
    };
    Sentence::of(words)
}

/// Parts that name something: `field pay`, `item 3`, `review when`, `weight high`.
fn compound(kind: &str, part: &str) -> Sentence {
    let (before, name, after) = if let Some(field) = part.strip_prefix("field ") {
        match field.strip_suffix(" in words") {
            Some(field) => ("The description of the field ", field, ""),
            None => ("The type of the field ", field, ""),
        }
    } else if let Some(item) = part.strip_prefix("item ") {
        ("The text of the item ", item, "")
    } else if let Some(level) = part.strip_suffix(" when").filter(|_| kind == "decision") {
        ("The condition of the level ", level, "")
    } else if let Some(severity) = part.strip_prefix("weight ") {
        ("The weight of red flags of severity ", severity, " that have none of their own")
    } else {
        ("", part, "")
    };
    let made = if before.is_empty() { Sentence::default() } else { Sentence::of(before) };
    let made = made.code(name);
    if after.is_empty() { made } else { made.words(after) }
}
