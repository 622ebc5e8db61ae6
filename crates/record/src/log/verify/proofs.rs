//! Proof files that the writer handed out: each must hold for the entries and the signed roots that lie here.

use super::Examination;
use super::finding::{Finding, Kind};
use super::history::Known;
use super::tree::Tree;
use crate::log::error::Error;
use crate::log::proof;
use crate::log::proof::file::{InclusionFile, MOST_PROOF_BYTES, parse_consistency, parse_consistency_name};

/// Directory of inclusion proofs.
const PROOFS: &str = "proofs";
/// What their names end in.
const ENDING: &str = ".tlog-proof";
/// Directory of consistency proofs.
const CONSISTENCY: &str = "consistency";

impl Examination<'_> {
    pub(super) fn inclusion_files(&mut self, known: &Known, tree: &mut Tree) {
        let mut known = known.clone();
        for name in self.names(PROOFS, Kind::Inclusion) {
            let path = format!("{PROOFS}/{name}");
            if !name.ends_with(ENDING) {
                self.counts.strangers += 1;
                continue;
            }
            let file = match self.read(&path).and_then(|bytes| InclusionFile::open(&bytes, self.key)) {
                Ok(file) => file,
                Err(error) => {
                    self.findings.push(Finding::of_error(Kind::Inclusion, path, &error));
                    continue;
                }
            };
            if !self.belongs(&path, file.checkpoint.checkpoint(), &mut known, tree) {
                continue;
            }
            match tree.leaf(file.leaf).and_then(|hash| file.check(&hash)) {
                Ok(()) => self.counts.inclusion_proofs += 1,
                Err(error) => {
                    self.findings.push(Finding::of_error(Kind::Inclusion, path, &error).about_leaf(file.leaf));
                }
            }
        }
    }

    pub(super) fn consistency_files(&mut self, known: &Known) {
        for name in self.names(CONSISTENCY, Kind::Consistency) {
            let path = format!("{CONSISTENCY}/{name}");
            if !name.contains('-') {
                self.counts.strangers += 1;
                continue;
            }
            match self.consistency_file(&path, &name, known) {
                Ok(()) => self.counts.consistency_proofs += 1,
                Err(error) => self.findings.push(Finding::of_error(Kind::Consistency, path, &error)),
            }
        }
    }

    fn consistency_file(&self, path: &str, name: &str, known: &Known) -> Result<(), Error> {
        let (old, new) = parse_consistency_name(name)?;
        let root = |size: u64| {
            known.get(&size).ok_or_else(|| {
                Error::malformed("consistency proof", format!("a signed checkpoint of size {size}"), "none here")
            })
        };
        let hashes = parse_consistency(&self.read(path)?)?;
        proof::check_consistency(&hashes, old, root(old)?, new, root(new)?)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let bytes = self.folder.read(path, MOST_PROOF_BYTES)?;
        bytes.ok_or_else(|| Error::malformed(path, "a file", "no such file"))
    }
}
