//! A comparison as short lines, one fact each.

use duecare::review::{Change, ClauseId, Comparison, Detail, Direction, Weight, What};

/// The facts of a comparison, in order.
pub(super) fn lines(comparison: &Comparison) -> Vec<String> {
    let mut lines: Vec<String> = comparison.changes.iter().flat_map(of_change).collect();
    if comparison.is_empty() && !comparison.summary.same_text {
        lines.push("comments".to_owned());
    }
    lines.sort();
    lines
}

fn of_change(change: &Change) -> Vec<String> {
    let clause = clause(&change.clause);
    let direction =
        change.direction.map_or(String::new(), |direction| format!(": {}", direction.word()));
    let names = || {
        let new: Vec<&str> =
            change.clause.name.iter().chain(&change.beside).map(String::as_str).collect();
        format!("{} {} -> {}", change.clause.kind, change.was.join(", "), new.join(", "))
    };
    match change.what {
        What::Added => vec![format!("added {clause}{direction}")],
        What::Removed => vec![format!("removed {clause}{direction}")],
        What::Moved => vec![format!("moved {clause}")],
        What::Renamed => {
            let words = change.details.iter().map(|detail| of_detail(change, detail));
            std::iter::once(format!("renamed {}", names())).chain(words).collect()
        }
        What::Replaced => {
            let (when, others): (Vec<&Detail>, Vec<&Detail>) =
                change.details.iter().partition(|detail| detail.part == "when");
            let witness = when.first().map_or(String::new(), |when| witness(when));
            let direction = change.direction.unwrap_or(Direction::Equal);
            let first = format!("replaced {}: {}{witness}", names(), direction.word());
            std::iter::once(first)
                .chain(others.into_iter().map(|detail| of_detail(change, detail)))
                .collect()
        }
        What::Changed => change.details.iter().map(|detail| of_detail(change, detail)).collect(),
    }
}

fn of_detail(change: &Change, detail: &Detail) -> String {
    let clause = clause(&change.clause);
    let part = &detail.part;
    let word = match detail.weight {
        Weight::Wording => "wording",
        Weight::Grounds if !is_told_as_change(change, detail) => "grounds",
        Weight::Grounds | Weight::Meaning => "changed",
    };
    let values = values(change, detail);
    // A value has the direction of what it does through the rules that use it.
    let direction = detail.direction.or_else(|| {
        let is_value = matches!(change.clause.kind, "param" | "list" | "define" | "rates")
            && matches!(part.as_str(), "value" | "values" | "meaning");
        change.direction.filter(|_| is_value)
    });
    let direction = direction.map_or(String::new(), |direction| format!(": {}", direction.word()));
    let by: Vec<String> = detail.by.iter().map(self::clause).collect();
    let by = if by.is_empty() { String::new() } else { format!(", by {}", by.join(", ")) };
    format!("{word} {clause}{values}{direction}{}{by}", witness(detail))
}

fn is_told_as_change(change: &Change, detail: &Detail) -> bool {
    match change.clause.kind {
        "policy" => matches!(detail.part.as_str(), "status" | "effective"),
        "source" | "record" | "enum" => {
            matches!(detail.part.as_str(), "items" | "fields" | "values")
        }
        "decision" => detail.part.starts_with("weight"),
        _ => false,
    }
}

/// The part, with what it was and is where that is short.
fn values(change: &Change, detail: &Detail) -> String {
    let part = match (change.clause.kind, detail.part.as_str()) {
        ("define", "meaning") => "value",
        ("gap", "accepted") => "accepted by",
        ("source", part) => part.strip_prefix("item ").unwrap_or(part),
        (_, part) => part,
    };
    let (old, new) = (detail.old.as_deref(), detail.new.as_deref());
    let is_set = matches!(
        (change.clause.kind, part),
        ("source", "items") | ("record", "fields") | ("enum", "values")
    );
    if is_set {
        return sign("", old, new);
    }
    match (change.clause.kind, part) {
        ("decision", "must have" | "cap") => match (old, new) {
            (Some(old), Some(new)) => format!(" {part} {old} -> {new}"),
            _ => sign(part, old, new),
        },
        ("param" | "rates" | "define" | "list", "value" | "values") => match (old, new) {
            (Some(old), Some(new))
                if change.clause.kind == "param"
                    && !old.contains("from ")
                    && !new.contains("from ") =>
            {
                format!(" {part} {old} -> {new}")
            }
            _ => format!(" {part}"),
        },
        ("policy", "effective")
        | ("exception" | "not collected", "from" | "until")
        | (_, "severity" | "weight" | "levels" | "stale after") => {
            format!(" {part} {} -> {}", old.unwrap_or("none"), new.unwrap_or("none"))
        }
        (_, "lasts")
            if [old, new]
                .iter()
                .flatten()
                .all(|text| !text.contains([';', '(']) && !text.contains(" when ")) =>
        {
            format!(" {part} {} -> {}", old.unwrap_or("none"), new.unwrap_or("none"))
        }
        ("decision", part) if part.starts_with("weight ") => {
            format!(" {part} {} -> {}", old.unwrap_or("none"), new.unwrap_or("none"))
        }
        _ => format!(" {part}"),
    }
}

fn sign(part: &str, old: Option<&str>, new: Option<&str>) -> String {
    let part = if part.is_empty() { String::new() } else { format!(" {part}") };
    match (old, new) {
        (None, Some(new)) => format!("{part} + {new}"),
        (Some(old), None) => format!("{part} - {old}"),
        (Some(old), Some(new)) => format!("{part} - {old} + {new}"),
        (None, None) => part,
    }
}

fn witness(detail: &Detail) -> String {
    let is_asked = matches!(
        detail.part.as_str(),
        "when" | "applies when" | "raised to" | "met when" | "failed when" | "required when"
    ) || detail.part.ends_with(" when");
    if !is_asked || detail.direction == Some(Direction::Equal) {
        return String::new();
    }
    let shown: Vec<String> = detail
        .witnesses
        .iter()
        .map(|witness| {
            let word = |verdict: &duecare::review::witness::Verdict| match (
                detail.part.as_str(),
                verdict.severity,
                verdict.outcome,
            ) {
                ("raised to", Some(severity), _) => severity.to_owned(),
                (_, _, Some(outcome)) => outcome.to_owned(),
                _ => verdict.decision.clone(),
            };
            format!("{} -> {}", word(&witness.old), word(&witness.new))
        })
        .collect();
    if shown.is_empty() {
        ", no witness".to_owned()
    } else {
        format!(", witness {}", shown.join(" and "))
    }
}

fn clause(clause: &ClauseId) -> String {
    match &clause.name {
        Some(name) => format!("{} {name}", clause.kind),
        None => clause.kind.to_owned(),
    }
}
