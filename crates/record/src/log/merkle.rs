//! Hashing of RFC 6962, section 2.1, and the compact range from leaf 0, which is all that a growing tree has to remember.
//!
//! Hash of a leaf: SHA-256(0x00 || entry). Of a node: SHA-256(0x01 || left || right). Of the empty tree: SHA-256(""). Not proofs: see
//! [`super::proof`].

use sha2::{Digest as _, Sha256};

use crate::digest::Digest;

/// Hash of a leaf.
#[must_use]
pub fn leaf(entry: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// Hash of a node over its two children.
#[must_use]
pub fn node(left: &Digest, right: &Digest) -> Digest {
    let mut bytes = [1; 65];
    let (_, children) = bytes.split_at_mut(1);
    let (first, second) = children.split_at_mut(32);
    first.copy_from_slice(left.as_bytes());
    second.copy_from_slice(right.as_bytes());
    Digest::of(&bytes)
}

/// Root of the tree without leaves.
#[must_use]
pub fn empty() -> Digest {
    Digest::of(b"")
}

/// Root over hashes of equal height, in the order of the leaves: the Merkle tree hash of RFC 6962 with these in place of leaf hashes.
#[must_use]
pub fn root(hashes: &[Digest]) -> Digest {
    let mut range = Frontier::default();
    for hash in hashes {
        range.append(*hash, |_, _| {});
    }
    range.root()
}

/// The compact range `[0, size)`: the roots of the complete subtrees that the tree decomposes into, the largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    /// Leaves so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends the hash of a leaf. `completed` sees every node that it completes, from the leaf itself (height 0) upwards.
    pub fn append(&mut self, leaf: Digest, mut completed: impl FnMut(u8, Digest)) {
        let mut hash = leaf;
        let mut height = 0;
        completed(height, hash);
        let mut rest = self.size;
        while rest & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = node(&left, &hash);
            height += 1;
            completed(height, hash);
            rest >>= 1;
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Root of the tree.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.peaks.iter().rev().copied().reduce(|right, left| node(&left, &right)).unwrap_or_else(empty)
    }

    /// The range of a tree whose tiles at the right edge hold these hashes: `edge[level]` are the hashes of the tile at that level that
    /// is not yet full, `size / 256^level mod 256` of them. `None` where a number does not fit.
    #[must_use]
    pub fn from_edge(size: u64, edge: &[Vec<Digest>]) -> Option<Self> {
        let mut peaks = Vec::new();
        let mut rest = size;
        let mut levels = Vec::new();
        for hashes in edge {
            if hashes.len() as u64 != rest % super::tile::WIDTH {
                return None;
            }
            let mut range = Self::default();
            for hash in hashes {
                range.append(*hash, |_, _| {});
            }
            levels.push(range.peaks);
            rest /= super::tile::WIDTH;
        }
        if rest != 0 {
            return None;
        }
        for level in levels.into_iter().rev() {
            peaks.extend(level);
        }
        Some(Self { size, peaks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The leaves and roots with which Certificate Transparency implementations are tested (RFC 6962 reference code).
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn the_known_roots_come_out() {
        let mut range = Frontier::default();
        assert_eq!(range.root().to_string(), ROOTS[0]);
        for (entry, root) in LEAVES.iter().zip(&ROOTS[1..]) {
            range.append(leaf(entry), |_, _| {});
            assert_eq!(range.root().to_string(), *root, "size {}", range.size());
        }
    }

    /// The definition of RFC 6962, written as it stands there.
    fn defined(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => empty(),
            [one] => *one,
            _ => {
                let half = leaves.len().next_power_of_two() / 2;
                node(&defined(&leaves[..half]), &defined(&leaves[half..]))
            }
        }
    }

    #[test]
    fn the_compact_range_agrees_with_the_definition_and_completes_every_subtree_once() {
        let leaves: Vec<Digest> = (0_u32..600).map(|number| leaf(&number.to_be_bytes())).collect();
        let mut range = Frontier::default();
        let mut edge: Vec<Vec<Digest>> = vec![Vec::new(); 8];
        for (at, hash) in leaves.iter().enumerate() {
            let mut seen = Vec::new();
            range.append(*hash, |height, hash| seen.push((height, hash)));
            for (height, hash) in seen {
                let width = 1_usize << height;
                assert_eq!(hash, defined(&leaves[at + 1 - width..=at]), "leaf {at}, height {height}");
                if height % 8 == 0 {
                    let level = usize::from(height / 8);
                    if edge[level].len() == 255 {
                        edge[level].clear();
                    } else {
                        edge[level].push(hash);
                    }
                }
            }
            assert_eq!(range.root(), defined(&leaves[..=at]), "size {}", at + 1);
            assert_eq!(root(&leaves[..=at]), range.root());
            assert_eq!(Frontier::from_edge(range.size(), &edge).as_ref(), Some(&range), "size {}", at + 1);
        }
        edge[0].pop();
        assert_eq!(Frontier::from_edge(600, &edge), None);
    }
}
