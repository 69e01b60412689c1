use std::collections::BTreeMap;
use std::fmt;

use semver::VersionReq;
use serde::Deserialize;

use crate::value::Instant;

/// One example: records, a time, and what they must come to.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The time for which to decide.
    pub as_of: Instant,
    /// The versions of the policy.
    pub versions: Versions,
    /// The records as JSON, each with what it must come to.
    pub records: Vec<(String, Expectation)>,
}

/// The versions of a policy that an example is run with.
#[derive(Clone, Debug)]
pub enum Versions {
    /// The one in force at the time of the example.
    InForce,
    /// One, whether in force or not.
    Named(String),
    /// All of a range, whether in force or not.
    Range(VersionReq),
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
    /// Of all examples that say nothing of versions themselves.
    #[serde(default)]
    versions: Option<VersionReq>,
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
    versions: Option<VersionReq>,
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
    let versions = file.versions;
    file.examples.into_iter().map(|written| written.case(versions.as_ref())).collect()
}

impl WrittenCase {
    fn case(self, of_file: Option<&VersionReq>) -> Result<Case, MalformedTests> {
        let has_both = self.version.is_some() && self.versions.is_some();
        let malformed = |what: &str| MalformedTests(format!("example `{}`: {what}", self.name));
        let as_of =
            Instant::parse(&self.as_of).map_err(|error| malformed(&format!("`as_of`: {error}")))?;
        let versions = match (self.version, self.versions.or_else(|| of_file.cloned())) {
            (Some(_), Some(_)) if has_both => {
                return Err(malformed("give `version` or `versions`, not both"));
            }
            (Some(version), _) => Versions::Named(version),
            (None, Some(range)) => Versions::Range(range),
            (None, None) => Versions::InForce,
        };
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
        Ok(Case { name: self.name, as_of, versions, records })
    }
}
