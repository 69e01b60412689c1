//! The values of the domain: exact numbers, money, dates, countries, networks, names, contacts.
//!
//! Every type here is read from text by `parse`, shown by `Display` as it was written, and compared
//! by a canonical form, so that equality is transitive. Nothing here knows policies or rosters.

mod address;
mod any;
mod contact;
mod country;
mod date;
mod duration;
mod fold;
mod folded;
mod malformed;
mod money;
mod network;
mod network_set;
mod number;
mod person_name;
mod shown;
mod url;

pub use address::{AddressLine, Postcode};
pub use any::{Choice, Key, Value};
pub use contact::{ContactPoint, Email, Phone};
pub use country::Country;
pub use date::{Date, Direction, Instant};
pub use duration::{Duration, Period};
pub use folded::{Folded, Folding};
pub use malformed::Malformed;
pub use money::{Currency, Money};
pub use network::{Ip, Network};
pub use network_set::NetworkSet;
pub use number::{Number, Percent};
pub use person_name::PersonName;
pub use shown::Shown;
pub use url::Url;

pub(crate) use fold::{fold_text, fold_words, similarity_percent};
