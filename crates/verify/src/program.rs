//! An external program decides. It is foreign code: it runs confined (see [`sandbox`]) or not at all.
//!
//! Not in [`verifiers::ALL`](crate::verifiers::ALL), since it needs a [`Launcher`], which the binary brings along. What it says
//! is only as repeatable as the program itself.

use std::sync::Arc;
use std::time::Duration;

use crate::verifiers::settings;
use crate::{About, Answer, Error, Param, Params, Result, Verdict, Verifier};

#[cfg(target_os = "linux")]
mod reply;
pub mod sandbox;
#[cfg(target_os = "linux")]
mod scratch;
#[cfg(target_os = "linux")]
mod supervise;
mod task;

pub use sandbox::{WORD, sandboxed_main};
pub use task::Confinement;

#[cfg(target_os = "linux")]
use task::Task;

/// What starts programs in the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launcher {
    /// The binary whose first argument [`WORD`] leads into [`sandboxed_main`]: the running binary itself.
    pub helper: std::path::PathBuf,
    /// A folder in which a fresh one is made for each decision and removed after it.
    pub scratch: std::path::PathBuf,
}

/// Asks a program, one process for each decision.
///
/// It gets one line on its standard input, `{"answer": …, "gold": …, "params": {…}}`, never the chain of thought, and prints one
/// line, `{"outcome": "correct" | "wrong" | "no_answer", "extracted": …, "why": …}` (`extracted` may be left out). Anything
/// else, a status other than 0, a signal, too much output or too long a time is [`Outcome::Error`](crate::Outcome::Error).
#[derive(Debug, Clone)]
pub struct Program {
    launcher: Arc<Launcher>,
    settings: Settings,
}

#[derive(Debug, Clone, PartialEq)]
struct Settings {
    command: Vec<String>,
    read: Vec<String>,
    given: serde_json::Map<String, serde_json::Value>,
    confinement: Confinement,
    time: Duration,
    memory: u64,
    written: u64,
    output: usize,
    processes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            command: Vec::new(),
            read: Vec::new(),
            given: serde_json::Map::new(),
            confinement: Confinement::Full,
            time: Duration::from_secs(10),
            memory: 512,
            written: 16,
            output: 65_536,
            processes: 0,
        }
    }
}

/// What it says of itself and the parameters it takes.
pub static ABOUT: About = About {
    name: "program",
    one_line: "an external program decides, confined: no network, no writing outside a scratch folder, bounded",
    params: &[
        Param {
            name: "command",
            one_line: "the program's absolute path and its arguments, one a line; files named by absolute paths can be read",
            default: "",
        },
        Param { name: "read", one_line: "what else can be read, absolute paths, one a line", default: "" },
        Param {
            name: "params",
            one_line: "a JSON object that is handed to the program as its `params`",
            default: "{}",
        },
        Param {
            name: "sandbox",
            one_line: "full: refuses where this machine lacks a part; limits-only: goes on without it and says so",
            default: "full",
        },
        Param { name: "seconds", one_line: "time it may take, and processor time, 0.1 to 3600", default: "10" },
        Param { name: "memory", one_line: "address space of each process in MiB, 16 to 1048576", default: "512" },
        Param { name: "written", one_line: "largest file it may write in MiB, 0 to 1048576", default: "16" },
        Param { name: "output", one_line: "most bytes on its standard output, 64 to 16777216", default: "65536" },
        Param { name: "processes", one_line: "how many processes it may start, 0 to 1000", default: "0" },
    ],
};

impl Program {
    /// The verifier with these parameters.
    ///
    /// # Errors
    /// [`Error::UnknownParam`] and [`Error::BadParam`].
    pub fn new(launcher: Launcher, params: &Params) -> Result<Self> {
        Ok(Self { launcher: Arc::new(launcher), settings: Settings::default().with(params)? })
    }
}

impl Settings {
    fn with(&self, params: &Params) -> Result<Self> {
        settings::check(&ABOUT, params)?;
        let whole = |name, default: u64, expected, range: std::ops::RangeInclusive<u64>| {
            settings::read(&ABOUT, params, name, default, expected, move |n: &u64| range.contains(n))
        };
        let bad = |param, expected: &str, found: &str| Error::BadParam {
            verifier: ABOUT.name,
            param,
            expected: expected.to_owned(),
            found: found.chars().take(80).collect(),
        };
        let lines = |name, default: &Vec<String>| match params.get(name) {
            None => default.clone(),
            Some(text) => text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect(),
        };
        let command = lines("command", &self.command);
        if let Some(relative) = command.first().filter(|path| !path.starts_with('/')) {
            return Err(bad("command", "an absolute path in its first line", relative));
        }
        let read = lines("read", &self.read);
        if let Some(relative) = read.iter().find(|path| !path.starts_with('/')) {
            return Err(bad("read", "absolute paths, one a line", relative));
        }
        let given = match params.get("params") {
            None => self.given.clone(),
            Some(text) => serde_json::from_str(text).map_err(|_| bad("params", "a JSON object", text))?,
        };
        let seconds = "a number from 0.1 to 3600";
        let time = settings::read(&ABOUT, params, "seconds", self.time.as_secs_f64(), seconds, |n: &f64| {
            (0.1..=3600.0).contains(n)
        })?;
        let output = u64::try_from(self.output).unwrap_or(u64::MAX);
        let output = whole("output", output, "a whole number from 64 to 16777216", 64..=16_777_216)?;
        let processes = whole("processes", self.processes.into(), "a whole number from 0 to 1000", 0..=1000)?;
        Ok(Self {
            command,
            read,
            given,
            confinement: settings::read(&ABOUT, params, "sandbox", self.confinement, "full or limits-only", |_| true)?,
            time: Duration::from_secs_f64(time),
            memory: whole("memory", self.memory, "a whole number from 16 to 1048576", 16..=1_048_576)?,
            written: whole("written", self.written, "a whole number from 0 to 1048576", 0..=1_048_576)?,
            output: usize::try_from(output).unwrap_or(usize::MAX),
            processes: u32::try_from(processes).unwrap_or(u32::MAX),
        })
    }

    #[cfg(target_os = "linux")]
    fn task(&self, scratch: &std::path::Path) -> Task {
        const MIB: u64 = 1 << 20;
        Task {
            command: self.command.clone(),
            read: self.read.clone(),
            scratch: scratch.to_owned(),
            confinement: self.confinement,
            cpu_seconds: self.time.as_secs() + 1,
            memory: self.memory * MIB,
            written: self.written * MIB,
            processes: self.processes,
        }
    }
}

impl Verifier for Program {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn decide(&self, answer: Answer<'_>, gold: &str) -> Verdict {
        if self.settings.command.is_empty() {
            return Verdict::error("no program is set: the parameter `command` is empty");
        }
        self.ask(answer, gold).unwrap_or_else(Verdict::error)
    }

    fn with(&self, params: &Params) -> Result<Box<dyn Verifier>> {
        Ok(Box::new(Self { launcher: Arc::clone(&self.launcher), settings: self.settings.with(params)? }))
    }
}

impl Program {
    /// The program's verdict, or why there is none.
    #[cfg(target_os = "linux")]
    fn ask(&self, answer: Answer<'_>, gold: &str) -> std::result::Result<Verdict, String> {
        let scratch = scratch::Scratch::new(&self.launcher.scratch)
            .map_err(|error| format!("no scratch folder could be made: {error}"))?;
        let input = serde_json::json!({ "answer": answer.as_str(), "gold": gold, "params": self.settings.given });
        let mut input = input.to_string();
        input.push('\n');
        let task = self.settings.task(scratch.path());
        let ran = supervise::run(&self.launcher.helper, &task, input, self.settings.time, self.settings.output)?;
        let mut verdict = reply::read(&ran.output, answer.as_str())?;
        if !ran.missing.is_empty() {
            verdict.why.push_str(&format!(" (sandbox limits-only; missing: {})", ran.missing.join(", ")));
        }
        Ok(verdict)
    }

    #[cfg(not(target_os = "linux"))]
    fn ask(&self, _: Answer<'_>, _: &str) -> std::result::Result<Verdict, String> {
        Err("refused: programs are run on Linux only, where they can be confined".to_owned())
    }
}
