use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::command::MaxRefused;
use duecare::roster::Format;
use duecare::value::{Date, Instant};

/// Policy-as-code for sanctions compliance: checks red flags, prohibitions and diligence controls, and
/// evaluates contractor rosters against them
#[derive(Parser, Debug)]
#[command(name = "duecare", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done; 1 done, and there are findings; 2 a policy cannot be used; \
    3 an input or an argument cannot be used; 4 the evidence does not verify; 130 ended early by Ctrl-C."
)]
pub(crate) struct Cli {
    /// Say nothing but errors on standard error
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// The tour: evaluates the bundled roster, shows the result, says what to try next
    Demo(DemoArgs),
    /// Parse, type-check and lint policies; shows all problems at once
    Check(CheckArgs),
    /// Lay policies out in the one canonical way; comments stay
    Fmt(FmtArgs),
    /// Run the examples beside policies
    Test(TestArgs),
    /// What a policy makes of each item of its sources: encoded, partly, left out, or nothing
    Coverage(CoverageArgs),
    /// Evaluate a roster against a policy
    Eval(EvalArgs),
    /// Why a subject was judged as it was, why not otherwise, and what would change it
    Explain(ExplainArgs),
    /// Fit an export to the record: draft a mapping, or report refusals and unknowns before any run
    #[command(subcommand)]
    Roster(RosterCommand),
    /// What changes between two versions, clause by clause: stricter or looser, with a record that shows it
    Diff(DiffArgs),
    /// Freeze versions: what is published and changed afterwards is refused
    Publish(PublishArgs),
    /// Sign that you have read a version and agree to it as it stands
    Approve(ApproveArgs),
    /// The history of a policy: its versions, what changed in each, who approved it
    Log(LogArgs),
    /// The audit trail: begin one, look into it, verify it, prove what it says, record what people did
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Decide recorded decisions again and compare bytes
    Replay(ReplayArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Explain the decision about one contractor of the bundled roster
    #[arg(long, value_name = "ID")]
    pub(crate) subject: Option<String>,

    /// Write the bundled policies and roster to a new folder, to try things on
    #[arg(long, value_name = "DIR", conflicts_with = "subject")]
    pub(crate) export: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Policy files, or folders to look through
    #[arg(value_name = "PATH", default_value = "policies")]
    pub(crate) paths: Vec<PathBuf>,

    /// How findings are shown
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,

    /// Count warnings as findings
    #[arg(long)]
    pub(crate) strict: bool,

    /// Refuse versions that are not approved as they stand by all who have to (`approvers.yaml`); drafts are not
    /// looked at
    #[arg(long)]
    pub(crate) approved: bool,

    /// Show notes, such as the cost of nested list conditions
    #[arg(long)]
    pub(crate) notes: bool,

    /// Say what a code such as DC0301 means, and nothing else
    #[arg(long, value_name = "CODE")]
    pub(crate) explain: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct FmtArgs {
    /// Policy files, or folders to look through; `-` is standard input, laid out to standard output
    #[arg(value_name = "PATH", default_value = "policies")]
    pub(crate) paths: Vec<PathBuf>,

    /// Change nothing; end with exit code 1 if a file is not in the canonical layout
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Args, Debug)]
pub(crate) struct TestArgs {
    /// Files of examples, or folders to look through: examples stand in `examples` or `tests` beside the
    /// versions of a policy
    #[arg(value_name = "PATH", default_value = "policies")]
    pub(crate) paths: Vec<PathBuf>,

    /// Run only examples whose file or name contains this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,

    /// Count, for every condition, which of its outcomes (true, false, unknown) the examples have shown
    #[arg(long)]
    pub(crate) coverage: bool,

    /// End with exit code 1 if less than so many hundredths of the outcomes have been shown
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) min_coverage: Option<u8>,

    /// How results are shown
    #[arg(long, value_enum, default_value_t = TestFormat::Text)]
    pub(crate) format: TestFormat,
}

#[derive(Args, Debug)]
pub(crate) struct CoverageArgs {
    #[command(flatten)]
    pub(crate) chosen: PolicyArgs,

    /// A file with a source whose items restate those of other sources, such as a summary: shows what the
    /// policies make of its items
    #[arg(long, value_name = "FILE")]
    pub(crate) source: Vec<PathBuf>,

    /// How items are shown
    #[arg(long, value_enum, default_value_t = CoverageFormat::Table)]
    pub(crate) format: CoverageFormat,

    /// End with exit code 1 if nothing is said about some item
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageFormat {
    /// For people
    Table,
    /// As JSON
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// Failures with their explanations, for people
    Text,
    /// Every example, as `duecare.test/1`
    Json,
    /// JUnit XML, for CI systems
    Junit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// With excerpts, for people
    Text,
    /// A JSON array, for editors and CI
    Json,
}

/// Which policies, at which time.
#[derive(Args, Debug)]
pub(crate) struct PolicyArgs {
    /// A .due file, a folder of versions (the one in force is used), or NAME or NAME@VERSION under
    /// --policies; `eval` and `coverage` take several
    #[arg(long, short, value_name = "POLICY", required = true)]
    pub(crate) policy: Vec<String>,

    /// The folder in which policies are looked up by name
    #[arg(long, value_name = "DIR", default_value = "policies")]
    pub(crate) policies: PathBuf,

    /// The time for which to decide: it selects the version and dated values, and ends windows; now,
    /// unless given. A day means its first moment, UTC
    #[arg(long, value_name = "TIME", value_parser = parse_as_of)]
    pub(crate) as_of: Option<Instant>,
}

/// Which policies, which roster, at which time.
#[derive(Args, Debug)]
pub(crate) struct InputArgs {
    #[command(flatten)]
    pub(crate) chosen: PolicyArgs,

    /// The roster: .jsonl, .json, .yaml, .csv, .tsv, .xlsx or .parquet, also with .gz or .zst; a folder with a
    /// roster.yaml; `-` is standard input
    #[arg(long, short, value_name = "FILE")]
    pub(crate) roster: PathBuf,

    /// How the roster is written, if neither its name nor its content tells
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    pub(crate) input_format: Option<Format>,

    /// What people decided about hits, as JSON Lines: a hit cleared on the same evidence does not count
    #[arg(long, value_name = "FILE")]
    pub(crate) dispositions: Option<PathBuf>,

    /// A ledger from which to take what people recorded: dispositions, controls done, exceptions granted
    #[arg(long, value_name = "DIR")]
    pub(crate) facts_from: Option<PathBuf>,

    /// What becomes of records with values that cannot be read
    #[arg(long, value_enum, default_value_t = BadValuesArg::Refuse)]
    pub(crate) bad_values: BadValuesArg,

    /// Refuse a policy that is not approved as it stands by all who have to (`approvers.yaml`)
    #[arg(long)]
    pub(crate) require_approved: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BadValuesArg {
    /// The record is refused
    Refuse,
    /// The values count as unknown, and are reported
    Unknown,
}

#[derive(Args, Debug)]
pub(crate) struct EvalArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// How decisions are written: table on a terminal, jsonl otherwise
    #[arg(long, value_enum)]
    pub(crate) format: Option<EvalFormat>,

    /// How much is written about each subject, in jsonl and json
    #[arg(long, value_enum, default_value_t = DetailArg::Full)]
    pub(crate) detail: DetailArg,

    /// Where decisions are written; `-` is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,

    /// Write the summary of the run as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,

    /// Write a report for people: FILE ends in .html or .md; may be given more than once
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Vec<PathBuf>,

    /// Write refused records with their text and the reasons, as JSON Lines
    #[arg(long, value_name = "FILE")]
    pub(crate) refused: Option<PathBuf>,

    /// End the run with exit code 3 once more than N records, or more than P% of at least 1000, are refused
    #[arg(long, value_name = "N|P%")]
    pub(crate) max_refused: Option<MaxRefused>,

    /// End with exit code 1 if any decision is at this level or above
    #[arg(long, value_name = "LEVEL")]
    pub(crate) fail_on: Option<String>,

    /// Threads; as many as the machine has, unless given. The output does not depend on it
    #[arg(long, short, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) jobs: usize,

    #[command(flatten)]
    pub(crate) evidence: LedgerArgs,
}

/// Where a run is recorded.
#[derive(Args, Debug)]
pub(crate) struct LedgerArgs {
    /// Record every decision in this ledger before it is reported
    #[arg(long, value_name = "DIR")]
    pub(crate) ledger: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) key: KeyArgs,

    /// Go on with the run that was interrupted last: nobody is decided twice, and the output is whole
    #[arg(long, requires = "ledger")]
    pub(crate) resume: bool,

    /// Where the records are kept that decisions rest on
    #[arg(long, value_enum, default_value_t = RecordsArg::Vault, requires = "ledger")]
    pub(crate) records: RecordsArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordsArg {
    /// In the vault of the ledger, encrypted for each subject
    Vault,
    /// Elsewhere: a replay needs the roster again
    DigestOnly,
}

/// The private key of a ledger.
#[derive(Args, Debug)]
pub(crate) struct KeyArgs {
    /// The private key; DIR.key beside the ledger unless given
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,

    /// A file with the passphrase of the key; otherwise the environment's `DUECARE_PASSPHRASE` is used
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EvalFormat {
    /// For people
    Table,
    /// One decision record on each line
    Jsonl,
    /// An array of decision records
    Json,
    /// One row for each subject
    Csv,
    /// The same rows in Parquet
    Parquet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DetailArg {
    /// The decision record, with every rule
    Full,
    /// One short line: decision, score, hits, unknown rules
    Brief,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// The subject
    #[arg(long, short, value_name = "ID")]
    pub(crate) subject: String,

    /// Only this rule, whatever its outcome
    #[arg(long, value_name = "ID")]
    pub(crate) rule: Option<String>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum RosterCommand {
    /// Draft a manifest: which column of which table is which field; nothing is used before you read it
    Map(RosterMapArgs),
    /// Read a roster through and judge nobody: what is refused and why, what has no place, and how much of
    /// each field is unknown
    Check(RosterCheckArgs),
}

/// The record that rosters are read as.
#[derive(Args, Debug)]
pub(crate) struct RecordArgs {
    /// The policy whose record is meant; any of those in --policies unless given
    #[arg(long, short, value_name = "POLICY")]
    pub(crate) policy: Option<String>,

    /// The folder in which policies are looked up by name
    #[arg(long, value_name = "DIR", default_value = "policies")]
    pub(crate) policies: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct RosterMapArgs {
    /// A table (.csv, .tsv, .xlsx), or a folder of tables
    #[arg(value_name = "FILE|FOLDER")]
    pub(crate) path: PathBuf,

    #[command(flatten)]
    pub(crate) record: RecordArgs,

    /// Where the draft goes; `-` is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct RosterCheckArgs {
    /// The roster, as `eval` takes it: a file, a folder with a roster.yaml, or `-`
    #[arg(value_name = "ROSTER")]
    pub(crate) path: PathBuf,

    #[command(flatten)]
    pub(crate) record: RecordArgs,

    /// How the roster is written, if neither its name nor its content tells
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    pub(crate) input_format: Option<Format>,

    /// How the result is shown
    #[arg(long, value_enum, default_value_t = CoverageFormat::Table)]
    pub(crate) format: CoverageFormat,
}

#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

fn parse_format(text: &str) -> Result<Format, String> {
    Format::ALL.into_iter().find(|format| format.word() == text).ok_or_else(|| {
        let words: Vec<&str> = Format::ALL.iter().map(|format| format.word()).collect();
        format!("expected one of {}", words.join(", "))
    })
}

fn parse_as_of(text: &str) -> Result<Instant, String> {
    Instant::parse(text)
        .or_else(|malformed| {
            duecare::value::Date::parse(text)
                .map(duecare::value::Date::start)
                .map_err(|_| malformed)
        })
        .map_err(|malformed| format!("{malformed}, or a day as 2022-05-16"))
}

#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// The old version: a .due file, a folder of versions (the latest is used), NAME or NAME@VERSION under
    /// --policies, or REV:PATH of a git repository
    #[arg(value_name = "OLD")]
    pub(crate) old: String,

    /// The new version, named likewise
    #[arg(value_name = "NEW")]
    pub(crate) new: String,

    /// The folder in which policies are looked up by name
    #[arg(long, value_name = "DIR", default_value = "policies")]
    pub(crate) policies: PathBuf,

    /// Of a folder, use the version in force at this time, not the latest; the time for which a roster is decided,
    /// now unless given. A day means its first moment, UTC
    #[arg(long, value_name = "TIME", value_parser = parse_as_of)]
    pub(crate) as_of: Option<Instant>,

    /// Read files as if they lay at PATH: for temporary files of git, beside which lies nothing that they use
    #[arg(long = "as", value_name = "PATH")]
    pub(crate) read_as: Option<PathBuf>,

    /// How the difference is written; by the ending of the file, or as text, unless given
    #[arg(long, value_enum)]
    pub(crate) format: Option<DiffFormat>,

    /// Where it is written; `-` is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,

    /// Look for no records that both versions judge differently, which takes most of the time
    #[arg(long)]
    pub(crate) no_witness: bool,

    /// End with exit code 1 if anything changed but comments and layout
    #[arg(long)]
    pub(crate) exit_code: bool,

    /// Decide this roster by both versions: who gets another decision, and which rules did it
    #[arg(long, short, value_name = "FILE")]
    pub(crate) roster: Option<PathBuf>,

    /// How the roster is written, if neither its name nor its content tells
    #[arg(long, value_name = "FORMAT", value_parser = parse_format, requires = "roster")]
    pub(crate) input_format: Option<Format>,

    /// What people decided about hits, as for `eval`
    #[arg(long, value_name = "FILE", requires = "roster")]
    pub(crate) dispositions: Option<PathBuf>,

    /// A ledger from which to take what people recorded, as for `eval`
    #[arg(long, value_name = "DIR", requires = "roster")]
    pub(crate) facts_from: Option<PathBuf>,

    /// What becomes of records with values that cannot be read
    #[arg(long, value_enum, default_value_t = BadValuesArg::Refuse)]
    pub(crate) bad_values: BadValuesArg,

    /// Write everybody whose decision changes, as JSON Lines
    #[arg(long, value_name = "FILE", requires = "roster")]
    pub(crate) touched: Option<PathBuf>,

    /// Threads that decide the roster; as many as the machine has, unless given. The output does not depend on it
    #[arg(long, short, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) jobs: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people, on a terminal
    Text,
    /// Markdown that fits a comment on a pull request
    Md,
    /// All of it, as `duecare.diff/1`
    Json,
    /// One page that needs nothing else, to read and to print
    Html,
}

#[derive(Args, Debug)]
pub(crate) struct PublishArgs {
    /// A .due file, a folder to look through, or NAME or NAME@VERSION under --policies
    #[arg(value_name = "POLICY", required = true)]
    pub(crate) policy: Vec<String>,

    /// The folder in which policies are looked up by name, and where a lock begins if none is above them yet
    #[arg(long, value_name = "DIR", default_value = "policies")]
    pub(crate) policies: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct ApproveArgs {
    /// One version: a .due file, or NAME@VERSION under --policies
    #[arg(value_name = "POLICY", required_unless_present = "new_key")]
    pub(crate) policy: Option<String>,

    /// The folder in which policies are looked up by name
    #[arg(long, value_name = "DIR", default_value = "policies")]
    pub(crate) policies: PathBuf,

    /// Who approves, and in which role of `approvers.yaml`
    #[arg(long = "as", value_name = "NAME, ROLE")]
    pub(crate) by: String,

    /// Your private key
    #[arg(long, value_name = "FILE", required_unless_present = "new_key")]
    pub(crate) key: Option<PathBuf>,

    /// A file with the passphrase of the key; otherwise the environment's `DUECARE_PASSPHRASE` is used
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,

    /// The version from which you have read the difference, as `duecare diff` shows it: a .due file, a folder, NAME@VERSION or REV:PATH of a git repository
    #[arg(long, value_name = "OLD", conflicts_with = "new_key")]
    pub(crate) diff_from: Option<String>,

    /// What else you say; it is signed too
    #[arg(long, value_name = "TEXT", conflicts_with = "new_key")]
    pub(crate) comment: Option<String>,

    /// Make a key in this new file instead, and print what is to be added to `approvers.yaml`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["policy", "key"])]
    pub(crate) new_key: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct LogArgs {
    /// A folder of versions, a .due file among them, or NAME under --policies
    #[arg(value_name = "POLICY")]
    pub(crate) policy: String,

    /// The folder in which policies are looked up by name
    #[arg(long, value_name = "DIR", default_value = "policies")]
    pub(crate) policies: PathBuf,

    /// How the history is shown
    #[arg(long, value_enum, default_value_t = LogFormat::Table)]
    pub(crate) format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Table,
    /// All of it, as `duecare.log/1`
    Json,
    /// A table in Markdown
    Md,
}

#[derive(Subcommand, Debug)]
pub(crate) enum LedgerCommand {
    /// Begin a ledger: makes its folder, and its key outside of it
    Init(LedgerInitArgs),
    /// Show what was logged
    Show(LedgerShowArgs),
    /// Check a ledger or an export from its files alone: PASS, FAIL or NOT VERIFIED; exit code 4 unless PASS
    Verify(LedgerVerifyArgs),
    /// Write the proof that a decision stands in the log, for tools of others (C2SP tlog-proof)
    Prove(LedgerProveArgs),
    /// Record what a person decided or did about a subject
    #[command(subcommand)]
    Record(LedgerRecordCommand),
    /// Show one field of a recorded decision with what proves it, and no other field
    Disclose(LedgerDiscloseArgs),
    /// Erase what the vault holds about a subject; the log stays and verifies
    Erase(LedgerEraseArgs),
    /// Write the log with proofs, policies and a report into a folder that others can check (a `BagIt` bag); what the
    /// vault holds of people stays here
    Export(LedgerExportArgs),
    /// Check that a log only grew since it was seen last, and cosign its head; run by somebody else than the log
    Witness(LedgerWitnessArgs),
    /// Ask a time-stamping authority about the newest head, or keep its reply (RFC 3161)
    Timestamp(LedgerTimestampArgs),
    /// Let the log go on under a new key, which the old one vouches for
    RotateKey(LedgerRotateArgs),
    /// Seal a ledger that is at its end: it takes no more runs, facts or keys, and another one can go on from it
    Seal(LedgerSealArgs),
    /// Cut off what a crash has left unfinished, and log it; every command that writes does so too
    Recover(LedgerWriteArgs),
}

/// A ledger that is read.
#[derive(Args, Debug)]
pub(crate) struct LedgerReadArgs {
    /// The ledger, or what was exported from one
    #[arg(long, value_name = "DIR")]
    pub(crate) ledger: PathBuf,
}

/// A ledger that is written.
#[derive(Args, Debug)]
pub(crate) struct LedgerWriteArgs {
    /// The ledger
    #[arg(long, value_name = "DIR")]
    pub(crate) ledger: PathBuf,

    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerInitArgs {
    #[command(flatten)]
    pub(crate) at: LedgerWriteArgs,

    /// The name of the log, as example.org/screening: it stands in every proof, and never changes
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: String,

    /// The ledger, or what was exported from one, that this one goes on from: one that is sealed, or whose key is lost.
    /// It must verify; its head is named for good in the first leaf
    #[arg(long, value_name = "DIR")]
    pub(crate) predecessor: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerShowArgs {
    #[command(flatten)]
    pub(crate) at: LedgerReadArgs,

    /// Only this leaf
    #[arg(long, value_name = "N")]
    pub(crate) leaf: Option<u64>,

    /// Only leaves about this subject
    #[arg(long, short, value_name = "ID")]
    pub(crate) subject: Option<String>,

    /// Only leaves of this run
    #[arg(long, value_name = "ID")]
    pub(crate) run: Option<String>,

    /// Only leaves of this kind, as `decision` or `run_completed`
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,

    /// Only the last so many
    #[arg(long, value_name = "N")]
    pub(crate) last: Option<usize>,

    /// How leaves are shown: table on a terminal, jsonl otherwise
    #[arg(long, value_enum)]
    pub(crate) format: Option<ShowFormat>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// For people
    Table,
    /// One leaf on each line
    Jsonl,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerVerifyArgs {
    #[command(flatten)]
    pub(crate) at: LedgerReadArgs,

    /// The key that you know to sign the log: `name+id+key`, or a file with it
    #[arg(long, value_name = "KEY")]
    pub(crate) trust: Option<String>,

    /// A witness that you trust: `name+id+key`, or a file with it
    #[arg(long, value_name = "KEY")]
    pub(crate) witness: Vec<String>,

    /// A head of the log that was kept where whoever runs it cannot change it: the log must have gone through it
    #[arg(long, value_name = "FILE")]
    pub(crate) head: Vec<PathBuf>,

    /// The ledger that this one goes on from: it must verify, and must have had the head that this one names
    #[arg(long, value_name = "DIR")]
    pub(crate) predecessor: Option<PathBuf>,

    /// How the result is shown
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerProveArgs {
    #[command(flatten)]
    pub(crate) at: LedgerReadArgs,

    /// The newest decision about this subject
    #[arg(
        long,
        short,
        value_name = "ID",
        required_unless_present = "leaf",
        conflicts_with = "leaf"
    )]
    pub(crate) subject: Option<String>,

    /// This leaf
    #[arg(long, value_name = "N")]
    pub(crate) leaf: Option<u64>,

    /// Where the proof goes; `-` is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

#[derive(Subcommand, Debug)]
pub(crate) enum LedgerRecordCommand {
    /// What a person decided about a hit, on the evidence there was
    Disposition(DispositionArgs),
    /// A control that was done: an interview held, a check passed
    Control(FactArgs),
    /// An exception that was granted, such as a licence that counsel found to apply
    Exception(FactArgs),
    /// Take back what was recorded by mistake: it stays in the log, and counts no more
    Withdraw(WithdrawArgs),
}

/// Who did what to whom, and why.
#[derive(Args, Debug)]
pub(crate) struct RecordedArgs {
    #[command(flatten)]
    pub(crate) at: LedgerWriteArgs,

    /// The subject
    #[arg(long, short, value_name = "ID")]
    pub(crate) subject: String,

    #[command(flatten)]
    pub(crate) told: ToldArgs,

    /// Record it though no run of this ledger has such a subject, rule, evidence or list, as of somebody who was
    /// judged elsewhere
    #[arg(long)]
    pub(crate) unchecked: bool,
}

/// Who did something, and why.
#[derive(Args, Debug)]
pub(crate) struct ToldArgs {
    /// Who, with their role
    #[arg(long, value_name = "NAME, ROLE")]
    pub(crate) by: String,

    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,

    /// The day; today unless given
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    pub(crate) on: Option<Date>,

    /// A file that shows it; its digest is recorded, the file is not
    #[arg(long, value_name = "FILE")]
    pub(crate) attachment: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct DispositionArgs {
    #[command(flatten)]
    pub(crate) recorded: RecordedArgs,

    /// The rule that was hit
    #[arg(long, value_name = "ID")]
    pub(crate) rule: String,

    /// The `evidence_digest` of the hit
    #[arg(long, value_name = "DIGEST")]
    pub(crate) evidence: String,

    /// What was decided
    #[arg(long, value_enum)]
    pub(crate) outcome: OutcomeArg,

    /// The day from which on it no longer holds
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    pub(crate) until: Option<Date>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutcomeArg {
    /// The hit is explained and does not count on this evidence
    Cleared,
    /// The hit stands
    Confirmed,
}

#[derive(Args, Debug)]
pub(crate) struct FactArgs {
    #[command(flatten)]
    pub(crate) recorded: RecordedArgs,

    /// The list of the record that it belongs to, as interviews, checks or licences
    #[arg(long, value_name = "LIST")]
    pub(crate) field: String,

    /// What is added to the list, as JSON, as it would stand in the roster
    #[arg(long, value_name = "JSON")]
    pub(crate) value: String,
}

#[derive(Args, Debug)]
pub(crate) struct WithdrawArgs {
    #[command(flatten)]
    pub(crate) at: LedgerWriteArgs,

    /// The leaf of what was recorded
    #[arg(long, value_name = "N")]
    pub(crate) leaf: u64,

    #[command(flatten)]
    pub(crate) told: ToldArgs,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerDiscloseArgs {
    #[command(flatten)]
    pub(crate) at: LedgerReadArgs,

    /// The subject: its newest decision
    #[arg(long, short, value_name = "ID")]
    pub(crate) subject: String,

    /// The field of the record, as `legal_name`; or `decision/POLICY` for the decision record
    #[arg(long, short, value_name = "FIELD")]
    pub(crate) field: String,

    /// Where the disclosure goes; `-` is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerEraseArgs {
    #[command(flatten)]
    pub(crate) at: LedgerWriteArgs,

    /// The subject
    #[arg(long, short, value_name = "ID")]
    pub(crate) subject: String,

    /// Who orders it, with their role
    #[arg(long, value_name = "NAME, ROLE")]
    pub(crate) by: String,

    /// On what ground; it stays in the log, so do not name the subject
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,

    /// Say what would be erased, and erase nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerRotateArgs {
    #[command(flatten)]
    pub(crate) at: LedgerWriteArgs,

    /// The file of the new key, which is made
    #[arg(long, value_name = "FILE")]
    pub(crate) new_key: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerSealArgs {
    #[command(flatten)]
    pub(crate) at: LedgerWriteArgs,

    /// Who seals it, with their role; it stays in the log
    #[arg(long, value_name = "NAME, ROLE")]
    pub(crate) by: String,

    /// Why; it stays in the log
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,

    /// Seal it though its last run was interrupted, and stays without an end
    #[arg(long)]
    pub(crate) unfinished: bool,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerExportArgs {
    #[command(flatten)]
    pub(crate) at: LedgerWriteArgs,

    /// The new folder
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: PathBuf,

    /// Add the proof of the newest decision about this subject
    #[arg(long, short, value_name = "ID")]
    pub(crate) subject: Vec<String>,

    /// Disclose this field of each of these subjects
    #[arg(long, short, value_name = "FIELD", requires = "subject")]
    pub(crate) field: Vec<String>,

    /// Who exports, with their role; it stays in the log
    #[arg(long, value_name = "NAME, ROLE", required_unless_present = "unlogged")]
    pub(crate) by: Option<String>,

    /// For whom and why; it stays in the log
    #[arg(long, value_name = "TEXT", required_unless_present = "unlogged")]
    pub(crate) why: Option<String>,

    /// Write nothing about the export into the log: of a ledger whose key is lost
    #[arg(long, conflicts_with_all = ["by", "why"])]
    pub(crate) unlogged: bool,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerWitnessArgs {
    #[command(flatten)]
    pub(crate) at: LedgerReadArgs,

    /// What the witness remembers; keep it where whoever runs the log cannot write
    #[arg(long, value_name = "FILE")]
    pub(crate) state: PathBuf,

    /// How the witness is called, when it begins
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// The key by which the log is known, when it is seen first or has a new one
    #[arg(long, value_name = "KEY")]
    pub(crate) trust: Option<String>,

    /// Where the cosigned head goes; unless given, beside the head in the ledger
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) key: KeyArgs,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = true, id = "what")]
pub(crate) struct LedgerTimestampArgs {
    #[command(flatten)]
    pub(crate) at: LedgerReadArgs,

    /// Write the request for the newest head
    #[arg(long, value_name = "FILE", group = "what")]
    pub(crate) query: Option<PathBuf>,

    /// Keep this reply
    #[arg(long, value_name = "FILE", group = "what")]
    pub(crate) reply: Option<PathBuf>,

    /// Write the text that is stamped, for `openssl ts -verify -data`
    #[arg(long, value_name = "FILE", group = "what")]
    pub(crate) text: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    pub(crate) at: LedgerReadArgs,

    /// Only decisions of this run; of all runs unless given
    #[arg(long, value_name = "ID")]
    pub(crate) run: Option<String>,

    /// Only this leaf
    #[arg(long, value_name = "N", conflicts_with = "subject")]
    pub(crate) leaf: Option<u64>,

    /// Only the newest decision about this subject
    #[arg(long, short, value_name = "ID")]
    pub(crate) subject: Option<String>,

    /// The roster again, for a run whose records were kept elsewhere, or to see whether it is still the same
    #[arg(long, short, value_name = "FILE", requires = "run")]
    pub(crate) roster: Option<PathBuf>,

    /// The dispositions that were given with it
    #[arg(long, value_name = "FILE", requires = "roster")]
    pub(crate) dispositions: Option<PathBuf>,

    /// Do not replay what another build of this program decided
    #[arg(long)]
    pub(crate) same_engine: bool,

    /// How results are shown: table shows those that are not identical, jsonl all
    #[arg(long, value_enum, default_value_t = ShowFormat::Table)]
    pub(crate) format: ShowFormat,
}

fn parse_day(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|malformed| malformed.to_string())
}
