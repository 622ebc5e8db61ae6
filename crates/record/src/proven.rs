//! Entries of a log that are proved under one signed checkpoint, carried in a file without the log: made from a reader, examined with the public key alone. Not what
//! the entries say, and not a whole log: what is not carried is not seen.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::leaf::{Leaf, MOST_ENTRY_BYTES};
use crate::log::{Checkpoint, SignedCheckpoint, VerifierKey, lines, merkle, proof};
use crate::record::{Reader, RecordError};

/// Entries that one file may carry.
pub const MOST_PROVEN: usize = 4096;

/// One entry with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proven {
    /// Its number in the log.
    pub index: u64,
    /// Its bytes in base64.
    pub entry: String,
    /// The inclusion proof (RFC 6962), from the leaf's sibling upwards, each hash in base64.
    pub proof: Vec<String>,
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The entry, where it is about one.
    pub leaf: Option<u64>,
    /// Expected, found.
    pub what: String,
}

/// What an examination came to.
#[derive(Debug)]
pub struct Proved {
    /// What the key signed; `None` where it signed nothing of the kind.
    pub signed: Option<Checkpoint>,
    /// The entries that are proved, in order.
    pub leaves: Vec<(u64, Leaf)>,
    /// What does not hold.
    pub findings: Vec<Finding>,
}

impl Proven {
    /// Reads an entry and its proof under the reader's checkpoint.
    ///
    /// # Errors
    /// Where the log has no such leaf or cannot be read.
    pub fn read(reader: &mut Reader, leaf: u64) -> Result<Self, RecordError> {
        let entry = reader.tiles().entry(leaf)?;
        let path = reader.tiles().inclusion(leaf)?;
        Ok(Self { index: leaf, entry: lines::encode(&entry), proof: path.iter().map(lines::hash).collect() })
    }

    /// The bytes of the entry; `None` where they are no base64 in its one spelling or more than an entry may have.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        // The bound comes before the memory.
        let fits = self.entry.len() <= MOST_ENTRY_BYTES.div_ceil(3) * 4;
        fits.then(|| lines::decode(&self.entry)).flatten().filter(|bytes| bytes.len() <= MOST_ENTRY_BYTES)
    }

    fn path(&self) -> Option<Vec<Digest>> {
        (self.proof.len() <= lines::MOST_HASHES)
            .then(|| self.proof.iter().map(|hash| lines::parse_hash(hash)).collect())?
    }

    fn check(&self, signed: &Checkpoint) -> Result<Leaf, String> {
        let entry = self.bytes().ok_or("expected an entry in base64, found something else")?;
        let path = self.path().ok_or("expected an inclusion proof of hashes in base64, found something else")?;
        proof::check_inclusion(&path, self.index, &merkle::leaf(&entry), signed.size(), signed.root())
            .map_err(|error| error.to_string())?;
        Leaf::from_entry(&entry).map_err(|error| error.to_string())
    }
}

/// Examines entries under the checkpoint that the key signed.
#[must_use]
pub fn check(proven: &[Proven], checkpoint: &str, key: &VerifierKey) -> Proved {
    let mut proved = Proved { signed: None, leaves: Vec::new(), findings: Vec::new() };
    let mut find = |leaf, what: String| proved.findings.push(Finding { leaf, what });
    let signed = match SignedCheckpoint::open(checkpoint.as_bytes(), key) {
        Ok(signed) => signed.checkpoint().clone(),
        Err(error) => {
            find(None, format!("checkpoint: {error}"));
            return proved;
        }
    };
    if proven.len() > MOST_PROVEN {
        find(None, format!("expected at most {MOST_PROVEN} entries, found {}", proven.len()));
        return proved;
    }
    let mut before = None;
    for one in proven {
        if before.is_some_and(|before| before >= one.index) {
            find(Some(one.index), "expected entries in the order of the log, each once".to_owned());
        }
        before = Some(one.index);
        match one.check(&signed) {
            Ok(leaf) => proved.leaves.push((one.index, leaf)),
            Err(what) => find(Some(one.index), what),
        }
    }
    proved.signed = Some(signed);
    proved
}

#[cfg(test)]
mod tests;
