//! Late bursts: chains that go back on themselves mostly near their end. And how often even spread would look like one.

/// Where the end of a chain begins.
pub(super) const LATE: f64 = 0.8;

/// Fewer places there are no burst.
const FEWEST: u16 = 3;

/// The fewest late places that make a burst of `places` in all: at least 3, and at least half of all.
fn needed(places: u16) -> u16 {
    FEWEST.max(places.div_ceil(2))
}

/// Whether `late` of `places` are a late burst.
pub(super) fn burst(places: u16, late: u16) -> bool {
    late >= needed(places)
}

/// P(X >= needed) for X ~ Binomial(places, 1/5): how often so many places, each anywhere in the chain with equal chance and on its own,
/// would make a late burst.
pub(super) fn by_chance(places: u16) -> f64 {
    let (n, p) = (f64::from(places), 1.0 - LATE);
    // For thousands of places this underflows, where the tail is below any rounding too.
    let mut term = LATE.powf(n);
    let mut below = 0.0;
    for k in 0..needed(places) {
        if k > places {
            break;
        }
        below += term;
        term *= (n - f64::from(k)) / (f64::from(k) + 1.0) * p / LATE;
    }
    if below > 0.0 { (1.0 - below).clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_late_and_most_of_what_there_is() {
        assert!(burst(3, 3) && burst(6, 3) && burst(9, 5));
        assert!(!burst(2, 2) && !burst(7, 3) && !burst(0, 0));
    }

    #[test]
    fn chance_is_the_binomial_tail() {
        // 0.2^3; 4 0.2^3 0.8 + 0.2^4; both by hand.
        assert!((by_chance(3) - 0.008).abs() < 1e-12);
        assert!((by_chance(4) - 0.0272).abs() < 1e-12);
        assert!(by_chance(0).abs() < 1e-12 && by_chance(2).abs() < 1e-12);
        assert!(by_chance(4000) < 1e-12 && by_chance(u16::MAX) < 1e-12);
    }
}
