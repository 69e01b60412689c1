//! The edges of windows and of unbroken time.

use duecare::eval::Truth;

use crate::support::condition_truth;

const YES: Truth = Truth::Yes;
const NO: Truth = Truth::No;
const OPEN: Truth = Truth::Unknown;

/// A record with items that happened at these times, given as JSON values.
fn at(times: &[&str]) -> String {
    let items: Vec<String> = times.iter().map(|time| format!("{{\"happened\": {time}}}")).collect();
    format!("\"items\": [{}]", items.join(", "))
}

fn within_a_day(count: usize, facts: &str) -> Truth {
    condition_truth(&format!("in any 24 hours of items ( count of items >= {count} )"), facts)
}

#[test]
fn both_ends_of_a_window_belong_to_it() {
    let exactly = at(&[r#""2022-07-01T10:00:00Z""#, r#""2022-07-02T10:00:00Z""#]);
    assert_eq!(within_a_day(2, &exactly), YES);
    let a_second_more = at(&[r#""2022-07-01T10:00:00Z""#, r#""2022-07-02T10:00:01Z""#]);
    assert_eq!(within_a_day(2, &a_second_more), NO);
    let a_nanosecond_more =
        at(&[r#""2022-07-01T10:00:00Z""#, r#""2022-07-02T10:00:00.000000001Z""#]);
    assert_eq!(within_a_day(2, &a_nanosecond_more), NO);
}

#[test]
fn windows_slide_and_do_not_follow_days() {
    let across_midnight = at(&[r#""2022-07-01T23:30:00Z""#, r#""2022-07-02T00:15:00Z""#]);
    let condition = "in any 60 minutes of items ( count of items >= 2 )";
    assert_eq!(condition_truth(condition, &across_midnight), YES);
    let middle_pair = at(&[
        r#""2022-07-01T00:00:00Z""#,
        r#""2022-07-01T23:00:00Z""#,
        r#""2022-07-02T22:00:00Z""#,
    ]);
    assert_eq!(within_a_day(2, &middle_pair), YES);
    assert_eq!(within_a_day(3, &middle_pair), NO);
}

#[test]
fn offsets_are_the_same_moment() {
    let differing = at(&[r#""2022-07-01T10:00:00+09:00""#, r#""2022-07-02T01:00:00Z""#]);
    assert_eq!(within_a_day(2, &differing), YES);
    let a_second_more = at(&[r#""2022-07-01T10:00:00+09:00""#, r#""2022-07-02T01:00:01Z""#]);
    assert_eq!(within_a_day(2, &a_second_more), NO);
}

#[test]
fn equal_times_and_any_order() {
    let equal = at(&[r#""2022-07-01T10:00:00Z""#; 3]);
    assert_eq!(condition_truth("in any 1 minute of items ( count of items >= 3 )", &equal), YES);
    let unsorted = at(&[
        r#""2022-07-05T00:00:00Z""#,
        r#""2022-07-01T00:00:00Z""#,
        r#""2022-07-04T12:00:00Z""#,
    ]);
    assert_eq!(within_a_day(2, &unsorted), YES);
}

#[test]
fn an_unknown_time_may_lie_in_any_window_and_none_in_no_window() {
    let one_unknown = r#""items": [{"happened": "2022-07-01T10:00:00Z"}, {}]"#;
    assert_eq!(within_a_day(2, one_unknown), OPEN);
    assert_eq!(within_a_day(1, one_unknown), YES);
    assert_eq!(within_a_day(3, one_unknown), NO);
    let one_none = at(&[r#""2022-07-01T10:00:00Z""#, "null"]);
    assert_eq!(within_a_day(2, &one_none), NO);
    assert_eq!(within_a_day(2, r#""items": [{}, {}]"#), OPEN);
    assert_eq!(within_a_day(1, r#""items": [{}]"#), OPEN, "its time may turn out to be none");
    assert_eq!(within_a_day(2, ""), OPEN);
    assert_eq!(within_a_day(2, r#""items": []"#), NO);
}

#[test]
fn elements_of_one_window_share_the_key() {
    let condition = "in any 24 hours of items per owner ( count of items >= 2 )";
    let items = |owners: [&str; 2]| {
        let of = |owner: &str, hour: u8| {
            let owner =
                if owner.is_empty() { String::new() } else { format!(", \"owner\": \"{owner}\"") };
            format!("{{\"happened\": \"2022-07-01T{hour:02}:00:00Z\"{owner}}}")
        };
        format!("\"items\": [{}, {}]", of(owners[0], 10), of(owners[1], 11))
    };
    assert_eq!(condition_truth(condition, &items(["a", "a"])), YES);
    assert_eq!(condition_truth(condition, &items(["a", "b"])), NO);
    assert_eq!(condition_truth(condition, &items(["a", ""])), OPEN);
    assert_eq!(condition_truth(condition, &items(["", ""])), OPEN);
}

#[test]
fn calendar_periods_bound_windows() {
    let condition = "in any 1 month of items ( count of items >= 2 )";
    let end_of_february = at(&[r#""2022-01-31T10:00:00Z""#, r#""2022-02-28T10:00:00Z""#]);
    assert_eq!(condition_truth(condition, &end_of_february), YES);
    let beyond = at(&[r#""2022-01-31T10:00:00Z""#, r#""2022-02-28T10:00:01Z""#]);
    assert_eq!(condition_truth(condition, &beyond), NO);
}

#[test]
fn in_the_last_counts_back_from_the_evaluation() {
    let condition = "in the last 30 days of items ( exists items )";
    // The evaluation is at 2022-08-01T00:00:00Z.
    assert_eq!(condition_truth(condition, &at(&[r#""2022-07-02T00:00:00Z""#])), YES);
    assert_eq!(condition_truth(condition, &at(&[r#""2022-07-01T23:59:59Z""#])), NO);
    assert_eq!(condition_truth(condition, &at(&[r#""2022-08-01T00:00:00Z""#])), YES);
    assert_eq!(
        condition_truth(condition, &at(&[r#""2022-08-01T00:00:01Z""#])),
        NO,
        "it lies ahead"
    );
    assert_eq!(condition_truth(condition, r#""items": [{}]"#), OPEN);
    assert_eq!(condition_truth(condition, &at(&["null"])), NO);
    assert_eq!(condition_truth(condition, ""), OPEN);
    let by_day = "in the last 30 days of items by day ( exists items )";
    assert_eq!(condition_truth(by_day, r#""items": [{"day": "2022-07-02"}]"#), YES);
    assert_eq!(condition_truth(by_day, r#""items": [{"day": "2022-07-01"}]"#), NO);
    assert_eq!(condition_truth(by_day, r#""items": [{"day": "2022-08-01"}]"#), YES);
    assert_eq!(condition_truth(by_day, r#""items": [{"day": "2022-08-02"}]"#), NO);
}

#[test]
fn a_window_may_look_into_a_window() {
    let condition =
        "in the last 30 days of items ( in any 24 hours of items ( count of items >= 2 ) )";
    let recent = at(&[r#""2022-07-20T10:00:00Z""#, r#""2022-07-20T12:00:00Z""#]);
    assert_eq!(condition_truth(condition, &recent), YES);
    let half_recent = at(&[r#""2022-07-01T23:00:00Z""#, r#""2022-07-02T01:00:00Z""#]);
    assert_eq!(condition_truth(condition, &half_recent), NO);
}

#[test]
fn conditions_in_a_window_see_the_window() {
    let condition = "in any 24 hours of items ( count of distinct items.land >= 2 )";
    let facts = |second: &str| {
        format!(
            r#""items": [{{"happened": "2022-07-01T10:00:00Z", "land": "US"}}, {{"happened": "{second}", "land": "CA"}}]"#
        )
    };
    assert_eq!(condition_truth(condition, &facts("2022-07-02T09:00:00Z")), YES);
    assert_eq!(condition_truth(condition, &facts("2022-07-03T09:00:00Z")), NO);
    let filtered = "in any 24 hours of items where (good) ( count of items >= 2 )";
    let goods = r#""items": [{"happened": "2022-07-01T10:00:00Z", "good": true}, {"happened": "2022-07-01T11:00:00Z"}]"#;
    assert_eq!(condition_truth(filtered, goods), OPEN);
}

#[test]
fn windows_with_fewer_elements_than_a_count_asks_for_may_hold_by_another_part() {
    let one = r#""items": [{"happened": "2022-07-01T10:00:00Z", "good": true, "land": "US"}]"#;
    let two = r#""items": [{"happened": "2022-07-01T10:00:00Z", "good": true, "land": "US"}, {"happened": "2022-07-01T11:00:00Z", "good": false, "land": "CA"}]"#;
    let truths = |condition: &str| {
        let condition = format!("in any 24 hours of items ( {condition} )");
        [one, two, r#""items": []"#, ""].map(|facts| condition_truth(&condition, facts))
    };
    assert_eq!(truths("count of items > 1"), [NO, YES, NO, OPEN]);
    assert_eq!(truths("count of items > 1 and exists items where (good)"), [NO, YES, NO, OPEN]);
    assert_eq!(truths("count of items > 1 or exists items where (good)"), [YES, YES, NO, OPEN]);
    assert_eq!(truths("count of items >= 3 or exists items"), [YES, YES, NO, OPEN]);
    let countries = "count of distinct items.land >= 2 or count of items >= 3";
    assert_eq!(truths(countries), [NO, YES, NO, OPEN]);
    let inner = "in any 60 minutes of items ( count of items >= 2 )";
    assert_eq!(truths(inner), [NO, YES, NO, OPEN]);
}

fn span(start: &str, end: &str) -> String {
    format!("{{\"happened\": \"2022-07-{start}:00Z\", \"finished\": {end}}}")
}

fn ends(end: &str) -> String {
    format!("\"2022-07-{end}:00Z\"")
}

fn unbroken(hours: u32, spans: &[String]) -> Truth {
    let condition = format!("longest unbroken items with gaps at most 60 minutes >= {hours} hours");
    condition_truth(&condition, &format!("\"items\": [{}]", spans.join(", ")))
}

#[test]
fn gaps_up_to_the_limit_do_not_break_a_chain() {
    let exactly = [span("01T00:00", &ends("01T10:00")), span("01T11:00", &ends("02T00:00"))];
    assert_eq!(unbroken(24, &exactly), YES);
    let a_minute_more = [span("01T00:00", &ends("01T10:00")), span("01T11:01", &ends("02T00:00"))];
    assert_eq!(unbroken(24, &a_minute_more), NO);
    let overlapping = [
        span("01T00:00", &ends("01T20:00")),
        span("01T02:00", &ends("01T03:00")),
        span("01T20:30", &ends("02T01:00")),
    ];
    assert_eq!(unbroken(25, &overlapping), YES);
    assert_eq!(unbroken(26, &overlapping), NO);
}

#[test]
fn sessions_without_an_end_last_until_the_evaluation() {
    // From 31 July noon to the evaluation at midnight.
    assert_eq!(unbroken(12, &[span("31T12:00", "null")]), YES);
    assert_eq!(unbroken(13, &[span("31T12:00", "null")]), NO);
    assert_eq!(
        unbroken(1, &[span("31T12:00", &ends("30T12:00"))]),
        NO,
        "an end before the beginning"
    );
}

#[test]
fn unknown_ends_and_beginnings_may_make_it_any_length() {
    let open_end = r#"{"happened": "2022-07-01T00:00:00Z"}"#;
    assert_eq!(unbroken(24, &[open_end.to_owned()]), OPEN);
    let known_and_open = [
        span("01T00:00", &ends("02T00:00")),
        "{\"happened\": \"2022-07-10T00:00:00Z\"}".to_owned(),
    ];
    assert_eq!(unbroken(24, &known_and_open), YES);
    let nowhere = [format!("{{\"finished\": {}}}", ends("02T00:00"))];
    assert_eq!(unbroken(24, &nowhere), OPEN);
    assert_eq!(
        condition_truth("longest unbroken items with gaps at most 1 hour >= 1 hour", ""),
        OPEN
    );
    assert_eq!(
        condition_truth(
            "longest unbroken items with gaps at most 1 hour >= 1 hour",
            "\"items\": []"
        ),
        NO
    );
}
