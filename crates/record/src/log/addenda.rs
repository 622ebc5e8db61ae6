//! Digests of detached content that an entry indicates, in the form of c2sp.org/tlog-addenda, and the salted digest that candor puts there.
//!
//! An entry ends in an index: offsets of four bytes each, the high byte first, and one byte that counts them. At each offset from the start of
//! the entry stand the 32 bytes of a SHA-256 digest. Where content is stored and who may see it is not a matter of this file.

use crate::digest::Digest;
use crate::log::error::Error;

/// Digests that an entry can indicate: what its count can say.
pub const MOST_ADDENDA: usize = u8::MAX as usize;

/// Bytes of a salt. The specification asks for at least 16 where content can be guessed.
pub const SALT_BYTES: usize = 16;

/// Path of an addendum below the log's directory.
#[must_use]
pub fn path(digest: &Digest) -> String {
    let digits = digest.to_string();
    let (first, rest) = digits.split_at(2);
    let (second, _) = rest.split_at(2);
    format!("addenda/{first}/{second}/{digits}")
}

/// Appends the index of an entry whose digests stand at these offsets.
///
/// # Errors
/// Where there are more than [`MOST_ADDENDA`], or a digest would reach beyond the content.
pub fn push_index(entry: &mut Vec<u8>, offsets: &[usize]) -> Result<(), Error> {
    let Ok(count) = u8::try_from(offsets.len()) else {
        return Err(Error::malformed(
            "addenda index",
            format!("at most {MOST_ADDENDA} digests"),
            format!("{}", offsets.len()),
        ));
    };
    let mut index = Vec::with_capacity(4 * offsets.len() + 1);
    for offset in offsets {
        let fits = offset.checked_add(32).is_some_and(|end| end <= entry.len());
        let Some(offset) = u32::try_from(*offset).ok().filter(|_| fits) else {
            return Err(beyond(*offset as u64, entry.len()));
        };
        index.extend_from_slice(&offset.to_be_bytes());
    }
    index.push(count);
    entry.append(&mut index);
    Ok(())
}

fn beyond(offset: u64, content: usize) -> Error {
    Error::malformed(
        "addenda index",
        format!("32 bytes within the {content} bytes of the content"),
        format!("offset {offset}"),
    )
}

/// The content of an entry in front of its index, and the digests that the index points at, in its order.
///
/// # Errors
/// Where the entry is empty, its index does not fit, or a digest would reach into the index.
pub fn split(entry: &[u8]) -> Result<(&[u8], Vec<Digest>), Error> {
    let Some((count, rest)) = entry.split_last() else {
        return Err(Error::malformed("addenda index", "a count in the last byte", "an empty entry"));
    };
    let bytes = 4 * usize::from(*count);
    let Some(at) = rest.len().checked_sub(bytes) else {
        return Err(Error::malformed(
            "addenda index",
            format!("{bytes} bytes of offsets"),
            format!("{} bytes", rest.len()),
        ));
    };
    let (content, index) = rest.split_at(at);
    let mut digests = Vec::with_capacity(usize::from(*count));
    for offset in index.chunks_exact(4) {
        let offset = offset.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        let digest = usize::try_from(offset)
            .ok()
            .and_then(|start| content.get(start..)?.first_chunk::<32>())
            .ok_or_else(|| beyond(u64::from(offset), content.len()))?;
        digests.push(Digest::from_bytes(*digest));
    }
    Ok((content, digests))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_index_is_the_one_of_the_specification() {
        let digest = Digest::of(b"content");
        let mut entry = b"head".to_vec();
        entry.extend_from_slice(digest.as_bytes());
        entry.extend_from_slice(b"tail");
        push_index(&mut entry, &[4, 4]).unwrap();
        assert_eq!(entry[40..], [0, 0, 0, 4, 0, 0, 0, 4, 2]);
        let (content, digests) = split(&entry).unwrap();
        assert_eq!((content.len(), digests), (40, vec![digest, digest]));

        let mut plain = b"x".to_vec();
        push_index(&mut plain, &[]).unwrap();
        assert_eq!(plain, b"x\0");
        assert_eq!(split(&plain).unwrap(), (&b"x"[..], vec![]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut entry = vec![1; 40];
        assert!(push_index(&mut entry, &[9]).is_err());
        assert!(push_index(&mut entry, &[usize::MAX]).is_err());
        assert!(push_index(&mut entry, &[0; 256]).is_err());
        assert_eq!(entry.len(), 40, "a refused index leaves the entry as it was");
        let refused = |entry: &[u8]| split(entry).unwrap_err().to_string();
        assert_eq!(refused(b""), "addenda index: expected a count in the last byte, found an empty entry");
        assert_eq!(refused(&[0, 0, 2]), "addenda index: expected 8 bytes of offsets, found 2 bytes");
        let mut outside = vec![1; 40];
        outside.extend_from_slice(&[0, 0, 0, 9, 1]);
        assert_eq!(
            refused(&outside),
            "addenda index: expected 32 bytes within the 40 bytes of the content, found offset 9"
        );
    }

    #[test]
    fn an_addendum_stands_under_its_name() {
        let digest = Digest::of(b"an addendum");
        let digits = digest.to_string();
        assert_eq!(path(&digest), format!("addenda/{}/{}/{digits}", &digits[..2], &digits[2..4]));
    }

    proptest! {
        #[test]
        fn what_was_indicated_is_read_again(content in proptest::collection::vec(any::<u8>(), 32..200), seeds in proptest::collection::vec(any::<usize>(), 0..9)) {
            let offsets: Vec<usize> = seeds.iter().map(|seed| seed % (content.len() - 31)).collect();
            let mut entry = content.clone();
            push_index(&mut entry, &offsets).unwrap();
            let (read, digests) = split(&entry).unwrap();
            prop_assert_eq!(read, &content[..]);
            for (offset, digest) in offsets.iter().zip(digests) {
                prop_assert_eq!(&content[*offset..offset + 32], digest.as_bytes());
            }
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = split(&bytes);
        }
    }
}
