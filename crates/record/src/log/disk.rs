//! Writing files below a log's directory so that readers see each whole or not at all, and so that a crash loses none that was settled.
//!
//! [`Files::place`] writes beside and renames: readers never see half a file. It does not wait for the disk. [`Files::settle`] waits for every file
//! placed since, then for the directories that name them. A checkpoint is signed only after its tiles are settled, so what a crash can still lose or tear
//! lies beyond the last signed size, and is placed again, with the same bytes, from the journal. One wait for many files is what makes a batch cheap.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Files that may wait for the disk at once: bounds what a crash can lose, and what has to be remembered.
const MOST_UNSETTLED: usize = 4096;

/// Threads that wait for the disk at once.
const WAITING: usize = 8;

/// Where a new file grows before it gets its name. A crash may leave one behind; the next write replaces it.
const BESIDE: &str = ".new";

/// What a log asks of a disk. Paths are relative to the log's directory, with `/` between names.
pub(crate) trait Disk: Send {
    /// Writes a file in place of any that stands there. Not yet durable.
    fn place(&mut self, path: &str, bytes: &[u8]) -> io::Result<()>;
    /// Writes a file in place of any that stands there, durable on return, and at every moment before either the old or the new one.
    fn replace(&mut self, path: &str, bytes: &[u8]) -> io::Result<()>;
    /// Waits until everything placed is durable.
    fn settle(&mut self) -> io::Result<()>;
    /// Removes a file. Need not be durable.
    fn remove_file(&mut self, path: &str) -> io::Result<()>;
    /// Removes a directory with what is in it, if it exists. Need not be durable.
    fn remove_folder(&mut self, path: &str) -> io::Result<()>;
}

/// A directory of the file system.
#[derive(Debug)]
pub(crate) struct Files {
    root: PathBuf,
    beside: PathBuf,
    /// Whether to wait for the disk at all: measurements and throw-away logs do not.
    durable: bool,
    unsettled: Vec<PathBuf>,
    folders: BTreeSet<PathBuf>,
}

impl Files {
    pub(crate) fn new(root: &Path, durable: bool) -> Self {
        Self {
            root: root.to_owned(),
            beside: root.join(BESIDE),
            durable,
            unsettled: Vec::new(),
            folders: BTreeSet::new(),
        }
    }

    /// Creates the missing directories above a path and remembers those that name something new.
    fn make_folder(&mut self, folder: &Path) -> io::Result<()> {
        match fs::create_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && folder != self.root => {
                if let Some(parent) = folder.parent() {
                    self.make_folder(parent)?;
                }
                self.make_folder(folder)
            }
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            Err(_) => Ok(()),
            Ok(()) => {
                if let Some(parent) = folder.parent().filter(|_| self.durable) {
                    self.folders.insert(parent.to_owned());
                }
                Ok(())
            }
        }
    }
}

impl Disk for Files {
    fn place(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        if self.unsettled.len() >= MOST_UNSETTLED {
            self.settle()?;
        }
        let target = self.root.join(path);
        let mut file = File::create(&self.beside)?;
        file.write_all(bytes)?;
        drop(file);
        let folder = target.parent().map_or_else(|| self.root.clone(), Path::to_owned);
        match fs::rename(&self.beside, &target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.make_folder(&folder)?;
                fs::rename(&self.beside, &target)?;
            }
            other => other?,
        }
        if self.durable {
            self.unsettled.push(target);
            self.folders.insert(folder);
        }
        Ok(())
    }

    fn replace(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let target = self.root.join(path);
        let folder = target.parent().map_or_else(|| self.root.clone(), Path::to_owned);
        self.make_folder(&folder)?;
        let mut file = File::create(&self.beside)?;
        file.write_all(bytes)?;
        if self.durable {
            file.sync_all()?;
        }
        fs::rename(&self.beside, &target)?;
        if self.durable {
            self.folders.insert(folder);
        }
        self.settle()
    }

    fn settle(&mut self) -> io::Result<()> {
        // The data first: a name that is durable before its data would show an empty file.
        wait_for(&std::mem::take(&mut self.unsettled))?;
        wait_for(&std::mem::take(&mut self.folders).into_iter().collect::<Vec<_>>())
    }

    fn remove_file(&mut self, path: &str) -> io::Result<()> {
        fs::remove_file(self.root.join(path))
    }

    fn remove_folder(&mut self, path: &str) -> io::Result<()> {
        match fs::remove_dir_all(self.root.join(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Waits until files or directories are on disk. Several wait at once, so that the file system can answer them with one write of its journal.
fn wait_for(paths: &[PathBuf]) -> io::Result<()> {
    let wait = |paths: &[PathBuf]| {
        paths.iter().try_for_each(|path| match File::open(path) {
            Ok(file) => file.sync_all(),
            // Removed since.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        })
    };
    let each = paths.len().div_ceil(WAITING);
    if each <= 1 {
        return wait(paths);
    }
    std::thread::scope(|scope| {
        let waiting: Vec<_> = paths.chunks(each).map(|paths| scope.spawn(move || wait(paths))).collect();
        // The scope waits for those behind a failed one too.
        waiting
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(io::Error::other("a waiting thread ended"))))
    })
}
