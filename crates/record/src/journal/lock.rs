//! The lock that keeps a second writer out: `flock` on a file that says who holds it. Held as long as a clone of it lives; it goes with the process.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::error::{Error, disk};

/// Longest thing that a lock file says.
const MOST: u64 = 80;

/// The right to write.
#[derive(Debug, Clone)]
pub struct Lock {
    _file: Arc<File>,
}

impl Lock {
    /// Takes the lock, without waiting for it. The file is made where there is none, and stays.
    ///
    /// # Errors
    /// [`Error::Locked`] with the holder, where another process (or another lock of this one) has it; [`Error::Disk`] where the file cannot be opened.
    pub fn acquire(path: &Path) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).map_err(disk("open", path))?;
        match file.try_lock() {
            Ok(()) => {
                // Only a courtesy to whoever is refused, so a full disk does not keep a journal shut.
                let _ = file
                    .set_len(0)
                    .and_then(|()| file.write_all(format!("process {}\n", std::process::id()).as_bytes()));
                Ok(Self { _file: Arc::new(file) })
            }
            Err(fs::TryLockError::WouldBlock) => {
                let mut said = String::new();
                let read = file.take(MOST).read_to_string(&mut said);
                let said = said.trim();
                let holder = if read.is_ok() && said.starts_with("process ") {
                    said.escape_debug().to_string()
                } else {
                    "another process that did not say its number".to_owned()
                };
                Err(Error::Locked { path: path.to_owned(), holder })
            }
            Err(fs::TryLockError::Error(error)) => Err(disk("lock", path)(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_one_is_told_who_holds_it_and_where() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::acquire(&path).unwrap();
        let refused = Lock::acquire(&path).unwrap_err().to_string();
        assert!(
            refused.starts_with(&format!(
                "{}: expected no other writer, found process {}",
                path.display(),
                std::process::id()
            )),
            "{refused}"
        );
        let clone = held.clone();
        drop(held);
        assert!(Lock::acquire(&path).is_err());
        drop(clone);
        Lock::acquire(&path).unwrap();
    }

    #[test]
    fn a_file_that_says_nothing_sensible_is_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = File::create(&path).unwrap();
        held.lock().unwrap();
        fs::write(&path, "\u{1b}[31mboo").unwrap();
        let refused = Lock::acquire(&path).unwrap_err().to_string();
        assert!(refused.contains("found another process that did not say its number"), "{refused}");
    }
}
