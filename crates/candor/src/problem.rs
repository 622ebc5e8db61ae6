//! What went wrong, for the person at the terminal and for the program that reads the exit code. Not how a crate names its own
//! errors: they are turned into a [`Problem`] where a command knows what the user can do.

use std::fmt;
use std::path::Path;

/// What ended the command, which decides the exit code.
///
/// Code 1 (a required threshold was not met) and 8 (too little data to tell) are outcomes, not problems: see [`crate::Outcome`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The command line makes no sense.
    Usage,
    /// A settings file, a mapping or an environment variable makes no sense.
    Configuration,
    /// A model could not be asked.
    Upstream,
    /// A stored run is missing, damaged or not what it says it is.
    Record,
    /// The data cannot be read.
    Input,
    /// Stopped by a signal; nothing half-written is left.
    Stopped,
    /// A fault of candor's own.
    Internal,
}

impl Kind {
    /// The exit code, as documented.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::Upstream => 4,
            Self::Record => 5,
            Self::Input => 6,
            Self::Stopped => 7,
            Self::Internal => 70,
        }
    }
}

/// Why a command ended early: a kind, a message in lower case (place, what was expected, what was found) and hints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Decides the exit code.
    pub(crate) kind: Kind,
    /// One sentence, lower case, no full stop.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hints: Vec<String>,
}

impl Problem {
    /// A problem of some kind.
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new() }
    }

    /// A command line that makes no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Data that cannot be read.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// A settings file or a mapping that makes no sense.
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(Kind::Configuration, message)
    }

    /// A stored run that cannot be used.
    pub(crate) fn record(message: impl Into<String>) -> Self {
        Self::new(Kind::Record, message)
    }

    /// A fault of candor's own.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }

    /// With something to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A file that could not be read.
    pub(crate) fn reading(path: &Path, error: &std::io::Error) -> Self {
        let problem = Self::input(format!("{}: {}", path.display(), reason(error)));
        match error.kind() {
            std::io::ErrorKind::NotFound => {
                problem.hint("check the path; it is taken relative to the working directory")
            }
            std::io::ErrorKind::PermissionDenied => problem.hint("check who may read it"),
            _ => problem,
        }
    }

    /// A file that could not be written.
    pub(crate) fn writing(path: &Path, error: &std::io::Error) -> Self {
        Self::configuration(format!("{}: cannot write: {}", path.display(), reason(error))).hint(
            "name a place that can be written to; what candor keeps goes under `--dir DIR`, CANDOR_DIR, else `.candor`",
        )
    }
}

/// The operating system's reason without its number, in lower case.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + characters.as_str())
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_the_documented_ones() {
        let codes: Vec<u8> =
            [Kind::Usage, Kind::Configuration, Kind::Record, Kind::Input, Kind::Stopped, Kind::Internal]
                .map(Kind::code)
                .into();
        assert_eq!(codes, [2, 3, 5, 6, 7, 70]);
    }

    #[test]
    fn reasons_of_the_system_lose_their_number_and_their_capital() {
        let missing = std::io::Error::from_raw_os_error(2);
        let problem = Problem::reading(Path::new("runs/a.jsonl"), &missing);
        assert_eq!(problem.to_string(), "runs/a.jsonl: no such file or directory");
        assert_eq!(problem.kind, Kind::Input);
        assert_eq!(problem.hints.len(), 1);
    }
}
