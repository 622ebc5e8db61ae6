//! Proofs of every leaf and every pair of sizes, what Go makes of them, and what becomes of every changed bit.

use proptest::prelude::*;

use super::*;
use crate::log::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::log::key::{Algorithm, SigningKey};
use crate::log::proof::file::InclusionFile;

/// Every complete subtree in memory, by height.
struct Leaves(Vec<Vec<Digest>>);

impl Leaves {
    /// Leaf n is the decimal number n.
    fn counted(count: u64) -> Self {
        let mut heights =
            vec![(0..count).map(|number| merkle::leaf(number.to_string().as_bytes())).collect::<Vec<_>>()];
        while heights[heights.len() - 1].len() > 1 {
            let below = &heights[heights.len() - 1];
            heights.push(below.chunks_exact(2).map(|pair| merkle::node(&pair[0], &pair[1])).collect());
        }
        Self(heights)
    }

    fn leaf(&self, number: u64) -> Digest {
        self.0[0][number as usize]
    }
}

impl Nodes for Leaves {
    fn node(&mut self, height: u8, index: u64) -> Result<Digest, Error> {
        Ok(self.0[usize::from(height)][index as usize])
    }
}

#[test]
fn split_is_the_largest_smaller_power_of_two() {
    for (width, half) in [
        (2, 1),
        (3, 2),
        (4, 2),
        (5, 4),
        (8, 4),
        (9, 8),
        (1 << 62, 1 << 61),
        ((1 << 62) + 1, 1 << 62),
        (u64::MAX, 1 << 63),
    ] {
        assert_eq!(split(width), half, "{width}");
    }
}

/// Computed with golang.org/x/mod/sumdb/tlog 0.7.0 over the leaves "0", "1", …: SHA-256 over the hashes of `ProveRecord(size, leaf)` for every size and leaf,
/// and of `ProveTree(size, old)` for every size and every old size from 1.
#[test]
fn proofs_are_those_of_go() {
    const INCLUSION: &str = "cf78b87ebc09ae7f98389edfc762a86852ce4d6882bb58f0af54b74eefb45249";
    const CONSISTENCY: &str = "d363de6a0432e9cfd270860180d37277d2f1bef4084711a0b23e826003812ab6";
    let mut nodes = Leaves::counted(300);
    let (mut inclusions, mut consistencies) = (crate::Digester::new(), crate::Digester::new());
    for size in 1..=300 {
        for leaf in 0..size {
            for hash in inclusion(&mut nodes, leaf, size).unwrap() {
                inclusions.update(hash.as_bytes());
            }
        }
        for old in 1..=size {
            for hash in consistency(&mut nodes, old, size).unwrap() {
                consistencies.update(hash.as_bytes());
            }
        }
    }
    assert_eq!(inclusions.finish().to_string(), INCLUSION);
    assert_eq!(consistencies.finish().to_string(), CONSISTENCY);
}

#[test]
fn every_proof_up_to_600_leaves_is_accepted_and_only_at_its_place() {
    let mut nodes = Leaves::counted(600);
    let mut roots = vec![merkle::empty()];
    let mut range = merkle::Frontier::default();
    for leaf in &nodes.0[0] {
        range.append(*leaf, |_, _| {});
        roots.push(range.root());
    }
    // Every size near a tile's edge and every seventh, against every leaf and every older size.
    let sizes =
        (1..=600_u64).filter(|size| size % 7 == 0 || size % 256 < 3 || size % 256 > 253 || *size < 40 || *size == 600);
    for size in sizes {
        let root_of = |size: u64| &roots[size as usize];
        assert_eq!(root(&mut nodes, size).unwrap(), *root_of(size));
        for leaf in 0..size {
            let proof = inclusion(&mut nodes, leaf, size).unwrap();
            let hash = nodes.leaf(leaf);
            check_inclusion(&proof, leaf, &hash, size, root_of(size)).unwrap();
            assert!(check_inclusion(&proof, leaf ^ 1, &hash, size, root_of(size)).is_err(), "leaf {leaf} of {size}");
            assert!(check_inclusion(&proof, leaf, &hash, size, root_of(size - 1)).is_err());
        }
        for old in 0..=size {
            let proof = consistency(&mut nodes, old, size).unwrap();
            check_consistency(&proof, old, root_of(old), size, root_of(size)).unwrap();
            if old > 0 && old < size {
                assert!(
                    check_consistency(&proof, old, root_of(old - 1), size, root_of(size)).is_err(),
                    "{old} of {size}"
                );
                assert!(
                    check_consistency(&proof, old, root_of(old), size, root_of(size - 1)).is_err(),
                    "{old} of {size}"
                );
                assert!(check_consistency(&proof, size, root_of(size), old, root_of(old)).is_err());
            }
        }
    }
}

#[test]
fn every_changed_bit_of_a_proof_is_refused_and_so_is_every_other_length() {
    for size in [1_u64, 2, 3, 7, 8, 255, 256, 257, 300] {
        let mut nodes = Leaves::counted(size);
        let whole = root(&mut nodes, size).unwrap();
        for leaf in [0, size / 2, size - 1] {
            let proof = inclusion(&mut nodes, leaf, size).unwrap();
            let hash = nodes.leaf(leaf);
            let refused = |proof: &[Digest]| check_inclusion(proof, leaf, &hash, size, &whole).is_err();
            each_change(&proof, refused);
        }
        for old in [1, size / 2, size - 1].into_iter().filter(|old| (1..size).contains(old)) {
            let old_root = root(&mut nodes, old).unwrap();
            let proof = consistency(&mut nodes, old, size).unwrap();
            let refused = |proof: &[Digest]| check_consistency(proof, old, &old_root, size, &whole).is_err();
            each_change(&proof, refused);
        }
    }
}

fn each_change(proof: &[Digest], refused: impl Fn(&[Digest]) -> bool) {
    assert!(!refused(proof));
    for at in 0..proof.len() * 256 {
        let mut changed = proof.to_vec();
        let mut bytes = *changed[at / 256].as_bytes();
        bytes[at % 256 / 8] ^= 1 << (at % 8);
        changed[at / 256] = Digest::from_bytes(bytes);
        assert!(refused(&changed), "bit {at}");
    }
    for at in 0..proof.len() {
        let mut shorter = proof.to_vec();
        shorter.remove(at);
        assert!(refused(&shorter), "without {at}");
    }
    for at in 0..=proof.len() {
        let mut longer = proof.to_vec();
        longer.insert(at, merkle::empty());
        assert!(refused(&longer), "with one more at {at}");
    }
}

#[test]
fn leaves_and_sizes_that_do_not_exist_are_refused() {
    let mut nodes = Leaves::counted(4);
    assert!(inclusion(&mut nodes, 4, 4).is_err());
    assert!(inclusion(&mut nodes, 0, 0).is_err());
    assert!(consistency(&mut nodes, 5, 4).is_err());
    assert!(check_inclusion(&[], 0, &merkle::empty(), 0, &merkle::empty()).is_err());
    check_consistency(&[], 0, &merkle::empty(), 4, &merkle::leaf(b"any")).unwrap();
    assert!(
        check_consistency(&[], 0, &merkle::leaf(b""), 4, &merkle::leaf(b"any")).is_err(),
        "the empty tree has one root"
    );
    assert!(check_consistency(&[], 4, &merkle::leaf(b"a"), 4, &merkle::leaf(b"b")).is_err(), "one size, two roots");
}

fn proof_file(extra: Option<Vec<u8>>) -> (InclusionFile, SigningKey, Digest) {
    let key = SigningKey::from_seed("example.org/log", Algorithm::Ed25519, [1; 32]).unwrap();
    let mut nodes = Leaves::counted(11);
    let whole = root(&mut nodes, 11).unwrap();
    let checkpoint = SignedCheckpoint::sign(Checkpoint::new("example.org/log", 11, whole).unwrap(), &key).unwrap();
    let file = InclusionFile { leaf: 6, path: inclusion(&mut nodes, 6, 11).unwrap(), extra, checkpoint };
    (file, key, nodes.leaf(6))
}

#[test]
fn a_proof_file_is_the_one_of_the_specification() {
    let (file, key, leaf) = proof_file(None);
    let text = file.to_string();
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!(lines[..2], ["c2sp.org/tlog-proof@v1", "index 6"]);
    assert_eq!(lines[6..9], ["", "example.org/log", "11"]);
    let read = InclusionFile::open(text.as_bytes(), key.verifier()).unwrap();
    assert_eq!(read, file);
    read.check(&leaf).unwrap();
    assert!(read.check(&merkle::leaf(b"7")).is_err());

    let (file, key, _) = proof_file(Some(b"note".to_vec()));
    let text = file.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra bm90ZQ==\nindex 6\n"), "{text}");
    assert_eq!(InclusionFile::open(text.as_bytes(), key.verifier()).unwrap(), file);
}

#[test]
fn every_changed_bit_of_a_proof_file_is_refused() {
    let (file, key, leaf) = proof_file(None);
    let whole = file.to_string().into_bytes();
    for at in 0..whole.len() * 8 {
        let mut changed = whole.clone();
        changed[at / 8] ^= 1 << (at % 8);
        let passes = InclusionFile::open(&changed, key.verifier()).and_then(|file| file.check(&leaf)).is_ok();
        assert!(!passes, "bit {at}");
    }
    for cut in 0..whole.len() {
        assert!(InclusionFile::open(&whole[..cut], key.verifier()).is_err(), "cut at {cut}");
    }
}

#[test]
fn consistency_files_survive_and_other_names_are_refused() {
    let path = consistency(&mut Leaves::counted(11), 6, 11).unwrap();
    let text = file::consistency(&path);
    assert_eq!(file::parse_consistency(text.as_bytes()).unwrap(), path);
    assert_eq!(file::parse_consistency(b"").unwrap(), []);
    let refused = file::parse_consistency(text.trim_end().as_bytes()).unwrap_err().to_string();
    assert_eq!(refused, "the last line: expected a newline at its end, found none");
    assert!(
        file::parse_consistency(text.repeat(50).as_bytes()).unwrap_err().to_string().contains("at most 128 hashes")
    );
    assert_eq!(file::parse_consistency_name("6-11").unwrap(), (6, 11));
    for wrong in ["", "-", "6", "06-11", "6-11-", "6-11x", "+6-11", "99999999999999999999-1"] {
        assert!(file::parse_consistency_name(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn foreign_proofs_never_panic_and_never_pass(
        bytes in proptest::collection::vec(any::<[u8; 32]>(), 0..70), leaf in any::<u64>(), size in any::<u64>(), small in 0_u64..40,
    ) {
        let proof: Vec<Digest> = bytes.into_iter().map(Digest::from_bytes).collect();
        let root = merkle::leaf(b"root");
        prop_assert!(check_inclusion(&proof, leaf, &merkle::empty(), size, &root).is_err());
        prop_assert!(check_inclusion(&proof, small, &merkle::empty(), size, &root).is_err());
        prop_assert!(check_consistency(&proof, leaf, &merkle::leaf(b"old"), size, &root).is_err());
        prop_assert!(check_consistency(&proof, small, &merkle::leaf(b"old"), size, &root).is_err());
    }

    #[test]
    fn foreign_proof_files_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[a-z0-9@/. =\n-]{0,200}") {
        let key = SigningKey::from_seed("example.org/log", Algorithm::Ed25519, [1; 32]).unwrap();
        let _ = InclusionFile::open(&bytes, key.verifier());
        let _ = InclusionFile::open(format!("c2sp.org/tlog-proof@v1\n{text}").as_bytes(), key.verifier());
        let _ = (file::parse_consistency(&bytes), file::parse_consistency(text.as_bytes()), file::parse_consistency_name(&text));
    }
}
