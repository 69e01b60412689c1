use super::Malformed;
use super::fold::fold_words;
use super::folded::{Folded, Folding};

/// A person's name; compared without case, accents, punctuation or the order of its parts.
pub type PersonName<'a> = Folded<'a, PersonNameFolding>;

/// The folded parts in alphabetical order.
#[derive(Clone, Debug)]
pub struct PersonNameFolding;

impl Folding for PersonNameFolding {
    const EXPECTED: Malformed = Malformed::expected("a name with at least one letter");

    fn accepts(text: &str) -> bool {
        text.chars().any(char::is_alphabetic)
    }

    fn fold(text: &str) -> String {
        let mut words = fold_words(text);
        words.sort_unstable();
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn order_of_parts_does_not_count() {
        let name = |text| PersonName::parse(Cow::Borrowed(text)).unwrap();
        assert_eq!(name("Kim, Min-ji"), name("min ji KIM"));
        assert_ne!(name("Min-ji Kim"), name("Min-jo Kim"));
        assert!(PersonName::parse(Cow::Borrowed(" - ")).is_err());
    }
}
