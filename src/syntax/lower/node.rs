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

    /// The text as written, without blanks at its end.
    pub(super) fn text(&self) -> &'p str {
        self.pair.as_str().trim_end()
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
