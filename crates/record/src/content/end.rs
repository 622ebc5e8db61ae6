//! Where durable content ends: the one small file that says what a crash may have left behind it. Not the content.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{ContentError, pack};
use crate::canonical;

/// Where durable content ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    /// Everything of the leaves before this one is durable.
    pub(super) leaves: u64,
    /// First leaf of the pack that is written.
    pub(super) pack: u64,
    /// Bytes of it that are durable; 0 where no pack was begun.
    pub(super) length: u64,
    /// What erasures of the leaves before this one told is removed.
    pub(super) erased: u64,
}

impl End {
    pub(super) fn path(folder: &Path) -> PathBuf {
        folder.join("end")
    }

    /// What the folder says; `None` where nothing was ever made durable in it.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, ContentError> {
        let path = Self::path(folder);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ContentError::io(&path, "reading")(error)),
        };
        canonical::from_slice(&bytes).map(Some).map_err(|error| ContentError::Damaged {
            path,
            at: 0,
            expected: "leaves, length and pack as canonical JSON".into(),
            found: error.to_string(),
        })
    }

    /// Puts it in the place of the one before, durably.
    pub(super) fn write(&self, folder: &Path) -> Result<(), ContentError> {
        let (path, beside) = (Self::path(folder), folder.join("end.rewriting"));
        let bytes = canonical::to_vec(self)
            .map_err(|error| ContentError::io(&path, "writing")(io::Error::other(error.to_string())))?;
        let written = File::create(&beside).and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()));
        written.map_err(ContentError::io(&beside, "writing"))?;
        fs::rename(&beside, &path).map_err(ContentError::io(&path, "putting it in place"))?;
        pack::sync_folder(folder)
    }
}
