//! A disk that loses power: what was synced is kept, and behind it anything may happen. Not a model of one file system, but of what none of them excludes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use super::super::disk::{Disk, DiskFile};

const PAGE: usize = 4096;
const SECTOR: usize = 512;

/// SplitMix64 (Steele, Lea and Flood 2014): the tests' own, seeded.
#[derive(Debug, Clone)]
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 where `end` is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % (end.max(1) as u64)) as usize
    }

    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

#[derive(Debug, Clone)]
pub(super) struct SimulatedDisk(Arc<Mutex<World>>);

#[derive(Debug)]
struct World {
    files: Vec<Contents>,
    /// What a program sees.
    names: BTreeMap<PathBuf, usize>,
    /// What the folder holds after the last sync of it.
    durable: BTreeMap<PathBuf, usize>,
    /// What was done to names since.
    changes: Vec<Change>,
    /// Contents that blocks may still hold: of removed files, and of what was lost in crashes.
    recycled: Vec<Vec<u8>>,
    random: Random,
    /// Operations until the power goes.
    fuel: Option<usize>,
    dead: bool,
    /// Bytes that fit.
    capacity: usize,
    /// Syncs of files that fail.
    failing_syncs: usize,
}

#[derive(Debug, Clone)]
enum Change {
    Add(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Self::Add(path, id) => {
                names.insert(path.clone(), *id);
            }
            Self::Rename(from, to) => {
                if let Some(id) = names.remove(from) {
                    names.insert(to.clone(), id);
                }
            }
            Self::Remove(path) => {
                names.remove(path);
            }
        }
    }
}

/// A file as programs see it, as the disk has it, and which pages the system still means to write.
#[derive(Debug, Clone, Default)]
struct Contents {
    cache: Vec<u8>,
    disk: Vec<u8>,
    dirty: BTreeSet<usize>,
}

impl Contents {
    fn sync(&mut self) {
        self.disk.resize(self.cache.len(), 0);
        for page in std::mem::take(&mut self.dirty) {
            let range = page * PAGE..((page + 1) * PAGE).min(self.cache.len());
            if let Some(bytes) = self.cache.get(range.clone()) {
                self.disk[range].copy_from_slice(bytes);
            }
        }
    }

    /// What is there after a loss of power: a size between the two, of each unsynced page all, nothing, some sectors or foreign ones, and rotten bits
    /// behind what had been synced.
    fn after_crash(&self, random: &mut Random, recycled: &[Vec<u8>]) -> Vec<u8> {
        let synced = self.disk.len();
        let (least, most) = (synced.min(self.cache.len()), synced.max(self.cache.len()));
        let size = match random.below(4) {
            0 => synced,
            1 => self.cache.len(),
            _ => least + random.below(most - least + 1),
        };
        let mut bytes = self.disk.clone();
        bytes.resize(size, 0);
        for &page in &self.dirty {
            let fate = random.below(5);
            for start in (page * PAGE..(page + 1) * PAGE).step_by(SECTOR) {
                let source: Option<&Vec<u8>> = match fate {
                    0 | 1 => Some(&self.cache),
                    2 => None,
                    3 => (!random.one_in(2)).then_some(&self.cache),
                    // Sectors that hold synced bytes are rewritten in place; only new ones come from elsewhere.
                    _ if start >= synced && random.one_in(2) => recycled.get(random.below(recycled.len())),
                    _ => Some(&self.cache),
                };
                let Some(source) = source else { continue };
                let end = (start + SECTOR).min(size).min(source.len());
                if start < end {
                    bytes[start..end].copy_from_slice(&source[start..end]);
                }
            }
        }
        if size > synced && random.one_in(3) {
            for _ in 0..=random.below(3) {
                bytes[synced + random.below(size - synced)] ^= 1 << random.below(8);
            }
        }
        bytes
    }
}

impl SimulatedDisk {
    pub(super) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(World {
            files: Vec::new(),
            names: BTreeMap::new(),
            durable: BTreeMap::new(),
            changes: Vec::new(),
            recycled: vec![vec![0xff; 1 << 16]],
            random: Random(seed),
            fuel: None,
            dead: false,
            capacity: usize::MAX,
            failing_syncs: 0,
        })))
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }

    /// Operations after which the power goes; gives what was set before.
    pub(super) fn fuel(&self, operations: Option<usize>) -> Option<usize> {
        std::mem::replace(&mut self.world().fuel, operations)
    }

    pub(super) fn is_dead(&self) -> bool {
        self.world().dead
    }

    pub(super) fn holds(&self, bytes: usize) {
        self.world().capacity = bytes;
    }

    pub(super) fn used(&self) -> usize {
        self.world().used()
    }

    pub(super) fn fail_syncs(&self, times: usize) {
        self.world().failing_syncs = times;
    }

    /// The disk after the power came back. Whoever still uses the old one gets errors.
    pub(super) fn after_crash(&self) -> Self {
        let mut world = self.world();
        let World { random, changes, durable, files, recycled, .. } = &mut *world;
        let mut names = durable.clone();
        for change in changes.iter() {
            if !random.one_in(2) {
                change.apply(&mut names);
            }
        }
        let mut after = Vec::new();
        for id in names.values_mut() {
            let bytes = files[*id].after_crash(random, recycled);
            *id = after.len();
            after.push(Contents { cache: bytes.clone(), disk: bytes, dirty: BTreeSet::new() });
        }
        let mut recycled = recycled.clone();
        recycled.extend(files.iter().filter(|file| !file.dirty.is_empty()).map(|file| file.cache.clone()));
        let keep = recycled.len().saturating_sub(8);
        recycled.drain(..keep);
        world.dead = true;
        Self(Arc::new(Mutex::new(World {
            files: after,
            durable: names.clone(),
            names,
            changes: Vec::new(),
            recycled,
            random: world.random.clone(),
            fuel: None,
            dead: false,
            capacity: world.capacity,
            failing_syncs: 0,
        })))
    }

    /// Every file with its bytes as programs see them.
    pub(super) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let world = self.world();
        world.names.iter().map(|(path, id)| (path.clone(), world.files[*id].cache.clone())).collect()
    }

    /// Puts other bytes there, as if they had always been there.
    pub(super) fn overwrite(&self, path: &Path, bytes: &[u8]) {
        let mut world = self.world();
        let id = world.names[path];
        world.files[id] = Contents { cache: bytes.to_vec(), disk: bytes.to_vec(), dirty: BTreeSet::new() };
    }

    /// Another name, as if it had always been so; none removes the file.
    pub(super) fn misplace(&self, path: &Path, to: Option<&Path>) {
        let mut world = self.world();
        let id = world.names.remove(path).unwrap();
        world.names.extend(to.map(|to| (to.to_owned(), id)));
        world.durable = world.names.clone();
    }
}

impl World {
    fn operate(&mut self) -> io::Result<()> {
        if let Some(fuel) = &mut self.fuel {
            match fuel.checked_sub(1) {
                Some(left) => *fuel = left,
                None => self.dead = true,
            }
        }
        if self.dead { Err(io::Error::other("the power is gone")) } else { Ok(()) }
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.names);
        self.changes.push(change);
    }

    fn find(&self, path: &Path) -> io::Result<usize> {
        self.names.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn used(&self) -> usize {
        self.names.values().map(|id| self.files[*id].cache.len()).sum()
    }
}

impl Disk for SimulatedDisk {
    fn make_folder(&self, _: &Path) -> io::Result<()> {
        self.world().operate()
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut world = self.world();
        world.operate()?;
        let inside = world.names.keys().filter_map(|path| path.strip_prefix(folder).ok());
        Ok(inside.map(|name| name.to_str().unwrap().to_owned()).collect())
    }

    fn read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.write(path)
    }

    fn write(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut world = self.world();
        world.operate()?;
        let id = world.find(path)?;
        Ok(Box::new(Handle { disk: self.clone(), id, at: 0 }))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut world = self.world();
        world.operate()?;
        if world.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let id = world.files.len();
        world.files.push(Contents::default());
        world.change(Change::Add(path.to_owned(), id));
        Ok(Box::new(Handle { disk: self.clone(), id, at: 0 }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.operate()?;
        world.find(from)?;
        world.change(Change::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.operate()?;
        let id = world.find(path)?;
        let bytes = world.files[id].cache.clone();
        world.recycled.push(bytes);
        world.change(Change::Remove(path.to_owned()));
        Ok(())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.operate()?;
        world.changes.clear();
        world.durable = world.names.clone();
        Ok(())
    }

    fn nonce(&self) -> io::Result<[u8; 32]> {
        let mut world = self.world();
        Ok(std::array::from_fn(|_| world.random.next() as u8))
    }
}

#[derive(Debug)]
struct Handle {
    disk: SimulatedDisk,
    id: usize,
    at: usize,
}

impl Read for Handle {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let world = self.disk.world();
        let left = world.files[self.id].cache.get(self.at..).unwrap_or_default();
        let read = left.len().min(into.len());
        into[..read].copy_from_slice(&left[..read]);
        self.at += read;
        Ok(read)
    }
}

impl Write for Handle {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut world = self.disk.world();
        let went = world.operate();
        let room = world.capacity.saturating_sub(world.used());
        let over = (self.at + bytes.len()).saturating_sub(world.files[self.id].cache.len());
        let mut fits = bytes.len() - over.saturating_sub(room);
        if went.is_err() {
            // The power goes while the bytes are on their way.
            fits = world.random.below(fits + 1);
        }
        let file = &mut world.files[self.id];
        let end = self.at + fits;
        file.cache.resize(file.cache.len().max(end), 0);
        file.cache[self.at..end].copy_from_slice(&bytes[..fits]);
        if fits > 0 {
            file.dirty.extend(self.at / PAGE..=(end - 1) / PAGE);
        }
        self.at = end;
        went?;
        if fits == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Handle {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let size = self.disk.world().files[self.id].cache.len() as i64;
        let at = match to {
            SeekFrom::Start(at) => at as i64,
            SeekFrom::Current(by) => self.at as i64 + by,
            SeekFrom::End(by) => size + by,
        };
        self.at = usize::try_from(at).map_err(io::Error::other)?;
        Ok(self.at as u64)
    }
}

impl DiskFile for Handle {
    fn size(&self) -> io::Result<u64> {
        Ok(self.disk.world().files[self.id].cache.len() as u64)
    }

    fn cut(&self, size: u64) -> io::Result<()> {
        let mut world = self.disk.world();
        world.operate()?;
        let file = &mut world.files[self.id];
        file.cache.truncate(size as usize);
        let pages = file.cache.len().div_ceil(PAGE);
        file.dirty.retain(|page| *page < pages);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut world = self.disk.world();
        world.operate()?;
        if let Some(left) = world.failing_syncs.checked_sub(1) {
            world.failing_syncs = left;
            // The system gives up: what programs see is called clean and never comes to the disk.
            world.files[self.id].dirty.clear();
            return Err(io::Error::other("the disk does not answer"));
        }
        world.files[self.id].sync();
        Ok(())
    }
}
