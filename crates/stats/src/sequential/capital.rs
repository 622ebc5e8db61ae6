//! The capital of a bettor against "the mean is m", for a grid of m: an anytime-valid lower bound for the mean of values from 0 up.
//!
//! One-sided. The upper bound of x in [0, 1] is one minus the lower bound of 1 - x.

/// Candidate means are multiples of 1/CELLS; bounds are rounded outwards to them.
pub(crate) const CELLS: usize = 1_000;

/// Bets are cut off where one observation of 0 would take this share of the capital.
const MOST_AT_STAKE: f64 = 0.5;

/// Capital per candidate mean, and the lower bound that follows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LowerBound {
    /// ln capital of the candidates i/CELLS that are not rejected, from the smallest on.
    capital: Vec<f64>,
    /// How many candidates, from 0 up, were rejected at some time.
    rejected: usize,
    /// ln(1/alpha).
    threshold: f64,
    observations: f64,
    sum: f64,
    squares: f64,
    /// The largest value that was possible so far: the scale on which nothing is known yet.
    scale: f64,
}

impl LowerBound {
    /// A lower bound that is wrong at any time with probability `alpha` at most.
    pub(crate) fn new(alpha: f64) -> Self {
        Self {
            capital: vec![0.0; CELLS + 1],
            rejected: 0,
            threshold: -alpha.ln(),
            observations: 0.0,
            sum: 0.0,
            squares: 0.0,
            scale: 1.0,
        }
    }

    /// The next value, from 0 to `largest` (at least 1), where `largest` is known before the value is.
    ///
    /// Bet lambda_t = sqrt(2 ln(1/alpha) / (v_{t-1} t ln(1 + t))), at most 1/(2 m), with v_t = (k^2/4 + sum (x_i - mu_i)^2)/(t + 1),
    /// mu_t = (k/2 + sum x_i)/(t + 1) and k the largest possible value so far: fixed before x_t is seen. Capital grows by
    /// 1 + lambda (x - m) and falls as m rises. Any k is valid; with a small one rare large values would be bet against too boldly.
    pub(crate) fn push(&mut self, x: f64, largest: f64) {
        self.scale = self.scale.max(largest);
        let t = self.observations + 1.0;
        let variance = (0.25 * self.scale * self.scale + self.squares) / t;
        let bet = (2.0 * self.threshold / (variance * t * t.ln_1p())).sqrt();
        for (i, capital) in (self.rejected..).zip(&mut self.capital) {
            let m = i as f64 / CELLS as f64;
            *capital += (bet.min(MOST_AT_STAKE / m) * (x - m)).ln_1p();
        }
        self.observations = t;
        self.sum += x;
        self.squares += (x - (0.5 * self.scale + self.sum) / (t + 1.0)).powi(2);
        // The capital falls as m rises, so that what is rejected is always the lowest candidates: the running intersection.
        let more = self.capital.iter().take_while(|capital| **capital > self.threshold).count();
        self.capital.drain(..more);
        self.rejected += more;
    }

    /// How many candidates are rejected: all means below (this - 1)/CELLS are.
    pub(crate) fn rejected(&self) -> usize {
        self.rejected
    }

    /// The largest candidate that is rejected with all below it; 0 where none is.
    pub(crate) fn value(&self) -> f64 {
        self.rejected.saturating_sub(1) as f64 / CELLS as f64
    }
}
