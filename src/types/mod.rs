//! The shapes of data: records, enums and the types of their fields.

mod address;
mod builtin;
mod parse;
mod schema;

pub use builtin::{BUILTIN_TYPES, Type};
pub use parse::{parse_value, parse_value_to};
pub use schema::{EnumId, EnumType, FieldShape, FieldSlot, RecordId, RecordType, Schema, Shape};

pub(crate) use address::address_record;
