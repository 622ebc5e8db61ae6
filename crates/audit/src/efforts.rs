//! Efforts in their order, from off to the most. A name that nobody has ranked stands after those that somebody has.

use candor_llm::Effort;

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

#[cfg(test)]
mod tests {
    use super::*;

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
