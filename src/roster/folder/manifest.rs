use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// What the manifest of a folder is called.
pub const MANIFEST_NAME: &str = "roster.yaml";

/// Which tables a roster has, and what their columns mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// How values are written, unless a table or column says otherwise.
    #[serde(default)]
    pub formats: Formats,
    /// The table with one row for each subject.
    pub subjects: SubjectTable,
    /// The tables with the elements of lists.
    #[serde(default)]
    pub tables: Vec<ListTable>,
    /// Fields of which a blank cell, or no column at all, means that it is known that there is none.
    #[serde(default)]
    pub absent_is_none: Vec<String>,
}

/// The table with one row for each subject.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectTable {
    /// Its file.
    pub file: String,
    /// Columns and the fields they hold; one must hold the key.
    #[serde(deserialize_with = "pairs")]
    pub columns: Vec<(String, ColumnTarget)>,
    /// Fields that have the same value for everybody.
    #[serde(default, deserialize_with = "pairs")]
    pub constants: Vec<(String, String)>,
    /// Columns that are known and left out.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// How its values are written.
    #[serde(default)]
    pub formats: Formats,
}

/// A table with the elements of a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListTable {
    /// The list.
    pub field: String,
    /// Its file.
    pub file: String,
    /// The column that holds the key of the subject.
    pub key: String,
    /// Whether a subject without rows has none.
    #[serde(default)]
    pub covers: Covers,
    /// Columns and the fields of the element they hold; a column may hold the key as well.
    #[serde(deserialize_with = "pairs")]
    pub columns: Vec<(String, ColumnTarget)>,
    /// Fields that have the same value in every row.
    #[serde(default, deserialize_with = "pairs")]
    pub constants: Vec<(String, String)>,
    /// Columns that are known and left out.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// How its values are written.
    #[serde(default)]
    pub formats: Formats,
}

/// What it means that a subject has no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Covers {
    /// The table covers all subjects: no row is a list known to be empty.
    All,
    /// It covers the subjects it lists: no row is unknown.
    #[default]
    Listed,
}

/// The field that a column holds.
#[derive(Clone, Debug)]
pub struct ColumnTarget {
    /// The field, as `residence.country`.
    pub field: String,
    /// How its values are written.
    pub formats: Formats,
}

/// How values are written in a table. What is left out is as the table, the manifest, or ISO says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Formats {
    /// Dates, as `%d/%m/%Y`.
    #[serde(default)]
    pub dates: Option<String>,
    /// Times, as `%d/%m/%Y %H:%M:%S`.
    #[serde(default)]
    pub times: Option<String>,
    /// The zone of times that do not say theirs, as `Europe/Berlin`.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// The sign before decimals; a point unless said.
    #[serde(default)]
    pub decimal: Option<String>,
    /// The sign between thousands.
    #[serde(default)]
    pub thousands: Option<String>,
    /// Words for yes.
    #[serde(default)]
    pub yes: Vec<String>,
    /// Words for no.
    #[serde(default)]
    pub no: Vec<String>,
    /// Words for none, besides `none`.
    #[serde(default)]
    pub none: Vec<String>,
    /// The currency of amounts that do not say theirs.
    #[serde(default)]
    pub currency: Option<String>,
    /// The column that holds the currency of amounts.
    #[serde(default)]
    pub currency_column: Option<String>,
    /// The sign between the values of a list in one cell.
    #[serde(default)]
    pub separator: Option<String>,
    /// Words of the table and what they mean, as `Wire: bank_transfer`.
    #[serde(default, deserialize_with = "pairs")]
    pub values: Vec<(String, String)>,
}

impl Formats {
    /// These, and for what they leave out the outer ones.
    #[must_use]
    pub fn within(&self, outer: &Self) -> Self {
        let text = |own: &Option<String>, outer: &Option<String>| own.clone().or(outer.clone());
        let words = |own: &[String], outer: &[String]| {
            if own.is_empty() { outer.to_vec() } else { own.to_vec() }
        };
        Self {
            dates: text(&self.dates, &outer.dates),
            times: text(&self.times, &outer.times),
            time_zone: text(&self.time_zone, &outer.time_zone),
            decimal: text(&self.decimal, &outer.decimal),
            thousands: text(&self.thousands, &outer.thousands),
            yes: words(&self.yes, &outer.yes),
            no: words(&self.no, &outer.no),
            none: words(&self.none, &outer.none),
            currency: text(&self.currency, &outer.currency),
            currency_column: text(&self.currency_column, &outer.currency_column),
            separator: text(&self.separator, &outer.separator),
            values: if self.values.is_empty() { outer.values.clone() } else { self.values.clone() },
        }
    }
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// If it is none, with the place.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_yaml::from_str(text).map_err(|error| error.to_string())
    }
}

impl<'de> Deserialize<'de> for ColumnTarget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Name(String),
            Full {
                field: String,
                #[serde(default)]
                formats: Formats,
            },
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Name(field) => Self { field, formats: Formats::default() },
            Written::Full { field, formats } => Self { field, formats },
        })
    }
}

/// A mapping in its order, in which no key stands twice.
fn pairs<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(String, T)>, D::Error> {
    struct Pairs<T>(std::marker::PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Pairs<T> {
        type Value = Vec<(String, T)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a mapping, as `Column: field`")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found: Vec<(String, T)> = Vec::new();
            while let Some((key, value)) = map.next_entry::<String, T>()? {
                if found.iter().any(|(known, _)| *known == key) {
                    return Err(A::Error::custom(format!("`{key}` is given twice")));
                }
                found.push((key, value));
            }
            Ok(found)
        }
    }

    deserializer.deserialize_map(Pairs(std::marker::PhantomData))
}
