//! What is asked of a time-stamping authority: a stamp on a digest, with a nonce, and its certificate with the answer.

use der::asn1::AnyRef;
use der::{Encode as _, Tag};
use sha2::{Digest as _, Sha256};

use super::pieces::{BOOLEAN, INTEGER, OCTETS, SEQUENCE, one};
use super::{MOST_BYTES, StampError};

/// SHA-256 with the absent parameters that older authorities insist on: `SEQUENCE { 2.16.840.1.101.3.4.2.1, NULL }`.
const SHA_256: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];

/// A request: `TimeStampReq` of RFC 3161.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    digest: [u8; 32],
    nonce: Vec<u8>,
}

impl Request {
    /// For a stamp on these bytes, with a fresh nonce of the operating system's generator.
    ///
    /// # Errors
    /// Where the system gives no randomness.
    pub fn fresh(bytes: &[u8]) -> Result<Self, StampError> {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|error| StampError::new("randomness for a nonce", error.to_string()))?;
        // A positive number of exactly 16 bytes, whoever writes it.
        nonce[0] = nonce[0] & 0x7f | 0x40;
        Ok(Self { digest: Sha256::digest(bytes).into(), nonce: nonce.to_vec() })
    }

    /// What the stamp is to speak of.
    #[must_use]
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Whether it asks for a stamp on these bytes.
    #[must_use]
    pub fn asks_for(&self, bytes: &[u8]) -> bool {
        self.digest == <[u8; 32]>::from(Sha256::digest(bytes))
    }

    pub(super) fn nonce(&self) -> &[u8] {
        &self.nonce
    }

    /// The bytes of a `.tsq`.
    ///
    /// # Errors
    /// Never with a digest and a nonce of these lengths.
    pub fn to_der(&self) -> Result<Vec<u8>, StampError> {
        let piece = |tag: Tag, parts: &[&[u8]]| {
            let value = parts.concat();
            AnyRef::new(tag, &value)
                .and_then(|any| any.to_der())
                .map_err(|error| StampError::new("a request", error.to_string()))
        };
        let imprint = piece(Tag::Sequence, &[&SHA_256, &piece(Tag::OctetString, &[&self.digest])?])?;
        let nonce = piece(Tag::Integer, &[&self.nonce])?;
        piece(Tag::Sequence, &[&[0x02, 0x01, 0x01], &imprint, &nonce, &[0x01, 0x01, 0xff]])
    }

    /// The request of a `.tsq` that [`Request::to_der`] wrote.
    ///
    /// # Errors
    /// Where it is another one.
    pub fn read(bytes: &[u8]) -> Result<Self, StampError> {
        if bytes.len() > MOST_BYTES {
            return Err(StampError::new("a request", format!("{} bytes", bytes.len())));
        }
        let parts = one(bytes, SEQUENCE, "a request")?.pieces("a request")?;
        let [version, imprint, nonce, wants_certificate] = parts.as_slice() else {
            return Err(StampError::new("version, imprint, nonce and certReq", format!("{} pieces", parts.len())));
        };
        if version.is(INTEGER, "a version")?.value != [1] || wants_certificate.is(BOOLEAN, "certReq")?.value != [0xff] {
            return Err(StampError::new("version 1 and certReq", "another request"));
        }
        let digest = imprint_of(*imprint)?;
        Ok(Self { digest, nonce: nonce.is(INTEGER, "a nonce")?.value.to_vec() })
    }
}

/// The digest of a `MessageImprint`, which must be of SHA-256.
pub(super) fn imprint_of(imprint: super::pieces::Piece<'_>) -> Result<[u8; 32], StampError> {
    let parts = imprint.is(SEQUENCE, "an imprint")?.pieces("an imprint")?;
    let [algorithm, digest] = parts.as_slice() else {
        return Err(StampError::new("an algorithm and a digest", format!("{} pieces", parts.len())));
    };
    let named = algorithm.is(SEQUENCE, "an algorithm")?.pieces("an algorithm")?;
    let named = named.first().ok_or_else(|| StampError::new("an algorithm", "none"))?.oid("an algorithm")?;
    if named != super::signature::SHA_256 {
        return Err(StampError::new("an imprint by SHA-256", named.to_string()));
    }
    let digest = digest.is(OCTETS, "a digest")?.value;
    digest.try_into().map_err(|_| StampError::new("a digest of 32 bytes", format!("{} bytes", digest.len())))
}
