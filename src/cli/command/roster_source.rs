use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use duecare::engine::Engine;
use duecare::roster::{
    BadValues, FolderReader, Format, Layout, MANIFEST_NAME, Manifest, Opened, RawReader, RawRecord,
};

use crate::cli::args::{BadValuesArg, InputArgs};
use crate::cli::exit::Failure;
use crate::cli::files;

pub(super) type Reader = RawReader<Box<dyn BufRead>>;

/// Opens a file of the roster at its start.
type OpenFile<'f> = &'f mut dyn FnMut(&Path) -> Result<Box<dyn Read>, Failure>;

/// Where a roster lies: in one file, or in a folder with a manifest.
pub(super) enum RosterSource {
    File(PathBuf),
    Folder { folder: PathBuf, manifest: Manifest },
}

impl RosterSource {
    pub(super) fn new(args: &InputArgs) -> Result<Self, Failure> {
        let path = &args.roster;
        let folder = if path.is_dir() {
            path.clone()
        } else if path.file_name().is_some_and(|name| name == MANIFEST_NAME) {
            path.parent().unwrap_or(Path::new("")).to_path_buf()
        } else {
            return Ok(Self::File(path.clone()));
        };
        let named = folder.join(MANIFEST_NAME);
        if !named.is_file() {
            let shown = folder.display();
            return Err(Failure::input(format!("the folder `{shown}` has no `{MANIFEST_NAME}`"))
                .hint(format!(
                    "it says which table and column is which field; draft it with `duecare roster map {shown}`"
                )));
        }
        let text = files::read_text(&named)?;
        let manifest = Manifest::parse(&text)
            .map_err(|error| Failure::input(format!("`{}`: {error}", named.display())))?;
        Ok(Self::Folder { folder, manifest })
    }

    /// The files that it is read from.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        match self {
            Self::File(path) => vec![path.clone()],
            Self::Folder { folder, manifest } => {
                let lists = manifest.tables.iter().map(|list| list.file.as_str());
                let tables = lists.chain([manifest.subjects.file.as_str(), MANIFEST_NAME]);
                tables.map(|name| folder.join(name)).collect()
            }
        }
    }

    /// What the numbers of its records count.
    pub(super) fn numbers(&self) -> &'static str {
        match self {
            Self::File(path) if files::is_standard(path) => Format::JsonLines.numbers(),
            Self::File(path) => Format::of_name(path).map_or("record", Format::numbers),
            Self::Folder { manifest, .. } => {
                let format = Format::of_name(Path::new(&manifest.subjects.file));
                format.map_or("line", Format::numbers)
            }
        }
    }

    /// Opens the roster at its start, as each of the policies reads it.
    pub(super) fn reader(
        &self,
        args: &InputArgs,
        engines: &[Engine],
        open: OpenFile<'_>,
    ) -> Result<(Reader, Vec<Layout>), Failure> {
        let reader = match self {
            Self::File(path) => of_file(path, args.input_format, open(path)?)?,
            Self::Folder { folder, manifest } => of_folder(folder, manifest, engines, open)?,
        };
        let bad_values = match args.bad_values {
            BadValuesArg::Refuse => BadValues::Refuse,
            BadValuesArg::Unknown => BadValues::Unknown,
        };
        let layouts = engines.iter().map(|engine| {
            let layout = engine.layout(bad_values);
            match reader.header() {
                Some(header) => layout.with_header(header),
                None => Ok(layout),
            }
        });
        let layouts = layouts.collect::<Result<Vec<_>, _>>().map_err(|problem| {
            Failure::input(format!("`{}`: {problem}", args.roster.display())).hint(
                "columns that are called otherwise are mapped by a `roster.yaml`: see `duecare roster map`",
            )
        })?;
        Ok((reader, layouts))
    }
}

/// The records of one file, as they are read.
pub(super) fn raw_records(
    path: &Path,
) -> Result<Box<dyn Iterator<Item = std::io::Result<RawRecord>>>, Failure> {
    let mut reader = of_file(path, None, files::open(path)?)?;
    Ok(Box::new(std::iter::from_fn(move || reader.next_record().transpose())))
}

/// The format as asked for, or as the content or the name tells.
fn of_file(path: &Path, asked: Option<Format>, bytes: Box<dyn Read>) -> Result<Reader, Failure> {
    let shown = path.display();
    let unreadable =
        |error: std::io::Error| Failure::input(format!("`{shown}` cannot be read: {error}"));
    let opened = Opened::new(bytes).map_err(unreadable)?;
    let by_name = if files::is_standard(path) {
        Some(opened.format.unwrap_or(Format::JsonLines))
    } else {
        Format::of_name(path)
    };
    let told = opened.format.filter(|format| format.is_binary());
    if let (Some(asked), Some(told)) = (asked, told)
        && asked != told
    {
        return Err(Failure::input(format!(
            "`{shown}` is {told}, and --input-format says {asked}"
        )));
    }
    let format = asked.or(told).or(by_name).or(opened.format).ok_or_else(|| {
        let words: Vec<&str> = Format::ALL.iter().map(|format| format.word()).collect();
        Failure::input(format!(
            "neither the name nor the content of `{shown}` tells how the roster is written"
        ))
        .hint(format!("say it with --input-format {}", words.join(", ")))
    })?;
    if format.is_binary() && told != Some(format) {
        return Err(Failure::input(format!(
            "`{shown}` is no {format} file: it does not begin like one"
        )));
    }
    RawReader::new(format, opened.reader).map_err(unreadable)
}

/// Opens the tables of a folder by their names.
pub(super) fn open_table(
    folder: &Path,
    open: OpenFile<'_>,
) -> impl FnMut(&str) -> std::io::Result<Box<dyn Read>> {
    |file| {
        open(&folder.join(file)).map_err(|failure| match failure {
            Failure::Said { message, .. } => std::io::Error::other(message),
            Failure::OutputClosed => std::io::ErrorKind::BrokenPipe.into(),
        })
    }
}

fn of_folder(
    folder: &Path,
    manifest: &Manifest,
    engines: &[Engine],
    open: OpenFile<'_>,
) -> Result<Reader, Failure> {
    let Some(program) = engines.first().map(Engine::program) else {
        return Err(Failure::policy("there is no policy to read the roster for"));
    };
    let mut open = open_table(folder, open);
    FolderReader::new(manifest, program.schema(), program.subject(), &mut open)
        .map(RawReader::of_folder)
        .map_err(|error| {
            Failure::input(format!("`{}`: {error}", folder.join(MANIFEST_NAME).display()))
        })
}
