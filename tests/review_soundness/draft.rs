//! A policy as its parts, so that single ones can be changed.

use std::fmt::Write as _;

/// A flag.
#[derive(Clone, Debug)]
pub(super) struct Flag {
    pub(super) when: String,
    pub(super) applies: Option<String>,
    /// A higher severity, a weight and a condition each.
    pub(super) raised: Vec<(&'static str, u32, String)>,
    pub(super) severity: &'static str,
    pub(super) weight: Option<u32>,
}

/// A control.
#[derive(Clone, Debug)]
pub(super) struct Control {
    pub(super) met: String,
    pub(super) failed: Option<String>,
    /// What of the elements its day is taken of.
    pub(super) dated: String,
    /// Lengths, each with a condition.
    pub(super) lasts: Vec<(String, Option<String>)>,
    /// Flags by their places, what they then count at most, and whether at any time.
    pub(super) answers: Vec<(usize, Option<u32>, bool)>,
    pub(super) required: Option<String>,
}

/// An exception.
#[derive(Clone, Debug)]
pub(super) struct Exception {
    pub(super) excepts: Vec<String>,
    pub(super) when: Option<String>,
    pub(super) from: &'static str,
    pub(super) until: Option<&'static str>,
}

/// A dated value: the days from which rows hold, the first of them from ever, and the values.
#[derive(Clone, Debug)]
pub(super) struct Param {
    pub(super) name: &'static str,
    pub(super) of: &'static str,
    pub(super) rows: Vec<(Option<&'static str>, String)>,
}

/// A policy.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) params: Vec<Param>,
    pub(super) list: Vec<&'static str>,
    pub(super) rates: Vec<(&'static str, &'static str)>,
    pub(super) defines: Vec<(&'static str, String)>,
    pub(super) flags: Vec<Flag>,
    pub(super) prohibition: Option<String>,
    pub(super) control: Option<Control>,
    pub(super) exceptions: Vec<Exception>,
    pub(super) not_collected: Option<&'static str>,
    pub(super) must_have: Vec<&'static str>,
    pub(super) cap: Option<(u32, Vec<usize>)>,
    pub(super) weights: [u32; 3],
    pub(super) unsettled: &'static str,
    /// Conditions of levels by their names.
    pub(super) levels: Vec<(&'static str, String)>,
    /// A further level: behind which one, and its condition.
    pub(super) watch: Option<(&'static str, String)>,
}

const LEVELS: [&str; 5] = ["clear", "incomplete", "review", "escalate", "block"];

impl Draft {
    /// As a policy that can be loaded; of its version.
    pub(super) fn text(&self, version: &str) -> String {
        let mut text = self.head(version);
        for (place, flag) in self.flags.iter().enumerate() {
            text.push_str(&flag.text(&format!("flag_{place}")));
        }
        if let Some(when) = &self.prohibition {
            let _ = writeln!(text, "prohibition forbidden \"P\" {{ cites s i when {when} }}");
        }
        if let Some(control) = &self.control {
            text.push_str(&control.text());
        }
        for (place, exception) in self.exceptions.iter().enumerate() {
            text.push_str(&exception.text(&format!("relief_{place}")));
        }
        if let Some(path) = self.not_collected {
            let _ = writeln!(
                text,
                "not collected {path} because \"x\" accepted by \"x\" on 2021-01-01 until 2029-01-01"
            );
        }
        text + &self.decision()
    }

    /// What is before the rules.
    pub(super) fn head(&self, version: &str) -> String {
        let mut text = format!(
            "policy test {version} {{\n  title \"Test\" owner \"Test\" status draft effective 2022-01-01 applies to subject\n  use \"../../tests/fixtures/subject.due\"\n}}\nsource s {{\n  title \"S\" issued 2021-01-01\n  item i \"I\"\n}}\n"
        );
        for param in &self.params {
            text.push_str(&param.text());
        }
        let _ = writeln!(text, "list watched : country = [{}] because \"x\"", self.list.join(", "));
        for (from, rate) in &self.rates {
            let _ =
                writeln!(text, "rates monthly to USD {{ from {from} : EUR {rate} because \"x\" }}");
        }
        for (name, body) in &self.defines {
            let _ = writeln!(text, "define {name} = {body}");
        }
        text
    }

    fn decision(&self) -> String {
        let [weak, moderate, strong] = self.weights;
        let mut levels = LEVELS.to_vec();
        if let Some((behind, _)) = &self.watch {
            let place = LEVELS.iter().position(|level| level == behind).unwrap();
            levels.insert(place + 1, "watch");
        }
        let mut text = format!(
            "decision {{\n  levels {}\n  weights weak {weak}, moderate {moderate}, strong {strong} because \"x\"\n",
            levels.join(" < ")
        );
        if !self.must_have.is_empty() {
            let _ = writeln!(text, "  must have {}", self.must_have.join(", "));
        }
        if let Some((limit, flags)) = &self.cap {
            let flags: Vec<String> = flags.iter().map(|place| format!("flag_{place}")).collect();
            let _ = writeln!(text, "  cap {limit} for {}", flags.join(", "));
        }
        for (level, when) in &self.levels {
            let _ = writeln!(text, "  {level} when {when}");
        }
        if let Some((_, when)) = &self.watch {
            let _ = writeln!(text, "  watch when {when}");
        }
        let _ = writeln!(text, "  unsettled {}\n}}", self.unsettled);
        text
    }

    /// Every condition that is asked of a record alone, by the clause and the part that it stands in.
    pub(super) fn conditions(&self) -> Vec<((String, &'static str), &String)> {
        let mut all = Vec::new();
        for (place, flag) in self.flags.iter().enumerate() {
            let name = || format!("flag_{place}");
            all.push(((name(), "when"), &flag.when));
            all.extend(flag.applies.iter().map(|applies| ((name(), "applies when"), applies)));
        }
        let of = |name: &str, part| (name.to_owned(), part);
        all.extend(self.prohibition.iter().map(|when| (of("forbidden", "when"), when)));
        if let Some(control) = &self.control {
            all.push((of("checked", "met when"), &control.met));
            all.extend(control.failed.iter().map(|failed| (of("checked", "failed when"), failed)));
        }
        for (place, exception) in self.exceptions.iter().enumerate() {
            let name = format!("relief_{place}");
            all.extend(exception.when.iter().map(|when| (of(&name, "when"), when)));
        }
        all
    }

    /// The conditions that can be changed.
    pub(super) fn conditions_mut(&mut self) -> Vec<&mut String> {
        let mut all: Vec<&mut String> = Vec::new();
        all.extend(self.defines.iter_mut().map(|(_, body)| body));
        for flag in &mut self.flags {
            all.push(&mut flag.when);
            all.extend(&mut flag.applies);
            all.extend(flag.raised.iter_mut().map(|(_, _, when)| when));
        }
        all.extend(&mut self.prohibition);
        if let Some(control) = &mut self.control {
            all.push(&mut control.met);
            all.extend(&mut control.failed);
            all.push(&mut control.dated);
            all.extend(control.lasts.iter_mut().filter_map(|(_, when)| when.as_mut()));
            all.extend(&mut control.required);
        }
        all.extend(self.exceptions.iter_mut().filter_map(|exception| exception.when.as_mut()));
        all.extend(
            self.levels.iter_mut().filter(|(name, _)| *name != "block").map(|(_, when)| when),
        );
        all
    }
}

impl Flag {
    pub(super) fn text(&self, name: &str) -> String {
        let mut text = format!("flag {name} \"F\" {{\n  cites s i\n  severity {}\n", self.severity);
        if let Some(weight) = self.weight {
            let _ = writeln!(text, "  weight {weight} because \"x\"");
        }
        if let Some(applies) = &self.applies {
            let _ = writeln!(text, "  applies when {applies}");
        }
        for (severity, weight, when) in &self.raised {
            let _ = writeln!(text, "  raised to {severity} weight {weight} when {when}");
        }
        let _ = writeln!(text, "  when {}\n}}", self.when);
        text
    }
}

impl Control {
    fn text(&self) -> String {
        let mut text = format!(
            "control checked \"C\" {{\n  cites s i\n  met when {}\n  dated greatest of items.day where ({})\n",
            self.met, self.dated
        );
        if let Some(failed) = &self.failed {
            let _ = writeln!(text, "  failed when {failed}");
        }
        for (period, when) in &self.lasts {
            let when = when.as_ref().map_or(String::new(), |when| format!(" when {when}"));
            let _ = writeln!(text, "  lasts {period}{when}");
        }
        for (flag, reducing, at_any_time) in &self.answers {
            let to = reducing.map_or(String::new(), |to| format!(" reducing each to {to}"));
            let any = if *at_any_time { " at any time" } else { "" };
            let _ = writeln!(text, "  answers flag_{flag}{to}{any}");
        }
        if let Some(required) = &self.required {
            let _ = writeln!(text, "  required when {required}");
        }
        text + "}\n"
    }
}

impl Exception {
    fn text(&self, name: &str) -> String {
        let when = self.when.as_ref().map_or(String::new(), |when| format!("when {when} "));
        let until = self.until.map_or(String::new(), |until| format!(" until {until}"));
        format!(
            "exception {name} \"E\" {{ excepts {} {when}because \"x\" approved by \"x\" from {}{until} }}\n",
            self.excepts.join(", "),
            self.from
        )
    }
}

impl Param {
    fn text(&self) -> String {
        if let [(None, value)] = self.rows.as_slice() {
            return format!("param {} : {} = {value} because \"x\"\n", self.name, self.of);
        }
        let rows: Vec<String> = self
            .rows
            .iter()
            .map(|(from, value)| {
                format!("  from {} : {value} because \"x\"", from.unwrap_or("2010-01-01"))
            })
            .collect();
        format!("param {} : {} {{\n{}\n}}\n", self.name, self.of, rows.join("\n"))
    }
}
