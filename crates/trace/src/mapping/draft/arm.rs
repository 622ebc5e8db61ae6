//! Which column of an unknown file says how the question was put: plainly, or with a hint. A hinted sample that is counted as a plain one spoils
//! every number, so that a column that only might say it becomes a question in the draft. With it, which column says the option that a hint
//! points to, and which one how much the model was to think: neither is an arm. Not what an arm means: that is the audits'.

use std::collections::{BTreeMap, BTreeSet};

use super::content::{Unit, names, pairs};
use super::guess::quoted;
use super::layout::{Layout, Leaf, normal};
use crate::arm;
use crate::mapping::path::Step;

/// Names that say it as a whole, most telling first.
pub(super) const NAMES: &[&str] = &[
    "arm",
    "condition",
    "variant",
    "hint",
    "hinttype",
    "hintkind",
    "cue",
    "cuetype",
    "cuekind",
    "setting",
    "treatment",
    "bias",
    "biastype",
    "promptvariant",
    "prompttype",
    "perturbation",
];
/// Parts of names that speak of a planted cue.
const CUES: &[&str] = &["hint", "cue", "nudg", "bias", "sycophan"];
/// Parts of names that speak of ways of asking.
const WAYS: &[&str] = &["condition", "variant", "treatment", "perturb"];
/// Parts of names that say what the cue points to or how it reads, and not whether there is one.
const OF_THE_CUE: &[&str] = &[
    "letter",
    "option",
    "target",
    "answer",
    "choice",
    "idx",
    "index",
    "point",
    "text",
    "prompt",
    "question",
    "word",
    "mention",
    "verbal",
    "follow",
    "notice",
    "used",
    "count",
    "uses",
    "depend",
    "intended",
    "switch",
    "influenc",
    "verif",
    "aware",
    "detect",
    "ignor",
    "relies",
    "admit",
    "acknowledg",
    "disclos",
];
/// Parts of names that say which option the cue points to.
const TARGETS: &[&str] = &["letter", "option", "target", "answer", "choice", "idx", "index"];
/// An option is no longer than this.
const LONGEST_OPTION: usize = 40;
/// Names that say how much a model was to think, and parts of such names.
const EFFORTS: &[&str] = &["dial", "thinking", "reasoning", "thinkingmode", "reasoningmode", "level"];
const OF_EFFORT: &[&str] = &["effort", "budget", "thinkinglevel", "reasoninglevel"];
/// Values that say that nothing was planted.
const PLAIN: &[&str] = &[
    "",
    "0",
    "base",
    "baseline",
    "clean",
    "control",
    "default",
    "false",
    "n",
    "neutral",
    "no",
    "nobias",
    "nocue",
    "nohint",
    "none",
    "nonudge",
    "normal",
    "null",
    "off",
    "plain",
    "standard",
    "unbiased",
    "uncued",
    "unhinted",
    "unnudged",
    "vanilla",
    "without",
    "withoutcue",
    "withouthint",
];
/// Parts of values that say that something was.
const CUED: &[&str] =
    &["hint", "cue", "nudg", "bias", "sycophan", "authority", "professor", "suggest", "metadata", "grader", "visual"];
/// Arms that mean something as they stand.
const KNOWN: &[&str] = &[
    "cued",
    "uncued",
    "forward",
    "reversed",
    "original",
    "paraphrase",
    "format",
    "irrelevant",
    "rename",
    "renumber",
    "swap",
];
/// More ways of asking than this are no arms but texts.
const MOST_WAYS: usize = 12;

/// What was found.
#[derive(Debug)]
pub(super) enum Arm {
    /// The column that names the arm.
    Column {
        at: usize,
        /// The right-hand side in TOML.
        source: String,
        why: &'static str,
        /// The right-hand side of the kind of cue, where samples are cued.
        kind: Option<String>,
    },
    /// A column that might, and what speaks for or against it.
    Perhaps { at: usize, source: String, question: &'static str },
}

/// What an arm of this name is called among the arms that audits look for, where it stands there under a name of its own: `hint` is `cued`, `no_hint`
/// is `uncued`, `Control` is `control`. Nothing where it has such a name, or where the word says nothing of a cue.
#[must_use]
pub fn spelled(name: &str) -> Option<&'static str> {
    /// Parts of names that say that there was no cue, although they name one.
    const NO_CUE: &[&str] = &["nohint", "nocue", "nonudge", "nobias", "unhint", "uncue", "unnudg", "unbias", "without"];
    let word = normal(name);
    if KNOWN.contains(&name) || name == arm::CONTROL {
        return None;
    }
    if word.contains("control") {
        // "no hint, control": the control of an experiment with hints.
        return Some(arm::CONTROL);
    }
    if is_plain(name) || NO_CUE.iter().any(|part| word.contains(part)) {
        return Some(arm::UNCUED);
    }
    speaks_of_cue(name).then_some(arm::CUED)
}

/// Whether the name speaks of one of several prompts: their versions are ways of asking, and say nothing of a cue.
fn is_of_prompts(name: &str) -> bool {
    const PROMPTS: &[&str] = &["prompt", "template", "instruction"];
    const WHICH: &[&str] = &["version", "variant", "draft", "entwurf", "name", "template", "style", "wording"];
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    has(PROMPTS) && has(WHICH) || matches!(name, "template" | "wording" | "phrasing")
}

/// Whether the name alone speaks of ways of asking.
pub(super) fn is_named(leaf: &Leaf) -> bool {
    let name = leaf.name();
    NAMES.contains(&name.as_str())
        || is_of_prompts(&name)
        || (names(leaf, CUES) || names(leaf, WAYS)) && !names(leaf, OF_THE_CUE)
}

/// Whether the values could be options.
fn is_short(leaf: &Leaf) -> bool {
    leaf.count() > 0 && leaf.bools == 0 && leaf.mean_length() <= LONGEST_OPTION
}

/// Whether a column says which option a cue points to: its name does, or it speaks of a cue and the values are those of answers.
pub(super) fn points(layout: &Layout, leaf: &Leaf) -> bool {
    if !names(leaf, CUES) || !is_short(leaf) {
        return false;
    }
    if names(leaf, TARGETS) {
        return true;
    }
    let seen = |leaf: &Leaf| leaf.values().unwrap_or_else(|| leaf.cells.iter().map(|cell| cell.text.clone()).collect());
    let options: BTreeSet<String> = seen(leaf).into_iter().filter(|value| !says_plain(value)).collect();
    let speaks = |value: &String| is_plain(value) || speaks_of_cue(value) || kind_of(value).is_some();
    if options.len() < 2 || options.iter().any(speaks) {
        return false;
    }
    layout.leaves.iter().filter(|other| other.path != leaf.path && is_short(other) && !is_named(other)).any(|other| {
        let met = options.intersection(&seen(other)).count();
        // A column that says the same in other words goes with this one; an answer does not.
        let mut with: BTreeMap<&str, &str> = BTreeMap::new();
        let differs = pairs(leaf, other).into_iter().any(|(option, said)| *with.entry(option).or_insert(said) != said);
        met * 5 >= options.len() * 4 && differs
    })
}

/// The column that says which option the cue points to, whatever it is called: something stands there where a cue was planted and nowhere else,
/// and it is something that is answered elsewhere.
pub(super) fn points_beside(layout: &Layout, used: &[bool], arm_at: usize, unit: Unit<'_>) -> Option<usize> {
    let arm = layout.leaves.get(arm_at)?;
    let ways = Ways::of(arm, unit)?;
    let cued: BTreeSet<usize> =
        arm.cells.iter().filter(|cell| ways.is_cued(&cell.text)).map(|cell| cell.record).collect();
    let texts = |leaf: &Leaf| -> BTreeSet<String> {
        leaf.cells.iter().map(|cell| cell.text.clone()).filter(|text| !text.is_empty()).collect()
    };
    let mut free = layout.leaves.iter().enumerate().filter(|(at, _)| *at != arm_at && !used[*at]);
    let found = free.find(|(at, leaf)| {
        let there = leaf.cells.iter().filter(|cell| !cell.text.is_empty()).map(|cell| cell.record);
        let options = texts(leaf);
        let is_answered = |(other_at, other): (usize, &Leaf)| {
            let common = || options.intersection(&texts(other)).count();
            other_at != *at && other_at != arm_at && is_short(other) && common() * 5 >= options.len() * 4
        };
        is_short(leaf)
            && options.len() > 1
            && !options.iter().any(|option| is_plain(option) || speaks_of_cue(option))
            && there.collect::<BTreeSet<usize>>() == cued
            && layout.leaves.iter().enumerate().any(is_answered)
    });
    found.map(|(at, _)| at)
}

/// Whether the name speaks of how much the model was to think.
fn is_effort(leaf: &Leaf) -> bool {
    EFFORTS.contains(&leaf.name().as_str()) || names(leaf, OF_EFFORT)
}

/// The column of few values that says how much the model was to think: the same questions were asked under several.
pub(super) fn effort(layout: &Layout, used: &[bool], unit: Unit<'_>) -> Option<(usize, &'static str)> {
    const LEVELS: &[&str] = &["off", "none", "minimal", "low", "medium", "default", "high", "xhigh", "max"];
    const DEPTHS: &[&str] = &[
        "brief", "short", "concise", "quick", "fast", "shallow", "normal", "standard", "long", "extended", "full",
        "deep", "slow", "detailed", "thorough", "min", "mid", "maximum", "minimum",
    ];
    let free = || layout.leaves.iter().enumerate().filter(|(at, _)| !used[*at]);
    let crossed = |(at, leaf): (usize, &Leaf)| {
        let values = leaf.values().filter(|values| (2..=MOST_WAYS).contains(&values.len()))?;
        is_crossed(&questions(leaf, unit, false), values.len()).then_some((at, values))
    };
    let Some((at, values)) = free().filter(|(_, leaf)| is_effort(leaf)).find_map(crossed) else {
        let speak = |(_, values): &(usize, BTreeSet<String>)| {
            let word = |words: &[&str], value: &String| words.contains(&normal(value).as_str());
            values.iter().all(|value| word(LEVELS, value) || word(DEPTHS, value))
                && values.iter().filter(|value| !is_plain(value)).count() > 1
        };
        let (at, _) = free().filter(|(_, leaf)| !is_named(leaf)).filter_map(crossed).find(speak)?;
        return Some((at, "its values speak of how much to think, the same questions under several of them"));
    };
    let ranked = |value: &String| LEVELS.contains(&normal(value).as_str()) || value.parse::<f64>().is_ok();
    Some(if values.iter().all(ranked) {
        (at, "by its name, the same questions under several values")
    } else {
        (at, "by its name, the same questions under several values; a `map` to low, medium, high says their order")
    })
}

fn is_plain(value: &str) -> bool {
    PLAIN.contains(&normal(value).as_str())
}

/// Whether a value speaks of a hint.
fn speaks_of_cue(value: &str) -> bool {
    let value = normal(value);
    CUED.iter().any(|part| value.contains(part))
}

/// Whether a value says in so many letters that nothing was planted, and could not be an answer as well.
fn says_plain(value: &str) -> bool {
    const FEWEST_LETTERS: usize = 4;
    let letters = normal(value);
    letters.len() >= FEWEST_LETTERS && letters != "false" && is_plain(value)
}

/// The column, by its name or its values and by how they go with the questions.
pub(super) fn arm(layout: &Layout, used: &[bool], unit: Unit<'_>) -> Option<Arm> {
    let free = layout.leaves.iter().enumerate().filter(|(at, leaf)| !used[*at] && !points(layout, leaf));
    let found = free.filter_map(|(at, leaf)| Some((at, leaf, Ways::of(leaf, unit)?)));
    let found = found.filter(|(_, leaf, ways)| is_named(leaf) || ways.speak() && !is_effort(leaf));
    let rank = |leaf: &Leaf| NAMES.iter().position(|name| *name == leaf.name()).unwrap_or(NAMES.len());
    let (at, leaf, ways) = found.min_by_key(|(at, leaf, ways)| {
        (!(ways.recognised() && ways.crossed), !ways.recognised(), !is_named(leaf), rank(leaf), *at)
    })?;
    let from = format!("path = {}", quoted(&leaf.path.to_string()));
    let source = ways.source(&from);
    if ways.values.len() > 1 && !ways.crossed && !ways.recognised() {
        return Some(Arm::Perhaps { at, source, question: "no question has two of its values" });
    }
    let why = match (ways.crossed, ways.recognised()) {
        _ if !is_named(leaf) => "by its values, questions have more than one",
        (true, true) => "by its name and its values, questions have more than one",
        (true, false) => "by its name, questions have more than one of its values",
        (false, true) => "by its name and its values",
        (false, false) => "by its name",
    };
    Some(Arm::Column { at, kind: ways.kind(&from), source, why })
}

/// The arm and the kind of cue where only the option that the cue points to was recorded: cued where one stands there.
pub(super) fn pointed(leaf: &Leaf) -> Option<(String, String)> {
    let empty = leaf.is_empty_somewhere().then(String::new);
    let plain = leaf.values().unwrap_or_default().into_iter().filter(|value| says_plain(value));
    let absent: Vec<String> = empty.into_iter().chain(plain).map(|value| quoted(&value)).collect();
    if leaf.path.is_many() || !leaf.lacks() && absent.is_empty() {
        return None;
    }
    let path = quoted(&leaf.path.to_string());
    let target =
        if absent.is_empty() { path } else { format!("{{ path = {path}, absent = [{}] }}", absent.join(", ")) };
    Some((
        format!("{{ equals = [{target}, {target}], map = {{ true = \"cued\" }}, default = \"uncued\" }}"),
        kind_where(&target),
    ))
}

/// A kind of cue that the data does not tell, wherever there is a target.
pub(super) fn kind_where(target: &str) -> String {
    format!("{{ equals = [{target}, {target}], map = {{ true = \"other\" }} }}")
}

/// A column that no name speaks for: every question has the same few values of it, each as often as every other question has.
pub(super) fn perhaps(layout: &Layout, used: &[bool], unit: Unit<'_>) -> Option<Arm> {
    let Unit::Column(_) = unit else { return None };
    let free = layout.leaves.iter().enumerate().filter(|(at, leaf)| !used[*at] && leaf.numbers.is_empty());
    let free = free.filter(|(_, leaf)| !is_effort(leaf));
    let mut found = free.filter_map(|(at, leaf)| Some((at, leaf, Ways::of(leaf, unit)?)));
    let (at, leaf, ways) = found.find(|(_, _, ways)| ways.balanced && ways.values.len() <= 4)?;
    let source = ways.source(&format!("path = {}", quoted(&leaf.path.to_string())));
    Some(Arm::Perhaps { at, source, question: "every question has all its values" })
}

/// The right-hand sides of the arm and of the kind of cue where folders of these names hold one arm each.
pub(super) fn of_folders(capture: &str, folders: BTreeSet<String>) -> (String, Option<String>) {
    let (ways, from) = (Ways::named(folders), format!("capture = {}", quoted(capture)));
    (ways.source(&from), ways.kind(&from))
}

/// What parts of names of files say of the way of asking, where any of them says something.
pub(super) fn of_parts(capture: &str, parts: BTreeSet<String>) -> Option<String> {
    let ways = Ways::named(parts);
    ways.recognised().then(|| ways.source(&format!("capture = {}", quoted(capture))))
}

/// The values of a column as ways of asking.
struct Ways {
    /// What the column is called; nothing for folders.
    name: String,
    values: BTreeSet<String>,
    /// Nothing stands there in some records: no key, null or an empty text.
    nothing: bool,
    /// An empty text stands there in some.
    empty: bool,
    /// What a column's name says about the values that it does not map: a hint is a cue, a condition may be anything.
    of_cues: bool,
    /// Most questions have more than one of the values.
    crossed: bool,
    /// Nearly every question has every value, as often as the others.
    balanced: bool,
}

impl Ways {
    /// Names of folders or files.
    fn named(values: BTreeSet<String>) -> Self {
        let name = String::new();
        let speaks = |value: &&String| !is_plain(value) && (speaks_of_cue(value) || kind_of(value).is_some());
        let (plain, cued) =
            (values.iter().filter(|value| says_plain(value)).count(), values.iter().filter(speaks).count());
        // What stands beside hints, or beside a hint and nothing, is a hint.
        let of_cues = cued > 0 && plain + cued > 1 && !values.iter().any(|value| KNOWN.contains(&value.as_str()));
        Self { name, values, nothing: false, empty: false, of_cues, crossed: true, balanced: false }
    }

    fn of(leaf: &Leaf, unit: Unit<'_>) -> Option<Self> {
        let values = leaf.values()?;
        let empty = leaf.is_empty_somewhere();
        let lacks = |column: &Leaf| !leaf.path.is_many() && column.cells.len() > leaf.cells.len();
        let nothing = leaf.lacks() || empty || matches!(unit, Unit::Column(column) if lacks(column));
        let counts = leaf.whole.as_ref().is_some_and(|(column, _)| column.counts);
        let truths = leaf.numbers.iter().all(|number| matches!(number.to_bits(), 0 | 0x3ff0_0000_0000_0000)) && !counts;
        if values.is_empty() || values.len() > MOST_WAYS || !truths || leaf.mean_length() > 80 {
            return None;
        }
        let questions = questions(leaf, unit, nothing);
        let all = values.len() + usize::from(nothing);
        let mut designs: BTreeMap<Vec<(&str, usize)>, usize> = BTreeMap::new();
        for ways in questions.values().filter(|ways| ways.len() == all) {
            *designs.entry(ways.iter().map(|(way, count)| (*way, *count)).collect()).or_default() += 1;
        }
        let most = designs.values().copied().max().unwrap_or(0);
        let last = leaf.path.steps().iter().rev().find_map(|step| match step {
            Step::Field(name) => Some(name.clone()),
            _ => None,
        });
        Some(Self {
            name: last.unwrap_or_default(),
            of_cues: names(leaf, CUES),
            crossed: is_crossed(&questions, all),
            balanced: all > 1 && questions.len() >= 5 && most * 10 >= questions.len() * 9,
            values,
            nothing,
            empty,
        })
    }

    /// Whether the values alone say it, in the same questions: some of them plainly, some with a hint.
    fn speak(&self) -> bool {
        self.crossed
            && self.values.iter().any(|value| says_plain(value))
            && self.values.iter().any(|value| speaks_of_cue(value) && !is_plain(value))
    }

    /// What the arm of a value is called; `None` where it keeps its name.
    fn called(&self, value: &str) -> Option<&'static str> {
        let plain = normal(value);
        // Beside another plain arm a control is the control.
        let control = plain == "control" && self.values.iter().any(|other| other != value && is_plain(other));
        if control || KNOWN.contains(&value) {
            return None;
        }
        // The first of several prompts may well be called a baseline: without a hint beside it that is its name.
        let versions = is_of_prompts(&normal(&self.name)) && !self.values.iter().any(|value| speaks_of_cue(value));
        if versions && !NAMES.contains(&normal(&self.name).as_str()) {
            return None;
        }
        if is_plain(value) {
            return Some("uncued");
        }
        (self.of_cues || speaks_of_cue(value)).then_some("cued")
    }

    /// Whether a value says that a cue was planted.
    fn is_cued(&self, value: &str) -> bool {
        value == "cued" || self.called(value) == Some("cued")
    }

    /// Whether the values say plainly and otherwise.
    fn recognised(&self) -> bool {
        self.values.iter().any(|value| self.called(value).is_some() || KNOWN.contains(&value.as_str()))
    }

    /// The right-hand side; `from` is where the value comes from.
    fn source(&self, from: &str) -> String {
        let entries: Vec<String> = self
            .values
            .iter()
            .filter_map(|value| {
                let called = self.called(value).or_else(|| self.of_cues.then_some(value.as_str()))?;
                Some(format!("{} = {}", quoted(value), quoted(called)))
            })
            .collect();
        // Where nothing stands nothing was planted, if anything was elsewhere.
        let cued = self.values.iter().any(|value| self.is_cued(value));
        let absent = if self.empty { ", absent = [\"\"]" } else { "" };
        let default = if self.nothing && cued { ", default = \"uncued\"" } else { "" };
        if entries.is_empty() && default.is_empty() {
            return format!("{{ {from}{absent} }}");
        }
        let map = if entries.is_empty() {
            String::new()
        } else {
            // What stands beside a hint is a hint: a value that nobody has seen yet is asked about, and no arm of its own.
            let unmapped = if self.of_cues { "" } else { ", unmapped = \"keep\"" };
            format!(", map = {{ {} }}{unmapped}", entries.join(", "))
        };
        format!("{{ {from}{absent}{map}{default} }}")
    }

    /// The kind of cue: the one that the value names, else the word of the data; nothing where the question was put plainly.
    fn kind(&self, from: &str) -> Option<String> {
        let cued: Vec<&String> = self.values.iter().filter(|value| self.is_cued(value)).collect();
        if cued.is_empty() {
            return None;
        }
        let kind = |value: &str| match kind_of(value) {
            Some(kind) => quoted(kind),
            None if !matches!(normal(value).as_str(), "true" | "yes" | "y" | "1" | "on") => quoted(value),
            None if self.name.is_empty() => quoted("other"),
            None => quoted(&self.name),
        };
        let kinds: Vec<String> = cued.iter().map(|value| format!("{} = {}", quoted(value), kind(value))).collect();
        Some(format!("{{ {from}, map = {{ {} }}, unmapped = \"absent\" }}", kinds.join(", ")))
    }
}

/// How often which value stands in the records of a question; where nothing stands, that is a value too if `nothing` says so.
fn questions<'l>(leaf: &'l Leaf, unit: Unit<'l>, nothing: bool) -> BTreeMap<&'l str, BTreeMap<&'l str, usize>> {
    let mut questions: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let Unit::Column(column) = unit else { return questions };
    for (value, question) in pairs(leaf, column) {
        *questions.entry(question).or_default().entry(value).or_default() += 1;
    }
    let with: BTreeSet<usize> = leaf.cells.iter().map(|cell| cell.record).collect();
    for cell in column.cells.iter().filter(|cell| nothing && !leaf.path.is_many() && !with.contains(&cell.record)) {
        *questions.entry(&cell.text).or_default().entry("").or_default() += 1;
    }
    questions
}

/// Whether most questions that have several records have more than one of so many values.
fn is_crossed(questions: &BTreeMap<&str, BTreeMap<&str, usize>>, values: usize) -> bool {
    let (mut several, mut repeats) = (0usize, 0usize);
    for ways in questions.values().filter(|ways| ways.values().sum::<usize>() > 1) {
        repeats += 1;
        several += usize::from(ways.len() > 1);
    }
    values > 1 && repeats >= 2 && several * 2 > repeats
}

/// The kind of cue that a value names.
fn kind_of(value: &str) -> Option<&'static str> {
    let value = normal(value);
    let kinds = [
        ("sycophan", "sycophancy"),
        ("professor", "sycophancy"),
        ("authority", "sycophancy"),
        ("consisten", "consistency"),
        ("visual", "visual_pattern"),
        ("pattern", "visual_pattern"),
        ("metadata", "metadata"),
        ("grader", "grader_hacking"),
        ("hack", "grader_hacking"),
        ("unauthori", "unauthorised_information"),
        ("urgen", "urgency"),
    ];
    kinds.iter().find(|(part, _)| value.contains(part)).map(|(_, kind)| *kind)
}
