//! A first mapping for files that no importer knows, from the names and values at their beginning. It loads; whether it says what was meant
//! is for the reader to check, line by line.

mod guess;
mod layout;
mod tree;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::import::bytes::{Position, Window};
use crate::import::{Container, Limits, SkipReason, Skipped, detect, records};
use crate::{Mapping, Result};
use guess::{Guess, quoted};
use layout::Layout;
use tree::{Text, Tree};

/// A drafted mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The files that it is for, relative to what was looked at.
    pub files: Vec<String>,
    /// The mapping, with a comment on every line: `sure` or `guess`.
    pub toml: String,
    /// Whether nothing in it is a guess that matters: what names the question and what came of it are both sure.
    pub sure: bool,
    /// How many lines are guesses.
    pub guesses: usize,
}

/// How much of a file is looked at.
const LOOKED_AT: usize = 4 << 20;
/// How many kinds of files are drafted for at most.
const MOST_DRAFTS: usize = 16;

/// Drafts a mapping for every kind of file among those that an import skipped because nothing knows them.
///
/// Files of the same name in different folders, and files of one folder whose first bytes look alike, are one kind. A file in which nothing
/// is found that a trace could hold gives no draft.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) where a file cannot be read again.
pub fn drafts(skipped: &[Skipped]) -> Result<Vec<Draft>> {
    let mut kinds: BTreeMap<(String, String), Vec<&Skipped>> = BTreeMap::new();
    for file in skipped {
        let SkipReason::Unrecognised(looks_like) = &file.reason else { continue };
        let (_, base) = file.name.rsplit_once('/').unwrap_or(("", &file.name));
        let extension = base.rsplit_once('.').map_or("", |(_, extension)| extension);
        kinds.entry((looks_like.clone(), extension.to_owned())).or_default().push(file);
    }
    let mut drafts = Vec::new();
    for files in kinds.values() {
        if drafts.len() >= MOST_DRAFTS {
            break;
        }
        let Some(first) = files.first() else { continue };
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        drafts.extend(draft_for(&first.path, &names)?);
    }
    Ok(drafts)
}

/// Drafts a mapping for one file. `None` where nothing is found in it that a trace could hold.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) where it cannot be read; [`Error::Mapping`](crate::Error::Mapping) where the draft itself does not load,
/// which is a defect of this function.
pub fn draft(path: &Path) -> Result<Option<Draft>> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    draft_for(path, &[&name])
}

fn draft_for(path: &Path, names: &[&str]) -> Result<Option<Draft>> {
    let limits = Limits { loaded: LOOKED_AT, ..Limits::default() };
    let mut window = Window::open(path, names.first().copied().unwrap_or_default(), &limits, &Position::default())?;
    let Some(container) = detect(window.head()).container else { return Ok(None) };
    window.hold(LOOKED_AT)?;
    let Some(layout) = look(container, &mut window) else { return Ok(None) };
    let mut guesses = guess::guesses(&layout);
    by_folder(names, &mut guesses);
    let result = |guess: &&Guess| matches!(guess.target, "verdict" | "answer" | "reasoning" | "reply" | "scores.score");
    if !guesses.iter().any(|guess| result(&guess)) {
        return Ok(None);
    }
    let sure = guesses.iter().any(|guess| guess.target == "unit" && guess.sure)
        && guesses.iter().filter(result).all(|guess| guess.sure);
    let toml = written(container, &layout, &guesses, names);
    // A draft that does not load would be worse than none.
    Mapping::parse(&toml)?;
    let files = names.iter().map(|name| (*name).to_owned()).collect();
    let guesses = guesses.iter().filter(|guess| !guess.sure).count();
    Ok(Some(Draft { files, toml, sure, guesses }))
}

fn look(container: Container, window: &mut Window) -> Option<Layout> {
    match container {
        Container::Zip => None,
        Container::JsonLines => {
            let lines = window.held().split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
            let trees: Vec<Tree> = lines.take(60).filter_map(|line| tree::parse(line).0).collect();
            // One object alone is a document, whether or not it stands on one line.
            Some(if let [document] = trees.as_slice() {
                layout::of_document(document)
            } else {
                layout::of_records(trees.iter())
            })
        }
        Container::JsonList => match tree::parse(window.held()).0? {
            Tree::List(items) => Some(layout::of_records(items.iter())),
            _ => None,
        },
        Container::Json => {
            let (first, rest) = tree::parse(window.held());
            let first = first?;
            // Several objects that follow one another are records, however they are broken into lines.
            if rest.trim_ascii().first() == Some(&b'{') {
                let mut trees = vec![first];
                let mut rest = rest;
                while let (Some(tree), after) = tree::parse(rest)
                    && trees.len() < 60
                {
                    trees.push(tree);
                    rest = after;
                }
                return Some(layout::of_records(trees.iter()));
            }
            Some(layout::of_document(&first))
        }
        Container::Yaml => {
            let json = super::yaml::to_json(whole_lines(window.held()), LOOKED_AT * 2).ok()?;
            let first = tree::parse(&json).0?;
            match &first {
                Tree::List(items) => Some(layout::of_records(items.iter())),
                _ => Some(layout::of_document(&first)),
            }
        }
        Container::Csv => {
            let mut rows = records::Rows::open(window, b',').ok()?;
            let names = rows.names().to_vec();
            let mut trees = Vec::new();
            while let Ok(Some((_, row))) = rows.next() {
                let cells = names.iter().zip(row).map(|(name, cell)| {
                    (name.clone(), if cell.is_empty() { Tree::Null } else { Tree::Text(Text::of(cell)) })
                });
                trees.push(Tree::Object(cells.collect()));
                if trees.len() >= 60 {
                    break;
                }
            }
            Some(layout::of_records(trees.iter()))
        }
    }
}

/// A beginning of YAML that ends before a top-level key, so that what is cut off does not make it unreadable.
fn whole_lines(text: &[u8]) -> &[u8] {
    if text.len() < LOOKED_AT {
        return text;
    }
    let is_top = |at: usize| text.get(at + 1).is_some_and(|byte| !byte.is_ascii_whitespace() && *byte != b'#');
    let end = (0..text.len()).rev().find(|at| text[*at] == b'\n' && is_top(*at));
    end.map_or(text, |end| &text[..=end])
}

/// How many folders above files of the same name tell them apart, at most two.
fn folders(names: &[&str]) -> usize {
    let base = |name: &str| name.rsplit_once('/').map_or(name, |(_, base)| base).to_owned();
    let same = names.iter().all(|name| base(name) == base(names.first().copied().unwrap_or_default()));
    if !same || names.len() < 2 {
        return 0;
    }
    names.iter().map(|name| name.matches('/').count()).min().unwrap_or(0).min(2)
}

/// What the folders of such files often are: a model, and within it an arm.
fn by_folder(names: &[&str], guesses: &mut Vec<Guess>) {
    for (number, target) in ["model", "arm"].into_iter().enumerate().take(folders(names)) {
        if !guesses.iter().any(|guess| guess.target == target) {
            let source = format!("{{ capture = \"folder_{}\" }}", number + 1);
            guesses.push(Guess { target, source, sure: false, why: "the name of the folder".to_owned() });
        }
    }
}

/// The end of the paths of some files, as a pattern; characters that would mean something in it become `*`.
fn pattern(names: &[&str]) -> String {
    let plain = |text: &str| text.replace(['{', '}', '\\'], "*");
    let base = |name: &str| name.rsplit_once('/').map_or(name, |(_, base)| base).to_owned();
    let first = names.first().copied().unwrap_or("*");
    let same_base = names.iter().all(|name| base(name) == base(first));
    if same_base && names.len() > 1 {
        let folders: String = (0..folders(names)).map(|number| format!("{{folder_{}}}/", number + 1)).collect();
        return format!("{folders}{}", plain(&base(first)));
    }
    if names.len() > 1 {
        let prefix = common(&names.iter().map(|name| base(name)).collect::<Vec<_>>());
        let extension = first.rsplit_once('.').map_or(String::new(), |(_, extension)| format!(".{extension}"));
        return format!("{}*{}", plain(&prefix), plain(&extension));
    }
    plain(&base(first))
}

fn common(names: &[String]) -> String {
    let mut prefix = names.first().cloned().unwrap_or_default();
    for name in names {
        while !name.starts_with(&prefix) {
            prefix.pop();
        }
    }
    prefix.split('.').next().unwrap_or_default().to_owned()
}

fn written(container: Container, layout: &Layout, guesses: &[Guess], names: &[&str]) -> String {
    let mut out = String::new();
    let files = if names.len() == 1 { "this file".to_owned() } else { format!("{} files", names.len()) };
    let _ = writeln!(
        out,
        "# A draft for {files}, from the first {} records. Lines marked `guess` want a look.",
        layout.seen
    );
    let _ = writeln!(out, "# What every field means: docs/formats/mapping.md\n");
    let _ = writeln!(out, "[files]\npath = {}", quoted(&pattern(names)));
    let format = match container {
        Container::JsonLines if layout.seen > 1 && layout.records.is_none() => "jsonl",
        Container::Csv => "csv",
        Container::Yaml => "yaml",
        _ => "json",
    };
    let _ = writeln!(out, "format = {}", quoted(format));
    if let Some(records) = &layout.records {
        let _ = writeln!(out, "records = {}   # guess: where the records are", quoted(records));
    } else if matches!(container, Container::Json | Container::JsonLines) && layout.seen == 1 {
        let _ = writeln!(out, "records = \"\"   # guess: the whole file is one record");
    }
    let _ = writeln!(out, "\n[[trace]]");
    if !layout.each.is_empty() {
        let paths: Vec<String> = layout.each.iter().map(|path| quoted(&path.to_string())).collect();
        let _ = writeln!(out, "# guess: these lists run in parallel, one row a sample");
        let _ = writeln!(out, "each = [{}]", paths.join(", "));
    }
    let order = [
        "unit",
        "arm",
        "sample",
        "stratum",
        "model",
        "effort",
        "gold",
        "request",
        "reasoning",
        "reply",
        "answer",
        "verdict",
    ];
    let place = |guess: &&Guess| order.iter().position(|name| *name == guess.target).unwrap_or(order.len());
    let mut sorted: Vec<&Guess> = guesses.iter().filter(|guess| guess.target != "cue.target").collect();
    sorted.sort_by_key(place);
    for guess in sorted {
        let mark = if guess.sure { "sure" } else { "guess" };
        let _ = writeln!(out, "{} = {}   # {mark}: {}", guess.target, guess.source, guess.why);
    }
    if let Some(target) = guesses.iter().find(|guess| guess.target == "cue.target") {
        let _ = writeln!(out, "# guess: an answer was suggested; say which kind of cue it is");
        let _ = writeln!(out, "cue.kind = {{ constant = \"sycophancy\" }}");
        let _ = writeln!(out, "cue.target = {}", target.source);
    }
    out
}
