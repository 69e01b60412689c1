use std::fmt;
use std::path::Path;

/// How a roster is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// One JSON object on each line.
    JsonLines,
    /// A JSON array of objects, or one object.
    Json,
    /// A YAML sequence of mappings, one mapping, or several documents.
    Yaml,
    /// Comma-separated values with a header.
    Csv,
    /// Tab-separated values with a header.
    Tsv,
}

impl Format {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; 5] = [Self::JsonLines, Self::Json, Self::Yaml, Self::Csv, Self::Tsv];

    /// Its name as an option.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
        }
    }

    /// What the numbers of its records count: lines of the file, or records.
    #[must_use]
    pub const fn numbers(self) -> &'static str {
        match self {
            Self::JsonLines | Self::Csv | Self::Tsv => "line",
            Self::Json | Self::Yaml => "record",
        }
    }

    /// The format that the ending of a file's name tells.
    #[must_use]
    pub fn of_name(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
