//! How far reading has come: a bar on a terminal, plain lines elsewhere, nothing when quiet. Only on standard error.

use std::cell::Cell;

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
