//! What a comparison says, in sentences for people who have to approve a change: the one place that has them.

use super::sentence::Sentence;
use crate::review::published::Standing;
use crate::review::{
    Change, ClauseId, Comparison, Detail, Direction, Step, Through, VersionSummary, What,
};

/// Longest value that stands inside of a sentence; longer ones stand below it.
const INLINE_MAX: usize = 60;

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
pub(super) fn on_the_whole(direction: Option<Direction>) -> &'static str {
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
        Step::Major => "rules or levels are gone or have other names",
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

/// A part that changed, as a sentence, and what stands below it where that is too long for one.
pub(super) struct Said {
    pub(super) sentence: Sentence,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
    /// Whether the values are texts for people, and no conditions or names.
    pub(super) is_prose: bool,
}

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
        (_, part, Some(level), None) if is_level(change, part) => one(
            label(change, part).words(" has no condition any more, and was reached where "),
            Some(level),
            None,
        ),
        (_, part, None, Some(level)) if is_level(change, part) => one(
            label(change, part).words(" had no condition, and is reached now where "),
            None,
            Some(level),
        ),
        ("policy", "review by", Some(old), None) => alone(
            of("It need not be looked at again any more; it was to be by ").code(old).words("."),
        ),
        _ => return None,
    })
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

fn is_level(change: &Change, part: &str) -> bool {
    change.clause.kind == "decision" && part.ends_with(" when")
}

/// What a part of a clause is called, at the beginning of a sentence.
fn label(change: &Change, part: &str) -> Sentence {
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
    Sentence::of("This holds only as long as ").then(Sentence::named(text)).words(".")
}

/// What is to be said where no record was found, or where a direction has to be judged by a person.
pub(super) fn beside_witnesses(detail: &Detail, was_sought: bool) -> Option<&'static str> {
    let is_condition =
        detail.part == "when" || detail.part.ends_with(" when") || detail.part == "raised to";
    match (detail.direction, detail.witnesses.len()) {
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

fn alone(sentence: Sentence) -> Said {
    Said { sentence, old: None, new: None, is_prose: false }
}

/// One value, which is no text for people.
fn one(sentence: Sentence, old: Option<&str>, new: Option<&str>) -> Said {
    Value { is_prose: false }.one(sentence, old, new)
}

/// How values stand in a sentence, or below it where they are too long for that.
#[derive(Clone, Copy)]
struct Value {
    is_prose: bool,
}

impl Value {
    fn put(self, sentence: Sentence, value: &str) -> Sentence {
        if self.is_prose { sentence.quoted(value) } else { sentence.code(value) }
    }

    fn below(self, sentence: Sentence, old: Option<&str>, new: Option<&str>) -> Said {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Said { sentence, old: owned(old), new: owned(new), is_prose: self.is_prose }
    }

    fn one(self, sentence: Sentence, old: Option<&str>, new: Option<&str>) -> Said {
        match old.or(new).filter(|value| self.is_prose || is_short(value)) {
            Some(value) => alone(self.put(sentence, value).words(".")),
            None => self.below(sentence, old, new),
        }
    }

    fn both(self, label: Sentence, old: &str, new: &str) -> Said {
        if is_short(old) && is_short(new) {
            let made = self.put(label.words(" goes from "), old).words(" to ");
            return alone(self.put(made, new).words("."));
        }
        self.below(label.words(" is another one now:"), Some(old), Some(new))
    }

    fn of_set(self, of: &str, old: Option<&str>, new: Option<&str>) -> Said {
        match (old, new) {
            (Some(old), Some(new)) if is_short(old) && is_short(new) => {
                let made = self.put(Sentence::of(&format!("Taken out of {of}: ")), old);
                alone(self.put(made.words("; added: "), new).words("."))
            }
            (Some(old), Some(new)) => self.below(
                Sentence::of(&format!("Taken out of {of}, and added to it:")),
                Some(old),
                Some(new),
            ),
            (Some(old), None) => {
                self.one(Sentence::of(&format!("Taken out of {of}: ")), Some(old), None)
            }
            (None, new) => self.one(Sentence::of(&format!("Added to {of}: ")), None, new),
        }
    }
}

fn is_short(value: &str) -> bool {
    !value.contains('\n') && value.chars().count() <= INLINE_MAX
}
