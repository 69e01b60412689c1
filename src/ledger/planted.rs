//! Bugs that tests plant, to see that the suite finds them. Without the feature `planted-bugs` there are none.

/// A bug that can be planted; its name says what is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, unreachable_pub, reason = "seen from outside with the feature alone")]
pub enum Bug {
    SkipFrameSync,
    SkipSegmentFolderSync,
    AnswerBeforeSync,
    IgnoreFrameDigest,
    KeepTornTail,
    CutCorruptMiddle,
    PublishBeforeFrame,
    SkipPackSync,
    SkipSubjectSync,
    SkipBlobSync,
    SkipTileSync,
    SkipHeadSync,
    SkipRecoverySync,
    ReuseIndex,
    UnchainedFrames,
    SkipPublishedCheck,
    ForgetErasures,
    AcceptEmptyLog,
    IgnoreHeadSignature,
    IgnoreOrdinals,
    IgnoreBlobContent,
    IgnoreVault,
}

#[cfg(feature = "planted-bugs")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
}

/// Whether a bug is planted.
#[cfg(feature = "planted-bugs")]
pub(super) fn is(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Whether a bug is planted.
#[cfg(not(feature = "planted-bugs"))]
pub(super) const fn is(_bug: Bug) -> bool {
    false
}

/// Plants a bug in what this thread does from now on, or none.
#[cfg(feature = "planted-bugs")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}
