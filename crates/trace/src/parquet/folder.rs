//! An export into a folder: each day written beside, then put in place whole, the manifest last. Not a bucket: that takes what is staged here.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use candor_record::{Digest, Digester};

use super::days::Days;
use super::manifest::{Listed, MANIFEST, Manifest, Recorded};
use super::write::Writer;
use crate::{Error, Result};

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is new, or has other content than before.
    Written,
    /// It stood there already.
    Kept,
    /// None of its traces is meant any more.
    Removed,
}

/// What an export is of, beside its traces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meant {
    /// With the chain of thought.
    pub chain: bool,
    /// Which traces; empty for all.
    pub query: String,
    /// The record that they were read from.
    pub record: Option<Recorded>,
}

impl Meant {
    /// Refuses to write over an export of something else, or over what is no export.
    ///
    /// # Errors
    /// Says what stands at `place` instead.
    pub fn may_replace(&self, place: &Path, before: &Manifest) -> Result<()> {
        let kind = |chain: bool, query: &str| {
            let of = if query.is_empty() { "all traces".to_owned() } else { format!("`{}`", query.escape_debug()) };
            format!("{of} {} the chain of thought", if chain { "with" } else { "without" })
        };
        if (before.chain, &before.query) == (self.chain, &self.query) {
            return Ok(());
        }
        Err(Error::Nothing {
            path: place.to_path_buf(),
            found: format!(
                "expected nothing, or an export of {}, found one of {}",
                kind(self.chain, &self.query),
                kind(before.chain, &before.query)
            ),
            hint: "name another place, or remove that one first".to_owned(),
        })
    }
}

/// Writes the days into a folder, each under its name in the export, and gives what the manifest is to say of them.
///
/// # Errors
/// [`Error::Io`], and what reading the days gives.
pub fn stage(days: Days, folder: &Path, meant: &Meant) -> Result<Manifest> {
    let mut files = Vec::new();
    days.each(|day, traces| {
        let path = format!("day={day}/traces.parquet");
        let place = within(folder, &path);
        let failed = |source| Error::Io { path: place.clone(), doing: "written", source };
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        let file = File::create(&place).map_err(failed)?;
        let mut writer = Writer::begin(Hashed::around(BufWriter::new(file)), meant.chain).map_err(failed)?;
        let mut count = 0;
        for trace in traces {
            writer.add(trace?).map_err(failed)?;
            count += 1;
        }
        let hashed = writer.end().map_err(failed)?;
        let (bytes, sha256) = (hashed.bytes, hashed.digester.finish());
        let file = hashed.inner.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        files.push(Listed { path, traces: count, bytes, sha256 });
        Ok(())
    })?;
    Ok(Manifest::new(meant.chain, meant.query.clone(), meant.record.clone(), files))
}

/// Writes an export into a folder that is empty, does not exist, or holds one of the same kind: days that are the same stay as they are, others are replaced, and
/// those that hold nothing any more are removed. Gives the manifest, and what became of each file.
///
/// # Errors
/// Where something else stands there, and [`Error::Io`]. Until the end the files that were there before stand there, whole.
pub fn write(days: Days, folder: &Path, meant: &Meant) -> Result<(Manifest, Vec<(String, Change)>)> {
    let before = earlier(folder, meant)?;
    let beside = folder.join(format!(".unfinished-{}", std::process::id()));
    let done = stage(days, &beside, meant).and_then(|manifest| {
        let changes = settle(&beside, folder, before.as_ref(), &manifest)?;
        Ok((manifest, changes))
    });
    // Staged files were moved; what is left is of no use.
    let _ = fs::remove_dir_all(&beside);
    done
}

/// The manifest of the export that stands in a folder, where one does that may be written over. Makes the folder where there is none.
///
/// # Errors
/// Where something else stands there, and [`Error::Io`].
pub fn earlier(folder: &Path, meant: &Meant) -> Result<Option<Manifest>> {
    let failed = |doing| move |source| Error::Io { path: folder.to_path_buf(), doing, source };
    fs::create_dir_all(folder).map_err(failed("made"))?;
    let path = folder.join(MANIFEST);
    let refuse = |found: &str| {
        Err(Error::Nothing {
            path: folder.to_path_buf(),
            found: format!("expected nothing, or an earlier export, found {found}"),
            hint: "name a folder of its own".to_owned(),
        })
    };
    match fs::read(&path) {
        Ok(bytes) => match Manifest::read(&bytes) {
            Some(manifest) => meant.may_replace(folder, &manifest).map(|()| Some(manifest)),
            None => refuse("a manifest that is no export's of this version"),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut names = fs::read_dir(folder).map_err(failed("listed"))?.flatten().map(|entry| entry.file_name());
            // What an interrupted export left behind begins with a dot.
            match names.find(|name| !name.to_string_lossy().starts_with('.')) {
                Some(name) => refuse(&format!("other files, {} among them", name.to_string_lossy().escape_debug())),
                None => Ok(None),
            }
        }
        Err(source) => Err(Error::Io { path, doing: "read", source }),
    }
}

/// Puts staged files in place.
fn settle(
    staged: &Path,
    folder: &Path,
    before: Option<&Manifest>,
    manifest: &Manifest,
) -> Result<Vec<(String, Change)>> {
    let mut changes = Vec::with_capacity(manifest.files.len());
    for file in &manifest.files {
        let place = within(folder, &file.path);
        // By what stands there and not by what is said of it: a damaged file is replaced.
        if digest_of(&place).is_some_and(|there| there == file.sha256) {
            changes.push((file.path.clone(), Change::Kept));
            continue;
        }
        let failed = |source| Error::Io { path: place.clone(), doing: "written", source };
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        fs::rename(within(staged, &file.path), &place).map_err(failed)?;
        changes.push((file.path.clone(), Change::Written));
    }
    let path = folder.join(MANIFEST);
    let failed = |source| Error::Io { path: path.clone(), doing: "written", source };
    let bytes = manifest.to_bytes().map_err(|error| failed(error.into()))?;
    let beside = staged.join(MANIFEST);
    fs::create_dir_all(staged)
        .and_then(|()| File::create(&beside))
        .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, &path))
        .map_err(failed)?;
    // Last: until here the manifest named them.
    for gone in before.map_or(&[][..], |before| &before.files).iter().filter(|file| manifest.find(&file.path).is_none())
    {
        let place = within(folder, &gone.path);
        match fs::remove_file(&place) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(Error::Io { path: place, doing: "removed", source });
            }
            _ => changes.push((gone.path.clone(), Change::Removed)),
        }
        if let Some(day) = place.parent() {
            // Somebody may keep something of their own there.
            let _ = fs::remove_dir(day);
        }
    }
    Ok(changes)
}

/// A name of an export as a path.
fn within(folder: &Path, name: &str) -> PathBuf {
    name.split('/').fold(folder.to_path_buf(), |path, part| path.join(part))
}

fn digest_of(path: &Path) -> Option<Digest> {
    let mut hashed = Hashed::around(io::sink());
    io::copy(&mut File::open(path).ok()?, &mut hashed).ok()?;
    Some(hashed.digester.finish())
}

/// Counts and hashes what passes.
struct Hashed<W> {
    inner: W,
    digester: Digester,
    bytes: u64,
}

impl<W> Hashed<W> {
    fn around(inner: W) -> Self {
        Self { inner, digester: Digester::new(), bytes: 0 }
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.digester.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
