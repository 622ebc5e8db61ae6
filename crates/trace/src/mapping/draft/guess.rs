//! What a field of an unknown file probably is, by its name and by what it holds. A guess says that it is one.

use super::agreeing::{Agreeing, agreeing};
use super::arm::{self, Arm};
use super::content::{self, Unit};
use super::fits::{decides, has_decimal_comma, in_words, named};
use super::key_file::Key;
use super::layout::{Layout, Leaf};
use super::numbered::Numbered;
use super::options::{self, List};
use super::targets::{TARGETS, is_result, parts_of};
use super::variant::{self, Variant};

/// A field of a mapping with the source that was chosen for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) target: &'static str,
    /// The right-hand side in TOML.
    pub(super) source: String,
    /// The name and the content both say so.
    pub(super) sure: bool,
    pub(super) why: String,
}

/// What was chosen for a layout, and which of its fields no target took.
#[derive(Debug)]
pub(super) struct Chosen<'l> {
    pub(super) guesses: Vec<Guess>,
    /// The field that names the question, where one does.
    pub(super) unit: Option<&'l Leaf>,
    pub(super) unused: Vec<&'l Leaf>,
    /// The lists of which nothing was taken.
    pub(super) unused_lists: Vec<&'l List>,
    /// The ways in which the questions were asked side by side; one where they were not.
    pub(super) variants: Vec<Variant>,
    /// A column that might name the arm: its right-hand side, and what speaks for or against it.
    pub(super) perhaps_arm: Option<(String, &'static str)>,
}

impl Chosen<'_> {
    pub(super) fn source(&self, target: &str) -> Option<&str> {
        self.guesses.iter().find(|guess| guess.target == target).map(|guess| guess.source.as_str())
    }
}

/// Chooses a source for every target that the leaves offer one for: by known names, then by what the question's name repeats like, then by
/// parts of names, then by content. `key` is a side table that holds the right answers.
pub(super) fn guesses<'l>(layout: &'l Layout, key: Option<&Key>) -> Chosen<'l> {
    let mut places: Vec<(&'static str, usize)> = Vec::new();
    let mut used = vec![false; layout.leaves.len()];
    let mut guesses: Vec<Guess> = Vec::new();
    let mut unnamed = Vec::new();
    let numbered = Numbered::of(layout).map(|numbered| (numbered.targets(layout), numbered));
    let numbered = numbered.filter(|(targets, _)| targets.iter().any(|(target, _)| is_result(target)));
    let agreed = match &numbered {
        Some((targets, numbered)) => {
            for (target, at) in targets {
                take(target, *at, "one column a sample", layout, &mut used, &mut places, &mut guesses);
            }
            numbered.columns().for_each(|at| used[at] = true);
            targets.iter().map(|(target, _)| *target).chain(["sample"]).collect()
        }
        None => agreed(layout, key, &mut used, &mut places, &mut guesses),
    };
    // Where rows say what came of them, what stands once for all of them did not come of one.
    let rows_answer = TARGETS.iter().filter(|target| is_result(target.name)).any(|target| {
        let here = |leaf: &&Leaf| is_of_rows(leaf) && target.names.contains(&leaf.name().as_str());
        layout.leaves.iter().filter(here).any(target.fits)
    });
    // What stands once beside the columns of several samples was paid for all of them: no sample's own, and nothing divides it.
    let shared = |target: &str| numbered.is_some() && (target == "cost" || target.starts_with("usage."));
    for target in TARGETS.iter().filter(|target| !agreed.contains(&target.name) && !shared(target.name)) {
        // What a sample says stands in its row, where there are rows.
        let of_rows = matches!(target.name, "verdict" | "answer" | "reasoning" | "reply") && !layout.each.is_empty();
        let best = target
            .names
            .iter()
            .enumerate()
            .flat_map(|(rank, name)| {
                let is_called = move |leaf: &Leaf| {
                    let within = || target.name.starts_with("usage.").then(|| leaf.name_within()).flatten();
                    leaf.name() == *name || within().is_some_and(|within| within == *name)
                };
                let matching = layout.leaves.iter().enumerate().filter(move |(_, leaf)| is_called(leaf));
                matching.map(move |(at, leaf)| (rank, leaf.path.steps().len(), at, leaf))
            })
            .filter(|(_, _, at, leaf)| {
                // What names the question may be its text too.
                let names_it = || places.iter().any(|(taken, place)| *taken == "unit" && place == at);
                (!used[*at] || target.name == "request" && names_it()) && (target.fits)(leaf)
            })
            .filter(|(.., leaf)| !of_rows || !rows_answer || is_of_rows(leaf))
            .filter(|(.., leaf)| target.name != "unit" || tells_apart(leaf, layout))
            .min_by_key(|(rank, depth, at, leaf)| (of_rows && !is_of_rows(leaf), *rank, *depth, *at));
        match best {
            Some((rank, _, at, leaf)) => {
                used[at] = true;
                places.push((target.name, at));
                guesses.push(guess(target.name, leaf, rank, layout));
            }
            None => unnamed.push(target),
        }
    }
    unit_by_content(layout, &mut used, &mut places, &mut guesses);
    if !places.iter().any(|(target, _)| *target == "effort")
        && let Some((at, why)) = arm::effort(layout, &used, unit_of(layout, &places))
    {
        take("effort", at, why, layout, &mut used, &mut places, &mut guesses);
    }
    let mut perhaps_arm = arm_by_content(layout, &mut used, &mut places, &mut guesses);
    if let Some(key) = key {
        guesses.retain(|guess| guess.target != "gold");
        unnamed.retain(|target| target.name != "gold");
        let why = format!("one value a question in {}", key.file.escape_debug());
        guesses.push(Guess { target: "gold", source: key.source.clone(), sure: false, why });
    }
    unnamed.retain(|target| !places.iter().any(|(name, _)| *name == target.name));
    // What no known name claims may still go by a part of one; that is a guess and says so.
    for target in unnamed {
        let parts = parts_of(target.name);
        let best = layout
            .leaves
            .iter()
            .enumerate()
            .filter(|(at, leaf)| !used[*at] && (target.fits)(leaf) && (target.name != "model" || named(leaf)))
            .filter(|(_, leaf)| !rows_answer || !is_result(target.name) || is_of_rows(leaf))
            .filter(|(_, leaf)| target.name != "unit" || tells_apart(leaf, layout))
            .filter_map(|(at, leaf)| {
                let rank = parts.iter().position(|part| leaf.name().contains(part))?;
                Some((rank, leaf.path.steps().len(), at, leaf))
            })
            .min_by_key(|(rank, depth, at, _)| (*rank, *depth, *at));
        if let Some((_, _, at, leaf)) = best {
            used[at] = true;
            places.push((target.name, at));
            let why = "a part of its name says so".to_owned();
            guesses.push(Guess { why, sure: false, ..guess(target.name, leaf, usize::MAX, layout) });
        }
    }
    let taken = |target: &str| places.iter().any(|(name, _)| *name == target);
    let models = variant::models(layout, &used).filter(|(target, _)| !taken("model") && !taken(target));
    let models = models.filter(|_| numbered.is_none() && layout.each.is_empty());
    if let Some((target, columns)) = &models {
        for at in columns.iter().rev() {
            used[*at] = true;
        }
        if let Some(first) = columns.first() {
            take(target, *first, "a column for every model", layout, &mut used, &mut places, &mut guesses);
        }
    }
    let is_decided = models.as_ref().is_some_and(|(target, _)| *target == "verdict");
    results_by_content(layout, key.map(|key| &key.gold), is_decided, &mut used, &mut places, &mut guesses);
    if perhaps_arm.is_none() && !guesses.iter().any(|guess| guess.target == "arm") {
        let unit = unit_of(layout, &places);
        if let Some(Arm::Perhaps { source, question, .. }) = arm::perhaps(layout, &used, unit) {
            perhaps_arm = Some((source, question));
        }
    }
    complete(layout, &mut guesses);
    let unused_lists = options_of(layout, &places, &mut guesses);
    let variants = match (&numbered, &models) {
        (Some((_, numbered)), _) => numbered.variants(layout),
        (None, Some((_, columns))) => variant::of_models(layout, columns),
        (None, None) => variant::variants(layout, &places, &mut used),
    };
    let leaf = |target: &str| {
        let (_, at) = places.iter().find(|(name, _)| *name == target)?;
        layout.leaves.get(*at)
    };
    let unused = layout.leaves.iter().zip(&used).filter(|(_, used)| !**used).map(|(leaf, _)| leaf).collect();
    Chosen { unit: leaf("unit").filter(|_| !layout.is_keyed()), unused, unused_lists, variants, guesses, perhaps_arm }
}

/// Takes the columns that agree on what is right, unless names say otherwise; gives the targets that are settled by it.
fn agreed(
    layout: &Layout,
    key: Option<&Key>,
    used: &mut [bool],
    places: &mut Vec<(&'static str, usize)>,
    guesses: &mut Vec<Guess>,
) -> Vec<&'static str> {
    let Some(Agreeing { answer, gold, verdict, words }) = agreeing(layout).filter(|_| key.is_none()) else {
        return Vec::new();
    };
    let three = [("verdict", verdict), ("gold", gold), ("answer", answer)];
    let named = |name: &str, at: usize| {
        let target = TARGETS.iter().find(|target| target.name == name)?;
        let fits = |leaf: &Leaf| target.names.contains(&leaf.name().as_str()) && (target.fits)(leaf);
        layout.leaves.iter().any(fits).then(|| layout.leaves.get(at).is_some_and(fits))
    };
    if three.iter().any(|(name, at)| named(name, *at) == Some(false)) {
        return Vec::new();
    }
    let mut settled = Vec::new();
    for (name, at) in three.into_iter().filter(|(name, at)| named(name, *at).is_none()) {
        let why = match name {
            "verdict" => "says in every row whether the two below are the same",
            "gold" => "what the answer is compared with",
            _ => "what is compared with the right answer",
        };
        take(name, at, why, layout, used, places, guesses);
        if let (Some(guess), false) =
            (guesses.last_mut().filter(|_| name == "verdict"), layout.leaves.get(at).is_some_and(decides))
        {
            let [right, wrong] = words.each_ref().map(|word| quoted(word));
            guess.source =
                format!("{{ path = {}, map = {{ {right} = \"correct\", {wrong} = \"wrong\" }} }}", guess.source);
        }
        settled.push(name);
    }
    settled
}

/// How many options the question has, where they stand in a list; gives the other lists.
fn options_of<'l>(layout: &'l Layout, places: &[(&'static str, usize)], guesses: &mut Vec<Guess>) -> Vec<&'l List> {
    let said = places.iter().filter(|(target, _)| matches!(*target, "answer" | "gold"));
    let said: Vec<&Leaf> = said.filter_map(|(_, at)| layout.leaves.get(*at)).collect();
    let Some((list, why)) = options::options(layout, &said) else { return layout.lists.iter().collect() };
    let source = format!("{{ path = {}, count = true }}", quoted(&list.path.to_string()));
    guesses.push(Guess { target: "options", source, sure: false, why: why.to_owned() });
    layout.lists.iter().filter(|other| other.path != list.path).collect()
}

/// What names the question, as far as it was chosen.
fn unit_of<'l>(layout: &'l Layout, places: &[(&'static str, usize)]) -> Unit<'l> {
    let place = places.iter().find(|(target, _)| *target == "unit").filter(|_| !layout.is_keyed());
    place.and_then(|(_, at)| layout.leaves.get(*at)).map_or(Unit::Record, Unit::Column)
}

/// The arm with its kind of cue, by name and by how its values go with the question's; a column that is not clear enough is given back.
fn arm_by_content(
    layout: &Layout,
    used: &mut [bool],
    places: &mut Vec<(&'static str, usize)>,
    guesses: &mut Vec<Guess>,
) -> Option<(String, &'static str)> {
    let found = arm::arm(layout, used, unit_of(layout, places));
    let fits = |at: usize, leaf: &Leaf| !used[at] && arm::points(layout, leaf) && leaf.distinct() > 1;
    let target = layout.leaves.iter().enumerate().find(|(at, leaf)| fits(*at, leaf));
    if !guesses.iter().any(|guess| guess.target == "cue.target")
        && let Some((at, _)) = target
    {
        take("cue.target", at, "the option that the hint points to", layout, used, places, guesses);
    }
    let guess = |target, source, why: &str| Guess { target, source, sure: false, why: why.to_owned() };
    let which = "which kind of hint it is: docs/formats/trace.md";
    match found {
        Some(Arm::Perhaps { at, source, question }) => {
            // Whatever it is, it is no result.
            used[at] = true;
            return Some((source, question));
        }
        Some(Arm::Column { at, source, why, kind }) => {
            used[at] = true;
            places.push(("arm", at));
            guesses.push(guess("arm", source, why));
            guesses.extend(kind.map(|kind| guess("cue.kind", kind, which)));
            let unit = unit_of(layout, places);
            if !guesses.iter().any(|guess| guess.target == "cue.target")
                && let Some(target) = arm::points_beside(layout, used, at, unit)
            {
                let why =
                    "stands there with a hint only, and is answered elsewhere: the option that the hint points to";
                take("cue.target", target, why, layout, used, places, guesses);
            }
        }
        None => {
            let target = places.iter().find(|(target, _)| *target == "cue.target");
            let leaf = target.and_then(|(_, at)| layout.leaves.get(*at));
            if let Some((source, kind)) = leaf.and_then(arm::pointed) {
                guesses.push(guess("arm", source, "cued where the hint points to an option, else put plainly"));
                guesses.push(guess("cue.kind", kind, which));
            }
        }
    }
    None
}

/// The field that names the question, by how its values repeat.
fn unit_by_content(
    layout: &Layout,
    used: &mut [bool],
    places: &mut Vec<(&'static str, usize)>,
    guesses: &mut Vec<Guess>,
) {
    if layout.is_keyed() {
        return;
    }
    let named = places.iter().position(|(target, _)| *target == "unit");
    let model = places.iter().find(|(target, _)| *target == "model").and_then(|(_, at)| layout.leaves.get(*at));
    let found = match named.and_then(|place| places.get(place)) {
        Some((_, at)) => content::instead_of(layout, used, *at).or_else(|| content::finer(layout, used, *at, model?)),
        None => content::unit(layout, used),
    };
    let Some((at, why)) = found else { return };
    if let Some((_, before)) = named.map(|place| places.remove(place)) {
        used[before] = false;
        guesses.retain(|guess| guess.target != "unit");
    }
    take("unit", at, why, layout, used, places, guesses);
}

/// Answer, right answer, verdict and reply, by how their values go with the question's.
fn results_by_content(
    layout: &Layout,
    key: Option<&Leaf>,
    is_decided: bool,
    used: &mut [bool],
    places: &mut Vec<(&'static str, usize)>,
    guesses: &mut Vec<Guess>,
) {
    let leaf = |places: &[(&'static str, usize)], target: &str| {
        let (_, at) = places.iter().find(|(name, _)| *name == target)?;
        layout.leaves.get(*at)
    };
    let unit = unit_of(layout, places);
    // What every model said is not known where it is known of each whether it was right.
    if !is_decided
        && leaf(places, "answer").is_none()
        && let Some((at, why)) = content::answer(layout, used, unit, key.or_else(|| leaf(places, "gold")))
    {
        take("answer", at, why, layout, used, places, guesses);
    }
    if key.is_none()
        && leaf(places, "gold").is_none()
        && let Some(answer) = leaf(places, "answer")
        && let Some((at, why)) = content::gold(layout, used, unit, answer)
    {
        take("gold", at, why, layout, used, places, guesses);
    }
    if key.is_none()
        && leaf(places, "verdict").is_none()
        && let (Some(answer), Some(gold)) = (leaf(places, "answer"), leaf(places, "gold"))
        && let Some((at, why)) = content::verdict_beside(layout, used, (answer, gold), decides)
    {
        take("verdict", at, why, layout, used, places, guesses);
    }
    let is_answered = leaf(places, "answer").is_some();
    let compared = is_answered && (key.is_some() || leaf(places, "gold").is_some());
    if leaf(places, "verdict").is_none()
        && let Some((at, source)) = content::verdict_in_words(layout, used)
    {
        let why = "its words say right and wrong; what says neither counts as wrong: `error` where nobody could decide";
        take("verdict", at, why, layout, used, places, guesses);
        if let Some(guess) = guesses.last_mut() {
            guess.source = source;
        }
    }
    if !compared
        && leaf(places, "verdict").is_none()
        && let Some((at, why)) = content::verdict(layout, used, decides)
    {
        take("verdict", at, why, layout, used, places, guesses);
    }
    if leaf(places, "reply").is_none() && leaf(places, "reasoning").is_none() {
        let texts = content::texts(layout, used, unit);
        let tagged = |at: usize| layout.leaves.get(at).is_some_and(|leaf| leaf.texts.iter().any(|text| text.tagged));
        let mut take = |target, at, why| take(target, at, why, layout, used, places, guesses);
        match (texts.as_slice(), is_answered) {
            ([first, second, ..], _) if !tagged(*first) && !tagged(*second) => {
                take("reasoning", *first, "the longest text, another in every sample: read as the chain of thought");
                take("reply", *second, "the second longest text, another in every sample: read as what was said");
            }
            ([first, ..], true) if !tagged(*first) => {
                let why = "a long text beside a short answer, another in every sample: read as the chain of thought; \
                           `reply` where it is what was said";
                take("reasoning", *first, why);
            }
            ([first, ..], _) => {
                let why = "a long text, another in every sample; `reasoning` where it is the chain of thought alone";
                take("reply", *first, why);
            }
            ([], _) => {}
        }
    }
}

fn take(
    target: &'static str,
    at: usize,
    why: &str,
    layout: &Layout,
    used: &mut [bool],
    places: &mut Vec<(&'static str, usize)>,
    guesses: &mut Vec<Guess>,
) {
    let Some(leaf) = layout.leaves.get(at) else { return };
    used[at] = true;
    places.push((target, at));
    let why = why.to_owned();
    guesses.push(Guess { why, sure: false, ..guess(target, leaf, usize::MAX, layout) });
}

fn is_of_rows(leaf: &Leaf) -> bool {
    leaf.path.is_many()
}

/// Whether a field has enough values to name questions.
fn tells_apart(leaf: &Leaf, layout: &Layout) -> bool {
    layout.seen < 3 || leaf.distinct() * 20 >= leaf.count().min(60)
}

fn guess(target: &'static str, leaf: &Leaf, rank: usize, layout: &Layout) -> Guess {
    let path = quoted(&leaf.path.to_string());
    let sure = rank < 8 && layout.each.is_empty() && leaf.nulls * 2 <= leaf.count();
    let repeats = leaf.path.steps().iter().all(|step| !matches!(step, crate::mapping::path::Step::Items));
    let counter = matches!(target, "cost" | "usage.input" | "usage.output" | "usage.reasoning");
    if counter && repeats && rises(leaf) {
        let share = if layout.each.is_empty() { "" } else { ", share = \"rows\"" };
        return Guess {
            target,
            source: format!("{{ path = {path}, difference = \"resets\"{share} }}"),
            sure: false,
            why: "rises from record to record: read as a running total".to_owned(),
        };
    }
    let written = if has_decimal_comma(leaf) { ", decimal = \",\"" } else { "" };
    if counter && repeats && !layout.each.is_empty() {
        let why = "stands once for all rows: divided over them".to_owned();
        return Guess { target, source: format!("{{ path = {path}{written}, share = \"rows\" }}"), sure: false, why };
    }
    if target == "cost" && is_foreign_money(&leaf.path.to_string()) {
        let why = "no dollars, by its name: `scale` with the rate of the day makes some of it".to_owned();
        return Guess { target, source: format!("{{ path = {path}{written}, scale = 1 }}"), sure: false, why };
    }
    if !written.is_empty() && matches!(target, "cost" | "scores.score") {
        let why = "by its name; with a decimal comma".to_owned();
        return Guess { target, source: format!("{{ path = {path}{written} }}"), sure, why };
    }
    if target == "sample" && in_words(leaf) {
        let why = "the number behind a word".to_owned();
        return Guess { target, source: format!("{{ path = {path}, regex = \"[0-9]+$\" }}"), sure: false, why };
    }
    let transcript = |text: &super::tree::Text| ["system\n", "user\n"].iter().any(|role| text.begins.starts_with(role));
    if target == "reply" && leaf.count() > 0 && leaf.texts.iter().all(transcript) {
        let why = "the prompt stands before it: what follows the last `assistant`".to_owned();
        let source =
            format!("{{ path = {path}, split = \"assistant\\n\", side = \"after\", at = \"last\", trim = true }}");
        return Guess { target, source, sure: false, why };
    }
    let is_share = |number: &f64| (-1.0..=100.0).contains(number);
    if target == "scores.score"
        && leaf.numbers.iter().any(|number| *number > 1.0)
        && leaf.numbers.iter().all(is_share)
        && ["pass", "acc", "percent"].iter().any(|part| leaf.name().contains(part))
    {
        let why = "by its name; reads like per cent, made a share".to_owned();
        return Guess { target, source: format!("{{ path = {path}, scale = 0.01 }}"), sure: false, why };
    }
    if target == "reply" && leaf.texts.iter().any(|text| text.tagged) {
        let why = "holds <think> tags: cut into reasoning and output".to_owned();
        return Guess { target, source: path, sure: rank < 8, why };
    }
    let why = format!("by its name{}", if sure { " and what it holds" } else { "" });
    Guess { target, source: path, sure, why }
}

/// Whether a name speaks of money that is no dollars.
fn is_foreign_money(name: &str) -> bool {
    let name = name.to_lowercase();
    name.contains(['€', '£', '¥'])
        || name.split(|c: char| !c.is_alphabetic()).any(|word| matches!(word, "eur" | "euro" | "gbp" | "chf" | "jpy"))
}

/// Whether values nearly always rise and are not just a count of the records.
fn rises(leaf: &Leaf) -> bool {
    let up = leaf.numbers.windows(2).filter(|pair| pair[1] > pair[0]).count();
    leaf.numbers.len() >= 8 && up * 10 >= (leaf.numbers.len() - 1) * 9
}

/// What follows from what was found: the unit where nothing names it, the verdict where answer and gold stand there.
fn complete(layout: &Layout, guesses: &mut Vec<Guess>) {
    let source = |guesses: &[Guess], target: &str| {
        guesses.iter().find(|guess| guess.target == target).map(|guess| guess.source.clone())
    };
    if layout.keyed {
        guesses.retain(|guess| guess.target != "unit");
        let why = "the key of the record".to_owned();
        guesses.push(Guess { target: "unit", source: "{ capture = \"unit\" }".to_owned(), sure: true, why });
    } else if layout.each.iter().any(|path| path.to_string().contains("{key}")) {
        guesses.retain(|guess| guess.target != "unit");
        let why = "the key of the row".to_owned();
        guesses.push(Guess { target: "unit", source: "{ capture = \"key\" }".to_owned(), sure: false, why });
    } else if source(guesses, "unit").is_none() {
        let (source, why) = if layout.seen <= 4 && !layout.each.is_empty() {
            ("{ row = true }", "nothing names the question: every row is its own")
        } else if layout.seen < 2 {
            ("\"\"", "fill in: nothing tells what names the question")
        } else {
            ("{ record = true }", "nothing names the question: every record is its own")
        };
        guesses.push(Guess { target: "unit", source: source.to_owned(), sure: false, why: why.to_owned() });
    }
    if source(guesses, "verdict").is_none()
        && let (Some(answer), Some(gold)) = (source(guesses, "answer"), source(guesses, "gold"))
    {
        let why = "nothing says whether the answer is right: compared with the gold, letter by letter".to_owned();
        let source = format!("{{ equals = [{}, {}] }}", trimmed(&answer), trimmed(&gold));
        guesses.push(Guess { target: "verdict", source, sure: false, why });
    }
}

/// A source without white space at the ends of its text.
pub(super) fn trimmed(source: &str) -> String {
    match source.strip_suffix(" }") {
        Some(table) => format!("{table}, trim = true }}"),
        None => format!("{{ path = {source}, trim = true }}"),
    }
}

/// Text as a TOML string.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
