use std::borrow::Cow;
use std::fmt;

use super::Malformed;

/// A web address; compared without the case of scheme and host, and without a last slash.
#[derive(Clone, Debug)]
pub struct Url<'a>(Cow<'a, str>);

impl<'a> Url<'a> {
    /// Takes `scheme://host...`; does not ask whether it exists.
    pub fn parse(text: Cow<'a, str>) -> Result<Self, Malformed> {
        let is_sound = !text.contains(|letter: char| letter.is_whitespace() || letter.is_control())
            && text.split_once("://").is_some_and(|(scheme, rest)| {
                scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                    && scheme
                        .chars()
                        .all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
                    && !rest.is_empty()
                    && !rest.starts_with('/')
            });
        if is_sound {
            Ok(Self(text))
        } else {
            Err(Malformed::expected("a web address, as https://example.org/profile"))
        }
    }

    /// The same with a text of its own.
    #[must_use]
    pub fn into_owned(self) -> Url<'static> {
        Url(Cow::Owned(self.0.into_owned()))
    }

    /// Scheme and host in lower case, no last slash.
    #[must_use]
    pub fn canonical(&self) -> String {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(host_end);
        let path = path.strip_suffix('/').unwrap_or(path);
        format!("{}://{}{path}", scheme.to_lowercase(), host.to_lowercase())
    }
}

impl PartialEq for Url<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.canonical() == other.canonical()
    }
}

impl Eq for Url<'_> {}

impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_of_the_host_and_a_last_slash_do_not_count() {
        let url = |text| Url::parse(Cow::Borrowed(text)).unwrap();
        assert_eq!(url("HTTPS://Example.org/"), url("https://example.org"));
        assert_ne!(url("https://example.org/A"), url("https://example.org/a"));
        for text in
            ["example.org", "://example.org", "https://", "https:///x", "https://exa mple.org"]
        {
            assert!(Url::parse(Cow::Borrowed(text)).is_err(), "{text}");
        }
    }
}
