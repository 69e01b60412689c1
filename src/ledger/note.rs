//! Signed notes, as C2SP signed-note has them: a text, a blank line, signature lines.

use std::fmt::{self, Write as _};

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// Most signature lines that a note may have.
const SIGNATURES_MAX: usize = 64;

/// A text with signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text, which ends in a newline.
    pub text: String,
    /// Its signatures, of which some may be by keys nobody here knows.
    pub signatures: Vec<NoteSignature>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name of the key.
    pub name: String,
    /// The first bytes of the digest of name and key.
    pub key_id: [u8; 4],
    /// What the key made of the text.
    pub signature: Vec<u8>,
}

/// What a key signs, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// Checkpoints of a log: the text as it stands.
    Log,
    /// Cosignatures of a witness: the text under a time.
    Witness,
}

impl KeyUse {
    const fn byte(self) -> u8 {
        match self {
            Self::Log => 0x01,
            Self::Witness => 0x04,
        }
    }
}

/// A public key with a name, as signed-note writes it: `name+id+key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vkey {
    name: String,
    usage: KeyUse,
    key: VerifyingKey,
}

/// Why a text is no note, or no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedNote(pub &'static str);

impl fmt::Display for MalformedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for MalformedNote {}

impl Vkey {
    /// A key with a name.
    ///
    /// # Errors
    /// If the name is empty, or has a blank or `+`.
    pub fn new(name: &str, usage: KeyUse, key: VerifyingKey) -> Result<Self, MalformedNote> {
        if !is_name(name) {
            return Err(MalformedNote(
                "a key's name is not empty and has no blank, control character or `+`",
            ));
        }
        Ok(Self { name: name.to_owned(), usage, key })
    }

    /// Reads `name+id+key`.
    ///
    /// # Errors
    /// If the text is no such key, or its id is that of another.
    pub fn parse(text: &str) -> Result<Self, MalformedNote> {
        let malformed = MalformedNote("it is no verifier key, `name+id+key`");
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed);
        };
        let bytes = Base64::decode_vec(key).map_err(|_| malformed.clone())?;
        let (usage, key) = bytes.split_first().ok_or_else(|| malformed.clone())?;
        let usage = [KeyUse::Log, KeyUse::Witness]
            .into_iter()
            .find(|known| known.byte() == *usage)
            .ok_or(MalformedNote("it is a verifier key of a kind that is not known here"))?;
        let key: [u8; 32] = key.try_into().map_err(|_| malformed.clone())?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| malformed.clone())?;
        let made = Self::new(name, usage, key)?;
        if hex(&made.id()) != id {
            return Err(MalformedNote(
                "the id of the verifier key is not that of its name and key",
            ));
        }
        Ok(made)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    #[must_use]
    pub fn usage(&self) -> KeyUse {
        self.usage
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Its id in signature lines.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        key_id(&self.name, self.usage, &self.key)
    }

    /// Its id as it stands in `name+id+key`.
    #[must_use]
    pub fn shown_id(&self) -> String {
        hex(&self.id())
    }

    /// Whether a signature line says that it is by this key.
    #[must_use]
    pub fn is_named_by(&self, signature: &NoteSignature) -> bool {
        signature.name == self.name && signature.key_id == self.id()
    }
}

impl fmt::Display for Vkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.usage.byte()], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, self.shown_id(), Base64::encode_string(&key))
    }
}

impl Note {
    /// Reads a note.
    ///
    /// # Errors
    /// If the text is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedNote> {
        let whole =
            std::str::from_utf8(bytes).map_err(|_| MalformedNote("it is not UTF-8 text"))?;
        if whole.chars().any(|letter| letter < ' ' && letter != '\n') {
            return Err(MalformedNote("it has control characters"));
        }
        let blank =
            whole.rfind("\n\n").ok_or(MalformedNote("it has no blank line before signatures"))?;
        let (text, lines) = (whole.get(..=blank), whole.get(blank + 2..));
        let (Some(text), Some(lines)) = (text, lines) else {
            return Err(MalformedNote("it has no signatures"));
        };
        let lines =
            lines.strip_suffix('\n').ok_or(MalformedNote("its last signature line has no end"))?;
        let signatures: Vec<NoteSignature> =
            lines.split('\n').map(NoteSignature::parse).collect::<Result<_, _>>()?;
        if signatures.len() > SIGNATURES_MAX {
            return Err(MalformedNote("it has more than 64 signatures"));
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Whether the key of a log has signed the text; a line that names the key and does not verify is none.
    #[must_use]
    pub fn is_signed_by(&self, key: &Vkey) -> bool {
        let mut named =
            self.signatures.iter().filter(|signature| key.is_named_by(signature)).peekable();
        named.peek().is_some() && named.all(|signature| signature.is_valid(key, &self.text))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Result<Self, MalformedNote> {
        let malformed = MalformedNote("a signature line is not `— name signature`");
        let (name, signature) = line
            .strip_prefix("— ")
            .and_then(|rest| rest.split_once(' '))
            .ok_or_else(|| malformed.clone())?;
        let bytes = Base64::decode_vec(signature).map_err(|_| malformed.clone())?;
        let (key_id, signature) = bytes
            .split_first_chunk::<4>()
            .filter(|(_, rest)| !rest.is_empty())
            .ok_or_else(|| malformed.clone())?;
        if !is_name(name) {
            return Err(malformed);
        }
        Ok(Self { name: name.to_owned(), key_id: *key_id, signature: signature.to_vec() })
    }

    fn is_valid(&self, key: &Vkey, text: &str) -> bool {
        Signature::from_slice(&self.signature)
            .is_ok_and(|signature| key.key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.as_slice(), &self.signature].concat();
        write!(f, "— {} {}", self.name, Base64::encode_string(&bytes))
    }
}

fn key_id(name: &str, usage: KeyUse, key: &VerifyingKey) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    hasher.update([b'\n', usage.byte()]);
    hasher.update(key.as_bytes());
    let digest: [u8; 32] = hasher.finalize().into();
    let [first, second, third, fourth, ..] = digest;
    [first, second, third, fourth]
}

/// Whether a text can be the name of a key or the origin of a log.
#[must_use]
pub fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control() || letter == '+')
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_verifies() {
        let key =
            Vkey::parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
                .expect("a key");
        let note = "This is an example message.\n\n— example.com/foo \
            Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
        let note = Note::parse(note.as_bytes()).expect("a note");
        assert!(note.is_signed_by(&key));
        assert!(!Note { text: "This is another message.\n".to_owned(), ..note }.is_signed_by(&key));
    }

    #[test]
    fn what_is_no_note_is_refused() {
        for text in [
            "",
            "\n",
            "\n\n",
            "text\n\n",
            "text\n\n— name\n",
            "text\n\n— name AAAA\n",
            "text\n\n— name AAAAAAA=",
            "text\n\n- name AAAAAAA=\n",
            "te\txt\n\n— name AAAAAAA=\n",
        ] {
            assert!(Note::parse(text.as_bytes()).is_err(), "{text:?}");
        }
        for key in [
            "",
            "name",
            "name+00000000+",
            "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        ] {
            assert!(Vkey::parse(key).is_err(), "{key}");
        }
    }
}
