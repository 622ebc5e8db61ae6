//! The random numbers behind one reply: ChaCha8 keyed by a digest. Not a general source: it knows thousandths and whole numbers only, so that
//! every chance is exactly what the truth says.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// What a stream of a key is used for. Each use has its own, so that another phrase in a text never changes an outcome.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Use {
    /// What happens.
    Outcome,
    /// In which words it is told.
    Words,
}

/// A stream that replays exactly.
#[derive(Debug, Clone)]
pub(crate) struct Draws(ChaCha8Rng);

impl Draws {
    /// The stream of one use of a key.
    pub(crate) fn new(key: [u8; 32], usage: Use) -> Self {
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(match usage {
            Use::Outcome => 0,
            Use::Words => 1,
        });
        Self(generator)
    }

    /// A uniform whole number in `0..n`; 0 when `n` is 0. Lemire's multiplication with rejection: exactly uniform.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        if n == 0 {
            return 0;
        }
        let threshold = n.wrapping_neg() % n;
        loop {
            let product = u64::from(self.0.next_u32()) * u64::from(n);
            if product as u32 >= threshold {
                return (product >> 32) as u32;
            }
        }
    }

    /// A uniform index into something of length `n`; 0 when `n` is 0.
    pub(crate) fn index(&mut self, n: usize) -> usize {
        self.below(u32::try_from(n).unwrap_or(u32::MAX)) as usize
    }

    /// A uniform whole number in `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::from(self.below(u32::try_from(high - low + 1).unwrap_or(0)))
    }

    /// True with a probability of that many thousandths; always from 1,000 on.
    pub(crate) fn chance(&mut self, thousandths: u32) -> bool {
        self.below(1000) < thousandths
    }

    /// One of `of`, all equally likely; nothing where there is nothing.
    pub(crate) fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of.get(self.index(of.len())).copied().unwrap_or_default()
    }

    /// A uniformly random order (Fisher and Yates, from the end).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.index(i + 1));
        }
    }
}

/// SHA-256 of the pieces, each preceded by its length as eight bytes, big endian: no two lists of pieces share a digest by their seams.
pub(crate) fn key(pieces: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update((piece.len() as u64).to_be_bytes());
        hash.update(piece);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_replay_differ_by_use_and_are_uniform() {
        let first = |usage| Draws::new(key(&[b"a"]), usage).below(1_000_000_000);
        assert_eq!(first(Use::Outcome), first(Use::Outcome));
        assert_ne!(first(Use::Outcome), first(Use::Words));
        assert_ne!(key(&[b"ab", b"c"]), key(&[b"a", b"bc"]));
        let mut draws = Draws::new(key(&[b"uniform"]), Use::Outcome);
        let mut seen = [0_u32; 7];
        for _ in 0..70_000 {
            seen[draws.index(7)] += 1;
        }
        // Chi-square with 6 degrees of freedom: 22.5 is its 99.9 % quantile.
        let chi: f64 = seen.iter().map(|&c| (f64::from(c) - 10_000.0).powi(2) / 10_000.0).sum();
        assert!(chi < 22.5, "{seen:?}");
        let hits = (0..100_000).filter(|_| draws.chance(137)).count();
        assert!((13_200..14_200).contains(&hits), "{hits}");
        assert!((0..1000).all(|_| draws.chance(1000) && !draws.chance(0)));
    }
}
