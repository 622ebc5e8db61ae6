//! How the process ends when it does not end by itself: Ctrl-C and a panic. Not the ends that commands choose.

use std::panic::PanicHookInfo;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use candor_audit::live::runner::Stop;

use crate::output;
use crate::problem::{Kind, Problem};

/// What is half-written at this moment, and goes when the process is stopped.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Calls that are being made, which end by themselves when they are told to.
static STOPPED_BY: Mutex<Option<&'static Stop>> = Mutex::new(None);

/// Notes that Ctrl-C stops calls and not the process; `None` when no calls are made any more.
pub(crate) fn stops_by(stop: Option<&'static Stop>) {
    *STOPPED_BY.lock().unwrap_or_else(PoisonError::into_inner) = stop;
}

/// Notes what is half-written; `None` when nothing is any more.
pub(crate) fn unfinished(path: Option<PathBuf>) {
    *UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner) = path;
}

/// Ctrl-C removes what is half-written and ends with code 7. Where calls are being made the first one stops making more of them, and the second drops what is
/// on its way; the run then ends by itself.
pub(crate) fn stop_on_signal() -> Result<(), Problem> {
    ctrlc::set_handler(|| {
        if let Some(stop) = *STOPPED_BY.lock().unwrap_or_else(PoisonError::into_inner) {
            stop.say();
            output::remark("stopping: waiting for the calls that are on their way; Ctrl-C again drops them");
            return;
        }
        if let Some(path) = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // It may be gone already; a leftover is removed by the next run.
            let _ = std::fs::remove_dir_all(path);
        }
        output::complain(
            &Problem::new(Kind::Stopped, "stopped; nothing half-written is left").hint("the same command starts over"),
        );
        exit(Kind::Stopped);
    })
    .map_err(|error| Problem::internal(format!("cannot listen for Ctrl-C: {error}")))
}

/// A panic is our fault: it is said in a sentence and ends with code 70. One that is contained is what is wrong with a foreign file, and is told by whoever reads it.
pub(crate) fn apologise_for_panics() {
    std::panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        if candor_trace::parquet::is_contained() {
            return;
        }
        let place = panic.location().map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
        let payload = panic.payload();
        let text =
            payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let what = text.unwrap_or("no message");
        output::complain(
            &Problem::internal(format!("candor {} failed{place}: {what}", env!("CARGO_PKG_VERSION")))
                .hint("this is a fault of candor, not of your data; please report the line above with the command"),
        );
        exit(Kind::Internal);
    }));
}

/// Ends the process from a place that cannot return.
#[expect(
    clippy::disallowed_methods,
    clippy::exit,
    reason = "signal handlers and panic hooks cannot return an exit code"
)]
fn exit(kind: Kind) -> ! {
    std::process::exit(i32::from(kind.code()))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    #[test]
    #[ignore = "run by the test below, in a process of its own"]
    fn panics() {
        super::apologise_for_panics();
        panic!("nothing to look at");
    }

    #[test]
    fn a_panic_says_sorry_and_ends_with_code_70() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "ending::tests::panics", "--ignored", "--nocapture"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(70), "{said}");
        assert!(said.contains("nothing to look at") && said.contains("hint: this is a fault of candor"), "{said}");
    }
}
