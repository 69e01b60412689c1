use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::Compared;
use super::citation::CitationTold;
use super::impact::{FlipTold, ImpactTold, ShiftTold};
use super::sentence::Sentence;
use super::told::{ChangeTold, PartTold, Told};
use super::witness::WitnessTold;
use super::words;
use crate::report::{plain_table, wrapped};

/// Most further records of a witness that are shown.
const OTHERS_MAX: usize = 5;

/// What changed, as text of so many columns, with colours. The texts of clauses keep their lines, unless they are
/// to be set in columns as well.
#[must_use]
pub fn difference_text(compared: &Compared<'_>, columns: usize, clauses: Option<usize>) -> String {
    let told = Told::new(compared);
    let mut text = Text { made: String::new(), columns, clauses };
    text.head(&told);
    if let Some(impact) = &told.impact {
        text.impact(impact);
    }
    for group in &told.groups {
        let of = format!("{} ({})", group.heading, group.changes.len());
        text.line(&format!("\n{}", colored(&of, group.tone)));
        text.wrapped(group.meaning, 0, 0);
        for change in &group.changes {
            text.change(change);
        }
    }
    if !told.wording.is_empty() {
        text.line(&format!("\n{}", colored(&format!("Wording ({})", told.wording.len()), "quiet")));
        for change in &told.wording {
            text.wording(change);
        }
    }
    text.made
}

struct Text {
    made: String,
    columns: usize,
    /// Columns of the texts of clauses.
    clauses: Option<usize>,
}

impl Text {
    fn head(&mut self, told: &Told) {
        self.wrapped(&told.title, 0, 0);
        self.line("");
        for side in &told.sides {
            let of = format!(
                "{}: {} {} ({}), in force {}, {}",
                side.which, side.name, side.version, side.status, side.days, side.published
            );
            self.wrapped(&of, 0, 5);
        }
        self.line("");
        for warning in &told.warnings {
            self.wrapped(&format!("Note: {}", warning.plain()), 0, 6);
        }
        let counts: Vec<String> =
            told.counts.iter().map(|count| format!("{} {}", count.changes, count.word)).collect();
        self.wrapped(&told.verdict, 0, 0);
        if !counts.is_empty() {
            self.wrapped(&format!("Changes: {}.", counts.join(", ")), 0, 9);
            self.wrapped(&told.step, 0, 0);
        }
        if let Some(digest) = &told.digest {
            self.wrapped(&format!("{} {digest}", words::SIGNED), 0, 2);
        }
    }

    fn change(&mut self, change: &ChangeTold) {
        let is_short = change.parts.is_empty() && change.lines.is_empty();
        if !is_short {
            self.line("");
        }
        let title =
            if change.title.is_empty() { String::new() } else { format!(" {}", change.title) };
        let mut said: Vec<&str> = vec![change.fate, change.direction];
        said.retain(|word| !word.is_empty());
        let said = if said.is_empty() { String::new() } else { format!(": {}", said.join(", ")) };
        let heading = format!("{:>3} {}{}{title}{said}", change.number, change.kind, named(change));
        let made = wrapped(&heading, self.columns, 0, 4);
        self.line(&colored(&made, change.tone));
        self.sentences(change.further_fate.iter(), 4);
        for part in &change.parts {
            self.part(part, change.tells_parts);
        }
        self.sentences(change.through.iter(), 4);
        let sign = if change.is_removed { "-" } else { "+" };
        for line in &change.lines {
            let line: String = line.iter().map(|piece| piece.text.as_str()).collect();
            self.clause(sign, &line);
        }
        if !change.cites.is_empty() {
            let cites: Vec<String> = change.cites.iter().map(CitationTold::plain).collect();
            self.wrapped(&format!("Rests on: {}", cites.join("; ")), 4, 2);
        }
    }

    /// A line of the text of a clause: what does not fit goes on further in than the line begins.
    fn clause(&mut self, sign: &str, line: &str) {
        let text = format!("{sign} {line}");
        let Some(columns) = self.clauses else { return self.line(&format!("      {text}")) };
        let depth = line.chars().take_while(|letter| *letter == ' ').count();
        let made = wrapped(&text, columns, 6, 2 + depth + 2);
        self.line(&made);
    }

    fn part(&mut self, part: &PartTold, tells_direction: bool) {
        let direction = match part.direction {
            "" => String::new(),
            word if tells_direction => format!(" ({word})"),
            _ => String::new(),
        };
        self.wrapped(&format!("{}{direction}", part.sentence.plain()), 4, 2);
        if let Some(old) = &part.old {
            self.wrapped(&format!("- {old}"), 6, 2);
        }
        if let Some(new) = &part.new {
            let sign = if part.old.is_some() { "+" } else { " " };
            self.wrapped(&format!("{sign} {new}"), 6, 2);
        }
        self.sentences(part.notes.iter(), 6);
        for witness in &part.witnesses {
            self.witness(witness);
        }
    }

    fn witness(&mut self, witness: &WitnessTold) {
        self.wrapped(&format!("A record that shows it, judged for {}:", witness.as_of), 6, 2);
        for fact in &witness.facts {
            self.wrapped(&format!("{} = {}", fact.path, fact.value), 8, 2);
        }
        if witness.more_facts > 0 {
            self.line(&format!("        and {} more facts", witness.more_facts));
        }
        for (place, other) in witness.others.iter().take(OTHERS_MAX).enumerate() {
            let facts: Vec<String> =
                other.iter().map(|fact| format!("{} = {}", fact.path, fact.value)).collect();
            self.wrapped(&format!("beside record {}: {}", place + 2, facts.join(", ")), 8, 2);
        }
        if witness.others.len() > OTHERS_MAX {
            self.line(&format!("        and {} more records", witness.others.len() - OTHERS_MAX));
        }
        let verdicts: Vec<String> = witness
            .verdicts
            .iter()
            .filter(|verdict| verdict.differs)
            .map(|verdict| format!("{}: {} -> {}", verdict.of, verdict.old, verdict.new))
            .collect();
        self.wrapped(&verdicts.join("; "), 6, 2);
    }

    /// A change of words alone, on as few lines as it takes.
    fn wording(&mut self, change: &ChangeTold) {
        let mut said: Vec<String> = change.further_fate.iter().map(Sentence::plain).collect();
        said.extend(change.parts.iter().map(|part| part.sentence.plain()));
        let heading = format!("{:>3} {}{}: ", change.number, change.kind, named(change));
        self.wrapped(&format!("{heading}{}", said.join(" ")), 0, 4);
    }

    fn impact(&mut self, impact: &ImpactTold) {
        self.line(&format!("\n{}", colored("What becomes of the roster", "quiet")));
        self.wrapped(&format!("{}, judged for {}", impact.roster, impact.as_of), 0, 2);
        self.wrapped(&impact.account, 0, 2);
        for refusal in &impact.refusals {
            self.wrapped(&format!("refused: {refusal}"), 2, 2);
        }
        self.wrapped(&impact.verdict, 0, 2);
        self.wrapped(&impact.unsettled, 0, 2);
        let mut table = plain_table(self.columns);
        let first = "Old decision, and the new one:".to_owned();
        table.set_header(std::iter::once(first).chain(impact.columns.iter().cloned()));
        for row in &impact.rows {
            let cells = row.cells.iter().map(|cell| {
                let subjects = if cell.subjects.is_empty() { "." } else { &cell.subjects };
                if cell.is_same { subjects.to_owned() } else { format!("{subjects} ") }
            });
            table.add_row(std::iter::once(row.level.clone()).chain(cells));
        }
        self.line(&format!("\n{table}"));
        for flip in &impact.flips {
            self.flip(flip);
        }
        if !impact.newly_unknown.is_empty() {
            self.line("\nRules that are not known now, and were:");
            for unknown in &impact.newly_unknown {
                self.line(&format!("  {:>6}  `{}`", unknown.subjects, unknown.rule));
            }
        }
    }

    fn flip(&mut self, flip: &FlipTold) {
        let toward =
            if flip.toward.is_empty() { String::new() } else { format!(", {}", flip.toward) };
        let heading = format!("From `{}` to `{}`: {}{toward}", flip.old, flip.new, flip.subjects);
        self.line(&format!("\n{}", colored(&heading, flip.tone)));
        for ShiftTold { sentence, subjects } in &flip.rules {
            self.wrapped(&format!("{subjects:>6}  {}", sentence.plain()), 2, 10);
        }
        if !flip.without_rule.is_empty() {
            self.wrapped(&flip.without_rule, 2, 2);
        }
        let more = if flip.more.is_empty() { String::new() } else { format!(" {}", flip.more) };
        self.wrapped(&format!("{}{more}", flip.named.join(", ")), 2, 2);
    }

    fn sentences<'s>(&mut self, sentences: impl Iterator<Item = &'s Sentence>, indent: usize) {
        for sentence in sentences {
            self.wrapped(&sentence.plain(), indent, 2);
        }
    }

    fn wrapped(&mut self, text: &str, indent: usize, hanging: usize) {
        let made = wrapped(text, self.columns, indent, hanging);
        self.line(&made);
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.made, "{text}");
    }
}

fn named(change: &ChangeTold) -> String {
    if change.name.is_empty() { String::new() } else { format!(" `{}`", change.name) }
}

fn colored(text: &str, tone: &str) -> String {
    let color = match tone {
        "looser" => Some(AnsiColor::Red),
        "neither" | "open" => Some(AnsiColor::Yellow),
        "stricter" => Some(AnsiColor::Green),
        _ => None,
    };
    let style = Style::new().bold().fg_color(color.map(Into::into));
    // Each line of its own, so that a pager that begins anywhere shows it so.
    let lines: Vec<String> = text.lines().map(|line| format!("{style}{line}{style:#}")).collect();
    lines.join("\n")
}
