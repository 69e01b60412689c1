//! How texts are made comparable: case, accents and punctuation aside.

use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The words of a text without case, accents or punctuation.
///
/// Letters of other scripts than Latin stay as they are: transliterating them would make different
/// names equal. Apostrophes join (`O'Brien` is one word), all other punctuation separates.
pub(crate) fn fold_words(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return fold_ascii_words(text);
    }
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        if letter.is_alphanumeric() {
            fold_letter(letter, &mut word);
        } else if !is_apostrophe(letter) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The same of a text that has nothing to decompose.
fn fold_ascii_words(text: &str) -> Vec<String> {
    let is_between = |letter: char| !letter.is_ascii_alphanumeric() && !is_apostrophe(letter);
    let words = text.split(is_between).map(|word| {
        let letters = word.chars().filter(|letter| !is_apostrophe(*letter));
        letters.map(|letter| letter.to_ascii_lowercase()).collect::<String>()
    });
    words.filter(|word| !word.is_empty()).collect()
}

/// The folded words, one space between them.
pub(crate) fn fold_text(text: &str) -> String {
    fold_words(text).join(" ")
}

/// How alike two texts are: 100 % less the share of letters that must change, by edit distance over
/// the longer one, rounded down to four decimal places.
pub(crate) fn similarity_percent(left: &str, right: &str) -> Decimal {
    if left == right {
        return Decimal::ONE_HUNDRED;
    }
    let longest = left.chars().count().max(right.chars().count());
    if longest == 0 {
        return Decimal::ONE_HUNDRED;
    }
    let kept = longest - strsim::levenshtein(left, right);
    let scaled = kept.saturating_mul(1_000_000) / longest;
    Decimal::new(i64::try_from(scaled).unwrap_or(i64::MAX), 4).normalize()
}

fn fold_letter(letter: char, word: &mut String) {
    if letter.is_ascii() {
        word.push(letter.to_ascii_lowercase());
    } else if is_latin(letter) {
        word.extend(
            deunicode::deunicode_char(letter)
                .unwrap_or_default()
                .chars()
                .flat_map(char::to_lowercase),
        );
    } else {
        word.extend(letter.to_lowercase());
    }
}

/// The Latin-1, Latin Extended-A and Latin Extended-B blocks, and Latin Extended Additional.
fn is_latin(letter: char) -> bool {
    matches!(letter, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}' | '`')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_punctuation_do_not_count() {
        for (left, right) in [
            ("Jean-Pierre  MÜLLER", "jean pierre muller"),
            ("O’Brien", "OBrien"),
            ("Łukasz Ørsted", "lukasz orsted"),
            ("Straße", "STRASSE"),
        ] {
            assert_eq!(fold_text(left), fold_text(right));
        }
        assert_ne!(fold_text("李"), fold_text("里"), "other scripts are not transliterated");
    }

    #[test]
    fn ascii_is_folded_as_other_text_is() {
        for text in
            ["", " ", "Jean-Pierre  MULLER", "O'Brien", "'`'", "a' 'b", "x.y_z\t1\u{0}2", "R2-D2`s"]
        {
            let with_another = format!("{text} \u{e9}");
            let mut expected = fold_words(&with_another);
            expected.pop();
            assert_eq!(fold_words(text), expected, "{text}");
        }
    }

    #[test]
    fn similarity_is_exact() {
        assert_eq!(similarity_percent("maria", "maria").to_string(), "100");
        assert_eq!(similarity_percent("abc", "xyz").to_string(), "0");
        assert_eq!(similarity_percent("abc", "abd").to_string(), "66.6666");
    }
}
