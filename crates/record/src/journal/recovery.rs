//! What the files of a journal hold, and how a writer takes them up again: the one place that decides whether a broken frame is a torn tail or damage.
//!
//! The rule, and what it cannot tell, is written down in docs/formats/journal.md. In short: a mark is written only after all before it was
//! synced. Where a mark or a later segment stands behind a broken frame, the frame had been synced: a [`Finding`]. Where
//! none does, the frame belongs to the last batch, which a crash may have torn: it ends the journal and is cut.

use std::io::{SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::digest::Digest;

use super::disk::{Disk, DiskFile, LocalDisk};
use super::error::{Error, Finding, disk};
use super::header::{Header, first_of, is_unfinished, name, unfinished_name};
use super::queue::Segment;
use super::walk::{Broken, Step, Walk};

/// Most findings that are listed; a journal with more is read no further.
const MOST_FINDINGS: usize = 1000;

/// Bytes that are copied at a time.
const COPIED_AT_A_TIME: usize = 1 << 20;

/// What the files of a journal hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// The numbers of the records: the first that has not been released, and the one that would come next.
    pub records: Range<u64>,
    /// Records before this number are shown by the files to have been synced. Those from it on are whole, and were or were not acknowledged.
    pub sealed: u64,
    /// What is behind the last whole frame, where anything is.
    pub torn: Option<Torn>,
    /// Places at which what had been synced is damaged. Where there is one, the journal is not opened for writing.
    pub findings: Vec<Finding>,
    /// Files.
    pub segments: usize,
}

/// Bytes behind the last whole frame, which a crash left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// The file.
    pub path: PathBuf,
    /// Where they begin.
    pub offset: u64,
    /// How many they are.
    pub bytes: u64,
    /// What a frame there would have been.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

/// Reads a whole journal and changes nothing. For a copy, or where nobody writes: beside a writer, its last batch may look torn.
///
/// # Errors
/// [`Error::Disk`] where a file cannot be read. Damage is no error here, but a finding.
pub fn examine(folder: &Path) -> Result<Examination, Error> {
    Ok(examine_on(&LocalDisk, folder, 0)?.0)
}

/// The place at which a writer goes on.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) header: Header,
    pub(super) chain: Digest,
    pub(super) offset: u64,
    pub(super) next: u64,
    size: u64,
    marked: Option<(u64, u64)>,
}

/// The first records of the segments, in order.
pub(super) fn segments(on: &dyn Disk, folder: &Path) -> Result<Vec<u64>, Error> {
    let names = on.names(folder).map_err(disk("list", folder))?;
    let mut firsts: Vec<u64> = names.iter().filter_map(|name| first_of(name)).collect();
    firsts.sort_unstable();
    Ok(firsts)
}

/// As [`examine`]; records before `acknowledged` are known to have been acknowledged, so that their absence is a finding.
pub(super) fn examine_on(
    on: &dyn Disk,
    folder: &Path,
    acknowledged: u64,
) -> Result<(Examination, Option<Tail>), Error> {
    let firsts = segments(on, folder)?;
    let start = firsts.first().copied().unwrap_or(0);
    let mut seen =
        Examination { records: start..start, sealed: start, torn: None, findings: Vec::new(), segments: firsts.len() };
    let mut tail = None;
    // The segment before, where it could be read to its end.
    let mut before: Option<Walk> = None;
    for (at, &first) in firsts.iter().enumerate() {
        let next = firsts.get(at + 1).copied();
        let opened = Walk::open(on, folder, first);
        seen.records.end = seen.records.end.max(next.unwrap_or(first));
        let mut walk = match opened {
            Ok(walk) => walk,
            Err(Error::Damaged(findings)) => {
                seen.findings.extend(
                    findings
                        .into_iter()
                        .map(|finding| Finding { records: first..next.unwrap_or(first + 1), ..finding }),
                );
                before = None;
                continue;
            }
            Err(error) => return Err(error),
        };
        seen.findings.extend(before.take().and_then(|before| unlinked(&before, &walk)));
        let whole = through(&mut walk, next, &mut seen)?;
        if next.is_none() {
            seen.records.end = walk.number;
            tail = Some(Tail {
                header: walk.header.clone(),
                chain: walk.chain,
                offset: walk.offset,
                next: walk.number,
                size: walk.size(),
                marked: walk.marked,
            });
        }
        if let Some((_, number)) = walk.marked {
            seen.sealed = number;
        }
        if let Some(next) = next {
            seen.sealed = next;
        }
        before = whole.then_some(walk);
        if seen.findings.len() >= MOST_FINDINGS {
            break;
        }
    }
    if acknowledged > seen.records.end && seen.findings.is_empty() {
        seen.findings.push(too_short(folder, &seen, tail.as_ref(), acknowledged));
    }
    Ok((seen, tail))
}

/// Walks through a segment. Whether it could be read to its end.
fn through(walk: &mut Walk, next: Option<u64>, seen: &mut Examination) -> Result<bool, Error> {
    loop {
        match walk.step()? {
            Step::Record | Step::Mark => {}
            Step::End => return Ok(true),
            Step::Broken(Broken { expected, found }) => {
                let (path, offset) = (walk.path.clone(), walk.offset);
                let mark = walk.next_mark()?;
                let Some(resumes) = mark.as_ref().map(|found| found.mark.number).or(next) else {
                    seen.torn = Some(Torn { path, offset, bytes: walk.size() - offset, expected, found });
                    return Ok(false);
                };
                let records = walk.number..resumes.max(walk.number);
                seen.findings.push(Finding { path, offset, records, expected, found });
                match mark {
                    Some(mark) if seen.findings.len() < MOST_FINDINGS => walk.go_on_at(&mark)?,
                    _ => return Ok(false),
                }
            }
        }
    }
}

/// What does not fit between two segments that follow one another.
pub(super) fn unlinked(before: &Walk, after: &Walk) -> Option<Finding> {
    let first = after.header.first;
    if before.number < first {
        return Some(Finding {
            path: before.path.clone(),
            offset: before.offset,
            records: before.number..first,
            expected: format!("the frame of record {}", before.number),
            found: format!("the end of the file, and {} as the next one", name(first)),
        });
    }
    let (expected, found) = if before.number > first {
        (format!("a segment that begins with record {}", before.number), format!("one that begins with record {first}"))
    } else if after.header.previous != before.chain {
        (
            format!("a segment that follows the hash {}", before.chain),
            format!("one that follows {}", after.header.previous),
        )
    } else {
        return None;
    };
    Some(Finding { path: after.path.clone(), offset: 0, records: first..first, expected, found })
}

fn too_short(folder: &Path, seen: &Examination, tail: Option<&Tail>, acknowledged: u64) -> Finding {
    let end = seen.records.end;
    let (path, offset) = match (&seen.torn, tail) {
        (Some(torn), _) => (torn.path.clone(), torn.offset),
        (None, Some(tail)) => (folder.join(name(tail.header.first)), tail.offset),
        (None, None) => (folder.to_owned(), 0),
    };
    let expected = match &seen.torn {
        Some(torn) => format!("record {end}, which is known to have been acknowledged: {}", torn.expected),
        None => format!("record {end}, which is known to have been acknowledged"),
    };
    let found = seen.torn.as_ref().map_or_else(|| "the end of the journal".to_owned(), |torn| torn.found.clone());
    Finding { path, offset, records: end..acknowledged, expected, found }
}

/// A segment that a writer goes on with.
#[derive(Debug)]
pub(super) struct Resumed {
    pub(super) file: Box<dyn DiskFile>,
    pub(super) segment: Segment,
    pub(super) next: u64,
}

/// The first segment of all.
pub(super) fn begin(on: &dyn Disk, folder: &Path, nonce: [u8; 32]) -> Result<Resumed, Error> {
    let header = Header { first: 0, nonce, previous: Digest::from_bytes([0; 32]) };
    let file = create(on, folder, &header)?;
    Ok(Resumed { file, segment: Segment::new(&header), next: 0 })
}

/// Makes the end of a journal such that a writer can go on: the torn tail is cut, and what was read is on the disk. Nothing is added, so that a full disk does not keep a
/// journal shut; the mark behind the last record is the writer's matter.
pub(super) fn resume(on: &dyn Disk, folder: &Path, tail: Tail) -> Result<Resumed, Error> {
    let path = folder.join(name(tail.header.first));
    let mut file = on.write(&path).map_err(disk("open", &path))?;
    if tail.size > tail.offset {
        file.cut(tail.offset).map_err(disk("cut", &path))?;
    }
    let Tail { header, chain, offset, next, marked, .. } = tail;
    // After a failed sync the system may show bytes that are not on the disk and call them clean. Only the last batch can be such (the one before it had been synced
    // when this one's mark was written), so it is written once more.
    let from = marked.map_or(offset, |(mark, _)| mark);
    write_again(&mut *file, from, offset).map_err(disk("write", &path))?;
    file.sync().map_err(disk("sync", &path))?;
    on.sync_folder(folder).map_err(disk("sync", folder))?;
    Ok(Resumed { file, segment: Segment { chain, size: offset, ..Segment::new(&header) }, next })
}

fn write_again(file: &mut dyn DiskFile, mut from: u64, end: u64) -> std::io::Result<()> {
    let mut piece = Vec::new();
    while from < end {
        piece.resize(COPIED_AT_A_TIME.min(usize::try_from(end - from).unwrap_or(usize::MAX)), 0);
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(&mut piece)?;
        file.seek(SeekFrom::Start(from))?;
        file.write_all(&piece)?;
        from += piece.len() as u64;
    }
    file.seek(SeekFrom::Start(end)).map(drop)
}

/// Removes what crashes left while segments were made.
pub(super) fn tidy(on: &dyn Disk, folder: &Path) -> Result<(), Error> {
    for left in on.names(folder).map_err(disk("list", folder))?.iter().filter(|name| is_unfinished(name)) {
        let path = folder.join(left);
        on.remove(&path).map_err(disk("remove", &path))?;
    }
    Ok(())
}

/// Makes a segment that holds its header and nothing else. Under its own name there is never one without a whole header.
pub(super) fn create(on: &dyn Disk, folder: &Path, header: &Header) -> Result<Box<dyn DiskFile>, Error> {
    let unfinished = folder.join(unfinished_name(header.first));
    let path = folder.join(name(header.first));
    let mut file = on.create(&unfinished).map_err(disk("create", &unfinished))?;
    file.write_all(&header.bytes()).map_err(disk("write", &unfinished))?;
    file.sync().map_err(disk("sync", &unfinished))?;
    on.rename(&unfinished, &path).map_err(disk("rename", &unfinished))?;
    on.sync_folder(folder).map_err(disk("sync", folder))?;
    Ok(file)
}
