/// Most characters of one text of a roster that a page shows.
const SHOWN_MAX: usize = 400;

/// A text as a page shows it: on one line, not endless, and without characters that cannot be seen or
/// that turn the text around them.
pub(in crate::report) fn clean(text: &str) -> String {
    let mut letters = text.chars();
    let mut made: String = letters.by_ref().take(SHOWN_MAX).map(visible).collect();
    if letters.next().is_some() {
        made.push('…');
    }
    made
}

/// The same with nothing left out.
pub(in crate::report) fn whole(text: &str) -> String {
    text.chars().map(visible).collect()
}

fn visible(letter: char) -> char {
    match letter {
        '\n' | '\r' | '\t' => ' ',
        // Marks that turn the direction of writing, and letters without any width.
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{061c}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        letter if letter.is_control() => '\u{fffd}',
        letter => letter,
    }
}

/// A number with its thousands apart.
pub(in crate::report) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut made = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            made.push(',');
        }
        made.push(digit);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::{clean, grouped};

    #[test]
    fn what_is_shown_can_be_seen() {
        assert_eq!(clean("a\nb\u{202e}c\u{0}d\u{200b}"), "a b\u{fffd}c\u{fffd}d\u{fffd}");
        assert_eq!(clean(&"é".repeat(500)).chars().count(), 401);
    }

    #[test]
    fn thousands_stand_apart() {
        let shown: Vec<String> = [0, 999, 1_000, 12_345, 1_234_567].map(grouped).into();
        assert_eq!(shown, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }
}
