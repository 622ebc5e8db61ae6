//! Truths that nobody chose: drawn from a phrase, named by their digest before anything is measured. Not the exam itself, which audits sit.

use sha2::{Digest, Sha256};

use crate::parameter::PARAMETERS;
use crate::pebble::hex;
use crate::truth::Truth;

impl Truth {
    /// The truth that a phrase draws. For each parameter: the first 8 bytes, big endian, of SHA-256(phrase + `"\n"` + name) are `u`, and its value is
    /// `low + u mod (high - low + 1)`. `docs/formats/exam.md` says the same for other languages.
    #[must_use]
    pub fn of_phrase(phrase: &str) -> Self {
        let mut truth = Self::default();
        for parameter in PARAMETERS {
            let digest = Sha256::new().chain_update(phrase).chain_update("\n").chain_update(parameter.name).finalize();
            let drawn = digest.iter().take(8).fold(0_u64, |so_far, byte| so_far << 8 | u64::from(*byte));
            let width = u64::from(parameter.high - parameter.low) + 1;
            // The remainder is below a width of 32 bits.
            parameter.set(&mut truth, parameter.low + (drawn % width) as u32);
        }
        truth
    }

    /// The canonical text: one line `name=value` for each parameter, by name in ascending order, each ending in a line feed.
    #[must_use]
    pub fn lines(&self) -> String {
        PARAMETERS.iter().map(|parameter| format!("{}={}\n", parameter.name, parameter.of(self))).collect()
    }

    /// SHA-256 of [`lines`](Self::lines), as 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&self.digest_bytes())
    }

    pub(crate) fn digest_bytes(&self) -> [u8; 32] {
        Sha256::digest(self.lines()).into()
    }
}
