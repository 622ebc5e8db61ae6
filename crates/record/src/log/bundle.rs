//! Entry bundles: entries one after the other, each behind its length as 16 bits, the high byte first. Not compression, and not what an entry says.

use crate::log::error::Error;
use crate::log::tile::WIDTH;

/// Bytes that an entry may have: what its length can say.
pub const MOST_ENTRY_BYTES: usize = u16::MAX as usize;

/// Bytes that a bundle can have: a reader needs to read no further.
pub const MOST_BUNDLE_BYTES: u64 = WIDTH * (2 + MOST_ENTRY_BYTES as u64);

/// Appends an entry to a bundle.
///
/// # Errors
/// Where the entry is longer than [`MOST_ENTRY_BYTES`]; the bundle is then as it was.
pub fn push(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), Error> {
    let Ok(length) = u16::try_from(entry.len()) else {
        return Err(too_long(entry.len()));
    };
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

pub(crate) fn too_long(bytes: usize) -> Error {
    Error::malformed("entry", format!("at most {MOST_ENTRY_BYTES} bytes"), format!("{bytes}"))
}

/// The entries of a bundle that must have `count` of them and nothing behind.
///
/// # Errors
/// Where the bundle ends within an entry, or has fewer or more entries.
pub fn split(bundle: &[u8], count: usize) -> Result<Vec<&[u8]>, Error> {
    let mut entries = Vec::with_capacity(count.min(WIDTH as usize));
    let mut rest = bundle;
    while !rest.is_empty() {
        let at = bundle.len() - rest.len();
        if entries.len() == count {
            return Err(Error::malformed(
                format!("byte {at}"),
                format!("the end after {count} entries"),
                format!("{} more bytes", rest.len()),
            ));
        }
        let entry = rest
            .split_first_chunk()
            .and_then(|(length, rest)| rest.split_at_checked(usize::from(u16::from_be_bytes(*length))));
        let Some((entry, behind)) = entry else {
            return Err(Error::malformed(
                format!("byte {at}"),
                "a length of two bytes and as many bytes",
                "the end of the bundle",
            ));
        };
        entries.push(entry);
        rest = behind;
    }
    if entries.len() == count {
        Ok(entries)
    } else {
        Err(Error::malformed(
            format!("byte {}", bundle.len()),
            format!("{count} entries"),
            format!("{} entries", entries.len()),
        ))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_stand_in_front_the_high_byte_first() {
        let mut bundle = Vec::new();
        push(&mut bundle, b"ab").unwrap();
        push(&mut bundle, b"").unwrap();
        push(&mut bundle, &[7; 258]).unwrap();
        assert_eq!(bundle[..6], [0, 2, b'a', b'b', 0, 0]);
        assert_eq!(bundle[6..9], [1, 2, 7]);
        assert_eq!(split(&bundle, 3).unwrap(), [&b"ab"[..], b"", &[7; 258]]);
        let error = push(&mut bundle, &[0; 65_536]).unwrap_err().to_string();
        assert_eq!(error, "entry: expected at most 65535 bytes, found 65536");
        assert!(push(&mut bundle, &[0; 65_535]).is_ok());
    }

    #[test]
    fn a_bundle_that_is_cut_or_has_another_number_is_refused() {
        let mut bundle = Vec::new();
        for entry in [&b"one"[..], b"two"] {
            push(&mut bundle, entry).unwrap();
        }
        for cut in 0..bundle.len() {
            assert!(split(&bundle[..cut], 2).is_err(), "{cut}");
        }
        let refused = |bytes: &[u8], count| split(bytes, count).unwrap_err().to_string();
        assert_eq!(refused(&bundle, 1), "byte 5: expected the end after 1 entries, found 5 more bytes");
        assert_eq!(refused(&bundle, 3), "byte 10: expected 3 entries, found 2 entries");
        assert_eq!(
            refused(&bundle[..9], 2),
            "byte 5: expected a length of two bytes and as many bytes, found the end of the bundle"
        );
    }

    proptest! {
        #[test]
        fn entries_survive(entries in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..20)) {
            let mut bundle = Vec::new();
            for entry in &entries {
                push(&mut bundle, entry).unwrap();
            }
            prop_assert_eq!(split(&bundle, entries.len()).unwrap(), entries);
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), count in 0_usize..300) {
            if let Ok(entries) = split(&bytes, count) {
                prop_assert_eq!(entries.len(), count);
            }
        }
    }
}
