//! Seeds and the random streams made from them.
//!
//! ChaCha8 only, and own distributions on top: no generator or algorithm that a new version of somebody's crate may
//! change, so that the same seed gives the same report for ever. Not cryptographic: seeds are printed in reports.

use std::fmt;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// A seed, as printed in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl Seed {
    /// The stream of this seed for one named use, such as `"bootstrap/accuracy"`.
    ///
    /// Each use has a stream of its own, so that adding one does not change the others. The ChaCha8 key is the seed
    /// (8 bytes, little endian) followed by three 64-bit FNV-1a digests of the name with the offset bases
    /// `FNV + i * 0x9e3779b97f4a7c15`, i = 1, 2, 3.
    #[must_use]
    pub fn stream(self, name: &str) -> Stream {
        const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;
        let mut key = [0_u8; 32];
        let (head, tail) = key.split_at_mut(8);
        head.copy_from_slice(&self.0.to_le_bytes());
        for (i, part) in (1_u64..).zip(tail.chunks_exact_mut(8)) {
            let mut digest = FNV_OFFSET.wrapping_add(i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            for byte in name.bytes() {
                digest = (digest ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
            }
            part.copy_from_slice(&digest.to_le_bytes());
        }
        Stream { generator: ChaCha8Rng::from_seed(key) }
    }

    /// The stream of one named use for one of many units: independent of how many draws the others took.
    #[must_use]
    pub fn stream_at(self, name: &str, index: u64) -> Stream {
        let mut stream = self.stream(name);
        stream.generator.set_stream(index);
        stream
    }
}

impl Default for Seed {
    /// The seed used when nobody gives one: 0, and the report prints it.
    fn default() -> Self {
        Self(0)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A stream of random numbers that replays exactly.
#[derive(Debug, Clone)]
pub struct Stream {
    generator: ChaCha8Rng,
}

impl Stream {
    /// 64 uniform bits.
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// A uniform integer in `0..n`; 0 when `n` is 0. Lemire's multiplication with rejection: exactly uniform.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        let threshold = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.bits()) * u128::from(n);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    /// A uniform index into something of length `n`; 0 when `n` is 0. For `n < 2^32`, one 32-bit draw where possible.
    pub fn index(&mut self, n: usize) -> usize {
        let Ok(n32) = u32::try_from(n) else { return self.below(n as u64) as usize };
        if n32 == 0 {
            return 0;
        }
        let mut product = u64::from(self.generator.next_u32()) * u64::from(n32);
        if (product as u32) < n32 {
            let threshold = n32.wrapping_neg() % n32;
            while (product as u32) < threshold {
                product = u64::from(self.generator.next_u32()) * u64::from(n32);
            }
        }
        (product >> 32) as usize
    }

    /// A uniform number in [0, 1) with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// True with probability `p` (never for `p <= 0`, always for `p >= 1`).
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A uniformly random order (Fisher and Yates, from the end).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.index(i + 1));
        }
    }

    /// A random order of `0..n`.
    pub fn order(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_replay_and_differ_by_name() {
        let draws = |name: &str| -> Vec<u64> {
            let mut s = Seed(7).stream(name);
            (0..4).map(|_| s.bits()).collect()
        };
        assert_eq!(draws("a"), draws("a"));
        assert_ne!(draws("a"), draws("b"));
        assert_ne!(Seed(7).stream_at("a", 1).bits(), Seed(7).stream_at("a", 2).bits());
    }

    #[test]
    fn the_first_draws_are_pinned_because_reports_are_replayed_for_years() {
        let mut s = Seed(42).stream("pinned");
        assert_eq!((s.bits(), s.below(1000), s.index(1000)), PINNED);
    }
    const PINNED: (u64, u64, usize) = (11_828_962_589_386_460_414, 813, 597);

    #[test]
    fn indices_are_uniform() {
        let mut s = Seed(1).stream("uniform");
        let mut seen = [0_u32; 7];
        for _ in 0..70_000 {
            seen[s.index(7)] += 1;
        }
        // Chi-square with 6 degrees of freedom: 22.5 is its 99.9 % quantile.
        let chi: f64 = seen.iter().map(|&c| (f64::from(c) - 10_000.0).powi(2) / 10_000.0).sum();
        assert!(chi < 22.5, "{seen:?}");
    }
}
