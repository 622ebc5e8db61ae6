//! Traces in any order, sorted by the day on which they were called, on the disk and not in memory. Not what becomes of them.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use crate::import::{self, day};
use crate::{Error, Result, Trace};

/// Bytes that are held before they are written.
const HELD: usize = 64 << 20;

/// What a call without a time is filed under.
const UNKNOWN: &str = "unknown";

/// Traces on their way into an export, by day.
pub struct Days {
    folder: PathBuf,
    held: BTreeMap<String, Vec<u8>>,
    bytes: usize,
    traces: u64,
}

impl Days {
    /// In a folder of their own, which must not exist and is removed in the end.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be made.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(failed(&folder, "made"))?;
        Ok(Self { folder, held: BTreeMap::new(), bytes: 0, traces: 0 })
    }

    /// Adds a trace.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be written.
    pub fn add(&mut self, trace: &Trace) -> Result<()> {
        let day = trace.at_ms.map_or_else(|| UNKNOWN.to_owned(), day);
        let held = self.held.entry(day).or_default();
        let before = held.len();
        import::write(trace, held)?;
        self.bytes += held.len() - before;
        self.traces += 1;
        if self.bytes >= HELD { self.settle() } else { Ok(()) }
    }

    /// How many there are.
    #[must_use]
    pub fn traces(&self) -> u64 {
        self.traces
    }

    /// Writes down what is held: a packed frame behind those that are there.
    fn settle(&mut self) -> Result<()> {
        for (day, held) in &mut self.held {
            if held.is_empty() {
                continue;
            }
            let path = self.folder.join(day);
            let written = OpenOptions::new().create(true).append(true).open(&path).and_then(|mut file| {
                let packed = zstd::bulk::compress(held, 1)?;
                file.write_all(&packed)
            });
            written.map_err(failed(&path, "written"))?;
            held.clear();
            held.shrink_to_fit();
        }
        self.bytes = 0;
        Ok(())
    }

    /// Hands over the days in their order, each with its traces in the order in which they came.
    ///
    /// # Errors
    /// [`Error::Io`] where they cannot be read again, and what `take` gives.
    pub(super) fn each(
        mut self,
        mut take: impl FnMut(&str, &mut dyn Iterator<Item = Result<Trace>>) -> Result<()>,
    ) -> Result<()> {
        self.settle()?;
        let days = std::mem::take(&mut self.held);
        for day in days.keys() {
            let path = self.folder.join(day);
            let file = File::open(&path).map_err(failed(&path, "opened"))?;
            let lines = BufReader::new(zstd::Decoder::new(file).map_err(failed(&path, "read"))?).lines();
            let mut traces = lines.map(|line| {
                let line = line.map_err(failed(&path, "read"))?;
                serde_json::from_str(&line).map_err(|error| failed(&path, "read")(error.into()))
            });
            take(day, &mut traces)?;
            fs::remove_file(&path).map_err(failed(&path, "removed"))?;
        }
        Ok(())
    }
}

impl Drop for Days {
    fn drop(&mut self) {
        // What is left of it is of no use, and whoever made it learns elsewhere that it failed.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl std::fmt::Debug for Days {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Days").field("folder", &self.folder).field("traces", &self.traces).finish_non_exhaustive()
    }
}

fn failed(path: &Path, doing: &'static str) -> impl Fn(io::Error) -> Error {
    move |source| Error::Io { path: path.to_path_buf(), doing, source }
}
