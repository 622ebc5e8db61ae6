//! What was asked and what came back, call by call, on disk before it counts: a run that was killed goes on where it stopped, and no call whose reply
//! is here is made again. Not the record: nothing here is signed.
//!
//! A file of lines. The first names the plan; `sent KEY` stands before a call goes out, `reply KEY CHECK JSON` when it has come back, `lost KEY CHECK JSON`
//! when it was given up. CHECK is the digest of the JSON. A last line that was cut off is dropped; any other line that does not hold is refused with its
//! place. Lines are written at once and synced once in
//! 256 replies and at the end: a killed program loses nothing, a machine without power at most those.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use candor_llm::Reply;
use candor_record::Digest;
use serde::{Deserialize, Serialize};

use crate::names::Fixed;

const HEAD: &str = "candor ledger 1";

/// The longest line: a reply of 64 MiB, escaped.
const LONGEST: u64 = 512 << 20;

/// A reply, and how it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replied {
    /// The reply.
    pub reply: Reply,
    /// How often it was asked for.
    pub attempts: u32,
    /// From the first try to the last byte, in milliseconds.
    pub took_ms: u64,
    /// When it had come, in milliseconds since 1970 (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<i64>,
}

/// A call that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// Why.
    pub why: String,
    /// How often it was tried.
    pub attempts: u32,
}

/// A ledger that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What happened.
        source: io::Error,
    },
    /// A line does not hold.
    #[error("{path}:{line}: expected {expected}, found {found}")]
    Line {
        /// The file.
        path: String,
        /// The line, from 1.
        line: u64,
        /// What would have been right.
        expected: &'static str,
        /// What is there, bounded.
        found: String,
    },
}

/// Where a reply stands in the file.
#[derive(Debug, Clone, Copy)]
struct Place {
    at: u64,
    long: u32,
}

#[derive(Debug, Clone, Copy)]
enum Held {
    Sent,
    Replied(Place),
    Lost,
}

/// Where its bytes are.
#[derive(Debug)]
enum Bytes {
    File(File),
    Memory(Vec<u8>),
}

impl Bytes {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Self::File(file) => file.write_all(line),
            Self::Memory(bytes) => {
                bytes.extend_from_slice(line);
                Ok(())
            }
        }
    }

    fn cut(&mut self, end: u64) -> io::Result<()> {
        match self {
            Self::File(file) => file.set_len(end),
            Self::Memory(bytes) => {
                bytes.truncate(usize::try_from(end).unwrap_or(usize::MAX));
                Ok(())
            }
        }
    }

    fn read(&self, place: Place) -> io::Result<Vec<u8>> {
        let long = place.long as usize;
        match self {
            Self::File(file) => {
                let (mut file, mut read) = (file, vec![0; long]);
                file.seek(SeekFrom::Start(place.at))?;
                file.read_exact(&mut read)?;
                Ok(read)
            }
            Self::Memory(bytes) => {
                let at = usize::try_from(place.at).unwrap_or(usize::MAX);
                let read = at.checked_add(long).and_then(|end| bytes.get(at..end));
                read.map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
            }
        }
    }
}

/// The calls of a run, on disk or, where nothing of them is wanted afterwards, in memory.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    bytes: Bytes,
    end: u64,
    held: HashMap<Digest, Held, Fixed>,
    line: Vec<u8>,
    /// Calls that were on their way when an earlier run ended: their replies, if they came, were lost, and they may have been paid for.
    pub in_flight: u64,
}

impl Ledger {
    /// Opens the ledger of a plan, or begins it.
    ///
    /// # Errors
    /// [`LedgerError`]; also where the file is the ledger of another plan.
    pub fn open(path: &Path, plan: Digest) -> Result<Self, LedgerError> {
        let io = |source| LedgerError::Io { path: path.display().to_string(), source };
        let file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(io)?;
        let reader = file.try_clone().map_err(io)?;
        let mut ledger = Self::of(path.to_owned(), Bytes::File(file));
        ledger.recover(plan, reader)?;
        ledger.in_flight = ledger.held.values().filter(|held| matches!(held, Held::Sent)).count() as u64;
        Ok(ledger)
    }

    /// Begins the ledger of a plan with what another plan's ledger holds, and leaves that one as it is. A call bears the same name in both:
    /// it does not depend on who decides about its answer, nor on which audits read it.
    ///
    /// # Errors
    /// [`LedgerError`]; also where there is a ledger at `path` already.
    pub fn copied(from: &Path, path: &Path, plan: Digest) -> Result<Self, LedgerError> {
        let io = |of: &Path| {
            let path = of.display().to_string();
            move |source| LedgerError::Io { path, source }
        };
        let mut lines = BufReader::new(File::open(from).map_err(io(from))?);
        let mut head = Vec::new();
        (&mut lines).take(LONGEST).read_until(b'\n', &mut head).map_err(io(from))?;
        let mut copy = OpenOptions::new().write(true).create_new(true).open(path).map_err(io(path))?;
        // Nothing to take over where not even the first line was finished.
        if head.starts_with(HEAD.as_bytes()) && head.ends_with(b"\n") {
            copy.write_all(format!("{HEAD} {plan}\n").as_bytes()).map_err(io(path))?;
            io::copy(&mut lines, &mut copy).map_err(io(path))?;
            copy.sync_data().map_err(io(path))?;
        }
        Self::open(path, plan)
    }

    /// A ledger that is gone when it is dropped.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::of(PathBuf::from("the ledger in memory"), Bytes::Memory(Vec::new()))
    }

    fn of(path: PathBuf, bytes: Bytes) -> Self {
        Self { path, bytes, end: 0, held: HashMap::default(), line: Vec::new(), in_flight: 0 }
    }

    fn recover(&mut self, plan: Digest, file: File) -> Result<(), LedgerError> {
        let mut reader = BufReader::new(file);
        reader.seek(SeekFrom::Start(0)).map_err(|source| self.io(source))?;
        let mut line = Vec::new();
        let mut number = 0_u64;
        loop {
            line.clear();
            let read = (&mut reader).take(LONGEST).read_until(b'\n', &mut line).map_err(|source| self.io(source))?;
            if read == 0 {
                break;
            }
            number += 1;
            if line.pop() != Some(b'\n') {
                if read as u64 == LONGEST {
                    return Err(self.bad(number, "a shorter line", &line));
                }
                // Cut off while it was written: as if it had never been.
                self.bytes.cut(self.end).map_err(|source| self.io(source))?;
                break;
            }
            if number == 1 {
                if line != format!("{HEAD} {plan}").as_bytes() {
                    return Err(self.bad(1, "the ledger of this plan", &line));
                }
            } else {
                self.take(number, &line)?;
            }
            self.end += read as u64;
        }
        if self.end == 0 {
            self.write(format!("{HEAD} {plan}\n").as_bytes())?;
        }
        Ok(())
    }

    fn take(&mut self, number: u64, line: &[u8]) -> Result<(), LedgerError> {
        let expected = "`sent KEY`, `reply KEY CHECK JSON` or `lost KEY CHECK JSON`";
        let Ok(text) = std::str::from_utf8(line) else { return Err(self.bad(number, expected, line)) };
        let mut words = text.splitn(4, ' ');
        let (what, key) = (words.next().unwrap_or_default(), words.next().and_then(|key| key.parse::<Digest>().ok()));
        let Some(key) = key else { return Err(self.bad(number, expected, line)) };
        let checked = |words: &mut std::str::SplitN<'_, char>| {
            let (check, json) = (words.next()?, words.next()?);
            (check == Digest::of(json.as_bytes()).to_string()).then_some(json.len())
        };
        let held = match what {
            "sent" => Held::Sent,
            "reply" | "lost" => {
                let Some(long) = checked(&mut words) else {
                    return Err(self.bad(number, "JSON that fits its digest", line));
                };
                if what == "lost" { Held::Lost } else { self.place(self.end + (line.len() - long) as u64, long) }
            }
            _ => return Err(self.bad(number, expected, line)),
        };
        match (self.held.get(&key), held) {
            // A reply that is there stays; what was sent once more does not take it away.
            (Some(Held::Replied(_)), _) => {}
            _ => {
                self.held.insert(key, held);
            }
        }
        Ok(())
    }

    fn place(&self, at: u64, long: usize) -> Held {
        u32::try_from(long).map_or(Held::Sent, |long| Held::Replied(Place { at, long }))
    }

    /// Whether the reply of this call is here.
    #[must_use]
    pub fn has(&self, key: &Digest) -> bool {
        matches!(self.held.get(key), Some(Held::Replied(_)))
    }

    /// Whether this call was given up.
    #[must_use]
    pub fn lost(&self, key: &Digest) -> bool {
        matches!(self.held.get(key), Some(Held::Lost))
    }

    /// Notes that a call goes out.
    ///
    /// # Errors
    /// [`LedgerError::Io`]: then it must not go out.
    pub fn sent(&mut self, key: Digest) -> Result<(), LedgerError> {
        self.write(format!("sent {key}\n").as_bytes())?;
        self.held.entry(key).or_insert(Held::Sent);
        Ok(())
    }

    /// Keeps a reply.
    ///
    /// # Errors
    /// [`LedgerError::Io`].
    pub fn replied(&mut self, key: Digest, replied: &Replied) -> Result<(), LedgerError> {
        let json = serde_json::to_string(replied).map_err(|error| self.io(error.into()))?;
        let before = self.end;
        let head = format!("reply {key} {} ", Digest::of(json.as_bytes()));
        self.line_of(&head, &json)?;
        let held = self.place(before + head.len() as u64, json.len());
        self.held.insert(key, held);
        Ok(())
    }

    /// Notes that a call was given up.
    ///
    /// # Errors
    /// [`LedgerError::Io`].
    pub fn gave_up(&mut self, key: Digest, lost: &Lost) -> Result<(), LedgerError> {
        let json = serde_json::to_string(lost).map_err(|error| self.io(error.into()))?;
        self.line_of(&format!("lost {key} {} ", Digest::of(json.as_bytes())), &json)?;
        self.held.insert(key, Held::Lost);
        Ok(())
    }

    fn line_of(&mut self, head: &str, json: &str) -> Result<(), LedgerError> {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        for piece in [head, json, "\n"] {
            line.extend_from_slice(piece.as_bytes());
        }
        let written = self.write(&line);
        self.line = line;
        written
    }

    fn write(&mut self, line: &[u8]) -> Result<(), LedgerError> {
        if let Err(source) = self.bytes.append(line) {
            // A line that stands there by half would spoil the next one.
            let _ = self.bytes.cut(self.end);
            return Err(self.io(source));
        }
        self.end += line.len() as u64;
        Ok(())
    }

    /// Brings what was written to the disk.
    ///
    /// # Errors
    /// [`LedgerError::Io`].
    pub fn sync(&self) -> Result<(), LedgerError> {
        match &self.bytes {
            Bytes::File(file) => file.sync_data().map_err(|source| self.io(source)),
            Bytes::Memory(_) => Ok(()),
        }
    }

    /// The reply of a call, read back.
    ///
    /// # Errors
    /// [`LedgerError`], where the file has changed under us.
    pub fn reply(&self, key: &Digest) -> Result<Option<Replied>, LedgerError> {
        let Some(Held::Replied(place)) = self.held.get(key) else { return Ok(None) };
        let bytes = self.bytes.read(*place).map_err(|source| self.io(source))?;
        serde_json::from_slice(&bytes).map(Some).map_err(|error| self.io(error.into()))
    }

    fn io(&self, source: io::Error) -> LedgerError {
        LedgerError::Io { path: self.path.display().to_string(), source }
    }

    fn bad(&self, line: u64, expected: &'static str, found: &[u8]) -> LedgerError {
        let found: String = String::from_utf8_lossy(found).chars().take(60).flat_map(char::escape_debug).collect();
        LedgerError::Line { path: self.path.display().to_string(), line, expected, found: format!("`{found}`") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replied(text: &str) -> Replied {
        let message = candor_llm::Message::text(candor_llm::Role::Assistant, text);
        let reply = Reply { id: None, model: None, message, finish: None, usage: candor_llm::Usage::default() };
        Replied { reply, attempts: 1, took_ms: 3, at_ms: None }
    }

    #[test]
    fn cut_at_every_byte_a_ledger_keeps_every_whole_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        let (plan, keys) = (Digest::of(b"plan"), [Digest::of(b"a"), Digest::of(b"b"), Digest::of(b"c")]);
        let mut ledger = Ledger::open(&path, plan).unwrap();
        let mut ends = Vec::new();
        for (at, key) in keys.iter().enumerate() {
            ledger.sent(*key).unwrap();
            if at == 1 {
                ledger.gave_up(*key, &Lost { why: "503".to_owned(), attempts: 4 }).unwrap();
            } else {
                ledger.replied(*key, &replied(&format!("ü\n{at}"))).unwrap();
            }
            ends.push(ledger.end);
        }
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut again = Ledger::open(&path, plan).unwrap();
            let kept = ends.iter().filter(|end| **end <= cut as u64).count();
            assert_eq!(again.has(&keys[0]), kept > 0, "cut at {cut}");
            assert_eq!(again.lost(&keys[1]), kept > 1, "cut at {cut}");
            assert_eq!(again.reply(&keys[2]).unwrap(), (kept > 2).then(|| replied("ü\n2")), "cut at {cut}");
            // And it goes on from there.
            again.replied(keys[1], &replied("later")).unwrap();
            drop(again);
            assert_eq!(Ledger::open(&path, plan).unwrap().reply(&keys[1]).unwrap(), Some(replied("later")));
        }
    }

    #[test]
    fn a_copy_holds_the_same_calls_for_another_plan_and_touches_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (path, copy) = (folder.path().join("ledger"), folder.path().join("copy"));
        let (plan, other, keys) = (Digest::of(b"plan"), Digest::of(b"other"), [Digest::of(b"a"), Digest::of(b"b")]);
        let mut ledger = Ledger::open(&path, plan).unwrap();
        ledger.replied(keys[0], &replied("four")).unwrap();
        ledger.gave_up(keys[1], &Lost { why: "503".to_owned(), attempts: 4 }).unwrap();
        let whole = std::fs::read(&path).unwrap();
        // Cut off while it was written, as a killed program leaves it.
        std::fs::write(&path, [whole.as_slice(), b"reply 00"].concat()).unwrap();
        let copied = Ledger::copied(&path, &copy, other).unwrap();
        assert_eq!(copied.reply(&keys[0]).unwrap(), Some(replied("four")));
        assert!(copied.lost(&keys[1]));
        assert_eq!(std::fs::read(&path).unwrap(), [whole.as_slice(), b"reply 00"].concat());
        assert!(Ledger::copied(&path, &copy, other).is_err(), "nothing is written over");
        assert!(Ledger::open(&copy, plan).is_err(), "it is the other plan's");
    }

    #[test]
    fn another_plan_and_a_changed_line_are_refused_with_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        let (plan, key) = (Digest::of(b"plan"), Digest::of(b"a"));
        let mut ledger = Ledger::open(&path, plan).unwrap();
        ledger.sent(key).unwrap();
        assert_eq!(Ledger::open(&path, plan).unwrap().in_flight, 1, "sent, and nothing came back");
        ledger.replied(key, &replied("four")).unwrap();
        assert_eq!(Ledger::open(&path, plan).unwrap().in_flight, 0);
        let other = Ledger::open(&path, Digest::of(b"other")).unwrap_err();
        assert!(other.to_string().contains(":1: expected the ledger of this plan"), "{other}");
        let changed = std::fs::read_to_string(&path).unwrap().replace("four", "five");
        std::fs::write(&path, changed).unwrap();
        let error = Ledger::open(&path, plan).unwrap_err();
        assert!(error.to_string().contains(":3: expected JSON that fits its digest"), "{error}");
    }
}
