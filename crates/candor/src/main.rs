//! The binary `candor`: flags, wiring and the terminal surface. No estimator stands here.

mod bucket;
mod commands;
mod config;
mod ending;
mod exam;
mod live;
mod mistyped;
mod output;
mod problem;
mod progress;
mod reading;
mod recording;
mod registering;
mod runs;
mod sealing;
mod settings;
mod show;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::commands::CommandLine;
use crate::problem::{Kind, Problem};
use crate::settings::Settings;

/// How a command ended that did what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Done: code 0.
    Done,
    /// A required threshold was not met: code 1, so that continuous integration can gate on it.
    Unmet,
    /// Too little data for the decision that was asked for: code 8.
    CannotTell,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|word| word == candor_verify::program::WORD) {
        // Before anything else: this process is about to become a foreign program, and may have one thread only.
        return candor_verify::program::sandboxed_main(arguments, &mut std::io::stderr());
    }
    settings::note_start(&mut std::env::args_os());
    ending::apologise_for_panics();
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(mut error) => {
            let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
            mistyped::explain(&mut error, &CommandLine::command(), words);
            // Help and version are no errors; where nobody reads them any more, nothing is lost.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { Kind::Usage.code() } else { 0 });
        }
    };
    let settings = Settings::resolve(&line.global);
    match ending::stop_on_signal().and_then(|()| commands::run(line.command, &settings)) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Unmet) => ExitCode::from(1),
        Ok(Outcome::CannotTell) => ExitCode::from(8),
        Err(problem) => fail(&problem),
    }
}

fn fail(problem: &Problem) -> ExitCode {
    output::complain(problem);
    ExitCode::from(problem.kind.code())
}
