//! Standard output and standard error. A reader that has seen enough (a closed pipe) is no error; everything else is.

use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::problem::Problem;
use crate::settings::program;
use crate::show::page::WIDEST;
use crate::show::text;

/// Writes a result to standard output.
pub(crate) fn print(result: &str) -> Result<(), Problem> {
    deliver(&mut std::io::stdout().lock(), result)
}

/// Writes a result as JSON to standard output.
pub(crate) fn json(result: &impl serde::Serialize) -> Result<(), Problem> {
    print(&as_json(result)?)
}

/// A result as JSON: indented, with a line break at its end.
pub(crate) fn as_json(result: &impl serde::Serialize) -> Result<String, Problem> {
    let mut text = serde_json::to_string_pretty(result)
        .map_err(|error| Problem::internal(format!("a result that JSON cannot hold: {error}")))?;
    text.push('\n');
    Ok(text)
}

fn deliver(out: &mut impl Write, result: &str) -> Result<(), Problem> {
    match out.write_all(result.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Problem::writing(Path::new("standard output"), &error)),
    }
}

/// A remark for the person who waits, on standard error, with its commands as they would be typed. Where nobody can read it, nothing is lost.
pub(crate) fn remark(text: &str) {
    say(text, "  ");
}

fn say(text: &str, indent: &str) {
    let mut error = std::io::stderr().lock();
    for line in text::fill(&text::typed(text, program()), WIDEST, indent) {
        let _ = writeln!(error, "{line}");
    }
}

/// The message of a problem with its hints, on standard error.
pub(crate) fn complain(problem: &Problem) {
    say(&text::clean(&problem.message), "  ");
    for hint in &problem.hints {
        say(&format!("hint: {}", text::clean(hint)), "      ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe whose reader does what it wants.
    struct Pipe(ErrorKind);

    impl Write for Pipe {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_quiet_and_a_full_disk_is_not() {
        assert_eq!(deliver(&mut Pipe(ErrorKind::BrokenPipe), "x"), Ok(()));
        assert_eq!(
            deliver(&mut Pipe(ErrorKind::StorageFull), "x").unwrap_err().kind,
            crate::problem::Kind::Configuration
        );
    }
}
