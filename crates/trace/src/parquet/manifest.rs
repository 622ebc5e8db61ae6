//! What an export holds, file by file, so that what is damaged, missing or unfinished is noticed. Not a proof against anybody who can write the folder: that
//! is what the record is for.

use candor_record::Digest;
use serde::{Deserialize, Serialize};

/// The name of the manifest in its folder.
pub const MANIFEST: &str = "manifest.json";

/// What it says that it is; in every file of the export, too.
pub(crate) const FORMAT: &str = "candor traces 1";

/// What an export holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    format: String,
    /// Whether the chain of thought is in it.
    pub chain: bool,
    /// Which traces were meant; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// The record that they were read from, where they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Recorded>,
    /// How many traces there are.
    pub traces: u64,
    /// The files, by name.
    pub files: Vec<Listed>,
}

/// The state of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// Its verifier key.
    pub key: String,
    /// How many leaves it had.
    pub size: u64,
    /// Root of its tree.
    pub root: Digest,
}

/// One file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its name within the export, with `/`.
    pub path: String,
    /// How many traces it holds.
    pub traces: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// SHA-256 of them.
    pub sha256: Digest,
}

impl Manifest {
    /// The manifest of an export with these files.
    #[must_use]
    pub fn new(chain: bool, query: String, record: Option<Recorded>, files: Vec<Listed>) -> Self {
        let traces = files.iter().map(|file| file.traces).sum();
        Self { format: FORMAT.to_owned(), chain, query, record, traces, files }
    }

    /// Reads one; `None` where the bytes are none of this version.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let manifest: Self = serde_json::from_slice(bytes).ok()?;
        let sound = manifest.format == FORMAT && manifest.files.iter().all(|file| is_within(&file.path));
        sound.then_some(manifest)
    }

    /// Its bytes: the same for the same content.
    ///
    /// # Errors
    /// None in practice: nothing in it can fail to be JSON.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// What it says of a file.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Listed> {
        self.files.iter().find(|file| file.path == path)
    }
}

/// Whether the first bytes of a file are those of a manifest.
pub(crate) fn is_manifest(head: &[u8]) -> bool {
    let body = head.trim_ascii_start().strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    body.and_then(|body| body.strip_prefix(b"\"format\": \"")).is_some_and(|body| body.starts_with(FORMAT.as_bytes()))
}

/// Whether a name stays within its folder.
fn is_within(path: &str) -> bool {
    path.split('/').all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':', '\0']))
}
