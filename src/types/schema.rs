use super::Type;

/// Which record type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub(crate) u16);

/// Which enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnumId(pub(crate) u16);

/// Which field of a record, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldSlot(pub(crate) u16);

impl FieldSlot {
    /// The place as an index.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What a field can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// The type of the value, or of the elements of the list.
    pub of: Type,
    /// Whether it is a list.
    pub list: bool,
    /// Whether it may be known to be none.
    pub or_none: bool,
}

/// One field of a record type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldShape {
    /// Its name.
    pub name: String,
    /// What it can hold.
    pub shape: Shape,
    /// What it means; empty when nobody said.
    pub doc: String,
}

/// The shape of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordType {
    /// Its name.
    pub name: String,
    /// What it is; empty when nobody said.
    pub doc: String,
    /// Its fields in order.
    pub fields: Vec<FieldShape>,
    /// The field that identifies the subject.
    pub key: Option<FieldSlot>,
    /// The field that says when it happened.
    pub time: Option<FieldSlot>,
    /// The field that says until when it lasted.
    pub end: Option<FieldSlot>,
    /// The fields by which it compares as one value; empty when it does not.
    pub compared: Vec<FieldSlot>,
}

impl RecordType {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<(FieldSlot, &FieldShape)> {
        (0..).map(FieldSlot).zip(&self.fields).find(|(_, field)| field.name == name)
    }

    /// The fields with their places, in order.
    pub fn slots(&self) -> impl Iterator<Item = (FieldSlot, &FieldShape)> {
        (0..).map(FieldSlot).zip(&self.fields)
    }

    /// The field at that place.
    #[must_use]
    pub fn at(&self, slot: FieldSlot) -> Option<&FieldShape> {
        self.fields.get(slot.index())
    }
}

/// A closed choice of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumType {
    /// Its name.
    pub name: String,
    /// Its words in order.
    pub words: Vec<std::sync::Arc<str>>,
}

/// All record types and enums of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    pub(crate) records: Vec<RecordType>,
    pub(crate) enums: Vec<EnumType>,
}

impl Schema {
    /// The record type of that id.
    ///
    /// # Panics
    /// Never for an id that this schema gave.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "ids are made by the schema that holds the records"
    )]
    pub fn record(&self, id: RecordId) -> &RecordType {
        &self.records[usize::from(id.0)]
    }

    /// The enum of that id.
    ///
    /// # Panics
    /// Never for an id that this schema gave.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "ids are made by the schema that holds the enums")]
    pub fn enumeration(&self, id: EnumId) -> &EnumType {
        &self.enums[usize::from(id.0)]
    }

    /// The record type of that name.
    #[must_use]
    pub fn record_named(&self, name: &str) -> Option<RecordId> {
        (0..)
            .map(RecordId)
            .zip(&self.records)
            .find(|(_, record)| record.name == name)
            .map(|(id, _)| id)
    }

    /// The enum of that name.
    #[must_use]
    pub fn enum_named(&self, name: &str) -> Option<EnumId> {
        (0..).map(EnumId).zip(&self.enums).find(|(_, found)| found.name == name).map(|(id, _)| id)
    }

    /// All record types.
    #[must_use]
    pub fn records(&self) -> &[RecordType] {
        &self.records
    }

    /// All enums.
    #[must_use]
    pub fn enums(&self) -> &[EnumType] {
        &self.enums
    }

    /// Whether a value of the type compares as one value.
    #[must_use]
    pub fn compares(&self, of: Type) -> bool {
        of.record().is_none_or(|record| !self.record(record).compared.is_empty())
    }

    /// How a type is called towards a reader.
    #[must_use]
    pub fn type_name(&self, of: Type) -> &str {
        match of {
            Type::YesNo => "yes/no",
            Type::Number => "number",
            Type::Percent => "percent",
            Type::Text => "text",
            Type::Date => "date",
            Type::Instant => "instant",
            Type::Duration => "duration",
            Type::Months => "duration in months",
            Type::Money => "money",
            Type::Country => "country",
            Type::Ip => "ip",
            Type::Network => "network",
            Type::Email => "email",
            Type::Phone => "phone",
            Type::Url => "url",
            Type::PersonName => "person_name",
            Type::AddressLine => "address_line",
            Type::Postcode => "postcode",
            Type::ContactPoint => "contact_point",
            Type::Choice(id) => &self.enumeration(id).name,
            Type::Record(id) => &self.record(id).name,
        }
    }
}
