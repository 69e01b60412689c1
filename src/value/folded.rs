use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::OnceLock;

use super::Malformed;

/// How a kind of text is checked and brought into the form it is compared in.
pub trait Folding: Clone + fmt::Debug {
    /// What is accepted.
    const EXPECTED: Malformed;

    /// Whether the text can be one of its kind.
    fn accepts(text: &str) -> bool;

    /// The form in which texts of this kind are compared.
    fn fold(text: &str) -> String;
}

/// A text that is shown as written and compared in a folded form, which is made when first needed.
#[derive(Clone, Debug)]
pub struct Folded<'a, F: Folding> {
    text: Cow<'a, str>,
    #[allow(
        clippy::box_collection,
        reason = "most values are never folded, and a pointer takes the least room in each of them"
    )]
    canonical: OnceLock<Box<String>>,
    folding: PhantomData<F>,
}

impl<'a, F: Folding> Folded<'a, F> {
    /// Takes a text that the kind accepts.
    pub fn parse(text: Cow<'a, str>) -> Result<Self, Malformed> {
        if F::accepts(&text) {
            Ok(Self { text, canonical: OnceLock::new(), folding: PhantomData })
        } else {
            Err(F::EXPECTED)
        }
    }

    /// The same with a text of its own.
    #[must_use]
    pub fn into_owned(self) -> Folded<'static, F> {
        Folded {
            text: Cow::Owned(self.text.into_owned()),
            canonical: self.canonical,
            folding: PhantomData,
        }
    }

    /// Whether it is written with the same letters as the other.
    #[must_use]
    pub fn is_written_as(&self, other: &Self) -> bool {
        self.text == other.text
    }

    /// The form in which it is compared.
    pub fn canonical(&self) -> &str {
        self.canonical.get_or_init(|| Box::new(F::fold(&self.text)))
    }
}

impl<F: Folding> PartialEq for Folded<'_, F> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text || self.canonical() == other.canonical()
    }
}

impl<F: Folding> Eq for Folded<'_, F> {}

impl<F: Folding> fmt::Display for Folded<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
