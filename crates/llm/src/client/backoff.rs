//! How long to pause before the next try. Not whether there is one: the error says that.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// No pause is longer.
const LONGEST: Duration = Duration::from_secs(60);

/// Pauses with full jitter: uniform on [0, min(60 s, first 2^(attempt - 1))] after that attempt, so that many who failed together do not
/// come back together. Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
#[derive(Debug)]
pub(super) struct Backoff {
    draws: Mutex<ChaCha8Rng>,
    first: Duration,
}

impl Backoff {
    pub(super) fn new(seed: u64, first: Duration) -> Self {
        Self { draws: Mutex::new(ChaCha8Rng::seed_from_u64(seed)), first }
    }

    /// The pause after the attempt of that number, from 1.
    pub(super) fn pause(&self, attempt: u32) -> Duration {
        let most =
            self.first.saturating_mul(1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX)).min(LONGEST);
        most.mul_f64(self.unit())
    }

    /// Something on top of a pause that the provider asked for, up to a tenth of it and two seconds: everybody was told the same.
    pub(super) fn spread(&self, asked: Duration) -> Duration {
        (asked / 10).min(Duration::from_secs(2)).mul_f64(self.unit())
    }

    fn unit(&self) -> f64 {
        let mut draws = self.draws.lock().unwrap_or_else(PoisonError::into_inner);
        (draws.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_a_minute_and_are_spread_over_all_of_it() {
        let backoff = Backoff::new(1, Duration::from_millis(500));
        for (attempt, most) in [(1, 0.5), (2, 1.0), (5, 8.0), (8, 60.0), (40, 60.0)] {
            let pauses: Vec<f64> = (0..500).map(|_| backoff.pause(attempt).as_secs_f64()).collect();
            let mean = pauses.iter().sum::<f64>() / 500.0;
            assert!(pauses.iter().all(|pause| (0.0..=most).contains(pause)), "attempt {attempt}");
            assert!((0.45 * most..0.55 * most).contains(&mean), "attempt {attempt}: {mean}");
        }
        assert!(backoff.spread(Duration::from_secs(60)) <= Duration::from_secs(2));
    }
}
