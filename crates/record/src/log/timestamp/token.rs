//! What a response says: status, the signed statement, who signed it. Not whether the signature holds.
//!
//! ```text
//! TimeStampResp  { PKIStatusInfo, ContentInfo { id-signedData, [0] SignedData } }
//! SignedData     { version, digestAlgorithms, EncapsulatedContentInfo { id-ct-TSTInfo, [0] OCTET STRING }, [0] certificates, [1] crls, signerInfos }
//! SignerInfo     { version, IssuerAndSerialNumber | [0] key identifier, digestAlgorithm, [0] signedAttrs, signatureAlgorithm, signature, [1] unsignedAttrs }
//! TSTInfo        { version, policy, MessageImprint, serialNumber, genTime, accuracy, ordering, nonce, [0] tsa, [1] extensions }
//! ```

use der::asn1::ObjectIdentifier;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::StampError;
use super::certificate::Certificate;
use super::pieces::{INTEGER, OCTETS, Piece, SEQUENCE, SET, context, ms, one};
use super::request::imprint_of;
use super::signature::digest;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const STATEMENT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// A response, cut into what matters.
#[derive(Debug)]
pub(super) struct Token<'a> {
    /// The statement, DER.
    statement: &'a [u8],
    certificates: Vec<&'a [u8]>,
    /// Issuer and serial number, or the key identifier, of whoever signed.
    signer: Piece<'a>,
    pub(super) digest_algorithm: ObjectIdentifier,
    /// The signed attributes' content.
    attributes: &'a [u8],
    pub(super) signature_algorithm: ObjectIdentifier,
    pub(super) signature: &'a [u8],
}

/// What the authority states.
#[derive(Debug)]
pub(super) struct Stated<'a> {
    pub(super) digest: [u8; 32],
    pub(super) at_ms: i64,
    pub(super) nonce: Option<&'a [u8]>,
}

impl<'a> Token<'a> {
    pub(super) fn of_response(bytes: &'a [u8]) -> Result<Self, StampError> {
        let parts = one(bytes, SEQUENCE, "a time-stamp response")?.pieces("a time-stamp response")?;
        let status = parts.first().ok_or_else(|| StampError::new("a status", "an empty response"))?;
        granted(*status)?;
        let token = parts.get(1).ok_or_else(|| StampError::new("a stamp", "a status alone"))?;
        let signed = content(*token, SIGNED_DATA, "signed data")?;
        let parts = one(signed, SEQUENCE, "signed data")?.pieces("signed data")?;
        let [_version, _digests, statement, rest @ ..] = parts.as_slice() else {
            return Err(StampError::new("signed data", format!("{} pieces", parts.len())));
        };
        let statement = one(content(*statement, STATEMENT, "a stamp's statement")?, OCTETS, "a stamp's statement")?;
        let certificates = match rest.iter().find(|piece| piece.tag == context(0)) {
            // Attribute certificates and others have tags of their own.
            Some(all) => {
                all.pieces("certificates")?.iter().filter(|one| one.tag == SEQUENCE).map(|one| one.whole).collect()
            }
            None => Vec::new(),
        };
        let signers = rest.last().ok_or_else(|| StampError::new("a signer", "none"))?.is(SET, "signers")?;
        let signers = signers.pieces("signers")?;
        let [signer] = signers.as_slice() else {
            return Err(StampError::new("one signer", signers.len().to_string()));
        };
        let parts = signer.is(SEQUENCE, "a signer")?.pieces("a signer")?;
        let [_version, signer, digest, attributes, algorithm, signature, ..] = parts.as_slice() else {
            return Err(StampError::new("a signer with signed attributes", format!("{} pieces", parts.len())));
        };
        Ok(Self {
            statement: statement.value,
            certificates,
            signer: *signer,
            digest_algorithm: algorithm_of(*digest)?,
            attributes: attributes.is(context(0), "signed attributes")?.value,
            signature_algorithm: algorithm_of(*algorithm)?,
            signature: signature.is(OCTETS, "a signature")?.value,
        })
    }

    /// What is stated.
    pub(super) fn stated(&self) -> Result<Stated<'a>, StampError> {
        let parts = one(self.statement, SEQUENCE, "a statement")?.pieces("a statement")?;
        let [version, _policy, imprint, _serial, time, rest @ ..] = parts.as_slice() else {
            return Err(StampError::new("a statement", format!("{} pieces", parts.len())));
        };
        if version.is(INTEGER, "a version")?.value != [1] {
            return Err(StampError::new("a statement of version 1", "another version"));
        }
        Ok(Stated {
            digest: imprint_of(*imprint)?,
            at_ms: ms(*time, "the time of the stamp")?,
            // The only whole number behind the time that stands for itself.
            nonce: rest.iter().find(|piece| piece.tag == INTEGER).map(|piece| piece.value),
        })
    }

    /// The certificate of whoever signed, and the others.
    pub(super) fn certificates(&self) -> Result<(&'a [u8], Vec<&'a [u8]>), StampError> {
        let mut others = Vec::new();
        let mut leaf = None;
        for bytes in &self.certificates {
            // What cannot be read is not the signer's; it may still help whoever reads more of it.
            if leaf.is_none() && Certificate::read(bytes).is_ok_and(|found| found.is_called(self.signer)) {
                leaf = Some(*bytes);
            } else {
                others.push(*bytes);
            }
        }
        let count = self.certificates.len();
        leaf.map(|leaf| (leaf, others))
            .ok_or_else(|| StampError::new("the certificate of whoever signed", format!("{count} others")))
    }

    /// The bytes that are signed: the attributes as a set.
    pub(super) fn signed_bytes(&self) -> Result<Vec<u8>, StampError> {
        use der::Encode as _;
        der::asn1::AnyRef::new(der::Tag::Set, self.attributes)
            .and_then(|any| any.to_der())
            .map_err(|error| StampError::new("signed attributes", error.to_string()))
    }

    /// The one value of a signed attribute, where there is one.
    fn attribute(&self, wanted: ObjectIdentifier) -> Result<Option<Piece<'a>>, StampError> {
        let mut found = None;
        for attribute in super::pieces::pieces(self.attributes, "signed attributes")? {
            let parts = attribute.is(SEQUENCE, "an attribute")?.pieces("an attribute")?;
            let [name, values] = parts.as_slice() else {
                return Err(StampError::new("an attribute", format!("{} pieces", parts.len())));
            };
            if name.oid("an attribute")? != wanted {
                continue;
            }
            let values = values.is(SET, "values")?.pieces("values")?;
            match (values.as_slice(), found) {
                ([value], None) => found = Some(*value),
                _ => return Err(StampError::new(format!("attribute {wanted} once"), "several")),
            }
        }
        Ok(found)
    }

    /// Whether the signed attributes are of this statement.
    pub(super) fn attributes_fit(&self) -> Result<(), StampError> {
        let of = self.attribute(CONTENT_TYPE)?.ok_or_else(|| StampError::new("a signed content type", "none"))?;
        if of.oid("a content type")? != STATEMENT {
            return Err(StampError::new("signed attributes of a stamp's statement", "others"));
        }
        let signed = self.attribute(MESSAGE_DIGEST)?.ok_or_else(|| StampError::new("a signed digest", "none"))?;
        if signed.is(OCTETS, "a signed digest")?.value != digest(self.digest_algorithm, self.statement)? {
            return Err(StampError::new("the signed digest of the statement", "the digest of other bytes"));
        }
        Ok(())
    }

    /// Whether the signed attributes name that certificate, so that no other with the same name can take its place.
    pub(super) fn names(&self, certificate: &[u8]) -> Result<(), StampError> {
        let first = |attribute: Piece<'a>| -> Result<Vec<Piece<'a>>, StampError> {
            let certificates = attribute.is(SEQUENCE, "a signing certificate")?.pieces("a signing certificate")?;
            let all = certificates.first().ok_or_else(|| StampError::new("a signing certificate", "none"))?;
            let all = all.is(SEQUENCE, "certificates")?.pieces("certificates")?;
            all.first().ok_or_else(|| StampError::new("a certificate", "none"))?.pieces("a certificate")
        };
        let (named, hashed) = if let Some(attribute) = self.attribute(SIGNING_CERTIFICATE_V2)? {
            let parts = first(attribute)?;
            let hash = parts.iter().find(|piece| piece.tag == OCTETS).map(|piece| piece.value);
            // SHA-256 is what is meant where no algorithm is named.
            let hashed = match parts.first().filter(|piece| piece.tag == SEQUENCE) {
                Some(algorithm) => digest(algorithm_of(*algorithm)?, certificate)?,
                None => Sha256::digest(certificate).to_vec(),
            };
            (hash, hashed)
        } else if let Some(attribute) = self.attribute(SIGNING_CERTIFICATE)? {
            let hash = first(attribute)?.first().filter(|piece| piece.tag == OCTETS).map(|piece| piece.value);
            (hash, Sha1::digest(certificate).to_vec())
        } else {
            return Err(StampError::new("a signed digest of the signer's certificate", "none"));
        };
        if named == Some(hashed.as_slice()) {
            return Ok(());
        }
        Err(StampError::new("the signer's certificate as the signed attributes name it", "another one"))
    }
}

/// Whether a stamp was granted; the authority's own words where it was not.
fn granted(status: Piece<'_>) -> Result<(), StampError> {
    let parts = status.is(SEQUENCE, "a status")?.pieces("a status")?;
    let code = parts.first().ok_or_else(|| StampError::new("a status", "none"))?.is(INTEGER, "a status")?.value;
    // Granted, and granted with modifications: what was modified would show in imprint and nonce.
    if matches!(code, [0 | 1]) {
        return Ok(());
    }
    let words = match parts.get(1).filter(|piece| piece.tag == SEQUENCE) {
        Some(texts) => {
            texts.pieces("words")?.iter().map(|text| String::from_utf8_lossy(text.value)).collect::<Vec<_>>().join("; ")
        }
        None => String::new(),
    };
    let code: String = code.iter().take(8).map(ToString::to_string).collect();
    Err(StampError::new("a stamp that was granted", format!("status {code} {words}").trim().to_owned()))
}

/// The content of a `ContentInfo`-like piece of that type.
fn content<'a>(piece: Piece<'a>, wanted: ObjectIdentifier, what: &str) -> Result<&'a [u8], StampError> {
    let parts = piece.is(SEQUENCE, what)?.pieces(what)?;
    let [kind, content] = parts.as_slice() else {
        return Err(StampError::new(format!("a type and {what}"), format!("{} pieces", parts.len())));
    };
    let found = kind.oid(what)?;
    if found != wanted {
        return Err(StampError::new(what, format!("type {found}")));
    }
    Ok(content.is(context(0), what)?.value)
}

/// The identifier of an `AlgorithmIdentifier`.
fn algorithm_of(piece: Piece<'_>) -> Result<ObjectIdentifier, StampError> {
    let parts = piece.is(SEQUENCE, "an algorithm")?.pieces("an algorithm")?;
    parts.first().ok_or_else(|| StampError::new("an algorithm", "none"))?.oid("an algorithm")
}
