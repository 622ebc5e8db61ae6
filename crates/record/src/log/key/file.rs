//! The files of a log's keys: the private one for its owner alone. Not their text forms.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;

use super::{SigningKey, VerifierKey};
use crate::log::error::Error;

/// Bytes of a key file that are read.
const MOST_FILE_BYTES: u64 = 4096;

impl SigningKey {
    /// Writes the private key into a new file that only its owner can read (mode 0600), and waits until it is on disk.
    ///
    /// # Errors
    /// Where something stands there already, or the disk refuses.
    pub fn create(&self, path: &Path) -> Result<(), Error> {
        let shown = path.display();
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => Error::Exists { path: shown.to_string() },
            _ => Error::io(&shown, "creating", error),
        })?;
        let text = format!("{}\n", self.to_secret_text());
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|error| Error::io(&shown, "writing", error))?;
        // The name of a new file is durable only with its directory.
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            File::open(parent)
                .and_then(|parent| parent.sync_all())
                .map_err(|error| Error::io(&shown, "writing the directory of", error))?;
        }
        Ok(())
    }

    /// Reads the private key from its file.
    ///
    /// # Errors
    /// Where others than its owner can read it, it is not a key, or the disk refuses.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let shown = path.display();
        let file = File::open(path).map_err(|error| Error::io(&shown, "opening", error))?;
        #[cfg(unix)]
        {
            let about = file.metadata().map_err(|error| Error::io(&shown, "reading the mode of", error))?;
            let mode = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777;
            if mode & 0o077 != 0 {
                return Err(Error::Exposed { path: shown.to_string(), mode });
            }
        }
        Self::parse(&text(file, path)?).map_err(|error| error.inside(&shown.to_string()))
    }
}

impl VerifierKey {
    /// Reads a verifier key from a file of one line.
    ///
    /// # Errors
    /// Where it is not a key, or the disk refuses.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|error| Error::io(path.display(), "opening", error))?;
        Self::parse(&text(file, path)?).map_err(|error| error.inside(&path.display().to_string()))
    }
}

fn text(file: File, path: &Path) -> Result<String, Error> {
    let mut text = String::new();
    match file.take(MOST_FILE_BYTES).read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Err(Error::malformed(path.display(), "the text of a key", "bytes that are not text"))
        }
        Err(error) => Err(Error::io(path.display(), "reading", error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::key::Algorithm;

    #[test]
    fn the_private_key_is_for_its_owner_alone_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let key = SigningKey::generate("example.org/log", Algorithm::Ed25519).unwrap();
        key.create(&path).unwrap();
        assert_eq!(SigningKey::read(&path).unwrap().verifier(), key.verifier());
        assert!(matches!(key.create(&path).unwrap_err(), Error::Exists { .. }));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            for mode in [0o640, 0o604, 0o620, 0o601] {
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
                let error = SigningKey::read(&path).unwrap_err();
                assert!(matches!(error, Error::Exposed { mode: found, .. } if found == mode));
                assert!(error.to_string().contains("\nhint: chmod 600"), "{error}");
            }
        }
    }

    #[test]
    fn what_is_not_a_key_is_named_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vkey");
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(VerifierKey::read(&path).unwrap_err().to_string().contains("vkey: expected the text of a key"));
        std::fs::write(&path, "something").unwrap();
        assert!(VerifierKey::read(&path).unwrap_err().to_string().contains("vkey: verifier key: expected"));
        assert!(matches!(VerifierKey::read(&folder.path().join("none")).unwrap_err(), Error::Io { .. }));
    }
}
