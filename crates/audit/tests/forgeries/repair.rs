//! What a forger repairs without the key: digests, entries, the whole tree with its proofs; or everything, under a key of his own. Not what he changes.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use candor_audit::Run;
use candor_audit::registered::{self, PlanLeaf, RunLeaf, SealLeaf, SealedRun};
use candor_audit::sealed::{Body, SealedReport};
use candor_record::Digest;
use candor_record::leaf::{Leaf, Part, PartName};
use candor_record::log::key::Algorithm;
use candor_record::log::proof::{Nodes, inclusion, root};
use candor_record::log::{Checkpoint, Error, SignedCheckpoint, SigningKey, merkle};
use candor_record::proven::Proven;

use crate::honest::{Honest, ORIGIN};

/// How far a forger goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// The body alone.
    Nothing,
    /// The entries that commit to it, under the old proofs.
    Digests,
    /// And the tree, its proofs and the checkpoint's text, under the old signature.
    Tree,
    /// And a signature of another key of the same name, beside the old verifier key.
    OtherKey,
    /// And that key's verifier key in the file.
    OwnKey,
    /// Not without the key: the operator seals anew what he likes, behind leaves that he cannot change any more, since their checkpoint left the house.
    Operator,
}

pub(crate) const EFFORTS: [Effort; 5] =
    [Effort::Nothing, Effort::Digests, Effort::Tree, Effort::OtherKey, Effort::OwnKey];

/// A file in the making: what it says, and the leaves that it carries.
pub(crate) struct Story {
    pub(crate) body: Body,
    pub(crate) leaves: BTreeMap<u64, Leaf>,
    pub(crate) checkpoint: Option<String>,
    /// The seal says so, whatever the leaves are.
    pub(crate) others: Option<(u64, u64)>,
}

impl Story {
    pub(crate) fn of(honest: &Honest) -> Self {
        let carried = honest
            .file
            .leaves
            .iter()
            .map(|carried| (carried.index, Leaf::from_entry(&carried.bytes().unwrap()).unwrap()));
        Self { body: honest.file.body.clone(), leaves: carried.collect(), checkpoint: None, others: None }
    }

    /// Changes what the run leaves say.
    pub(crate) fn runs(&mut self, mut change: impl FnMut(u64, &mut RunLeaf)) {
        for (leaf, told) in &mut self.leaves {
            if let Some(mut said) = RunLeaf::of_head(&told.head).unwrap() {
                change(*leaf, &mut said);
                told.head.about = said.to_head(0).unwrap().about;
            }
        }
    }

    /// Makes digests, lists and seal follow from what the story says.
    fn follow(&mut self) {
        let plan = registered::digest(&self.body.plan.text);
        let run: Option<Run> = serde_json::from_str(&self.body.report).ok();
        let (report, derived) = (Digest::of(self.body.report.as_bytes()), Digest::of(self.body.derived.as_bytes()));
        let shown = self.body.run.clone();
        let numbers = run.as_ref().map(registered::numbers);
        if let (Some(numbers), Some(listed)) = (&numbers, self.body.runs.iter_mut().find(|listed| listed.run == shown))
        {
            listed.numbers = Some(numbers.clone());
        }
        let listed: BTreeMap<String, _> =
            self.body.runs.iter().map(|run| (run.run.clone(), run.numbers.clone())).collect();
        self.runs(|_, said| match said {
            RunLeaf::Begun { plan: of, .. } | RunLeaf::WentOn { plan: of, .. } => *of = plan,
            RunLeaf::Ended { run: id, plan: of, report: r, derived: d, numbers: n, source, .. } => {
                *of = plan;
                if let Some(Some(numbers)) = listed.get(id) {
                    *n = registered::numbers_digest(numbers).unwrap();
                }
                if *id == shown {
                    (*r, *d) = (report, derived);
                    if let Some(run) = &run {
                        *source = registered::source(run).unwrap();
                    }
                }
            }
        });
        let mut steps: Vec<SealedRun> = Vec::new();
        for (leaf, told) in &self.leaves {
            let Some(said) = RunLeaf::of_head(&told.head).unwrap() else { continue };
            match steps.iter_mut().find(|run| run.run == said.of().0) {
                Some(run) => run.leaves.push(*leaf),
                None => steps.push(SealedRun { run: said.of().0.to_owned(), leaves: vec![*leaf] }),
            }
        }
        for listed in &mut self.body.runs {
            if let Some(run) = steps.iter().find(|run| run.run == listed.run) {
                listed.leaves.clone_from(&run.leaves);
            }
        }
        let salt: Vec<u8> =
            (0..16).map(|at| u8::from_str_radix(&self.body.plan.salt[2 * at..2 * at + 2], 16).unwrap()).collect();
        let part = Part::new(
            salt.try_into().unwrap(),
            PartName::new("plan").unwrap(),
            self.body.plan.text.clone().into_bytes(),
        );
        let mut plan_leaf = None;
        for (leaf, told) in &mut self.leaves {
            if let Some(said) = PlanLeaf::of_head(&told.head).unwrap() {
                told.head.about = PlanLeaf { plan, ..said }.to_head(0).unwrap().about;
                told.head.parts[0].bytes = part.content().len() as u64;
                told.digests = vec![part.digest()];
                plan_leaf = Some(*leaf);
            }
        }
        let body = self.body.digest().unwrap();
        for (leaf, told) in &mut self.leaves {
            if let Some(said) = SealLeaf::of_head(&told.head).unwrap() {
                let (other_plans, other_runs) = self.others.unwrap_or((said.other_plans, said.other_runs));
                let plan_leaf = plan_leaf.unwrap_or(said.plan_leaf);
                let seal = SealLeaf {
                    body,
                    plan,
                    plan_leaf,
                    run: shown.clone(),
                    runs: steps.clone(),
                    other_plans,
                    other_runs,
                    size: *leaf,
                };
                told.head.about = seal.to_head(0).unwrap().about;
            }
        }
    }

    /// The file as the operator seals it anew: the leaves that it carries are those that the log has, the seal says what he likes.
    fn operator(mut self, honest: &Honest) -> SealedReport {
        self.follow();
        let seal = honest.entries.len() as u64 - 1;
        let told = self.leaves.values().find(|told| told.head.kind == "seal").unwrap();
        let mut said = SealLeaf::of_head(&told.head).unwrap().unwrap();
        said.size = seal;
        let told = Leaf { head: said.to_head(told.head.at_ms).unwrap(), digests: Vec::new() };
        let mut entries = honest.entries.clone();
        entries[seal as usize] = told.to_entry().unwrap();
        let kept = self.leaves.keys().copied().filter(|leaf| *leaf < seal).chain([seal]);
        let mut file = SealedReport { body: self.body, ..honest.file.clone() };
        file.leaves = kept
            .map(|leaf| Proven { index: leaf, entry: STANDARD.encode(&entries[leaf as usize]), proof: Vec::new() })
            .collect();
        let checkpoint = prove(&mut file, &entries);
        file.checkpoint = SignedCheckpoint::sign(checkpoint, &honest.signing).unwrap().to_string();
        file
    }

    /// The file, repaired as far as that effort goes.
    pub(crate) fn file(mut self, honest: &Honest, effort: Effort) -> SealedReport {
        let mut file = SealedReport { body: self.body.clone(), ..honest.file.clone() };
        if let Some(checkpoint) = &self.checkpoint {
            file.checkpoint.clone_from(checkpoint);
        }
        if effort == Effort::Operator {
            return self.operator(honest);
        }
        if effort == Effort::Nothing {
            file.leaves.retain(|carried| self.leaves.contains_key(&carried.index));
            return file;
        }
        self.follow();
        file.body = self.body;
        let mut entries = honest.entries.clone();
        for (leaf, told) in &self.leaves {
            entries[*leaf as usize] = told.to_entry().unwrap();
        }
        let old = |leaf: u64| honest.file.leaves.iter().find(|carried| carried.index == leaf);
        file.leaves = self
            .leaves
            .keys()
            .map(|leaf| Proven {
                index: *leaf,
                entry: STANDARD.encode(&entries[*leaf as usize]),
                proof: old(*leaf).map_or_else(Vec::new, |old| old.proof.clone()),
            })
            .collect();
        if effort == Effort::Digests {
            return file;
        }
        let checkpoint = prove(&mut file, &entries);
        let own = SigningKey::from_seed(ORIGIN, Algorithm::Ed25519, [3; 32]).unwrap();
        file.checkpoint = match effort {
            Effort::Tree => {
                let signature = honest.file.checkpoint.split_once("\n\n").unwrap().1;
                format!("{checkpoint}\n{signature}")
            }
            _ => SignedCheckpoint::sign(checkpoint, &own).unwrap().to_string(),
        };
        if effort == Effort::OwnKey {
            file.vkey = own.verifier().to_string();
        }
        file
    }
}

/// Gives every entry that the file carries its proof in the tree over these; returns the checkpoint of that tree.
fn prove(file: &mut SealedReport, entries: &[Vec<u8>]) -> Checkpoint {
    let mut tree = Tree::over(entries);
    let size = entries.len() as u64;
    for carried in &mut file.leaves {
        let path = inclusion(&mut tree, carried.index, size).unwrap();
        carried.proof = path.iter().map(|hash| STANDARD.encode(hash.as_bytes())).collect();
    }
    Checkpoint::new(ORIGIN, size, root(&mut tree, size).unwrap()).unwrap()
}

/// Every complete subtree, by height.
struct Tree(Vec<Vec<Digest>>);

impl Tree {
    fn over(entries: &[Vec<u8>]) -> Self {
        let mut heights = vec![entries.iter().map(|entry| merkle::leaf(entry)).collect::<Vec<_>>()];
        while heights[heights.len() - 1].len() > 1 {
            let above =
                heights[heights.len() - 1].chunks_exact(2).map(|pair| merkle::node(&pair[0], &pair[1])).collect();
            heights.push(above);
        }
        Self(heights)
    }
}

impl Nodes for Tree {
    fn node(&mut self, height: u8, index: u64) -> Result<Digest, Error> {
        Ok(self.0[usize::from(height)][index as usize])
    }
}
