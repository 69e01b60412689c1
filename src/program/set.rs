use wildmatch::WildMatch;

use crate::value::{Key, NetworkSet, Value};

/// What a value may be one of.
#[derive(Clone, Debug)]
pub(crate) enum ValueSet {
    /// Equal to one of these, which are in order.
    Keys(Vec<Key<'static>>),
    /// An address in one of these.
    Networks(NetworkSet),
    /// A text that matches one of these, case aside.
    Patterns(Vec<WildMatch>),
}

impl ValueSet {
    pub(crate) fn keys(values: &[Value<'static>]) -> Self {
        let mut keys: Vec<Key<'static>> =
            values.iter().map(|value| value.key().into_owned()).collect();
        keys.sort();
        keys.dedup();
        Self::Keys(keys)
    }

    pub(crate) fn patterns(values: &[Value<'static>]) -> Self {
        let texts = values.iter().filter_map(|value| {
            let Value::Text(text) = value else { return None };
            Some(WildMatch::new(&text.to_lowercase()))
        });
        Self::Patterns(texts.collect())
    }

    pub(crate) fn networks(values: &[Value<'static>]) -> Self {
        let networks = values.iter().filter_map(|value| {
            if let Value::Network(network) = value { Some(*network) } else { None }
        });
        Self::Networks(networks.collect())
    }

    pub(crate) fn contains(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Self::Keys(keys), Value::Choice(choice)) => keys.contains(&Key::Choice(choice.place)),
            (Self::Keys(keys), value) => keys.binary_search(&value.key()).is_ok(),
            (Self::Networks(networks), Value::Ip(ip)) => networks.contains(*ip),
            (Self::Patterns(patterns), Value::Text(text)) => {
                let text = text.to_lowercase();
                patterns.iter().any(|pattern| pattern.matches(&text))
            }
            (Self::Networks(_) | Self::Patterns(_), _) => false,
        }
    }

    /// How many different values it has, where it lists them.
    pub(crate) fn len(&self) -> Option<usize> {
        match self {
            Self::Keys(keys) => Some(keys.len()),
            Self::Networks(networks) => networks.is_empty().then_some(0),
            Self::Patterns(patterns) => patterns.is_empty().then_some(0),
        }
    }
}
