//! Responses that OpenSSL made (testdata/timestamp; `scripts/timestamps` makes new ones of every kind), and what becomes of them byte by byte.

use std::path::Path;

use proptest::prelude::*;

use super::*;

fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/timestamp");
    std::fs::read(folder.join(name)).unwrap()
}

#[test]
fn a_response_is_of_its_checkpoint_its_request_and_its_root_and_of_no_other() {
    let request = Request::read(&file("request.tsq")).unwrap();
    let roots = Anchors::of_pem(&file("root.pem")).unwrap();
    let others = Anchors::of_pem(&file("other-root.pem")).unwrap();
    for (name, signer) in [("rsa.tsr", "Stamps of a test (RSA)"), ("ecdsa.tsr", "Stamps of a test (ECDSA)")] {
        let stamp = Stamp::read(&file(name)).unwrap();
        assert_eq!(stamp.signer(), signer);
        // Made on 2026-11-26, with milliseconds.
        assert_eq!(stamp.at_ms() / 86_400_000, 20_783, "{name}");
        stamp.answers(&request).unwrap();
        stamp.is_of(&file("checkpoint")).unwrap();
        stamp.is_rooted_in(&roots).unwrap();
        assert!(stamp.is_of(b"another").unwrap_err().to_string().contains("found one on other bytes"));
        assert!(stamp.is_rooted_in(&others).is_err());
        let another = Request::fresh(&file("checkpoint")).unwrap();
        assert!(stamp.answers(&another).unwrap_err().to_string().contains("the nonce"));
        assert!(stamp.answers(&Request::fresh(b"another").unwrap()).unwrap_err().to_string().contains("the digest"));
    }
}

#[test]
fn what_was_refused_and_what_brings_no_certificate_says_so() {
    let refused = Stamp::read(&file("refused.tsr")).unwrap_err().to_string();
    assert_eq!(refused, "expected a stamp that was granted, found status 2 Message digest algorithm is not supported.");
    let bare = Stamp::read(&file("without-certificate.tsr")).unwrap_err().to_string();
    assert_eq!(bare, "expected the certificate of whoever signed, found 0 others");
    assert!(Anchors::of_pem(b"no certificate").is_err());
    assert!(Anchors::of_pem(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
}

#[test]
fn a_request_reads_back_and_no_two_are_alike() {
    let one = Request::fresh(b"bytes").unwrap();
    let der = one.to_der().unwrap();
    assert_eq!(Request::read(&der).unwrap(), one);
    assert_ne!(Request::fresh(b"bytes").unwrap(), one);
    for end in 0..der.len() {
        assert!(Request::read(&der[..end]).is_err(), "{end}");
    }
}

#[test]
fn no_changed_byte_changes_what_is_stated_or_by_whom() {
    for name in ["rsa.tsr", "ecdsa.tsr"] {
        let whole = file(name);
        let stamp = Stamp::read(&whole).unwrap();
        let mut tolerated = 0;
        for at in 0..whole.len() {
            assert!(Stamp::read(&whole[..at]).is_err(), "{name}: cut at {at}");
            for bit in [0x01, 0x80, 0xff] {
                let mut changed = whole.clone();
                changed[at] ^= bit;
                if let Ok(read) = Stamp::read(&changed) {
                    // Nobody signs the status, versions, the other certificates and the list of digests.
                    tolerated += 1;
                    assert_eq!(
                        (read.digest, &read.nonce, read.at_ms, &read.leaf),
                        (stamp.digest, &stamp.nonce, stamp.at_ms, &stamp.leaf),
                        "{name}: byte {at}"
                    );
                }
            }
        }
        // The certificate of the root is most of it: 370 bytes and more.
        assert!(tolerated < whole.len() * 3 / 2, "{name}: {tolerated}");
    }
}

#[test]
fn times_are_read_as_der_writes_them() {
    let at = |tag: u8, text: &str| {
        let piece = pieces::Piece { tag, value: text.as_bytes(), whole: &[] };
        pieces::ms(piece, "a time")
    };
    assert_eq!(at(pieces::TIME, "19700101000001Z"), Ok(1_000));
    assert_eq!(at(pieces::TIME, "19700101000001.5Z"), Ok(1_500));
    assert_eq!(at(pieces::TIME, "19700101000001.0629Z"), Ok(1_062));
    assert_eq!(at(pieces::UTC_TIME, "700101000000Z"), Ok(0));
    assert_eq!(at(pieces::UTC_TIME, "260101000000Z"), Ok(1_767_225_600_000));
    for (tag, text) in [
        (pieces::TIME, ""),
        (pieces::TIME, "Z"),
        (pieces::TIME, "19700101000001"),
        (pieces::TIME, "19700101000001.Z"),
        (pieces::TIME, "19701301000001Z"),
        (pieces::TIME, "1970010100000éZ"),
        (pieces::TIME, "19700101000001+0100"),
        (pieces::UTC_TIME, "700101000000.5Z"),
        (pieces::INTEGER, "19700101000001Z"),
    ] {
        assert!(at(tag, text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn no_bytes_end_the_program(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = (Stamp::read(&bytes), Request::read(&bytes), Anchors::of_pem(&bytes));
    }

    #[test]
    fn no_piece_of_another_response_in_a_response_ends_the_program(
        at in 0_usize..1_800, from in 0_usize..1_400, length in 1_usize..200, other in any::<bool>(),
    ) {
        let (mut bytes, donor) = (file("rsa.tsr"), file(if other { "ecdsa.tsr" } else { "rsa.tsr" }));
        let honest = Stamp::read(&bytes).unwrap();
        for (to, from) in (at..at + length).zip(from..) {
            if let (Some(to), Some(from)) = (bytes.get_mut(to), donor.get(from)) {
                *to = *from;
            }
        }
        if let Ok(read) = Stamp::read(&bytes) {
            prop_assert_eq!((read.digest, read.at_ms), (honest.digest, honest.at_ms));
        }
    }
}
