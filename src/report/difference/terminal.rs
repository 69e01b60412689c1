use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::Compared;
use super::sentence::Sentence;
use super::told::{ChangeTold, PartTold, Told};
use super::witness::WitnessTold;

/// Most further records of a witness that are shown.
const OTHERS_MAX: usize = 5;

/// What changed, as text of so many columns, with colours.
#[must_use]
pub fn difference_text(compared: &Compared<'_>, columns: usize) -> String {
    let told = Told::new(compared);
    let mut text = Text { made: String::new(), columns };
    text.head(&told);
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
            told.counts.iter().map(|count| format!("{} {}", count.count, count.word)).collect();
        self.wrapped(&told.verdict, 0, 0);
        if !counts.is_empty() {
            self.wrapped(&format!("Changes: {}.", counts.join(", ")), 0, 9);
            self.wrapped(&told.step.plain(), 0, 0);
        }
    }

    fn change(&mut self, change: &ChangeTold) {
        self.line("");
        let direction = if change.direction.is_empty() {
            String::new()
        } else {
            format!(": {}", change.direction)
        };
        let title =
            if change.title.is_empty() { String::new() } else { format!(" {}", change.title) };
        let name =
            if change.name.is_empty() { String::new() } else { format!(" `{}`", change.name) };
        let (indent, hanging) = (0, 4);
        let heading = format!("{:>3} {}{name}{title}{direction}", change.number, change.kind);
        let wrapped = wrapped(&heading, self.columns, indent, hanging);
        self.line(&colored(&wrapped, change.tone));
        self.sentences(change.fate.iter(), 4);
        for part in &change.parts {
            self.part(part, change.tells_parts);
        }
        self.sentences(change.through.iter(), 4);
        if !change.cites.is_empty() {
            self.wrapped(&format!("Rests on: {}", change.cites.join("; ")), 4, 2);
        }
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
        let name =
            if change.name.is_empty() { String::new() } else { format!(" `{}`", change.name) };
        let mut said: Vec<String> = change.fate.iter().map(Sentence::plain).collect();
        said.extend(change.parts.iter().map(|part| part.sentence.plain()));
        self.wrapped(
            &format!("{:>3} {}{name}: {}", change.number, change.kind, said.join(" ")),
            0,
            4,
        );
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

/// A paragraph, words kept whole.
fn wrapped(text: &str, columns: usize, indent: usize, hanging: usize) -> String {
    let (first, rest) = (" ".repeat(indent), " ".repeat(indent + hanging));
    let options = textwrap::Options::new(columns)
        .initial_indent(&first)
        .subsequent_indent(&rest)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::fill(text, options)
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
