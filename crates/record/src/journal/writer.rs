//! The one thread that writes: a batch, one write, one sync, and only then the acknowledgements. An error ends it; nothing is tried twice.

use std::io::Write as _;
use std::sync::Arc;

use super::Shared;
use super::disk::DiskFile;
use super::error::{Error, disk};
use super::header::name;
use super::queue::Batch;
use super::recovery::create;

/// A buffer that one long record has blown up is not kept.
const KEPT_BUFFER: usize = 16 << 20;

#[derive(Debug)]
pub(super) struct Writer {
    shared: Arc<Shared>,
    file: Box<dyn DiskFile>,
    /// The first record of the segment that is written.
    first: u64,
    /// The buffer of the batch before.
    spare: Vec<u8>,
    /// At hand before anything is taken from the queue, so that its failure takes no batch with it.
    nonce: Option<[u8; 32]>,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, file: Box<dyn DiskFile>, first: u64) -> Self {
        Self { shared, file, first, spare: Vec::new(), nonce: None }
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// Writes until the queue is closed and empty, or the disk fails.
    pub(super) fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        // Where a waker of a caller panics, those who come later are told.
        let _farewell = Farewell(&shared);
        while self.step() {}
    }

    /// Writes the next batch, as soon as there is one. Whether there may be another.
    pub(super) fn step(&mut self) -> bool {
        let shared = Arc::clone(&self.shared);
        if self.nonce.is_none() {
            match shared.disk.nonce() {
                Ok(nonce) => self.nonce = Some(nonce),
                Err(error) => {
                    shared.queue.end(&disk("get random bytes for", &shared.folder)(error), None);
                    return false;
                }
            }
        }
        let Some(mut batch) = shared.queue.take(std::mem::take(&mut self.spare), &mut self.nonce) else { return false };
        if let Err(error) = self.commit(&batch) {
            shared.queue.end(&error, Some(batch));
            return false;
        }
        shared.queue.settle(&mut batch);
        batch.bytes.clear();
        if batch.bytes.capacity() <= KEPT_BUFFER {
            self.spare = batch.bytes;
        }
        true
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), Error> {
        if let Some(header) = &batch.opens {
            self.file = create(&*self.shared.disk, &self.shared.folder, header)?;
            self.first = header.first;
            self.shared.segments().push(header.first);
        }
        if batch.bytes.is_empty() {
            return Ok(());
        }
        let failed = |tried| {
            let path = self.shared.folder.join(name(self.first));
            move |error| disk(tried, &path)(error)
        };
        self.file.write_all(&batch.bytes).map_err(failed("write"))?;
        self.file.sync().map_err(failed("sync"))
    }
}

struct Farewell<'a>(&'a Shared);

impl Drop for Farewell<'_> {
    fn drop(&mut self) {
        self.0.queue.end(&Error::Closed, None);
    }
}
