//! What tokens cost, as dated data. Not a bill: discounts, cache writes, batches and tools are in no table.
//!
//! A price that is not known stays unknown. A server of one's own has no price per token, which is something else again.

use serde::Deserialize;

use crate::{Error, Usage};

const SHIPPED: &str = include_str!("prices.toml");

/// The price of one model, in micro-USD per million tokens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The provider's name in [the catalogue](crate::providers).
    pub provider: String,
    /// The model as the vendor names it. It stands for its dated snapshots too (`NAME-20250929`, `NAME-2025-08-07`); with a `*` at its
    /// end for everything that begins so.
    pub model: String,
    /// Tokens of the prompt.
    pub input: u64,
    /// Tokens of the prompt that were read from a cache; absent where that price is not known.
    #[serde(default)]
    pub cached_input: Option<u64>,
    /// Tokens that the model produced, reasoning included.
    pub output: u64,
    /// Above this many tokens of a prompt the price is another one, which is not known.
    #[serde(default)]
    pub input_up_to: Option<u64>,
    /// The day on which the source said so, `YYYY-MM-DD`.
    pub as_of: String,
    /// Where it said so.
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    provider: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    price: Vec<Price>,
    #[serde(default)]
    no_price_per_token: Vec<Server>,
}

/// Tables of prices; an earlier one hides what a later one says of the same model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    tables: Vec<Table>,
}

impl Prices {
    /// The table that comes with the program.
    ///
    /// # Errors
    /// [`Error::Configured`]; a test holds that there is none.
    pub fn shipped() -> Result<Self, Error> {
        Ok(Self { tables: vec![read(SHIPPED)?] })
    }

    /// The same prices behind a table of the user's own: TOML with `[[price]]` and `[[no_price_per_token]]` as in the shipped one.
    ///
    /// # Errors
    /// [`Error::Configured`] with the place.
    pub fn overridden_by(mut self, table: &str) -> Result<Self, Error> {
        self.tables.insert(0, read(table)?);
        Ok(self)
    }

    /// The price of a model, where it is known. In one table a name comes before its snapshots, and both before a `*`, the longest first.
    #[must_use]
    pub fn find(&self, provider: &str, model: &str) -> Option<&Price> {
        self.tables
            .iter()
            .find_map(|table| {
                let of = table.price.iter().filter(|price| price.provider == provider);
                of.filter_map(|price| Some((nearness(&price.model, model)?, price))).max_by_key(|(near, _)| *near)
            })
            .map(|(_, price)| price)
    }

    /// Whether a provider is one for which a price per token does not exist.
    #[must_use]
    pub fn is_without_price_per_token(&self, provider: &str) -> bool {
        self.tables.iter().flat_map(|table| &table.no_price_per_token).any(|server| server.provider == provider)
    }

    /// What a call cost, in micro-USD; `None` where a price or a count is not known.
    #[must_use]
    pub fn cost(&self, provider: &str, model: &str, usage: &Usage) -> Option<i64> {
        self.find(provider, model)?.cost(usage)
    }
}

impl Price {
    /// What these tokens cost, in micro-USD: `(uncached · input + cached · cached_input + output · output) / 10⁶`, rounded once, half
    /// up.
    ///
    /// `None` where the input or the output was not counted, where cached tokens have no known price, or where the prompt is longer than the
    /// price holds for. Where cached tokens were not counted all input has the full price: then the cost is an upper bound.
    #[must_use]
    pub fn cost(&self, usage: &Usage) -> Option<i64> {
        let (input, output) = (usage.input?, usage.output?);
        if self.input_up_to.is_some_and(|limit| input > limit) {
            return None;
        }
        let cached = usage.cached_input.unwrap_or(0).min(input);
        let cached_price = if cached == 0 { 0 } else { self.cached_input? };
        let of = |tokens: u64, price: u64| u128::from(tokens).checked_mul(u128::from(price));
        let sum = of(input - cached, self.input)?
            .checked_add(of(cached, cached_price)?)?
            .checked_add(of(output, self.output)?)?;
        i64::try_from(sum.checked_add(500_000)? / 1_000_000).ok()
    }
}

/// How near a name in the table is to a model: the name itself, a dated snapshot of it, everything that begins so.
fn nearness(name: &str, model: &str) -> Option<(u8, usize)> {
    match name.strip_suffix('*') {
        Some(beginning) => model.starts_with(beginning).then_some((0, beginning.len())),
        None => match model.strip_prefix(name)? {
            "" => Some((2, name.len())),
            rest => is_date(rest.strip_prefix('-')?).then_some((1, name.len())),
        },
    }
}

/// `20250929` or `2025-08-07`.
fn is_date(text: &str) -> bool {
    let shape: String = text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    shape == "00000000" || shape == "0000-00-00"
}

fn read(text: &str) -> Result<Table, Error> {
    let table: Table = toml::from_str(text).map_err(|error| Error::Configured { what: format!("prices: {error}") })?;
    for price in &table.price {
        if !is_date(&price.as_of) || price.as_of.len() != 10 {
            let what = format!(
                "prices: {}: field `as_of`: expected YYYY-MM-DD, found \"{}\"",
                price.model.escape_debug(),
                price.as_of.escape_debug()
            );
            return Err(Error::Configured { what });
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input: u64, cached_input: Option<u64>, output: u64) -> Usage {
        Usage { input: Some(input), cached_input, output: Some(output), reasoning: None }
    }

    fn table(rows: &[(&str, u64)]) -> String {
        let row = |(model, input): &(&str, u64)| {
            format!(
                "[[price]]\nprovider = \"p\"\nmodel = \"{model}\"\ninput = {input}\noutput = 4\nas_of = \"2026-01-02\"\nsource = \"s\"\n"
            )
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn the_shipped_table_is_valid_and_has_each_model_once() {
        let prices = Prices::shipped().unwrap();
        let rows = &prices.tables[0].price;
        for price in rows {
            assert_eq!(prices.find(&price.provider, &price.model), Some(price));
            assert!(price.cached_input.is_none_or(|cached| cached <= price.input), "{}", price.model);
            assert!(price.input > 0 && price.output >= price.input && !price.source.is_empty(), "{}", price.model);
        }
        for provider in ["vllm", "ollama", "llama-cpp"] {
            assert!(prices.is_without_price_per_token(provider));
            assert_eq!(prices.cost(provider, "any", &usage(1, None, 1)), None, "no price is not a price of 0");
        }
    }

    #[test]
    fn a_name_its_snapshots_and_nothing_else() {
        let own = table(&[("m-5", 1), ("m-5-mini", 2), ("m-*", 3), ("m-5-2025-01-01", 4)]);
        let prices = Prices { tables: vec![read(&own).unwrap()] };
        let input = |model: &str| prices.find("p", model).map(|price| price.input);
        assert_eq!(input("m-5"), Some(1));
        assert_eq!(input("m-5-2025-08-07"), Some(1), "a snapshot");
        assert_eq!(input("m-5-20250807"), Some(1), "a snapshot");
        assert_eq!(input("m-5-2025-01-01"), Some(4), "named itself");
        assert_eq!(input("m-5-mini-2025-08-07"), Some(2));
        assert_eq!(input("m-5-nano"), Some(3), "another model, and the ending stands for it");
        assert_eq!(input("n"), None);
        assert_eq!(prices.find("q", "m-5"), None);
    }

    #[test]
    fn a_users_table_comes_first() {
        let shipped = Prices { tables: vec![read(&table(&[("m", 1), ("n", 1)])).unwrap()] };
        let prices = shipped.overridden_by(&table(&[("m*", 7)])).unwrap();
        assert_eq!(prices.find("p", "m").map(|price| price.input), Some(7), "even where the shipped name is nearer");
        assert_eq!(prices.find("p", "n").map(|price| price.input), Some(1));
        for (wrong, said) in [
            ("[[price]]\nmodel = \"m\"", "provider"),
            ("[[prise]]", "prise"),
            (&table(&[("m", 1)]).replace("2026-01-02", "20260102"), "as_of"),
        ] {
            let Err(Error::Configured { what }) = Prices::shipped().unwrap().overridden_by(wrong) else {
                panic!("refused: {wrong}")
            };
            assert!(what.contains(said), "{what}");
        }
    }

    #[test]
    fn cost_is_rounded_once_and_unknown_where_anything_is() {
        let price = Price {
            provider: "p".to_owned(),
            model: "m".to_owned(),
            input: 3_000_000,
            cached_input: Some(300_000),
            output: 15_000_000,
            input_up_to: Some(1_000_000),
            as_of: "2026-01-02".to_owned(),
            source: "s".to_owned(),
        };
        assert_eq!(price.cost(&usage(1000, Some(400), 10)), Some(600 * 3 + 120 + 150));
        assert_eq!(price.cost(&usage(1000, None, 10)), Some(3150), "an upper bound");
        assert_eq!(price.cost(&usage(0, None, 0)), Some(0), "nothing was used");
        let cents = Price { input: 250_000, output: 250_000, ..price.clone() };
        assert_eq!(cents.cost(&usage(1, None, 1)), Some(1), "0.25 and 0.25 are rounded together");
        assert_eq!(cents.cost(&usage(1, None, 0)), Some(0));
        assert_eq!(price.cost(&usage(1_000_001, None, 1)), None, "the price does not hold there");
        assert_eq!(price.cost(&Usage { output: None, ..usage(1, None, 1) }), None);
        assert_eq!(price.cost(&Usage { input: None, ..usage(1, None, 1) }), None);
        let uncached = Price { cached_input: None, ..price.clone() };
        assert_eq!(uncached.cost(&usage(10, Some(1), 0)), None);
        assert_eq!(uncached.cost(&usage(10, Some(0), 0)), Some(30));
        let huge = Price { input: u64::MAX, input_up_to: None, ..price };
        assert_eq!(huge.cost(&usage(u64::MAX, None, u64::MAX)), None, "more than can be counted");
    }
}
