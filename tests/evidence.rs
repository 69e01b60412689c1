//! What a hit rests on, and what would settle an unknown rule.

use crate::support::{AS_OF, judge, needs, rule_of, shipped};
use duecare::engine::Engine;

fn engine() -> Engine {
    shipped("policies/dprk-it-workers/1.0.0.due", AS_OF)
}

/// The digest of what a rule rests on, which must be hit.
fn digest(engine: &Engine, rule: &str, facts: &str) -> String {
    let judgement = judge(engine, &format!(r#"{{"id": "C-1", {facts}}}"#));
    let judged = rule_of(engine, &judgement, rule);
    assert_eq!(judged.outcome.word(), "hit", "{facts}");
    judged.indicator.as_ref().unwrap().evidence_digest.as_ref().unwrap().to_string()
}

/// Each fact set is evidence of its own: no two have the same digest.
fn all_differ(rule: &str, facts: &[&str]) {
    let engine = engine();
    let mut digests: Vec<String> = facts.iter().map(|facts| digest(&engine, rule, facts)).collect();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), facts.len(), "{rule}");
}

#[test]
fn what_is_counted_is_evidence() {
    let charge = |day: u32, usd: u32| {
        format!(
            r#"{{"charged_at": "2022-07-{day:02}T10:00:00Z", "amount": "{usd} USD", "authorised": false}}"#
        )
    };
    let charges = |charges: &[String]| format!(r#""company_charges": [{}]"#, charges.join(", "));
    let three = [charge(1, 20), charge(2, 30), charge(3, 40)];
    let four = [&three[..], &[charge(4, 50)]].concat();
    let later = [charge(1, 20), charge(2, 30), charge(9, 40)];
    let dearer = [charge(1, 20), charge(2, 30), charge(3, 41)];
    let sets = [&three[..], &four, &later, &dearer].map(charges);
    all_differ("small_unauthorised_charges", &sets.each_ref().map(String::as_str));
}

#[test]
fn every_window_that_hits_is_evidence() {
    let login = |time: &str, ip: &str| {
        format!(
            r#"{{"account": "a", "started_at": "{time}", "network": "residential", "country": "US", "ip": "{ip}"}}"#
        )
    };
    let burst = |day: &str| {
        (0..4).map(|n| login(&format!("{day}T1{n}:00:00Z"), &format!("198.51.10{n}.7"))).collect()
    };
    let first: Vec<String> = burst("2022-07-01");
    let second: Vec<String> = burst("2022-07-20");
    let moved: Vec<String> = burst("2022-07-02");
    let sets = [first.clone(), [first, second].concat(), moved]
        .map(|logins| format!(r#""logins": [{}]"#, logins.join(", ")));
    all_differ("rapid_address_changes", &sets.each_ref().map(String::as_str));
}

#[test]
fn the_end_of_a_session_is_evidence() {
    let session = |end: &str| {
        format!(
            r#""logins": [{{"account": "a", "started_at": "2022-07-01T00:00:00Z", "ended_at": {end}, "service_account": false}}]"#
        )
    };
    let sets = [r#""2022-07-02T00:00:00Z""#, r#""2022-07-02T06:00:00Z""#, "null"].map(session);
    all_differ("continuous_login", &sets.each_ref().map(String::as_str));
}

#[test]
fn the_time_of_what_is_judged_is_evidence() {
    let meetings = |day: &str| {
        format!(
            r#""meetings": [
              {{"scheduled_at": "2022-07-01T10:00:00Z", "camera_requested": true, "camera_on": false}},
              {{"scheduled_at": "{day}T10:00:00Z", "camera_requested": true, "camera_on": false}}]"#
        )
    };
    let sets = ["2022-07-05", "2022-07-06"].map(meetings);
    all_differ("avoids_video", &sets.each_ref().map(String::as_str));
}

#[test]
fn what_a_hit_does_not_rest_on_is_no_evidence() {
    let engine = engine();
    let payments = |extra: &str| {
        format!(
            r#""claimed_location": {{"country": "US"}}, "payments": [
              {{"paid_at": "2022-07-01T10:00:00Z", "bank_country": "CN", "intermediaries": []}},
              {{"paid_at": "2022-07-02T10:00:00Z", "bank_country": "US", "intermediaries": []{extra}}}]"#
        )
    };
    let rule = "transfers_through_payment_platforms";
    let plain = digest(&engine, rule, &payments(""));
    let with_more = digest(&engine, rule, &payments(r#", "payee_name": "Aster Sample""#));
    assert_eq!(plain, with_more);
}

#[test]
fn an_open_end_of_a_session_is_needed() {
    let engine = engine();
    let judgement = judge(
        &engine,
        r#"{"id": "C-1", "logins": [{"account": "a", "started_at": "2022-07-01T00:00:00Z", "service_account": false}]}"#,
    );
    assert_eq!(needs(&engine, &judgement, "continuous_login"), ["logins.ended_at"]);
}

#[test]
fn the_missing_part_of_an_address_is_needed() {
    let engine = engine();
    let judgement = judge(
        &engine,
        r#"{"id": "C-1",
            "identity_documents": [{"address": {"line1": "1 Main Street", "city": "Springfield", "country": "US"}}],
            "shipments": [{"requested_on": "2022-07-01", "recent_move_documented": false,
              "cannot_receive_at_document_address": false, "address_kind": "residence", "requested_by_contractor": true,
              "address": {"line1": "1 Main Street", "city": "Springfield", "postcode": "12345", "country": "US"}}]}"#,
    );
    assert_eq!(
        needs(&engine, &judgement, "ships_to_undocumented_address"),
        ["identity_documents.address.postcode"]
    );
}

#[test]
fn a_control_that_may_have_to_be_done_needs_what_decides_so() {
    let engine = engine();
    let judgement = judge(
        &engine,
        r#"{"id": "C-1", "checks": [], "company_charges": [
            {"charged_at": "2022-07-01T10:00:00Z", "authorised": false},
            {"charged_at": "2022-07-02T10:00:00Z", "authorised": false, "amount": "5 USD"}]}"#,
    );
    assert_eq!(rule_of(&engine, &judgement, "charges_reviewed").outcome.word(), "unknown");
    assert_eq!(needs(&engine, &judgement, "charges_reviewed"), ["company_charges.amount"]);
}
