//! What every operator, aggregate and quantifier comes to over values, none, unknown facts, empty lists
//! and wrong types. Every row is written by hand from the language's definition.

use duecare::eval::Truth;

use crate::support::{condition_refusal, condition_truth};

const YES: Truth = Truth::Yes;
const NO: Truth = Truth::No;
const OPEN: Truth = Truth::Unknown;

/// Checks rows of a condition, the facts of a record without its id, and the truth.
fn check(rows: &[(&str, &str, Truth)]) {
    let mut failures = Vec::new();
    for (condition, facts, expected) in rows {
        let found = condition_truth(condition, facts);
        if found != *expected {
            failures.push(format!(
                "{condition}   with {{{facts}}}: expected {expected:?}, found {found:?}"
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Checks conditions that the checker refuses, with the code.
fn refuse(rows: &[(&str, &str)]) {
    let mut failures = Vec::new();
    for (condition, code) in rows {
        let found = condition_refusal(condition);
        if found.as_deref() != Some(*code) {
            failures.push(format!("{condition}: expected {code}, found {found:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn fields_and_logic() {
    check(&[
        ("flag", r#""flag": true"#, YES),
        ("flag", r#""flag": false"#, NO),
        ("flag", "", OPEN),
        ("flag", r#""flag": null"#, OPEN),
        ("not flag", r#""flag": true"#, NO),
        ("not flag", r#""flag": false"#, YES),
        ("not flag", "", OPEN),
        ("not not flag", r#""flag": true"#, YES),
        ("flag and other_flag", r#""flag": true, "other_flag": true"#, YES),
        ("flag and other_flag", r#""flag": true, "other_flag": false"#, NO),
        ("flag and other_flag", r#""flag": true"#, OPEN),
        ("flag and other_flag", r#""flag": false"#, NO),
        ("flag and other_flag", r#""other_flag": false"#, NO),
        ("flag and other_flag", "", OPEN),
        ("flag or other_flag", r#""flag": false, "other_flag": false"#, NO),
        ("flag or other_flag", r#""flag": false, "other_flag": true"#, YES),
        ("flag or other_flag", r#""flag": false"#, OPEN),
        ("flag or other_flag", r#""flag": true"#, YES),
        ("flag or other_flag", r#""other_flag": true"#, YES),
        ("flag or other_flag", "", OPEN),
        ("has maybe_flag and maybe_flag", r#""maybe_flag": true"#, YES),
        ("has maybe_flag and maybe_flag", r#""maybe_flag": false"#, NO),
        ("has maybe_flag and maybe_flag", r#""maybe_flag": null"#, NO),
        ("has maybe_flag and maybe_flag", "", OPEN),
        ("maybe_flag is yes", r#""maybe_flag": true"#, YES),
        ("maybe_flag is no", r#""maybe_flag": true"#, NO),
        ("maybe_flag is no", r#""maybe_flag": null"#, NO),
        ("maybe_flag is no", "", OPEN),
        (
            "at least 2 of (flag, other_flag, mood is glad)",
            r#""flag": true, "other_flag": true"#,
            YES,
        ),
        (
            "at least 2 of (flag, other_flag, mood is glad)",
            r#""flag": true, "other_flag": false"#,
            OPEN,
        ),
        (
            "at least 2 of (flag, other_flag, mood is glad)",
            r#""flag": false, "other_flag": false"#,
            NO,
        ),
        ("at least 2 of (flag, other_flag, mood is glad)", "", OPEN),
    ]);
    refuse(&[
        ("n", "DC0302"),
        ("maybe_flag", "DC0305"),
        ("flag is yes", "DC0303"),
        ("yes", "DC0302"),
        ("items", "DC0315"),
        ("nothing_of_the_kind", "DC0201"),
        ("at least 2 of (flag)", "DC0402"),
        ("at least 0 of (flag)", "DC0403"),
    ]);
}

#[test]
fn has_and_none() {
    check(&[
        ("has maybe_n", r#""maybe_n": 5"#, YES),
        ("has maybe_n", r#""maybe_n": null"#, NO),
        ("has maybe_n", "", OPEN),
        ("not has maybe_n", r#""maybe_n": null"#, YES),
        ("has maybe_spot", r#""maybe_spot": {}"#, YES),
        ("has maybe_spot", r#""maybe_spot": null"#, NO),
        ("has maybe_spot.town", r#""maybe_spot": null"#, NO),
        ("has maybe_spot.town", r#""maybe_spot": {"town": "X"}"#, YES),
        ("has maybe_spot.town", r#""maybe_spot": {"town": null}"#, NO),
        ("has maybe_spot.town", r#""maybe_spot": {}"#, OPEN),
        ("has maybe_spot.land", r#""maybe_spot": {}"#, YES),
        ("has maybe_spot.land", "", OPEN),
        ("has spot.town", "", OPEN),
        ("has maybe_spot and maybe_spot.land is US", r#""maybe_spot": {"land": "US"}"#, YES),
        ("has maybe_spot and maybe_spot.land is US", r#""maybe_spot": null"#, NO),
        ("has maybe_spot and maybe_spot.land is US", r#""maybe_spot": {}"#, OPEN),
    ]);
    refuse(&[("has n", "DC0402"), ("has items", "DC0315"), ("has spot.land", "DC0402")]);
}

#[test]
fn equality() {
    check(&[
        ("n is 3", r#""n": 3"#, YES),
        ("n is 3", r#""n": 3.00"#, YES),
        ("n is 3", r#""n": 3.0000000000000000001"#, NO),
        ("n is 3", "", OPEN),
        ("n is not 3", r#""n": 4"#, YES),
        ("n is not 3", "", OPEN),
        ("n is m", r#""n": 3, "m": 3"#, YES),
        ("n is m", r#""n": 3"#, OPEN),
        ("n is m", "", OPEN),
        ("n + m is 5", r#""n": 2, "m": 3"#, YES),
        ("n + m is 5", r#""n": 2"#, OPEN),
        ("n * m is 5", r#""n": 0"#, NO),
        ("maybe_n is 3", r#""maybe_n": null"#, NO),
        ("maybe_n is 3", r#""maybe_n": 3"#, YES),
        ("maybe_n is 3", "", OPEN),
        ("maybe_n is not 3", r#""maybe_n": null"#, YES),
        ("maybe_n is n", r#""maybe_n": null"#, NO),
        ("maybe_n is n", r#""maybe_n": null, "n": 1"#, NO),
        ("p is 85%", r#""p": "85%""#, YES),
        ("t is \"abc\"", r#""t": "abc""#, YES),
        ("t is \"abc\"", r#""t": "ABC""#, NO),
        ("t is \"abc\"", r#""t": """#, OPEN),
        ("d is 2022-05-16", r#""d": "2022-05-16""#, YES),
        ("d is moment", r#""d": "2022-05-16", "moment": "2022-05-16T23:59:59Z""#, YES),
        ("d is moment", r#""d": "2022-05-16", "moment": "2022-05-17T00:00:00Z""#, NO),
        ("d is moment", r#""d": "2022-05-16", "moment": "2022-05-17T01:00:00+09:00""#, YES),
        ("moment is 2022-05-16T00:00:00Z", r#""moment": "2022-05-16T09:00:00+09:00""#, YES),
        ("span is 24 hours", r#""span": "P1D""#, YES),
        ("cash is 5 USD", r#""cash": "5.00 USD""#, YES),
        ("cash is 5 USD", r#""cash": {"amount": "5", "currency": "USD"}"#, YES),
        ("cash is 5 USD", r#""cash": "5.00 EUR""#, OPEN),
        ("cash is 0 USD", r#""cash": "0 EUR""#, YES),
        ("cash is 0 USD", r#""cash": "1 EUR""#, NO),
        ("land is KP", r#""land": "KP""#, YES),
        ("land is KP", r#""land": "KR""#, NO),
        ("land is KP", "", OPEN),
        ("land is other_land", r#""land": "US", "other_land": "US""#, YES),
        ("maybe_land is KP", r#""maybe_land": null"#, NO),
        ("addr is \"192.0.2.1\"", r#""addr": "192.0.2.1""#, YES),
        ("addr.network is \"192.0.2.0/24\"", r#""addr": "192.0.2.77""#, YES),
        ("addr.network is \"192.0.2.0/24\"", r#""addr": "198.51.100.77""#, NO),
        ("addr.network is \"192.0.2.0/24\"", "", OPEN),
        ("mail is \"a@example.org\"", r#""mail": "A@EXAMPLE.org""#, YES),
        ("tel is \"+1 202 555 0143\"", r#""tel": "+12025550143""#, YES),
        ("site is \"https://example.org\"", r#""site": "HTTPS://EXAMPLE.ORG/""#, YES),
        (
            "called is also_called",
            r#""called": "Aster Sample", "also_called": "sample, ASTER""#,
            YES,
        ),
        ("called is also_called", r#""called": "Aster Sample", "also_called": "Birch Sample""#, NO),
        ("called is also_called", r#""called": "Aster Sample""#, OPEN),
        ("mood is glad", r#""mood": "glad""#, YES),
        ("mood is glad", r#""mood": "calm""#, NO),
        ("mood is glad", "", OPEN),
        ("maybe_mood is glad", r#""maybe_mood": null"#, NO),
        ("has maybe_mood and maybe_mood is not glad", r#""maybe_mood": null"#, NO),
    ]);
    refuse(&[
        ("n is \"3\"", "DC0301"),
        ("n is 3%", "DC0301"),
        ("t is 3", "DC0301"),
        ("land is \"KP\"", "DC0301"),
        ("land is XX", "DC0107"),
        ("land is UK", "DC0107"),
        ("mood is happy", "DC0204"),
        ("d is \"2022-05-16\"", "DC0301"),
        ("d is 2022-02-30", "DC0107"),
        ("addr is \"192.0.2\"", "DC0107"),
        ("cash is 5", "DC0301"),
        ("spot is maybe_spot", "DC0301"),
        ("items is 3", "DC0315"),
        ("sum of items.size is 3", "DC0307"),
        ("average of items.size is 3", "DC0307"),
        ("greatest of items.size is 3", "DC0307"),
        ("similarity(t, \"abc\") is 85%", "DC0307"),
    ]);
}

#[test]
fn addresses_compare_as_one_value() {
    let home = r#""home": {"line1": "1 Main Street", "line2": null, "city": "Ostend", "region": null, "postcode": "AB 12", "country": "US"}"#;
    let with = |second: &str| format!("{home}, \"second_home\": {second}");
    let same = with(
        r#"{"line1": "1 main st.", "line2": "flat 3", "city": "OSTEND", "region": "X", "postcode": "ab12", "country": "US"}"#,
    );
    let other_street = with(
        r#"{"line1": "2 Main Street", "city": "Ostend", "postcode": "AB12", "country": "US"}"#,
    );
    let no_postcode =
        with(r#"{"line1": "1 Main Street", "city": "Ostend", "postcode": null, "country": "US"}"#);
    let open_city = with(r#"{"line1": "1 Main Street", "postcode": "AB12", "country": "US"}"#);
    let open_city_other_street =
        with(r#"{"line1": "2 Main Street", "postcode": "AB12", "country": "US"}"#);
    let none = with("null");
    check(&[
        ("home is second_home", &same, YES),
        ("home is second_home", &other_street, NO),
        ("home is second_home", &no_postcode, NO),
        ("home is second_home", &open_city, OPEN),
        ("home is second_home", &open_city_other_street, NO),
        ("home is second_home", &none, NO),
        ("home is second_home", home, OPEN),
        ("home is second_home", "", OPEN),
        ("home.country is US", home, YES),
        ("home.country is US", "", OPEN),
    ]);
}

#[test]
fn order_and_arithmetic() {
    check(&[
        ("n < 3", r#""n": 2"#, YES),
        ("n < 3", r#""n": 3"#, NO),
        ("n <= 3", r#""n": 3"#, YES),
        ("n > 3", r#""n": 3"#, NO),
        ("n >= 3", r#""n": 3"#, YES),
        ("n >= 3", "", OPEN),
        ("n >= 0.1000000000000000055", r#""n": 0.1000000000000000055"#, YES),
        ("n > 0.1000000000000000055", r#""n": 0.1000000000000000055"#, NO),
        ("n >= 125.10", r#""n": 125.10"#, YES),
        ("has maybe_n and maybe_n > 3", r#""maybe_n": null"#, NO),
        ("has maybe_n and maybe_n > 3", r#""maybe_n": 4"#, YES),
        ("has maybe_n and maybe_n > 3", "", OPEN),
        ("not has maybe_n or maybe_n > 3", r#""maybe_n": null"#, YES),
        ("n + m > 5", r#""n": 2, "m": 4"#, YES),
        ("n - m > 5", r#""n": 2, "m": 4"#, NO),
        ("n * m > 5", r#""n": 0"#, NO),
        ("n * m >= 0", r#""n": 0"#, YES),
        ("n / 4 > 5", r#""n": 24"#, YES),
        ("n / 4 > 5", "", OPEN),
        ("n - 1 - 1 >= 1", r#""n": 3"#, YES),
        ("n * 2 + 1 >= 7", r#""n": 3"#, YES),
        ("(n + 1) * 2 >= 8", r#""n": 3"#, YES),
        ("p >= 50%", r#""p": "49.9%""#, NO),
        ("d + 1 month <= 2022-02-28", r#""d": "2022-01-31""#, YES),
        ("d - 1 year >= 2021-05-16", r#""d": "2022-05-16""#, YES),
        ("d + 10 days > 2022-05-25", r#""d": "2022-05-16""#, YES),
        ("moment + 24 hours > as_of", r#""moment": "2022-07-31T00:00:00Z""#, NO),
        ("moment + 24 hours >= as_of", r#""moment": "2022-07-31T00:00:00Z""#, YES),
        ("as_of - moment >= 24 hours", r#""moment": "2022-07-31T00:00:00Z""#, YES),
        ("as_of - d >= 24 hours", r#""d": "2022-07-31""#, YES),
        ("d < as_of", r#""d": "2022-08-01""#, NO),
        ("d <= as_of", r#""d": "2022-08-01""#, YES),
        ("has maybe_d and maybe_d < d", r#""maybe_d": "2022-01-01", "d": "2022-01-02""#, YES),
        ("span > 24 hours", r#""span": "1441 minutes""#, YES),
        ("span > 24 hours", r#""span": "1440 minutes""#, NO),
        ("cash > 5 USD", r#""cash": "5.01 USD""#, YES),
        ("cash > 5 USD", r#""cash": "5.01 EUR""#, OPEN),
        ("cash > 0 USD", r#""cash": "5.01 EUR""#, YES),
        ("cash > 0 USD", r#""cash": "-5.01 EUR""#, NO),
        ("cash > 5 USD", "", OPEN),
        ("cash + 1 USD > 5 USD", r#""cash": "4.50 USD""#, YES),
        ("cash * 2 > 5 USD", r#""cash": "2.50 USD""#, NO),
        ("similarity(t, \"marina\") >= 80%", r#""t": "Marína""#, YES),
        ("similarity(t, \"marina\") >= 84%", r#""t": "marino""#, NO),
        ("similarity(t, \"marina\") >= 80%", "", OPEN),
        (
            "similarity(called, also_called) >= 90%",
            r#""called": "Aster Sample", "also_called": "Sample Aster""#,
            YES,
        ),
    ]);
    refuse(&[
        ("maybe_n > 3", "DC0305"),
        ("maybe_n + 1 > 3", "DC0305"),
        ("maybe_d < as_of", "DC0305"),
        ("t > \"abc\"", "DC0301"),
        ("flag > 3", "DC0301"),
        ("land > KP", "DC0301"),
        ("n > 3 days", "DC0301"),
        ("span > 1 month", "DC0306"),
        ("n / m > 3", "DC0309"),
        ("n / 0 > 3", "DC0309"),
        ("d + 5 hours > as_of", "DC0301"),
        ("d + d > as_of", "DC0301"),
        ("similarity(n, m) >= 80%", "DC0301"),
        ("similarity(t, \"x\") >= 101%", "DC0402"),
        ("similarity(t, \"x\") >= 0%", "DC0403"),
        ("as_of + 3 > as_of", "DC0301"),
    ]);
}

#[test]
fn numbers_beyond_the_range_are_unknown_and_never_wrong() {
    check(&[
        ("n * m > 0", r#""n": 79228162514264337593543950335, "m": 2"#, OPEN),
        ("n + m > 0", r#""n": 79228162514264337593543950335, "m": 1"#, OPEN),
        ("n + m > 0", r#""n": 79228162514264337593543950334, "m": 1"#, YES),
        ("n * m > 0 or flag", r#""n": 79228162514264337593543950335, "m": 2, "flag": true"#, YES),
    ]);
}

#[test]
fn membership() {
    check(&[
        ("n in [1, 2, 3]", r#""n": 2.0"#, YES),
        ("n in [1, 2, 3]", r#""n": 4"#, NO),
        ("n in [1, 2, 3]", "", OPEN),
        ("n not in [1, 2, 3]", r#""n": 4"#, YES),
        ("n not in [1, 2, 3]", "", OPEN),
        ("maybe_n in [1, 2]", r#""maybe_n": null"#, NO),
        ("maybe_n not in [1, 2]", r#""maybe_n": null"#, YES),
        ("land in [KP, CN]", r#""land": "CN""#, YES),
        ("land in [KP, CN]", r#""land": "US""#, NO),
        ("mood in [calm, glad]", r#""mood": "tense""#, NO),
        ("mood in [calm, glad]", "", OPEN),
        ("mood in [calm, tense, glad]", "", YES),
        ("maybe_mood in [calm, tense, glad]", "", OPEN),
        ("t in [\"*desk*\", \"VNC\"]", r#""t": "AnyDesk 7""#, YES),
        ("t in [\"*desk*\", \"VNC\"]", r#""t": "vnc""#, YES),
        ("t in [\"*desk*\", \"VNC\"]", r#""t": "vnc viewer""#, NO),
        ("t in [\"a?c\"]", r#""t": "abc""#, YES),
        ("maybe_t in [\"a\"]", r#""maybe_t": null"#, NO),
        ("addr in [\"192.0.2.0/24\", \"2001:db8::/32\"]", r#""addr": "192.0.2.7""#, YES),
        ("addr in [\"192.0.2.0/24\", \"2001:db8::/32\"]", r#""addr": "2001:db8::7""#, YES),
        ("addr in [\"192.0.2.0/24\"]", r#""addr": "198.51.100.7""#, NO),
        ("addr in [\"192.0.2.0/24\"]", "", OPEN),
        ("mail in [\"a@example.org\"]", r#""mail": "A@example.org""#, YES),
        ("d in [2022-05-16]", r#""d": "2022-05-16""#, YES),
        ("cash in [5 USD]", r#""cash": "5 USD""#, YES),
        ("cash in [5 USD]", r#""cash": "6 USD""#, NO),
    ]);
    refuse(&[
        ("n in []", "DC0402"),
        ("n in [\"a\"]", "DC0301"),
        ("n in 3", "DC0304"),
        ("n in items", "DC0304"),
        ("land in [mood]", "DC0301"),
        ("addr in [\"192.0.2.1/24\"]", "DC0107"),
        ("t in [n]", "DC0301"),
    ]);
}

#[test]
fn quantifiers() {
    check(&[
        ("exists items", r#""items": [{}]"#, YES),
        ("exists items", r#""items": []"#, NO),
        ("exists items", "", OPEN),
        ("exists items", r#""items": null"#, OPEN),
        ("exists items", r#""items": [null]"#, YES),
        ("not exists items", r#""items": []"#, YES),
        ("exists items where (good)", r#""items": [{"good": false}, {"good": true}]"#, YES),
        ("exists items where (good)", r#""items": [{"good": false}, {}]"#, OPEN),
        ("exists items where (good)", r#""items": [{"good": false}]"#, NO),
        ("exists items where (good)", r#""items": []"#, NO),
        ("exists items where (good)", "", OPEN),
        ("exists items where (maybe_mood is glad)", r#""items": [{"maybe_mood": null}]"#, NO),
        ("exists items where (weight_g > 3)", r#""items": [{"weight_g": null}]"#, NO),
        ("exists items where (not (weight_g > 3))", r#""items": [{"weight_g": null}]"#, YES),
        ("exists items.label", r#""items": [{"label": null}]"#, NO),
        ("exists items.label", r#""items": [{"label": "x"}]"#, YES),
        ("exists items.label", r#""items": [{}]"#, OPEN),
        ("exists items.size", r#""items": [{}]"#, YES),
        ("exists words where (it is \"a\")", r#""words": ["b", "a"]"#, YES),
        ("exists words where (it is \"a\")", r#""words": ["b"]"#, NO),
        ("exists words where (it is \"a\")", r#""words": ["b", null]"#, OPEN),
        ("exists words where (it in [\"A*\"])", r#""words": ["abc"]"#, YES),
        (
            "exists items.parts where (good)",
            r#""items": [{"parts": []}, {"parts": [{"good": true}]}]"#,
            YES,
        ),
        (
            "exists items.parts where (good)",
            r#""items": [{"parts": []}, {"parts": [{"good": false}]}]"#,
            NO,
        ),
        ("exists items.parts where (good)", r#""items": [{"parts": []}, {}]"#, OPEN),
        (
            "exists items.parts where (part.good and item.good)",
            r#""items": [{"good": true, "parts": [{"good": true}]}]"#,
            YES,
        ),
        (
            "exists items.parts where (part.good and item.good)",
            r#""items": [{"good": false, "parts": [{}]}]"#,
            NO,
        ),
        (
            "exists items where (item.land is subject.land)",
            r#""land": "US", "items": [{"land": "US"}]"#,
            YES,
        ),
        (
            "exists items where (exists parts where (good))",
            r#""items": [{"parts": [{"good": true}]}]"#,
            YES,
        ),
        (
            "exists items where (not exists parts where (good))",
            r#""items": [{"parts": [{"good": true}]}]"#,
            NO,
        ),
        ("exists items where (not exists parts where (good))", r#""items": [{"parts": []}]"#, YES),
        ("exists items where (not exists parts where (good))", r#""items": [{}]"#, OPEN),
        ("exists items and every items has (good)", r#""items": [{"good": true}]"#, YES),
        (
            "exists items and every items has (good)",
            r#""items": [{"good": true}, {"good": false}]"#,
            NO,
        ),
        ("exists items and every items has (good)", r#""items": [{"good": true}, {}]"#, OPEN),
        ("exists items and every items has (good)", r#""items": []"#, NO),
        ("exists items and every items has (good)", "", OPEN),
        (
            "exists items and every items where (mood is glad) has (good)",
            r#""items": [{"mood": "calm", "good": false}]"#,
            YES,
        ),
        (
            "exists items and every items where (mood is glad) has (good)",
            r#""items": [{"good": false}]"#,
            OPEN,
        ),
        (
            "exists items and every items where (mood is glad) has (good)",
            r#""items": [{"good": true}]"#,
            YES,
        ),
        (
            "exists items and every items where (mood is glad) has (good)",
            r#""items": [{"mood": "glad", "good": false}, {}]"#,
            NO,
        ),
    ]);
    refuse(&[
        ("exists n", "DC0304"),
        ("exists items where (size)", "DC0302"),
        ("exists items where (no_field is 3)", "DC0201"),
        ("exists words where (size is 3)", "DC0201"),
        ("exists items where (it is 3)", "DC0314"),
        ("it is 3", "DC0314"),
        ("exists items where (exists parts where (exists words where (it is \"a\")))", "DC0313"),
    ]);
}

#[test]
fn counts() {
    check(&[
        ("count of items >= 2", r#""items": [{}, {}]"#, YES),
        ("count of items >= 2", r#""items": [{}]"#, NO),
        ("count of items >= 2", r#""items": []"#, NO),
        ("count of items >= 2", "", OPEN),
        ("count of items is 2", r#""items": [{}, {}]"#, YES),
        ("count of items is 2", "", OPEN),
        ("count of items is 2.5", "", NO),
        ("count of items < 2", r#""items": [{}, {}]"#, NO),
        ("count of items where (good) >= 1", r#""items": [{"good": true}]"#, YES),
        ("count of items where (good) >= 2", r#""items": [{"good": true}, {}]"#, OPEN),
        ("count of items where (good) >= 3", r#""items": [{"good": true}, {}]"#, NO),
        ("count of items where (good) < 1", r#""items": [{"good": true}, {}]"#, NO),
        ("count of items where (good) is 3", r#""items": [{"good": true}, {}]"#, NO),
        ("count of items.label >= 1", r#""items": [{"label": null}]"#, NO),
        ("count of items.label >= 1", r#""items": [{}]"#, OPEN),
        ("count of distinct items.land >= 2", r#""items": [{"land": "US"}, {"land": "CA"}]"#, YES),
        ("count of distinct items.land >= 2", r#""items": [{"land": "US"}, {"land": "US"}]"#, NO),
        ("count of distinct items.land >= 2", r#""items": [{"land": "US"}, {}]"#, OPEN),
        ("count of distinct items.land >= 1", r#""items": [{}]"#, YES),
        ("count of distinct items.land >= 2", r#""items": [{}]"#, NO),
        ("count of distinct items.land >= 1", r#""items": []"#, NO),
        ("count of distinct items.land >= 1", "", OPEN),
        ("count of distinct items.good >= 2", r#""items": [{}, {}, {}]"#, OPEN),
        ("count of distinct items.label >= 1", r#""items": [{"label": null}]"#, NO),
        (
            "count of distinct items.label >= 2",
            r#""items": [{"label": "a"}, {"label": "b"}, {"label": null}]"#,
            YES,
        ),
        ("count of distinct items.mood >= 3", r#""items": [{"mood": "calm"}, {}, {}]"#, OPEN),
        ("count of distinct words >= 2", r#""words": ["a", "b"]"#, YES),
        ("count of items.parts >= 2", r#""items": [{"parts": [{}]}, {"parts": [{}]}]"#, YES),
        ("count of items.parts >= 3", r#""items": [{"parts": [{}]}, {}]"#, OPEN),
    ]);
    refuse(&[
        ("count of items >= 0", "DC0403"),
        ("count of items < 0", "DC0402"),
        ("count of distinct items.mood >= 4", "DC0402"),
        ("count of distinct items >= 2", "DC0312"),
        ("count of n >= 2", "DC0304"),
        ("count of items >= 2%", "DC0301"),
        ("count of items", "DC0302"),
    ]);
}

#[test]
fn sums_and_extremes() {
    let both = r#""items": [{"size": 2, "good": true}, {"size": 3, "good": true}]"#;
    let maybe = r#""items": [{"size": 2, "good": true}, {"size": 3}]"#;
    let negative = r#""items": [{"size": 2, "good": true}, {"size": -3}]"#;
    let unknown = r#""items": [{"size": 2, "good": true}, {"good": true}]"#;
    let empty = r#""items": []"#;
    check(&[
        ("sum of items.size >= 5", both, YES),
        ("sum of items.size > 5", both, NO),
        ("sum of items.size >= 5", unknown, OPEN),
        ("sum of items.size >= 5", empty, NO),
        ("sum of items.size >= 0", empty, YES),
        ("sum of items.size >= 5", "", OPEN),
        ("sum of items.size where (good) >= 5", maybe, OPEN),
        ("sum of items.size where (good) >= 2", maybe, YES),
        ("sum of items.size where (good) >= 6", maybe, NO),
        ("sum of items.size where (good) >= 0", negative, OPEN),
        ("sum of items.size where (good) >= -1", negative, YES),
        ("sum of items.weight_g >= 5", r#""items": [{"weight_g": 5}, {"weight_g": null}]"#, YES),
        (
            "sum of items.price >= 5 USD",
            r#""items": [{"price": "2 USD"}, {"price": "3 USD"}]"#,
            YES,
        ),
        (
            "sum of items.price >= 5 USD",
            r#""items": [{"price": "2 USD"}, {"price": "3 EUR"}]"#,
            OPEN,
        ),
        ("sum of items.price >= 5 USD", r#""items": [{"price": "9 EUR"}]"#, OPEN),
        ("sum of items.price >= 5 USD", empty, NO),
        ("sum of items.price <= 0 USD", empty, YES),
        ("greatest of items.size >= 3", both, YES),
        ("greatest of items.size >= 4", both, NO),
        ("greatest of items.size >= 3", unknown, OPEN),
        ("greatest of items.size >= 2", unknown, YES),
        ("greatest of items.size >= 3", empty, NO),
        ("greatest of items.size < 3", empty, NO),
        ("not greatest of items.size >= 3", empty, YES),
        ("greatest of items.size >= 3", "", OPEN),
        ("greatest of items.size where (good) >= 3", maybe, OPEN),
        ("greatest of items.size where (good) >= 2", maybe, YES),
        ("greatest of items.size where (good) >= 4", maybe, NO),
        ("greatest of items.size where (good) >= 3", r#""items": [{"size": 9}]"#, OPEN),
        ("greatest of items.size where (good) >= 10", r#""items": [{"size": 9}]"#, NO),
        ("least of items.size <= 2", both, YES),
        ("least of items.size <= 1", both, NO),
        ("least of items.size <= 2", unknown, YES),
        ("least of items.size <= 1", unknown, OPEN),
        ("least of items.size <= 2", empty, NO),
        ("least of items.size where (good) > 1", maybe, YES),
        ("greatest of items.day >= 2022-05-16", r#""items": [{"day": "2022-05-16"}]"#, YES),
        (
            "greatest of items.happened >= as_of - 30 days",
            r#""items": [{"happened": "2022-07-30T00:00:00Z"}]"#,
            YES,
        ),
        ("greatest of items.happened >= as_of - 30 days", r#""items": [{"happened": null}]"#, NO),
        ("average of items.size >= 2.5", both, YES),
        ("average of items.size > 2.5", both, NO),
        ("average of items.size >= 2.5", unknown, OPEN),
        ("average of items.size >= 2.5", empty, NO),
        ("average of items.size >= 2.5", "", OPEN),
        ("average of items.size where (good) >= 2.5", maybe, OPEN),
        ("average of items.size where (good) > 2.5", maybe, NO),
        ("average of items.size where (good) >= 2", maybe, YES),
        ("median of items.size >= 2.5", both, YES),
        ("median of items.size > 2.5", both, NO),
        ("median of items.size >= 2.5", empty, NO),
        ("median of items.size >= 2.5", unknown, OPEN),
        ("median of items.size >= 3", r#""items": [{"size": 1}, {"size": 3}, {"size": 9}]"#, YES),
        ("median of items.size >= 3", r#""items": [{"size": 3}, {"size": 3}, {}]"#, YES),
        ("median of items.size where (good) >= 2.5", maybe, OPEN),
        ("median of items.size where (good) > 2.5", maybe, NO),
    ]);
    refuse(&[
        ("sum of items >= 3", "DC0312"),
        ("sum of items.land >= 3", "DC0312"),
        ("sum of items.day >= 2022-05-16", "DC0312"),
        ("average of items.happened >= as_of", "DC0312"),
        ("greatest of items.land is KP", "DC0312"),
        ("sum of n >= 3", "DC0304"),
        ("sum of items.size >= 3 USD", "DC0301"),
    ]);
}

#[test]
fn shares() {
    let half = r#""items": [{"good": true}, {"good": false}]"#;
    let open = r#""items": [{"good": true}, {}]"#;
    check(&[
        ("share of items having (good) >= 50%", half, YES),
        ("share of items having (good) > 50%", half, NO),
        ("share of items having (good) >= 50%", open, YES),
        ("share of items having (good) > 50%", open, OPEN),
        ("share of items having (good) < 50%", open, NO),
        ("share of items having (good) >= 50%", r#""items": []"#, NO),
        ("share of items having (good) < 50%", r#""items": []"#, NO),
        ("share of items having (good) >= 50%", "", OPEN),
        ("share of items having (good) over at least 3 >= 50%", half, NO),
        ("share of items having (good) over at least 2 >= 50%", half, YES),
        ("share of items having (good) over at least 3 >= 50%", "", OPEN),
        (
            "share of items where (mood is glad) having (good) >= 50%",
            r#""items": [{"mood": "glad", "good": true}, {"good": false}]"#,
            YES,
        ),
        (
            "share of items where (mood is glad) having (good) > 50%",
            r#""items": [{"mood": "glad", "good": true}, {"good": false}]"#,
            OPEN,
        ),
        (
            "share of items where (mood is glad) having (good) over at least 2 >= 50%",
            r#""items": [{"mood": "glad", "good": true}, {"good": false}]"#,
            OPEN,
        ),
        (
            "share of items where (mood is glad) having (good) over at least 2 > 50%",
            r#""items": [{"mood": "glad", "good": true}, {"good": false}]"#,
            NO,
        ),
        (
            "share of items having (weight_g > 3) >= 50%",
            r#""items": [{"weight_g": null}, {"weight_g": 5}]"#,
            YES,
        ),
        (
            "share of items.parts having (good) >= 50%",
            r#""items": [{"parts": [{"good": true}]}, {"parts": [{"good": false}]}]"#,
            YES,
        ),
        (
            "share of items having (good) >= 33.3%",
            r#""items": [{"good": true}, {"good": false}, {"good": false}]"#,
            YES,
        ),
        (
            "share of items having (good) >= 33.4%",
            r#""items": [{"good": true}, {"good": false}, {"good": false}]"#,
            NO,
        ),
    ]);
    refuse(&[
        ("share of items having (good) >= 101%", "DC0402"),
        ("share of items having (good) >= 3", "DC0301"),
        ("share of items having (size) >= 50%", "DC0302"),
        ("share of items having (good) over at least 2.5 >= 50%", "DC0301"),
    ]);
}

#[test]
fn inconsistency() {
    check(&[
        ("inconsistent(land, other_land)", r#""land": "US", "other_land": "CA""#, YES),
        ("inconsistent(land, other_land)", r#""land": "US", "other_land": "US""#, NO),
        ("inconsistent(land, other_land)", r#""land": "US""#, OPEN),
        ("inconsistent(land, other_land)", "", OPEN),
        ("inconsistent(land, maybe_land)", r#""land": "US", "maybe_land": null"#, NO),
        ("inconsistent(land, maybe_land)", r#""maybe_land": null"#, NO),
        (
            "inconsistent(land, items.land)",
            r#""land": "US", "items": [{"land": "US"}, {"land": "CA"}]"#,
            YES,
        ),
        ("inconsistent(land, items.land)", r#""land": "US", "items": []"#, NO),
        ("inconsistent(land, items.land)", r#""land": "US", "items": [{}]"#, OPEN),
        ("inconsistent(land, items.land)", r#""land": "US""#, OPEN),
        ("inconsistent(items.land)", r#""items": [{"land": "US"}]"#, NO),
        ("inconsistent(items.land)", r#""items": [{"land": "US"}, {}, {"land": "CA"}]"#, YES),
        ("inconsistent(items.land)", "", OPEN),
        ("inconsistent(items.label)", r#""items": [{"label": null}, {"label": "x"}]"#, NO),
        ("inconsistent(items.label)", r#""items": [{"label": "x"}, {}]"#, OPEN),
        (
            "inconsistent(groups.members)",
            r#""groups": [{"members": ["a", "b"]}, {"members": ["b", "a"]}]"#,
            NO,
        ),
        (
            "inconsistent(groups.members)",
            r#""groups": [{"members": ["a", "b"]}, {"members": ["a"]}]"#,
            YES,
        ),
        ("inconsistent(groups.members)", r#""groups": [{"members": ["a", "b"]}]"#, NO),
        (
            "inconsistent(groups.members)",
            r#""groups": [{"members": ["a", "b"]}, {"members": []}]"#,
            NO,
        ),
        ("inconsistent(groups.members)", r#""groups": [{"members": ["a", "b"]}, {}]"#, OPEN),
        (
            "inconsistent(groups.members)",
            r#""groups": [{"members": ["a", "b"]}, {"members": ["a", null]}]"#,
            OPEN,
        ),
        (
            "inconsistent(groups.members)",
            r#""groups": [{"members": ["a", "b", "c"]}, {"members": ["a", null]}]"#,
            YES,
        ),
        (
            "inconsistent(called, also_called)",
            r#""called": "Aster Sample", "also_called": "Sample Aster""#,
            NO,
        ),
        (
            "inconsistent(called, also_called) allowing similarity 85%",
            r#""called": "Aster Sample", "also_called": "Astor Sample""#,
            NO,
        ),
        (
            "inconsistent(called, also_called) allowing similarity 95%",
            r#""called": "Aster Sample", "also_called": "Astor Sample""#,
            YES,
        ),
        (
            "inconsistent(called, also_called) allowing similarity 85%",
            r#""called": "Aster Sample""#,
            OPEN,
        ),
        (
            "inconsistent(home, second_home)",
            r#""home": {"line1": "1 A St", "city": "X", "postcode": null, "country": "US"}, "second_home": null"#,
            NO,
        ),
    ]);
    refuse(&[
        ("inconsistent(land)", "DC0402"),
        ("inconsistent(land, n)", "DC0301"),
        ("inconsistent(n, m) allowing similarity 85%", "DC0301"),
        ("inconsistent(groups.members, t)", "DC0301"),
        ("inconsistent(spot, maybe_spot)", "DC0301"),
    ]);
}

#[test]
fn assumptions_settle_only_the_unknown() {
    check(&[
        ("(flag) assume no when unknown because \"x\"", "", NO),
        ("(flag) assume yes when unknown because \"x\"", "", YES),
        ("(flag) assume no when unknown because \"x\"", r#""flag": true"#, YES),
        ("(flag) assume yes when unknown because \"x\"", r#""flag": false"#, NO),
    ]);
    refuse(&[("n is known", "DC0311")]);
}
