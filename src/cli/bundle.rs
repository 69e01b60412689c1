//! The policies and the roster that come with the program, for the tour.

use std::io;
use std::path::Path;

/// Every bundled file with its path in the bundle.
pub(crate) const FILES: [(&str, &str); 4] = [
    ("policies/records/contractor.due", include_str!("../../policies/records/contractor.due")),
    (
        "policies/sources/advisory-2022.due",
        include_str!("../../policies/sources/advisory-2022.due"),
    ),
    (POLICY, include_str!("../../policies/dprk-it-workers/1.0.0.due")),
    (ROSTER, include_str!("../../policies/dprk-it-workers/examples/roster.jsonl")),
];

/// The policy of the tour.
pub(crate) const POLICY: &str = "policies/dprk-it-workers/1.0.0.due";

/// The roster of the tour.
pub(crate) const ROSTER: &str = "policies/dprk-it-workers/examples/roster.jsonl";

/// The time of the tour, at which the policy is in force.
pub(crate) const AS_OF: &str = "2022-08-01T00:00:00Z";

/// A bundled file.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    FILES
        .iter()
        .find(|(name, _)| Path::new(name) == path)
        .map(|(_, text)| text.as_bytes().to_vec())
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "it is not in the bundle"))
}
