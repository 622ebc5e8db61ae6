//! Where traces are looked for: where the caller says, else in the record, among the stored ones, and where the last run read them.

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use candor_record::record::Reader;
use candor_trace::recorded::{self, Read};
use candor_trace::{Index, Origin, Place, Query, Trace};

use super::query;
use crate::problem::Problem;
use crate::reading::{self, From};
use crate::recording;
use crate::runs::{self, Store};
use crate::settings::Settings;
use crate::show::run::Source;

/// Where to look, from the command line.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Places {
    /// A file or folder of recorded calls [default: the record, else the stored traces, else what the last run read]
    #[arg(long, value_name = "PATH")]
    from: Option<PathBuf>,
    /// A mapping, for recorded calls in a form of their own
    #[arg(long, value_name = "FILE", requires = "from")]
    map: Option<PathBuf>,
    /// Count and list records that cannot be read, and go on
    #[arg(long)]
    skip_invalid: bool,
}

/// The folder of stored traces.
pub(super) fn stored(settings: &Settings) -> PathBuf {
    settings.directory.join("traces")
}

impl Places {
    /// Whether the caller names a place.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.from.is_some()
    }

    /// The list of what is in these places, as a command.
    pub(super) fn list(&self) -> String {
        let shown = |path: &PathBuf| path.to_string_lossy().into_owned();
        let (from, map) = (self.from.as_ref().map(shown), self.map.as_ref().map(shown));
        let source = Source::of(&runs::Source { from, map, skip_invalid: self.skip_invalid });
        format!("candor trace list {}", source.arguments).trim_end().to_owned()
    }

    /// The places in the order in which they are looked through.
    fn all(&self, settings: &Settings) -> Result<Vec<From>, Problem> {
        if let Some(path) = &self.from {
            let path = Store::under(&settings.directory).data(path)?;
            let from = From { path, map: self.map.clone(), skip_invalid: self.skip_invalid };
            return Ok(vec![from]);
        }
        let mut all = Vec::new();
        if recording::exists(settings) {
            all.push(From { path: recording::folder(settings), map: None, skip_invalid: self.skip_invalid });
        }
        let folder = stored(settings);
        if fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
            all.push(From { path: folder, map: None, skip_invalid: self.skip_invalid });
        }
        let store = Store::under(&settings.directory);
        if !store.ids()?.is_empty() {
            let source = store.find("@last")?.plan()?.source;
            all.push(match source.from {
                Some(path) => From {
                    path: PathBuf::from(path),
                    map: source.map.map(PathBuf::from),
                    skip_invalid: source.skip_invalid || self.skip_invalid,
                },
                None => return Err(Problem::usage("expected --from PATH: the last run does not say what it read")),
            });
        }
        if all.is_empty() {
            return Err(Problem::usage("expected --from PATH: no traces are stored here, and no run has read any")
                .hint("candor trace import PATH stores them; candor audit run --from PATH reads them"));
        }
        Ok(all)
    }

    /// Hands over every trace that is looked through, from all places; `take` may end the search. Traces of the record that its index shows
    /// not to be wanted are passed over; returns how many those are.
    pub(super) fn search(
        &self,
        settings: &Settings,
        first_only: bool,
        wanted: &Wanted<'_>,
        take: &mut dyn FnMut(&Trace) -> ControlFlow<()>,
    ) -> Result<u64, Problem> {
        for from in self.all(settings)? {
            let mut ended = false;
            let mut seen = 0_u64;
            if self.from.is_none()
                && from.path == recording::folder(settings)
                && let Some((index, leaves)) = wanted.leaves(settings)?
            {
                let counts = index.counts().map_err(|error| query::failed(&error))?;
                let readable = counts.traces - counts.unreadable;
                let (handed, ended) = chosen(&from, &leaves, take)?;
                if ended || (first_only && readable > 0) {
                    return Ok(readable.saturating_sub(handed));
                }
                continue;
            }
            let mut each = |trace: &Trace| {
                seen += 1;
                let flow = take(trace);
                ended = flow.is_break();
                flow
            };
            reading::until(&from, settings, &mut each)?;
            if ended || (first_only && seen > 0) {
                return Ok(0);
            }
        }
        Ok(0)
    }
}

/// What is looked for, as far as an index can tell.
pub(super) enum Wanted<'q> {
    /// What a query means.
    Meant(&'q Query),
    /// The trace whose identifier begins so.
    Named(&'q str),
}

impl Wanted<'_> {
    /// The leaves of the record that can hold it, with the index that says so; `None` where every trace has to be looked at.
    fn leaves(&self, settings: &Settings) -> Result<Option<(Index, Vec<u64>)>, Problem> {
        let open = || query::open(&recording::folder(settings));
        match self {
            // Where nothing is meant the arms that there are will be told: of all traces.
            Self::Meant(query) if !query.has_words() || query.names_arms() => Ok(None),
            Self::Meant(query) => {
                let index = open()?;
                let leaves = index.candidates(query).map_err(|error| query::failed(&error))?;
                Ok(leaves.map(|leaves| (index, leaves)))
            }
            Self::Named(beginning) => {
                let index = open()?;
                // The place where it was read names a trace too, and the index does not know that name.
                let leaves = index.named(beginning).map_err(|error| query::failed(&error))?;
                Ok((!leaves.is_empty()).then_some((index, leaves)))
            }
        }
    }
}

/// Hands over the traces of these leaves of the record; returns how many, and whether `take` ended it.
fn chosen(
    from: &From,
    leaves: &[u64],
    take: &mut dyn FnMut(&Trace) -> ControlFlow<()>,
) -> Result<(u64, bool), Problem> {
    let mut reader = Reader::open(&from.path).map_err(|error| recording::problem(&error))?;
    let file = from.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut handed = 0;
    for leaf in leaves {
        match recorded::read(&mut reader, *leaf).map_err(|error| recording::problem(&error))? {
            Read::Trace(mut trace) => {
                trace.origin = match &trace.read_from {
                    Some(before) => Origin::clone(before),
                    None => Origin { file: file.as_str().into(), place: Place { record: *leaf, part: 0 } },
                };
                handed += 1;
                if take(&trace).is_break() {
                    return Ok((handed, true));
                }
            }
            Read::Else(_) | Read::Erased => {}
            Read::Broken { .. } if from.skip_invalid => {}
            Read::Broken { part, expected, found } => {
                return Err(Problem::record(format!(
                    "{file}:{leaf}: part `{part}`: expected {expected}, found {found}"
                ))
                .hint("--skip-invalid leaves such traces out; candor record verify names all of them"));
            }
        }
    }
    Ok((handed, false))
}

/// A query from the words of a command line. A word that a shell took out of its quotes keeps its spaces.
pub(super) fn meant(words: &[String]) -> Result<Query, Problem> {
    let text: Vec<String> = words.iter().map(|word| requoted(word)).collect();
    text.join(" ").parse().map_err(|misread: candor_trace::query::Misread| {
        let hint = misread.hint.clone();
        Problem::usage(misread.to_string()).hint(hint)
    })
}

/// The shell has eaten the quotes around a word with spaces.
fn requoted(word: &str) -> String {
    if !word.contains(char::is_whitespace) || word.contains('"') {
        return word.to_owned();
    }
    let sign = word
        .find([':', '=', '~', '<', '>'])
        .filter(|at| word[..*at].chars().all(|c| c.is_alphanumeric() || "._-!".contains(c)));
    match sign {
        // A field with a value of several words; several terms in one argument are left as they are.
        Some(at) if !word[at + 1..].contains([':', '=', '~', '<', '>']) => {
            let value = word[at..].trim_start_matches([':', '=', '~', '<', '>', '!']);
            let (head, value) = word.split_at(word.len() - value.len());
            format!("{head}\"{value}\"")
        }
        Some(_) => word.to_owned(),
        None => format!("\"{word}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_the_shell_took_out_of_their_quotes_stay_together() {
        assert_eq!(requoted("all tests pass"), "\"all tests pass\"");
        assert_eq!(requoted("effort:8192 tokens"), "effort:\"8192 tokens\"");
        assert_eq!(requoted("model:a verdict:wrong"), "model:a verdict:wrong");
        assert_eq!((requoted("cost>=1"), requoted("not:has:cue")), ("cost>=1".to_owned(), "not:has:cue".to_owned()));
        let words = ["model:gpt-*", "all tests pass"].map(str::to_owned);
        assert!(meant(&words).is_ok_and(|query| !query.is_empty()));
        assert!(meant(&["colour:red".to_owned()]).is_err());
    }
}
