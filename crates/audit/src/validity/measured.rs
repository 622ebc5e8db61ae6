//! Rates of detectors, measured once on labels and written down with their source. Not simulated: labels of real chains are no planted data.
//!
//! The numbers stand in `measured.toml`; `scripts/rederive` and the tests that it names measure them again where the labels are at hand.

use serde::Deserialize;

use super::delivered::{Delivered, Share, State};
use super::regime::Regime;
use super::row::Kind;
use super::table::Line;

const MEASURED: &str = include_str!("measured.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    rate: Vec<Rate>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rate {
    row: String,
    what: String,
    value: f64,
    low: f64,
    high: f64,
    n: u64,
    source: String,
}

/// A line for each rate; the numbers stand under "as assumed".
pub(super) fn lines() -> Vec<Line> {
    let Ok(measured) = toml::from_str::<Measured>(MEASURED) else { return Vec::new() };
    measured
        .rate
        .into_iter()
        .map(|rate| {
            let share = Some(Share { share: rate.value, low: rate.low, high: rate.high, of: rate.n });
            let mut cells = vec![Delivered {
                state: State::Measured,
                share,
                width: None,
                power: None,
                undefined: 0.0,
                why: rate.source,
            }];
            cells.extend(Regime::ALL.iter().skip(1).map(|_| Delivered::absent("labels as they are")));
            Line { row: rate.row, what: rate.what, kind: Kind::Measured, claims: Vec::new(), cells, since: None }
        })
        .collect()
}

/// A measured rate as it stands in a sentence: "76.2 % [66.8, 84.6], n = 172"; `None` where there is no such row.
pub(crate) fn said(row: &str) -> Option<String> {
    let line = lines().into_iter().find(|line| line.row == row)?;
    let share = line.in_regime(Regime::AsAssumed)?.share?;
    let [value, low, high] = [share.share, share.low, share.high].map(|share| 100.0 * share);
    Some(format!("{value:.1} % [{low:.1}, {high:.1}], n = {}", share.of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_said_with_its_interval() {
        assert!(said("backtracking.recall").is_some_and(|said| said.contains(" % [") && said.contains("n = ")));
        assert_eq!(said("no.such.row"), None);
    }

    #[test]
    fn every_rate_has_an_interval_around_it_and_a_source() {
        let measured: Measured = toml::from_str(MEASURED).unwrap();
        assert!(!measured.rate.is_empty());
        for rate in measured.rate {
            assert!(rate.low <= rate.value && rate.value <= rate.high && rate.n > 0, "{rate:?}");
            assert!(!rate.source.is_empty() && rate.row.contains('.'), "{rate:?}");
        }
    }
}
