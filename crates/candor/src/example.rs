//! The small recorded example that is shipped in the binary: a planted process, not a language model. `example/planted/` makes it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::problem::Problem;

/// Traces in candor's own form, packed.
static PACKED: &[u8] = include_bytes!("../example/planted.jsonl.zst");

/// The name under which reports list it.
const NAME: &str = "planted.jsonl.zst";

/// Lays it into a folder, where it is read like any other file.
pub(crate) fn lay(folder: &Path) -> Result<PathBuf, Problem> {
    let path = folder.join(NAME);
    fs::write(&path, PACKED).map_err(|error| Problem::writing(&path, &error))?;
    Ok(path)
}
