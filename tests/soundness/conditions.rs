//! Generated conditions over the record of `tests/fixtures/subject.due`.

use proptest::prelude::*;
use proptest::sample::select;

type Text = BoxedStrategy<String>;

fn order() -> Text {
    select(vec!["<", "<=", ">", ">="]).prop_map(str::to_owned).boxed()
}

fn one_of(of: &'static [&'static str]) -> Text {
    select(of).prop_map(str::to_owned).boxed()
}

fn number() -> Text {
    one_of(&["-3", "0", "1", "2", "3", "5", "7.5"])
}

fn count() -> Text {
    one_of(&["1", "2", "3"])
}

fn percent() -> Text {
    one_of(&["20%", "33.3%", "50%", "80%"])
}

fn date() -> Text {
    one_of(&["2022-05-16", "2022-07-01", "2022-07-20", "2022-08-01"])
}

fn instant() -> Text {
    one_of(&["2022-05-16T00:00:00Z", "2022-07-20T18:00:00Z", "as_of", "as_of - 30 days"])
}

fn country() -> Text {
    one_of(&["US", "CA", "KP"])
}

fn mood() -> Text {
    one_of(&["calm", "tense", "glad"])
}

fn money() -> Text {
    one_of(&["0 USD", "5 USD", "10 USD", "5 EUR"])
}

fn period() -> Text {
    one_of(&["8 hours", "24 hours", "10 days", "1 month"])
}

/// Joins strategies into one text: `{}` stands for each in turn.
fn fill(template: &'static str, parts: Vec<Text>) -> Text {
    parts
        .prop_map(move |parts| {
            let mut made = String::new();
            let mut parts = parts.into_iter();
            for (place, piece) in template.split("{}").enumerate() {
                if place > 0 {
                    made.push_str(&parts.next().expect("a part for each gap"));
                }
                made.push_str(piece);
            }
            made
        })
        .boxed()
}

/// Conditions on single values of the subject.
fn of_values() -> Text {
    prop_oneof![
        one_of(&[
            "flag",
            "other_flag",
            "(has maybe_flag and maybe_flag)",
            "maybe_flag is yes",
            "maybe_flag is no",
            "has maybe_n",
            "has maybe_spot",
            "has maybe_spot.town",
            "(has maybe_spot and maybe_spot.land is US)",
            "maybe_spot.land is KP",
            "land is other_land",
            "land is maybe_land",
            "(has maybe_d and maybe_d < d)",
            "d is moment",
            "d <= moment",
            "d + 10 days > moment",
            "moment + 24 hours >= as_of",
            "moment - 1 month <= as_of",
            "as_of - moment >= 24 hours",
            "span >= 24 hours",
            "span < 10 minutes",
            "called is also_called",
            "home is second_home",
            "home.country is US",
            "addr.network is \"192.0.2.0/24\"",
            "addr in [\"192.0.2.0/24\", \"2001:db8::/32\"]",
            "mail is \"a@example.org\"",
            "tel is \"+12025550143\"",
            "site is \"https://example.org\"",
            "t in [\"a*\"]",
            "t is \"abc\"",
            "maybe_t in [\"a*\", \"xyz\"]",
            "maybe_mood in [calm, tense, glad]",
        ]),
        fill("n {} {}", vec![order(), number()]),
        fill("n is {}", vec![number()]),
        fill("n in [{}, {}]", vec![number(), number()]),
        fill("maybe_n is {}", vec![number()]),
        fill("(has maybe_n and maybe_n {} {})", vec![order(), number()]),
        fill("(not has maybe_n or maybe_n {} {})", vec![order(), number()]),
        fill("n + m {} {}", vec![order(), number()]),
        fill("n * m {} {}", vec![order(), number()]),
        fill("n - m * 2 {} {}", vec![order(), number()]),
        fill("n / 4 {} {}", vec![order(), number()]),
        fill("p {} {}", vec![order(), percent()]),
        fill("d {} {}", vec![order(), date()]),
        fill("moment {} {}", vec![order(), instant()]),
        fill("cash {} {}", vec![order(), money()]),
        fill("land is {}", vec![country()]),
        fill("land in [{}, {}]", vec![country(), country()]),
        fill("mood is {}", vec![mood()]),
        fill("mood in [{}, {}]", vec![mood(), mood()]),
        fill("similarity(called, also_called) {} {}", vec![order(), percent()]),
    ]
    .boxed()
}

/// Conditions on an element of `items`.
fn of_item() -> Text {
    let atom = prop_oneof![
        one_of(&[
            "good",
            "not good",
            "has label",
            "land is subject.land",
            "exists parts where (good)",
            "exists parts"
        ]),
        fill("size {} {}", vec![order(), number()]),
        fill("weight_g {} {}", vec![order(), number()]),
        fill("mood is {}", vec![mood()]),
        fill("maybe_mood is {}", vec![mood()]),
        fill("land is {}", vec![country()]),
        fill("day {} {}", vec![order(), date()]),
        fill("happened {} {}", vec![order(), instant()]),
        fill("price {} {}", vec![order(), money()]),
        fill("count of parts where (good) >= {}", vec![count()]),
    ];
    let atom = atom.boxed();
    prop_oneof![
        4 => atom.clone(),
        1 => fill("{} and {}", vec![atom.clone(), atom.clone()]),
        1 => fill("{} or {}", vec![atom.clone(), atom.clone()]),
        1 => fill("not ({})", vec![atom]),
    ]
    .boxed()
}

/// `items`, or some of them.
fn items() -> Text {
    prop_oneof![one_of(&["items"]), fill("items where ({})", vec![of_item()])].boxed()
}

/// Conditions on lists, which may also be the elements of a window.
fn of_lists() -> Text {
    let aggregation = one_of(&["least", "greatest", "average", "median", "sum"]);
    prop_oneof![
        fill("exists {}", vec![items()]),
        fill("every {} has ({})", vec![items(), of_item()]),
        fill("count of {} {} {}", vec![items(), order(), count()]),
        fill("count of {} is {}", vec![items(), count()]),
        fill(
            "count of distinct items.land where ({}) {} {}",
            vec![of_item(), order(), one_of(&["1", "2"])]
        ),
        fill("count of distinct items.mood {} {}", vec![order(), one_of(&["1", "2"])]),
        fill("count of distinct items.label >= {}", vec![count()]),
        fill(
            "{} of items.size where ({}) {} {}",
            vec![aggregation.clone(), of_item(), order(), number()]
        ),
        fill("{} of items.weight_g {} {}", vec![aggregation.clone(), order(), number()]),
        fill("{} of items.price {} {}", vec![aggregation, order(), money()]),
        fill("greatest of items.day where ({}) {} {}", vec![of_item(), order(), date()]),
        fill("least of items.happened {} {}", vec![order(), instant()]),
        fill(
            "share of {} having ({}) over at least {} {} {}",
            vec![items(), of_item(), count(), order(), percent()],
        ),
        one_of(&[
            "exists items.parts where (part.good and item.good)",
            "exists items.label",
            "inconsistent(items.land)",
            "inconsistent(land, items.land)",
            "inconsistent(items.label)",
        ]),
    ]
    .boxed()
}

/// Conditions that further elements of a window only make truer.
fn growing() -> Text {
    let atom = prop_oneof![
        fill("count of items >= {}", vec![count()]),
        fill("count of items where ({}) >= {}", vec![of_item(), count()]),
        fill("count of distinct items.land >= {}", vec![one_of(&["1", "2"])]),
        fill("greatest of items.size >= {}", vec![number()]),
        fill("least of items.size <= {}", vec![number()]),
        fill("sum of items.size where (size > 0) >= {}", vec![number()]),
        fill("exists items where ({})", vec![of_item()]),
        one_of(&["inconsistent(items.land)"]),
    ]
    .boxed();
    prop_oneof![
        3 => atom.clone(),
        1 => fill("{} and {}", vec![atom.clone(), atom.clone()]),
        1 => fill("{} or {}", vec![atom.clone(), atom]),
    ]
    .boxed()
}

fn of_windows() -> Text {
    prop_oneof![
        fill("in any {} of {} ({})", vec![period(), items(), growing()]),
        fill("in any {} of {} per owner ({})", vec![period(), items(), growing()]),
        fill("in any {} of items by day ({})", vec![period(), growing()]),
        fill("in the last {} of {} ({})", vec![period(), items(), of_lists()]),
        fill("in the last 1 month of items (in any {} of items ({}))", vec![period(), growing()]),
        fill(
            "longest unbroken {} with gaps at most 60 minutes >= {}",
            vec![items(), one_of(&["10 minutes", "8 hours", "24 hours"])],
        ),
        fill(
            "longest unbroken items per owner with gaps at most 9 hours {} {}",
            vec![order(), one_of(&["8 hours", "24 hours"])],
        ),
    ]
    .boxed()
}

fn atom() -> Text {
    prop_oneof![
        3 => of_values(),
        3 => of_lists(),
        2 => of_windows(),
        1 => one_of(&[
            "exists words where (it is \"a\")",
            "count of distinct words >= 2",
            "inconsistent(groups.members)",
            "inconsistent(called, also_called) allowing similarity 85%",
            "inconsistent(land, other_land, maybe_land)",
            "inconsistent(home, second_home)",
        ]),
    ]
    .boxed()
}

/// Any condition on a subject.
pub(crate) fn condition() -> Text {
    atom()
        .prop_recursive(3, 8, 3, |inner| {
            prop_oneof![
                fill("({} and {})", vec![inner.clone(), inner.clone()]),
                fill("({} or {})", vec![inner.clone(), inner.clone()]),
                fill("not ({})", vec![inner.clone()]),
                fill("at least 2 of ({}, {}, {})", vec![inner.clone(), inner.clone(), inner]),
            ]
        })
        .boxed()
}

/// Conditions on an element of which no field is used twice, and no field of the subject: that is used
/// once for every element.
fn item_once() -> Text {
    let left = prop_oneof![
        one_of(&["good", "not good", "has label"]),
        fill("size {} {}", vec![order(), number()]),
        fill("maybe_mood is {}", vec![mood()]),
    ]
    .boxed();
    let right = prop_oneof![
        fill("weight_g {} {}", vec![order(), number()]),
        fill("mood is {}", vec![mood()]),
        fill("day {} {}", vec![order(), date()]),
        one_of(&["exists parts where (good)", "exists parts"]),
        fill("count of parts where (good) {} {}", vec![order(), count()]),
    ]
    .boxed();
    prop_oneof![
        2 => left.clone(),
        2 => right.clone(),
        1 => fill("{} and {}", vec![left.clone(), right.clone()]),
        1 => fill("{} or {}", vec![left.clone(), right.clone()]),
        1 => fill("not ({} and {})", vec![left, right]),
    ]
    .boxed()
}

/// Conditions on `items`, each using every field of an element at most once.
fn items_once() -> Text {
    let filtered =
        || prop_oneof![one_of(&["items"]), fill("items where ({})", vec![item_once()])].boxed();
    let aggregation = || one_of(&["least", "greatest", "average", "median", "sum"]);
    prop_oneof![
        fill("exists {}", vec![filtered()]),
        fill("every items where (land is US) has ({})", vec![item_once()]),
        fill("count of {} {} {}", vec![filtered(), order(), count()]),
        fill("count of {} is {}", vec![filtered(), count()]),
        fill(
            "count of distinct items.land where ({}) {} {}",
            vec![item_once(), order(), one_of(&["1"])]
        ),
        fill("count of distinct items.mood {} {}", vec![order(), one_of(&["1", "2"])]),
        fill(
            "{} of items.price where ({}) {} {}",
            vec![aggregation(), item_once(), order(), one_of(&["0 USD", "5 USD", "10 USD"])]
        ),
        fill("greatest of items.happened where ({}) {} {}", vec![item_once(), order(), instant()]),
        fill(
            "share of items where (land is US) having ({}) over at least {} {} {}",
            vec![item_once(), count(), order(), percent()],
        ),
        fill(
            "in the last {} of items (count of items where ({}) {} {})",
            vec![period(), item_once(), order(), count()]
        ),
        fill("in any {} of items (count of items >= {})", vec![period(), count()]),
        fill(
            "in any {} of items where ({}) per owner (count of items >= {})",
            vec![period(), item_once(), count()]
        ),
        fill(
            "longest unbroken items where ({}) per owner with gaps at most 60 minutes {} {}",
            vec![item_once(), order(), one_of(&["8 hours", "24 hours"])],
        ),
        one_of(&[
            "inconsistent(items.land)",
            "inconsistent(items.label)",
            "inconsistent(land, items.land)"
        ]),
    ]
    .boxed()
}

/// Conditions that use no field twice.
pub(crate) fn without_repetition() -> Text {
    let first = items_once();
    let second = prop_oneof![
        one_of(&[
            "flag",
            "maybe_flag is yes",
            "has maybe_spot.town",
            "maybe_spot.land is KP",
            "land is other_land",
            "d + 10 days > moment",
            "d is moment",
            "called is also_called",
            "home is second_home",
            "addr.network is \"192.0.2.0/24\"",
            "t in [\"a*\"]",
            "maybe_mood in [calm, tense, glad]",
            "mood in [calm, tense, glad]",
            "inconsistent(groups.members)",
            "exists words where (it is \"a\")",
            "count of distinct words >= 2",
            "inconsistent(called, also_called) allowing similarity 85%"
        ]),
        fill("n + m {} {}", vec![order(), number()]),
        fill("n * m {} {}", vec![order(), number()]),
        fill("n - m * 2 {} {}", vec![order(), number()]),
        fill("maybe_n is {}", vec![number()]),
        fill("p {} {}", vec![order(), percent()]),
        fill("span {} 24 hours", vec![order()]),
        fill("similarity(called, also_called) {} {}", vec![order(), percent()]),
    ]
    .boxed();
    prop_oneof![
        2 => first.clone(),
        2 => second.clone(),
        1 => fill("({} and {})", vec![first.clone(), second.clone()]),
        1 => fill("({} or {})", vec![first.clone(), second.clone()]),
        1 => fill("not ({} and {})", vec![first.clone(), second.clone()]),
        1 => fill("at least 2 of ({}, {}, other_flag)", vec![first, second]),
    ]
    .boxed()
}
