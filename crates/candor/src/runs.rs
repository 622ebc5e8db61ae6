//! The store of runs: `.candor/runs/<id>/{plan.toml, observations.jsonl.zst, report.json, report.html, derived.json.zst}`. A run is put together in a folder
//! of its own and renamed when it is whole, so that nothing half-written is ever seen. Not the record: nothing here is signed.

mod live;
mod slim;

pub(crate) use live::LiveRun;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use candor_audit::{Run, Settings};
use candor_trace::Trace;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ending;
use crate::output;
use crate::problem::Problem;
use crate::show::text;

const PLAN: &str = "plan.toml";
const OBSERVATIONS: &str = "observations.jsonl.zst";
const REPORT: &str = "report.json";
const PAGE: &str = "report.html";
const DERIVED: &str = "derived.json.zst";

/// Folders of runs that are not whole begin with this.
const UNFINISHED: &str = ".unfinished-";

/// Observations are small and written once: the fastest level packs them well enough.
const LEVEL: i32 = 1;

/// What a run was asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    /// The version that ran it.
    pub(crate) candor: String,
    /// The audits, in order.
    pub(crate) audits: Vec<String>,
    /// On what.
    #[serde(default)]
    pub(crate) source: Source,
    /// With which settings.
    pub(crate) settings: Settings,
    /// Which calls it makes, where it makes any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) live: Option<crate::live::Asked>,
    /// What must hold of the result, so that a program can gate on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) require: Vec<candor_audit::Require>,
}

impl Plan {
    /// What of it decides which calls are made and what is done with them.
    pub(crate) fn deciding(&self) -> Self {
        let live = self.live.as_ref().map(crate::live::Asked::deciding);
        // Whether claims carry what they were computed from changes none of them.
        let settings = Settings { derive: false, ..self.settings.clone() };
        Self { source: Source::default(), live, settings, ..self.clone() }
    }
}

/// On what a run was run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// The file or folder as it was named; absent where the run makes calls of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    /// The mapping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) map: Option<String>,
    /// Records that could not be read were left out.
    #[serde(default)]
    pub(crate) skip_invalid: bool,
}

/// The folder of all runs.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// The runs under a folder of state.
    pub(crate) fn under(directory: &Path) -> Self {
        Self { folder: directory.join("runs") }
    }

    /// The runs that have a report, oldest first: identifiers sort by time.
    pub(crate) fn ids(&self) -> Result<Vec<String>, Problem> {
        let mut ids = self.every()?;
        ids.retain(|id| self.folder.join(id).join(REPORT).exists());
        Ok(ids)
    }

    /// All runs, oldest first, those whose calls are not made yet among them.
    fn every(&self) -> Result<Vec<String>, Problem> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Problem::reading(&self.folder, &error)),
        };
        let mut ids: Vec<String> = entries
            .flatten()
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| !name.starts_with('.'))
            .collect();
        ids.sort();
        Ok(ids)
    }

    /// The run of that name: an identifier, the start of exactly one, `@last` or `@prev`.
    pub(crate) fn find(&self, name: &str) -> Result<Stored, Problem> {
        let ids = self.ids()?;
        let back = |steps: usize| ids.len().checked_sub(steps).and_then(|at| ids.get(at)).cloned();
        let found = match name {
            "@last" => back(1),
            "@prev" => back(2),
            _ => match ids.iter().filter(|id| id.starts_with(name)).collect::<Vec<_>>().as_slice() {
                [one] => Some((*one).clone()),
                [] => None,
                many => {
                    return Err(Problem::usage(format!(
                        "run `{name}`: expected the start of one run, found {} of them",
                        many.len()
                    ))
                    .hint(format!("the first two are {} and {}", many[0], many[1])));
                }
            },
        };
        match found {
            Some(id) => Ok(Stored { folder: self.folder.join(&id), id }),
            None => Err(Problem::record(format!(
                "run `{name}`: expected one of {} under {}, found none of that name",
                text::counted(ids.len() as u64, "run"),
                self.folder.display()
            ))
            .hint(match ids.last() {
                Some(last) => format!("the last one is {last}; @last and @prev work everywhere"),
                None => "candor audit run makes one".to_owned(),
            })),
        }
    }

    /// The run of exactly that identifier, where it is stored with its report.
    pub(crate) fn exact(&self, id: &str) -> Option<Stored> {
        let folder = self.folder.join(id);
        // An identifier that a record tells is foreign: it names no other place.
        let plain = id.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') && !id.is_empty();
        (plain && folder.join(REPORT).exists()).then(|| Stored { id: id.to_owned(), folder })
    }

    /// Where the data of that name is: a file or folder, or else what a stored run saw.
    pub(crate) fn data(&self, name: &Path) -> Result<PathBuf, Problem> {
        let Some(run) = name.to_str().filter(|_| !name.exists()) else { return Ok(name.to_owned()) };
        let is_run = run.starts_with('@') || self.ids()?.iter().any(|id| id == run);
        if is_run { Ok(self.find(run)?.folder.join(OBSERVATIONS)) } else { Ok(name.to_owned()) }
    }

    /// Begins a run. Leftovers of runs that were killed go.
    pub(crate) fn begin(&self) -> Result<Unfinished, Problem> {
        fs::create_dir_all(&self.folder).map_err(|error| Problem::writing(&self.folder, &error))?;
        self.sweep();
        let folder = self.folder.join(format!("{UNFINISHED}{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|error| Problem::writing(&folder, &error))?;
        ending::unfinished(Some(folder.clone()));
        let observations = folder.join(OBSERVATIONS);
        let packed = File::create(&observations)
            .and_then(|file| zstd::Encoder::new(BufWriter::new(file), LEVEL))
            .map_err(|error| Problem::writing(&observations, &error))?;
        Ok(Unfinished { store: self.clone(), folder, observations: packed, line: Vec::new(), failed: None })
    }

    /// Removes what runs left behind that were killed more than a day ago; a run may be at work in a younger folder.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let leftover = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
            let old = entry
                .metadata()
                .and_then(|metadata| metadata.modified())
                .ok()
                .and_then(|at| at.elapsed().ok())
                .is_some_and(|age| age.as_secs() > 24 * 3600);
            if leftover && old {
                // Another run may have removed it first.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// What decided how much a run asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Early {
    /// It stopped when something was decided.
    Until,
    /// It left each question when that was settled.
    Adaptive,
}

/// How what lies there was stopped early by the run that saw it, itself or at some removes; `None` where it was not.
pub(crate) fn stopped_early(observations: &Path) -> Option<Early> {
    let mut path = observations.to_owned();
    // A run that read what another one saw leads back to it; who reads himself made the calls.
    for _ in 0..64 {
        let known = path.file_name().is_some_and(|name| name == OBSERVATIONS);
        let text = known.then(|| fs::read_to_string(path.with_file_name(PLAN)).ok()).flatten()?;
        let plan = toml::from_str::<Plan>(&text).ok()?;
        if let Some(early) = plan.live.and_then(|asked| asked.stops_early()) {
            return Some(early);
        }
        path = plan.source.from.map(PathBuf::from).filter(|from| *from != path)?;
    }
    None
}

/// A run that is being written.
pub(crate) struct Unfinished {
    store: Store,
    folder: PathBuf,
    observations: zstd::Encoder<'static, BufWriter<File>>,
    line: Vec<u8>,
    failed: Option<Problem>,
}

impl Unfinished {
    /// Keeps what one trace says apart from its texts. A failure is reported by [`Unfinished::finish`].
    pub(crate) fn observe(&mut self, trace: &Trace) {
        if self.failed.is_some() {
            return;
        }
        self.line.clear();
        let written = serde_json::to_writer(&mut self.line, &slim::Slim::of(trace))
            .map_err(std::io::Error::from)
            .and_then(|()| {
                self.line.push(b'\n');
                self.observations.write_all(&self.line)
            });
        if let Err(error) = written {
            self.failed = Some(Problem::writing(&self.folder.join(OBSERVATIONS), &error));
        }
    }

    /// Leaves nothing behind.
    pub(crate) fn abandon(self) {
        // What cannot be removed now is swept by a later run.
        let _ = fs::remove_dir_all(&self.folder);
        ending::unfinished(None);
    }

    /// Puts the run in its place, whole: under that identifier where it was registered with one. Returns its identifier.
    pub(crate) fn finish(self, id: Option<&str>, plan: &Plan, run: &Run, page: &str) -> Result<Stored, Problem> {
        let Self { store, folder, observations, failed, .. } = self;
        let done = match failed {
            Some(problem) => Err(problem),
            None => complete(&store, &folder, observations, (id, plan), run, page),
        };
        if done.is_err() {
            // What failed once may fail again; the next run sweeps.
            let _ = fs::remove_dir_all(&folder);
        }
        ending::unfinished(None);
        done
    }
}

impl std::fmt::Debug for Unfinished {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Unfinished").field("folder", &self.folder).finish_non_exhaustive()
    }
}

fn complete(
    store: &Store,
    folder: &Path,
    observations: zstd::Encoder<'static, BufWriter<File>>,
    (id, plan): (Option<&str>, &Plan),
    run: &Run,
    page: &str,
) -> Result<Stored, Problem> {
    let at = folder.join(OBSERVATIONS);
    observations
        .finish()
        .and_then(|buffer| buffer.into_inner().map_err(std::io::IntoInnerError::into_error))
        .and_then(|file| file.sync_all())
        .map_err(|error| Problem::writing(&at, &error))?;
    let plan =
        toml::to_string(plan).map_err(|error| Problem::internal(format!("a plan that TOML cannot hold: {error}")))?;
    let report = output::as_json(run)?;
    for (name, text) in [(PLAN, plan.as_str()), (REPORT, report.as_str()), (PAGE, page)] {
        write_durably(&folder.join(name), text.as_bytes())?;
    }
    write_whole_bytes(&folder.join(DERIVED), &packed_derived(run)?)?;
    let (id, folder) = match id {
        None => store.free(|_| Ok(folder.to_owned()))?,
        Some(id) => {
            // The identifier was free when the run began, and the record gave it to nobody else.
            let place = store.folder.join(id);
            fs::rename(folder, &place).map_err(|error| Problem::writing(&place, &error))?;
            (id.to_owned(), place)
        }
    };
    Ok(Stored { id, folder })
}

/// `20261124-053012-481`: UTC to the millisecond, so that names sort by time.
pub(crate) fn identifier(at: Timestamp) -> String {
    let shown = at.to_string();
    let (date, time) = shown.split_once('T').unwrap_or((&shown, ""));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let clock = time.get(..8).map(digits).unwrap_or_default();
    format!("{}-{clock}-{:03}", digits(date), at.subsec_millisecond())
}

/// What the claims of a run were computed from, as canonical bytes, packed.
fn packed_derived(run: &Run) -> Result<Vec<u8>, Problem> {
    let unwritten =
        |error: &dyn std::fmt::Display| Problem::internal(format!("what claims were computed from: {error}"));
    let bytes = candor_record::canonical::to_vec(&run.derived).map_err(|error| unwritten(&error))?;
    zstd::encode_all(bytes.as_slice(), LEVEL).map_err(|error| unwritten(&error))
}

/// Writes a file and waits until it is on the disk.
fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    durably(path, bytes).map_err(|error| Problem::writing(path, &error))
}

fn durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Writes a file for the user, whole or not at all.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), Problem> {
    write_whole_bytes(path, text.as_bytes())
}

/// The same for bytes that are no text.
pub(crate) fn write_whole_bytes(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(Problem::usage(format!("{}: expected a file to write, found a folder", path.display())));
    }
    name.push(format!(".{UNFINISHED}{}", std::process::id()));
    let beside = path.with_file_name(name);
    // The place that was asked for is named, not the one beside it.
    let done = durably(&beside, bytes)
        .map_err(|error| Problem::writing(path, &error))
        .and_then(|()| fs::rename(&beside, path).map_err(|error| Problem::writing(path, &error)));
    if done.is_err() {
        // It may never have been made.
        let _ = fs::remove_file(&beside);
    }
    done
}

/// A run that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Its identifier.
    pub(crate) id: String,
    folder: PathBuf,
}

impl Stored {
    /// The report. A mark that does not follow from its evidence is refused.
    pub(crate) fn report(&self) -> Result<Run, Problem> {
        self.report_with_text().map(|(_, run)| run)
    }

    /// The report, and the text that it was read from.
    pub(crate) fn report_with_text(&self) -> Result<(String, Run), Problem> {
        let path = self.folder.join(REPORT);
        let text = fs::read_to_string(&path).map_err(|error| damaged(&path, &error.to_string()))?;
        let run = serde_json::from_str(&text).map_err(|error| damaged(&path, &error.to_string()))?;
        Ok((text, run))
    }

    /// What its claims were computed from: canonical bytes.
    pub(crate) fn derived(&self) -> Result<String, Problem> {
        let path = self.folder.join(DERIVED);
        let file = File::open(&path).map_err(|error| damaged(&path, &error.to_string()))?;
        let mut text = String::new();
        let most = candor_record::canonical::MOST_BYTES as u64;
        zstd::Decoder::new(file)
            .and_then(|packed| packed.take(most).read_to_string(&mut text))
            .map_err(|error| damaged(&path, &error.to_string()))?;
        Ok(text)
    }

    /// What it was asked to do.
    pub(crate) fn plan(&self) -> Result<Plan, Problem> {
        let path = self.folder.join(PLAN);
        let text = fs::read_to_string(&path).map_err(|error| damaged(&path, &error.to_string()))?;
        toml::from_str(&text).map_err(|error| damaged(&path, error.message()))
    }

    /// Where what it saw lies.
    pub(crate) fn seen(&self) -> PathBuf {
        self.folder.join(OBSERVATIONS)
    }

    /// Hands over its observations, one trace at a time.
    pub(crate) fn observations(&self, mut take: impl FnMut(&Trace)) -> Result<(), Problem> {
        let path = self.seen();
        let file = File::open(&path).map_err(|error| damaged(&path, &error.to_string()))?;
        let lines = zstd::Decoder::new(file).map_err(|error| damaged(&path, &error.to_string()))?;
        for (number, line) in BufReader::new(lines).lines().enumerate() {
            let line = line.map_err(|error| damaged(&path, &error.to_string()))?;
            let trace: Trace = serde_json::from_str(&line)
                .map_err(|error| damaged(&path, &format!("line {}: {error}", number + 1)))?;
            take(&trace);
        }
        Ok(())
    }
}

fn damaged(path: &Path, what: &str) -> Problem {
    Problem::record(format!("{}: expected what a run stored, found: {what}", path.display()))
        .hint("the folder can be deleted; candor audit run makes a new one")
}

#[cfg(test)]
mod tests;
