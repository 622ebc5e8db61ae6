//! What a certificate says, as far as a stamp needs it: its name, how long it is valid, and whether it is made for stamping. Not whether to trust it.
//!
//! ```text
//! Certificate     { TBSCertificate, algorithm, signature }
//! TBSCertificate  { [0] version, serialNumber, algorithm, issuer, { notBefore, notAfter }, subject, key, [1], [2], [3] extensions }
//! ```

use der::asn1::ObjectIdentifier;

use super::StampError;
use super::pieces::{BOOLEAN, INTEGER, OCTETS, Piece, SEQUENCE, context, ms, one};

const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

/// Characters of a name that are repeated.
const LONGEST: usize = 200;

/// A certificate.
#[derive(Debug)]
pub(super) struct Certificate<'a> {
    serial: Piece<'a>,
    issuer: Piece<'a>,
    not_before_ms: i64,
    not_after_ms: i64,
    subject: Piece<'a>,
    /// Name, whether it must be understood, content.
    extensions: Vec<(ObjectIdentifier, bool, &'a [u8])>,
}

impl<'a> Certificate<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, StampError> {
        let parts = one(bytes, SEQUENCE, "a certificate")?.pieces("a certificate")?;
        let said = parts.first().ok_or_else(|| StampError::new("a certificate", "nothing"))?;
        let mut parts = said.is(SEQUENCE, "a certificate")?.pieces("a certificate")?;
        if parts.first().is_some_and(|first| first.tag == context(0)) {
            parts.remove(0);
        }
        let [serial, _algorithm, issuer, validity, subject, _key, rest @ ..] = parts.as_slice() else {
            return Err(StampError::new("a certificate", format!("{} pieces", parts.len())));
        };
        let valid = validity.is(SEQUENCE, "a validity")?.pieces("a validity")?;
        let [not_before, not_after] = valid.as_slice() else {
            return Err(StampError::new("a validity", format!("{} pieces", valid.len())));
        };
        let mut extensions = Vec::new();
        if let Some(all) = rest.iter().find(|piece| piece.tag == context(3)) {
            for extension in one(all.value, SEQUENCE, "extensions")?.pieces("extensions")? {
                let parts = extension.is(SEQUENCE, "an extension")?.pieces("an extension")?;
                let (name, critical, content) = match parts.as_slice() {
                    [name, content] => (name, false, content),
                    [name, critical, content] => (name, critical.is(BOOLEAN, "critical")?.value == [0xff], content),
                    other => return Err(StampError::new("an extension", format!("{} pieces", other.len()))),
                };
                extensions.push((name.oid("an extension")?, critical, content.is(OCTETS, "an extension")?.value));
            }
        }
        Ok(Self {
            serial: serial.is(INTEGER, "a serial number")?,
            issuer: *issuer,
            not_before_ms: ms(*not_before, "the beginning of a validity")?,
            not_after_ms: ms(*not_after, "the end of a validity")?,
            subject: *subject,
            extensions,
        })
    }

    fn extension(&self, wanted: ObjectIdentifier) -> Option<(bool, &'a [u8])> {
        self.extensions.iter().find(|(name, ..)| *name == wanted).map(|(_, critical, content)| (*critical, *content))
    }

    /// Whether issuer and serial number, or the key identifier, name it.
    pub(super) fn is_called(&self, signer: Piece<'_>) -> bool {
        if signer.tag == SEQUENCE {
            let parts = signer.pieces("a signer").unwrap_or_default();
            return matches!(parts.as_slice(), [issuer, serial]
                if issuer.whole == self.issuer.whole && serial.whole == self.serial.whole);
        }
        // [0] IMPLICIT: the identifier's bytes under another tag.
        let identifier = self.extension(SUBJECT_KEY_IDENTIFIER).and_then(|(_, content)| one(content, OCTETS, "").ok());
        signer.tag == 0x80 && identifier.is_some_and(|identifier| identifier.value == signer.value)
    }

    /// Whether it is made for stamping alone, and was valid then.
    pub(super) fn may_stamp(&self, at_ms: i64) -> Result<(), StampError> {
        let expected = "a certificate for time stamping alone (extended key usage, critical)";
        let (critical, usage) =
            self.extension(EXTENDED_KEY_USAGE).ok_or_else(|| StampError::new(expected, "one without a usage"))?;
        let usages = one(usage, SEQUENCE, expected)?.pieces(expected)?;
        let alone = matches!(usages.as_slice(), [usage] if usage.oid(expected)? == TIME_STAMPING);
        if !alone || !critical {
            return Err(StampError::new(expected, "one for something else"));
        }
        // Validity is written in whole seconds, and its end is part of it.
        if at_ms < self.not_before_ms || at_ms >= self.not_after_ms.saturating_add(1_000) {
            return Err(StampError::new("a certificate that was valid when the stamp was made", "one that was not"));
        }
        Ok(())
    }

    /// Whom it names: the common name, else the organisation.
    pub(super) fn subject(&self) -> String {
        let mut named = Vec::new();
        for set in self.subject.pieces("a name").unwrap_or_default() {
            for attribute in set.pieces("a name").unwrap_or_default() {
                if let [name, value] = attribute.pieces("a name").unwrap_or_default().as_slice()
                    && let Ok(name) = name.oid("a name")
                {
                    named.push((name, String::from_utf8_lossy(value.value).into_owned()));
                }
            }
        }
        let of = |wanted: ObjectIdentifier| named.iter().find(|(name, _)| *name == wanted).map(|(_, text)| text);
        let text = of(COMMON_NAME).or_else(|| of(ORGANISATION)).map_or("nobody by name", String::as_str);
        text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
    }
}
