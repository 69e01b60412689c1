use std::collections::BTreeMap;

use serde::Serialize;

use super::sentence::{Sentence, line};
use super::words::{kind, outcome};
use crate::report::page::grouped;
use crate::review::Comparison;
use crate::review::impact::{Flip, Impact, Shift, ShiftCount, Toward};

/// Most subjects of one pair of decisions that are named.
const SUBJECTS_MAX: usize = 50;

/// Most reasons of refusals that are told.
const REASONS_MAX: usize = 10;

/// What becomes of a roster, in words.
#[derive(Serialize)]
pub(super) struct ImpactTold {
    pub(super) roster: String,
    pub(super) as_of: String,
    /// `29 records read = 29 decided by both versions + 0 refused.`
    pub(super) account: String,
    pub(super) has_refused: bool,
    pub(super) refusals: Vec<String>,
    /// What it comes to.
    pub(super) verdict: String,
    pub(super) unsettled: String,
    /// Levels of the new version.
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<MatrixRow>,
    pub(super) flips: Vec<FlipTold>,
    /// Rules that came out differently for somebody.
    pub(super) rules: Vec<ShiftTold>,
    pub(super) newly_unknown: Vec<UnknownTold>,
}

/// Whoever had one decision by the old version.
#[derive(Serialize)]
pub(super) struct MatrixRow {
    pub(super) level: String,
    pub(super) cells: Vec<MatrixCell>,
}

#[derive(Serialize)]
pub(super) struct MatrixCell {
    /// Empty where there is nobody.
    pub(super) subjects: String,
    pub(super) is_same: bool,
}

/// Subjects who go from one decision to another.
#[derive(Serialize)]
pub(super) struct FlipTold {
    pub(super) old: String,
    pub(super) new: String,
    /// `more severe`, `less severe`, or nothing.
    pub(super) toward: &'static str,
    pub(super) tone: &'static str,
    pub(super) subjects: String,
    pub(super) rules: Vec<ShiftTold>,
    /// What is said where the decision of some changed and no rule did.
    pub(super) without_rule: String,
    pub(super) named: Vec<String>,
    pub(super) more: String,
}

/// What a rule came to, and now comes to.
#[derive(Serialize)]
pub(super) struct ShiftTold {
    pub(super) sentence: Sentence,
    pub(super) subjects: String,
}

/// A rule that is unknown now and was not.
#[derive(Serialize)]
pub(super) struct UnknownTold {
    pub(super) rule: String,
    pub(super) subjects: String,
}

impl ImpactTold {
    pub(super) fn new(roster: &str, impact: &Impact, comparison: &Comparison) -> Self {
        let kinds = Kinds::of(comparison);
        let reasons = impact.refusals.iter().take(REASONS_MAX).map(|reason| {
            let of = if reason.path.is_empty() { "the record" } else { &reason.path };
            format!("{}: {} ({})", line(of), line(&reason.reason), grouped(reason.count))
        });
        Self {
            roster: line(roster),
            as_of: impact.as_of.replace('T', " ").replace('Z', " UTC"),
            account: account(impact),
            has_refused: impact.refused > 0,
            refusals: reasons.collect(),
            verdict: verdict(impact),
            unsettled: unsettled(impact),
            columns: impact.new_levels.iter().map(|level| line(level)).collect(),
            rows: rows(impact),
            flips: impact.flips.iter().map(|flip| FlipTold::new(flip, &kinds)).collect(),
            rules: kinds.shifts(&impact.rules),
            newly_unknown: impact
                .newly_unknown
                .iter()
                .map(|count| UnknownTold {
                    rule: line(&count.rule),
                    subjects: grouped(count.subjects),
                })
                .collect(),
        }
    }
}

fn account(impact: &Impact) -> String {
    format!(
        "{} {} read = {} decided by both versions + {} refused.",
        grouped(impact.records),
        if impact.records == 1 { "record" } else { "records" },
        grouped(impact.decided),
        grouped(impact.refused)
    )
}

fn verdict(impact: &Impact) -> String {
    if impact.changed == 0 {
        return format!("None of {} people gets another decision.", grouped(impact.decided));
    }
    let other = impact.changed - impact.more_severe - impact.less_severe;
    let mut parts = vec![
        format!("{} a less severe one", grouped(impact.less_severe)),
        format!("{} a more severe one", grouped(impact.more_severe)),
    ];
    if other > 0 {
        parts.push(format!("{} one that cannot be compared", grouped(other)));
    }
    let verb = if impact.changed == 1 { "gets" } else { "get" };
    format!(
        "{} of {} people {verb} another decision: {}.",
        grouped(impact.changed),
        grouped(impact.decided),
        parts.join(", ")
    )
}

fn unsettled(impact: &Impact) -> String {
    let of = &impact.unsettled;
    format!(
        "Missing facts can still change decisions: {} by the old version, {} by the new one; {} newly, {} no longer.",
        grouped(of.old),
        grouped(of.new),
        grouped(of.newly),
        grouped(of.no_longer)
    )
}

fn rows(impact: &Impact) -> Vec<MatrixRow> {
    let counts: BTreeMap<(&str, &str), u64> = impact
        .matrix
        .iter()
        .map(|cell| ((cell.old.as_str(), cell.new.as_str()), cell.subjects))
        .collect();
    let cell = |old: &str, new: &str| MatrixCell {
        subjects: counts.get(&(old, new)).map(|count| grouped(*count)).unwrap_or_default(),
        is_same: old == new,
    };
    let row = |old: &String| MatrixRow {
        level: line(old),
        cells: impact.new_levels.iter().map(|new| cell(old, new)).collect(),
    };
    impact.old_levels.iter().map(row).collect()
}

impl FlipTold {
    fn new(flip: &Flip, kinds: &Kinds<'_>) -> Self {
        let named: Vec<String> =
            flip.first.iter().take(SUBJECTS_MAX).map(|touched| line(&touched.subject)).collect();
        let more = flip.subjects.saturating_sub(named.len() as u64);
        let (toward, tone) = match flip.toward {
            Toward::MoreSevere => ("more severe", "stricter"),
            Toward::LessSevere => ("less severe", "looser"),
            Toward::Other => ("", "quiet"),
        };
        let without_rule = match flip.without_rule {
            0 => String::new(),
            all if all == flip.subjects => {
                "No rule came out differently for them: the score or the conditions of the levels did it.".to_owned()
            }
            some => format!(
                "For {} of them no rule came out differently: the score or the conditions of the levels did it.",
                grouped(some)
            ),
        };
        Self {
            old: line(&flip.old),
            new: line(&flip.new),
            toward,
            tone,
            subjects: grouped(flip.subjects),
            rules: kinds.shifts(&flip.rules),
            without_rule,
            named,
            more: if more > 0 { format!("and {} more", grouped(more)) } else { String::new() },
        }
    }
}

/// What kind of rule a name is of, and its title, as far as the comparison tells.
struct Kinds<'c>(BTreeMap<&'c str, (&'static str, &'c str)>);

impl<'c> Kinds<'c> {
    fn of(comparison: &'c Comparison) -> Self {
        let rules = comparison.changes.iter().filter_map(|change| {
            let name = change.clause.name.as_deref()?;
            let is_rule = matches!(change.clause.kind, "flag" | "prohibition" | "control");
            let title = change.title.as_deref().unwrap_or_default();
            is_rule.then_some((name, (change.clause.kind, title)))
        });
        Self(rules.collect())
    }

    fn shifts(&self, counts: &[ShiftCount]) -> Vec<ShiftTold> {
        let told = |count: &ShiftCount| ShiftTold {
            sentence: self.shift(&count.shift),
            subjects: grouped(count.subjects),
        };
        counts.iter().map(told).collect()
    }

    fn shift(&self, shift: &Shift) -> Sentence {
        let mut made = match self.0.get(shift.rule.as_str()) {
            Some((of, title)) if !title.is_empty() => {
                Sentence::of(kind(of)).words(" ").quoted(title).words(" ").code(&shift.rule)
            }
            Some((of, _)) => Sentence::of(kind(of)).words(" ").code(&shift.rule),
            None => Sentence::default().code(&shift.rule),
        };
        if let Some(was) = &shift.was {
            made = made.words(" (was ").code(was).words(")");
        }
        let word = |state: Option<&'static str>| state.map_or("no such rule", outcome);
        made = made.words(": ");
        if let (Some(old), Some(new)) = (shift.old_points, shift.new_points) {
            return made.words(&format!(
                "{}, counting {} → {}",
                word(shift.new),
                points(old),
                points(new)
            ));
        }
        made.words(word(shift.old)).words(" → ").words(word(shift.new))
    }
}

fn points((low, high): (u32, u32)) -> String {
    if low == high { low.to_string() } else { format!("{low} to {high}") }
}
