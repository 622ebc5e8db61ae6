//! How models are called in tables: what all names begin with is said once. Claims keep the whole name.

use crate::words::counted;

/// What stands for the common beginning of all names.
const BEGINNING: &str = "…";

/// The fewest characters that are worth leaving out.
const SHORTEST: usize = 8;

/// Between a model and its effort.
pub(crate) const EFFORT: &str = " · ";

/// How many models there are among names that may hold an effort, in words: the name of the only one.
pub(crate) fn so_many(names: &[String]) -> Option<String> {
    let mut models: Vec<&str> = names.iter().map(|name| name.split(EFFORT).next().unwrap_or_default()).collect();
    models.sort_unstable();
    models.dedup();
    match (models.as_slice(), names.len()) {
        ([] | [""], ..=1) => None,
        ([one], 1) => Some((*one).to_owned()),
        ([""], all) => Some(format!("1 model, {all} efforts")),
        ([one], all) => Some(format!("{one}, {all} efforts")),
        (many, all) if many.len() == all => Some(counted(all as u64, "model")),
        (many, all) => Some(format!("{}, {all} efforts in all", counted(many.len() as u64, "model"))),
    }
}

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
        // Of one model at several efforts the model itself is no beginning to be left out.
        let is_one = first.get(..end).is_some_and(|shared| shared.contains(EFFORT));
        let beginning = if end >= SHORTEST && !is_one { first.get(..end).unwrap_or_default() } else { "" };
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
    use super::{Shown, so_many};

    #[test]
    fn a_model_at_two_efforts_is_one_model_and_keeps_its_name() {
        let names = ["open-model-70b · lean".to_owned(), "open-model-70b · deep".to_owned()];
        let shown = Shown::of(&[names[0].as_str(), names[1].as_str()]);
        assert_eq!((shown.name(&names[1]), shown.note()), (names[1].clone(), None));
        assert_eq!(so_many(&names).as_deref(), Some("open-model-70b, 2 efforts"));
        let mixed = [names[0].clone(), names[1].clone(), "open-model-8b".to_owned()];
        assert_eq!(so_many(&mixed).as_deref(), Some("2 models, 3 efforts in all"));
        assert_eq!(so_many(&["a".to_owned(), "b".to_owned()]).as_deref(), Some("2 models"));
        assert_eq!(
            (so_many(&["a".to_owned()]).as_deref(), so_many(&[String::new()]), so_many(&[])),
            (Some("a"), None, None)
        );
        let shown = Shown::of(&["a-long-name-1 · lean", "a-long-name-2 · lean"]);
        assert_eq!(shown.name("a-long-name-2 · lean"), "…2 · lean");
    }

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
