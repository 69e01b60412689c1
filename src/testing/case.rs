use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::value::Instant;

/// One example: records, a time, and what they must come to.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The time for which to decide.
    pub as_of: Instant,
    /// The version of the policy; the one in force at that time unless given.
    pub version: Option<String>,
    /// The records as JSON, each with what it must come to.
    pub records: Vec<(String, Expectation)>,
}

/// What a record must come to. Rules that are not named may come to anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Outcomes of rules.
    #[serde(default)]
    pub rules: BTreeMap<String, String>,
    /// The decision.
    #[serde(default)]
    pub decision: Option<String>,
    /// Whether the decision is settled.
    #[serde(default)]
    pub settled: Option<bool>,
    /// The facts that would settle rules, all of them.
    #[serde(default)]
    pub needs: BTreeMap<String, Vec<String>>,
    /// What hits add to the score, as `5` or `5..30`.
    #[serde(default)]
    pub counted: BTreeMap<String, String>,
    /// Controls to do, all of them.
    #[serde(default)]
    pub actions: Option<Vec<String>>,
}

/// A file that holds no tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedTests(String);

impl fmt::Display for MalformedTests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MalformedTests {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFile {
    examples: Vec<WrittenCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCase {
    name: String,
    as_of: String,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    record: Option<serde_json::Value>,
    #[serde(default)]
    expect: Option<Expectation>,
    #[serde(default)]
    roster: Vec<WrittenRecord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRecord {
    record: serde_json::Value,
    #[serde(default)]
    expect: Expectation,
}

/// Reads a file of examples.
///
/// # Errors
/// If the file is not of that form: an expectation that was meant and not understood must not be passed
/// over.
pub fn read_cases(text: &str) -> Result<Vec<Case>, MalformedTests> {
    let file: WrittenFile =
        serde_yaml::from_str(text).map_err(|error| MalformedTests(error.to_string()))?;
    if file.examples.is_empty() {
        return Err(MalformedTests("there is no example in it".to_owned()));
    }
    file.examples.into_iter().map(WrittenCase::case).collect()
}

impl WrittenCase {
    fn case(self) -> Result<Case, MalformedTests> {
        let malformed = |what: &str| MalformedTests(format!("example `{}`: {what}", self.name));
        let as_of =
            Instant::parse(&self.as_of).map_err(|error| malformed(&format!("`as_of`: {error}")))?;
        let records = match (self.record, self.expect) {
            (Some(record), Some(expect)) if self.roster.is_empty() => {
                vec![(record.to_string(), expect)]
            }
            (None, None) if !self.roster.is_empty() => {
                let rows = self.roster.into_iter();
                rows.map(|row| (row.record.to_string(), row.expect)).collect()
            }
            _ => return Err(malformed("give `record` and `expect`, or a `roster` of such pairs")),
        };
        if records.iter().all(|(_, expect)| *expect == Expectation::default()) {
            return Err(malformed("it expects nothing"));
        }
        Ok(Case { name: self.name, as_of, version: self.version, records })
    }
}
