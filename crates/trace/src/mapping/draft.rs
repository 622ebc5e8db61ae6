//! A first mapping for files that no importer knows, from the names and values at their beginning. It loads; whether it says what was meant
//! is for the reader to check, line by line.

mod agreeing;
mod arm;
mod content;
mod fits;
mod guess;
mod key_file;
mod layout;
mod numbered;
mod options;
mod part;
mod targets;
mod tree;
mod variant;
mod whole;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

use crate::import::bytes::{Position, Window};
use crate::import::{BATCH, Container, Format, Limits, SkipReason, Skipped, Source, Summary, detect, records};
use crate::numeral::grouped;
use crate::{Mapping, Result};
pub use arm::spelled;
use guess::{Chosen, Guess, quoted};
use key_file::{Key, KeyFile};
use layout::{Layout, Leaf};
use part::Parted;
use tree::{Text, Tree};
use variant::Variant;
use whole::Whole;

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

/// How much of a file is looked at closely, and how much of it is looked through for what its columns hold.
const LOOKED_AT: usize = 4 << 20;
const LOOKED_THROUGH: usize = 128 << 20;
/// How many kinds of files are looked at, and drafted for, at most.
const MOST_KINDS: usize = 64;
const MOST_DRAFTS: usize = 16;
/// How many records of a file are kept: a side table is looked through further than the layout is.
const MOST_TREES: usize = 4000;
/// How many fields that no target took a draft lists.
const MOST_UNUSED: usize = 100;

/// Drafts a mapping for every kind of file among those that an import skipped because nothing knows them.
///
/// Files of the same name in different folders, and files of one folder whose first bytes look alike, are one kind. A file that holds the right
/// answers of another one becomes a side table of its draft. Drafts that name a result come first; among several files, one of one record
/// without a result (a configuration, most often) gives none.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) where a file cannot be read again.
pub fn drafts(skipped: &[Skipped]) -> Result<Vec<Draft>> {
    let mut kinds: BTreeMap<(String, String), Vec<&Skipped>> = BTreeMap::new();
    for file in skipped {
        let SkipReason::Unrecognised(looks_like) = &file.reason else { continue };
        if looks_like == BATCH {
            continue;
        }
        let (_, base) = file.name.rsplit_once('/').unwrap_or(("", &file.name));
        let extension = base.rsplit_once('.').map_or("", |(_, extension)| extension);
        kinds.entry((looks_like.clone(), extension.to_owned())).or_default().push(file);
    }
    let mut seen = Vec::new();
    for files in kinds.values().take(MOST_KINDS) {
        let Some(first) = files.first() else { continue };
        if let Some(file) = Seen::of(&first.path, files.iter().map(|file| file.name.clone()).collect())? {
            seen.push(file);
        }
    }
    let mut drafts = Vec::new();
    let mut joined = Vec::new();
    for file in &seen {
        let beside = seen.iter().filter(|other| other.folder() == file.folder() && other.names != file.names);
        let (drafted, key) = file.drafted(&beside.collect::<Vec<_>>())?;
        joined.extend(key);
        drafts.push((drafted, file));
    }
    drafts.retain(|((_, found), file)| !joined.contains(&file.names[0]) || *found == Found::Joined);
    if skipped.len() > 1 {
        drafts.retain(|((_, found), file)| *found >= Found::Result || file.layout.seen > 1);
    }
    // Results that somebody judged before texts that may be a question as well.
    drafts.sort_by_key(|((draft, found), _)| std::cmp::Reverse((*found, draft.toml.contains("\nverdict = "))));
    Ok(drafts.into_iter().map(|((draft, _), _)| draft).take(MOST_DRAFTS).collect())
}

/// The files of samples among those that were read, as if nothing knew them: who reads them through a mapping of their own begins with its draft.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) where a file cannot be read again.
pub fn samples(source: &Source, summary: &Summary) -> Result<Vec<Skipped>> {
    let samples = summary.files.iter().filter(|file| file.format == Format::Samples);
    let unknown = samples.map(|file| {
        let path = if source.path().is_file() { source.path().to_owned() } else { source.path().join(&file.path) };
        let mut window = Window::open(&path, &file.path, &Limits::default(), &Position::default())?;
        window.hold(crate::import::bytes::LOOKED_AT)?;
        let reason = SkipReason::Unrecognised(detect(window.head()).looks_like);
        Ok(Skipped { path, name: file.path.clone(), reason })
    });
    unknown.collect()
}

/// Drafts a mapping for one file. `None` where it is not readable, or holds no single value.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) where it cannot be read; [`Error::Mapping`](crate::Error::Mapping) where the draft itself does not load,
/// which is a defect of this function.
pub fn draft(path: &Path) -> Result<Option<Draft>> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let Some(seen) = Seen::of(path, vec![name])? else { return Ok(None) };
    Ok(Some(seen.drafted(&[])?.0.0))
}

/// How much was found in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Nothing,
    Result,
    /// A result, with the right answers from another file.
    Joined,
}

/// A kind of file that was looked at.
#[derive(Debug)]
struct Seen {
    names: Vec<String>,
    container: Container,
    layout: Layout,
    key: Option<KeyFile>,
    /// Where the file breaks off.
    broken: Option<String>,
}

impl Seen {
    fn of(path: &Path, names: Vec<String>) -> Result<Option<Self>> {
        let Some(name) = names.first() else { return Ok(None) };
        let limits = Limits { loaded: LOOKED_AT, ..Limits::default() };
        let mut window = Window::open(path, name, &limits, &Position::default())?;
        let Some(container) = detect(window.head()).container else { return Ok(None) };
        window.hold(LOOKED_AT)?;
        let broken = if window.is_held_whole() { crate::import::broken(window.held(), Some(container)) } else { None };
        let Some(records) = records_of(container, &mut window) else { return Ok(None) };
        let layout = match records.as_slice() {
            [document] if container != Container::JsonList && container != Container::Csv => {
                layout::of_document(document)
            }
            records => layout::of_records(records.iter()),
        };
        // A record has fields: a list of bare values is none.
        if layout.leaves.iter().all(|leaf| leaf.path.steps().is_empty()) {
            return Ok(None);
        }
        let layout = through(path, name, container, &records, layout)?;
        let key = KeyFile::of(name, format(container, records.len()), &records);
        Ok(Some(Self { names, container, layout, key, broken }))
    }

    fn folder(&self) -> &str {
        self.names.first().and_then(|name| name.rsplit_once('/')).map_or("", |(folder, _)| folder)
    }

    /// The draft, how much it found, and the file that it joins.
    fn drafted(&self, beside: &[&Self]) -> Result<((Draft, Found), Option<String>)> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let mut chosen = guess::guesses(&self.layout, None);
        let mut key = None;
        if chosen.source("gold").is_none()
            && let Some(unit) = chosen.unit
        {
            let free: Vec<bool> = self.layout.leaves.iter().map(|leaf| std::ptr::eq(leaf, unit)).collect();
            let pattern = crate::mapping::pattern::Pattern::parse(&pattern(&names))?;
            key = beside
                .iter()
                .filter_map(|other| other.key.as_ref())
                .filter(|file| pattern.matches(&file.name).is_none())
                .find_map(|file| file.key(&self.layout, &free, unit));
            if key.is_some() {
                chosen = guess::guesses(&self.layout, key.as_ref());
            }
        }
        by_folder(&names, &mut chosen.guesses);
        if let Some(parted) = Parted::of(&names) {
            parted.guessed(&mut chosen.guesses);
        }
        let result =
            |guess: &&Guess| matches!(guess.target, "verdict" | "answer" | "reasoning" | "reply" | "scores.score");
        let found = match (chosen.guesses.iter().any(|guess| result(&guess)), &key) {
            (true, Some(_)) => Found::Joined,
            (true, None) => Found::Result,
            (false, _) => Found::Nothing,
        };
        let sure = found > Found::Nothing
            && chosen.guesses.iter().any(|guess| guess.target == "unit" && guess.sure)
            && chosen.guesses.iter().filter(result).all(|guess| guess.sure);
        let mut toml = written(self.container, &self.layout, &chosen, &names, key.as_ref());
        if let Some(broken) = &self.broken {
            toml.insert_str(0, &format!("# The file is broken: {broken}. This was drafted from what can be read.\n"));
        }
        // A draft that does not load would be worse than none.
        Mapping::parse(&toml)?;
        let guesses = chosen.guesses.iter().filter(|guess| !guess.sure).count();
        Ok(((Draft { files: self.names.clone(), toml, sure, guesses }, found), key.map(|key| key.name)))
    }
}

/// The name of a format as a mapping spells it.
fn format(container: Container, records: usize) -> &'static str {
    match container {
        Container::JsonLines if records > 1 => "jsonl",
        Container::Csv => "csv",
        Container::Yaml => "yaml",
        _ => "json",
    }
}

/// What was seen of the first records of a file, beside what the rest of it holds: an arm that begins late, a value that is rare.
fn through(path: &Path, name: &str, container: Container, first: &[Tree], layout: Layout) -> Result<Layout> {
    let is_document = layout.seen < 2;
    if is_document {
        return Ok(layout);
    }
    let unit = guess::guesses(&layout, None).unit;
    let mut whole = Whole::of(layout.seen, &layout.leaves, &layout.each, unit);
    let mut left = LOOKED_THROUGH;
    let mut window = Window::open(path, name, &Limits::default(), &Position::default())?;
    let to_its_end = match container {
        Container::Csv => {
            let Ok(mut rows) = records::Rows::open(&mut window, None) else { return Ok(layout) };
            let names = rows.names().to_vec();
            loop {
                match rows.next() {
                    Ok(Some((_, row))) => {
                        whole.see(record_of(&names, row));
                        left = left.saturating_sub(row.as_slice().len());
                    }
                    Ok(None) => break true,
                    Err(records::BadRow::Invalid(..)) => {}
                    Err(records::BadRow::Stop(_)) => break false,
                }
                if left == 0 {
                    break false;
                }
            }
        }
        Container::JsonLines | Container::JsonList | Container::Json => {
            let records = layout.records.as_deref().map(crate::mapping::path::Path::parse).transpose()?;
            let steps = records.as_ref().map(crate::mapping::path::Path::steps);
            let mut take = |bytes: &[u8]| {
                if let (Some(tree), _) = tree::parse(bytes) {
                    whole.see(tree);
                }
                left = left.saturating_sub(bytes.len());
                if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            // A document on one line is no line of records.
            let are_lines = container == Container::JsonLines && steps.is_none();
            records::raw(&mut window, are_lines, steps, &mut take).is_continue()
        }
        Container::Yaml if layout.records.is_none() => {
            first.iter().cloned().for_each(|tree| whole.see(tree));
            window.hold(LOOKED_AT)?;
            window.held().len() < LOOKED_AT
        }
        Container::Yaml | Container::Zip => return Ok(layout),
    };
    let Whole { columns, records, kept, .. } = whole;
    Ok(Layout { to_its_end, ..layout.with(&columns, records, &kept) })
}

/// A row as a record.
fn record_of(names: &[String], row: &csv::StringRecord) -> Tree {
    let cells = names
        .iter()
        .zip(row)
        .map(|(name, cell)| (name.clone(), if cell.is_empty() { Tree::Null } else { Tree::Text(Text::of(cell)) }));
    Tree::Object(cells.collect())
}

/// The records at the beginning of a file; one alone where the whole file is a document.
fn records_of(container: Container, window: &mut Window) -> Option<Vec<Tree>> {
    match container {
        Container::Zip => None,
        Container::JsonLines => {
            let lines = window.held().split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
            Some(lines.take(MOST_TREES).filter_map(|line| tree::parse(line).0).collect())
        }
        Container::JsonList => match tree::parse(window.held()).0? {
            Tree::List(items) => Some(items),
            _ => None,
        },
        Container::Json => {
            let (first, mut rest) = tree::parse(window.held());
            let mut trees = vec![first?];
            // Several objects that follow one another are records, however they are broken into lines.
            if rest.trim_ascii().first() == Some(&b'{') {
                while let (Some(tree), after) = tree::parse(rest)
                    && trees.len() < MOST_TREES
                {
                    trees.push(tree);
                    rest = after;
                }
            }
            Some(trees)
        }
        Container::Yaml => {
            let json = super::yaml::to_json(whole_lines(window.held()), LOOKED_AT * 2).ok()?;
            match tree::parse(&json).0? {
                Tree::List(items) => Some(items),
                document => Some(vec![document]),
            }
        }
        Container::Csv => {
            let mut rows = records::Rows::open(window, None).ok()?;
            let names = rows.names().to_vec();
            let mut trees = Vec::new();
            while let Ok(Some((_, row))) = rows.next() {
                trees.push(record_of(&names, row));
                if trees.len() >= MOST_TREES {
                    break;
                }
            }
            Some(trees)
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
    let guess = |target, source, why: &str| Guess { target, source, sure: false, why: why.to_owned() };
    for (number, target) in ["model", "arm"].into_iter().enumerate().take(folders(names)) {
        if !guesses.iter().any(|guess| guess.target == target) {
            let capture = format!("folder_{}", number + 1);
            if target == "model" {
                let source = format!("{{ capture = {} }}", quoted(&capture));
                guesses.push(guess(target, source, "the name of the folder"));
                continue;
            }
            let of = |name: &&str| name.rsplit('/').nth(1).map(str::to_owned);
            let (source, kind) = arm::of_folders(&capture, names.iter().filter_map(of).collect());
            guesses.push(guess(target, source, "the name of the folder"));
            if let Some(kind) = kind.filter(|_| !guesses.iter().any(|guess| guess.target == "cue.kind")) {
                guesses.push(guess("cue.kind", kind, "the name of the folder"));
            }
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
    if let Some(parted) = Parted::of(names) {
        return parted.pattern();
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

fn written(container: Container, layout: &Layout, chosen: &Chosen<'_>, names: &[&str], key: Option<&Key>) -> String {
    let guesses = &chosen.guesses;
    let mut out = String::new();
    let files = if names.len() == 1 { "this file".to_owned() } else { format!("{} files", names.len()) };
    let from = match (layout.scanned, layout.to_its_end) {
        (0, _) if layout.seen == 1 => "one record".to_owned(),
        (0, _) => format!("the first {} records", grouped(layout.seen as u64)),
        (scanned, true) => format!("all {} records", grouped(scanned)),
        (scanned, false) => format!("the first {} records", grouped(scanned)),
    };
    let _ = writeln!(out, "# A draft for {files}, from {from}. Lines marked `guess` want a look.");
    let _ = writeln!(out, "# What every field means: docs/formats/mapping.md\n");
    let _ = writeln!(out, "[files]\npath = {}", quoted(&pattern(names)));
    let _ =
        writeln!(out, "format = {}", quoted(format(container, if layout.records.is_some() { 1 } else { layout.seen })));
    if let Some(records) = &layout.records {
        let _ = writeln!(out, "records = {}   # guess: where the records are", quoted(records));
    } else if matches!(container, Container::Json | Container::JsonLines) && layout.seen == 1 {
        let _ = writeln!(out, "records = \"\"   # guess: the whole file is one record");
    }
    if let Some(key) = key {
        let before: String = (0..folders(names)).map(|number| format!("{{folder_{}}}/", number + 1)).collect();
        out.push_str(&key.block(&before, names.len() > 1));
    }
    for variant in &chosen.variants {
        out.push_str(&traced(layout, chosen, variant));
    }
    if let Some((source, question)) = &chosen.perhaps_arm {
        let _ = writeln!(
            out,
            "# does this say how the question was put (plainly, with a hint)? {question}; if so take away the #"
        );
        let _ = writeln!(out, "# arm = {source}");
    }
    if !guesses
        .iter()
        .any(|guess| matches!(guess.target, "verdict" | "answer" | "reasoning" | "reply" | "scores.score"))
    {
        let _ = writeln!(out, "# fill in: nothing tells what came of the question; take away the # and name a field");
        let _ = writeln!(out, "# answer = \"\"");
    }
    if !layout.elsewhere.is_empty() {
        let rows: usize = layout.elsewhere.iter().map(|(_, rows)| rows).sum();
        let _ = writeln!(
            out,
            "# not read, {} more rows that are called alike; a [[trace]] of its own with `each` reads one of these:",
            grouped(rows as u64)
        );
        for (path, rows) in layout.elsewhere.iter().take(MOST_UNUSED) {
            let _ = writeln!(out, "#   {} ({})", path.to_string().escape_debug(), grouped(*rows as u64));
        }
    }
    for leaf in chosen.unused.iter().take(MOST_UNUSED) {
        let _ = writeln!(out, "# not used: {}{}", commented(&leaf.path.to_string()), example(leaf));
    }
    for list in &chosen.unused_lists {
        let (size, item) = list.shown();
        let item = item.map_or_else(String::new, |item| format!(": {}", commented(item)));
        let _ = writeln!(out, "# not used: {} ({size}{item})", commented(&list.path.to_string()));
    }
    if chosen.unused.len() > MOST_UNUSED {
        let _ = writeln!(out, "# not used: {} more", chosen.unused.len() - MOST_UNUSED);
    }
    out
}

/// The [[trace]] of one way of asking.
fn traced(layout: &Layout, chosen: &Chosen<'_>, variant: &Variant) -> String {
    let guesses = &chosen.guesses;
    let mut out = String::new();
    let _ = writeln!(out, "\n[[trace]]");
    if let Some(when) = &variant.when {
        let _ = writeln!(out, "when = {when}   # guess: below zero nothing was measured");
    }
    let each = variant.each.as_ref().unwrap_or(&layout.each);
    if !each.is_empty() {
        let paths: Vec<String> = each.iter().map(|path| quoted(&path.to_string())).collect();
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
        "options",
        "request",
        "reasoning",
        "reply",
        "answer",
        "verdict",
    ];
    let place = |guess: &&Guess| order.iter().position(|name| *name == guess.target).unwrap_or(order.len());
    let own = variant.called.iter();
    let rest = guesses.iter().filter(|guess| variant.called.as_ref().is_none_or(|own| own.target != guess.target));
    let mut sorted: Vec<&Guess> = own.chain(rest).filter(|guess| !guess.target.starts_with("cue.")).collect();
    sorted.sort_by_key(place);
    for guess in sorted {
        let mark = if guess.sure { "sure" } else { "guess" };
        let _ = write!(out, "{} = {}   # {mark}: {}", guess.target, variant.source(&guess.source), guess.why);
        // Audits of chains read reasoning only.
        let is_only_text = guess.target == "reply" && chosen.source("reasoning").is_none();
        if is_only_text && !guess.why.contains("reasoning") {
            out.push_str("; `reasoning` where it is the chain of thought");
        }
        out.push('\n');
    }
    if variant.is_plain {
        return out + &offered(layout, chosen, variant);
    }
    let found = |target: &str| guesses.iter().find(|guess| guess.target == target);
    match (found("cue.kind"), found("cue.target")) {
        (Some(kind), _) => drop(writeln!(out, "cue.kind = {}   # guess: {}", variant.source(&kind.source), kind.why)),
        (None, Some(target)) => {
            let _ =
                writeln!(out, "# guess: an answer was suggested; say which kind of cue it is: docs/formats/trace.md");
            let _ = writeln!(out, "cue.kind = {}", arm::kind_where(&variant.source(&target.source)));
        }
        (None, None) => {}
    }
    if let Some(target) = found("cue.target") {
        let _ = writeln!(out, "cue.target = {}   # guess: {}", variant.source(&target.source), target.why);
    }
    out + &offered(layout, chosen, variant)
}

/// Lines for what was not found and would be worth saying, as comments.
fn offered(layout: &Layout, chosen: &Chosen<'_>, variant: &Variant) -> String {
    const MOST_OPTIONS: usize = 8;
    let mut out = String::new();
    let mut offer = |line: String, buys: &str| {
        let _ = writeln!(out, "# not found, take away the # and fill in: {buys}\n# {line}");
    };
    let names_model = variant.called.as_ref().is_some_and(|called| called.target == "model");
    if chosen.source("model").is_none() && !names_model {
        offer("model = { constant = \"\" }".to_owned(), "results of a model that has a name carry its marks");
    }
    let is_cued = chosen.source("cue.kind").is_some() || chosen.source("cue.target").is_some();
    if !is_cued || variant.is_plain {
        return out;
    }
    let values = |source: Option<&str>| {
        let leaf = layout.leaves.iter().find(|leaf| source == Some(quoted(&leaf.path.to_string()).as_str()));
        leaf.and_then(Leaf::values).filter(|values| (2..=MOST_OPTIONS).contains(&values.len())).unwrap_or_default()
    };
    if chosen.source("cue.target").is_none() {
        offer("cue.target = \"\"".to_owned(), "the option that the hint points to, without which there is no score");
    }
    if chosen.source("options").is_none() {
        let mut given = values(chosen.source("answer"));
        given.extend(values(chosen.source("cue.target")));
        let count = if given.is_empty() { "4".to_owned() } else { given.len().to_string() };
        let given: Vec<String> = given.iter().map(|value| commented(value)).collect();
        let seen = if given.is_empty() { String::new() } else { format!("   # seen: {}", given.join(", ")) };
        offer(format!("options = {count}{seen}"), "how many options a question has, for the published score");
    }
    if chosen.source("cue.text").is_none() {
        let buys = "the words of the hint, without which silence about it is no finding";
        let targets = values(chosen.source("cue.target"));
        let words: Vec<String> = targets.iter().map(|value| format!("{} = \"\"", quoted(value))).collect();
        match chosen.source("cue.target") {
            Some(target) if !words.is_empty() => {
                let target = variant.source(target);
                offer(format!("cue.text = {{ path = {target}, map = {{ {} }} }}", words.join(", ")), buys);
            }
            _ => offer("cue.text = { constant = \"\" }".to_owned(), buys),
        }
    }
    out
}

/// A value of a field for a comment, in brackets.
fn example(leaf: &Leaf) -> String {
    leaf.cells.first().map_or_else(|| " (nothing in it)".to_owned(), |cell| format!(" ({})", commented(&cell.text)))
}

/// Foreign text that stays on the line of its comment and is short.
fn commented(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut out: String = text.chars().take(LONGEST).collect::<String>().escape_debug().to_string();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}
