//! Lists in the records of an unknown file that are not rows, and which of them are the options of the question: by name, or because the answers
//! stand in it. Not the options' texts: a mapping takes their number.

use super::layout::{Cell, Layout, Leaf, normal, shown};
use super::tree::Tree;
use crate::mapping::path::{Path, Step};

/// A list that stands in records.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) path: Path,
    /// Its items are records or lists themselves.
    nested: bool,
    least: usize,
    most: usize,
    /// The items record by record, as far as they are single values.
    items: Vec<(usize, Vec<String>)>,
}

impl List {
    /// What it holds, for a comment: `a list of 4: red`.
    pub(super) fn shown(&self) -> (String, Option<&str>) {
        let size = if self.least == self.most {
            format!("a list of {}", self.most)
        } else {
            format!("lists of {} to {}", self.least, self.most)
        };
        (size, self.items.iter().flat_map(|(_, items)| items).map(String::as_str).next())
    }
}

/// Whether a path leads to options, by the name of what it leads through.
pub(super) fn are_options(path: &Path) -> bool {
    path.steps().iter().any(|step| matches!(step, Step::Field(name) if OPTIONS.contains(&normal(name).as_str())))
}

/// Names of lists of options.
const OPTIONS: &[&str] = &[
    "options",
    "choices",
    "alternatives",
    "candidates",
    "menu",
    "endings",
    "answerchoices",
    "answeroptions",
    "choicelist",
    "optionlist",
    "possibleanswers",
];
/// A question has at least two options and not many more than there are letters.
const MOST_OPTIONS: usize = 32;
/// More lists are not looked at.
const MOST_LISTS: usize = 60;
const DEEPEST: usize = 4;

/// The lists of some records, and objects under single letters, that do not lead to rows.
pub(super) fn lists(records: &[&Tree], each: &[Path]) -> Vec<List> {
    let mut found = Vec::new();
    for (number, record) in records.iter().enumerate() {
        walk(record, number, &mut Vec::new(), each, &mut found);
    }
    found
}

fn walk(tree: &Tree, record: usize, path: &mut Vec<Step>, each: &[Path], found: &mut Vec<List>) {
    match tree {
        Tree::Object(entries) if is_lettered(entries) => {
            let items = entries.iter().filter_map(|(_, value)| shown(value)).collect();
            add(path, record, entries.len(), false, items, found);
        }
        Tree::Object(entries) if path.len() < DEEPEST => {
            for (key, value) in entries {
                path.push(Step::Field(key.clone()));
                walk(value, record, path, each, found);
                path.pop();
            }
        }
        Tree::List(items) => {
            let leads_to_rows = each.iter().any(|row| begins(row.steps(), path));
            if !leads_to_rows && !path.is_empty() {
                let nested = items.iter().any(|item| matches!(item, Tree::List(_) | Tree::Object(_)));
                add(path, record, items.len(), nested, items.iter().filter_map(shown).collect(), found);
            }
        }
        _ => {}
    }
}

/// Whether rows begin with that path; where they stand under every key, this key is one of them.
fn begins(row: &[Step], path: &[Step]) -> bool {
    let fits = |(row, step): (&Step, &Step)| row == step || matches!((row, step), (Step::Capture(_), Step::Field(_)));
    row.len() >= path.len() && row.iter().zip(path).all(fits)
}

/// Whether the keys are A, B, C, ...: options under their letters.
fn is_lettered(entries: &[(String, Tree)]) -> bool {
    let letter =
        |at: usize, key: &str| key.len() == 1 && key.bytes().all(|byte| byte.to_ascii_uppercase() == b'A' + at as u8);
    (2..=26).contains(&entries.len()) && entries.iter().enumerate().all(|(at, (key, _))| letter(at, key))
}

fn add(path: &[Step], record: usize, length: usize, nested: bool, items: Vec<String>, found: &mut Vec<List>) {
    if let Some(list) = found.iter_mut().find(|list| list.path.steps() == path) {
        list.least = list.least.min(length);
        list.most = list.most.max(length);
        list.nested |= nested;
        list.items.push((record, items));
    } else if found.len() < MOST_LISTS {
        let path = Path::new(path.to_vec());
        found.push(List { path, nested, least: length, most: length, items: vec![(record, items)] });
    }
}

/// The list that holds the options, with why: by its name, or because what was answered or what is right stands in it.
pub(super) fn options<'l>(layout: &'l Layout, said: &[&Leaf]) -> Option<(&'l List, &'static str)> {
    let fits = |list: &&List| list.least >= 2 && list.most <= MOST_OPTIONS && list.items.len() * 10 >= layout.seen * 9;
    let fits = || layout.lists.iter().filter(fits);
    if let Some(list) = fits().find(|list| are_options(&list.path)) {
        return Some((list, "by its name: the number of its items"));
    }
    let holds = |list: &&List| said.iter().any(|leaf| stands_in(leaf, list));
    let list = fits().filter(|list| !list.nested).find(holds)?;
    Some((list, "answers stand in it: the number of its items"))
}

/// Whether nearly every value of a column stands in the list of its record.
fn stands_in(leaf: &Leaf, list: &List) -> bool {
    const FEWEST: usize = 3;
    let of = |cell: &Cell| list.items.iter().find(|(record, _)| *record == cell.record);
    let (mut seen, mut met) = (0, 0);
    for cell in &leaf.cells {
        let Some((_, items)) = of(cell) else { continue };
        seen += 1;
        met += usize::from(items.iter().any(|item| item.trim() == cell.text));
    }
    seen >= FEWEST && met * 10 >= seen * 9
}
