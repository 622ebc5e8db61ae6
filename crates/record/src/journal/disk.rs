//! What the journal asks of a disk: the one door through which its bytes go, so that tests can put a failing disk behind it.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

/// Folders and files, with the two promises that durability rests on: [`DiskFile::sync`] and [`Disk::sync_folder`].
pub(super) trait Disk: Debug + Send + Sync {
    /// Makes a folder that nobody else reads, where there is none; its place in the folder above is durable.
    fn make_folder(&self, folder: &Path) -> io::Result<()>;
    /// The names in a folder, in no order; those that are no text are left out.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;
    /// A file to read.
    fn read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// A file that is there, to read and write.
    fn write(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// A file that is not there yet, to read and write, that nobody else reads.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Another name in the same folder, durable after [`Disk::sync_folder`].
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Gone after [`Disk::sync_folder`].
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes names that came and went durable.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// 32 random bytes.
    fn nonce(&self) -> io::Result<[u8; 32]>;
}

/// An open file.
pub(super) trait DiskFile: Read + Write + Seek + Debug + Send {
    /// Bytes that it has.
    fn size(&self) -> io::Result<u64>;
    /// Ends the file after so many bytes.
    fn cut(&self, size: u64) -> io::Result<()>;
    /// Returns when everything that was written, and the size, would survive the loss of power.
    fn sync(&self) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Debug)]
pub(super) struct LocalDisk;

impl Disk for LocalDisk {
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        // Also where it was there: whoever made it may not have come so far.
        match folder.parent() {
            Some(above) if above != Path::new("") => self.sync_folder(above),
            _ => self.sync_folder(Path::new(".")),
        }
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        fs::read_dir(folder)?
            .filter_map(|entry| entry.map(|entry| entry.file_name().into_string().ok()).transpose())
            .collect()
    }

    fn read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(File::open(path)?))
    }

    fn write(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(OpenOptions::new().read(true).write(true).open(path)?))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Box::new(options.open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    fn nonce(&self) -> io::Result<[u8; 32]> {
        let mut nonce = [0; 32];
        getrandom::fill(&mut nonce)?;
        Ok(nonce)
    }
}

impl DiskFile for File {
    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn cut(&self, size: u64) -> io::Result<()> {
        self.set_len(size)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}
