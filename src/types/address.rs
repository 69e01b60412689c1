use super::{FieldShape, FieldSlot, RecordType, Shape, Type};

/// The one record that the language brings along: a postal address, which compares as one value.
pub(crate) fn address_record() -> RecordType {
    let field = |name: &str, of, or_none, doc: &str| FieldShape {
        name: name.to_owned(),
        shape: Shape { of, list: false, or_none },
        doc: doc.to_owned(),
    };
    RecordType {
        name: "address".to_owned(),
        doc: "A postal address; two are equal when line1, city, postcode and country are"
            .to_owned(),
        fields: vec![
            field("line1", Type::AddressLine, false, "Street and number"),
            field("line2", Type::AddressLine, true, "Apartment, care of; not compared"),
            field("city", Type::AddressLine, false, "Town"),
            field("region", Type::Text, true, "State or province; not compared"),
            field("postcode", Type::Postcode, true, "Postal code"),
            field("country", Type::Country, false, "Country"),
        ],
        key: None,
        time: None,
        end: None,
        compared: [0, 2, 4, 5].map(FieldSlot).to_vec(),
    }
}
