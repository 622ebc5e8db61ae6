//! Efforts in their order, from off to the most: by what their names say, else by what their calls spent. Not what more of it brings.

use candor_llm::Effort;

use crate::spent::{Spending, Spent};

/// The levels that vendors name, from the least to the most.
const RANKED: [&str; 9] = ["minimal", "very low", "low", "medium", "default", "high", "xhigh", "very high", "max"];

/// Where an effort stands: off first, then budgets by their tokens, then named levels by their rank, then unknown names by their letters.
pub(crate) fn rank(effort: &str) -> (u8, u64, String) {
    // Rows keep an effort as it is shown: a budget with its unit.
    let shown = effort.strip_suffix(" tokens").unwrap_or(effort);
    match Effort::from_foreign(shown) {
        Effort::Off => (0, 0, String::new()),
        Effort::Budget(tokens) => (1, u64::from(tokens), String::new()),
        Effort::Level(name) => match RANKED.iter().position(|ranked| *ranked == name) {
            Some(at) => (2, at as u64, String::new()),
            None => (3, 0, name),
        },
    }
}

/// Whether the order of two efforts is known, so that one may be called the higher.
pub(crate) fn ordered(first: &str, second: &str) -> bool {
    let (first, second) = (rank(first), rank(second));
    first.0 == 0 || (first.0 == second.0 && first.0 < 3)
}

/// What the budgets of a series are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Tokens, 0 for off.
    Tokens,
    /// Named levels, of which only the order is known; off comes first.
    Levels,
}

/// Whether an effort stands on that scale, and where: its tokens, or its rank.
pub(crate) fn on(scale: Scale, effort: &str) -> Option<f64> {
    match (scale, rank(effort)) {
        (_, (0, ..)) => Some(0.0),
        (Scale::Tokens, (1, tokens, _)) => Some(tokens as f64),
        (Scale::Levels, (2, at, _)) => Some(1.0 + at as f64),
        _ => None,
    }
}

/// From where the order of some efforts is known.
#[derive(Debug, Clone, PartialEq)]
enum By {
    /// Their names say it.
    Names,
    /// Their calls spent more and more of this; the means, in that order.
    Spent(Spending, Vec<(String, f64)>),
    /// From nowhere.
    Unknown,
}

/// The efforts of one model, lowest first, and from where that is known.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    names: Vec<String>,
    by: By,
}

/// At most this many efforts are named in a sentence.
const MOST_NAMED: usize = 8;

impl Order {
    /// Puts efforts in order. Where their names do not say it for all of them, the first of reasoning tokens, output tokens and cost that most
    /// calls of every effort but off have recorded decides by its mean over all calls; not where two means are the same, nor where it contradicts
    /// names that do say an order.
    pub(crate) fn of<'a>(efforts: impl IntoIterator<Item = (&'a str, &'a Spent)>) -> Self {
        let mut efforts: Vec<(&str, &Spent)> = efforts.into_iter().collect();
        efforts.sort_by_cached_key(|(effort, _)| rank(effort));
        let names = |efforts: &[(&str, &Spent)]| efforts.iter().map(|(effort, _)| (*effort).to_owned()).collect();
        let say = |pair: &[(&str, &Spent)]| matches!(pair, [(low, _), (high, _)] if ordered(low, high));
        if efforts.windows(2).all(say) {
            return Self { names: names(&efforts), by: By::Names };
        }
        let (off, thinking): (Vec<_>, Vec<_>) = efforts.iter().copied().partition(|(effort, _)| rank(effort).0 == 0);
        let recorded = Spending::ALL.into_iter().find_map(|what| {
            let means: Option<Vec<(&str, f64)>> =
                thinking.iter().map(|(effort, spent)| Some((*effort, spent.mean(what)?))).collect();
            Some((what, means?))
        });
        let Some((what, mut means)) = recorded else { return Self { names: names(&efforts), by: By::Unknown } };
        means.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        let apart = means.windows(2).all(|pair| matches!(pair, [(_, less), (_, more)] if less < more));
        let contradicts = (0..means.len()).any(|at| {
            let (before, after) = means.split_at(at);
            after.first().is_some_and(|(high, _)| before.iter().any(|(low, _)| ordered(high, low)))
        });
        if !apart || contradicts {
            return Self { names: names(&efforts), by: By::Unknown };
        }
        let means: Vec<(String, f64)> = means.into_iter().map(|(effort, mean)| (effort.to_owned(), mean)).collect();
        let names =
            off.iter().map(|(effort, _)| (*effort).to_owned()).chain(means.iter().map(|(name, _)| name.clone()));
        Self { names: names.collect(), by: By::Spent(what, means) }
    }

    /// Where an effort stands, from 0.
    pub(crate) fn place(&self, effort: &str) -> usize {
        self.names.iter().position(|name| name == effort).unwrap_or(self.names.len())
    }

    /// Whether one of two efforts may be called the higher.
    pub(crate) fn ordered(&self, low: &str, high: &str) -> bool {
        match self.by {
            By::Spent(..) => self.place(low) < self.place(high),
            By::Names | By::Unknown => ordered(low, high),
        }
    }

    /// By what, where it is not by their names.
    pub(crate) fn spent(&self) -> Option<&'static str> {
        match &self.by {
            By::Spent(what, _) => Some(what.as_str()),
            By::Names | By::Unknown => None,
        }
    }

    /// Whether an effort stands on that scale, and where.
    pub(crate) fn on(&self, scale: Scale, effort: &str) -> Option<f64> {
        match (&self.by, scale, rank(effort).0) {
            (By::Spent(..), Scale::Levels, 2 | 3) => Some(1.0 + self.place(effort) as f64),
            _ => on(scale, effort),
        }
    }

    /// What a reader must know of the order; `None` where the names say it.
    pub(crate) fn note(&self) -> Option<String> {
        let shown = |name: &str| name.escape_debug().to_string();
        match &self.by {
            By::Names => None,
            By::Spent(what, means) => {
                let means =
                    means.iter().take(MOST_NAMED).map(|(name, mean)| format!("{} {}", shown(name), what.shown(*mean)));
                Some(format!(
                    "the names of the efforts say no order: they stand by their {} a call ({})",
                    what.as_str(),
                    means.collect::<Vec<_>>().join(", ")
                ))
            }
            By::Unknown => {
                let names: Vec<String> = self.names.iter().take(MOST_NAMED).map(|name| shown(name)).collect();
                Some(format!("the order of the efforts {} is not known: {}", names.join(", "), unknown(names.iter())))
            }
        }
    }
}

/// Why an order is not known, and how a mapping says it.
pub(crate) fn unknown<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let map: Vec<String> = names.map(|name| format!("{name} = \"...\"")).collect();
    format!(
        "their names say none, and no tokens or cost are recorded that put them in one. In the mapping of `effort`, map = {{ {} }} says it, with \
         low, medium, high for the dots",
        map.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(output: Option<u64>, cost: Option<i64>) -> Spent {
        let mut spent = Spent::default();
        spent.add(&candor_trace::Trace {
            usage: candor_llm::Usage { output, ..Default::default() },
            cost: cost.map(candor_trace::Money),
            ..Default::default()
        });
        spent
    }

    #[test]
    fn names_order_first_then_tokens_then_cost_and_a_contradiction_orders_nothing() {
        let (few, many) = (spent(Some(400), Some(9)), spent(Some(1_800), Some(1)));
        let by_names = Order::of([("high", &few), ("low", &many)]);
        assert_eq!((by_names.names.join(" "), by_names.note()), ("low high".to_owned(), None));
        let by_tokens = Order::of([("deep", &many), ("lean", &few), ("off", &few)]);
        assert_eq!(by_tokens.names, ["off", "lean", "deep"]);
        assert!(by_tokens.ordered("lean", "deep") && !by_tokens.ordered("deep", "lean"));
        assert_eq!((by_tokens.on(Scale::Levels, "lean"), by_tokens.on(Scale::Tokens, "lean")), (Some(2.0), None));
        let note = by_tokens.note().unwrap_or_default();
        assert!(note.contains("mean output tokens a call (lean 400, deep 1,800)"), "{note}");
        let by_cost = Order::of([("deep", &spent(None, Some(2_240))), ("lean", &spent(None, Some(1_120)))]);
        assert!(by_cost.note().unwrap_or_default().contains("mean cost a call (lean $0.00112, deep $0.00224)"));
        let none = spent(None, None);
        for unknown in [
            Order::of([("deep", &none), ("lean", &few)]),
            Order::of([("deep", &few), ("lean", &few)]),
            Order::of([("low", &many), ("lean", &spent(Some(900), None)), ("high", &few)]),
        ] {
            assert_eq!((unknown.by.clone(), unknown.ordered("deep", "lean")), (By::Unknown, false));
            let note = unknown.note().unwrap_or_default();
            assert!(note.contains("is not known") && note.contains("lean = \"...\""), "{note}");
        }
    }

    #[test]
    fn efforts_stand_from_off_to_the_most() {
        let mut efforts = ["max", "cot", "high", "low", "off", "8192 tokens", "1024 tokens", "minimal"];
        efforts.sort_by_key(|effort| rank(effort));
        assert_eq!(efforts, ["off", "1024 tokens", "8192 tokens", "minimal", "low", "high", "max", "cot"]);
        assert!(ordered("off", "cot") && ordered("low", "high") && ordered("1024 tokens", "8192 tokens"));
        assert_eq!(on(Scale::Tokens, "8192 tokens"), Some(8192.0));
        assert_eq!((on(Scale::Levels, "off"), on(Scale::Levels, "low")), (Some(0.0), Some(3.0)));
        assert_eq!((on(Scale::Tokens, "low"), on(Scale::Levels, "cot")), (None, None));
        assert!(!ordered("cot", "step by step") && !ordered("8192 tokens", "low"));
    }
}
