//! Proofs of RFC 6962: that a leaf is in a tree (inclusion), and that a tree is the beginning of a larger one (consistency). Made from complete
//! subtrees, checked against roots (RFC 9162, sections 2.1.3.2 and 2.1.4.2). Who signed the roots is not a matter of this file.

pub mod file;

use crate::digest::Digest;
use crate::log::error::Error;
use crate::log::merkle;

/// Where the roots of complete subtrees come from.
pub trait Nodes {
    /// Root of the subtree over the leaves `index * 2^height .. (index + 1) * 2^height`.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn node(&mut self, height: u8, index: u64) -> Result<Digest, Error>;
}

/// The largest power of two that is smaller than `width`; `width` is at least 2.
const fn split(width: u64) -> u64 {
    1 << (u64::BITS - 1 - (width - 1).leading_zeros())
}

/// Root over the leaves `start..end`, which is not empty; `start` is a multiple of the next power of two.
fn subtree(nodes: &mut dyn Nodes, start: u64, end: u64) -> Result<Digest, Error> {
    let width = end - start;
    if width.is_power_of_two() {
        let height = width.trailing_zeros();
        return nodes.node(height as u8, start >> height);
    }
    let middle = start + split(width);
    let left = subtree(nodes, start, middle)?;
    Ok(merkle::node(&left, &subtree(nodes, middle, end)?))
}

/// Root of the tree of the first `size` leaves.
///
/// # Errors
/// Where a subtree cannot be read.
pub fn root(nodes: &mut dyn Nodes, size: u64) -> Result<Digest, Error> {
    if size == 0 { Ok(merkle::empty()) } else { subtree(nodes, 0, size) }
}

/// The inclusion proof of a leaf in the tree of the first `size` leaves, from the leaf's sibling upwards.
///
/// # Errors
/// Where the tree has no such leaf, or a subtree cannot be read.
pub fn inclusion(nodes: &mut dyn Nodes, leaf: u64, size: u64) -> Result<Vec<Digest>, Error> {
    below("leaf", leaf, size)?;
    let (mut start, mut end) = (0, size);
    let mut path = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if leaf < middle {
            path.push(subtree(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(subtree(nodes, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the first `old` leaves of the tree of `new` leaves are the tree of `old` leaves. Empty where `old` is 0 or `new`.
///
/// # Errors
/// Where `old` is larger than `new`, or a subtree cannot be read.
pub fn consistency(nodes: &mut dyn Nodes, old: u64, new: u64) -> Result<Vec<Digest>, Error> {
    if old > new {
        return Err(Error::Beyond { place: "consistency: old size".to_owned(), most: new, found: old });
    }
    let mut path = Vec::new();
    if old == 0 {
        return Ok(path);
    }
    let (mut start, mut end) = (0, new);
    while old < end {
        let middle = start + split(end - start);
        if old <= middle {
            path.push(subtree(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(subtree(nodes, start, middle)?);
            start = middle;
        }
    }
    // What remains is the whole old tree, whose root the checker has, or a subtree of it, whose root it has not.
    if start != 0 {
        path.push(subtree(nodes, start, end)?);
    }
    path.reverse();
    Ok(path)
}

fn below(what: &str, leaf: u64, size: u64) -> Result<(), Error> {
    match size.checked_sub(1) {
        Some(most) if leaf <= most => Ok(()),
        most => Err(Error::Beyond { place: what.to_owned(), most: most.unwrap_or(0), found: leaf }),
    }
}

fn wrong_length(what: &str, expected: &str, proof: &[Digest]) -> Error {
    Error::malformed(what, expected, format!("{} hashes", proof.len()))
}

fn equal(what: &str, expected: &Digest, found: &Digest) -> Result<(), Error> {
    if expected == found {
        Ok(())
    } else {
        Err(Error::Hash { place: what.to_owned(), expected: *expected, found: *found })
    }
}

/// Checks that a leaf of this hash is in the tree of this size and root, at this place.
///
/// # Errors
/// Where the proof does not show it.
pub fn check_inclusion(proof: &[Digest], leaf: u64, hash: &Digest, size: u64, root: &Digest) -> Result<(), Error> {
    const WHAT: &str = "inclusion proof";
    below("inclusion proof: leaf", leaf, size)?;
    let (mut at, mut last) = (leaf, size - 1);
    let mut found = *hash;
    for sibling in proof {
        if last == 0 {
            return Err(wrong_length(WHAT, "fewer hashes", proof));
        }
        if at & 1 == 1 || at == last {
            found = merkle::node(sibling, &found);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            found = merkle::node(&found, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(wrong_length(WHAT, "more hashes", proof));
    }
    equal(WHAT, root, &found)
}

/// Checks that the tree of the old size and root is the beginning of the tree of the new size and root.
///
/// # Errors
/// Where the proof does not show it.
pub fn check_consistency(
    proof: &[Digest],
    old: u64,
    old_root: &Digest,
    new: u64,
    new_root: &Digest,
) -> Result<(), Error> {
    const WHAT: &str = "consistency proof";
    if old > new {
        return Err(Error::Beyond { place: "consistency proof: old size".to_owned(), most: new, found: old });
    }
    if old == 0 || old == new {
        if !proof.is_empty() {
            return Err(wrong_length(WHAT, "no hashes", proof));
        }
        return if old == new { equal(WHAT, old_root, new_root) } else { equal(WHAT, &merkle::empty(), old_root) };
    }
    let mut rest = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { rest.next() };
    let Some(first) = first else {
        return Err(wrong_length(WHAT, "more hashes", proof));
    };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut before, mut after) = (*first, *first);
    for hash in rest {
        if last == 0 {
            return Err(wrong_length(WHAT, "fewer hashes", proof));
        }
        if at & 1 == 1 || at == last {
            before = merkle::node(hash, &before);
            after = merkle::node(hash, &after);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            after = merkle::node(&after, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(wrong_length(WHAT, "more hashes", proof));
    }
    equal(WHAT, old_root, &before)?;
    equal(WHAT, new_root, &after)
}

#[cfg(test)]
mod tests;
