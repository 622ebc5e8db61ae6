//! What the environment and the flags say about surfaces and places. The only file of the project that reads the environment; not the
//! settings of audits, which are the audits' own.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::OnceLock;

use clap::{Args, ValueEnum};

use crate::problem::Problem;
use crate::show::page::{NARROWEST, Page, WIDEST};
use crate::show::text;

/// Where the help lists the flags that every command takes.
const EVERYWHERE: &str = "Everywhere";

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Print JSON, for programs
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) json: bool,
    /// Where runs are stored [default: CANDOR_DIR, else .candor]
    #[arg(long, global = true, value_name = "DIR", help_heading = EVERYWHERE)]
    pub(crate) dir: Option<PathBuf>,
    /// The configuration [default: candor.toml in this folder, where there is one]
    #[arg(long, global = true, value_name = "FILE", help_heading = EVERYWHERE)]
    pub(crate) config: Option<PathBuf>,
    /// When to add colour: auto, always or never; NO_COLOR is respected
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true, help_heading = EVERYWHERE)]
    pub(crate) color: Colour,
    /// Say nothing about progress
    #[arg(long, short, global = true, help_heading = EVERYWHERE)]
    pub(crate) quiet: bool,
}

/// When to add colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What the environment says.
#[derive(Debug, Clone, Default)]
struct Environment {
    directory: Option<PathBuf>,
    no_color: bool,
    dumb: bool,
    columns: Option<usize>,
}

impl Environment {
    /// Reads it, once.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    fn read() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            directory: set("CANDOR_DIR").map(PathBuf::from),
            no_color: set("NO_COLOR").is_some(),
            dumb: set("TERM").is_some_and(|term| term == "dumb"),
            columns: set("COLUMNS").and_then(|columns| columns.to_str()?.trim().parse().ok()),
        }
    }
}

/// A variable that a configuration or a provider names, such as the one that holds a key.
#[expect(clippy::disallowed_methods, reason = "the one file that reads the environment")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// The variables whose names begin so, such as those that say where a store is and who asks.
pub(crate) fn variables(beginning: &str) -> Vec<(String, String)> {
    let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    std::env::vars_os()
        .filter_map(text)
        .filter(|(name, value)| name.starts_with(beginning) && !value.is_empty())
        .collect()
}

/// How the program was started, for the commands that it suggests.
static STARTED_AS: OnceLock<String> = OnceLock::new();

/// Notes how the program was started: by a path (`./candor`, `target/release/candor`) before it is installed, by its name after.
pub(crate) fn note_start(arguments: &mut dyn Iterator<Item = OsString>) {
    if let Some(name) = arguments.next().map(|name| name.to_string_lossy().into_owned()).filter(|name| is_path(name)) {
        // Said once, at the start.
        let _ = STARTED_AS.set(text::shell(&name));
    }
}

fn is_path(name: &str) -> bool {
    name.contains(std::path::is_separator)
}

/// What to type to start this program again.
pub(crate) fn program() -> &'static str {
    STARTED_AS.get().map_or("candor", String::as_str)
}

/// This program's own file, by which it starts itself once more as a sandbox.
pub(crate) fn executable() -> Result<PathBuf, Problem> {
    std::env::current_exe().map_err(|error| Problem::internal(format!("this program's own file is not known: {error}")))
}

/// What the flags and the environment come to.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// JSON was asked for.
    pub(crate) json: bool,
    /// Nothing is said about progress.
    pub(crate) quiet: bool,
    /// The folder of the state.
    pub(crate) directory: PathBuf,
    /// Who said so.
    pub(crate) directory_from: &'static str,
    /// The flag that leads there again, with a space before it; empty where no flag was needed.
    pub(crate) to_directory: String,
    /// The configuration file that was named.
    pub(crate) config: Option<PathBuf>,
    /// How to write on standard output.
    pub(crate) page: Page,
    /// Whether standard error is a terminal, so that a bar can move there.
    pub(crate) moving: bool,
    /// How many threads the machine gives us; one where it does not say.
    pub(crate) threads: Option<NonZeroUsize>,
}

impl Settings {
    /// Flags before environment before defaults.
    pub(crate) fn resolve(global: &Global) -> Self {
        let environment = Environment::read();
        let terminal = std::io::stdout().is_terminal();
        let seen = terminal.then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0));
        let page = Page {
            width: width(environment.columns, seen),
            colour: colour(global.color, terminal, environment.no_color || environment.dumb),
        };
        Self {
            json: global.json,
            quiet: global.quiet,
            to_directory: global
                .dir
                .as_ref()
                .map_or_else(String::new, |dir| format!(" --dir {}", text::shell(&dir.to_string_lossy()))),
            directory_from: match (&global.dir, &environment.directory) {
                (Some(_), _) => "--dir",
                (None, Some(_)) => "CANDOR_DIR",
                (None, None) => "default",
            },
            directory: global.dir.clone().or(environment.directory).unwrap_or_else(|| PathBuf::from(".candor")),
            config: global.config.clone(),
            page,
            moving: std::io::stderr().is_terminal() && !environment.dumb,
            threads: std::thread::available_parallelism().ok(),
        }
    }
}

/// COLUMNS before the terminal's own width; never wider than a page, never too narrow for a word.
fn width(columns: Option<usize>, seen: Option<usize>) -> usize {
    columns.or(seen).unwrap_or(WIDEST).clamp(NARROWEST, WIDEST)
}

fn colour(when: Colour, terminal: bool, unwanted: bool) -> bool {
    match when {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => terminal && !unwanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_as_wide_as_the_terminal_but_never_wider_than_a_hundred() {
        assert_eq!(width(None, None), 100);
        assert_eq!(width(None, Some(72)), 72);
        assert_eq!(width(Some(60), Some(72)), 60);
        assert_eq!(width(Some(400), None), 100);
        assert_eq!(width(Some(3), None), NARROWEST);
    }

    #[test]
    fn a_flag_decides_before_the_environment() {
        assert!(colour(Colour::Always, false, true));
        assert!(!colour(Colour::Never, true, false));
        assert!(colour(Colour::Auto, true, false));
        assert!(!colour(Colour::Auto, true, true));
        assert!(!colour(Colour::Auto, false, false));
    }
}
