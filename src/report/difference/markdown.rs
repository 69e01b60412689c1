use std::fmt::Write as _;

use super::Compared;
use super::impact::ImpactTold;
use super::sentence::{Kind, Sentence};
use super::told::{ChangeTold, Group, PartTold, Told};
use super::witness::WitnessTold;
use super::words::SIGNED;
use crate::report::page::{code, plain};

/// Most bytes of what is written: a comment on a pull request has room for 65,536 characters.
const SIZE_MAX: usize = 60_000;

/// Most facts of a witness, and most letters of a condition.
const FACTS_MAX: usize = 12;
const CONDITION_MAX: usize = 1_500;

/// What changed, as Markdown that fits a comment on a pull request; what does not fit is counted.
#[must_use]
pub fn difference_markdown(compared: &Compared<'_>) -> String {
    let told = Told::new(compared);
    let mut text = head(&told);
    if let Some(impact) = &told.impact {
        of_impact(&mut text, impact);
    }
    let (mut left_out, mut without_text) = (0, 0);
    for group in &told.groups {
        let mut heading = Some(format!(
            "### {} ({})\n\n{}\n\n",
            group.heading,
            group.changes.len(),
            group.meaning
        ));
        for block in blocks(group) {
            let made = format!("{}{}", heading.as_deref().unwrap_or_default(), block.text);
            if left_out > 0 || text.len() + made.len() > SIZE_MAX {
                left_out += block.changes;
                without_text += usize::from(block.changes == 0);
            } else {
                text.push_str(&made);
                heading = None;
            }
        }
    }
    wording(&mut text, &told, &mut left_out);
    if left_out > 0 {
        let all = if left_out == 1 { "change is" } else { "changes are" };
        let _ = writeln!(
            text,
            "**{left_out} of {} {all} not shown here**: a comment has no room for more. All are in the page that `duecare diff --format html --output diff.html` writes for the same two versions.\n",
            told.changes
        );
    }
    if without_text > 0 {
        let _ = writeln!(
            text,
            "The text of {without_text} new or removed clauses is not shown here either.\n"
        );
    }
    let _ = writeln!(text, "duecare {}", told.engine);
    text
}

fn head(told: &Told) -> String {
    let mut text = format!("## {}\n\n**{}**\n\n", plain(&told.title), told.verdict);
    for warning in &told.warnings {
        let _ = writeln!(text, "> {}\n", inline(warning));
    }
    text.push_str(
        "| | Version | In force | Published | Digest |\n| --- | --- | --- | --- | --- |\n",
    );
    for side in &told.sides {
        let digest: String = side.digest.chars().take(19).collect();
        let _ = writeln!(
            text,
            "| {} | {} {} ({}) | {} | {} | {}… |",
            side.which,
            code(&side.name),
            code(&side.version),
            side.status,
            side.days,
            side.published,
            code(&digest)
        );
    }
    text.push('\n');
    if !told.counts.is_empty() {
        text.push_str("| Changes | | |\n| ---: | --- | --- |\n");
        for count in &told.counts {
            let _ =
                writeln!(text, "| {} | **{}** | {} |", count.changes, count.word, count.meaning);
        }
        let _ = writeln!(text, "\n{}\n", told.step);
    }
    if let Some(digest) = &told.digest {
        let _ = writeln!(text, "{SIGNED} {}\n", code(digest));
    }
    text
}

/// What is left out as a whole, or not at all.
struct Block {
    changes: usize,
    text: String,
}

/// Clauses that are only in one version stand in a table, all others each on their own.
fn blocks(group: &Group) -> Vec<Block> {
    let (lone, others): (Vec<&ChangeTold>, Vec<&ChangeTold>) = group
        .changes
        .iter()
        .partition(|change| !change.lines.is_empty() && change.parts.is_empty());
    let mut blocks: Vec<Block> =
        others.into_iter().map(|change| Block { changes: 1, text: of_change(change) }).collect();
    for some in lone.chunks(40) {
        let mut text = "| | | What | Rests on |\n| --- | --- | --- | --- |\n".to_owned();
        for change in some {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                change.number,
                change.fate,
                named(change),
                cites(change)
            );
        }
        text.push('\n');
        blocks.push(Block { changes: some.len(), text });
        blocks.extend(some.iter().map(|change| Block { changes: 0, text: clause(change) }));
    }
    blocks
}

/// The text of a clause that only one version has, folded away.
fn clause(change: &ChangeTold) -> String {
    let lines = change.lines.iter().map(|line| {
        let pieces = line.iter().map(|piece| piece.text.as_str());
        pieces.collect::<String>()
    });
    // Inside of these tags Markdown is not read; names are letters, digits and `_`.
    let mut text = format!(
        "<details><summary>{}. {} {}: the text</summary>\n\n",
        change.number, change.kind, change.name
    );
    fence(&mut text, "", "", &lines.collect::<Vec<_>>());
    text.push_str("</details>\n\n");
    text
}

fn of_change(change: &ChangeTold) -> String {
    let mut said: Vec<&str> = vec![change.fate, change.direction];
    said.retain(|word| !word.is_empty());
    let said = if said.is_empty() { String::new() } else { format!(": **{}**", said.join(", ")) };
    let mut text = format!("**{}.** {}{said}\n\n", change.number, named(change));
    if let Some(fate) = &change.further_fate {
        let _ = writeln!(text, "- {}", inline(fate));
    }
    for part in &change.parts {
        of_part(&mut text, part, change.tells_parts);
    }
    if let Some(through) = &change.through {
        let _ = writeln!(text, "- {}", inline(through));
    }
    if !change.cites.is_empty() {
        let _ = writeln!(text, "- Rests on: {}", cites(change));
    }
    text.push('\n');
    text
}

fn of_part(text: &mut String, part: &PartTold, tells_direction: bool) {
    let direction = match part.direction {
        "" => String::new(),
        word if tells_direction => format!(" ({word})"),
        _ => String::new(),
    };
    let _ = writeln!(text, "- {}{direction}", inline(&part.sentence));
    if part.old.is_some() || part.new.is_some() {
        fenced(text, part);
    }
    for note in &part.notes {
        let _ = writeln!(text, "  - {}", inline(note));
    }
    for witness in &part.witnesses {
        of_witness(text, witness);
    }
}

fn of_witness(text: &mut String, witness: &WitnessTold) {
    let facts: Vec<String> = witness
        .facts
        .iter()
        .take(FACTS_MAX)
        .map(|fact| code(&format!("{} = {}", fact.path, fact.value)))
        .collect();
    let more = witness.more_facts + witness.facts.len().saturating_sub(FACTS_MAX);
    let more = if more > 0 { format!(" and {more} more facts") } else { String::new() };
    let others = match witness.others.len() {
        0 => String::new(),
        1 => ", beside one other record".to_owned(),
        count => format!(", beside {count} other records"),
    };
    let verdicts: Vec<String> = witness
        .verdicts
        .iter()
        .filter(|verdict| verdict.differs)
        .map(|verdict| format!("{}: {} → {}", verdict.of, plain(&verdict.old), plain(&verdict.new)))
        .collect();
    let _ = writeln!(
        text,
        "  - A record that shows it, judged for {}: {}{more}{others}. {}",
        witness.as_of,
        facts.join(", "),
        verdicts.join("; ")
    );
}

/// Most pairs of decisions, rules of each and subjects of each that a comment has.
const FLIPS_MAX: usize = 10;
const RULES_MAX: usize = 8;
const SUBJECTS_MAX: usize = 20;

fn of_impact(text: &mut String, impact: &ImpactTold) {
    let _ = writeln!(
        text,
        "### What becomes of the roster\n\nRoster {}, judged for {}. {}\n\n**{}** {}\n",
        code(&impact.roster),
        impact.as_of,
        impact.account,
        impact.verdict,
        impact.unsettled
    );
    for refusal in &impact.refusals {
        let _ = writeln!(text, "- refused: {}", plain(refusal));
    }
    if !impact.refusals.is_empty() {
        text.push('\n');
    }
    let columns: Vec<String> = impact.columns.iter().map(|level| plain(level)).collect();
    let lines = vec!["---:"; columns.len()].join(" | ");
    let _ = writeln!(
        text,
        "| Old decision, and the new one: | {} |\n| --- | {lines} |",
        columns.join(" | ")
    );
    for row in &impact.rows {
        let cells = row.cells.iter().map(|cell| match (cell.is_same, cell.subjects.as_str()) {
            (_, "") => String::new(),
            (true, subjects) => subjects.to_owned(),
            (false, subjects) => format!("**{subjects}**"),
        });
        let cells: Vec<String> = cells.collect();
        let _ = writeln!(text, "| {} | {} |", plain(&row.level), cells.join(" | "));
    }
    text.push('\n');
    for flip in impact.flips.iter().take(FLIPS_MAX) {
        let toward =
            if flip.toward.is_empty() { String::new() } else { format!(" ({})", flip.toward) };
        let _ = writeln!(
            text,
            "- {} → {}: **{}**{toward}",
            plain(&flip.old),
            plain(&flip.new),
            flip.subjects
        );
        for rule in flip.rules.iter().take(RULES_MAX) {
            let _ = writeln!(text, "  - {} ({})", inline(&rule.sentence), rule.subjects);
        }
        let rules = flip.rules.len().saturating_sub(RULES_MAX);
        if rules > 0 {
            let _ = writeln!(text, "  - and {rules} more rules");
        }
        if !flip.without_rule.is_empty() {
            let _ = writeln!(text, "  - {}", flip.without_rule);
        }
        let named: Vec<String> = flip.named.iter().take(SUBJECTS_MAX).map(|id| code(id)).collect();
        let others = if flip.named.len() > named.len() || !flip.more.is_empty() {
            " and others"
        } else {
            ""
        };
        let _ = writeln!(text, "  - {}{others}", named.join(", "));
    }
    let flips = impact.flips.len().saturating_sub(FLIPS_MAX);
    if flips > 0 {
        let _ = writeln!(text, "- and {flips} more pairs of decisions");
    }
    for unknown in &impact.newly_unknown {
        let _ = writeln!(text, "- newly not known: {} ({})", code(&unknown.rule), unknown.subjects);
    }
    text.push('\n');
}

/// Changes of words, folded away; what does not fit is counted.
fn wording(text: &mut String, told: &Told, left_out: &mut usize) {
    if told.wording.is_empty() {
        return;
    }
    let (open, close) = (
        format!("<details><summary>Wording ({})</summary>\n\n", told.wording.len()),
        "\n</details>\n\n",
    );
    let mut made = open;
    for change in &told.wording {
        let mut said: Vec<String> = change.further_fate.iter().map(inline).collect();
        said.extend(change.parts.iter().map(|part| inline(&part.sentence)));
        let line = format!("- **{}.** {}: {}\n", change.number, named(change), said.join(" "));
        if *left_out > 0 || text.len() + made.len() + line.len() + close.len() > SIZE_MAX {
            *left_out += 1;
        } else {
            made.push_str(&line);
        }
    }
    text.push_str(&made);
    text.push_str(close);
}

fn cites(change: &ChangeTold) -> String {
    let all = change.cites.iter().map(|cite| {
        let in_part = if cite.in_part.is_empty() {
            String::new()
        } else {
            format!(", {}", plain(&cite.in_part))
        };
        format!("{} “{}”{in_part}", code(&cite.name), plain(&cite.text))
    });
    all.collect::<Vec<_>>().join("; ")
}

/// What a change is about.
fn named(change: &ChangeTold) -> String {
    let mut parts = vec![change.kind.clone()];
    if !change.title.is_empty() {
        parts.push(format!("“{}”", plain(&change.title)));
    }
    if !change.name.is_empty() {
        parts.push(code(&change.name));
    }
    parts.join(" ")
}

fn inline(sentence: &Sentence) -> String {
    let phrases = sentence.phrases().iter().map(|phrase| match phrase.kind {
        Kind::Words => phrase.text.clone(),
        Kind::Quoted => format!("“{}”", plain(&phrase.text)),
        Kind::Code => code(&phrase.text),
    });
    phrases.collect()
}

/// Both values of a part.
fn fenced(text: &mut String, part: &PartTold) {
    let is_one = part.old.is_none() || part.new.is_none();
    let lines: Vec<String> = [("-", &part.old), ("+", &part.new)]
        .into_iter()
        .filter_map(|(sign, value)| {
            let value = value.as_deref()?;
            let kept: String = value.chars().take(CONDITION_MAX).collect();
            let cut = if kept.len() < value.len() { " …" } else { "" };
            Some(format!("{} {kept}{cut}", if is_one { " " } else { sign }))
        })
        .collect();
    text.push('\n');
    fence(text, "  ", "diff", &lines);
}

/// Lines inside of a fence that is longer than any in them.
fn fence(text: &mut String, indent: &str, language: &str, lines: &[String]) {
    let ticks = |line: &String| line.split(|letter| letter != '`').map(str::len).max();
    let longest = lines.iter().filter_map(ticks).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = writeln!(text, "{indent}{fence}{language}");
    for line in lines {
        let _ = writeln!(text, "{indent}{line}");
    }
    let _ = writeln!(text, "{indent}{fence}\n");
}
