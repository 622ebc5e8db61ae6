//! Starting a program in the sandbox, feeding it, and ending it with everything it started. Not the confining itself.

use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

use super::reply::shown;
use super::sandbox::WORD;
use super::task::{REPORT, Report, Task};

/// What a program left behind when it ended well.
#[derive(Debug)]
pub(super) struct Ran {
    /// What it printed.
    pub(super) output: Vec<u8>,
    /// Parts of the sandbox that were missing.
    pub(super) missing: Vec<String>,
}

enum Event {
    Ended,
    /// Its standard output came to an end or grew beyond the limit.
    Output(Vec<u8>),
    Errors(Vec<u8>),
}

/// What is kept of its standard error, in bytes; the rest is read and thrown away.
const KEPT_ERRORS: u64 = 8192;

/// After the whole group was killed its pipes close at once; they are waited for no longer than this.
const AFTER_THE_END: Duration = Duration::from_secs(2);

/// Runs a task to its end, or to ours.
///
/// # Errors
/// Why there is no output that counts, in one line.
pub(super) fn run(
    helper: &Path,
    task: &Task,
    input: String,
    time: Duration,
    most_output: usize,
) -> Result<Ran, String> {
    let described = serde_json::to_string(task).map_err(|error| format!("the task cannot be written: {error}"))?;
    let begun = Instant::now();
    let mut child = Command::new(helper)
        .arg(WORD)
        .arg(described)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .env("HOME", &task.scratch)
        .env("TMPDIR", &task.scratch)
        .current_dir(&task.scratch)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("the sandbox helper could not be started: {error}"))?;
    let group = i32::try_from(child.id()).map(Pid::from_raw).map_err(|_| "a process id out of range".to_owned())?;
    let (sender, events) = channel();
    let started = listen(&mut child, group, input, most_output, &sender);
    drop(sender);
    let mut seen = Seen::default();
    let end = match started {
        Ok(()) => seen.wait(&events, begun, time, most_output),
        Err(_) => End::TooLate,
    };
    // The leader has not been reaped, so its group's number cannot belong to anybody else yet.
    let _nobody_left = killpg(group, Signal::SIGKILL);
    let status = child.wait().map_err(|error| format!("the program's end was not seen: {error}"))?;
    started.map_err(|error| format!("the program could not be listened to: {error}"))?;
    seen.rest(&events);
    match end {
        End::TooLate => Err(format!("the program took longer than {} s", time.as_secs_f64())),
        End::TooMuch => Err(format!("the program printed more than {most_output} bytes")),
        End::Itself => ended(seen, status, most_output),
    }
}

/// What came of a program that ended by itself.
fn ended(seen: Seen, status: ExitStatus, most_output: usize) -> Result<Ran, String> {
    let errors = seen.errors.unwrap_or_default();
    let missing = confined(&errors)?;
    match seen.output {
        None => Err("a process that the program left behind holds its output open".to_owned()),
        Some(output) if output.len() > most_output => Err(format!("the program printed more than {most_output} bytes")),
        Some(output) => match failure(status) {
            None => Ok(Ran { output, missing }),
            Some(why) => Err(format!("{why}{}", last_words(&errors))),
        },
    }
}

enum End {
    Itself,
    TooLate,
    TooMuch,
}

#[derive(Default)]
struct Seen {
    output: Option<Vec<u8>>,
    errors: Option<Vec<u8>>,
    ended: bool,
}

impl Seen {
    fn take(&mut self, event: Event) {
        match event {
            Event::Ended => self.ended = true,
            Event::Output(bytes) => self.output = Some(bytes),
            Event::Errors(bytes) => self.errors = Some(bytes),
        }
    }

    /// Until the program itself ended, its time is over, or it printed too much.
    fn wait(&mut self, events: &Receiver<Event>, begun: Instant, time: Duration, most_output: usize) -> End {
        while !self.ended {
            match events.recv_timeout(time.saturating_sub(begun.elapsed())) {
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return End::TooLate,
            }
            if self.output.as_ref().is_some_and(|output| output.len() > most_output) {
                return End::TooMuch;
            }
        }
        End::Itself
    }

    /// What is still in the pipes after the group's end.
    fn rest(&mut self, events: &Receiver<Event>) {
        let until = Instant::now() + AFTER_THE_END;
        while self.output.is_none() || self.errors.is_none() {
            match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(event) => self.take(event),
                Err(_) => return,
            }
        }
    }
}

/// Threads that write the input, read both outputs and wait for the end. They end when the pipes close; none is waited for,
/// since a process that fled the group (possible under `limits-only`) could hold a pipe open for ever.
fn listen(
    child: &mut Child,
    group: Pid,
    input: String,
    most_output: usize,
    sender: &Sender<Event>,
) -> std::io::Result<()> {
    let missing = || std::io::Error::other("a pipe is missing");
    let mut stdin = child.stdin.take().ok_or_else(missing)?;
    let stdout = child.stdout.take().ok_or_else(missing)?;
    let mut stderr = child.stderr.take().ok_or_else(missing)?;
    // A program need not read its input: that the pipe breaks is no error.
    spawn("input", move || drop(stdin.write_all(input.as_bytes())))?;
    let to = sender.clone();
    spawn("output", move || {
        let mut bytes = Vec::new();
        let limit = u64::try_from(most_output).unwrap_or(u64::MAX).saturating_add(1);
        let _broken = stdout.take(limit).read_to_end(&mut bytes);
        drop(to.send(Event::Output(bytes)));
    })?;
    let to = sender.clone();
    spawn("errors", move || {
        let mut bytes = Vec::new();
        let _broken = stderr.by_ref().take(KEPT_ERRORS).read_to_end(&mut bytes);
        drop(std::io::copy(&mut stderr, &mut std::io::sink()));
        drop(to.send(Event::Errors(bytes)));
    })?;
    let to = sender.clone();
    spawn("end", move || {
        // Not reaped here: as long as it is not, the number of its group stays its own.
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        while waitid(Id::Pid(group), flags) == Err(nix::errno::Errno::EINTR) {}
        drop(to.send(Event::Ended));
    })
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new().name(format!("program-{name}")).stack_size(1 << 18).spawn(work).map(drop)
}

/// The helper's own line, the first of the standard error.
fn report(errors: &[u8]) -> Option<(Report, &[u8])> {
    let rest = errors.strip_prefix(REPORT.as_bytes())?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (line, after) = rest.split_at_checked(end)?;
    Some((serde_json::from_slice(line).ok()?, after))
}

/// The parts that were missing, or why the program was not run.
fn confined(errors: &[u8]) -> Result<Vec<String>, String> {
    match report(errors) {
        Some((Report::Confined { missing }, _)) => Ok(missing),
        Some((Report::Refused { why }, _)) => Err(format!("refused: {why}")),
        None => Err(format!("the sandbox helper did not report: `{}`", shown(&String::from_utf8_lossy(errors)))),
    }
}

fn last_words(errors: &[u8]) -> String {
    let said = report(errors).map_or(errors, |(_, after)| after);
    let said = String::from_utf8_lossy(said);
    said.lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .map_or_else(String::new, |line| format!(": `{}`", shown(line)))
}

fn failure(status: ExitStatus) -> Option<String> {
    match (status.code(), status.signal()) {
        (Some(0), _) => None,
        (Some(code), _) => Some(format!("the program ended with status {code}")),
        (None, signal) => {
            let name = signal.and_then(|number| Signal::try_from(number).ok()).map_or("unknown", Signal::as_str);
            Some(format!("the program was ended by the signal {name}"))
        }
    }
}
