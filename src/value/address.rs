use super::Malformed;
use super::fold::fold_words;
use super::folded::{Folded, Folding};

/// A line of an address or a town; compared without case, accents or punctuation, common words
/// abbreviated.
pub type AddressLine<'a> = Folded<'a, AddressLineFolding>;

/// The folded words, common ones abbreviated.
#[derive(Clone, Debug)]
pub struct AddressLineFolding;

impl Folding for AddressLineFolding {
    const EXPECTED: Malformed = Malformed::expected("a street and number, or a town");

    fn accepts(text: &str) -> bool {
        text.chars().any(char::is_alphanumeric)
    }

    fn fold(text: &str) -> String {
        let words = fold_words(text);
        let words: Vec<&str> = words.iter().map(|word| abbreviate(word)).collect();
        words.join(" ")
    }
}

/// A postal code; compared without case, blanks or punctuation.
pub type Postcode<'a> = Folded<'a, PostcodeFolding>;

/// Letters and digits only.
#[derive(Clone, Debug)]
pub struct PostcodeFolding;

impl Folding for PostcodeFolding {
    const EXPECTED: Malformed = Malformed::expected("a postal code");

    fn accepts(text: &str) -> bool {
        text.chars().any(char::is_alphanumeric)
    }

    fn fold(text: &str) -> String {
        fold_words(text).concat()
    }
}

/// The usual postal abbreviations of English street words.
fn abbreviate(word: &str) -> &str {
    match word {
        "street" => "st",
        "avenue" | "av" => "ave",
        "road" => "rd",
        "boulevard" => "blvd",
        "drive" => "dr",
        "lane" => "ln",
        "court" => "ct",
        "place" => "pl",
        "square" => "sq",
        "highway" => "hwy",
        "parkway" => "pkwy",
        "terrace" => "ter",
        "apartment" => "apt",
        "suite" => "ste",
        "building" => "bldg",
        "floor" => "fl",
        "room" => "rm",
        "north" => "n",
        "south" => "s",
        "east" => "e",
        "west" => "w",
        "number" => "no",
        "mount" => "mt",
        "saint" => "st",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn abbreviations_and_punctuation_do_not_count() {
        let line = |text| AddressLine::parse(Cow::Borrowed(text)).unwrap();
        assert_eq!(line("12 North Main Street, Apt. 4"), line("12 N. Main St apartment 4"));
        assert_ne!(line("12 Main St"), line("21 Main St"));
        let code = |text| Postcode::parse(Cow::Borrowed(text)).unwrap();
        assert_eq!(code("SW1A 1AA"), code("sw1a1aa"));
    }
}
