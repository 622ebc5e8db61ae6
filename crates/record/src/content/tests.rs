//! Packs: appended, found, cut after a crash, rewritten, and damage named.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt as _;

use super::*;

fn addendum(leaf: u64, part: u8) -> Vec<u8> {
    // The second part does not shrink, the first does.
    match part {
        0 => format!("salt-salt-salt-salrequest\n{leaf} {}", "again and ".repeat(40)).into_bytes(),
        _ => format!("salt-salt-salt-saloutput\n{leaf}").into_bytes(),
    }
}

fn filled(folder: &Path, leaves: u64, full: u64) -> Content {
    let mut content = Content::open(folder, 0).unwrap();
    content.full = full;
    for leaf in 0..leaves {
        content.append(leaf, &[addendum(leaf, 0), addendum(leaf, 1)]).unwrap();
    }
    content.sync(leaves).unwrap();
    content
}

fn digest(leaf: u64, part: u8) -> Digest {
    Digest::of(&addendum(leaf, part))
}

#[test]
fn what_is_appended_is_found_across_packs_and_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut content = filled(folder.path(), 50, 1_000);
    assert!(content.firsts.len() > 5, "{:?}", content.firsts);
    for content in [&mut content, &mut Content::read(folder.path()).unwrap()] {
        for leaf in (0..50).rev() {
            for part in 0..2 {
                assert_eq!(content.get(leaf, &digest(leaf, part)).unwrap(), Some(addendum(leaf, part)));
            }
            assert_eq!(content.get(leaf, &digest(leaf + 1, 0)).unwrap(), None);
        }
        assert_eq!(content.get(50, &digest(50, 0)).unwrap(), None);
        let walked: Vec<_> = content.walk().map(|walked| walked.unwrap()).map(|walked| walked.leaf).collect();
        assert_eq!(walked, (0..50).flat_map(|leaf| [leaf, leaf]).collect::<Vec<_>>());
    }
}

#[test]
fn what_a_crash_left_behind_the_durable_end_is_cut_and_comes_again() {
    for (more, torn) in [(1, 0), (1, 7), (2, 30), (3, 0), (9, 0), (9, 55), (9, 400)] {
        let folder = tempfile::tempdir().unwrap();
        let mut first = filled(folder.path(), 7, 1_000);
        for leaf in 7..7 + more {
            first.append(leaf, &[addendum(leaf, 0), addendum(leaf, 1)]).unwrap();
        }
        let (_, last, length) = first.writing.as_ref().unwrap();
        let file = OpenOptions::new().write(true).open(first.path(*last)).unwrap();
        file.set_len(length.saturating_sub(torn).max(End::read(folder.path()).unwrap().unwrap().length)).unwrap();
        drop(first);
        // The log itself may be further behind than the content.
        for leaves in [5, 7] {
            let mut content = Content::open(folder.path(), leaves).unwrap();
            content.full = 1_000;
            assert_eq!(content.get(7, &digest(7, 0)).unwrap(), None);
            for leaf in leaves..12 {
                content.append(leaf, &[addendum(leaf, 0), addendum(leaf, 1)]).unwrap();
            }
            for leaf in 0..12 {
                assert_eq!(content.get(leaf, &digest(leaf, 0)).unwrap(), Some(addendum(leaf, 0)), "{torn} {leaf}");
                assert_eq!(content.get(leaf, &digest(leaf, 1)).unwrap(), Some(addendum(leaf, 1)), "{torn} {leaf}");
            }
            assert_eq!(content.walk().count(), 24);
        }
    }
}

#[test]
fn content_that_is_older_than_the_log_or_cut_before_its_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let content = filled(folder.path(), 7, 1 << 20);
    assert!(matches!(Content::open(folder.path(), 8), Err(ContentError::Damaged { .. })));
    let path = content.path(0);
    let length = fs::metadata(&path).unwrap().len();
    OpenOptions::new().write(true).open(&path).unwrap().set_len(length - 1).unwrap();
    assert!(matches!(Content::open(folder.path(), 7), Err(ContentError::Damaged { .. })));
    fs::write(End::path(folder.path()), b"{}").unwrap();
    assert!(matches!(Content::open(folder.path(), 7), Err(ContentError::Damaged { .. })));
}

#[test]
fn erased_content_is_gone_from_the_disk_and_the_rest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mut content = filled(folder.path(), 30, 1_000);
    let (gone, stays) = (digest(4, 1), digest(5, 1));
    let (count, bytes) = content.remove(&[4, 5, 29], &|leaf, d| *d == gone || leaf == 29).unwrap();
    assert_eq!(count, 3);
    assert!(bytes > 0);
    assert_eq!(content.get(4, &gone).unwrap(), None);
    assert_eq!(content.get(4, &digest(4, 0)).unwrap(), Some(addendum(4, 0)));
    assert_eq!(content.get(5, &stays).unwrap(), Some(addendum(5, 1)));
    // The last pack was rewritten: writing goes on in the new file.
    content.append(30, &[addendum(30, 1)]).unwrap();
    content.sync(31).unwrap();
    let mut again = Content::open(folder.path(), 31).unwrap();
    assert_eq!(again.get(30, &digest(30, 1)).unwrap(), Some(addendum(30, 1)));
    assert_eq!(again.get(29, &digest(29, 0)).unwrap(), None);
    let needle = addendum(4, 1);
    for entry in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(needle.len()).any(|window| window == needle));
    }
}

#[test]
fn every_changed_byte_is_named_or_changes_nothing_that_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let content = filled(folder.path(), 3, 1 << 20);
    let path = content.path(0);
    let whole = fs::read(&path).unwrap();
    let read = || -> Vec<Vec<u8>> {
        let walk = Content::read(folder.path()).unwrap().walk();
        walk.filter_map(Result::ok).filter_map(|walked| walked.addendum.ok()).collect()
    };
    let right = read();
    assert_eq!(right.len(), 6);
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    for (at, byte) in whole.iter().enumerate() {
        file.write_all_at(&[byte ^ 0x10], at as u64).unwrap();
        let walk: Vec<_> = Content::read(folder.path()).unwrap().walk().collect();
        let wrong =
            walk.iter().filter(|walked| walked.as_ref().map_or(true, |walked| walked.addendum.is_err())).count();
        // zstd has bits in its headers that mean nothing.
        assert!(wrong == 1 || wrong == 0 && read() == right, "byte {at}: {wrong}");
        file.write_all_at(&[*byte], at as u64).unwrap();
    }
    // A pack that ends within a frame is named too.
    file.set_len(whole.len() as u64 - 1).unwrap();
    assert!(Content::read(folder.path()).unwrap().walk().any(|walked| walked.is_err()));
}

#[test]
fn a_half_written_replacement_is_swept() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), 3, 1 << 20));
    let beside = folder.path().join("0000000000000000.rewriting");
    fs::write(&beside, b"half").unwrap();
    let mut content = Content::open(folder.path(), 3).unwrap();
    assert!(!beside.exists());
    assert_eq!(content.get(2, &digest(2, 0)).unwrap(), Some(addendum(2, 0)));
}
