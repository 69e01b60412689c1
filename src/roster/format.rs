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
    /// The first sheet of an Excel workbook, with a header.
    Xlsx,
    /// Parquet, with nested records and lists.
    Parquet,
}

impl Format {
    /// All, in the order in which they are listed.
    pub const ALL: [Self; 7] =
        [Self::JsonLines, Self::Json, Self::Yaml, Self::Csv, Self::Tsv, Self::Xlsx, Self::Parquet];

    /// Its name as an option.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
        }
    }

    /// What the numbers of its records count: lines or rows of the file, or records.
    #[must_use]
    pub const fn numbers(self) -> &'static str {
        match self {
            Self::JsonLines | Self::Csv | Self::Tsv => "line",
            Self::Xlsx => "row",
            Self::Json | Self::Yaml | Self::Parquet => "record",
        }
    }

    /// The format that the ending of a file's name tells; `.gz` and `.zst` behind it are passed over.
    #[must_use]
    pub fn of_name(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "gz" | "zst" => Self::of_name(Path::new(path.file_stem()?)),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            "xlsx" => Some(Self::Xlsx),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// The format that the first bytes of a file tell.
    #[must_use]
    pub fn of_content(head: &[u8]) -> Option<Self> {
        if head.starts_with(b"PAR1") {
            return Some(Self::Parquet);
        }
        if head.starts_with(b"PK\x03\x04") {
            return Some(Self::Xlsx);
        }
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let mut letters = text.iter().filter(|byte| !byte.is_ascii_whitespace());
        match (letters.next(), letters.next()) {
            (Some(b'['), Some(b'{' | b']')) => Some(Self::Json),
            (Some(b'{'), Some(b'"' | b'}')) => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// Whether files of it can be tables of a folder. YAML is written by hand, and read whole.
    #[must_use]
    pub const fn is_table(self) -> bool {
        match self {
            Self::JsonLines | Self::Json | Self::Csv | Self::Tsv | Self::Xlsx | Self::Parquet => {
                true
            }
            Self::Yaml => false,
        }
    }

    /// Whether files of it hold no text.
    #[must_use]
    pub const fn is_binary(self) -> bool {
        match self {
            Self::Xlsx | Self::Parquet => true,
            Self::JsonLines | Self::Json | Self::Yaml | Self::Csv | Self::Tsv => false,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
