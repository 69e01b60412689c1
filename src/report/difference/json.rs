use serde::Serialize;

use super::Compared;
use crate::review::Comparison;
use crate::review::impact::Impact;

/// What changed, and what becomes of a roster.
#[derive(Serialize)]
struct Measured<'c> {
    #[serde(flatten)]
    comparison: &'c Comparison,
    impact: &'c Impact,
}

/// What changed, as `duecare.diff/1`; without a roster it is `Comparison::to_json`.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "it does not")]
pub fn difference_json(compared: &Compared<'_>) -> String {
    let Some((_, impact)) = compared.impact else { return compared.comparison.to_json() };
    let measured = Measured { comparison: compared.comparison, impact };
    #[expect(clippy::expect_used, reason = "it has no keys but texts, and writes into memory")]
    let text = serde_json::to_string_pretty(&measured).expect("JSON of a comparison");
    text + "\n"
}
