//! Where in an unknown document the records are, and which lists in a record belong together. Not what the fields mean.

use std::collections::{BTreeMap, BTreeSet};

use super::options::List;
use super::tree::{Text, Tree};
use super::whole::Column;
use crate::mapping::path::{Path, Step};

/// What a document looks like.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The way to the records, where the container does not give it.
    pub(super) records: Option<String>,
    /// Lists that run in parallel within a record.
    pub(super) each: Vec<Path>,
    pub(super) leaves: Vec<Leaf>,
    /// Lists in the records that are no rows.
    pub(super) lists: Vec<List>,
    /// Rows of the same name that do not run in parallel with those, with how many were seen: replies that a draft does not read, and says so.
    pub(super) elsewhere: Vec<(Path, usize)>,
    /// How many records were looked at closely.
    pub(super) seen: usize,
    /// How many were looked through for what the columns hold, and whether that is all of them.
    pub(super) scanned: u64,
    pub(super) to_its_end: bool,
    /// The key of the records is captured as `unit`.
    pub(super) keyed: bool,
}

impl Layout {
    /// Whether a key and no field names the question.
    pub(super) fn is_keyed(&self) -> bool {
        self.keyed || self.each.iter().any(|path| path.steps().iter().any(|step| matches!(step, Step::Capture(_))))
    }

    /// The same, beside what the whole file holds.
    pub(super) fn with(mut self, columns: &BTreeMap<Vec<Step>, Column>, records: u64, kept: &[Tree]) -> Self {
        let kept: Vec<&Tree> = kept.iter().collect();
        self.leaves = leaves(self.leaves, self.seen, &kept, &self.each);
        self.seen += kept.len();
        self.scanned = records;
        for leaf in &mut self.leaves {
            leaf.whole = columns.get(leaf.path.steps()).map(|column| (column.clone(), records));
        }
        self
    }
}

/// A field that was seen, with what it held.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) path: Path,
    pub(super) bools: usize,
    pub(super) numbers: Vec<f64>,
    pub(super) texts: Vec<Text>,
    pub(super) nulls: usize,
    /// Every value as text, with the record and the row that it stands in.
    pub(super) cells: Vec<Cell>,
    /// What stands there in the whole file, with the number of its records, where it was looked through.
    pub(super) whole: Option<(Column, u64)>,
}

/// A value as text, where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) record: usize,
    /// Which of the values of this field in the record, from 0.
    pub(super) row: usize,
    pub(super) text: String,
}

/// How many records are looked at.
pub(super) const RECORDS: usize = 400;
const VALUES: usize = 4000;

impl Leaf {
    /// A field in which nothing was seen yet.
    pub(super) fn at(path: Path) -> Self {
        Self { path, bools: 0, numbers: Vec::new(), texts: Vec::new(), nulls: 0, cells: Vec::new(), whole: None }
    }

    pub(super) fn count(&self) -> usize {
        self.bools + self.numbers.len() + self.texts.len()
    }

    pub(super) fn is_text(&self) -> bool {
        self.count() > 0 && self.texts.len() == self.count()
    }

    pub(super) fn is_number(&self) -> bool {
        self.count() > 0 && self.numbers.len() == self.count()
    }

    pub(super) fn mean_length(&self) -> usize {
        self.texts.iter().map(|text| text.length).sum::<usize>() / self.texts.len().max(1)
    }

    pub(super) fn is_whole(&self) -> bool {
        self.is_number() && self.numbers.iter().all(|number| number.fract() == 0.0 && *number >= 0.0)
    }

    /// The last key on the way, in lower case without punctuation.
    pub(super) fn name(&self) -> String {
        let last = self.path.steps().iter().rev().find_map(|step| match step {
            Step::Field(name) => Some(name.as_str()),
            _ => None,
        });
        normal(last.unwrap_or_default())
    }

    /// The last two keys on the way, as one name: `tokens.out` is called `tokensout`.
    pub(super) fn name_within(&self) -> Option<String> {
        let names = self.path.steps().iter().rev().filter_map(|step| match step {
            Step::Field(name) => Some(name.as_str()),
            _ => None,
        });
        let mut last: Vec<&str> = names.take(2).collect();
        last.reverse();
        (last.len() == 2).then(|| normal(&last.concat()))
    }

    /// Whether it measures something: a count, a duration, a price, a rate. That is nobody's answer, whatever it equals.
    pub(super) fn measures(&self) -> bool {
        const MEASURES: &[&str] = &[
            "count",
            "counts",
            "usage",
            "stats",
            "metrics",
            "ms",
            "seconds",
            "secs",
            "latency",
            "duration",
            "elapsed",
            "token",
            "tokens",
            "tok",
            "toks",
            "cost",
            "usd",
            "price",
            "length",
            "len",
            "date",
            "time",
            "timestamp",
            "ts",
            "created",
            "updated",
            "score",
            "scores",
            "rate",
            "reward",
            "prob",
            "logprob",
            "loss",
            "pass",
            "acc",
            "accuracy",
            "elo",
            "percent",
            "kosten",
            "preis",
            "dauer",
            "zeit",
            "eur",
            "euro",
            "spend",
            "seed",
            "temperature",
        ];
        let fields = self.path.steps().iter().filter_map(|step| match step {
            Step::Field(name) => Some(name),
            _ => None,
        });
        fields.flat_map(|name| words(name)).any(|word| MEASURES.contains(&word.as_str()))
    }

    /// Whether it stands in a part of the record that holds the question with its right answer: an `answer` there is what is right, not what was said.
    pub(super) fn is_of_the_question(&self) -> bool {
        const PARTS: &[&str] = &[
            "doc",
            "document",
            "example",
            "reference",
            "references",
            "referenceoutputs",
            "expected",
            "groundtruth",
            "gold",
        ];
        let [before @ .., _] = self.path.steps() else { return false };
        before.iter().any(|step| matches!(step, Step::Field(name) if PARTS.contains(&normal(name).as_str())))
    }

    /// The different values, of the whole file where it was looked through; `None` where they are too many.
    pub(super) fn values(&self) -> Option<BTreeSet<String>> {
        match &self.whole {
            Some((column, _)) => column.values.clone(),
            None => Some(self.cells.iter().map(|cell| cell.text.clone()).collect()),
        }
    }

    /// Whether nothing stands there in some records, as far as their number is known.
    pub(super) fn lacks(&self) -> bool {
        let whole = self.whole.as_ref().filter(|_| !self.path.is_many());
        self.nulls > 0 || whole.is_some_and(|(column, records)| column.there < *records)
    }

    /// Whether an empty text stands there in some.
    pub(super) fn is_empty_somewhere(&self) -> bool {
        self.texts.iter().any(|text| text.begins.trim().is_empty())
            || self.whole.as_ref().is_some_and(|(column, _)| column.empty)
    }

    pub(super) fn distinct(&self) -> usize {
        let texts: BTreeSet<&str> = self.texts.iter().map(|text| text.begins.as_str()).collect();
        let numbers: BTreeSet<u64> = self.numbers.iter().map(|number| number.to_bits()).collect();
        texts.len() + numbers.len() + usize::from(self.bools > 0) * 2
    }
}

/// A key in lower case without punctuation.
pub(super) fn normal(key: &str) -> String {
    key.to_lowercase().chars().filter(|character| character.is_alphanumeric()).collect()
}

/// The words of a key in lower case: `tokOut`, `tok_out` and `Tok out` are the same two.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for character in key.chars() {
        if !character.is_alphabetic() || character.is_uppercase() && before.is_lowercase() {
            words.push(String::new());
        }
        if character.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
        before = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a key is an identifier and not the name of a field: long, with digits, of hexadecimal digits and hyphens.
fn is_identifier(key: &str) -> bool {
    key.len() >= 12
        && key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        && key.bytes().any(|byte| byte.is_ascii_digit())
}

/// Looks at a list of records.
pub(super) fn of_records<'t>(records: impl Iterator<Item = &'t Tree>) -> Layout {
    let records: Vec<&Tree> = records.take(RECORDS).collect();
    let mut layout = Layout { seen: records.len(), ..Layout::default() };
    (layout.each, layout.elsewhere) = parallel(&records);
    layout.leaves = leaves(Vec::new(), 0, &records, &layout.each);
    layout.lists = super::options::lists(&records, &layout.each);
    layout
}

/// Looks at a document that is one object.
pub(super) fn of_document(document: &Tree) -> Layout {
    let Tree::Object(entries) = document else { return of_records(std::iter::once(document)) };
    if let Some((path, items)) = list_of_objects(entries) {
        let mut layout = of_records(items.iter());
        layout.records = Some(path);
        return layout;
    }
    let objects: Vec<&Tree> = entries.iter().map(|(_, value)| value).filter(|value| is_object(value)).collect();
    if objects.len() >= 3 && objects.len() * 10 >= entries.len() * 9 && alike(&objects) {
        let mut layout = of_records(objects.into_iter());
        layout.records = Some("{unit}".to_owned());
        layout.keyed = true;
        return layout;
    }
    of_records(std::iter::once(document))
}

fn is_object(tree: &Tree) -> bool {
    matches!(tree, Tree::Object(entries) if !entries.is_empty())
}

/// Whether objects share most of their keys, so that their own keys are names and not fields.
fn alike(objects: &[&Tree]) -> bool {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut keys = 0;
    for object in objects {
        if let Tree::Object(entries) = object {
            keys += entries.len();
            for (key, _) in entries {
                *counts.entry(key).or_default() += 1;
            }
        }
    }
    let shared: usize = counts.values().filter(|count| **count * 2 >= objects.len()).sum();
    keys > 0 && shared * 3 >= keys * 2
}

/// The longest list of objects within two levels.
fn list_of_objects(entries: &[(String, Tree)]) -> Option<(String, &Vec<Tree>)> {
    let mut found: Option<(String, &Vec<Tree>)> = None;
    let consider = |path: Vec<Step>, value: &Tree| -> Option<usize> {
        let Tree::List(items) = value else { return None };
        let objects = items.iter().filter(|item| is_object(item)).count();
        (objects >= 2 && objects == items.len()).then_some(objects).filter(|_| !path.is_empty())
    };
    // Two objects in a list are two halves of something as often as two records.
    let mut best = 2;
    for (key, value) in entries {
        let steps = vec![Step::Field(key.clone())];
        if let (Some(length), Tree::List(items)) = (consider(steps.clone(), value), value)
            && length > best
        {
            best = length;
            found = Some((Path::new([steps, vec![Step::Items]].concat()).to_string(), items));
        }
        if let Tree::Object(inner) = value {
            for (second, value) in inner {
                let steps = vec![Step::Field(key.clone()), Step::Field(second.clone())];
                if let (Some(length), Tree::List(items)) = (consider(steps.clone(), value), value)
                    && length > best
                {
                    best = length;
                    found = Some((Path::new([steps, vec![Step::Items]].concat()).to_string(), items));
                }
            }
        }
    }
    found
}

/// Lists of single values, by path: their lengths record by record.
fn lists(tree: &Tree, path: &mut Vec<Step>, out: &mut BTreeMap<Path, Vec<usize>>, keyed: bool) {
    const MOST: usize = 200;
    if out.len() > MOST || path.len() > 5 {
        return;
    }
    match tree {
        Tree::List(items) => {
            let singles = items.iter().filter(|item| !matches!(item, Tree::List(_) | Tree::Object(_))).count();
            if items.len() >= 2 && singles == items.len() {
                let mut whole = path.clone();
                whole.push(Step::Items);
                out.entry(Path::new(whole)).or_default().push(items.len());
            } else if items.len() >= 2 && items.iter().all(is_object) {
                // A list of small objects runs in parallel through each of their fields.
                if let Some(Tree::Object(entries)) = items.first() {
                    for (key, value) in entries {
                        if !matches!(value, Tree::List(_) | Tree::Object(_)) {
                            let mut whole = path.clone();
                            whole.extend([Step::Items, Step::Field(key.clone())]);
                            out.entry(Path::new(whole)).or_default().push(items.len());
                        }
                    }
                }
            }
            let within = rows_within(items);
            for (key, field, rows) in &within {
                let mut whole = path.clone();
                whole.extend([Step::Items, Step::Field(key.clone()), Step::Items]);
                whole.extend(field.clone().map(Step::Field));
                out.entry(Path::new(whole)).or_default().push(*rows);
            }
            for (index, item) in items.iter().enumerate().take(4) {
                if within.is_empty() && is_object(item) && items.len() <= 4 {
                    path.push(Step::Item(index));
                    lists(item, path, out, keyed);
                    path.pop();
                }
            }
        }
        Tree::Object(entries) => {
            // Many keys that all lead to lists: the keys are names.
            let named = entries.len() >= 5
                && !entries.iter().any(|(key, _)| super::targets::is_known(&normal(key)))
                && entries.iter().all(|(_, value)| matches!(value, Tree::List(items) if !items.is_empty()));
            if named && !keyed {
                let total =
                    entries.iter().map(|(_, value)| if let Tree::List(items) = value { items.len() } else { 0 });
                let mut whole = path.clone();
                whole.extend([Step::Capture("key".to_owned()), Step::Items]);
                out.entry(Path::new(whole)).or_default().push(total.sum());
                return;
            }
            let identified =
                !entries.is_empty() && entries.iter().all(|(key, value)| is_identifier(key) && is_object(value));
            if identified && !path.is_empty() {
                // Objects under identifiers run in parallel through each of their fields.
                if let Some((_, Tree::Object(inner))) = entries.first() {
                    for (key, value) in inner {
                        if !matches!(value, Tree::List(_) | Tree::Object(_)) {
                            let mut whole = path.clone();
                            whole.extend([Step::Capture("key".to_owned()), Step::Field(key.clone())]);
                            out.entry(Path::new(whole)).or_default().push(entries.len());
                        }
                    }
                }
                return;
            }
            for (key, value) in entries {
                if is_course(key, value) {
                    continue;
                }
                path.push(Step::Field(key.clone()));
                lists(value, path, out, keyed);
                path.pop();
            }
        }
        _ => {}
    }
}

/// Whether a list holds what happened one after the other in one sample, by its name: its items are no samples.
fn is_course(key: &str, value: &Tree) -> bool {
    const COURSES: &[&str] = &[
        "actions",
        "conversation",
        "dialogue",
        "events",
        "history",
        "log",
        "logs",
        "messages",
        "spans",
        "steps",
        "toolcalls",
        "trajectory",
        "transcript",
        "turns",
    ];
    matches!(value, Tree::List(items) if items.iter().any(is_object)) && COURSES.contains(&normal(key).as_str())
}

/// What stands under a key.
fn value<'t>(entries: &'t [(String, Tree)], key: &str) -> Option<&'t Tree> {
    entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

/// Lists of the same rows in every object of a list whose objects a word tells apart, as the attempts of several models do: the key of the list, the field of its rows where those are objects, and
/// how many rows there are in all. Objects without such a word are ways of asking, one each.
fn rows_within(items: &[Tree]) -> Vec<(String, Option<String>, usize)> {
    let objects: Vec<&Vec<(String, Tree)>> = items
        .iter()
        .filter_map(|item| match item {
            Tree::Object(entries) => Some(entries),
            _ => None,
        })
        .collect();
    let Some(first) = objects.first().filter(|_| objects.len() == items.len()) else { return Vec::new() };
    let tells_apart = |key: &str| {
        let words: BTreeSet<&str> = objects
            .iter()
            .filter_map(|entries| match value(entries, key) {
                Some(Tree::Text(text)) => Some(text.begins.as_str()),
                _ => None,
            })
            .collect();
        words.len() == objects.len()
    };
    if !first.iter().any(|(key, value)| matches!(value, Tree::Text(_)) && tells_apart(key)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (key, rows) in *first {
        let Tree::List(rows) = rows else { continue };
        let total = objects.iter().filter_map(|entries| match value(entries, key) {
            Some(Tree::List(rows)) => Some(rows.len()),
            _ => None,
        });
        let total: usize = total.sum();
        if total < 2 || total < 2 * objects.len() {
            continue;
        }
        match rows.first() {
            Some(Tree::Object(fields)) => {
                let single = |value: &Tree| !matches!(value, Tree::List(_) | Tree::Object(_));
                let fields = fields.iter().filter(|(_, value)| single(value));
                found.extend(fields.map(|(field, _)| (key.clone(), Some(field.clone()), total)));
            }
            Some(Tree::List(_)) | None => {}
            Some(_) => found.push((key.clone(), None, total)),
        }
    }
    found
}

/// The lists that have the same length as each other in every record, where there are any that matter; and those that stand elsewhere and are called like the first of them.
fn parallel(records: &[&Tree]) -> (Vec<Path>, Vec<(Path, usize)>) {
    let mut found: BTreeMap<Path, Vec<usize>> = BTreeMap::new();
    for record in records {
        lists(record, &mut Vec::new(), &mut found, false);
    }
    // As many samples as options are a coincidence.
    let whole: Vec<(&Path, &Vec<usize>)> = found
        .iter()
        .filter(|(path, lengths)| lengths.len() * 10 >= records.len() * 9 && !super::options::are_options(path))
        .collect();
    let matters = |path: &Path| super::targets::names_a_reply(&Leaf::at(path.clone()).name());
    // The lists that run with the first one that matters.
    let Some((first, lengths)) =
        whole.iter().find(|(path, _)| matters(path)).or_else(|| whole.iter().find(|(path, _)| is_nested(path)))
    else {
        return (Vec::new(), Vec::new());
    };
    let wildcards = |path: &Path| -> Vec<Step> {
        path.steps().iter().filter(|step| matches!(step, Step::Items | Step::Capture(_))).cloned().collect()
    };
    let group: Vec<Path> = whole
        .iter()
        .filter(|(path, other)| other == lengths && wildcards(path) == wildcards(first))
        .map(|(path, _)| (*path).clone())
        .collect();
    let reply = group.iter().find(|path| matters(path)).unwrap_or(first);
    let called = |path: &Path| path.steps().last().cloned();
    let elsewhere = found
        .iter()
        .filter(|(path, _)| !group.contains(path) && path.is_many() && called(path) == called(reply))
        .filter(|(path, _)| matches!(path.steps().last(), Some(Step::Field(_))))
        .map(|(path, lengths)| (path.clone(), lengths.iter().sum()))
        .collect();
    (group, elsewhere)
}

/// Whether a path leads through one list of objects that no name says to be parts of the question or of one call.
fn is_nested(path: &Path) -> bool {
    const PARTS: &[&str] = &[
        "choices",
        "options",
        "messages",
        "turns",
        "conversation",
        "history",
        "tools",
        "documents",
        "context",
        "steps",
        "examples",
        "shots",
        "candidates",
        "toolcalls",
        "train",
        "test",
        "rubric",
    ];
    match path.steps() {
        [before @ .., Step::Field(list), Step::Items, Step::Field(_)] => {
            // Of a list within a list the outer one has its own name.
            let named = |step: &Step| match step {
                Step::Field(name) => !PARTS.contains(&normal(name).as_str()),
                step => matches!(step, Step::Items),
            };
            !PARTS.contains(&normal(list).as_str())
                && before.iter().all(named)
                && before.iter().filter(|step| matches!(step, Step::Items)).count() <= 1
        }
        _ => false,
    }
}

/// Every single value, by path, after those of so many records; lists only where they are rows.
fn leaves(mut order: Vec<Leaf>, before: usize, records: &[&Tree], each: &[Path]) -> Vec<Leaf> {
    let mut places: BTreeMap<Path, usize> =
        order.iter().enumerate().map(|(at, leaf)| (leaf.path.clone(), at)).collect();
    for (number, record) in records.iter().enumerate() {
        let number = before + number;
        let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
        gather(record, &mut Vec::new(), each, &mut |path, tree| {
            const MOST_LEAVES: usize = 500;
            let path = Path::new(path.to_vec());
            let place = match places.get(&path) {
                Some(place) => *place,
                None if order.len() >= MOST_LEAVES => return,
                None => {
                    places.insert(path.clone(), order.len());
                    order.push(Leaf::at(path));
                    order.len() - 1
                }
            };
            let leaf = &mut order[place];
            if leaf.count() >= VALUES {
                return;
            }
            let row = rows.entry(place).or_default();
            if let Some(text) = shown(tree) {
                leaf.cells.push(Cell { record: number, row: *row, text });
            }
            *row += 1;
            match tree {
                Tree::Null => leaf.nulls += 1,
                Tree::Bool(_) => leaf.bools += 1,
                Tree::Number(number) => leaf.numbers.push(*number),
                Tree::Text(text) => leaf.texts.push(text.clone()),
                Tree::List(_) | Tree::Object(_) => {}
            }
        });
    }
    order
}

/// A single value as text; `None` where nothing is there.
pub(super) fn shown(tree: &Tree) -> Option<String> {
    match tree {
        Tree::Bool(truth) => Some(truth.to_string()),
        Tree::Number(number) => Some(number.to_string()),
        Tree::Text(text) => Some(text.begins.trim().to_owned()).filter(|text| !text.is_empty()),
        Tree::Null | Tree::List(_) | Tree::Object(_) => None,
    }
}

/// Hands over every single value with its path; of lists, only those that are rows.
pub(super) fn gather(tree: &Tree, path: &mut Vec<Step>, each: &[Path], take: &mut dyn FnMut(&[Step], &Tree)) {
    let leads_to_rows = |path: &[Step]| each.iter().any(|row| row.steps().starts_with(path));
    match tree {
        Tree::Object(entries) => {
            path.push(Step::Capture("key".to_owned()));
            let captured = leads_to_rows(path);
            path.pop();
            for (key, value) in entries {
                if !captured && is_identifier(key) {
                    // What stands under an identifier is a record of its own, not a field of this one.
                    continue;
                }
                path.push(if captured { Step::Capture("key".to_owned()) } else { Step::Field(key.clone()) });
                gather(value, path, each, take);
                path.pop();
            }
        }
        Tree::List(items) => {
            path.push(Step::Items);
            let rows = leads_to_rows(path);
            if rows {
                for item in items {
                    gather(item, path, each, take);
                }
            }
            path.pop();
            if !rows {
                for (index, item) in items.iter().enumerate() {
                    path.push(Step::Item(index));
                    if leads_to_rows(path) {
                        gather(item, path, each, take);
                    }
                    path.pop();
                }
            }
        }
        single => take(path, single),
    }
}
