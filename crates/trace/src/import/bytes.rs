//! The bytes of a file as they come from the disk: counted, hashed, unpacked, held in one window. Not their meaning.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

use candor_record::{Digest, Digester};

use super::Limits;
use crate::error::shown;
use crate::{Error, Result};

/// What of the first bytes is looked at to tell what a file is.
pub(crate) const LOOKED_AT: usize = 256 << 10;
/// How much packed bytes are read at once.
const PACKED: usize = 128 << 10;

/// How many bytes of the current file have been read, shared with whoever reports progress.
pub(crate) type Position = Rc<Cell<u64>>;

/// Reads a file, counting and hashing what passes.
struct Meter {
    file: File,
    digester: Digester,
    bytes: u64,
    position: Position,
}

impl Read for Meter {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(into)?;
        self.digester.update(&into[..count]);
        self.bytes += count as u64;
        self.position.set(self.bytes);
        Ok(count)
    }
}

/// A file whose first bytes have been looked at already.
type Again = io::Chain<io::Cursor<Vec<u8>>, Meter>;

/// What packs a file.
enum Unpacked {
    Plain(Meter),
    Gzip(Box<flate2::read::MultiGzDecoder<Again>>),
    Zstd(Box<zstd::Decoder<'static, io::BufReader<Again>>>),
    /// Nothing but what is held already.
    Memory,
}

impl Unpacked {
    fn into_meter(self) -> Option<Meter> {
        match self {
            Self::Plain(meter) => Some(meter),
            Self::Gzip(reader) => Some(reader.into_inner().into_inner().1),
            Self::Zstd(reader) => Some(reader.finish().into_inner().into_inner().1),
            Self::Memory => None,
        }
    }
}

impl Read for Unpacked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(into),
            Self::Gzip(reader) => reader.read(into),
            Self::Zstd(reader) => reader.read(into),
            Self::Memory => Ok(0),
        }
    }
}

/// A moving window over the unpacked bytes of a file. Bytes between `start` and `end` are held; `start` is moved forward by whoever
/// has used them.
pub(crate) struct Window {
    reader: Unpacked,
    name: String,
    buffer: Vec<u8>,
    pub(super) start: usize,
    pub(super) end: usize,
    ended: bool,
    unpacked: u64,
    limits: Limits,
}

impl Window {
    /// Opens a file and reads its first bytes.
    pub(crate) fn open(path: &Path, name: &str, limits: &Limits, position: &Position) -> Result<Self> {
        let refused = |source| Error::Io { path: path.to_path_buf(), doing: "opened", source };
        let file = File::open(path).map_err(refused)?;
        let mut meter = Meter { file, digester: Digester::new(), bytes: 0, position: Rc::clone(position) };
        let mut magic = vec![0; 4];
        let mut held = 0;
        while held < magic.len() {
            match meter.read(&mut magic[held..]).map_err(refused)? {
                0 => break,
                count => held += count,
            }
        }
        magic.truncate(held);
        let mut buffer = Vec::new();
        let reader = match magic.as_slice() {
            [0x1f, 0x8b, ..] => {
                Unpacked::Gzip(Box::new(flate2::read::MultiGzDecoder::new(io::Cursor::new(magic).chain(meter))))
            }
            [0x28, 0xb5, 0x2f, 0xfd] => {
                let buffered = io::BufReader::with_capacity(PACKED, io::Cursor::new(magic).chain(meter));
                Unpacked::Zstd(Box::new(zstd::Decoder::with_buffer(buffered).map_err(refused)?))
            }
            _ => {
                buffer = magic;
                Unpacked::Plain(meter)
            }
        };
        let end = buffer.len();
        let mut window = Self {
            reader,
            name: name.to_owned(),
            buffer,
            start: 0,
            end,
            ended: false,
            unpacked: end as u64,
            limits: limits.clone(),
        };
        window.more()?;
        if window.held().starts_with(b"\xef\xbb\xbf") {
            window.start += 3;
        }
        Ok(window)
    }

    /// A window over bytes that were made and not read.
    pub(crate) fn memory(buffer: Vec<u8>, name: &str, limits: &Limits) -> Self {
        let end = buffer.len();
        Self {
            reader: Unpacked::Memory,
            name: name.to_owned(),
            buffer,
            start: 0,
            end,
            ended: true,
            unpacked: end as u64,
            limits: limits.clone(),
        }
    }

    /// What of the first bytes is looked at to tell what a file is.
    pub(crate) fn head(&self) -> &[u8] {
        let held = self.held();
        &held[..held.len().min(LOOKED_AT)]
    }

    /// What is held and not yet used.
    pub(crate) fn held(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// A part of what is held, counted from the start.
    pub(super) fn part(&self, from: usize, to: usize) -> &[u8] {
        &self.buffer[self.start + from..self.start + to]
    }

    /// Reads more, keeping what is held; `false` at the end of the file. What is held moves to the front: positions counted from
    /// `start` stay, absolute ones do not.
    pub(super) fn more(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let chunk = self.limits.chunk.max(1);
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() < self.end + chunk {
            // Doubling keeps a record of many chunks linear.
            let wanted = (self.end + chunk).max(if self.end > chunk { 2 * self.end } else { 0 });
            self.buffer.resize(wanted, 0);
        } else if self.end < chunk && self.buffer.len() > 64 * chunk {
            // One giant record must not keep its room for the rest of the file.
            self.buffer.truncate(2 * chunk);
            self.buffer.shrink_to_fit();
        }
        let mut got = 0;
        while got < chunk {
            let into = &mut self.buffer[self.end..self.end + chunk - got];
            match self.reader.read(into) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => {
                    self.end += count;
                    got += count;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(self.unreadable(source, got)),
            }
        }
        self.unpacked += got as u64;
        if self.unpacked > self.limits.unpacked {
            return Err(self.too_large("the unpacked content", self.limits.unpacked));
        }
        Ok(got > 0)
    }

    /// Why nothing more can be read: the disk says so, or what is packed is not whole. `got` bytes came since the last that were counted.
    fn unreadable(&self, source: io::Error, got: usize) -> Error {
        let packed = match &self.reader {
            Unpacked::Gzip(reader) => Some(("gzip", reader.get_ref().get_ref().1.bytes)),
            Unpacked::Zstd(reader) => Some(("zstd", reader.get_ref().get_ref().get_ref().1.bytes)),
            Unpacked::Plain(_) | Unpacked::Memory => None,
        };
        match packed.filter(|_| source.raw_os_error().is_none()) {
            Some((packing, bytes)) => {
                let (file, unpacked) = (shown(&self.name), self.unpacked + got as u64);
                Error::Packed { file, packing, bytes, unpacked, source }
            }
            None => Error::Io { path: self.name.clone().into(), doing: "read", source },
        }
    }

    /// Reads until so many bytes are held, or the file ends.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<()> {
        while self.end - self.start < bytes && self.more()? {}
        Ok(())
    }

    /// Whether nothing is left to be read.
    pub(crate) fn is_held_whole(&self) -> bool {
        self.ended
    }

    /// Gives the room up.
    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    /// Drops what is held.
    pub(super) fn clear(&mut self) {
        self.start = self.end;
    }

    /// The bound on one record.
    pub(super) fn longest_record(&self) -> usize {
        self.limits.record
    }

    /// Reads the whole rest into memory, bounded.
    pub(crate) fn load(&mut self) -> Result<Vec<u8>> {
        loop {
            if self.end - self.start > self.limits.loaded {
                return Err(self.too_large("a file that must be loaded whole", self.limits.loaded as u64));
            }
            if !self.more()? {
                let all = self.held().to_vec();
                self.clear();
                return Ok(all);
            }
        }
    }

    pub(super) fn too_large(&self, what: &'static str, limit: u64) -> Error {
        Error::TooLarge { file: shown(&self.name), what, limit: format!("{limit} bytes") }
    }

    /// Reads what is left, so that the digest covers the whole file, and gives size and digest; both are empty for bytes that were not
    /// read from a file.
    pub(crate) fn finish(self) -> Result<(u64, Digest)> {
        let Some(mut meter) = self.reader.into_meter() else { return Ok((0, Digester::new().finish())) };
        let mut rest = vec![0; PACKED];
        loop {
            match meter.read(&mut rest) {
                Ok(0) => return Ok((meter.bytes, meter.digester.finish())),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(Error::Io { path: self.name.into(), doing: "read", source }),
            }
        }
    }
}

impl Read for Window {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end {
            self.more().map_err(io::Error::other)?;
        }
        let count = into.len().min(self.end - self.start);
        into[..count].copy_from_slice(&self.buffer[self.start..self.start + count]);
        self.start += count;
        Ok(count)
    }
}
