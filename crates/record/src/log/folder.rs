//! Bounded reading of files below one directory, none of it through a symbolic link. Not writing: see [`super::disk`].
//!
//! The directory is taken to stand still: whoever changes it while it is read decides what is read.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::log::error::Error;

/// A directory whose content is foreign.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    root: PathBuf,
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File(u64),
    Folder,
    Nothing,
}

impl Folder {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// What stands at a relative path; a link, a device or a pipe at it or on the way is an error.
    pub(crate) fn kind(&self, path: &str) -> Result<Kind, Error> {
        let mut at = self.root.clone();
        let mut kind = Kind::Folder;
        for part in path.split('/') {
            if part.is_empty() || part == "." || part == ".." {
                return Err(Error::text("path", "names of files", path));
            }
            at.push(part);
            let about = match fs::symlink_metadata(&at) {
                Ok(about) => about,
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                    return Ok(Kind::Nothing);
                }
                Err(error) => return Err(Error::io(path, "looking at", error)),
            };
            kind = if about.is_dir() {
                Kind::Folder
            } else if about.is_file() {
                Kind::File(about.len())
            } else {
                return Err(Error::malformed(
                    path,
                    "files and directories",
                    "a symbolic link, a device or a pipe; it is not followed",
                ));
            };
        }
        Ok(kind)
    }

    /// Opens a regular file for reading, with its size; `None` where nothing stands there.
    pub(crate) fn open(&self, path: &str) -> Result<Option<(File, u64)>, Error> {
        match self.kind(path)? {
            Kind::Nothing => Ok(None),
            Kind::Folder => Err(Error::malformed(path, "a file", "a directory")),
            Kind::File(size) => match File::open(self.root.join(path)) {
                Ok(file) => Ok(Some((file, size))),
                Err(error) => Err(Error::io(path, "opening", error)),
            },
        }
    }

    /// The bytes of a file that may have at most `most`; `None` where nothing stands there.
    pub(crate) fn read(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, Error> {
        let Some((file, size)) = self.open(path)? else { return Ok(None) };
        let too_long = |found: u64| Error::malformed(path, format!("at most {most} bytes"), format!("{found} bytes"));
        if size > most {
            return Err(too_long(size));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        file.take(most + 1).read_to_end(&mut bytes).map_err(|error| Error::io(path, "reading", error))?;
        // A file can be longer than it said.
        if bytes.len() as u64 > most { Err(too_long(bytes.len() as u64)) } else { Ok(Some(bytes)) }
    }

    /// Names in a directory, sorted; none where it does not exist. Names that are not UTF-8 come with their odd bytes replaced.
    pub(crate) fn names(&self, path: &str) -> Result<Vec<String>, Error> {
        match self.kind(path)? {
            Kind::Nothing => return Ok(Vec::new()),
            Kind::File(_) => return Err(Error::malformed(path, "a directory", "a file")),
            Kind::Folder => {}
        }
        let listed = fs::read_dir(self.root.join(path)).map_err(|error| Error::io(path, "listing", error))?;
        let mut names = Vec::new();
        for entry in listed {
            let entry = entry.map_err(|error| Error::io(path, "listing", error))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_within_their_bound_and_nothing_else_is() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("a")).unwrap();
        fs::write(root.path().join("a/b"), b"12345").unwrap();
        let folder = Folder::new(root.path());
        assert_eq!(folder.read("a/b", 5).unwrap().unwrap(), b"12345");
        assert_eq!(folder.read("a/b", 4).unwrap_err().to_string(), "a/b: expected at most 4 bytes, found 5 bytes");
        assert_eq!(folder.read("a/c", 4).unwrap(), None);
        assert_eq!(folder.read("a/b/c", 4).unwrap(), None);
        assert_eq!(folder.read("a", 4).unwrap_err().to_string(), "a: expected a file, found a directory");
        assert_eq!(folder.names("a").unwrap(), ["b"]);
        assert_eq!(folder.names("none").unwrap(), [""; 0]);
        for path in ["", "..", "a/../a/b", "/etc/passwd", "a//b", "./a/b"] {
            assert!(folder.read(path, 9).is_err(), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("secret"), b"secret").unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), root.path().join("folder")).unwrap();
        std::os::unix::fs::symlink(elsewhere.path().join("secret"), root.path().join("file")).unwrap();
        let folder = Folder::new(root.path());
        for path in ["file", "folder/secret"] {
            assert!(folder.read(path, 99).unwrap_err().to_string().contains("not followed"), "{path}");
        }
        assert!(folder.names("folder").is_err());
    }
}
