//! A file beside the records that says the right answer of every question: found by its values, joined by the draft. Not how a side table is
//! read: that is `side_table`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::content;
use super::guess::quoted;
use super::layout::{Cell, Layout, Leaf, shown};
use super::tree::Tree;
use crate::mapping::path::{Path, Step};

/// Rows of single values that could be a key.
#[derive(Debug)]
pub(super) struct KeyFile {
    /// The path of the file, relative to what was looked at.
    pub(super) name: String,
    format: &'static str,
    /// The key of an object and not a field names the row.
    keyed: bool,
    /// By the path of the column; the key of the object is `None`.
    columns: BTreeMap<Option<Path>, Vec<(usize, String)>>,
    rows: usize,
}

/// A side table that holds the right answers.
#[derive(Debug)]
pub(super) struct Key {
    /// The last part of its path.
    pub(super) file: String,
    /// Its path relative to what was looked at.
    pub(super) name: String,
    /// The right answer as a source of the mapping.
    pub(super) source: String,
    /// The right answers as if they stood in the records.
    pub(super) gold: Leaf,
    key: String,
    on: String,
    format: &'static str,
    keyed: bool,
}

impl Key {
    /// The block of the mapping; `before` leads from the folder of the pattern to the file.
    pub(super) fn block(&self, before: &str, optional: bool) -> String {
        let mut out = String::new();
        let path = format!("{before}{}", self.file);
        let _ = writeln!(out, "\n# guess: its values name the same questions\n[join.key]\npath = {}", quoted(&path));
        let _ = writeln!(out, "format = {}", quoted(self.format));
        if self.keyed {
            let _ = writeln!(out, "records = \"{{name}}\"   # an object of answers by question");
        }
        let _ = writeln!(out, "key = {}\non = {}", self.key, self.on);
        if optional {
            let _ = writeln!(out, "optional = true");
        }
        out
    }
}

const MOST_ROWS: usize = 20_000;

impl KeyFile {
    /// Rows of a list of objects, or the values of an object.
    pub(super) fn of(name: &str, format: &'static str, records: &[Tree]) -> Option<Self> {
        let mut file = Self { name: name.to_owned(), format, keyed: false, columns: BTreeMap::new(), rows: 0 };
        if let [Tree::Object(entries)] = records {
            if entries.len() < 2 {
                return None;
            }
            file.keyed = true;
            for (key, value) in entries.iter().take(MOST_ROWS) {
                file.column(None, key.trim().to_owned());
                file.row(value);
            }
        } else {
            records.iter().take(MOST_ROWS).for_each(|record| file.row(record));
        }
        (file.rows >= 2).then_some(file)
    }

    fn column(&mut self, path: Option<Path>, value: String) {
        self.columns.entry(path).or_default().push((self.rows, value));
    }

    fn row(&mut self, tree: &Tree) {
        if let Tree::Object(entries) = tree {
            for (key, value) in entries {
                if let Some(value) = shown(value) {
                    self.column(Some(Path::new(vec![Step::Field(key.clone())])), value);
                }
            }
        } else if let Some(value) = shown(tree) {
            self.column(Some(Path::default()), value);
        }
        self.rows += 1;
    }

    /// The right answers of a layout whose questions `unit` names, where this file holds them. Beside records that hold one sample a
    /// question, a file of the same questions may as well hold another model's answers: there a name must speak of right answers.
    pub(super) fn key(&self, layout: &Layout, used: &[bool], unit: &Leaf) -> Option<Key> {
        let wanted: std::collections::BTreeSet<&str> = unit.cells.iter().map(|cell| cell.text.as_str()).collect();
        let covers = |cells: &[(usize, String)]| {
            let names: std::collections::BTreeSet<&str> = cells.iter().map(|(_, name)| name.as_str()).collect();
            let met = names.intersection(&wanted).count();
            names.len() == cells.len() && met >= 2 && met * 2 >= wanted.len()
        };
        let (key, names) = self.columns.iter().find(|(path, cells)| path.is_none() == self.keyed && covers(cells))?;
        let rows: BTreeMap<&str, usize> = names.iter().map(|(row, name)| (name.as_str(), *row)).collect();
        let sampled = !layout.each.is_empty() || !content::all_distinct(unit);
        let file = self.name.rsplit_once('/').map_or(self.name.as_str(), |(_, base)| base).to_owned();
        let named_file = Leaf::at(Path::new(vec![Step::Field(file.clone())]));
        let columns = self.columns.iter().filter(|(path, _)| *path != key);
        let golds = columns.filter_map(|(path, cells)| {
            let values: BTreeMap<usize, &String> = cells.iter().map(|(row, value)| (*row, value)).collect();
            let of = |cell: &Cell| {
                let value = values.get(rows.get(cell.text.as_str())?)?;
                Some(Cell { record: cell.record, row: cell.row, text: (*value).clone() })
            };
            let gold = Leaf { cells: unit.cells.iter().filter_map(of).collect(), ..Leaf::at(unit.path.clone()) };
            let path = path.as_ref()?;
            let spoken = content::names_gold(&Leaf::at(path.clone())) || content::names_gold(&named_file);
            (sampled || spoken).then(|| (content::met(layout, used, &gold), path, gold))
        });
        let (_, path, gold) = golds.filter(|(met, ..)| *met > 0).max_by_key(|(met, ..)| *met)?;
        Some(Key {
            file,
            name: self.name.clone(),
            source: format!("{{ from = \"key\", path = {} }}", quoted(&path.to_string())),
            gold,
            key: key.as_ref().map_or("{ capture = \"name\" }".to_owned(), |path| quoted(&path.to_string())),
            on: quoted(&unit.path.to_string()),
            format: self.format,
            keyed: self.keyed,
        })
    }
}
