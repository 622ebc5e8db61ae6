//! What the names of several files of one folder differ in, and what that may mean: a model, a way of asking, or questions of their own. Not what the files hold.

use std::collections::BTreeSet;

use super::arm;
use super::guess::{Guess, quoted};

/// What the differing part is captured as.
const CAPTURE: &str = "part";

/// Families of models, as they are called in names of files.
const MODELS: &[&str] = &[
    "claude",
    "command-r",
    "deepseek",
    "gemini",
    "gemma",
    "gpt",
    "grok",
    "kimi",
    "llama",
    "mistral",
    "mixtral",
    "olmo",
    "phi",
    "qwen",
    "qwq",
];

/// The names of files of one folder: the same before and after one part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parted {
    /// Before the part.
    before: String,
    /// Behind it.
    behind: String,
    /// What stands in between, file by file.
    parts: BTreeSet<String>,
}

impl Parted {
    /// Of the last parts of some paths; `None` where they differ in more than words that name something: pieces of one set are numbered.
    pub(super) fn of(names: &[&str]) -> Option<Self> {
        let folder = |name: &str| name.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let base = |name: &str| name.rsplit_once('/').map_or(name, |(_, base)| base).to_owned();
        let first = names.first()?;
        if names.len() < 2 || names.iter().any(|name| folder(name) != folder(first)) {
            return None;
        }
        let bases: Vec<String> = names.iter().map(|name| base(name)).collect();
        let before = whole_words(&shared(&bases, |name| name.chars().collect()));
        let behind: String = whole_words(&shared(&bases, |name| name.chars().rev().collect())).chars().rev().collect();
        let part = |name: &String| {
            let part = name.strip_prefix(&before)?.strip_suffix(&behind)?;
            let names_something = part.chars().any(char::is_alphabetic) && !part.contains(['{', '}', '\\', '*']);
            names_something.then(|| part.to_owned())
        };
        let parts = bases.iter().map(part).collect::<Option<BTreeSet<String>>>()?;
        (parts.len() == names.len() && !format!("{before}{behind}").contains(['{', '}', '\\'])).then_some(Self {
            before,
            behind,
            parts,
        })
    }

    /// The pattern of these files.
    pub(super) fn pattern(&self) -> String {
        format!("{}{{{CAPTURE}}}{}", self.before, self.behind)
    }

    /// Adds what the part may say to what was guessed. What the part does not tell apart would be samples of one question.
    pub(super) fn guessed(&self, guesses: &mut Vec<Guess>) {
        let has = |guesses: &[Guess], target: &str| guesses.iter().any(|guess| guess.target == target);
        let capture = format!("{{ capture = {} }}", quoted(CAPTURE));
        let why = "what the names of the files differ in".to_owned();
        let is_model = |part: &String| MODELS.iter().any(|family| part.to_lowercase().contains(family));
        if self.parts.iter().all(is_model) && !has(guesses, "model") {
            guesses.push(Guess { target: "model", source: capture, sure: false, why });
            return;
        }
        if let Some(way) = arm::of_parts(CAPTURE, self.parts.clone())
            && !has(guesses, "arm")
        {
            guesses.push(Guess { target: "arm", source: way, sure: false, why });
            return;
        }
        let Some(unit) = guesses.iter_mut().find(|guess| guess.target == "unit") else { return };
        let own =
            if unit.source.starts_with('{') { unit.source.clone() } else { format!("{{ path = {} }}", unit.source) };
        unit.why = format!(
            "questions of their own in every file; if each file asks the same ones of another model, in another way or once more: {own}, and what differs is `model`, `arm` or `sample`"
        );
        unit.source = format!("{{ all = [{capture}, {own}] }}");
        unit.sure = false;
        if !has(guesses, "stratum") {
            guesses.push(Guess { target: "stratum", source: capture, sure: false, why });
        }
    }
}

/// The longest beginning that all names share, read in one direction.
fn shared(names: &[String], read: impl Fn(&str) -> Vec<char>) -> String {
    let names: Vec<Vec<char>> = names.iter().map(|name| read(name)).collect();
    let first = names.first().cloned().unwrap_or_default();
    let same = |at: &usize| names.iter().all(|name| name.get(*at) == first.get(*at));
    let length = (0..first.len()).take_while(same).count();
    first.iter().take(length).collect()
}

/// As much of it as ends with a mark between words: a part begins where a word does.
fn whole_words(text: &str) -> String {
    let end = text
        .rfind(|c: char| !c.is_alphanumeric())
        .map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(names: &[&str], unit: &str) -> Option<(String, Vec<(&'static str, String)>)> {
        let parted = Parted::of(names)?;
        let mut guesses = vec![Guess { target: "unit", source: unit.to_owned(), sure: true, why: String::new() }];
        parted.guessed(&mut guesses);
        Some((parted.pattern(), guesses.into_iter().map(|guess| (guess.target, guess.source)).collect()))
    }

    #[test]
    fn files_that_may_hold_the_same_keys_of_other_questions_are_kept_apart() {
        let (pattern, guesses) =
            guessed(&["d/scored_m-7b_t0.2_input.json", "d/scored_m-7b_t0.2_output.json"], "{ capture = \"key\" }")
                .unwrap();
        assert_eq!(pattern, "scored_m-7b_t0.2_{part}.json");
        let apart = "{ all = [{ capture = \"part\" }, { capture = \"key\" }] }".to_owned();
        assert_eq!(guesses, [("unit", apart), ("stratum", "{ capture = \"part\" }".to_owned())]);
        let (_, guesses) = guessed(&["easy.jsonl", "hard.jsonl"], "\"id\"").unwrap();
        assert_eq!(guesses[0].1, "{ all = [{ capture = \"part\" }, { path = \"id\" }] }");
    }

    #[test]
    fn models_and_ways_of_asking_leave_the_question_alone() {
        let (pattern, guesses) = guessed(&["r-gpt-4o.jsonl", "r-qwen3.jsonl"], "\"id\"").unwrap();
        assert_eq!(pattern, "r-{part}.jsonl");
        assert_eq!(guesses[1], ("model", "{ capture = \"part\" }".to_owned()));
        assert_eq!(guesses[0].1, "\"id\"");
        let (_, guesses) = guessed(&["run_cued.jsonl", "run_uncued.jsonl"], "\"id\"").unwrap();
        assert_eq!(guesses[1].0, "arm");
        assert_eq!(guesses[0].1, "\"id\"");
    }

    #[test]
    fn numbered_pieces_and_files_of_several_folders_are_one_set() {
        for names in [
            &["part-0001.jsonl", "part-0002.jsonl"][..],
            &["a/x.jsonl", "b/y.jsonl"],
            &["one.jsonl"],
            &["sämple_1.json", "sämple_2.json"],
            &["a{b.json", "a}c.json"],
            &["x.json", "x.json"],
        ] {
            assert_eq!(Parted::of(names), None, "{names:?}");
        }
        assert_eq!(Parted::of(&["ä.json", "ö.json"]).unwrap().pattern(), "{part}.json");
    }
}
