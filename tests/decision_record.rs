//! The decision record in full, for a hit, for missing facts and for controls.

use duecare::eval::Detail;

use crate::support::{AS_OF, shipped_with_roster, with_record};

#[test]
fn decision_records_have_the_documented_form() {
    let (engine, roster) = shipped_with_roster(AS_OF);
    for subject in ["C-1005", "C-1017", "C-1022"] {
        let record = roster.lines().find(|line| line.contains(subject)).unwrap();
        let decision = with_record(&engine, record, |record| {
            let judgement = engine.judge(record, Detail::Full);
            serde_json::to_string_pretty(&engine.decision(record, &judgement)).unwrap()
        });
        // The digest of the policy changes with every word of it.
        let digest = engine.policy().digest.to_string();
        let decision = decision.replace(&digest, "sha256:(of the policy)");
        insta::with_settings!({
            snapshot_path => "golden",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(format!("decision_{subject}"), decision);
        });
    }
}
