use std::io;

/// Where random bytes come from: the operating system, or a seed in tests.
pub trait Random: Send + Sync {
    /// Fills bytes.
    ///
    /// # Errors
    /// If there are none.
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()>;
}
