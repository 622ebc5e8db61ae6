//! Which files an import reads, in which order. Not what is in them.

use std::fs;
use std::path::{Path, PathBuf};

use super::record;
use super::summary::{SkipReason, Skipped};
use crate::{Error, Result};

/// A file or a folder of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    path: PathBuf,
}

/// One file of a source, or a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// Relative to the source, with `/`; the file's own name where the source is a file.
    pub(crate) name: String,
    /// Whether it is the folder of a record.
    pub(crate) record: bool,
}

const DEEPEST: usize = 32;
const MOST_FILES: usize = 1_000_000;

impl Source {
    /// A file, or a folder with everything below it.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// What was pointed at.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses what can be read only once: a pipe, whose second reader would wait for good for somebody who writes.
    pub(super) fn can_be_read_again(&self) -> Result<()> {
        can_be_read_again(&self.path)
    }

    /// The files in sorted order, so that the same folder always gives the same traces in the same order. Links are not followed
    /// within a folder; names that start with a dot are left out, as are the working folders of version control.
    pub(crate) fn files(&self) -> Result<(Vec<Found>, Vec<Skipped>)> {
        let kind = fs::metadata(&self.path).map_err(|source| Error::Io {
            path: self.path.clone(),
            doing: "opened",
            source,
        })?;
        let record = kind.is_dir() && record::recognises(&self.path);
        if !kind.is_dir() || record {
            let name = self.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            return Ok((vec![Found { path: self.path.clone(), name, record }], Vec::new()));
        }
        let mut found = Vec::new();
        let mut skipped = Vec::new();
        walk(&self.path, "", 0, &mut found, &mut skipped)?;
        Ok((found, skipped))
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        Self::new(path)
    }
}

/// Refuses what is neither a file nor a folder, where it would have to be opened a second time.
pub(super) fn can_be_read_again(path: &Path) -> Result<()> {
    let kind = fs::metadata(path).map_err(|source| Error::Io { path: path.to_path_buf(), doing: "opened", source })?;
    if kind.is_file() || kind.is_dir() {
        return Ok(());
    }
    let found = "not a plain file, and what is looked at is read more than once".to_owned();
    let hint = "write what comes out of the pipe into a file first".to_owned();
    Err(Error::Nothing { path: path.to_path_buf(), found, hint })
}

fn walk(folder: &Path, prefix: &str, depth: usize, found: &mut Vec<Found>, skipped: &mut Vec<Skipped>) -> Result<()> {
    let refused = |source| Error::Io { path: folder.to_path_buf(), doing: "listed", source };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(refused)? {
        let entry = entry.map_err(refused)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            entries.push((name, entry.path(), entry.file_type().map_err(refused)?));
        }
    }
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    for (name, path, kind) in entries {
        let name = format!("{prefix}{name}");
        if kind.is_dir() {
            if record::recognises(&path) {
                found.push(Found { path, name, record: true });
            } else if depth + 1 >= DEEPEST {
                skipped.push(Skipped { path, name, reason: SkipReason::TooDeep });
            } else {
                walk(&path, &format!("{name}/"), depth + 1, found, skipped)?;
            }
        } else if kind.is_file() {
            if found.len() >= MOST_FILES {
                return Err(Error::TooLarge {
                    file: crate::error::shown(&folder.to_string_lossy()),
                    what: "the number of files",
                    limit: MOST_FILES.to_string(),
                });
            }
            found.push(Found { path, name, record: false });
        } else {
            skipped.push(Skipped { path, name, reason: SkipReason::NotAFile });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_walked_in_sorted_order_with_relative_names() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.jsonl", "a/z.json", "a/y.json", ".hidden"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let (found, skipped) = Source::new(folder.path()).files().unwrap();
        let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["a/y.json", "a/z.json", "b.jsonl"]);
        assert!(skipped.is_empty());
    }

    #[test]
    fn a_missing_path_is_an_error_that_names_it() {
        let error = Source::new("/nowhere/at/all").files().unwrap_err();
        assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
    }
}
