//! A direction that is told is true of every record: looked for counterexamples among generated conditions,
//! policies, changes of them, and records.
//!
//! The same cases in every run, unless `REVIEW_SEED` gives another number; `REVIEW_RUNS` makes so many times more.

mod claims;
mod draft;
mod families;
mod generate;
mod implications;
mod mutate;
mod policies;
mod records;
mod witnesses;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

fn seed() -> u64 {
    number("REVIEW_SEED", 20_220_516)
}

fn runs() -> u64 {
    number("REVIEW_RUNS", 1)
}
