use std::fmt;
use std::str::FromStr;

use duecare::run::SoFar;

/// Records that are read before a share of them is looked at: among few, one is a large share.
const SHARE_FROM: u64 = 1_000;

/// Hundredths of a percent in one whole.
const WHOLE: u64 = 10_000;

/// How many records may be refused before a run is hopeless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MaxRefused {
    Records(u64),
    /// In hundredths of a percent of the records read.
    Share(u64),
}

impl MaxRefused {
    /// Whether too many are refused while a run goes on.
    pub(super) fn is_passed(self, so_far: &SoFar) -> bool {
        let is_early = matches!(self, Self::Share(_)) && so_far.records < SHARE_FROM;
        !is_early && self.is_passed_by(so_far.records, so_far.refused)
    }

    /// Whether too many of all records are refused.
    pub(super) fn is_passed_by(self, records: u64, refused: u64) -> bool {
        match self {
            Self::Records(most) => refused > most,
            Self::Share(most) => {
                u128::from(refused) * u128::from(WHOLE) > u128::from(records) * u128::from(most)
            }
        }
    }
}

impl fmt::Display for MaxRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Records(most) => most.fmt(f),
            Self::Share(most) if most % 100 == 0 => write!(f, "{}%", most / 100),
            Self::Share(most) => write!(f, "{}.{:02}%", most / 100, most % 100),
        }
    }
}

impl FromStr for MaxRefused {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || "expected a number of records, as 100, or a share of them, as 2.5%".to_owned();
        let Some(share) = text.strip_suffix('%') else {
            return text.parse().map(Self::Records).map_err(|_| expected());
        };
        let (whole, part) = share.split_once('.').unwrap_or((share, "0"));
        if part.len() > 2 || !part.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(expected());
        }
        let whole: u64 = whole.parse().map_err(|_| expected())?;
        let part: u64 = format!("{part:0<2}").parse().map_err(|_| expected())?;
        let hundredths = whole.checked_mul(100).and_then(|whole| whole.checked_add(part));
        hundredths.filter(|share| *share <= WHOLE).map(Self::Share).ok_or_else(expected)
    }
}

#[cfg(test)]
mod tests {
    use super::MaxRefused;

    #[test]
    fn a_number_or_a_share() {
        let read = |text: &str| text.parse::<MaxRefused>();
        assert_eq!(read("0"), Ok(MaxRefused::Records(0)));
        assert_eq!(read("5%"), Ok(MaxRefused::Share(500)));
        assert_eq!(read("2.5%"), Ok(MaxRefused::Share(250)));
        assert_eq!(read("0.05%").unwrap().to_string(), "0.05%");
        for wrong in ["", "%", "-1", "101%", "1.234%", "1.%%", "ten", "1.-5%"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_share_is_passed_by_more_than_it() {
        let two_percent = MaxRefused::Share(200);
        assert!(!two_percent.is_passed_by(100, 2));
        assert!(two_percent.is_passed_by(100, 3));
        assert!(MaxRefused::Records(0).is_passed_by(5, 1));
    }
}
