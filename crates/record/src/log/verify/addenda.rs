//! The store of addenda beside a log: which digests have content there, and whether it is theirs. What an absence means is for the judge.

use std::io::Read as _;

use super::Examination;
use super::finding::{Finding, Kind};
use super::judge::State;
use crate::digest::{Digest, Digester};
use crate::log::addenda::path;
use crate::log::error::Error;
use crate::log::folder::{Folder, Kind as Stands};

const ADDENDA: &str = "addenda";

/// Bytes that are read at once.
const PIECE: usize = 1 << 16;

/// Which directories of the store exist, so that a million absent addenda cost nothing.
pub(super) struct Shelves {
    /// By the first two bytes of a digest.
    exist: Vec<bool>,
    most_bytes: u64,
}

impl Shelves {
    pub(super) fn of(examination: &mut Examination<'_>) -> Self {
        let mut exist = vec![false; 1 << 16];
        for first in examination.names(ADDENDA, Kind::Addendum) {
            let folder = format!("{ADDENDA}/{first}");
            let Some(high) = byte(&first) else {
                examination.counts.strangers += 1;
                continue;
            };
            for second in examination.names(&folder, Kind::Addendum) {
                match byte(&second).and_then(|low| exist.get_mut(usize::from(high) << 8 | usize::from(low))) {
                    Some(shelf) => *shelf = true,
                    None => examination.counts.strangers += 1,
                }
            }
        }
        Self { exist, most_bytes: examination.options.most_addendum_bytes }
    }

    fn holds(&self, digest: &Digest) -> bool {
        let [high, low, ..] = *digest.as_bytes();
        self.exist.get(usize::from(high) << 8 | usize::from(low)).copied().unwrap_or(false)
    }

    /// What became of an addendum, and what is wrong with it. Its content never lies in memory whole.
    pub(super) fn state(&self, folder: &Folder, digest: &Digest) -> (State, Option<Finding>) {
        if !self.holds(digest) {
            return (State::Absent, None);
        }
        let path = path(digest);
        match self.content(folder, &path) {
            Ok(None) => (State::Absent, None),
            Ok(Some(found)) if found == *digest => (State::Present, None),
            Ok(Some(found)) => {
                let what = format!("expected content with this digest, found other content with {found}");
                (State::Changed, Some(Finding::of_file(Kind::Addendum, path, what)))
            }
            Err(error) => (State::Changed, Some(Finding::of_error(Kind::Addendum, path, &error))),
        }
    }

    fn content(&self, folder: &Folder, path: &str) -> Result<Option<Digest>, Error> {
        let Some((file, size)) = folder.open(path)? else { return Ok(None) };
        if size > self.most_bytes {
            return Err(Error::malformed(path, format!("at most {} bytes", self.most_bytes), format!("{size} bytes")));
        }
        let mut digester = Digester::new();
        let mut piece = vec![0; PIECE.min(usize::try_from(size).unwrap_or(PIECE) + 1)];
        // No further than it said: a file that grows while it is read is another one anyway.
        let mut rest = file.take(size + 1);
        loop {
            let read = rest.read(&mut piece).map_err(|error| Error::io(path, "reading", error))?;
            match piece.get(..read) {
                None | Some([]) => return Ok(Some(digester.finish())),
                Some(bytes) => digester.update(bytes),
            }
        }
    }
}

fn byte(name: &str) -> Option<u8> {
    u8::from_str_radix(name, 16).ok().filter(|byte| format!("{byte:02x}") == name)
}

impl Examination<'_> {
    /// Content that no entry indicates is not the log's: nobody signed for it. `indicated` are the digests whose content is there.
    pub(super) fn unindicated(&mut self, mut indicated: Vec<Digest>) {
        indicated.sort_unstable();
        for first in self.names(ADDENDA, Kind::Addendum) {
            if byte(&first).is_none() {
                continue;
            }
            let folder = format!("{ADDENDA}/{first}");
            for second in self.names(&folder, Kind::Addendum) {
                let folder = format!("{folder}/{second}");
                if byte(&second).is_none() || !matches!(self.folder.kind(&folder), Ok(Stands::Folder)) {
                    continue;
                }
                for name in self.names(&folder, Kind::Addendum) {
                    let file = format!("{folder}/{name}");
                    match name.parse::<Digest>().ok().filter(|digest| path(digest) == file) {
                        Some(digest) if indicated.binary_search(&digest).is_ok() => {}
                        Some(_) => self.findings.push(Finding::of_file(
                            Kind::Addendum,
                            file,
                            "expected content that an entry indicates, found none that does",
                        )),
                        None => self.counts.strangers += 1,
                    }
                }
            }
        }
    }
}
