use super::{Judged, pack};
use crate::hir::Outcome;
use crate::roster::{Fact, Problem};
use crate::types::FieldSlot;

/// Outcomes by the bytes they are packed as: in the order in which they are declared.
const OUTCOMES: [Outcome; 13] = [
    Outcome::Hit,
    Outcome::Clear,
    Outcome::Unknown,
    Outcome::NotApplicable,
    Outcome::NotCovered,
    Outcome::Excepted,
    Outcome::Reviewed,
    Outcome::Met,
    Outcome::Failed,
    Outcome::Unmet,
    Outcome::Expired,
    Outcome::Waived,
    Outcome::NotRequired,
];

/// What one decided record adds to the summary.
#[cfg_attr(test, derive(Clone, Debug, PartialEq, Eq))]
pub(super) struct Counts {
    pub(super) decision: usize,
    pub(super) settled: bool,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) needs: Vec<String>,
    pub(super) unknown_fields: Vec<bool>,
    pub(super) bad_values: Vec<Problem>,
    pub(super) unmapped: Vec<String>,
    pub(super) carried: Vec<usize>,
}

impl Counts {
    pub(super) fn new(
        judged: &Judged<'_, '_>,
        bad_values: Vec<Problem>,
        unmapped: Vec<String>,
    ) -> Self {
        let Judged { engine, record, judgement } = judged;
        let unknown_fields = match &record.facts {
            Fact::Record(fields) => {
                fields.iter().map(|fact| matches!(fact, Fact::Unknown)).collect()
            }
            Fact::Unknown | Fact::None | Fact::Value(_) | Fact::List(_) => Vec::new(),
        };
        let left_out = engine.program().not_collected.iter().enumerate();
        let carried = left_out.filter(|(_, path)| has_known(&record.facts, path));
        Self {
            decision: judgement.decision.index(),
            settled: judgement.settled,
            outcomes: judgement.rules.iter().map(|judged| judged.outcome).collect(),
            needs: judgement.needs.iter().map(|(need, _)| engine.path(&need.steps)).collect(),
            unknown_fields,
            bad_values,
            unmapped,
            carried: carried.map(|(place, _)| place).collect(),
        }
    }

    /// As bytes, to be read back; nothing of counts that have values which cannot be read, which are rare
    /// and long.
    pub(super) fn pack(&self, to: &mut Vec<u8>) -> Option<()> {
        if !self.bad_values.is_empty() {
            return None;
        }
        pack::number(self.decision, to)?;
        to.push(u8::from(self.settled));
        pack::number(self.outcomes.len(), to)?;
        to.extend(self.outcomes.iter().map(|outcome| *outcome as u8));
        pack::number(self.unknown_fields.len(), to)?;
        to.extend(self.unknown_fields.iter().map(|is_unknown| u8::from(*is_unknown)));
        pack::number(self.carried.len(), to)?;
        self.carried.iter().try_for_each(|place| pack::number(*place, to))?;
        for texts in [&self.needs, &self.unmapped] {
            pack::number(texts.len(), to)?;
            texts.iter().try_for_each(|text| pack::text(text, to))?;
        }
        Some(())
    }

    /// From the bytes of `pack`.
    pub(super) fn unpack(from: &mut &[u8]) -> Option<Self> {
        Some(Self {
            decision: pack::take_number(from)?,
            settled: pack::take_yes_no(from)?,
            outcomes: pack::take_bytes(from)?
                .iter()
                .map(|byte| OUTCOMES.get(usize::from(*byte)).copied())
                .collect::<Option<_>>()?,
            unknown_fields: pack::take_bytes(from)?
                .iter()
                .map(|byte| pack::yes_no(*byte))
                .collect::<Option<_>>()?,
            carried: pack::take_list(from, pack::take_number)?,
            needs: pack::take_list(from, pack::take_text)?,
            unmapped: pack::take_list(from, pack::take_text)?,
            bad_values: Vec::new(),
        })
    }
}

/// Whether a field is known anywhere in the record.
fn has_known(fact: &Fact<'_>, steps: &[FieldSlot]) -> bool {
    match (fact, steps.split_first()) {
        (Fact::Unknown, _) => false,
        (Fact::List(elements), _) if !steps.is_empty() => {
            elements.iter().any(|element| has_known(element, steps))
        }
        (_, Some((slot, rest))) => has_known(fact.field(*slot), rest),
        (_, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_read_back() {
        let counts = Counts {
            decision: 3,
            settled: true,
            outcomes: OUTCOMES.to_vec(),
            needs: vec!["logins.ip".to_owned()],
            unknown_fields: vec![true, false, true],
            bad_values: Vec::new(),
            unmapped: vec!["notes".to_owned(), String::new()],
            carried: vec![0, 2],
        };
        let mut bytes = Vec::new();
        counts.pack(&mut bytes).unwrap();
        let mut rest = bytes.as_slice();
        assert_eq!(Counts::unpack(&mut rest), Some(counts.clone()));
        assert!(rest.is_empty());
        for length in 0..bytes.len() {
            assert_eq!(Counts::unpack(&mut &bytes[..length]), None, "{length}");
        }
        let problem = Problem::of_record("no date");
        assert_eq!(Counts { bad_values: vec![problem], ..counts }.pack(&mut bytes), None);
    }
}
