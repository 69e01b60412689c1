use std::fmt;

use super::{Malformed, Number};

/// An ISO 4217 currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Reads a code in capital letters, as `USD`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        text.bytes()
            .all(|letter| letter.is_ascii_uppercase())
            .then(|| iso_currency::Currency::from_code(text))
            .flatten()
            .map(Self)
            .ok_or(Malformed::expected("a three-letter ISO 4217 currency code, as USD or EUR"))
    }

    /// The three letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// How much, exactly.
    pub amount: Number,
    /// In which currency.
    pub currency: Currency,
}

impl Money {
    /// Reads `125.00 USD`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let expected = Malformed::expected("an amount and a currency, as 125.00 USD");
        let (amount, currency) = text.rsplit_once(' ').ok_or_else(|| expected.clone())?;
        let amount = Number::parse(amount.trim_end()).map_err(|_| expected.clone())?;
        let currency = Currency::parse(currency).map_err(|_| expected)?;
        Ok(Self { amount, currency })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_needs_its_currency() {
        assert_eq!(Money::parse("125.10 USD").unwrap().to_string(), "125.10 USD");
        for text in ["125.10", "USD", "125.10 usd", "125.10 XYZ", "$125", "1,000 USD", "USD 5"] {
            assert!(Money::parse(text).is_err(), "{text}");
        }
    }
}
