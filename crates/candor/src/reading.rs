//! Recorded calls, opened and read for a command: source, mapping, progress, and errors in the words of the terminal.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candor_audit::{Audit, Run, recorded};
use candor_stats::Level;
use candor_trace::import::{self, Options, SkipReason, Skipped, Summary};
use candor_trace::{Error, Mapping, Trace};

use crate::problem::Problem;
use crate::progress::Reported;
use crate::recording;
use crate::runs::Store;
use crate::settings::Settings;
use crate::show::text;

/// Where recorded calls are.
#[derive(Debug, Clone)]
pub(crate) struct From {
    /// The file or folder.
    pub(crate) path: PathBuf,
    /// A mapping, for calls in a form of their own.
    pub(crate) map: Option<PathBuf>,
    /// Count and list records that cannot be read, and go on.
    pub(crate) skip_invalid: bool,
}

impl From {
    /// Reads it in some way, with its mapping, while its progress is reported.
    fn read<R>(
        &self,
        settings: &Settings,
        reading: impl FnOnce(&import::Source, &Options<'_>) -> R,
    ) -> Result<R, Problem> {
        let mapping = self.map.as_deref().map(mapping).transpose()?;
        let source = import::Source::new(&self.path);
        let reported = Reported::of(&source, &self.name(), settings);
        let progress = |progress| reported.at(progress);
        let options = Options {
            skip_invalid: self.skip_invalid,
            mapping,
            progress: Some(&progress),
            threads: settings.threads,
            ..Options::default()
        };
        let read = reading(&source, &options);
        reported.end();
        Ok(read)
    }

    /// The error of reading it. Where no mapping was named and a run has read the same through one, that is the hint that helps most.
    fn failed(&self, error: &Error, settings: &Settings) -> Problem {
        let problem = unreadable(error);
        let nameless = matches!(error, Error::Nothing { .. } | Error::Unrecognised { .. });
        match self.mapped_before(settings).filter(|_| nameless) {
            Some(map) => problem.hint(format!("a stored run read it through a mapping: --map {}", text::shell(&map))),
            None => problem,
        }
    }

    /// The mapping through which the latest of the stored runs that read the same path did so, where none was named now.
    fn mapped_before(&self, settings: &Settings) -> Option<String> {
        const MOST_RUNS: usize = 50;
        if self.map.is_some() {
            return None;
        }
        let store = Store::under(&settings.directory);
        let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let wanted = whole(&self.path);
        let ids = store.ids().unwrap_or_default();
        ids.iter().rev().take(MOST_RUNS).find_map(|id| {
            let source = store.find(id).ok()?.plan().ok()?.source;
            source.map.filter(|_| source.from.is_some_and(|from| whole(Path::new(&from)) == wanted))
        })
    }

    /// The look at it, as a command.
    fn look(&self) -> String {
        let map =
            self.map.as_ref().map_or_else(String::new, |map| format!(" --map {}", text::shell(&map.to_string_lossy())));
        format!("candor look {}{map}", text::shell(&self.name()))
    }

    /// What the user knows it by.
    fn name(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }
}

/// A mapping from its file; what is wrong in it is named by file and line.
pub(crate) fn mapping(path: &Path) -> Result<Mapping, Problem> {
    let text = std::fs::read_to_string(path).map_err(|error| Problem::reading(path, &error))?;
    Mapping::parse(&text).map_err(|error| {
        let problem = Problem::configuration(format!("{}: {error}", path.display()));
        match error.hint() {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    })
}

/// Hands over every trace.
pub(crate) fn traces(from: &From, settings: &Settings, take: impl FnMut(&Trace)) -> Result<Summary, Problem> {
    let read = from.read(settings, |source, options| every(source, options, take))?;
    read.map_err(|error| from.failed(&error, settings))
}

/// Hands over every trace until `take` has seen enough.
pub(crate) fn until(
    from: &From,
    settings: &Settings,
    take: &mut dyn FnMut(&Trace) -> ControlFlow<()>,
) -> Result<Summary, Problem> {
    let read = from.read(settings, |source, options| import::read(source, options, &mut |trace| take(&trace)))?;
    read.map_err(|error| from.failed(&error, settings))
}

/// As [`until`], each trace with whom its record names at that path.
pub(crate) fn until_naming(
    from: &From,
    settings: &Settings,
    person: Option<candor_trace::mapping::path::Path>,
    take: &mut dyn FnMut(&Trace) -> ControlFlow<()>,
) -> Result<Summary, Problem> {
    let read = from.read(settings, |source, options| {
        let options = Options { person, ..options.clone() };
        import::read(source, &options, &mut |trace| take(&trace))
    })?;
    read.map_err(|error| from.failed(&error, settings))
}

fn every(
    source: &import::Source,
    options: &Options<'_>,
    mut take: impl FnMut(&Trace),
) -> candor_trace::Result<Summary> {
    import::read(source, options, &mut |trace| {
        take(&trace);
        ControlFlow::Continue(())
    })
}

/// Hands over every trace for a look, part by part: where nothing is recognised that is no error, and every file is listed as not known.
pub(crate) fn looked(from: &From, settings: &Settings, begin: &import::Begin<'_>) -> Result<Summary, Problem> {
    let summary = from.read(settings, |source, options| {
        if options.mapping.is_some() {
            return import::read_parts(source, options, begin);
        }
        let summary = import::survey_parts(source, options, begin)?;
        let unknown = |skipped: &Skipped| matches!(skipped.reason, SkipReason::Unrecognised(_));
        if summary.files.is_empty() && !summary.skipped.iter().any(unknown) {
            // Not one file to look at: reading says so better.
            return every(source, options, |_| ());
        }
        Ok(summary)
    })?;
    summary.map_err(|error| unreadable(&error))
}

/// Runs audits over them, and hands every trace over beside that.
pub(crate) fn audited(
    from: &From,
    audits: &[&'static dyn Audit],
    wanted: &candor_audit::Settings,
    settings: &Settings,
    mut take: impl FnMut(&Trace),
) -> Result<Run, Problem> {
    let run = from.read(settings, |source, options| {
        recorded::run(source, options, audits, wanted, &mut |trace| {
            take(trace);
            ControlFlow::Continue(())
        })
    })?;
    run.map_err(|error| match error {
        candor_audit::Error::Nothing { .. } => Problem::input(error.to_string()).hint(format!(
            "{} says what this data can answer, what is missing and which files were skipped",
            from.look()
        )),
        candor_audit::Error::Import(error) => from.failed(&error, settings),
        error => refused(&error),
    })
}

/// An import that failed: a mapping is configuration, everything else is data.
pub(crate) fn unreadable(error: &Error) -> Problem {
    let problem = match error {
        Error::Io { path, source, .. } => return Problem::reading(path, source),
        Error::Record(error) => return recording::problem(error),
        Error::Mapping { .. } => Problem::configuration(error.to_string()),
        _ => Problem::input(error.to_string()),
    };
    match error.hint() {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// An audit that could not run.
pub(crate) fn refused(error: &candor_audit::Error) -> Problem {
    use candor_audit::Error as Refused;
    match error {
        Refused::Import(error) => unreadable(error),
        Refused::Setting { .. } | Refused::Decision { .. } => Problem::usage(error.to_string()),
        Refused::Nothing { .. } => Problem::input(error.to_string())
            .hint("candor look PATH says what this data can answer and what is missing"),
        Refused::Twice { .. } => Problem::input(error.to_string()),
        Refused::Asked { .. } => Problem::configuration(error.to_string()),
        Refused::Ledger(_) => Problem::record(error.to_string()),
        Refused::Draws(_) => Problem::configuration(error.to_string()),
        Refused::Statistics(_) | Refused::Table(_) => Problem::internal(error.to_string()),
    }
}

/// A confidence level from the command line.
pub(crate) fn level(level: f64) -> Result<Level, Problem> {
    // 95 is what people type who mean 0.95.
    let share = if (50.0..100.0).contains(&level) { level / 100.0 } else { level };
    Level::new(share).map_err(|_| {
        Problem::usage(format!("--level: expected a number between 0 and 1, or per cent, found {level}"))
            .hint("--level 0.95")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_share_or_per_cent() {
        assert_eq!(level(0.9).unwrap(), Level::P90);
        assert_eq!(level(95.0).unwrap(), Level::P95);
        for nonsense in [0.0, 1.0, 2.0, 100.0, -3.0, f64::NAN] {
            assert!(level(nonsense).is_err(), "{nonsense}");
        }
    }
}
