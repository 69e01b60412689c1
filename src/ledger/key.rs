//! Private keys: Ed25519, in PKCS #8 files that `openssl` reads too.

use std::fmt;

use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, KeypairBytes};
use ed25519_dalek::{Signer as _, SigningKey};
use pkcs8::LineEnding;
use pkcs8::pkcs5::pbes2::Parameters;

use super::note::{KeyUse, MalformedNote, NoteSignature, Vkey};

/// The private key of a log, a witness or a person, under a name.
pub struct PrivateKey {
    key: SigningKey,
    public: Vkey,
}

/// Why the file of a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyProblem {
    /// It holds no Ed25519 key in PKCS #8.
    NotAKey,
    /// It is encrypted, and no passphrase was given.
    NeedsPassphrase,
    /// The passphrase is not the one under which it was encrypted, or the file was changed.
    WrongPassphrase,
    /// The name does not fit a key.
    Name(MalformedNote),
}

impl fmt::Display for KeyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAKey => f.write_str("it holds no Ed25519 private key (PKCS #8 in PEM)"),
            Self::NeedsPassphrase => f.write_str("it is encrypted, and no passphrase was given"),
            Self::WrongPassphrase => f.write_str("the passphrase does not open it"),
            Self::Name(problem) => write!(f, "{problem}"),
        }
    }
}

impl std::error::Error for KeyProblem {}

impl PrivateKey {
    /// The key that 32 random bytes make.
    ///
    /// # Errors
    /// If the name does not fit a key.
    pub fn from_seed(seed: &[u8; 32], name: &str, usage: KeyUse) -> Result<Self, KeyProblem> {
        Self::new(SigningKey::from_bytes(seed), name, usage)
    }

    /// Reads the text of a key file.
    ///
    /// # Errors
    /// If it holds no key, or one that the passphrase does not open.
    pub fn from_pem(
        pem: &str,
        passphrase: Option<&str>,
        name: &str,
        usage: KeyUse,
    ) -> Result<Self, KeyProblem> {
        let key = if pem.contains("ENCRYPTED PRIVATE KEY") {
            let passphrase = passphrase.ok_or(KeyProblem::NeedsPassphrase)?;
            SigningKey::from_pkcs8_encrypted_pem(pem, passphrase)
                .map_err(|_| KeyProblem::WrongPassphrase)?
        } else {
            SigningKey::from_pkcs8_pem(pem).map_err(|_| KeyProblem::NotAKey)?
        };
        Self::new(key, name, usage)
    }

    /// The text of its file; under a passphrase with scrypt and AES-256, for which `random` gives salt and
    /// start.
    ///
    /// # Errors
    /// If it cannot be encoded.
    pub fn to_pem(
        &self,
        passphrase: Option<&str>,
        random: &[u8; 32],
    ) -> Result<String, KeyProblem> {
        let (salt, start) = random.split_at(16);
        let start: [u8; 16] = start.try_into().map_err(|_| KeyProblem::NotAKey)?;
        // Without the public half, which many tools do not read in this place.
        let bytes = KeypairBytes { secret_key: self.key.to_bytes(), public_key: None };
        let pem = match passphrase {
            None => bytes.to_pkcs8_pem(LineEnding::LF),
            Some(passphrase) => {
                // The most that `openssl` takes as it comes.
                let scrypt =
                    pkcs8::pkcs5::scrypt::Params::new(14, 8, 1).map_err(|_| KeyProblem::NotAKey)?;
                let parameters = Parameters::generate_scrypt_aes256cbc(scrypt, salt, start)
                    .map_err(|_| KeyProblem::NotAKey)?;
                let document = bytes.to_pkcs8_der().map_err(|_| KeyProblem::NotAKey)?;
                let info = pkcs8::PrivateKeyInfoRef::try_from(document.as_bytes())
                    .map_err(|_| KeyProblem::NotAKey)?;
                let encrypted = info
                    .encrypt_with_params(parameters, passphrase)
                    .map_err(|_| KeyProblem::NotAKey)?;
                encrypted
                    .to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF)
                    .map_err(pkcs8::Error::from)
            }
        };
        pem.map(|pem| pem.to_string()).map_err(|_| KeyProblem::NotAKey)
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> &Vkey {
        &self.public
    }

    /// The signature over bytes.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }

    /// The signature line over the text of a note.
    #[must_use]
    pub fn sign_note(&self, text: &str) -> NoteSignature {
        NoteSignature {
            name: self.public.name().to_owned(),
            key_id: self.public.id(),
            signature: self.sign(text.as_bytes()).to_vec(),
        }
    }

    fn new(key: SigningKey, name: &str, usage: KeyUse) -> Result<Self, KeyProblem> {
        let public = Vkey::new(name, usage, key.verifying_key()).map_err(KeyProblem::Name)?;
        Ok(Self { key, public })
    }
}

/// Never shows the key.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("public", &self.public).finish_non_exhaustive()
    }
}
