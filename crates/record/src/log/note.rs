//! Signed notes (c2sp.org/signed-note): text, an empty line, and signature lines. What the text says is not looked at.
//!
//! ```text
//! text, one or more lines
//!
//! — <name> <base64(id || signature)>
//! ```

use std::fmt;

use crate::log::error::Error;
use crate::log::key::{Algorithm, SigningKey, VerifierKey, check_name, label};
use crate::log::{cosignature, lines};

/// Bytes that a note may have.
pub const MOST_NOTE_BYTES: usize = 1 << 20;

/// Signatures that a note may have.
pub const MOST_SIGNATURES: usize = 100;

/// What a signature line begins with.
const PREFIX: &str = "\u{2014} ";

/// One signature line. Whether it fits is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: u32,
    bytes: Vec<u8>,
}

impl Signature {
    pub(crate) fn new(key: &VerifierKey, bytes: Vec<u8>) -> Self {
        Self { name: key.name().to_owned(), id: key.id(), bytes }
    }

    /// Name of the key that is said to have signed.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Id of the key that is said to have signed.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The signature behind the id.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether this line names that key.
    #[must_use]
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.id == key.id() && self.name == key.name()
    }

    /// Reads one signature line without its newline.
    ///
    /// # Errors
    /// Where it is not one.
    pub fn parse(line: &str) -> Result<Self, Error> {
        let refused = || Error::text("signature line", "`\u{2014} <name> <base64>`", line);
        let (name, base64) = line.strip_prefix(PREFIX).and_then(|rest| rest.split_once(' ')).ok_or_else(refused)?;
        check_name(name)?;
        let bytes = lines::decode(base64).ok_or_else(refused)?;
        let (id, signature) =
            bytes.split_first_chunk().filter(|(_, signature)| !signature.is_empty()).ok_or_else(refused)?;
        Ok(Self { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: signature.to_vec() })
    }
}

impl fmt::Display for Signature {
    /// The line that [`Signature::parse`] reads.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.to_be_bytes()[..], &self.bytes].concat();
        write!(out, "{PREFIX}{} {}", self.name, lines::encode(&bytes))
    }
}

/// A text and the signature lines under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

impl Note {
    /// Signs a text, which must end in a newline.
    ///
    /// # Errors
    /// Where a note cannot carry the text.
    pub fn sign(text: String, key: &SigningKey) -> Result<Self, Error> {
        if !text.ends_with('\n') || text.chars().any(|c| c < ' ' && c != '\n') {
            return Err(Error::text("note", "text without control characters that ends in a newline", &text));
        }
        if key.verifier().algorithm() != Algorithm::Ed25519 {
            return Err(Error::malformed(
                "note",
                "a key that signs notes (0x01)",
                format!("{}, a witness key", key.verifier().label()),
            ));
        }
        let signature = Signature::new(key.verifier(), key.sign(text.as_bytes()).to_vec());
        Ok(Self { text, signatures: vec![signature] })
    }

    /// Reads a note.
    ///
    /// # Errors
    /// Where the bytes are not one, or exceed [`MOST_NOTE_BYTES`] or [`MOST_SIGNATURES`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MOST_NOTE_BYTES {
            return Err(Error::malformed(
                "note",
                format!("at most {MOST_NOTE_BYTES} bytes"),
                format!("{}", bytes.len()),
            ));
        }
        let whole = std::str::from_utf8(bytes)
            .map_err(|error| Error::malformed(format!("byte {}", error.valid_up_to()), "UTF-8", "another byte"))?;
        if let Some((at, found)) = whole.char_indices().find(|(_, c)| *c < ' ' && *c != '\n') {
            return Err(Error::malformed(format!("byte {at}"), "no control character", format!("{found:?}")));
        }
        let Some((text, block)) = whole.rfind("\n\n").map(|at| (&whole[..=at], &whole[at + 2..])) else {
            return Err(Error::malformed("note", "an empty line before the signatures", "none"));
        };
        let Some(block) = block.strip_suffix('\n') else {
            return Err(Error::malformed("note", "signature lines that end in a newline", "another end"));
        };
        let mut signatures = Vec::new();
        for line in block.split('\n') {
            if signatures.len() == MOST_SIGNATURES {
                return Err(Error::malformed("note", format!("at most {MOST_SIGNATURES} signatures"), "more"));
            }
            signatures.push(Signature::parse(line)?);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Reads a note that this key has signed.
    ///
    /// # Errors
    /// As [`Note::parse`] and [`Note::check`].
    pub fn open(bytes: &[u8], key: &VerifierKey) -> Result<Self, Error> {
        let note = Self::parse(bytes)?;
        note.check(key)?;
        Ok(note)
    }

    /// Checks that this key has signed the text. Lines of other keys are ignored; every line of this one must fit.
    ///
    /// # Errors
    /// Where it has not, or a line of it does not fit.
    pub fn check(&self, key: &VerifierKey) -> Result<(), Error> {
        let mut signed = false;
        for signature in self.signatures.iter().filter(|signature| signature.is_by(key)) {
            let fits = match key.algorithm() {
                Algorithm::Ed25519 => key.fits(self.text.as_bytes(), &signature.bytes),
                Algorithm::CosignatureV1 => cosignature::time(&self.text, signature, key).is_some(),
            };
            if !fits {
                return Err(Error::Signature { place: "note".to_owned(), key: key.label() });
            }
            signed = true;
        }
        if signed { Ok(()) } else { Err(self.unsigned(key)) }
    }

    pub(crate) fn unsigned(&self, key: &VerifierKey) -> Error {
        let signers: Vec<String> =
            self.signatures.iter().take(4).map(|signature| label(&signature.name, signature.id)).collect();
        let found = match (signers.as_slice(), self.signatures.len()) {
            ([], _) => "none".to_owned(),
            (some, all) if some.len() == all => some.join(", "),
            (some, all) => format!("{} and {} more", some.join(", "), all - some.len()),
        };
        Error::Unsigned { place: "note".to_owned(), key: key.label(), found: crate::error::quoted(&found) }
    }

    /// Adds a signature in place of an earlier one by the same key.
    ///
    /// # Errors
    /// Where there would be more than [`MOST_SIGNATURES`].
    pub fn add(&mut self, signature: Signature) -> Result<(), Error> {
        self.signatures.retain(|other| (&other.name, other.id) != (&signature.name, signature.id));
        if self.signatures.len() == MOST_SIGNATURES {
            return Err(Error::malformed("note", format!("at most {MOST_SIGNATURES} signatures"), "one more"));
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// The text, with its final newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, checked or not.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }
}

impl fmt::Display for Note {
    /// The bytes that [`Note::parse`] reads.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(out, "{signature}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Key, text and signature of the documentation of Go's golang.org/x/mod/sumdb/note.
    const VERIFIER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const PRIVATE: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const TEXT: &str =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const LINE: &str =
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";

    fn verifier() -> VerifierKey {
        VerifierKey::parse(VERIFIER).unwrap()
    }

    #[test]
    fn the_documented_note_is_opened_and_signed_to_the_same_bytes() {
        let whole = format!("{TEXT}\n{LINE}\n");
        let note = Note::open(whole.as_bytes(), &verifier()).unwrap();
        assert_eq!(note.text(), TEXT);
        assert_eq!(note.to_string(), whole);
        let signed = Note::sign(TEXT.to_owned(), &SigningKey::parse(PRIVATE).unwrap()).unwrap();
        assert_eq!(signed.to_string(), whole);
    }

    #[test]
    fn every_changed_bit_of_a_signed_note_is_refused() {
        let whole = format!("{TEXT}\n{LINE}\n").into_bytes();
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut changed = whole.clone();
                changed[at] ^= 1 << bit;
                assert!(Note::open(&changed, &verifier()).is_err(), "byte {at}, bit {bit}");
            }
        }
        for cut in 0..whole.len() {
            assert!(Note::open(&whole[..cut], &verifier()).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn unknown_signatures_are_ignored_and_a_wrong_one_of_a_known_key_is_not() {
        let stranger = SigningKey::from_seed("stranger", Algorithm::Ed25519, [3; 32]).unwrap();
        let mut note = Note::parse(format!("{TEXT}\n{LINE}\n").as_bytes()).unwrap();
        note.add(Signature::new(stranger.verifier(), vec![0; 64])).unwrap();
        // Same name, other id, and the other way round: both unknown.
        note.add(Signature { name: "PeterNeumann".into(), id: 7, bytes: vec![1] }).unwrap();
        note.add(Signature { name: "Peter".into(), id: 0xc74f_20a3, bytes: vec![1] }).unwrap();
        let note = Note::parse(note.to_string().as_bytes()).unwrap();
        assert_eq!(note.signatures().len(), 4);
        note.check(&verifier()).unwrap();
        assert!(matches!(note.check(stranger.verifier()), Err(Error::Signature { .. })));
        let other = SigningKey::from_seed("other", Algorithm::Ed25519, [4; 32]).unwrap();
        let error = note.check(other.verifier()).unwrap_err().to_string();
        assert!(error.contains("found \"PeterNeumann+c74f20a3, stranger+"), "{error}");
        // A second line of the known key that does not fit.
        let doubled = format!("{TEXT}\n{LINE}\n{}\n", LINE.replace("x08go/ZJ", "x08go/ZK"));
        assert!(matches!(Note::open(doubled.as_bytes(), &verifier()), Err(Error::Signature { .. })));
    }

    #[test]
    fn bounds_hold() {
        let many = format!("{TEXT}\n{}", format!("{LINE}\n").repeat(MOST_SIGNATURES));
        assert_eq!(Note::parse(many.as_bytes()).unwrap().signatures().len(), MOST_SIGNATURES);
        assert!(Note::parse(format!("{many}{LINE}\n").as_bytes()).is_err());
        assert!(Note::parse(&vec![b'\n'; MOST_NOTE_BYTES + 1]).is_err());
        let key = SigningKey::parse(PRIVATE).unwrap();
        for wrong in ["", "no newline", "tab\there\n"] {
            assert!(Note::sign(wrong.to_owned(), &key).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn empty_lines_within_the_text_survive() {
        let key = SigningKey::parse(PRIVATE).unwrap();
        for text in ["\n", "\n\n", "a\n\nb\n", "— no signature\n"] {
            let note = Note::sign(text.to_owned(), &key).unwrap();
            assert_eq!(Note::open(note.to_string().as_bytes(), &verifier()).unwrap(), note);
        }
    }

    proptest! {
        #[test]
        fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "[\n— a-z=]{0,80}") {
            let _ = Note::parse(&bytes);
            let _ = Note::parse(text.as_bytes());
        }

        #[test]
        fn mutated_notes_never_panic_and_never_pass(at in 0_usize..190, byte in any::<u8>(), insert in any::<bool>()) {
            let whole = format!("{TEXT}\n{LINE}\n").into_bytes();
            let mut changed = whole.clone();
            if insert { changed.insert(at, byte) } else { changed[at] = byte }
            let passes = Note::open(&changed, &verifier()).is_ok();
            prop_assert!(!passes || changed == whole);
        }
    }
}
