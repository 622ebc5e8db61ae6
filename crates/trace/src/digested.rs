//! Maps whose keys are 64-bit digests of something longer, so that millions of keys stay small. Not a cryptographic digest: who makes two
//! keys collide gets one count for both.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// A map by digest.
pub(crate) type Digested<V> = HashMap<u64, V, BuildHasherDefault<Through>>;

/// The digest of something, the same in every run.
pub(crate) fn digest(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// A key that is already a digest needs no second one.
#[derive(Debug, Default)]
pub(crate) struct Through(u64);

impl Hasher for Through {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
