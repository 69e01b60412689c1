use pest::iterators::Pair;

use crate::syntax::grammar::Rule;
use crate::syntax::grammar_words::is_keyword;

/// One matched rule of the grammar; its keywords are not among its children.
#[derive(Clone)]
pub(super) struct Node<'p> {
    pair: Pair<'p, Rule>,
}

impl<'p> Node<'p> {
    pub(super) fn new(pair: Pair<'p, Rule>) -> Self {
        Self { pair }
    }

    pub(super) fn rule(&self) -> Rule {
        self.pair.as_rule()
    }

    /// The text exactly as written, blanks at its end included.
    pub(super) fn exact(&self) -> &'p str {
        self.pair.as_str()
    }

    /// The text as written, without blanks and comments at its end.
    pub(super) fn text(&self) -> &'p str {
        let mut text = self.pair.as_str().trim_end();
        loop {
            let line = text.rfind('\n').map_or(0, |end| end + 1);
            let Some(comment) = text.get(line..).and_then(comment_start) else { return text };
            text = text.get(..line + comment).unwrap_or(text).trim_end();
        }
    }

    /// First byte, and one past the last.
    pub(super) fn bounds(&self) -> (usize, usize) {
        let start = self.pair.as_span().start();
        (start, start + self.text().len())
    }

    /// Everything inside but keywords.
    pub(super) fn children(&self) -> Vec<Self> {
        self.pair
            .clone()
            .into_inner()
            .filter(|pair| !is_keyword(pair.as_rule()))
            .map(Self::new)
            .collect()
    }

    /// The first child.
    pub(super) fn first(&self) -> Option<Self> {
        self.pair.clone().into_inner().find(|pair| !is_keyword(pair.as_rule())).map(Self::new)
    }

    /// The first child of that rule, keywords included.
    pub(super) fn find(&self, rule: Rule) -> Option<Self> {
        self.pair.clone().into_inner().find(|pair| pair.as_rule() == rule).map(Self::new)
    }

    /// Whether there is a child of that rule.
    pub(super) fn has(&self, rule: Rule) -> bool {
        self.pair.clone().into_inner().any(|pair| pair.as_rule() == rule)
    }
}

/// Where a comment begins in a line; quoted texts end on their line.
fn comment_start(line: &str) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (place, letter) in line.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '/' if !is_quoted && line.get(place..).is_some_and(|rest| rest.starts_with("//")) => {
                return Some(place);
            }
            _ => {}
        }
    }
    None
}
