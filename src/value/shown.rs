use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::Value;

/// A value as decisions show it: yes and no as such, numbers exact, everything else in its own form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Yes or no.
    YesNo(bool),
    /// An exact number.
    Number(String),
    /// Anything else.
    Text(String),
}

impl From<&Value<'_>> for Shown {
    fn from(value: &Value<'_>) -> Self {
        if let Value::YesNo(yes) = value {
            Self::YesNo(*yes)
        } else if let Value::Number(number) = value {
            Self::Number(number.to_string())
        } else {
            Self::Text(value.to_string())
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::YesNo(true) => f.write_str("yes"),
            Self::YesNo(false) => f.write_str("no"),
            Self::Number(text) | Self::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::YesNo(yes) => serializer.serialize_bool(*yes),
            Self::Number(number) => match RawValue::from_string(number.clone()) {
                Ok(number) => number.serialize(serializer),
                Err(_) => serializer.serialize_str(number),
            },
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}
