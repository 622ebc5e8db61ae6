//! Columns whose name alone does not say what they are, and whose values in the first records do: the number of a sample, the way of asking, and the text that makes a
//! question of a prompt that all have in common. Not columns that a mapping of samples always reads.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::beginning::{ARMS, Beginning};

/// Names of a column that may number the samples of a question, in the order in which they are looked for.
const NUMBERS: &[&str] = &[
    "run",
    "run_index",
    "run_idx",
    "repeat",
    "repetition",
    "replicate",
    "rep",
    "trial",
    "trial_index",
    "trial_idx",
    "rollout",
    "rollout_index",
    "rollout_idx",
    "seed",
    "random_seed",
];

/// Names of a column that may say in which of several ways a question was put; of the last two only words, since numbers under them may be anything.
const WAYS: &[&str] = &["prompt_version", "prompt_variant", "prompt_name", "prompt_template", "variant", "template"];
const WAYS_IN_WORDS: &[&str] = &["variant", "template"];

/// Names of a text that a prompt is about.
const INPUTS: &[&str] = &["input", "context", "passage", "document"];

/// The texts that name a question where nothing else does.
const PROMPTS: &[&str] = &["question", "problem", "prompt"];

/// What a whole number looks like: what else stands further down is no number of a sample, and its samples are numbered in reading order.
const WHOLE: &str = r"^\s*([0-9]{1,9})(?:\.0+)?\s*$";

/// What the first records say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) number: Option<&'static str>,
    pub(super) way: Option<&'static str>,
    /// The prompt, and the text that it is about.
    pub(super) about: Option<(&'static str, &'static str)>,
}

impl Chosen {
    /// Looks at the first records; `fields` are the names of each field that is read anyway, by its name.
    pub(super) fn of(beginning: &Beginning, fields: &BTreeMap<String, Vec<String>>, says_cues: bool) -> Self {
        let names = |field: &str| fields.get(field).map_or(&[][..], Vec::as_slice);
        let mut chosen = Self { about: about(beginning, names("unit")), ..Self::default() };
        let unit = |at: usize| {
            let name = names("unit").iter().find_map(|name| Some((name, beginning.value(at, name)?)))?;
            let input = chosen.about.filter(|(prompt, _)| name.0 == prompt);
            Some((name.1, input.and_then(|(_, input)| beginning.value(at, input))))
        };
        let units: Vec<_> = (0..beginning.len()).map(unit).collect();
        let is_there = |names: &[String]| {
            (0..beginning.len()).any(|at| names.iter().any(|name| beginning.value(at, name).is_some()))
        };
        // Where cues are spoken of, an arm says whether there was one: other names of arms would stand for something else.
        let way = if says_cues || is_there(&ARMS.map(str::to_owned)) {
            None
        } else {
            WAYS.iter().find(|name| tells_ways(beginning, name, &units)).copied()
        };
        // Everything else that tells samples of one question apart.
        let beside = |at: usize| {
            let of = ["stratum", "model", "effort", "arm", "cue.kind"];
            let known = of.iter().map(|field| names(field).iter().find_map(|name| beginning.value(at, name)));
            known.chain([way.and_then(|name| beginning.value(at, name))]).collect::<Vec<_>>()
        };
        let numbers = |name: &str| {
            let (mut met, mut values) = (BTreeSet::new(), BTreeSet::new());
            let each = units.iter().enumerate().all(|(at, unit)| {
                let value = beginning.value(at, name).filter(|text| is_whole(text));
                values.extend(value);
                value.is_some() && met.insert((unit, beside(at), value))
            });
            each && values.len() > 1
        };
        let number = if is_there(names("sample")) { None } else { NUMBERS.iter().find(|name| numbers(name)).copied() };
        chosen.way = way;
        chosen.number = number;
        chosen
    }

    /// Adds the columns to the fields of a mapping's trace.
    pub(super) fn add_to(&self, trace: &mut Table) {
        let mut put = |field: &str, before: Option<&str>, value: Value| {
            if let Some(Value::Array(any)) = trace.get_mut(field).and_then(|field| field.get_mut("any")) {
                let at = before.and_then(|name| any.iter().position(|there| there.as_str() == Some(name)));
                any.insert(at.unwrap_or(any.len()), value);
            }
        };
        if let Some(name) = self.number {
            let number = [("path".to_owned(), name.into()), ("regex".to_owned(), WHOLE.into())];
            put("sample", None, Value::Table(number.into_iter().collect()));
        }
        if let Some(name) = self.way {
            put("arm", None, name.into());
        }
        if let Some((prompt, input)) = self.about {
            let both = [("all".to_owned(), Value::from(vec![prompt, input])), ("with".to_owned(), "\n\n".into())];
            let both = Value::Table(both.into_iter().collect());
            put("unit", Some(prompt), both.clone());
            put("request", Some(prompt), both);
        }
    }
}

fn is_whole(text: &str) -> bool {
    let text = text.trim();
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    (1..=9).contains(&whole.len())
        && whole.bytes().all(|byte| byte.is_ascii_digit())
        && !part.is_empty()
        && part.bytes().all(|byte| byte == b'0')
}

/// The prompt that all records have in common and the text that differs, where nothing of a higher rank names the question: one prompt for many texts
/// asks as many questions.
fn about(beginning: &Beginning, units: &[String]) -> Option<(&'static str, &'static str)> {
    let values = |name: &str| (0..beginning.len()).map(|at| beginning.value(at, name)).collect::<Vec<_>>();
    let first = units.iter().find(|name| values(name).iter().any(Option::is_some))?;
    let prompt = PROMPTS.iter().find(|name| *name == first)?;
    let prompts: BTreeSet<_> = values(prompt).into_iter().collect();
    let differs = |name: &&&str| {
        let texts = values(name);
        // A number counts something, most often tokens.
        texts.iter().flatten().all(|text| text.parse::<f64>().is_err())
            && texts.iter().all(Option::is_some)
            && texts.iter().collect::<BTreeSet<_>>().len() > 1
    };
    let input = INPUTS.iter().find(differs)?;
    (prompts.len() == 1).then_some((*prompt, *input))
}

/// Whether a column tells ways of asking apart: few short values, of which some question has two.
fn tells_ways(beginning: &Beginning, name: &str, units: &[Option<(&str, Option<&str>)>]) -> bool {
    const MOST: usize = 20;
    const LONGEST: usize = 64;
    let mut of_unit: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    let mut all = BTreeSet::new();
    for (at, unit) in units.iter().enumerate() {
        let Some(value) = beginning.value(at, name) else { continue };
        if value.len() > LONGEST || value.contains('\n') {
            return false;
        }
        all.insert(value);
        of_unit.entry(unit).or_default().insert(value);
    }
    let in_words = !WAYS_IN_WORDS.contains(&name) || !all.iter().all(|value| is_whole(value));
    all.len() <= MOST && in_words && of_unit.values().any(|values| values.len() > 1)
}
