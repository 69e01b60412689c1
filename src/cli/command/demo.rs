use std::fs;
use std::io::Write;
use std::path::Path;

use duecare::decision::{Decision, RuleEntry};
use duecare::disposition::Dispositions;
use duecare::engine::Engine;
use duecare::eval::Detail;
use duecare::explain::explain;
use duecare::loader::{Loaded, load};
use duecare::roster::{BadValues, Format, RawReader, RawRecord, Record};
use duecare::value::Instant;

use crate::cli::args::DemoArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{bundle, terminal};

/// How many subjects, hits of one subject, and facts of one hit the tour shows.
const SUBJECTS_MAX: usize = 3;
const HITS_MAX: usize = 3;
const ACTIONS_MAX: usize = 6;

/// The tour.
pub(crate) fn run(args: &DemoArgs) -> Result<Exit, Failure> {
    if let Some(folder) = &args.export {
        return export(folder);
    }
    let (loaded, engine) = prepare()?;
    let records = read()?;
    let layout = engine.layout(BadValues::Refuse);
    let roster: Vec<Record<'_>> =
        records.iter().filter_map(|raw| layout.decode(raw).record).collect();
    let engine = engine.among(&roster).map_err(Failure::input)?;
    if let Some(subject) = &args.subject {
        let record = roster.iter().find(|record| record.subject == *subject).ok_or_else(|| {
            Failure::input(format!("the bundled roster has no contractor `{subject}`"))
                .hint("it has C-1001 to C-1029")
        })?;
        let text = explain(&engine, &loaded.sources, record, None).wrapped(terminal::columns());
        write!(anstream::stdout(), "{text}")?;
        return Ok(Exit::Done);
    }
    let decisions: Vec<Decision<'_>> = roster
        .iter()
        .map(|record| engine.decision(record, &engine.judge(record, Detail::Full)))
        .collect();
    let mut tour = Tour { engine: &engine, decisions, records: records.len(), out: Vec::new() };
    tour.tell()?;
    anstream::stdout().write_all(&tour.out)?;
    Ok(Exit::Done)
}

fn prepare() -> Result<(Loaded, Engine), Failure> {
    let loaded = load(&[bundle::POLICY.into()], &mut bundle::read);
    let as_of = Instant::parse(bundle::AS_OF).map_err(Failure::input)?;
    let policy = loaded.in_force(as_of.date()).map_err(Failure::policy)?.clone();
    let engine = Engine::new(policy, as_of, Dispositions::default()).map_err(Failure::policy)?;
    Ok((loaded, engine))
}

fn read() -> Result<Vec<RawRecord>, Failure> {
    let text = bundle::read(Path::new(bundle::ROSTER))?;
    let mut reader = RawReader::new(Format::JsonLines, text.as_slice())?;
    let mut records = Vec::new();
    while let Some(record) = reader.next_record()? {
        records.push(record);
    }
    Ok(records)
}

/// Writes the bundle to a folder that is not there yet.
fn export(folder: &Path) -> Result<Exit, Failure> {
    if folder.exists() {
        return Err(Failure::input(format!("`{}` is there already", folder.display()))
            .hint("name a folder that does not exist yet"));
    }
    for (name, text) in bundle::FILES {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    let shown = folder.display();
    writeln!(
        anstream::stdout(),
        "Written to {shown}. Try:\n\n  cd {shown}\n  duecare check\n  duecare eval --policy policies/dprk-it-workers \
         --roster {} --as-of 2022-08-01",
        bundle::ROSTER
    )?;
    Ok(Exit::Done)
}

struct Tour<'t> {
    engine: &'t Engine,
    decisions: Vec<Decision<'t>>,
    records: usize,
    out: Vec<u8>,
}

impl Tour<'_> {
    fn tell(&mut self) -> Result<(), Failure> {
        self.title()?;
        self.counts()?;
        self.found()?;
        self.missing()?;
        self.actions()?;
        self.next()
    }

    /// A paragraph, wrapped.
    fn say(&mut self, indent: usize, hanging: usize, text: &str) -> Result<(), Failure> {
        writeln!(self.out, "{}", terminal::paragraph(text, indent, hanging))?;
        Ok(())
    }

    fn heading(&mut self, text: &str) -> Result<(), Failure> {
        writeln!(self.out, "\n{}", terminal::heading(text))?;
        Ok(())
    }

    fn title(&mut self) -> Result<(), Failure> {
        let title = format!(
            "{} contractors, judged by the US advisory of May 2022 on North Korean IT workers",
            self.records
        );
        writeln!(self.out, "{}", terminal::heading(&title))?;
        let identity = &self.engine.policy().checked.identity;
        let line = format!(
            "Policy {} {} as of 2022-08-01. All data are made up. Nobody is judged by origin: claims are \
             compared with documents and conduct.",
            identity.name, identity.version
        );
        self.say(0, 0, &line)?;
        writeln!(self.out)?;
        Ok(())
    }

    fn counts(&mut self) -> Result<(), Failure> {
        let meanings = [
            ("block", "the law forbids it"),
            ("escalate", "to the sanctions officer"),
            ("review", "a person looks at it"),
            ("incomplete", "not cleared: facts that could matter are missing"),
            ("clear", "nothing that matters found or missing"),
        ];
        let levels = &self.engine.policy().checked.decision.levels;
        for (from_top, level) in levels.iter().rev().enumerate() {
            let count =
                self.decisions.iter().filter(|decision| decision.decision == level.name).count();
            let meaning =
                meanings.iter().find(|(name, _)| *name == level.name).map_or("", |(_, text)| text);
            let name = terminal::level(&level.name, from_top, 10);
            let bar = "█".repeat(count);
            writeln!(self.out, "  {name} {count:>3}  {bar:13} {meaning}")?;
        }
        let decided = self.decisions.len();
        let line = format!(
            "Every record is accounted for: {} in = {decided} decided + {} refused.",
            self.records,
            self.records - decided
        );
        writeln!(self.out)?;
        self.say(2, 0, &line)
    }

    fn found(&mut self) -> Result<(), Failure> {
        self.heading("What was found: the most serious")?;
        let mut serious: Vec<&Decision<'_>> = self.decisions.iter().collect();
        serious.sort_by_key(|decision| {
            std::cmp::Reverse((self.place(decision.decision), decision.score.high))
        });
        let serious: Vec<Decision<'_>> = serious.into_iter().take(SUBJECTS_MAX).cloned().collect();
        for decision in &serious {
            let from_top = self.engine.policy().checked.decision.levels.len()
                - 1
                - self.place(decision.decision);
            let level = terminal::level(decision.decision, from_top, 0);
            writeln!(self.out, "  {}  {level}  score {}", decision.subject, decision.score.high)?;
            let mut hits: Vec<&RuleEntry<'_>> =
                decision.rules.iter().filter(|rule| rule.outcome == "hit").collect();
            hits.sort_by_key(|rule| std::cmp::Reverse(rule.counted.map(|points| points.0.high)));
            for rule in hits.iter().take(HITS_MAX) {
                self.hit(rule)?;
            }
            let more: Vec<&str> = hits.iter().skip(HITS_MAX).map(|rule| rule.id).collect();
            if !more.is_empty() {
                self.say(4, 2, &format!("and {} more: {}", more.len(), more.join(", ")))?;
            }
        }
        Ok(())
    }

    fn hit(&mut self, rule: &RuleEntry<'_>) -> Result<(), Failure> {
        let title = self.engine.policy().checked.rules.iter().find(|known| known.name == rule.id);
        let title = title.map_or(rule.id, |known| known.title.as_str());
        let severity = rule.severity.unwrap_or(rule.kind);
        let cites: Vec<String> =
            rule.cites.iter().map(|cite| format!("{} {}", cite.source, cite.item)).collect();
        self.say(4, 2, &format!("• {title} ({severity}; {})", cites.join(", ")))?;
        let facts = rule.evidence.iter().take(2);
        let mut seen: Vec<String> = rule.says.iter().cloned().collect();
        let others = rule.peers.iter().filter(|peers| !peers.ids.is_empty());
        seen.extend(others.map(|peers| format!("shared with {}", peers.ids.join(", "))));
        seen.extend(facts.map(|fact| format!("{} is {}", fact.path, fact.value)));
        self.say(6, 2, &seen.join("; "))
    }

    fn missing(&mut self) -> Result<(), Failure> {
        self.heading("What is missing: nobody is cleared by missing data")?;
        let open: Vec<Decision<'_>> =
            self.decisions.iter().filter(|decision| !decision.settled).cloned().collect();
        for decision in &open {
            let facts: Vec<String> = decision
                .needs
                .iter()
                .map(|need| match need.cannot {
                    Some("currency") => format!("{} (in a currency without a rate)", need.path),
                    Some(_) | None => need.path.clone(),
                })
                .collect();
            let shown = if facts.len() > 4 {
                format!(
                    "{} facts, among them {}",
                    facts.len(),
                    facts.get(..3).unwrap_or_default().join(", ")
                )
            } else {
                facts.join(", ")
            };
            let line = format!(
                "{}  {}, could be {}; missing: {shown}",
                decision.subject,
                decision.decision,
                decision.could_be.join(" or ")
            );
            self.say(2, 8, &line)?;
        }
        Ok(())
    }

    fn actions(&mut self) -> Result<(), Failure> {
        self.heading("What to do next")?;
        let escalated: Vec<String> = self
            .decisions
            .iter()
            .filter(|decision| decision.decision == "escalate")
            .map(|decision| decision.subject.clone())
            .collect();
        self.say(2, 4, &format!("today, the sanctions officer: {}", escalated.join(", ")))?;
        let mut actions: Vec<(&str, Vec<String>)> = Vec::new();
        for decision in &self.decisions {
            for action in &decision.actions {
                match actions.iter_mut().find(|(control, _)| *control == action.control) {
                    Some((_, subjects)) => subjects.push(decision.subject.clone()),
                    None => actions.push((action.control, vec![decision.subject.clone()])),
                }
            }
        }
        actions.sort_by_key(|(_, subjects)| std::cmp::Reverse(subjects.len()));
        let lines: Vec<String> = actions
            .iter()
            .take(ACTIONS_MAX)
            .map(|(control, subjects)| {
                let rules = &self.engine.policy().checked.rules;
                let title = rules
                    .iter()
                    .find(|rule| rule.name == *control)
                    .map_or("", |rule| rule.title.as_str());
                let names = if subjects.len() > 4 {
                    format!(
                        "{} and {} more",
                        subjects.get(..4).unwrap_or_default().join(", "),
                        subjects.len() - 4
                    )
                } else {
                    subjects.join(", ")
                };
                format!("{control}: {title} — {names}")
            })
            .collect();
        let more = actions.len().saturating_sub(ACTIONS_MAX);
        for line in &lines {
            self.say(2, 4, line)?;
        }
        if more > 0 {
            self.say(2, 4, &format!("and {more} more kinds of control"))?;
        }
        Ok(())
    }

    fn next(&mut self) -> Result<(), Failure> {
        self.heading("Try next")?;
        writeln!(self.out, "  duecare demo --subject C-1017      why, and what would change it")?;
        writeln!(
            self.out,
            "  duecare demo --export my-policies  policy and roster as files, to change"
        )?;
        writeln!(
            self.out,
            "  duecare eval --help                your own roster: JSON, YAML or CSV"
        )?;
        Ok(())
    }

    fn place(&self, level: &str) -> usize {
        let levels = &self.engine.policy().checked.decision.levels;
        levels.iter().position(|known| known.name == level).unwrap_or(0)
    }
}
