//! A light stemmer: the same word in another ending is the same word. Not lemmatisation: "thought" and "think" stay two.

/// The FNV-1a hash: fixed, and quick on short words. What it keys is never iterated.
#[derive(Debug)]
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl std::hash::Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// The stem of a lower-case word: always its beginning, at least three letters of a word of four or more.
pub(crate) fn stem(word: &str) -> &str {
    if !word.is_ascii() || word.len() < 4 {
        return word;
    }
    let mut stem = word;
    if let Some(rest) = word.strip_suffix("ies").filter(|rest| rest.len() > 2) {
        stem = rest;
    } else if word.ends_with("sses") {
        stem = &word[..word.len() - 2];
    } else if word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is") {
        stem = &word[..word.len() - 1];
    }
    for ending in ["ing", "ed", "er", "or", "ly"] {
        if let Some(rest) = stem.strip_suffix(ending)
            && rest.len() >= 3
            && rest.contains(['a', 'e', 'i', 'o', 'u', 'y'])
        {
            let doubled = matches!(rest.as_bytes(), [.., a, b] if a == b && !matches!(b, b'l' | b's' | b'e' | b'o'));
            stem = &rest[..rest.len() - usize::from(doubled)];
            break;
        }
    }
    match (stem.strip_suffix('e'), stem.strip_suffix('y')) {
        (Some(rest), _) if rest.len() >= 3 => rest,
        // "they" is not "the".
        (_, Some(rest)) if rest.len() >= 4 => rest,
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn endings_of_one_word_meet() {
        for family in [
            &["leak", "leaked", "leaks", "leaking"][..],
            &["researcher", "research", "researchers"],
            &["overhear", "overhearing"],
            &["confirm", "confirmed", "confirming", "confirms"],
            &["run", "running"],
            &["quick", "quickly"],
            &["study", "studies"],
            &["bypass", "bypassed", "bypassing", "bypasses"],
        ] {
            for word in family {
                assert_eq!(stem(word), stem(family[0]), "{word}");
            }
        }
        assert_eq!(stem("thing"), "thing");
        assert_ne!(stem("they"), stem("the"));
        assert_eq!(stem("naïve"), "naïve");
    }
}
