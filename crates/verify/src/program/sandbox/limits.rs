//! What the kernel counts for a process, and what it inherited. Not what it may open.

use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use nix::unistd::Uid;

use crate::program::task::Task;

/// Open files of each process.
const OPEN_FILES: u64 = 64;

/// Threads that a program may have beside its processes: the kernel counts both in one number.
const THREADS: u64 = 64;

/// Whether the kernel does not hold the number of processes for this user.
pub(super) fn processes_unbounded() -> bool {
    Uid::effective().is_root()
}

/// Closes what was inherited and sets every limit.
pub(super) fn apply(task: &Task) -> Result<(), String> {
    close_inherited()?;
    nix::sys::prctl::set_pdeathsig(Signal::SIGKILL).map_err(|error| format!("ended with its parent: {error}"))?;
    let limits = [
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_NOFILE, OPEN_FILES),
        (Resource::RLIMIT_FSIZE, task.written),
        (Resource::RLIMIT_CPU, task.cpu_seconds),
        (Resource::RLIMIT_AS, task.memory),
        (Resource::RLIMIT_NPROC, running()? + u64::from(task.processes) + THREADS),
    ];
    for (resource, limit) in limits {
        // A limit that is lower already stays.
        let (_, highest) = nix::sys::resource::getrlimit(resource).map_err(|error| format!("{resource:?}: {error}"))?;
        let limit = limit.min(highest);
        setrlimit(resource, limit, limit).map_err(|error| format!("{resource:?}: {error}"))?;
    }
    Ok(())
}

/// Closes every descriptor beyond the three standard ones.
fn close_inherited() -> Result<(), String> {
    let listed = std::fs::read_dir("/proc/self/fd").map_err(|error| format!("/proc/self/fd: {error}"))?;
    // Collected first: the listing has a descriptor too, which is closed with it.
    let numbers: Vec<i32> = listed.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for number in numbers.into_iter().filter(|number| *number > 2) {
        // The one of the listing is gone by now.
        let _gone = nix::unistd::close(number);
    }
    Ok(())
}

/// How many threads this user runs now: the kernel's limit is for all of them together.
fn running() -> Result<u64, String> {
    use std::os::unix::fs::MetadataExt;
    let own = Uid::current().as_raw();
    let listed = std::fs::read_dir("/proc").map_err(|error| format!("/proc: {error}"))?;
    let count = listed
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit())))
        .filter(|entry| entry.metadata().is_ok_and(|about| about.uid() == own))
        .filter_map(|entry| std::fs::read_dir(entry.path().join("task")).ok())
        .map(Iterator::count)
        .sum::<usize>();
    u64::try_from(count).map_err(|error| error.to_string())
}
