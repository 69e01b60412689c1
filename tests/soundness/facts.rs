use duecare::program::Program;
use duecare::types::{RecordId, Schema, Shape, Type};
use serde_json::{Map, Value, json};

/// Records with holes, and completions of them, over the schema of a program.
///
/// Values come from small pools around the constants that conditions use, so that all sides of them are
/// met.
pub(crate) struct Facts<'p> {
    schema: &'p Schema,
    subject: RecordId,
    state: u64,
}

/// How many of a hundred facts are left out of a record.
const HOLES: u64 = 30;

impl<'p> Facts<'p> {
    pub(crate) fn new(program: &'p Program, seed: u64) -> Self {
        Self { schema: program.schema(), subject: program.subject(), state: seed }
    }

    /// A record of which some facts are unknown.
    pub(crate) fn record(&mut self) -> Value {
        let mut record = self.object(self.subject, true);
        record.insert("id".to_owned(), json!("S-1"));
        Value::Object(record)
    }

    /// The record with every unknown value replaced by a value of its type, and every unknown list by
    /// a list of complete elements.
    pub(crate) fn completion(&mut self, record: &Value) -> Value {
        self.complete_object(self.subject, record)
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn object(&mut self, record: RecordId, with_holes: bool) -> Map<String, Value> {
        let mut made = Map::new();
        for field in &self.schema.record(record).fields {
            if with_holes && self.below(100) < HOLES {
                continue;
            }
            made.insert(field.name.clone(), self.field(field.shape, with_holes));
        }
        made
    }

    fn field(&mut self, shape: Shape, with_holes: bool) -> Value {
        if shape.list {
            let length = self.pick(&[0, 0, 1, 1, 2, 2, 3, 4]);
            let element = Shape { list: false, or_none: false, ..shape };
            return (0..length)
                .map(|_| {
                    if with_holes && self.below(100) < HOLES / 3 {
                        Value::Null
                    } else {
                        self.field(element, with_holes)
                    }
                })
                .collect();
        }
        if shape.or_none && self.below(100) < 30 {
            return Value::Null;
        }
        match shape.of {
            Type::Record(record) => Value::Object(self.object(record, with_holes)),
            of => self.value(of),
        }
    }

    fn complete_object(&mut self, record: RecordId, given: &Value) -> Value {
        let given = given.as_object().expect("an object");
        let mut made = Map::new();
        for field in &self.schema.record(record).fields {
            let complete = match given.get(&field.name) {
                None => self.field(field.shape, false),
                Some(known) => self.complete(field.shape, known),
            };
            made.insert(field.name.clone(), complete);
        }
        Value::Object(made)
    }

    fn complete(&mut self, shape: Shape, known: &Value) -> Value {
        match (known, shape.of) {
            (Value::Null, _) if shape.or_none => Value::Null,
            (Value::Null, _) => self.field(shape, false),
            (Value::Array(elements), _) if shape.list => {
                let element = Shape { list: false, or_none: false, ..shape };
                elements.iter().map(|known| self.complete(element, known)).collect()
            }
            (known, Type::Record(record)) => self.complete_object(record, known),
            (known, _) => known.clone(),
        }
    }

    fn value(&mut self, of: Type) -> Value {
        match of {
            Type::YesNo => json!(self.below(2) == 0),
            Type::Number => {
                let text = self.pick(&["-3", "0", "1", "2", "3", "4", "5", "7.5", "100"]);
                serde_json::from_str(text).unwrap()
            }
            Type::Percent => json!(self.pick(&["0%", "20%", "50%", "80%", "100%"])),
            Type::Text => json!(self.pick(&["a", "b", "abc", "xyz"])),
            Type::Date => json!(self.pick(&[
                "2021-12-31",
                "2022-05-16",
                "2022-06-30",
                "2022-07-10",
                "2022-07-20",
                "2022-07-21",
                "2022-07-31",
                "2022-08-01",
                "2022-09-15",
            ])),
            Type::Instant => json!(self.pick(&[
                "2021-12-31T10:00:00Z",
                "2022-05-16T00:00:00Z",
                "2022-07-10T10:00:00Z",
                "2022-07-20T10:00:00Z",
                "2022-07-20T18:00:00Z",
                "2022-07-21T10:00:00Z",
                "2022-07-21T10:00:01Z",
                "2022-07-31T23:00:00Z",
                "2022-08-01T00:00:00Z",
                "2022-09-15T00:00:00Z",
            ])),
            Type::Duration => json!(self.pick(&["0 minutes", "10 minutes", "24 hours", "3 days"])),
            Type::Money => json!(self.pick(&["-5 USD", "0 USD", "5 USD", "9.50 USD", "20 USD"])),
            Type::Country => json!(self.pick(&["US", "CA", "KP"])),
            Type::Ip => {
                json!(self.pick(&["192.0.2.1", "192.0.2.2", "198.51.100.1", "2001:db8::1"]))
            }
            Type::Network => json!(self.pick(&["192.0.2.0/24", "198.51.100.0/24"])),
            Type::Email => json!(self.pick(&["a@example.org", "A@example.org", "b@example.org"])),
            Type::Phone => json!(self.pick(&["+12025550143", "+1 202 555 0143", "+12025550144"])),
            Type::Url => json!(self.pick(&["https://example.org", "https://example.net/x"])),
            Type::PersonName => {
                json!(self.pick(&["Aster Sample", "Sample Aster", "Astor Sample", "Birch Other"]))
            }
            Type::AddressLine => json!(self.pick(&["1 Main Street", "1 main st", "2 Main Street"])),
            Type::Postcode => json!(self.pick(&["AB 12", "ab12", "C3"])),
            Type::ContactPoint => json!(self.pick(&["a@example.org", "+12025550143"])),
            Type::Choice(id) => {
                let words = &self.schema.enumeration(id).words;
                let place = self.below(words.len() as u64);
                json!(&*words[usize::try_from(place).unwrap()])
            }
            Type::Months | Type::Record(_) => unreachable!("no single value"),
        }
    }
}
