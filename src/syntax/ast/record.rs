use super::{Name, Place, Text};

/// `record NAME { field : type ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its name as a type.
    pub name: Name,
    /// What it is.
    pub doc: Option<Text>,
    /// Its fields in order.
    pub fields: Vec<Field>,
    /// Where.
    pub span: Place,
}

/// One field of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// What it holds.
    pub field_type: FieldType,
    /// What part it plays, if any.
    pub role: Option<FieldRole>,
    /// What it means.
    pub doc: Option<Text>,
}

/// The part that a field plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldRole {
    /// It identifies the subject.
    Key,
    /// It says when an element happened.
    Time,
    /// It says until when an element lasted.
    End,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldType {
    /// The name of the type; of the elements for a list.
    pub name: Name,
    /// `list of ...`.
    pub list: bool,
    /// `... or none`.
    pub or_none: bool,
    /// Where.
    pub span: Place,
}

/// `enum NAME { value, ... }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Enumeration {
    /// Its name as a type.
    pub name: Name,
    /// What it is.
    pub doc: Option<Text>,
    /// Its values in order.
    pub values: Vec<Name>,
}
