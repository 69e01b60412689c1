use std::borrow::Cow;
use std::fmt;

use super::Malformed;
use super::folded::{Folded, Folding};

/// Fewest characters of a keyed hash that stands for a contact, and longest of any contact.
const HASH_LENGTH_MIN: usize = 16;
const LENGTH_MAX: usize = 320;

/// An email address; compared without case.
#[derive(Clone, Debug)]
pub struct Email<'a>(Cow<'a, str>);

impl<'a> Email<'a> {
    const EXPECTED: Malformed = Malformed::expected("an email address, as name@example.org");

    /// Takes `local@domain`; does not ask whether it exists.
    pub fn parse(text: Cow<'a, str>) -> Result<Self, Malformed> {
        let is_sound = text.len() <= LENGTH_MAX
            && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control())
            && text
                .rsplit_once('@')
                .is_some_and(|(local, domain)| !local.is_empty() && is_domain(domain));
        if is_sound { Ok(Self(text)) } else { Err(Self::EXPECTED) }
    }

    /// The same with a text of its own.
    #[must_use]
    pub fn into_owned(self) -> Email<'static> {
        Email(Cow::Owned(self.0.into_owned()))
    }

    /// The address in lower case.
    #[must_use]
    pub fn canonical(&self) -> Cow<'_, str> {
        if self.0.chars().any(char::is_uppercase) {
            Cow::Owned(self.0.to_lowercase())
        } else {
            Cow::Borrowed(&self.0)
        }
    }
}

impl PartialEq for Email<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.canonical() == other.canonical()
    }
}

impl Eq for Email<'_> {}

impl fmt::Display for Email<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_domain(domain: &str) -> bool {
    domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
        })
}

/// A telephone number; compared in E.164 form. A keyed hash may stand in its place.
pub type Phone<'a> = Folded<'a, PhoneFolding>;

/// E.164, or the hash itself.
///
/// A national number is refused: without its country it would differ from the same number written in
/// full.
#[derive(Clone, Debug)]
pub struct PhoneFolding;

impl Folding for PhoneFolding {
    const EXPECTED: Malformed = Malformed::expected(
        "a telephone number with its country code, as +44 20 7946 0018, or a keyed hash of one",
    );

    fn accepts(text: &str) -> bool {
        is_international(text) || is_keyed_hash(text)
    }

    fn fold(text: &str) -> String {
        if text.starts_with('+') { e164(text) } else { text.to_owned() }
    }
}

/// `+` and 7 to 15 digits, with the usual separators.
fn is_international(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('+') else {
        return false;
    };
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    rest.starts_with(|first: char| first.is_ascii_digit())
        && (7..=16).contains(&digits)
        && rest.bytes().all(|byte| byte.is_ascii_digit() || b" -./()".contains(&byte))
}

/// The form numbers are compared in; a number that the numbering plan does not know keeps its digits.
fn e164(text: &str) -> String {
    let digits: String =
        std::iter::once('+').chain(text.chars().filter(char::is_ascii_digit)).collect();
    if has_nothing_to_strip(&digits) { digits } else { by_numbering_plan(text).unwrap_or(digits) }
}

fn by_numbering_plan(text: &str) -> Option<String> {
    let number = phonenumber::parse(None, text).ok()?;
    Some(number.format().mode(phonenumber::Mode::E164).to_string())
}

/// Country codes behind which nothing but a leading 0, in North America 1, is dialled inside the country
/// and left out in the international form.
const PLAIN_CODES: [&str; 11] = ["1", "33", "380", "40", "44", "49", "81", "84", "91", "92", "234"];

/// Whether a number, `+` and digits, is in international form as it stands. The plan says so of other numbers
/// too; asking it takes a hundred times as long.
fn has_nothing_to_strip(digits: &str) -> bool {
    PLAIN_CODES.iter().any(|code| {
        let national = digits.strip_prefix('+').and_then(|digits| digits.strip_prefix(code));
        national.is_some_and(|national| {
            // Shorter North American numbers are local ones of some island.
            let lowest = if *code == "1" { '2' } else { '1' };
            national.starts_with(|first| (lowest..='9').contains(&first))
                && (*code != "1" || national.len() == 10)
        })
    })
}

/// Digits alone are a hash only behind the name of its kind: about one in two thousand short ones has no letter.
fn is_keyed_hash(text: &str) -> bool {
    let (kind, body) = text.rsplit_once(':').unwrap_or(("", text));
    let has_letter = |part: &str| part.bytes().any(|byte| byte.is_ascii_alphabetic());
    (HASH_LENGTH_MIN..=LENGTH_MAX).contains(&body.len())
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte))
        && (has_letter(body) || has_letter(kind))
}

/// An email address or a telephone number, told apart by its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactPoint<'a> {
    /// It has an `@`.
    Email(Email<'a>),
    /// A number, or a keyed hash.
    Phone(Phone<'a>),
    /// A messenger's handle, which begins with `@` or has no form of its own.
    Handle(Cow<'a, str>),
}

impl<'a> ContactPoint<'a> {
    /// Takes an email address, a number with its country code, a keyed hash, or a messenger's handle.
    pub fn parse(text: Cow<'a, str>) -> Result<Self, Malformed> {
        let expected = Malformed::expected(
            "an email address, a telephone number with its country code, a handle as @name, or a keyed hash",
        );
        if is_handle(&text) {
            Ok(Self::Handle(text))
        } else if text.contains('@') {
            Email::parse(text).map(Self::Email).map_err(|_| expected)
        } else {
            Phone::parse(text).map(Self::Phone).map_err(|_| expected)
        }
    }

    /// The same with a text of its own.
    #[must_use]
    pub fn into_owned(self) -> ContactPoint<'static> {
        match self {
            Self::Email(email) => ContactPoint::Email(email.into_owned()),
            Self::Phone(phone) => ContactPoint::Phone(phone.into_owned()),
            Self::Handle(handle) => ContactPoint::Handle(Cow::Owned(handle.into_owned())),
        }
    }

    /// The form in which it is compared.
    #[must_use]
    pub fn canonical(&self) -> Cow<'_, str> {
        match self {
            Self::Email(email) => email.canonical(),
            Self::Phone(phone) => Cow::Borrowed(phone.canonical()),
            Self::Handle(handle) => Cow::Borrowed(handle),
        }
    }
}

impl fmt::Display for ContactPoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(email) => email.fmt(f),
            Self::Phone(phone) => phone.fmt(f),
            Self::Handle(handle) => f.write_str(handle),
        }
    }
}

fn is_handle(text: &str) -> bool {
    text.strip_prefix('@').is_some_and(|name| {
        (1..=64).contains(&name.len())
            && name.chars().all(|letter| letter.is_alphanumeric() || "._-#".contains(letter))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(text: &str) -> Phone<'_> {
        Phone::parse(Cow::Borrowed(text)).unwrap()
    }

    #[test]
    fn phones_compare_in_e164() {
        assert_eq!(phone("+44 (0)20 7946 0018"), phone("+442079460018"));
        assert_eq!(phone("+1 202-555-0143"), phone("+1.202.555.0143"));
        assert_ne!(phone("+12025550143"), phone("+12025550144"));
        assert_eq!(phone("+999 1234567").canonical(), "+9991234567");
    }

    #[test]
    fn the_numbering_plan_agrees_where_it_is_not_asked() {
        let mut asked = 0;
        for code in PLAIN_CODES {
            let step = if code == "1" { 1 } else { 13 };
            for start in (100..1000).step_by(step) {
                for rest in ["", "5", "0143", "00000", "555014", "1234567", "98765432"] {
                    for text in [
                        format!("+{code} {start} {rest}"),
                        format!("+{code}({start}){rest}"),
                        format!("+{code}-{start}/{rest}-7"),
                    ] {
                        let digits =
                            format!("+{}", text.replace(|c: char| !c.is_ascii_digit(), ""));
                        if is_international(&text) && has_nothing_to_strip(&digits) {
                            asked += 1;
                            let planned =
                                by_numbering_plan(&text).unwrap_or_else(|| digits.clone());
                            assert_eq!(planned, digits, "{text}");
                        }
                    }
                }
            }
        }
        assert!(asked > 5_000);
    }

    #[test]
    fn national_numbers_are_refused_and_hashes_are_not() {
        for text in ["020 7946 0018", "5550143", "+", "+12", "call me", "1234567890123456"] {
            assert!(Phone::parse(Cow::Borrowed(text)).is_err(), "{text}");
        }
        assert!(Phone::parse(Cow::Borrowed("hmac:9f86d081884c7d659a2feaa0")).is_ok());
        assert!(Phone::parse(Cow::Borrowed("hmac:6232969000262121")).is_ok());
    }

    #[test]
    fn emails_ignore_case() {
        let email = |text| Email::parse(Cow::Borrowed(text)).unwrap();
        assert_eq!(email("Ana@Example.org"), email("ana@example.ORG"));
        for text in
            ["ana", "@example.org", "ana@", "ana@example", "a na@example.org", "ana@example..org"]
        {
            assert!(Email::parse(Cow::Borrowed(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_contact_point_is_told_by_its_form() {
        let point = |text| ContactPoint::parse(Cow::Borrowed(text)).unwrap();
        assert_eq!(point("ANA@example.org"), point("ana@example.org"));
        assert_eq!(point("+1 202 555 0143"), point("+12025550143"));
        assert!(matches!(point("@ana_dev"), ContactPoint::Handle(_)));
        assert!(ContactPoint::parse(Cow::Borrowed("ana at example")).is_err());
    }
}
