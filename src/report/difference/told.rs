//! What pages and texts say of a comparison: one model for all of them.

use serde::Serialize;

use super::citation::CitationTold;
use super::impact::ImpactTold;
use super::part::part;
use super::sentence::{Sentence, line};
use super::texts::{Piece, Row, alone, side_by_side};
use super::value::Said;
use super::witness::WitnessTold;
use super::{Compared, ComparedVersion, words};
use crate::report::page::whole;
use crate::review::published::Standing;
use crate::review::{Change, Detail, Direction, VersionSummary, Weight, What};

/// The order in which directions are shown: first what lets people go, or may.
const ORDER: [Direction; 5] = [
    Direction::Looser,
    Direction::Neither,
    Direction::NotDetermined,
    Direction::Stricter,
    Direction::Equal,
];

/// Fewest changes of which a page lists the contents.
const CONTENTS_MIN: usize = 8;

/// A comparison in words.
#[derive(Serialize)]
pub(super) struct Told {
    pub(super) engine: &'static str,
    /// `North Korean IT workers: what changes from 1.0.0 to 2.0.0`.
    pub(super) title: String,
    pub(super) sides: Vec<SideTold>,
    /// What it comes to.
    pub(super) verdict: String,
    /// What has to be known before anything else.
    pub(super) warnings: Vec<Sentence>,
    pub(super) counts: Vec<Count>,
    pub(super) step: String,
    pub(super) is_step_short: bool,
    /// Changes with a direction, and of what rules rest on.
    pub(super) groups: Vec<Group>,
    /// What becomes of a roster.
    pub(super) impact: Option<ImpactTold>,
    /// Changes of words alone.
    pub(super) wording: Vec<ChangeTold>,
    pub(super) changes: usize,
    /// Whether there are so many that a reader wants to find one.
    pub(super) has_contents: bool,
    /// Whether records were looked for.
    pub(super) was_sought: bool,
    /// What an approval signs of it; absent where records were not looked for, which belong to it.
    pub(super) digest: Option<String>,
}

/// One of the two versions.
#[derive(Serialize)]
pub(super) struct SideTold {
    pub(super) which: &'static str,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) title: String,
    pub(super) status: String,
    pub(super) days: String,
    pub(super) published: String,
    pub(super) digest: String,
    /// As it was asked for.
    pub(super) named: String,
}

/// How many changes there are of a direction.
#[derive(Serialize)]
pub(super) struct Count {
    pub(super) word: &'static str,
    pub(super) changes: usize,
    pub(super) meaning: &'static str,
    /// For its colour.
    pub(super) tone: &'static str,
}

/// Changes that are told together.
#[derive(Serialize)]
pub(super) struct Group {
    pub(super) heading: &'static str,
    pub(super) meaning: &'static str,
    pub(super) tone: &'static str,
    pub(super) changes: Vec<ChangeTold>,
}

/// One changed clause.
#[derive(Serialize)]
pub(super) struct ChangeTold {
    /// Of all, from 1.
    pub(super) number: usize,
    pub(super) kind: String,
    /// Its name as written; empty where there is only one of its kind.
    pub(super) name: String,
    /// What it is called in reports; empty where it has no title.
    pub(super) title: String,
    pub(super) direction: &'static str,
    pub(super) tone: &'static str,
    /// What became of it, in a word; empty where it only changed.
    pub(super) fate: &'static str,
    pub(super) is_removed: bool,
    pub(super) further_fate: Option<Sentence>,
    pub(super) parts: Vec<PartTold>,
    /// Whether the directions of parts say more than that of the whole.
    pub(super) tells_parts: bool,
    pub(super) through: Option<Sentence>,
    pub(super) cites: Vec<CitationTold>,
    /// Both texts, where there are two.
    pub(super) rows: Vec<Row>,
    /// The text, where only one version has it.
    pub(super) lines: Vec<Vec<Piece>>,
}

/// One changed part of a clause.
#[derive(Serialize)]
pub(super) struct PartTold {
    pub(super) sentence: Sentence,
    /// Long values, below the sentence.
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
    /// Whether they are texts for people.
    pub(super) is_prose: bool,
    /// Whether they have to be shown beside the texts of the clause, which do not have them as they are.
    pub(super) is_apart: bool,
    pub(super) direction: &'static str,
    pub(super) tone: &'static str,
    pub(super) notes: Vec<Sentence>,
    pub(super) witnesses: Vec<WitnessTold>,
}

impl Told {
    pub(super) fn new(compared: &Compared<'_>) -> Self {
        let comparison = compared.comparison;
        let mut numbered = 0;
        let mut told = |change: &&Change| {
            numbered += 1;
            ChangeTold::new(numbered, change, compared)
        };
        let mut groups = Vec::new();
        for direction in ORDER {
            let of = |change: &&Change| change.direction == Some(direction);
            let changes = whole_clauses_last(comparison.changes.iter().filter(of).collect());
            groups.push(Group {
                heading: words::heading(direction),
                meaning: words::meaning(direction),
                tone: tone(Some(direction)),
                changes: changes.iter().map(&mut told).collect(),
            });
        }
        let (wording, grounds): (Vec<&Change>, Vec<&Change>) = comparison
            .changes
            .iter()
            .filter(|change| change.direction.is_none())
            .partition(|change| change.weight == Weight::Wording);
        groups.push(Group {
            heading: "What rules rest on",
            meaning: "Documents, records, values and dates that judge nobody by themselves. Where they change what a rule does, the rule stands above.",
            tone: tone(None),
            changes: whole_clauses_last(grounds).iter().map(&mut told).collect(),
        });
        groups.retain(|group| !group.changes.is_empty());
        let wording: Vec<ChangeTold> = wording.iter().map(&mut told).collect();
        Self {
            engine: env!("CARGO_PKG_VERSION"),
            title: title(&comparison.old, &comparison.new),
            sides: vec![
                SideTold::new("Old", &comparison.old, &compared.old),
                SideTold::new("New", &comparison.new, &compared.new),
            ],
            verdict: verdict(compared),
            warnings: warnings(compared),
            counts: counts(compared),
            step: words::step(comparison),
            is_step_short: comparison.step.use_instead.is_some(),
            groups,
            impact: compared
                .impact
                .map(|(roster, impact)| ImpactTold::new(roster, impact, comparison)),
            wording,
            changes: comparison.changes.len(),
            has_contents: comparison.changes.len() >= CONTENTS_MIN,
            was_sought: compared.was_sought,
            digest: compared.was_sought.then(|| comparison.digest().to_string()),
        }
    }
}

/// What was added or removed as a whole is listed after what changed.
fn whole_clauses_last(mut changes: Vec<&Change>) -> Vec<&Change> {
    changes.sort_by_key(|change| matches!(change.what, What::Added | What::Removed));
    changes
}

fn title(old: &VersionSummary, new: &VersionSummary) -> String {
    let name = line(&new.title);
    if old.name == new.name && old.version == new.version {
        format!("{name}: what changes in {}", line(&new.version))
    } else if old.name == new.name {
        format!("{name}: what changes from {} to {}", line(&old.version), line(&new.version))
    } else {
        format!(
            "From {} {} to {} {}",
            line(&old.title),
            line(&old.version),
            name,
            line(&new.version)
        )
    }
}

fn verdict(compared: &Compared<'_>) -> String {
    let comparison = compared.comparison;
    if comparison.summary.same_text {
        return "Both texts are the same, to the letter.".to_owned();
    }
    if comparison.is_empty() {
        return "Only comments, layout or the number of the version changed.".to_owned();
    }
    let is_any_open = comparison.summary.directions.contains_key(&Direction::NotDetermined);
    words::on_the_whole(comparison.summary.direction, is_any_open).to_owned()
}

fn warnings(compared: &Compared<'_>) -> Vec<Sentence> {
    let (old, new) = (&compared.comparison.old, &compared.comparison.new);
    let mut warnings = Vec::new();
    if old.name != new.name {
        warnings.push(
            Sentence::of("These are two policies, ")
                .code(&old.name)
                .words(" and ")
                .code(&new.name)
                .words(": clauses are compared by their names."),
        );
    }
    for (version, standing) in [(old, compared.old.standing), (new, compared.new.standing)] {
        if matches!(standing, Standing::Changed(_)) {
            warnings.push(
                Sentence::of("")
                    .code(&version.version)
                    .words(": ")
                    .words(&words::published(standing))
                    .words("."),
            );
        }
    }
    warnings
}

fn counts(compared: &Compared<'_>) -> Vec<Count> {
    let summary = &compared.comparison.summary;
    let mut counts: Vec<Count> = ORDER
        .into_iter()
        .filter_map(|direction| {
            let count = summary.directions.get(&direction).copied()?;
            Some(Count {
                word: direction.word(),
                changes: count,
                meaning: words::meaning(direction),
                tone: tone(Some(direction)),
            })
        })
        .collect();
    let mut others = |word, count, meaning| {
        if count > 0 {
            counts.push(Count { word, changes: count, meaning, tone: tone(None) });
        }
    };
    others(
        "grounds",
        summary.grounds,
        "Documents, records, values and dates that judge nobody by themselves.",
    );
    others("wording", summary.wording, "Titles, texts for people, notes and places.");
    counts
}

const fn tone(direction: Option<Direction>) -> &'static str {
    match direction {
        Some(Direction::Stricter) => "stricter",
        Some(Direction::Looser) => "looser",
        Some(Direction::Neither) => "neither",
        Some(Direction::NotDetermined) => "open",
        Some(Direction::Equal) | None => "quiet",
    }
}

impl SideTold {
    fn new(which: &'static str, version: &VersionSummary, compared: &ComparedVersion<'_>) -> Self {
        Self {
            which,
            name: line(&version.name),
            version: line(&version.version),
            title: line(&version.title),
            status: version.status.to_owned(),
            days: words::days(version),
            published: words::published(compared.standing),
            digest: version.digest.to_string(),
            named: line(compared.named),
        }
    }
}

impl ChangeTold {
    fn new(number: usize, change: &Change, compared: &Compared<'_>) -> Self {
        let of = if change.what == What::Removed { &compared.old } else { &compared.new };
        let policy = of.policy;
        let was_sought = compared.was_sought;
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        match (&change.old_text, &change.new_text) {
            (Some(old), Some(new)) if old != new => rows = side_by_side(old, new),
            (Some(_), Some(_)) | (None, None) => {}
            (Some(only), None) | (None, Some(only)) => lines = alone(only),
        }
        Self {
            number,
            kind: words::kind(change.clause.kind).to_owned(),
            name: line(change.clause.name.as_deref().unwrap_or_default()),
            title: line(change.title.as_deref().unwrap_or_default()),
            direction: change.direction.map_or("", Direction::word),
            tone: tone(change.direction),
            fate: words::fate(change.what),
            is_removed: change.what == What::Removed,
            further_fate: words::further_fate(change),
            parts: change
                .details
                .iter()
                .map(|detail| PartTold::new(change, detail, was_sought))
                .collect(),
            tells_parts: change.details.len() > 1,
            through: words::through(&change.through),
            cites: CitationTold::all(policy, change),
            rows,
            lines,
        }
    }
}

impl PartTold {
    fn new(change: &Change, detail: &Detail, was_sought: bool) -> Self {
        let said = part(change, detail);
        let provided = detail.provided.iter().map(|text| words::provided(text));
        let beside = words::beside_witnesses(detail, was_sought).map(Sentence::of);
        let is_apart = said.is_prose || !is_in_texts(change, &said);
        Self {
            sentence: said.sentence,
            old: said.old.as_deref().map(whole),
            new: said.new.as_deref().map(whole),
            is_prose: said.is_prose,
            is_apart,
            direction: detail.direction.map_or("", Direction::word),
            tone: tone(detail.direction),
            notes: provided.chain(beside).collect(),
            witnesses: detail
                .witnesses
                .iter()
                .map(|found| WitnessTold::new(change, found))
                .collect(),
        }
    }
}

/// Whether the texts of a clause, which stand side by side, have the values of a part.
fn is_in_texts(change: &Change, said: &Said) -> bool {
    let blanks_aside = |text: &str| text.split_whitespace().collect::<String>();
    let has = |text: &Option<String>, value: &Option<String>| {
        value.as_deref().is_none_or(|value| {
            let text = text.as_deref().map(blanks_aside).unwrap_or_default();
            text.contains(&blanks_aside(value))
        })
    };
    has(&change.old_text, &said.old) && has(&change.new_text, &said.new)
}
