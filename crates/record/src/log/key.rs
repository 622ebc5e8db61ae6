//! Keys of signed notes: their names, ids and text forms, as Go's note package and c2sp.org/signed-note write them. Not notes themselves.
//!
//! A verifier key is `<name>+<id>+<base64(algorithm || public key)>`, a signing key `PRIVATE+KEY+<name>+<id>+<base64(algorithm || seed)>`, where
//! id = SHA-256(name || 0x0A || algorithm || public key)[..4] in hexadecimal.

mod file;

use std::fmt;

use ed25519_dalek::Signer as _;

use crate::digest::Digester;
use crate::log::error::Error;
use crate::log::lines;

/// Bytes that a key's text may have.
const MOST_KEY_BYTES: usize = 1024;

/// What a key signs, by the signature type of c2sp.org/signed-note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// 0x01: Ed25519 over the text of a note.
    Ed25519,
    /// 0x04: Ed25519 over a checkpoint and a time, by a witness (c2sp.org/tlog-cosignature).
    CosignatureV1,
}

impl Algorithm {
    const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::CosignatureV1 => 4,
        }
    }

    const fn of(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Ed25519),
            4 => Some(Self::CosignatureV1),
            _ => None,
        }
    }
}

/// Checks a key's name: not empty, no Unicode space, no plus, no control character.
///
/// # Errors
/// Where a signed note cannot carry it.
pub fn check_name(name: &str) -> Result<(), Error> {
    let fits = !name.is_empty()
        && name.len() <= MOST_KEY_BYTES / 2
        && !name.chars().any(|c| c.is_whitespace() || c == '+' || c < ' ');
    if fits { Ok(()) } else { Err(Error::text("key name", "characters without spaces and `+`", name)) }
}

/// Id of a key: it tells keys apart and hides nothing.
fn id(name: &str, algorithm: Algorithm, public: &[u8; 32]) -> u32 {
    let mut digester = Digester::new();
    digester.update(name.as_bytes());
    digester.update(&[b'\n', algorithm.byte()]);
    digester.update(public);
    let [a, b, c, d, ..] = *digester.finish().as_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// Name, id, algorithm and 32 bytes of a key's text behind an optional prefix.
fn parse(what: &'static str, text: &str) -> Result<(String, u32, Algorithm, [u8; 32]), Error> {
    // What stands in a private key is never repeated in a message.
    let refused = |expected: &str| Error::malformed(what, expected, "something else");
    if text.len() > MOST_KEY_BYTES {
        return Err(Error::malformed(what, format!("at most {MOST_KEY_BYTES} bytes"), format!("{}", text.len())));
    }
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(digits), Some(base64)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(refused("<name>+<id>+<base64>"));
    };
    check_name(name)?;
    let id = u32::from_str_radix(digits, 16)
        .ok()
        .filter(|id| format!("{id:08x}") == digits)
        .ok_or_else(|| refused("an id of 8 lower-case hexadecimal digits"))?;
    let bytes = lines::decode(base64).ok_or_else(|| refused("base64 behind the id"))?;
    let (algorithm, key) = bytes
        .split_first()
        .and_then(|(algorithm, key)| Some((Algorithm::of(*algorithm)?, <[u8; 32]>::try_from(key).ok()?)))
        .ok_or_else(|| refused("an Ed25519 key (0x01) or one of a witness (0x04) of 32 bytes"))?;
    Ok((name.to_owned(), id, algorithm, key))
}

/// The public key that checks signatures.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    algorithm: Algorithm,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifierKey {
    /// Reads a verifier key; white space around it is ignored, as Go's tools do.
    ///
    /// # Errors
    /// Where it is not one, its id does not follow from it, or it is a point of small order, under which one signature fits many texts.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (name, found, algorithm, bytes) = parse("verifier key", text.trim())?;
        let expected = id(&name, algorithm, &bytes);
        if found != expected {
            return Err(Error::malformed(
                "verifier key",
                format!("the id {expected:08x} of its name and key"),
                format!("{found:08x}"),
            ));
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak());
        let Some(key) = key else {
            return Err(Error::malformed("verifier key", "a point of large order on the curve", "another one"));
        };
        Ok(Self { name, id: found, algorithm, key })
    }

    /// Its name: for a log the origin of its checkpoints.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// What it signs.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Name and id, as messages write them.
    #[must_use]
    pub fn label(&self) -> String {
        label(&self.name, self.id)
    }

    /// Whether a signature of 64 bytes fits a message.
    ///
    /// The strict check: the equation that Go's `ed25519.Verify` computes (no cofactor, canonical S), and beyond it no point of small order for
    /// the key or R. No signature made as RFC 8032 says has such an R, so whatever Go accepts of an honest signer is accepted here, and
    /// whatever is accepted here is accepted there.
    pub(crate) fn fits(&self, message: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

pub(crate) fn label(name: &str, id: u32) -> String {
    format!("{name}+{id:08x}")
}

impl fmt::Display for VerifierKey {
    /// The text that [`VerifierKey::parse`] reads.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[self.algorithm.byte()][..], self.key.as_bytes()].concat();
        write!(out, "{}+{:08x}+{}", self.name, self.id, lines::encode(&bytes))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "VerifierKey({self})")
    }
}

/// The private key that signs. Forgotten from memory when dropped; never shown.
pub struct SigningKey {
    public: VerifierKey,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// A new key of this name, from the randomness of the operating system.
    ///
    /// # Errors
    /// Where the name cannot stand in a signed note, or the system gives no randomness.
    pub fn generate(name: &str, algorithm: Algorithm) -> Result<Self, Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)
            .map_err(|error| Error::io("randomness of the system", "reading", std::io::Error::other(error)))?;
        Self::from_seed(name, algorithm, seed)
    }

    /// The key of this name from 32 secret bytes (RFC 8032, section 5.1.5).
    ///
    /// # Errors
    /// Where the name cannot stand in a signed note.
    pub fn from_seed(name: &str, algorithm: Algorithm, seed: [u8; 32]) -> Result<Self, Error> {
        check_name(name)?;
        let key = ed25519_dalek::SigningKey::from_bytes(&seed);
        let verifying = key.verifying_key();
        let id = id(name, algorithm, verifying.as_bytes());
        Ok(Self { public: VerifierKey { name: name.to_owned(), id, algorithm, key: verifying }, key })
    }

    /// Reads the text of a private key; white space around it is ignored.
    ///
    /// # Errors
    /// Where it is not one, or its id does not follow from it. The text is not repeated.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let Some(rest) = text.strip_prefix("PRIVATE+KEY+") else {
            return Err(Error::malformed("private key", "PRIVATE+KEY+<name>+<id>+<base64>", "something else"));
        };
        let (name, found, algorithm, seed) = parse("private key", rest)?;
        let key = Self::from_seed(&name, algorithm, seed)?;
        if key.public.id != found {
            return Err(Error::malformed(
                "private key",
                format!("the id {:08x} of its public key", key.public.id),
                format!("{found:08x}"),
            ));
        }
        Ok(key)
    }

    /// The text that [`SigningKey::parse`] reads. Secret.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        let bytes = [&[self.public.algorithm.byte()][..], self.key.as_bytes()].concat();
        format!("PRIVATE+KEY+{}+{:08x}+{}", self.public.name, self.public.id, lines::encode(&bytes))
    }

    /// The key that checks what this one signs.
    #[must_use]
    pub const fn verifier(&self) -> &VerifierKey {
        &self.public
    }

    /// Signature of 64 bytes (RFC 8032, deterministic).
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SigningKey({})", self.public.label())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The key of the documentation of Go's golang.org/x/mod/sumdb/note.
    const VERIFIER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const PRIVATE: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    #[test]
    fn the_documented_pair_is_read_and_written() {
        let public = VerifierKey::parse(VERIFIER).unwrap();
        assert_eq!(public.to_string(), VERIFIER);
        assert_eq!((public.name(), public.id(), public.algorithm()), ("PeterNeumann", 0xc74f_20a3, Algorithm::Ed25519));
        let private = SigningKey::parse(&format!("{PRIVATE}\n")).unwrap();
        assert_eq!(private.to_secret_text(), PRIVATE);
        assert_eq!(private.verifier(), &public);
        assert_eq!(format!("{private:?}"), "SigningKey(PeterNeumann+c74f20a3)");
    }

    #[test]
    fn every_changed_character_is_refused() {
        for at in 0..VERIFIER.len() {
            let mut changed = VERIFIER.as_bytes().to_vec();
            changed[at] ^= 1;
            assert!(VerifierKey::parse(std::str::from_utf8(&changed).unwrap()).is_err(), "character {at}");
        }
        for at in 0..PRIVATE.len() {
            let mut changed = PRIVATE.as_bytes().to_vec();
            changed[at] ^= 1;
            let error = SigningKey::parse(std::str::from_utf8(&changed).unwrap()).unwrap_err().to_string();
            assert!(!error.contains("AYEKFALV"), "a private key stands in a message: {error}");
        }
    }

    #[test]
    fn names_that_a_note_cannot_carry_are_refused() {
        for wrong in ["", "a b", "a+b", "a\u{a0}b", "a\u{3000}", "a\nb", "\u{1}", &"n".repeat(600)] {
            assert!(SigningKey::from_seed(wrong, Algorithm::Ed25519, [1; 32]).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_point_of_small_order_is_no_key() {
        // The neutral element: every signature with R = [S]B fits every message under it.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let id = id("weak", Algorithm::Ed25519, &neutral);
        let text = format!("weak+{id:08x}+{}", lines::encode(&[&[1][..], &neutral].concat()));
        assert!(VerifierKey::parse(&text).unwrap_err().to_string().contains("large order"));
    }

    #[test]
    fn generated_keys_differ_and_sign() {
        let one = SigningKey::generate("one", Algorithm::Ed25519).unwrap();
        let other = SigningKey::generate("one", Algorithm::Ed25519).unwrap();
        assert_ne!(one.verifier(), other.verifier());
        let signature = one.sign(b"text");
        assert!(one.verifier().fits(b"text", &signature));
        assert!(!other.verifier().fits(b"text", &signature));
        assert!(!one.verifier().fits(b"text.", &signature));
    }

    proptest! {
        #[test]
        fn keys_survive_their_text(seed in any::<[u8; 32]>(), witness in any::<bool>(), name in "[a-z./0-9é]{1,40}") {
            let algorithm = if witness { Algorithm::CosignatureV1 } else { Algorithm::Ed25519 };
            let key = SigningKey::from_seed(&name, algorithm, seed).unwrap();
            let read = SigningKey::parse(&key.to_secret_text()).unwrap();
            prop_assert_eq!(read.verifier(), key.verifier());
            prop_assert_eq!(&VerifierKey::parse(&key.verifier().to_string()).unwrap(), key.verifier());
        }

        #[test]
        fn foreign_text_never_panics(text in ".{0,80}", tail in "[+a-f0-9A-Z=]{0,80}") {
            let _ = (VerifierKey::parse(&text), SigningKey::parse(&text));
            let _ = (VerifierKey::parse(&format!("n+{tail}")), SigningKey::parse(&format!("PRIVATE+KEY+n+{tail}")));
        }
    }
}
