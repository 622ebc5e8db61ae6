//! A fresh folder for one decision, removed after it. Not a cache.

use std::fs::DirBuilder;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The folder; it is removed with what is in it when this goes out of scope.
#[derive(Debug)]
pub(super) struct Scratch(PathBuf);

/// So many names are tried: an earlier process with our id may have left folders behind.
const TRIES: u32 = 1000;

impl Scratch {
    /// A new folder below `within`, which only its owner may enter.
    pub(super) fn new(within: &Path) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        // A program that is confined to it must find it under the name that the kernel checks.
        let within = within.canonicalize()?;
        for _ in 0..TRIES {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = within.join(format!("program-{}-{number}", std::process::id()));
            match private().create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::new(ErrorKind::AlreadyExists, format!("{TRIES} names are taken in {}", within.display())))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing can be told from here; a folder that stays behind does not touch the next decision, which has its own.
        let _left_behind = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(unix)]
fn private() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn private() -> DirBuilder {
    DirBuilder::new()
}
