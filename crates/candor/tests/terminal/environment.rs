//! A place of its own for every test: an empty folder, a fixed width, no colour, no environment.

#![expect(clippy::expect_used, reason = "a test that cannot set itself up fails")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use tempfile::TempDir;

/// A place of its own.
#[derive(Debug)]
pub(crate) struct TestEnvironment {
    folder: TempDir,
}

/// How a command ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    /// The exit code; none where a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl TestEnvironment {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A path in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// The command, not run yet: nothing of this machine's environment reaches it.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_candor"));
        // As if it were installed: commands are suggested as the program was started.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::arg0(&mut program, "candor");
        let mut command = Command::from(program);
        command.env_clear().env("COLUMNS", "100").current_dir(self.folder.path()).args(arguments);
        command.timeout(Duration::from_secs(120));
        command
    }

    /// Runs it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().expect("the binary runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text in UTF-8");
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs it and expects that it is done.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}{}", ran.out, ran.err);
        ran.out
    }
}

/// One recorded call in candor's own form: a question, one sample, right or wrong.
pub(crate) fn call(unit: &str, sample: u32, right: bool) -> String {
    let (outcome, answer) = if right { ("correct", "A") } else { ("wrong", "B") };
    format!(
        r#"{{"trial":{{"unit":"{unit}","sample":{sample}}},"model":"m","question":{{"gold":"A"}},"events":[{{"output":{{"text":"","answer":"{answer}"}}}},{{"verdict":{{"verifier":"letter","verdict":{{"outcome":"{outcome}","extracted":"{answer}","why":"compared"}}}}}}]}}"#
    ) + "\n"
}

/// The identifier of the only run in the store.
pub(crate) fn only_run(environment: &TestEnvironment) -> String {
    let mut runs = environment.path(".candor/runs").read_dir().expect("the store");
    let one = runs.next().expect("a run").expect("an entry").file_name().into_string().expect("a name");
    assert!(runs.next().is_none(), "one run");
    one
}

/// Every line fits the width, and nothing in it moves a cursor.
pub(crate) fn assert_readable(text: &str, width: usize) {
    for line in text.lines() {
        assert!(line.chars().count() <= width, "wider than {width}: {line:?}");
    }
    let hostile = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!text.chars().any(hostile), "control characters: {text:?}");
}
