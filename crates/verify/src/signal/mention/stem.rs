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

/// The stem of a lower-case word. It keeps the first two letters of any word of four letters or more.
pub(crate) fn stem(word: &str) -> String {
    if !word.is_ascii() || word.len() < 4 {
        return word.to_owned();
    }
    let mut stem = word.to_owned();
    if let Some(rest) = word.strip_suffix("ies").filter(|rest| rest.len() > 1) {
        stem = format!("{rest}y");
    } else if word.ends_with("sses") {
        stem.truncate(word.len() - 2);
    } else if word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is") {
        stem.truncate(word.len() - 1);
    }
    for ending in ["ing", "ed", "er", "or", "ly"] {
        if stem.len() >= ending.len() + 3
            && stem.ends_with(ending)
            && stem[..stem.len() - ending.len()].contains(['a', 'e', 'i', 'o', 'u', 'y'])
        {
            stem.truncate(stem.len() - ending.len());
            let bytes = stem.as_bytes();
            if let [.., a, b] = bytes
                && a == b
                && !matches!(b, b'l' | b's' | b'e' | b'o')
            {
                stem.pop();
            }
            break;
        }
    }
    if stem.len() > 3 && stem.ends_with('e') {
        stem.pop();
    }
    stem
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
        assert_eq!(stem("naïve"), "naïve");
    }
}
