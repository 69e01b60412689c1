//! The suite can fail: every bug that is planted in the ledger is found by it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use duecare::ledger::planted::{Bug, plant};

use super::sample::{small_limits, whole_log};
use super::{faults, flips, garbled};

/// What looks for a bug.
type Suite = fn() -> Result<(), String>;

/// The first of the suites that finds a bug, with what it says.
fn found(bug: Option<Bug>) -> Option<String> {
    plant(bug);
    let suites: [(&str, Suite); 4] = [
        ("garbled", garbled::suite),
        ("refusals", || flips::refusals(501).map(drop)),
        ("faults", || faults::suite(1, 1500, &mut faults::Tally::default())),
        ("flips", || flips::some_bits(&whole_log(small_limits(), 40), 8).map(drop)),
    ];
    let outcome = suites.into_iter().find_map(|(name, suite)| {
        let outcome =
            catch_unwind(AssertUnwindSafe(suite)).unwrap_or_else(|_| Err("it panics".to_owned()));
        outcome.err().map(|what| format!("{name}: {what}"))
    });
    plant(None);
    outcome
}

/// A test for each bug, so that one that is not found has a name.
macro_rules! bugs {
    ($($test:ident: $bug:ident,)+) => {$(
        #[test]
        fn $test() {
            let found = found(Some(Bug::$bug));
            eprintln!("{found:?}");
            assert!(found.is_some(), "nobody found it");
        }
    )+};
}

#[test]
fn without_a_bug_nothing_is_found() {
    assert_eq!(found(None), None);
}

bugs! {
    a_frame_that_is_not_synced: SkipFrameSync,
    a_segment_whose_name_is_not_synced: SkipSegmentFolderSync,
    an_answer_before_the_disk_has_it: AnswerBeforeSync,
    a_frame_whose_digest_is_not_checked: IgnoreFrameDigest,
    a_torn_end_that_is_kept: KeepTornTail,
    a_changed_frame_that_is_cut_off_with_those_behind: CutCorruptMiddle,
    a_head_that_is_published_before_its_frame: PublishBeforeFrame,
    a_pack_that_is_not_synced: SkipPackSync,
    keys_of_subjects_that_are_not_synced: SkipSubjectSync,
    a_blob_that_is_not_synced: SkipBlobSync,
    tiles_that_are_not_synced: SkipTileSync,
    a_head_that_is_not_synced: SkipHeadSync,
    what_is_found_is_not_synced: SkipRecoverySync,
    an_index_that_is_used_twice: ReuseIndex,
    frames_that_are_not_chained: UnchainedFrames,
    a_log_that_is_opened_below_its_published_head: SkipPublishedCheck,
    erasures_that_are_forgotten: ForgetErasures,
    an_empty_log_that_passes: AcceptEmptyLog,
    a_head_that_nobody_signed: IgnoreHeadSignature,
    a_record_that_is_left_out: IgnoreOrdinals,
    a_blob_of_another_content: IgnoreBlobContent,
    a_vault_that_is_not_compared: IgnoreVault,
}
