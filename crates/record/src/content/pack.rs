//! Packs as files: made, cut after a crash, read through, rewritten without what was erased. Not what is erased.

use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::ContentError;
use super::frame::{self, Addendum, HEADER, Stored};
use crate::digest::Digest;

/// What every pack begins with.
const MAGIC: &[u8; 16] = b"candor pack 1\n\0\0";

/// The name of the pack that begins with a leaf.
pub(super) fn name(first: u64) -> String {
    format!("{first:016}.pack")
}

/// First leaves of the packs in a folder, in order.
pub(super) fn list(folder: &Path) -> Result<Vec<u64>, ContentError> {
    let mut firsts = Vec::new();
    for entry in fs::read_dir(folder).map_err(ContentError::io(folder, "listing"))? {
        let entry = entry.map_err(ContentError::io(folder, "listing"))?;
        let Ok(file) = entry.file_name().into_string() else { continue };
        let first = file.strip_suffix(".pack").and_then(|digits| digits.parse().ok());
        firsts.extend(first.filter(|first| name(*first) == file));
    }
    firsts.sort_unstable();
    Ok(firsts)
}

/// Removes what an interrupted rewriting left behind: the pack it would have replaced is whole.
pub(super) fn sweep(folder: &Path) -> Result<(), ContentError> {
    for entry in fs::read_dir(folder).map_err(ContentError::io(folder, "listing"))? {
        let path = entry.map_err(ContentError::io(folder, "listing"))?.path();
        if path.extension().is_some_and(|extension| extension == "rewriting") {
            fs::remove_file(&path).map_err(ContentError::io(&path, "removing"))?;
        }
    }
    Ok(())
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), ContentError> {
    let open = File::open(folder).map_err(ContentError::io(folder, "opening"))?;
    open.sync_all().map_err(ContentError::io(folder, "making its names durable"))
}

/// A new pack. One of the same name is what a crash left behind.
pub(super) fn create(folder: &Path, path: &Path) -> Result<(File, u64), ContentError> {
    let mut file = File::create(path).map_err(ContentError::io(path, "making"))?;
    file.write_all(MAGIC).map_err(ContentError::io(path, "writing"))?;
    file.sync_all().map_err(ContentError::io(path, "making it durable"))?;
    sync_folder(folder)?;
    Ok((file, MAGIC.len() as u64))
}

/// Cuts a pack where it was durable, and opens it at that end. What stands behind was never acknowledged as part of the log.
pub(super) fn cut(path: &Path, end: u64) -> Result<File, ContentError> {
    let mut file = OpenOptions::new().write(true).open(path).map_err(ContentError::io(path, "opening"))?;
    let length = file.metadata().map_err(ContentError::io(path, "reading its length"))?.len();
    if length < end {
        return Err(ContentError::Damaged {
            path: path.to_owned(),
            at: length,
            expected: format!("{end} bytes, which were durable"),
            found: "the end of the pack".into(),
        });
    }
    if length > end {
        file.set_len(end).and_then(|()| file.sync_all()).map_err(ContentError::io(path, "cutting"))?;
    }
    file.seek(SeekFrom::Start(end)).map_err(ContentError::io(path, "seeking"))?;
    Ok(file)
}

/// Where the addenda of a pack lie, in order, without their content. Ends after the first damage.
#[derive(Debug)]
pub struct Walk {
    file: BufReader<File>,
    path: PathBuf,
    at: u64,
    length: u64,
    ended: bool,
}

impl Walk {
    /// Begins to read a pack.
    ///
    /// # Errors
    /// Where it cannot be opened or is none.
    pub fn open(path: &Path) -> Result<Self, ContentError> {
        let file = File::open(path).map_err(ContentError::io(path, "opening"))?;
        let length = file.metadata().map_err(ContentError::io(path, "reading its length"))?.len();
        let mut walk =
            Self { file: BufReader::with_capacity(1 << 16, file), path: path.to_owned(), at: 0, length, ended: false };
        let mut magic = [0; 16];
        if length < 16 || walk.file.read_exact(&mut magic).is_err() || magic != *MAGIC {
            return Err(walk.damaged("the first line of a pack", "other bytes".into()));
        }
        walk.at = 16;
        Ok(walk)
    }

    fn damaged(&self, expected: &str, found: String) -> ContentError {
        ContentError::Damaged { path: self.path.clone(), at: self.at, expected: expected.into(), found }
    }

    /// The next frame; its stored bytes come next in the file.
    fn header(&mut self) -> Option<Result<Stored, ContentError>> {
        if self.ended || self.at == self.length {
            return None;
        }
        let mut header = [0; HEADER];
        let stored = if self.at + HEADER as u64 > self.length {
            Err(self.damaged("a frame", "the end of the pack within it".into()))
        } else if let Err(source) = self.file.read_exact(&mut header) {
            Err(ContentError::Io { path: self.path.clone(), doing: "reading", source })
        } else {
            frame::decode(&header, self.at + HEADER as u64).map_err(|found| self.damaged("a frame", found))
        };
        let stored = stored.and_then(|stored| {
            if stored.at + u64::from(stored.stored) > self.length {
                return Err(self.damaged("a frame", "the end of the pack within it".into()));
            }
            Ok(stored)
        });
        match &stored {
            Ok(stored) => self.at = stored.at + u64::from(stored.stored),
            Err(_) => self.ended = true,
        }
        Some(stored)
    }
}

impl Iterator for Walk {
    type Item = Result<Stored, ContentError>;

    fn next(&mut self) -> Option<Self::Item> {
        let stored = self.header()?;
        if let Ok(found) = &stored
            && let Err(source) = self.file.seek_relative(i64::from(found.stored))
        {
            self.ended = true;
            return Some(Err(ContentError::Io { path: self.path.clone(), doing: "seeking", source }));
        }
        Some(stored)
    }
}

/// An addendum as it was read, or what is wrong with it.
#[derive(Debug)]
pub struct Walked {
    /// The leaf that committed to it.
    pub leaf: u64,
    /// Its digest.
    pub digest: Digest,
    /// The addendum, checked against its digest; what was found in its place otherwise, with the pack and the place.
    pub addendum: Result<Addendum, ContentError>,
}

/// Everything in a pack, in order.
pub(super) fn whole(path: &Path) -> Box<dyn Iterator<Item = Result<Walked, ContentError>>> {
    let mut walk = match Walk::open(path) {
        Ok(walk) => walk,
        Err(error) => return Box::new(std::iter::once(Err(error))),
    };
    Box::new(std::iter::from_fn(move || {
        let stored = match walk.header()? {
            Ok(stored) => stored,
            Err(error) => return Some(Err(error)),
        };
        let mut raw = vec![0; stored.stored as usize];
        if let Err(source) = walk.file.read_exact(&mut raw) {
            walk.ended = true;
            return Some(Err(ContentError::Io { path: walk.path.clone(), doing: "reading", source }));
        }
        let addendum = frame::open(&stored, &raw).map_err(|found| frame::damage(&walk.path, &stored, found));
        Some(Ok(Walked { leaf: stored.leaf, digest: stored.digest, addendum }))
    }))
}

/// Rewrites a pack without what was erased, and puts the new one in the old one's place. Returns how many addenda are gone, and their
/// stored bytes; a pack that held none of them stays as it is.
pub(super) fn rewrite(
    folder: &Path,
    path: &Path,
    erased: &dyn Fn(u64, &Digest) -> bool,
) -> Result<(u64, u64), ContentError> {
    let (mut count, mut bytes) = (0, 0);
    for stored in Walk::open(path)? {
        let stored = stored?;
        if erased(stored.leaf, &stored.digest) {
            count += 1;
            bytes += u64::from(stored.stored);
        }
    }
    if count == 0 {
        return Ok((0, 0));
    }
    let beside = path.with_extension("rewriting");
    let failed = |doing| ContentError::io(&beside, doing);
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&beside).map_err(failed("making"))?);
    out.write_all(MAGIC).map_err(failed("writing"))?;
    let mut walk = Walk::open(path)?;
    while let Some(stored) = walk.header() {
        let stored = stored?;
        if erased(stored.leaf, &stored.digest) {
            walk.file.seek_relative(i64::from(stored.stored)).map_err(ContentError::io(path, "seeking"))?;
            continue;
        }
        let mut frame = vec![0; HEADER + stored.stored as usize];
        walk.file
            .seek_relative(-(HEADER as i64))
            .and_then(|()| walk.file.read_exact(&mut frame))
            .map_err(ContentError::io(path, "reading"))?;
        out.write_all(&frame).map_err(failed("writing"))?;
    }
    let file = out.into_inner().map_err(|error| failed("writing")(error.into_error()))?;
    file.sync_all().map_err(failed("making it durable"))?;
    fs::rename(&beside, path).map_err(failed("putting it in place"))?;
    sync_folder(folder)?;
    Ok((count, bytes))
}
