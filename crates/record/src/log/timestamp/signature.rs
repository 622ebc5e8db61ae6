//! Signatures of stamps, by the keys of certificates, and the chain to a root. The arithmetic is ring's, the chain rustls-webpki's.

use std::time::Duration;

use der::asn1::ObjectIdentifier;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert, ring};

use super::token::Token;
use super::{MOST_BYTES, StampError};

pub(super) const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const ECDSA_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The extended key usage of stamping, as DER writes the identifier's content.
const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

/// What certificates of a chain may be signed with.
const ALGORITHMS: [&dyn SignatureVerificationAlgorithm; 8] = [
    ring::ECDSA_P256_SHA256,
    ring::ECDSA_P256_SHA384,
    ring::ECDSA_P384_SHA256,
    ring::ECDSA_P384_SHA384,
    ring::ED25519,
    ring::RSA_PKCS1_2048_8192_SHA256,
    ring::RSA_PKCS1_2048_8192_SHA384,
    ring::RSA_PKCS1_2048_8192_SHA512,
];

/// Roots that somebody trusts.
#[derive(Debug, Clone)]
pub struct Anchors(Vec<CertificateDer<'static>>);

impl Anchors {
    /// The certificates of a PEM file.
    ///
    /// # Errors
    /// Where it holds none, or one that can be no root.
    pub fn of_pem(text: &[u8]) -> Result<Self, StampError> {
        if text.len() > 16 * MOST_BYTES {
            return Err(StampError::new("certificates in PEM", format!("{} bytes", text.len())));
        }
        let all: Vec<_> = CertificateDer::pem_slice_iter(text)
            .collect::<Result<_, _>>()
            .map_err(|error| StampError::new("certificates in PEM", error.to_string()))?;
        if all.is_empty() {
            return Err(StampError::new("certificates in PEM", "none"));
        }
        for certificate in &all {
            anchor_from_trusted_cert(certificate)
                .map_err(|error| StampError::new("the certificate of a root", error.to_string()))?;
        }
        Ok(Self(all))
    }
}

/// The digest by an algorithm that is not broken.
pub(super) fn digest(algorithm: ObjectIdentifier, bytes: &[u8]) -> Result<Vec<u8>, StampError> {
    Ok(match algorithm {
        SHA_256 => Sha256::digest(bytes).to_vec(),
        SHA_384 => Sha384::digest(bytes).to_vec(),
        SHA_512 => Sha512::digest(bytes).to_vec(),
        other => return Err(StampError::new("a digest by SHA-256, SHA-384 or SHA-512", format!("algorithm {other}"))),
    })
}

/// Whether the signed attributes are of the statement, and signed by the key of that certificate.
pub(super) fn check(token: &Token<'_>, certificate: &[u8]) -> Result<(), StampError> {
    token.attributes_fit()?;
    let algorithms: &[&dyn SignatureVerificationAlgorithm] = match (token.signature_algorithm, token.digest_algorithm) {
        (RSA | RSA_SHA_256, SHA_256) => &[ring::RSA_PKCS1_2048_8192_SHA256],
        (RSA | RSA_SHA_384, SHA_384) => &[ring::RSA_PKCS1_2048_8192_SHA384],
        (RSA | RSA_SHA_512, SHA_512) => &[ring::RSA_PKCS1_2048_8192_SHA512],
        (ECDSA_SHA_256, _) => &[ring::ECDSA_P256_SHA256, ring::ECDSA_P384_SHA256],
        (ECDSA_SHA_384, _) => &[ring::ECDSA_P256_SHA384, ring::ECDSA_P384_SHA384],
        (ED25519, _) => &[ring::ED25519],
        (other, digest) => {
            let expected = "a signature by RSA, ECDSA (P-256, P-384; SHA-256, SHA-384) or Ed25519";
            return Err(StampError::new(expected, format!("algorithm {other} with {digest}")));
        }
    };
    let der = CertificateDer::from(certificate);
    let read = EndEntityCert::try_from(&der).map_err(|error| StampError::new("a certificate", error.to_string()))?;
    let bytes = token.signed_bytes()?;
    let holds = algorithms.iter().any(|algorithm| read.verify_signature(*algorithm, &bytes, token.signature).is_ok());
    if holds {
        return Ok(());
    }
    Err(StampError::new("a signature by the key of the certificate", "one that does not fit"))
}

/// Whether a chain leads from a certificate to a root, valid at that time.
pub(super) fn rooted(leaf: &[u8], others: &[Vec<u8>], anchors: &Anchors, at_ms: i64) -> Result<(), StampError> {
    let refused = |error: webpki::Error| StampError::new("a chain to a root that is trusted", error.to_string());
    let roots: Vec<_> = anchors.0.iter().map(anchor_from_trusted_cert).collect::<Result<_, _>>().map_err(refused)?;
    let between: Vec<_> = others.iter().map(|bytes| CertificateDer::from(bytes.as_slice())).collect();
    let time = UnixTime::since_unix_epoch(Duration::from_millis(u64::try_from(at_ms).unwrap_or(0)));
    let der = CertificateDer::from(leaf);
    let read = EndEntityCert::try_from(&der).map_err(refused)?;
    read.verify_for_usage(&ALGORITHMS, &roots, &between, time, KeyUsage::required(TIME_STAMPING), None, None)
        .map(|_| ())
        .map_err(refused)
}
