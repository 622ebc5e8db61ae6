//! Cosignatures of witnesses, Ed25519 (cosignature/v1 of c2sp.org/tlog-cosignature): a witness says that it saw this checkpoint at that time, as
//! the largest of its log. Not the protocol by which a witness is asked.
//!
//! Signature: 8 bytes time (seconds since 1970, the high byte first) and 64 bytes Ed25519 over `cosignature/v1\ntime <time>\n` and the note's text.

use crate::log::checkpoint::SignedCheckpoint;
use crate::log::error::Error;
use crate::log::key::{Algorithm, SigningKey, VerifierKey};
use crate::log::note::Signature;

/// The largest time that a cosignature may carry.
const MOST_SECONDS: u64 = i64::MAX as u64;

fn message(text: &str, seconds: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {seconds}\n{text}").into_bytes()
}

/// The time of a signature line, if it is this witness's cosignature of the text.
pub(crate) fn time(text: &str, signature: &Signature, key: &VerifierKey) -> Option<u64> {
    let (seconds, bytes) = signature.bytes().split_first_chunk()?;
    let seconds = u64::from_be_bytes(*seconds);
    let fits = key.algorithm() == Algorithm::CosignatureV1
        && signature.is_by(key)
        && seconds <= MOST_SECONDS
        && key.fits(&message(text, seconds), bytes);
    fits.then_some(seconds)
}

/// Cosigns a checkpoint as a witness does that saw it at `seconds` since 1970. Whether the checkpoint follows from the one before it is for the
/// witness to find out first.
///
/// # Errors
/// Where the key is not one of a witness (0x04) or the time is beyond 2^63 - 1.
pub fn sign(checkpoint: &SignedCheckpoint, key: &SigningKey, seconds: u64) -> Result<Signature, Error> {
    if key.verifier().algorithm() != Algorithm::CosignatureV1 {
        return Err(Error::malformed(
            "cosignature",
            "a key of a witness (0x04)",
            format!("{}, a note key", key.verifier().label()),
        ));
    }
    if seconds > MOST_SECONDS {
        return Err(Error::malformed("cosignature", "a time of at most 2^63 - 1 seconds", seconds.to_string()));
    }
    let signature = key.sign(&message(checkpoint.note().text(), seconds));
    Ok(Signature::new(key.verifier(), [&seconds.to_be_bytes()[..], &signature].concat()))
}

/// When this witness cosigned the checkpoint, in seconds since 1970.
///
/// # Errors
/// Where it did not, or a line of it does not fit.
pub fn check(checkpoint: &SignedCheckpoint, key: &VerifierKey) -> Result<u64, Error> {
    let note = checkpoint.note();
    note.check(key)?;
    let times = note.signatures().iter().filter_map(|signature| time(note.text(), signature, key));
    times.max().ok_or_else(|| note.unsigned(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::checkpoint::Checkpoint;
    use crate::log::merkle;

    fn signed() -> (SignedCheckpoint, SigningKey) {
        let log = SigningKey::from_seed("example.org/log", Algorithm::Ed25519, [1; 32]).unwrap();
        let checkpoint = Checkpoint::new("example.org/log", 7, merkle::leaf(b"root")).unwrap();
        (
            SignedCheckpoint::sign(checkpoint, &log).unwrap(),
            SigningKey::from_seed("witness.example/w", Algorithm::CosignatureV1, [2; 32]).unwrap(),
        )
    }

    #[test]
    fn a_witness_adds_its_line_and_the_log_s_signature_stays() {
        let (mut checkpoint, witness) = signed();
        assert!(matches!(check(&checkpoint, witness.verifier()), Err(Error::Unsigned { .. })));
        checkpoint.add(sign(&checkpoint, &witness, 1_679_315_147).unwrap()).unwrap();
        let log = SigningKey::from_seed("example.org/log", Algorithm::Ed25519, [1; 32]).unwrap();
        let read = SignedCheckpoint::open(checkpoint.to_string().as_bytes(), log.verifier()).unwrap();
        assert_eq!(check(&read, witness.verifier()).unwrap(), 1_679_315_147);
        // A later one takes its place.
        checkpoint.add(sign(&checkpoint, &witness, 1_679_315_148).unwrap()).unwrap();
        assert_eq!(check(&checkpoint, witness.verifier()).unwrap(), 1_679_315_148);
        assert_eq!(checkpoint.note().signatures().len(), 2);
    }

    #[test]
    fn the_message_is_the_one_of_the_specification() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let expected = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        assert_eq!(message(text, 1_679_315_147), expected.as_bytes());
    }

    #[test]
    fn every_changed_bit_of_a_cosignature_is_refused() {
        let (mut checkpoint, witness) = signed();
        let signature = sign(&checkpoint, &witness, 5).unwrap();
        for at in 0..signature.bytes().len() * 8 {
            let mut bytes = signature.bytes().to_vec();
            bytes[at / 8] ^= 1 << (at % 8);
            checkpoint.add(Signature::new(witness.verifier(), bytes)).unwrap();
            assert!(check(&checkpoint, witness.verifier()).is_err(), "bit {at}");
        }
        checkpoint.add(Signature::new(witness.verifier(), vec![0; 7])).unwrap();
        assert!(check(&checkpoint, witness.verifier()).is_err());
    }

    #[test]
    fn keys_of_logs_do_not_cosign_and_those_of_witnesses_do_not_sign() {
        let (checkpoint, witness) = signed();
        let log = SigningKey::from_seed("example.org/log", Algorithm::Ed25519, [1; 32]).unwrap();
        assert!(sign(&checkpoint, &log, 5).is_err());
        assert!(sign(&checkpoint, &witness, u64::MAX).is_err());
        assert!(check(&checkpoint, log.verifier()).is_err(), "a signature of the log carries no time");
        assert!(SignedCheckpoint::sign(checkpoint.checkpoint().clone(), &witness).is_err());
    }
}
