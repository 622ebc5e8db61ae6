//! For tests only: where the recorded outputs of real models lie, and a server that does what a script says. Nothing here is part of the
//! product.

pub mod upstream;

use std::path::{Path, PathBuf};

/// The folder with recorded outputs of real models, `../shared/data` beside the checkout, where this machine has it.
///
/// The data never enters the project, so every test that wants it says that it was skipped where this is `None`.
#[must_use]
pub fn shared_data() -> Option<PathBuf> {
    let folder = workspace_root().join("../shared/data");
    folder.is_dir().then_some(folder)
}

/// The root of the workspace, from the place of this crate in it.
#[must_use]
pub fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
