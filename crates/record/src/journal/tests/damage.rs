//! Damage to what had been synced is found and named, and nothing is changed then; damage that cannot be told from a torn tail is cut, unless somebody knows better.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;

use super::super::disk::Disk;
use super::super::recovery::examine_on;
use super::super::{Error, Examination, Finding, Records, prepare};
use super::crashes::{Act, Run, folder, settings};
use super::simulated::{Random, SimulatedDisk};

/// A frame or the header, read as the documentation says and by no code of the journal.
struct Place {
    start: usize,
    end: usize,
    mark: bool,
    /// The number of the record, or of the next one.
    number: u64,
}

fn places(bytes: &[u8]) -> Vec<Place> {
    let mut number = u64::from_le_bytes(bytes[16..24].try_into().unwrap());
    let mut places = vec![Place { start: 0, end: 120, mark: false, number }];
    let mut at = 120;
    while at < bytes.len() {
        let word = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let (mark, length) = (word >> 31 == 1, (word & 0x7fff_ffff) as usize);
        places.push(Place { start: at, end: at + 36 + length, mark, number });
        number += u64::from(!mark);
        at += 36 + length;
    }
    assert_eq!(at, bytes.len());
    places
}

/// A journal of several segments, closed after the last record or left as a crash leaves it.
fn journal(seed: u64, lengths: &[Vec<usize>], closed: bool) -> (SimulatedDisk, Vec<Vec<u8>>) {
    let mut run = Run::new(seed);
    for lengths in lengths {
        run.act(&Act::Submit(lengths.clone()));
        run.act(&Act::Write);
    }
    if closed {
        run.act(&Act::Reopen);
    }
    (run.disk, run.durable.into_values().collect())
}

fn examined(disk: &SimulatedDisk, acknowledged: u64) -> Examination {
    examine_on(disk, folder(), acknowledged).unwrap().0
}

/// What is readable, and the finding with which reading ends.
fn read(disk: &SimulatedDisk) -> (Vec<Vec<u8>>, Option<Finding>) {
    let mut payloads = Vec::new();
    for record in Records::read_on(Arc::new(disk.clone()), folder(), 0).unwrap() {
        match record {
            Ok(record) => payloads.push(record.payload),
            Err(Error::Damaged(findings)) => return (payloads, findings.into_iter().next()),
            Err(error) => panic!("{error}"),
        }
    }
    (payloads, None)
}

fn last(disk: &SimulatedDisk) -> (PathBuf, Vec<u8>) {
    disk.files().pop_last().unwrap()
}

/// The journal is refused and stays as it is. The findings.
fn refused(disk: &SimulatedDisk) -> Vec<Finding> {
    let before = disk.files();
    let on: Arc<dyn Disk> = Arc::new(disk.clone());
    let Err(Error::Damaged(findings)) = prepare(on, folder(), settings()) else { panic!("opened") };
    assert_eq!(disk.files(), before);
    assert_eq!(findings, examined(disk, 0).findings);
    findings
}

fn batches() -> impl Strategy<Value = Vec<Vec<usize>>> {
    let length = prop_oneof![Just(0), 1_usize..40, 100_usize..900, 3_000_usize..6_000];
    prop::collection::vec(prop::collection::vec(length, 1..5), 2..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn damage_before_the_last_mark_is_named(seed: u64, batches in batches(), closed: bool) {
        let (disk, payloads) = journal(seed, &batches, closed);
        prop_assert_eq!(read(&disk), (payloads.clone(), None));
        let mut random = Random(seed);
        let files = disk.files();
        let at = random.below(files.len());
        let (path, bytes) = files.into_iter().nth(at).unwrap();
        let places = places(&bytes);
        // In the last segment only what a mark stands behind; the header is durable before the segment has its name.
        let marked = places.iter().rev().find(|place| place.mark).map_or(120, |place| place.start);
        let end = if path == last(&disk).0 { marked } else { bytes.len() };
        let start = random.below(end);
        let length = [1, 40, 512, 4096][random.below(4)].min(end - start);
        let mut other = bytes.clone();
        for byte in &mut other[start..start + length] {
            *byte = match length { 1 => *byte ^ 1 << random.below(8), 512 => 0, _ => random.next() as u8 };
        }
        let Some(first) = other.iter().zip(&bytes).position(|(one, other)| one != other) else { return Ok(()) };
        let place = places.iter().find(|place| (place.start..place.end).contains(&first)).unwrap();
        disk.overwrite(&path, &other);

        let findings = refused(&disk);
        let found = &findings[0];
        prop_assert_eq!((&found.path, found.offset, found.records.start), (&path, place.start as u64, place.number));
        prop_assert!(!found.expected.is_empty() && found.expected != found.found);
        // Whatever is not named is whole.
        let (readable, ending) = read(&disk);
        prop_assert_eq!(&readable[..], &payloads[..place.number as usize]);
        let ending = ending.unwrap();
        prop_assert_eq!((ending.path, ending.offset), (path, place.start as u64));
    }

    #[test]
    fn a_shortened_segment_is_named_where_another_follows(seed: u64, batches in batches()) {
        let (disk, payloads) = journal(seed, &batches, true);
        let mut random = Random(seed);
        let files = disk.files();
        prop_assume!(files.len() > 1);
        let (path, bytes) = files.into_iter().nth(random.below(disk.files().len() - 1)).unwrap();
        let size = if random.one_in(3) { places(&bytes).pop().unwrap().start } else { random.below(bytes.len()) };
        disk.overwrite(&path, &bytes[..size]);
        let findings = refused(&disk);
        prop_assert_eq!(&findings[0].path, &path);
        let (readable, ending) = read(&disk);
        prop_assert_eq!(&readable[..], &payloads[..findings[0].records.start as usize]);
        prop_assert!(ending.is_some());
    }

    #[test]
    fn damage_behind_the_last_mark_is_a_torn_tail(seed: u64, batches in batches()) {
        let (disk, payloads) = journal(seed, &batches, false);
        let mut random = Random(seed);
        let (path, bytes) = last(&disk);
        let mut places = places(&bytes);
        let tail = places.split_off(places.iter().rposition(|place| place.mark).unwrap());
        let place = &tail[random.below(tail.len())];
        let mut other = bytes;
        other[place.start + random.below(place.end - place.start)] ^= 1;
        disk.overwrite(&path, &other);

        let seen = examined(&disk, 0);
        prop_assert_eq!(&seen.findings, &[]);
        prop_assert_eq!(seen.records.end, place.number);
        prop_assert_eq!(seen.torn.map(|torn| (torn.path, torn.offset)), Some((path.clone(), place.start as u64)));
        prop_assert_eq!(read(&disk), (payloads[..place.number as usize].to_vec(), None));
        // Whoever knows that the record had been acknowledged is told.
        let seen = examined(&disk, place.number);
        prop_assert_eq!(&seen.findings, &[]);
        let seen = examined(&disk, place.number + 1);
        prop_assert_eq!(seen.findings.len(), 1);
        let found = &seen.findings[0];
        prop_assert_eq!((&found.path, found.offset), (&path, place.start as u64));
        prop_assert_eq!(found.records.clone(), place.number..place.number + 1);
    }
}

/// Five segments with a record of 30 bytes each, and their names.
fn five() -> (SimulatedDisk, Vec<PathBuf>) {
    let mut run = Run::new(1);
    for _ in 0..5 {
        run.act(&Act::Submit(vec![30]));
        run.act(&Act::Write);
        run.act(&Act::Rotate);
    }
    run.act(&Act::Reopen);
    let paths: Vec<_> = run.disk.files().into_keys().collect();
    assert_eq!(paths.len(), 6, "the last one is empty");
    (run.disk, paths)
}

fn shown(disk: &SimulatedDisk) -> Vec<String> {
    refused(disk).iter().map(ToString::to_string).collect()
}

#[test]
fn a_missing_segment_is_named() {
    let (disk, paths) = five();
    disk.misplace(&paths[2], None);
    assert_eq!(
        shown(&disk),
        [
            "journal/0000000000000001.segment: byte 278: record 2: expected the frame of record 2, found the end of the file, and 0000000000000003.segment as the next one"
        ]
    );
    assert_eq!(read(&disk).0.len(), 2);
}

#[test]
fn exchanged_segments_are_named() {
    let (disk, paths) = five();
    let files = disk.files();
    disk.overwrite(&paths[1], &files[&paths[2]]);
    disk.overwrite(&paths[2], &files[&paths[1]]);
    let shown = shown(&disk);
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert_eq!(
        shown[0],
        "journal/0000000000000001.segment: byte 0: record 1: expected a segment that begins with record 1, as its name says, found one that begins with record 2"
    );
}

#[test]
fn a_segment_of_another_journal_is_named() {
    let (disk, paths) = five();
    let mut other = Run::new(2);
    for _ in 0..5 {
        other.act(&Act::Submit(vec![30]));
        other.act(&Act::Write);
        other.act(&Act::Rotate);
    }
    disk.overwrite(&paths[2], &other.disk.files()[&paths[2]]);
    let shown = shown(&disk);
    // It does not follow the one before, and the one after does not follow it.
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert!(
        shown[0].starts_with(
            "journal/0000000000000002.segment: byte 0: record 2: expected a segment that follows the hash "
        )
    );
    assert!(
        shown[1].starts_with(
            "journal/0000000000000003.segment: byte 0: record 3: expected a segment that follows the hash "
        )
    );
}

#[test]
fn every_place_is_named_and_reading_goes_on_behind_each() {
    let mut run = Run::new(7);
    for _ in 0..6 {
        run.act(&Act::Submit(vec![100; 2]));
        run.act(&Act::Write);
    }
    run.act(&Act::Reopen);
    let (path, bytes) = last(&run.disk);
    let places = places(&bytes);
    let of =
        |number: u64| places.iter().find(|place| !place.mark && place.start > 0 && place.number == number).unwrap();
    let mut other = bytes.clone();
    for number in [2, 3, 8] {
        other[of(number).start + 60] ^= 4;
    }
    run.disk.overwrite(&path, &other);
    let found: Vec<_> = refused(&run.disk).into_iter().map(|found| (found.offset, found.records)).collect();
    assert_eq!(found, [(of(2).start as u64, 2..4), (of(8).start as u64, 8..10)]);
}

#[test]
fn what_a_crash_left_is_sealed_after_opening() {
    let (disk, _) = journal(3, &[vec![50; 4]], false);
    assert_eq!((examined(&disk, 0).records, examined(&disk, 0).sealed), (0..4, 0));
    let (mut writer, _) = prepare(Arc::new(disk.clone()), folder(), settings()).unwrap();
    assert!(writer.step());
    assert_eq!(examined(&disk, 0).sealed, 4);
    let (path, mut bytes) = last(&disk);
    let third = places(&bytes).into_iter().find(|place| !place.mark && place.number == 2).unwrap();
    bytes[third.end - 1] ^= 1;
    disk.overwrite(&path, &bytes);
    assert_eq!(refused(&disk)[0].records, 2..4);
}

#[test]
fn earlier_frames_once_more_behind_the_end_are_a_torn_tail() {
    let (disk, payloads) = journal(3, &[vec![50; 4], vec![50; 4]], true);
    let (path, mut bytes) = last(&disk);
    let (end, earlier) = (bytes.len() as u64, bytes[120..400].to_vec());
    bytes.extend(earlier);
    disk.overwrite(&path, &bytes);
    let seen = examined(&disk, 8);
    assert_eq!((seen.findings, seen.torn.map(|torn| (torn.offset, torn.bytes))), (vec![], Some((end, 280))));
    assert_eq!(read(&disk), (payloads, None));
}

#[test]
fn an_emptied_folder_is_damage_to_whoever_knows_better() {
    let disk = SimulatedDisk::new(1);
    assert_eq!(examined(&disk, 0).records, 0..0);
    let seen = examined(&disk, 3);
    assert_eq!(
        seen.findings[0].to_string(),
        "journal: byte 0: record 0 to 2: expected record 0, which is known to have been acknowledged, found the end of the journal"
    );
    assert_eq!(Path::new("journal"), folder());
}
