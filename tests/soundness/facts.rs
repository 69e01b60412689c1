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
    /// What every fact of a field is drawn from, where all elements of a list are to be alike.
    alike: Option<u64>,
    is_completing: bool,
}

/// How many of a hundred facts are left out of a record.
const HOLES: u64 = 30;

const DAYS: [&str; 9] = [
    "2021-12-31",
    "2022-05-16",
    "2022-06-30",
    "2022-07-10",
    "2022-07-20",
    "2022-07-21",
    "2022-07-31",
    "2022-08-01",
    "2022-09-15",
];

/// Numbers that outweigh all those that are known.
const FAR: [&str; 2] = ["-1000000", "1000000"];

impl<'p> Facts<'p> {
    pub(crate) fn new(program: &'p Program, seed: u64) -> Self {
        Self {
            schema: program.schema(),
            subject: program.subject(),
            state: seed,
            alike: None,
            is_completing: false,
        }
    }

    /// A record of which some facts are unknown.
    pub(crate) fn record(&mut self) -> Value {
        let mut record = self.object(self.subject, true);
        record.insert("id".to_owned(), json!("S-1"));
        Value::Object(record)
    }

    /// The record with every unknown value replaced by a value of its type, and every unknown list by
    /// a list of complete elements. In every other one these are alike in most fields, so that conditions
    /// on many elements with something in common are met.
    pub(crate) fn completion(&mut self, record: &Value) -> Value {
        self.is_completing = true;
        self.alike = (self.below(2) == 0).then(|| self.next());
        let made = self.complete_object(self.subject, record);
        self.is_completing = false;
        if let Some(seed) = self.alike.take() {
            self.state = seed;
        }
        made
    }

    /// Before a fact is drawn: the same draw again for the same field of the same record.
    fn draw_for(&mut self, record: RecordId, field: usize) {
        if let Some(seed) = self.alike {
            let name = &self.schema.record(record).name;
            let of_record =
                name.bytes().fold(seed, |sum, byte| sum.rotate_left(8) ^ u64::from(byte));
            let going_on = self.state;
            self.state = of_record ^ ((field as u64) << 48);
            if self.below(3) == 0 {
                self.state = going_on;
            }
        }
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
        for (slot, field) in self.schema.record(record).fields.iter().enumerate() {
            self.draw_for(record, slot);
            if with_holes && self.below(100) < HOLES {
                continue;
            }
            made.insert(field.name.clone(), self.field(field.shape, with_holes));
        }
        made
    }

    fn field(&mut self, shape: Shape, with_holes: bool) -> Value {
        if shape.list {
            let length = self.pick(&[0, 0, 1, 1, 2, 2, 3, 4])
                * (1 + u64::from(self.is_completing) * self.below(2));
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
        for (slot, field) in self.schema.record(record).fields.iter().enumerate() {
            self.draw_for(record, slot);
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

    /// In a completion, now and then, a value beyond all those that are known.
    fn is_far(&mut self) -> bool {
        self.is_completing && self.below(5) == 0
    }

    fn value(&mut self, of: Type) -> Value {
        match of {
            Type::YesNo => json!(self.below(2) == 0),
            Type::Number => {
                let far = self.is_far();
                let near = ["-3", "0", "1", "2", "3", "4", "5", "7.5", "100"];
                let text = if far { self.pick(&FAR) } else { self.pick(&near) };
                serde_json::from_str(text).unwrap()
            }
            Type::Percent => json!(self.pick(&["0%", "20%", "50%", "80%", "100%"])),
            Type::Text => json!(self.pick(&["a", "b", "abc", "xyz"])),
            Type::Date if self.is_far() => json!(self.pick(&["1990-01-01", "2090-01-01"])),
            Type::Date => json!(self.pick(&DAYS)),
            Type::Instant if self.is_far() => {
                json!(self.pick(&["1990-01-01T00:00:00Z", "2090-01-01T00:00:00Z"]))
            }
            Type::Instant => {
                let day = self.pick(&DAYS);
                let times = ["00:00:00Z", "10:00:00Z", "10:00:01Z", "18:00:00Z", "23:00:00Z"];
                json!(format!("{day}T{}", self.pick(&times)))
            }
            Type::Duration => json!(self.pick(&["0 minutes", "10 minutes", "24 hours", "3 days"])),
            Type::Money if self.is_far() => json!(format!("{} USD", self.pick(&FAR))),
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
