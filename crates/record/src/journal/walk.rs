//! From frame to frame through one segment, checking each against the chain; and behind damage, to the next mark. It judges nothing: what a broken
//! frame means depends on where it stands (`recovery`).

use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::digest::Digest;

use super::disk::{Disk, DiskFile};
use super::error::{Error, Finding, disk};
use super::frame::{HEAD, Head, MARK_FRAME, Mark};
use super::header::{HEADER, Header, name};

/// Bytes that are read at a time.
const READ_AT_A_TIME: usize = 128 << 10;

/// A place in a segment, and everything up to it checked.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) path: PathBuf,
    file: BufReader<Box<dyn DiskFile>>,
    size: u64,
    pub(super) header: Header,
    /// The hash of the last frame.
    pub(super) chain: Digest,
    /// Where the next frame begins.
    pub(super) offset: u64,
    /// The number of the next record.
    pub(super) number: u64,
    /// Where the last mark stands, and the number in it.
    pub(super) marked: Option<(u64, u64)>,
    payload: Vec<u8>,
}

/// What the next frame is.
#[derive(Debug)]
pub(super) enum Step {
    /// A record; [`Walk::payload`] has it.
    Record,
    /// A mark.
    Mark,
    /// There is none: the segment ends with the frame before.
    End,
    /// Something that is no frame of this chain. The walk stays where it is.
    Broken(Broken),
}

/// Why bytes are not the next frame.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) expected: String,
    pub(super) found: String,
}

impl Walk {
    /// Opens a segment and reads its header.
    ///
    /// # Errors
    /// [`Error::Damaged`] with one finding where the header is not what the name says.
    pub(super) fn open(on: &dyn Disk, folder: &Path, first: u64) -> Result<Self, Error> {
        let path = folder.join(name(first));
        let file = on.read(&path).map_err(disk("open", &path))?;
        let size = file.size().map_err(disk("read", &path))?;
        let mut file = BufReader::with_capacity(READ_AT_A_TIME, file);
        let mut bytes = Vec::with_capacity(HEADER);
        file.by_ref().take(HEADER as u64).read_to_end(&mut bytes).map_err(disk("read", &path))?;
        let damaged = |offset, expected, found| {
            Error::Damaged(vec![Finding { path: path.clone(), offset, records: first..first, expected, found }])
        };
        let header =
            Header::parse(&bytes).map_err(|refused| damaged(refused.offset, refused.expected, refused.found))?;
        if header.first != first {
            let expected = format!("a segment that begins with record {first}, as its name says");
            return Err(damaged(0, expected, format!("one that begins with record {}", header.first)));
        }
        let chain = header.chain();
        Ok(Self {
            path,
            file,
            size,
            header,
            chain,
            offset: HEADER as u64,
            number: first,
            marked: None,
            payload: Vec::new(),
        })
    }

    /// The payload of the record that was stepped over last.
    pub(super) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Bytes that the file had when it was opened or looked at again.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Forgets what was read ahead: somebody has written since.
    pub(super) fn look_again(&mut self) -> Result<(), Error> {
        let again = self.file.seek(SeekFrom::Start(self.offset)).and_then(|_| self.file.get_ref().size());
        self.size = again.map_err(disk("read", &self.path))?;
        Ok(())
    }

    /// Over the next frame.
    pub(super) fn step(&mut self) -> Result<Step, Error> {
        match self.read_step() {
            Ok(step) => Ok(step),
            Err(error) => Err(disk("read", &self.path)(error)),
        }
    }

    fn read_step(&mut self) -> io::Result<Step> {
        let left = self.size.saturating_sub(self.offset);
        let broken = |expected, found| Ok(Step::Broken(Broken { expected, found }));
        if left == 0 {
            return Ok(Step::End);
        }
        let Some(payload_left) = left.checked_sub(HEAD as u64) else {
            return broken(format!("a frame of at least {HEAD} bytes"), format!("the end of the file after {left}"));
        };
        let mut head = [0; HEAD];
        self.file.read_exact(&mut head)?;
        let head = Head::parse(&head);
        let length = head.length();
        if length > head.most() || length as u64 > payload_left {
            let most = payload_left.min(head.most() as u64);
            return broken(format!("a frame with at most {most} bytes"), format!("one that says {length}"));
        }
        self.payload.resize(length, 0);
        self.file.read_exact(&mut self.payload)?;
        let expected = head.expected(&self.chain, &self.payload);
        if expected != head.hash {
            return broken(format!("a frame with the hash {expected}"), head.hash.to_string());
        }
        if head.is_mark() {
            let here = Mark { marker: self.header.marker(), number: self.number, previous: self.chain };
            if Mark::parse(&self.payload) != Some(here) {
                return broken(format!("a mark before record {}", self.number), "another one".to_owned());
            }
            self.marked = Some((self.offset, self.number));
        } else {
            self.number += 1;
        }
        self.chain = head.hash;
        self.offset += (HEAD + length) as u64;
        Ok(if head.is_mark() { Step::Mark } else { Step::Record })
    }

    /// The next mark of this segment behind a broken frame, if there is one: it shows that everything in front of it had been synced.
    pub(super) fn next_mark(&mut self) -> Result<Option<Found>, Error> {
        let found = self.search();
        found.map_err(disk("read", &self.path))
    }

    fn search(&mut self) -> io::Result<Option<Found>> {
        let marker = self.header.marker();
        let mut base = self.offset;
        self.file.seek(SeekFrom::Start(base))?;
        let mut window = Vec::with_capacity(2 * READ_AT_A_TIME);
        loop {
            let read = self.file.by_ref().take(READ_AT_A_TIME as u64).read_to_end(&mut window)?;
            let ends = read == 0;
            let mut from = 0;
            while let Some(at) = position(window.get(from + HEAD..).unwrap_or_default(), &marker) {
                from += at;
                let Some(frame) = window.get(from..from + MARK_FRAME) else { break };
                if let Some((mark, hash)) = Mark::alone(frame)
                    && mark.marker == marker
                    && mark.number >= self.number
                {
                    return Ok(Some(Found { offset: base + from as u64, mark, hash }));
                }
                from += 1;
            }
            if ends {
                return Ok(None);
            }
            // What may be the beginning of a mark stays in the window.
            let kept = window.len().min(MARK_FRAME - 1);
            base += (window.len() - kept) as u64;
            window.drain(..window.len() - kept);
        }
    }

    /// Takes the chain up again at a mark that was found.
    pub(super) fn go_on_at(&mut self, found: &Found) -> Result<(), Error> {
        self.marked = Some((found.offset, found.mark.number));
        self.number = found.mark.number;
        self.chain = found.hash;
        self.offset = found.offset + MARK_FRAME as u64;
        self.file.seek(SeekFrom::Start(self.offset)).map_err(disk("read", &self.path))?;
        Ok(())
    }
}

/// A mark behind damage.
#[derive(Debug)]
pub(super) struct Found {
    offset: u64,
    pub(super) mark: Mark,
    hash: Digest,
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
