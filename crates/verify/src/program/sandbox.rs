//! The sandbox: how a process confines itself before it becomes the program. Not the watching from outside.
//!
//! The binary starts itself once more with [`WORD`] as its first argument and hands the rest to [`sandboxed_main`]. That process
//! closes what it inherited, limits itself and replaces itself by the program, so that none of our code runs beside foreign code:
//!
//! - **limits**: processor time, address space, size of a file, open files, no core dump; ended with its parent.
//! - **files** (Landlock, at least version 3): reads and executes the system's programs and libraries (`/usr`, `/lib*`, `/bin`, `/sbin`,
//!   `/etc/ld.so.*`, `/etc/alternatives`, `/dev/{null,zero,random,urandom}`), the files of its command and what `read` names; writes to
//!   a fresh folder and `/dev/null`. TCP, other processes' signals and abstract sockets are closed here too where the kernel has it.
//! - **calls** (a seccomp filter that no later program can lift): no sockets, so no network of any kind; no change of owners,
//!   modes, times and attributes; no signals to other processes, nor their memory; no new limits, devices, priorities; no leaving of the process group, in which
//!   everything is killed at the end; no namespaces, mounts, tracing, keys, kernel modules, clocks; no asynchronous rings around it.
//! - **processes**: none but the program itself by default (a call that starts one is refused; threads are not). A number above 0
//!   is held by the kernel's limit per user, with 64 more for threads, which it counts as processes; the user's other processes that
//!   begin meanwhile use it up too. It does not apply to root: as root this part is missing.
//!
//! What stays open: names, sizes and times of files everywhere can be seen; the scratch folder is bounded per file, not in sum;
//! the processor's caches and the time are shared. It is no virtual machine: a fault of the kernel is a way out.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use super::task::{REPORT, Report, Task};

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod limits;

/// The first argument by which the binary is told to become a sandboxed program.
pub const WORD: &str = "__sandbox";

/// Confines this process and becomes the program; `arguments` are those after [`WORD`]. It returns only where the program is not
/// run, with the reason written to `errors` in the form that the launcher reads. The process must have one thread.
pub fn sandboxed_main(mut arguments: impl Iterator<Item = OsString>, errors: &mut dyn Write) -> ExitCode {
    let task = arguments.next().filter(|_| arguments.next().is_none()).and_then(|text| text.into_string().ok());
    let refused = match task.as_deref().map(serde_json::from_str::<Task>) {
        Some(Ok(task)) => confine(&task, errors).err(),
        _ => Some("this mode is for the launcher of programs; it takes one task".to_owned()),
    };
    if let Some(why) = refused {
        write(errors, &Report::Refused { why });
    }
    ExitCode::FAILURE
}

fn write(errors: &mut dyn Write, report: &Report) {
    if let Ok(line) = serde_json::to_string(report) {
        // Without the line the launcher counts the program as not run.
        let _unread = writeln!(errors, "{REPORT}{line}").and_then(|()| errors.flush());
    }
}

#[cfg(not(target_os = "linux"))]
fn confine(_: &Task, _: &mut dyn Write) -> Result<(), String> {
    Err("programs are run on Linux only, where they can be confined".to_owned())
}

/// Becomes the program, so that it does not return; or says why it is refused; or, confined already, that it cannot be run.
#[cfg(target_os = "linux")]
fn confine(task: &Task, errors: &mut dyn Write) -> Result<(), String> {
    use super::task::Confinement;
    use std::os::unix::process::CommandExt;

    let mut missing = Vec::new();
    limits::apply(task).map_err(|why| format!("limits: {why}"))?;
    if task.processes > 0 && limits::processes_unbounded() {
        missing.push("processes (root's are not counted)".to_owned());
    }
    match files::apply(task) {
        Ok(()) => {}
        Err(files::Failed::Setting(why)) => return Err(why),
        Err(files::Failed::Missing(why)) => missing.push(format!("files ({why})")),
    }
    if let Err(why) = calls::apply(task.processes > 0) {
        missing.push(format!("calls ({why})"));
    }
    if task.confinement == Confinement::Full && !missing.is_empty() {
        return Err(format!(
            "this machine lacks parts of the sandbox: {}; `sandbox = limits-only` goes on without",
            missing.join(", ")
        ));
    }
    let Some((program, arguments)) = task.command.split_first() else { return Err("no program is named".to_owned()) };
    write(errors, &Report::Confined { missing });
    let error = std::process::Command::new(program).args(arguments).exec();
    // The launcher has read its line already and takes this for the program's last words.
    let _unread = writeln!(errors, "{program} cannot be run: {error}");
    Ok(())
}
