//! What is logged of a run: its beginning, one leaf for each record, its end.

use super::canonical::Canonical;
use super::event::leaf;
use super::tree::{Frontier, leaf_hash};
use crate::decision::Decision;
use crate::digest::Digest;
use crate::value::Instant;

/// A run as it begins.
#[derive(Clone, Debug)]
pub struct RunStart {
    /// Its id.
    pub run: RunId,
    /// The time for which it decides.
    pub as_of: Instant,
    /// The program that decides.
    pub engine: EngineId,
    /// Its policies, in their order.
    pub policies: Vec<PolicyUsed>,
    /// What becomes of values that cannot be read: `refuse` or `unknown`.
    pub bad_values: &'static str,
    /// Where records are kept: `vault` or `digest_only`.
    pub records: &'static str,
    /// The names of the columns, as a blob, of a roster that is a table.
    pub layout: Option<Digest>,
    /// The head of the ledger from which facts were taken.
    pub facts: Option<(String, u64)>,
}

/// The id of a run or an event: sixteen random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunId(pub [u8; 16]);

/// The program that decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineId {
    /// Its version.
    pub version: String,
    /// The digest of its executable file.
    pub digest: Digest,
}

/// A policy of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyUsed {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The digest that decisions name.
    pub digest: Digest,
    /// Its texts, as a blob that names blobs.
    pub bundle: Digest,
    /// Its lists with the digests of their values.
    pub lists: Vec<(String, Digest)>,
    /// The ids of its rules: outcomes stand in their order.
    pub rules: Vec<String>,
    /// When the ledger came to know it.
    pub published: Instant,
    /// The approvals that its decisions name.
    pub approvals: Vec<Digest>,
}

impl RunId {
    /// As leaves write it.
    #[must_use]
    pub fn hex(&self) -> String {
        super::note::hex(&self.0)
    }

    /// Reads what `hex` writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digest = Digest::parse(&format!("sha256:{text}{text}"))?;
        Some(Self(*digest.bytes().first_chunk()?))
    }
}

impl PolicyUsed {
    fn read(policy: &Canonical) -> Option<Self> {
        let text = |of: &Canonical, key: &str| Some(of.text_at(key)?.to_owned());
        let digest = |of: &Canonical, key: &str| of.digest_at(key);
        let lists = policy.get("lists")?.as_array()?.iter();
        let rules = policy.get("rules")?.as_array()?.iter();
        Some(Self {
            name: text(policy, "name")?,
            version: text(policy, "version")?,
            digest: digest(policy, "digest")?,
            bundle: digest(policy, "bundle")?,
            lists: lists
                .map(|list| Some((text(list, "name")?, digest(list, "digest")?)))
                .collect::<Option<_>>()?,
            rules: rules.map(|rule| rule.as_text().map(str::to_owned)).collect::<Option<_>>()?,
            published: Instant::parse(&text(policy, "published")?).ok()?,
            approvals: match policy.get("approvals") {
                Some(approvals) => {
                    let digest = |one: &Canonical| Digest::parse(one.as_text()?);
                    approvals.as_array()?.iter().map(digest).collect::<Option<_>>()?
                }
                None => Vec::new(),
            },
        })
    }

    fn identity(&self) -> [(&'static str, Canonical); 4] {
        let lists = self.lists.iter().map(|(name, digest)| {
            Canonical::object([
                ("name", Canonical::text(name)),
                ("digest", Canonical::text(digest)),
            ])
        });
        [
            ("name", Canonical::text(&self.name)),
            ("version", Canonical::text(&self.version)),
            ("digest", Canonical::text(self.digest)),
            ("lists", Canonical::Array(lists.collect())),
        ]
    }
}

impl RunStart {
    /// The leaf that begins the run.
    #[must_use]
    pub fn leaf(&self, now: Instant) -> Canonical {
        let policies = self.policies.iter().map(|policy| {
            let mut entry = Canonical::object(policy.identity());
            let rules = policy.rules.iter().map(Canonical::text).collect();
            insert(&mut entry, "bundle", Canonical::text(policy.bundle));
            insert(&mut entry, "published", Canonical::text(policy.published));
            insert(&mut entry, "look_back", Canonical::YesNo(self.as_of < policy.published));
            insert(&mut entry, "rules", Canonical::Array(rules));
            if !policy.approvals.is_empty() {
                let approvals = policy.approvals.iter().map(Canonical::text).collect();
                insert(&mut entry, "approvals", Canonical::Array(approvals));
            }
            entry
        });
        let mut made = leaf(
            "run_started",
            now,
            [
                ("run", Canonical::text(self.run.hex())),
                ("as_of", Canonical::text(self.as_of)),
                (
                    "engine",
                    Canonical::object([
                        ("version", Canonical::text(&self.engine.version)),
                        ("digest", Canonical::text(self.engine.digest)),
                    ]),
                ),
                ("policies", Canonical::Array(policies.collect())),
                ("bad_values", Canonical::text(self.bad_values)),
                ("records", Canonical::text(self.records)),
            ],
        );
        if let Some(layout) = &self.layout {
            insert(&mut made, "layout", Canonical::text(layout));
        }
        if let Some((origin, size)) = &self.facts {
            let facts = [("origin", Canonical::text(origin)), ("size", Canonical::count(*size))];
            insert(&mut made, "facts", Canonical::object(facts));
        }
        made
    }

    /// Reads the leaf that begins a run; nothing if it is none, or of a form that is not known here.
    #[must_use]
    pub fn read(leaf: &Canonical) -> Option<Self> {
        let text = |key: &str| leaf.text_at(key);
        let engine = leaf.get("engine")?;
        let policies = leaf.get("policies")?.as_array()?;
        Some(Self {
            run: RunId::parse(text("run")?)?,
            as_of: Instant::parse(text("as_of")?).ok()?,
            engine: EngineId {
                version: engine.text_at("version")?.to_owned(),
                digest: engine.digest_at("digest")?,
            },
            policies: policies.iter().map(PolicyUsed::read).collect::<Option<_>>()?,
            bad_values: known(text("bad_values")?, &["refuse", "unknown"])?,
            records: known(text("records")?, &["vault", "digest_only"])?,
            layout: match text("layout") {
                Some(layout) => Some(Digest::parse(layout)?),
                None => None,
            },
            facts: match leaf.get("facts") {
                Some(facts) => {
                    let origin = facts.text_at("origin")?.to_owned();
                    Some((origin, facts.get("size")?.as_count()?))
                }
                None => None,
            },
        })
    }

    /// The leaf of a decision, but for its ordinal. `number` is that of the record in its roster.
    #[must_use]
    pub fn decision(
        &self,
        number: u64,
        subject: &Digest,
        fields: &Digest,
        decisions: &[&Decision<'_>],
        now: Instant,
    ) -> Canonical {
        let policies = self.policies.iter().zip(decisions).map(|(policy, decision)| {
            let mut entry = Canonical::object(policy.identity());
            insert(&mut entry, "decision", Canonical::text(decision.decision));
            insert(&mut entry, "settled", Canonical::YesNo(decision.settled));
            if !decision.could_be.is_empty() {
                let could_be = decision.could_be.iter().map(Canonical::text).collect();
                insert(&mut entry, "could_be", Canonical::Array(could_be));
            }
            let score = [
                ("low", Canonical::count(decision.score.low.into())),
                ("high", Canonical::count(decision.score.high.into())),
            ];
            insert(&mut entry, "score", Canonical::object(score));
            let outcomes = decision.rules.iter().map(|rule| outcome_code(rule.outcome)).collect();
            insert(&mut entry, "outcomes", Canonical::Text(outcomes));
            insert(&mut entry, "published", Canonical::text(policy.published));
            insert(&mut entry, "look_back", Canonical::YesNo(self.as_of < policy.published));
            entry
        });
        leaf(
            "decision",
            now,
            [
                ("run", Canonical::text(self.run.hex())),
                ("number", Canonical::count(number)),
                ("as_of", Canonical::text(self.as_of)),
                ("engine", Canonical::text(self.engine.digest)),
                ("subject", Canonical::text(subject)),
                ("fields", Canonical::text(fields)),
                ("policies", Canonical::Array(policies.collect())),
            ],
        )
    }

    /// The leaf of a record that was refused, but for its ordinal.
    #[must_use]
    pub fn refused(&self, number: u64, fields: &Digest, now: Instant) -> Canonical {
        leaf(
            "refused",
            now,
            [
                ("run", Canonical::text(self.run.hex())),
                ("number", Canonical::count(number)),
                ("fields", Canonical::text(fields)),
            ],
        )
    }
}

/// Counts the records of a run and makes the root over them.
#[derive(Clone, Debug, Default)]
pub struct RunCount {
    decided: u64,
    refused: u64,
    records: Frontier,
}

impl RunCount {
    /// Gives a record's leaf its ordinal, and counts it.
    pub fn number(&mut self, record: &mut Canonical, fields: &Digest) {
        if record.text_at("kind") == Some("refused") {
            self.refused += 1;
        } else {
            self.decided += 1;
        }
        self.records.append(leaf_hash(fields.bytes()), |_, _| {});
        insert(record, "ordinal", Canonical::count(self.decided + self.refused));
    }

    /// Records so far.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.decided + self.refused
    }

    /// The leaf that ends the run.
    #[must_use]
    pub fn completed(&self, run: &RunId, now: Instant) -> Canonical {
        leaf(
            "run_completed",
            now,
            [
                ("run", Canonical::text(run.hex())),
                ("records", Canonical::count(self.records())),
                ("decided", Canonical::count(self.decided)),
                ("refused", Canonical::count(self.refused)),
                ("root", Canonical::text(self.records.root())),
            ],
        )
    }
}

fn known(text: &str, words: &[&'static str]) -> Option<&'static str> {
    words.iter().find(|word| **word == text).copied()
}

/// One letter for each outcome of a rule.
#[must_use]
pub fn outcome_code(outcome: &str) -> char {
    OUTCOMES.iter().find(|(_, word)| *word == outcome).map_or('?', |(code, _)| *code)
}

/// The outcome that a letter stands for.
#[must_use]
pub fn outcome_word(code: char) -> &'static str {
    OUTCOMES.iter().find(|(known, _)| *known == code).map_or("?", |(_, word)| word)
}

const OUTCOMES: [(char, &str); 13] = [
    ('h', "hit"),
    ('c', "clear"),
    ('u', "unknown"),
    ('n', "not_applicable"),
    ('v', "not_covered"),
    ('e', "excepted"),
    ('r', "reviewed"),
    ('m', "met"),
    ('f', "failed"),
    ('x', "unmet"),
    ('p', "expired"),
    ('w', "waived"),
    ('o', "not_required"),
];

pub(super) fn insert(object: &mut Canonical, key: &str, value: Canonical) {
    if let Canonical::Object(entries) = object {
        entries.insert(key.to_owned(), value);
    }
}
