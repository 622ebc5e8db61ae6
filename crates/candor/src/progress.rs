//! How far reading has come: a bar on a terminal, plain lines elsewhere, nothing when quiet. Only on standard error.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use candor_audit::live::runner::Progress as Calls;
use candor_trace::import::{self, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use crate::output;
use crate::settings::Settings;
use crate::show::text;

/// Without a terminal, a line is written whenever this much more was read.
const LINE_EVERY: u64 = 256_000_000;

/// How far one reading has come.
#[derive(Debug)]
pub(crate) struct Reported {
    bar: Option<ProgressBar>,
    lines: bool,
    total: u64,
    said: Cell<u64>,
}

impl Reported {
    /// Reading of a file or folder begins; `name` is what the user knows it by.
    pub(crate) fn of(source: &import::Source, name: &str, settings: &Settings) -> Self {
        if settings.quiet {
            return Self { bar: None, lines: false, total: 0, said: Cell::new(0) };
        }
        // A source that cannot be listed fails when it is read, with its reason.
        let total = import::size(source).unwrap_or(0);
        let bar = settings.moving.then(|| {
            let style = ProgressStyle::with_template("reading {wide_bar} {binary_bytes}/{binary_total_bytes} {msg}");
            ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        if bar.is_none() && total > 0 {
            output::remark(&format!("reading {} ({})", text::clean(name), text::bytes(total)));
        }
        Self { lines: bar.is_none(), bar, total, said: Cell::new(0) }
    }

    /// Reading has come so far.
    pub(crate) fn at(&self, progress: Progress) {
        if let Some(bar) = &self.bar {
            bar.set_position(progress.bytes.min(self.total));
            bar.set_message(text::counted(progress.traces, "trace"));
        }
        if self.lines && progress.bytes >= self.said.get() + LINE_EVERY {
            self.said.set(progress.bytes);
            output::remark(&format!(
                "read {} of {}, {}",
                text::bytes(progress.bytes),
                text::bytes(self.total.max(progress.bytes)),
                text::counted(progress.traces, "trace")
            ));
        }
    }

    /// Reading is over: the bar goes, what was found takes its place.
    pub(crate) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

/// How far calls have come: a bar with rate, spend and time left on a terminal, a line for every tenth elsewhere, nothing when quiet.
#[derive(Debug)]
pub(crate) struct Called {
    bar: Option<ProgressBar>,
    quiet: bool,
    model: String,
    said: Cell<u64>,
}

impl Called {
    /// Calls begin.
    pub(crate) fn of(model: &str, settings: &Settings) -> Self {
        let bar = (!settings.quiet && settings.moving).then(|| {
            let style = ProgressStyle::with_template("{prefix} {wide_bar} {human_pos}/{human_len} {msg}, {eta} left");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(0).with_style(style).with_prefix(text::clean(model).into_owned())
        });
        Self { bar, quiet: settings.quiet, model: model.to_owned(), said: Cell::new(0) }
    }

    /// Calls have come so far.
    pub(crate) fn at(&self, progress: &Calls, elapsed: Duration) {
        let done = progress.found + progress.replied + progress.lost;
        if let Some(bar) = &self.bar {
            bar.set_length(progress.planned);
            bar.set_position(done);
            bar.set_message(how_it_goes(progress, elapsed));
            return;
        }
        let tenth = 10 * done / progress.planned.max(1);
        // Whoever waits a second only is not told ten times.
        if !self.quiet && tenth > self.said.get() && elapsed.as_secs() > 0 && tenth < 10 {
            self.said.set(tenth);
            output::remark(&format!("{}: {}", self.model, so_far(progress, elapsed)));
        }
    }

    /// No more calls are made.
    pub(crate) fn end(self, progress: &Calls, elapsed: Duration) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if !self.quiet {
            output::remark(&format!("{}: {}", self.model, so_far(progress, elapsed)));
        }
    }
}

fn so_far(progress: &Calls, elapsed: Duration) -> String {
    let done = progress.found + progress.replied;
    let mut said = format!("{} of {} calls", text::thousands(done), text::thousands(progress.planned));
    if progress.found > 0 {
        said.push_str(&format!(" ({} were there)", text::thousands(progress.found)));
    }
    if progress.lost > 0 {
        said.push_str(&format!(", {} given up", text::thousands(progress.lost)));
    }
    format!("{said}, {}", how_it_goes(progress, elapsed))
}

/// `1,200 calls/s, 3 retries, $0.0123`.
fn how_it_goes(progress: &Calls, elapsed: Duration) -> String {
    let rate = progress.replied as f64 / elapsed.as_secs_f64().max(1e-3);
    let mut said =
        if rate >= 10.0 { format!("{} calls/s", text::thousands(rate as u64)) } else { format!("{rate:.1} calls/s") };
    if progress.retries > 0 {
        said.push_str(&format!(", {} retries", text::thousands(progress.retries)));
    }
    match progress.spent {
        Some(spent) if spent.0 > 0 => said.push_str(&format!(", {spent}")),
        Some(_) => {}
        None => said.push_str(", price unknown"),
    }
    said
}

/// How far counted work has come: a bar on a terminal, a line for every tenth elsewhere, nothing when quiet.
#[derive(Debug)]
pub(crate) struct Counted {
    bar: Option<ProgressBar>,
    lines: bool,
    what: &'static str,
    said: AtomicU64,
}

impl Counted {
    /// Work begins; `what` is counted.
    pub(crate) fn of(what: &'static str, settings: &Settings) -> Self {
        let bar = (!settings.quiet && settings.moving).then(|| {
            let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} {msg}, {eta} left");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(what)
        });
        Self { lines: !settings.quiet && bar.is_none(), bar, what, said: AtomicU64::new(0) }
    }

    /// So much of all is done.
    pub(crate) fn at(&self, done: u64, total: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(done);
        }
        let tenth = 10 * done / total.max(1);
        if self.lines && self.said.fetch_max(tenth, Ordering::Relaxed) < tenth {
            output::remark(&format!("{} of {} {}", text::thousands(done), text::thousands(total), self.what));
        }
    }

    /// Work is over: the bar goes.
    pub(crate) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
