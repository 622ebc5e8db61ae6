//! A log of made-up entries with everything that a verifier looks at. For tests; real leaves are made elsewhere.

use std::fs;
use std::path::Path;

use candor_record::Digest;
use candor_record::log::addenda::{self, SALT_BYTES};
use candor_record::log::proof::file::{self, InclusionFile};
use candor_record::log::{Error, Log, Settings, SigningKey};

/// How large a log is made, and how much of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planted {
    /// Leaves.
    pub(crate) leaves: u64,
    /// One of so many leaves indicates addenda, two of them.
    pub(crate) every: u64,
}

impl Planted {
    /// The leaf whose first addendum the entry of this leaf erases, if it is such an entry.
    pub(crate) fn erased_by(self, leaf: u64) -> Option<u64> {
        (leaf % 1000 == 900).then(|| (leaf - 890) / self.every * self.every)
    }

    /// The entry of a leaf.
    pub(crate) fn entry(self, leaf: u64) -> Result<Vec<u8>, Error> {
        let mut entry = match self.erased_by(leaf) {
            Some(erased) => format!("erase {} ", digest(erased, 1)).into_bytes(),
            None => format!("entry {leaf} of the example, with some words that make it as long as others are; ")
                .into_bytes(),
        };
        let mut offsets = Vec::new();
        if leaf.is_multiple_of(self.every) {
            for kind in [1, 2] {
                offsets.push(entry.len());
                entry.extend_from_slice(digest(leaf, kind).as_bytes());
            }
        }
        addenda::push_index(&mut entry, &offsets)?;
        Ok(entry)
    }

    /// Writes the log, signed by this key in seven checkpoints, with proofs and addenda.
    pub(crate) fn write(self, log: &Path, key: SigningKey) -> Result<(), Box<dyn std::error::Error>> {
        let settings = Settings { keep_every: 0, durable: false, ..Settings::default() };
        let mut writer = Log::create(log, key, settings)?;
        let mut sizes = Vec::new();
        for part in 1..=7 {
            let batch: Vec<Vec<u8>> =
                (writer.size()..self.leaves * part / 7).map(|leaf| self.entry(leaf)).collect::<Result<_, _>>()?;
            writer.integrate(&batch)?;
            sizes.push(writer.publish(part)?.checkpoint().size());
        }
        // As an export is: only what the last checkpoint calls for.
        writer.remove_older_partials()?;
        let mut tiles = writer.tiles();
        fs::create_dir(log.join("proofs"))?;
        for leaf in (0..self.leaves).step_by(97) {
            let proof = InclusionFile {
                leaf,
                path: tiles.inclusion(leaf)?,
                extra: None,
                checkpoint: writer.checkpoint().clone(),
            };
            fs::write(log.join(format!("proofs/{leaf}.tlog-proof")), proof.to_string())?;
        }
        fs::create_dir(log.join("consistency"))?;
        for old in sizes.iter().filter(|old| **old > 0 && **old < self.leaves) {
            let name = file::consistency_name(*old, self.leaves);
            fs::write(log.join("consistency").join(name), file::consistency(&tiles.consistency(*old)?))?;
        }
        self.write_addenda(log)
    }

    fn write_addenda(self, log: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let gone: Vec<u64> = (0..self.leaves).filter_map(|leaf| self.erased_by(leaf)).collect();
        for leaf in (0..self.leaves).step_by(usize::try_from(self.every)?) {
            for kind in [1, 2] {
                if kind == 1 && gone.contains(&leaf) {
                    continue;
                }
                let (salt, content) = addendum(leaf, kind);
                let path = log.join(addenda::path(&digest(leaf, kind)));
                fs::create_dir_all(path.parent().unwrap_or(log))?;
                fs::write(path, [&salt[..], &[kind], content.as_bytes()].concat())?;
            }
        }
        Ok(())
    }
}

/// Salt and content of an addendum: made up, so that the log comes out alike each time. Real salts are random.
fn addendum(leaf: u64, kind: u8) -> ([u8; SALT_BYTES], String) {
    let mut salt = [0; SALT_BYTES];
    let random = Digest::tagged("example salt", format!("{leaf} {kind}").as_bytes());
    salt.copy_from_slice(&random.as_bytes()[..SALT_BYTES]);
    (salt, format!("content {kind} of leaf {leaf}, which may be erased"))
}

/// Digest of an addendum.
pub(crate) fn digest(leaf: u64, kind: u8) -> Digest {
    let (salt, content) = addendum(leaf, kind);
    Digest::of(&[&salt[..], &[kind], content.as_bytes()].concat())
}
