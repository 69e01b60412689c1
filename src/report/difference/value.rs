use super::sentence::Sentence;

/// Longest value that stands inside of a sentence; longer ones stand below it.
const INLINE_MAX: usize = 60;

/// A part that changed, as a sentence, and what stands below it where that is too long for one.
pub(super) struct Said {
    pub(super) sentence: Sentence,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
    /// Whether the values are texts for people, and no conditions or names.
    pub(super) is_prose: bool,
}

pub(super) fn alone(sentence: Sentence) -> Said {
    Said { sentence, old: None, new: None, is_prose: false }
}

/// One value, which is no text for people.
pub(super) fn one(sentence: Sentence, old: Option<&str>, new: Option<&str>) -> Said {
    Value { is_prose: false }.one(sentence, old, new)
}

/// How values stand in a sentence, or below it where they are too long for that.
#[derive(Clone, Copy)]
pub(super) struct Value {
    pub(super) is_prose: bool,
}

impl Value {
    fn put(self, sentence: Sentence, value: &str) -> Sentence {
        if self.is_prose { sentence.quoted(value) } else { sentence.code(value) }
    }

    fn below(self, sentence: Sentence, old: Option<&str>, new: Option<&str>) -> Said {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Said { sentence, old: owned(old), new: owned(new), is_prose: self.is_prose }
    }

    pub(super) fn one(self, sentence: Sentence, old: Option<&str>, new: Option<&str>) -> Said {
        match old.or(new).filter(|value| self.is_prose || is_short(value)) {
            Some(value) => alone(self.put(sentence, value).words(".")),
            None => self.below(sentence.ended(":"), old, new),
        }
    }

    pub(super) fn both(self, label: Sentence, old: &str, new: &str) -> Said {
        if is_short(old) && is_short(new) {
            let made = self.put(label.words(" goes from "), old).words(" to ");
            return alone(self.put(made, new).words("."));
        }
        self.below(label.words(" changes."), Some(old), Some(new))
    }

    pub(super) fn of_set(self, of: &str, old: Option<&str>, new: Option<&str>) -> Said {
        match (old, new) {
            (Some(old), Some(new)) if is_short(old) && is_short(new) => {
                let made = self.put(Sentence::of(&format!("Taken out of {of}: ")), old);
                alone(self.put(made.words("; added: "), new).words("."))
            }
            (Some(old), Some(new)) => self.below(
                Sentence::of(&format!("Something is taken out of {of}, and something is added.")),
                Some(old),
                Some(new),
            ),
            (Some(old), None) => {
                self.one(Sentence::of(&format!("Taken out of {of}: ")), Some(old), None)
            }
            (None, new) => self.one(Sentence::of(&format!("Added to {of}: ")), None, new),
        }
    }
}

fn is_short(value: &str) -> bool {
    !value.contains('\n') && value.chars().count() <= INLINE_MAX
}
