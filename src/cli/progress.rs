use std::io::{self, IsTerminal as _};
use std::path::Path;

use duecare::roster::Format;
use duecare::run::{Ladder, SoFar};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::files;
use super::meter::Meter;

/// How often a second the line is drawn anew.
const DRAWN_PER_SECOND: u8 = 8;

/// How far a reading has come, on one line of a terminal that is gone at the end.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    /// What is done, where it is not all that the command does.
    what: &'static str,
    /// The names of levels, from the lowest.
    levels: Vec<String>,
    measure: Measure,
}

/// What tells which part of a roster was read.
pub(crate) enum Measure {
    /// Nothing: only records are counted.
    Nothing,
    /// The bytes that were read of a file of so many, be it compressed.
    Bytes(Meter, u64),
    /// The texts of records of a file of so many bytes, which is read whole before there are any.
    Texts(u64),
}

impl Measure {
    /// Of a roster of which the meter counts what is read.
    pub(crate) fn new(roster: &Path, asked: Option<Format>, meter: &Meter) -> Self {
        let Some(format) = asked.or_else(|| Format::of_name(roster)) else { return Self::Nothing };
        if files::is_standard(roster) {
            return Self::Nothing;
        }
        let Ok(found) = std::fs::metadata(roster) else { return Self::Nothing };
        if !found.is_file() {
            return Self::Nothing;
        }
        match format {
            Format::JsonLines | Format::Json | Format::Csv | Format::Tsv => {
                Self::Bytes(meter.clone(), found.len())
            }
            Format::Yaml if !is_compressed(roster) => Self::Texts(found.len()),
            Format::Yaml | Format::Xlsx | Format::Parquet => Self::Nothing,
        }
    }

    fn size(&self) -> Option<u64> {
        match self {
            Self::Nothing => None,
            Self::Bytes(_, size) | Self::Texts(size) => Some(*size),
        }
    }

    fn read(&self, so_far: &SoFar) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::Bytes(meter, size) => meter.read().min(*size),
            // Each record has a line break behind it.
            Self::Texts(size) => (so_far.bytes + so_far.records).min(*size),
        }
    }
}

impl Progress {
    /// Of the run over a roster; nothing is shown unless it is wanted and standard error is a terminal that
    /// can draw a line anew.
    pub(crate) fn of_run(is_wanted: bool, measure: Measure, ladder: &Ladder) -> Self {
        let levels = ladder.levels().iter().map(|names| names.join(" or ")).collect();
        Self::new(is_wanted, "", measure, levels)
    }

    /// Of a reading that judges nobody, and what it is for.
    pub(crate) fn of_reading(is_wanted: bool, what: &'static str, measure: Measure) -> Self {
        Self::new(is_wanted, what, measure, Vec::new())
    }

    fn new(is_wanted: bool, what: &'static str, measure: Measure, levels: Vec<String>) -> Self {
        let bar = is_shown(is_wanted).then(|| bar(measure.size()));
        Self { bar, what, levels, measure }
    }

    pub(crate) fn show(&self, so_far: &SoFar) {
        let Some(bar) = &self.bar else { return };
        let elapsed = bar.elapsed().as_millis().max(1);
        bar.set_message(self.message(so_far, elapsed));
        bar.set_position(self.measure.read(so_far));
    }

    fn message(&self, so_far: &SoFar, elapsed_milliseconds: u128) -> String {
        let rate = u128::from(so_far.records) * 1_000 / elapsed_milliseconds;
        let levels = self.levels.iter().zip(&so_far.levels).rev();
        let mut counts: Vec<String> = levels
            .filter(|(_, subjects)| **subjects > 0)
            .map(|(level, subjects)| format!("{level} {subjects}"))
            .collect();
        if so_far.refused > 0 {
            counts.push(format!("refused {}", so_far.refused));
        }
        let mut message = format!("{}{} records, {rate}/s", self.what, so_far.records);
        if !counts.is_empty() {
            message.push_str(": ");
            message.push_str(&counts.join(", "));
        }
        message
    }

    /// Writes something else without tearing the line.
    pub(crate) fn beside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

/// How many of several steps are done, on one line of a terminal that is gone at the end.
pub(crate) struct Steps {
    bar: Option<ProgressBar>,
}

impl Steps {
    /// Nothing is shown unless it is wanted and standard error is a terminal that can draw a line anew.
    pub(crate) fn new(is_wanted: bool) -> Self {
        Self { bar: is_shown(is_wanted).then(|| bar(None)) }
    }

    pub(crate) fn show(&self, message: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(message);
            bar.tick();
        }
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The line is gone before anything else is said, however the run ends.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn is_shown(is_wanted: bool) -> bool {
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    is_wanted && !is_dumb && io::stderr().is_terminal()
}

fn bar(size: Option<u64>) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(DRAWN_PER_SECOND);
    let template = match size {
        Some(_) => "{bar:12} {percent:>3} %, {eta} left, {wide_msg}",
        None => "{wide_msg}",
    };
    let bar = ProgressBar::with_draw_target(size, target);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn is_compressed(roster: &Path) -> bool {
    roster.extension().is_some_and(|ending| ending == "gz" || ending == "zst")
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, Write as _};

    use duecare::roster::Opened;

    use super::*;

    const ROOM: u64 = 1 << 20;

    fn so_far(records: u64, refused: u64, bytes: u64, levels: &[u64]) -> SoFar {
        SoFar { records, refused, faults: 0, bytes, levels: levels.to_vec() }
    }

    /// Lines that do not compress to nothing.
    fn lines(count: u64) -> String {
        let mut number = 1_u64;
        let mut line = || {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            format!("{number:x}\n")
        };
        (0..count).map(|_| line()).collect()
    }

    #[test]
    fn of_a_compressed_file_the_share_of_its_own_bytes_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.csv.gz");
        let mut packed = flate2::write::GzEncoder::new(
            std::fs::File::create(&path).unwrap(),
            flate2::Compression::fast(),
        );
        packed.write_all(lines(200_000).as_bytes()).unwrap();
        packed.finish().unwrap();
        let size = std::fs::metadata(&path).unwrap().len();
        assert!(size > ROOM, "{size}");

        let meter = Meter::default();
        let measure = Measure::new(&path, None, &meter);
        assert_eq!(measure.size(), Some(size));
        let file = meter.over(Box::new(std::fs::File::open(&path).unwrap()));
        let mut lines = Opened::new(file).unwrap().reader.lines();
        for _ in 0..100_000 {
            lines.next().unwrap().unwrap();
        }
        let half = measure.read(&so_far(0, 0, 0, &[]));
        assert!(half.abs_diff(size / 2) < size / 10, "{half} of {size}");
        assert_eq!(lines.count(), 100_000);
        assert_eq!(measure.read(&so_far(0, 0, 0, &[])), size);
    }

    #[test]
    fn what_is_read_whole_tells_no_share() {
        let folder = tempfile::tempdir().unwrap();
        let meter = Meter::default();
        let size = |name: &str, asked: Option<Format>| {
            let path = folder.path().join(name);
            std::fs::write(&path, "12345").unwrap();
            let measure = Measure::new(&path, asked, &meter);
            let texts = matches!(measure, Measure::Texts(_));
            (measure.size(), texts)
        };
        assert_eq!(size("r.jsonl", None), (Some(5), false));
        assert_eq!(size("r.json.zst", None), (Some(5), false));
        assert_eq!(size("r.yaml", None), (Some(5), true));
        assert_eq!(size("r.yaml.gz", None), (None, false));
        assert_eq!(size("r.xlsx", None), (None, false));
        assert_eq!(size("r.parquet.gz", None), (None, false));
        assert_eq!(size("r", None), (None, false));
        assert_eq!(size("r", Some(Format::Csv)), (Some(5), false));
        assert_eq!(Measure::new(folder.path(), Some(Format::Csv), &meter).size(), None);
        assert_eq!(Measure::new(Path::new("-"), Some(Format::Csv), &meter).size(), None);
    }

    #[test]
    fn a_reading_says_what_it_is_for() {
        let levels = vec!["clear".to_owned(), "review".to_owned()];
        let run = Progress::new(false, "", Measure::Nothing, levels);
        let counted = so_far(1_000, 2, 0, &[990, 8]);
        assert_eq!(
            run.message(&counted, 500),
            "1000 records, 2000/s: review 8, clear 990, refused 2"
        );
        let reading = Progress::of_reading(false, "comparing: ", Measure::Nothing);
        assert_eq!(reading.message(&so_far(10, 0, 0, &[]), 1_000), "comparing: 10 records, 10/s");
    }
}
