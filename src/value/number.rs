use std::fmt;
use std::str::FromStr as _;

use rust_decimal::Decimal;

use super::Malformed;

/// An exact decimal number of at most 28 significant digits, shown as it was written.
///
/// ```
/// use duecare::value::Number;
/// let fee = Number::parse("125.10").unwrap();
/// assert_eq!(fee.to_string(), "125.10");
/// assert_eq!(fee, Number::parse("125.1").unwrap());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(Decimal);

/// Longest text that is looked at: sign, 28 digits, point, exponent, and leading zeros to spare.
const TEXT_LENGTH_MAX: usize = 64;

impl Number {
    const EXPECTED: Malformed =
        Malformed::expected("a number of at most 28 digits, as 1250 or 125.10");

    /// Reads a number from its source text, exponent notation included.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if !is_number(text) || text.len() > TEXT_LENGTH_MAX {
            return Err(Self::EXPECTED);
        }
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                (mantissa, i32::from_str(exponent).map_err(|_| Self::EXPECTED)?)
            }
            None => (text, 0),
        };
        let decimal = Decimal::from_str_exact(mantissa).map_err(|_| Self::EXPECTED)?;
        shift(decimal, exponent).map(Self).ok_or(Self::EXPECTED)
    }

    /// The number itself.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// The same number without trailing zeros, for canonical bytes.
    #[must_use]
    pub fn normalized(self) -> Self {
        Self(self.0.normalize())
    }
}

impl From<Decimal> for Number {
    fn from(decimal: Decimal) -> Self {
        Self(decimal)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number grammar of JSON, with leading zeros and a leading `+` allowed as spreadsheets write them.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_is_sound = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(mantissa),
    };
    let exponent_is_sound =
        exponent.is_none_or(|part| digits(part.strip_prefix(['-', '+']).unwrap_or(part)));
    mantissa_is_sound && exponent_is_sound
}

fn shift(decimal: Decimal, exponent: i32) -> Option<Decimal> {
    let scale = i32::try_from(decimal.scale()).ok()?.checked_sub(exponent)?;
    if let Ok(scale) = u32::try_from(scale) {
        return Decimal::try_from_i128_with_scale(decimal.mantissa(), scale).ok();
    }
    let zeros = scale.unsigned_abs();
    let mantissa = 10_i128.checked_pow(zeros)?.checked_mul(decimal.mantissa())?;
    Decimal::try_from_i128_with_scale(mantissa, 0).ok()
}

/// A share in hundredths: `85%` holds 85.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(Decimal);

impl Percent {
    /// Reads `85%` or `12.5 %`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let expected = Malformed::expected("a percentage with its sign, as 85%");
        let number = text.strip_suffix('%').ok_or_else(|| expected.clone())?;
        Number::parse(number.trim_end()).map(|number| Self(number.0)).map_err(|_| expected)
    }

    /// Reads a percentage from data, where the sign may be left out.
    ///
    /// Without the sign a number of at most one could be a fraction as well as a percentage, so it is
    /// refused rather than guessed; zero is zero either way.
    pub fn parse_lenient(text: &str) -> Result<Self, Malformed> {
        if text.ends_with('%') {
            return Self::parse(text);
        }
        let number = Number::parse(text)?.0;
        if number > Decimal::ZERO && number <= Decimal::ONE {
            return Err(Malformed::expected(
                "a percentage with its sign (`50%`, or `0.5%`): without it, a number up to 1 could be a fraction",
            ));
        }
        Ok(Self(number))
    }

    /// The number of hundredths.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }
}

impl From<Decimal> for Percent {
    fn from(decimal: Decimal) -> Self {
        Self(decimal)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_and_keep_their_scale() {
        for text in ["125.10", "0.1000000000000000055", "-3", "0", "79228162514264337593543950335"]
        {
            assert_eq!(Number::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Number::parse("1e3").unwrap().to_string(), "1000");
        assert_eq!(Number::parse("12.5E-1").unwrap().to_string(), "1.25");
    }

    #[test]
    fn what_is_not_an_exact_number_is_refused() {
        let long = "1".repeat(400);
        let tiny = format!("0.{}1", "0".repeat(30));
        for text in [
            "", "NaN", "inf", ".5", "5.", "1_000", "1,000", "0x10", "--1", "1e", "1e400", "1e-400",
            &long, &tiny,
        ] {
            assert!(Number::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_percentage_that_may_be_a_fraction_is_refused() {
        assert_eq!(Percent::parse_lenient("85").unwrap().to_string(), "85%");
        assert_eq!(Percent::parse_lenient("0.5%").unwrap().to_string(), "0.5%");
        assert_eq!(Percent::parse_lenient("0").unwrap().to_string(), "0%");
        assert!(Percent::parse_lenient("0.85").is_err());
        assert!(Percent::parse_lenient("1").is_err());
        assert!(Percent::parse("85").is_err());
    }
}
