/// How large the files of a log grow before others follow them, and how often heads are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A segment that has grown to so many bytes is followed by a new one.
    pub segment_size: u64,
    /// A pack that has grown to so many bytes is followed by a new one.
    pub pack_size: u64,
    /// Leaves after which a head is published during a long run.
    pub publish_after: u64,
    /// Bytes of leaves that one frame holds at most, but for one leaf that is larger.
    pub frame_size: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            segment_size: 64 * 1024 * 1024,
            pack_size: 256 * 1024 * 1024,
            publish_after: 64 * 1024,
            frame_size: 16 * 1024 * 1024,
        }
    }
}
