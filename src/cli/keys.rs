use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use duecare::ledger::Random;
use duecare::ledger::key::{KeyProblem, PrivateKey};
use duecare::ledger::note::{KeyUse, Vkey};

use super::args::KeyArgs;
use super::exit::Failure;

/// Where a passphrase is looked for if no file with it is named.
const PASSPHRASE: &str = "DUECARE_PASSPHRASE";

/// Random bytes of the operating system.
pub(crate) struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        getrandom::fill(bytes).map_err(io::Error::other)
    }
}

/// The file of a ledger's key, unless another one is named: beside its folder, not in it.
pub(crate) fn file_of(args: &KeyArgs, ledger: &Path) -> PathBuf {
    args.key.clone().unwrap_or_else(|| {
        let mut name = ledger.file_name().unwrap_or_default().to_os_string();
        name.push(".key");
        ledger.with_file_name(name)
    })
}

/// Reads a private key.
pub(crate) fn read(
    path: &Path,
    args: &KeyArgs,
    name: &str,
    usage: KeyUse,
) -> Result<PrivateKey, Failure> {
    let shown = path.display();
    let pem = fs::read_to_string(path).map_err(|error| {
        Failure::input(format!("the key `{shown}` cannot be read: {error}"))
            .hint("name the file of the key with --key FILE")
    })?;
    let passphrase = passphrase(args)?;
    PrivateKey::from_pem(&pem, passphrase.as_deref(), name, usage).map_err(|problem| {
        let failure = Failure::input(format!("the key `{shown}`: {problem}"));
        match problem {
            KeyProblem::NeedsPassphrase | KeyProblem::WrongPassphrase => failure.hint(format!(
                "give the passphrase with --passphrase-file FILE, or in the environment as {PASSPHRASE}"
            )),
            KeyProblem::NotAKey | KeyProblem::Name(_) => failure,
        }
    })
}

/// Makes a new private key and writes it to a file that only its owner can read, which was named by an option.
pub(crate) fn create(
    path: &Path,
    args: &KeyArgs,
    name: &str,
    usage: KeyUse,
    option: &str,
) -> Result<PrivateKey, Failure> {
    let shown = path.display();
    let mut seed = [0; 32];
    let mut salt = [0; 32];
    OsRandom.fill(&mut seed).and_then(|()| OsRandom.fill(&mut salt)).map_err(Failure::input)?;
    let key = PrivateKey::from_seed(&seed, name, usage).map_err(Failure::input)?;
    let passphrase = passphrase(args)?;
    let pem = key.to_pem(passphrase.as_deref(), &salt).map_err(Failure::input)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(path).and_then(|mut file| {
        file.write_all(pem.as_bytes())?;
        file.sync_all()
    });
    match written {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Failure::input(format!(
            "there is a file `{shown}` already: a key is never written over"
        ))
        .hint(format!("name another file with {option} FILE"))),
        Err(error) => Err(Failure::input(format!("the key `{shown}` cannot be written: {error}"))),
    }
}

/// Reads a public key: `name+id+key`, or a file that holds it.
pub(crate) fn public(text: &str) -> Result<Vkey, Failure> {
    let content = if Path::new(text).is_file() {
        fs::read_to_string(text)
            .map_err(|error| Failure::input(format!("`{text}` cannot be read: {error}")))?
    } else {
        text.to_owned()
    };
    Vkey::parse(content.trim()).map_err(|problem| {
        Failure::input(format!("`{text}`: {problem}"))
            .hint("give `name+id+key`, or a file that holds it")
    })
}

fn passphrase(args: &KeyArgs) -> Result<Option<String>, Failure> {
    if let Some(path) = &args.passphrase_file {
        let text = fs::read_to_string(path).map_err(|error| {
            Failure::input(format!("`{}` cannot be read: {error}", path.display()))
        })?;
        let passphrase = text.trim_end_matches(['\r', '\n']).to_owned();
        if passphrase.is_empty() {
            return Err(Failure::input(format!("`{}` holds no passphrase", path.display())));
        }
        return Ok(Some(passphrase));
    }
    Ok(std::env::var(PASSPHRASE).ok().filter(|passphrase| !passphrase.is_empty()))
}
