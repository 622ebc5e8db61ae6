//! How models are called in tables: what all names begin with is said once. Claims keep the whole name.

/// What stands for the common beginning of all names.
const BEGINNING: &str = "…";

/// The fewest characters that are worth leaving out.
const SHORTEST: usize = 8;

/// Names of models as tables show them.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    beginning: String,
}

impl Shown {
    /// Finds what all of these names begin with, up to a separator; nothing where that is short or there is one name only.
    pub(crate) fn of(names: &[&str]) -> Self {
        let mut names = names.to_vec();
        names.sort_unstable();
        names.dedup();
        let (Some(first), Some(last)) = (names.first(), names.last()) else { return Self::default() };
        if names.len() < 2 {
            return Self::default();
        }
        // Between the first and the last in order lie all others, so that what these two share all share.
        let mut end = 0;
        for ((at, a), b) in first.char_indices().zip(last.chars()) {
            if a != b {
                break;
            }
            if "-/: _".contains(a) {
                end = at + a.len_utf8();
            }
        }
        let beginning = if end >= SHORTEST { first.get(..end).unwrap_or_default() } else { "" };
        Self { beginning: beginning.to_owned() }
    }

    /// The name as tables show it.
    pub(crate) fn name(&self, whole: &str) -> String {
        match whole.strip_prefix(self.beginning.as_str()) {
            Some(rest) if !self.beginning.is_empty() => format!("{BEGINNING}{rest}"),
            _ => whole.to_owned(),
        }
    }

    /// What a reader must know of it.
    pub(crate) fn note(&self) -> Option<String> {
        (!self.beginning.is_empty()).then(|| format!("{BEGINNING} stands for {}", self.beginning.escape_debug()))
    }
}

#[cfg(test)]
mod tests {
    use super::Shown;

    #[test]
    fn a_common_beginning_is_said_once_and_only_where_it_is_common() {
        let shown = Shown::of(&["DeepSeek-R1-Distill-Llama-8B", "DeepSeek-R1-Distill-Qwen-14B"]);
        assert_eq!(shown.name("DeepSeek-R1-Distill-Qwen-14B"), "…Qwen-14B");
        assert_eq!(shown.note().as_deref(), Some("… stands for DeepSeek-R1-Distill-"));
        for names in [&["claude-v1", "text-davinci-003"][..], &["gpt-4", "gpt-5"], &["one-long-name-alone"], &[]] {
            let shown = Shown::of(names);
            assert!(shown.note().is_none());
            names.iter().for_each(|name| assert_eq!(shown.name(name), *name));
        }
    }
}
