//! The examination of a sealed file: offline, with the public key alone. Everything in it is foreign; each thing that does not hold is a finding that names its leaf or
//! its claim.

use std::fmt;

use candor_record::Digest;
use candor_record::leaf::{Head, Leaf};
use candor_record::log::VerifierKey;
use candor_record::proven;

use super::{SealedReport, VERSION, content, runs};
use crate::foreign::clean_line;
use crate::registered::{History, PLAN, RUN, SEAL, SealLeaf, digest};

/// Findings that are kept; the rest is counted.
const MOST_FINDINGS: usize = 1000;

/// Characters of a finding that are shown.
const MOST_SAID: usize = 400;

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The leaf that it is about.
    pub leaf: Option<u64>,
    /// The audit and the claim that it is about.
    pub claim: Option<(String, String)>,
    /// What was expected and what was found.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = String::new();
        if let Some(leaf) = self.leaf {
            said.push_str(&format!("leaf {leaf}: "));
        }
        if let Some((audit, claim)) = &self.claim {
            said.push_str(&format!("{audit}: claim {claim}: "));
        }
        said.push_str(&self.what);
        // Foreign lists can be long; what is wrong stands at the beginning.
        match said.char_indices().nth(MOST_SAID) {
            None => out.write_str(&clean_line(&said)),
            Some((at, _)) => write!(out, "{}…", clean_line(said.get(..at).unwrap_or_default())),
        }
    }
}

/// What a sealed file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Leaves that are proved.
    pub leaves: u64,
    /// Runs of the plan.
    pub runs: u64,
    /// Of them, those that finished.
    pub finished: u64,
    /// Of them, those that were begun and never ended.
    pub never_ended: u64,
    /// Runs whose numbers are the ones that their leaf commits to.
    pub numbers: u64,
    /// Claims of the report.
    pub claims: u64,
    /// Claims that come with what they were computed from.
    pub derived: u64,
    /// Columns of that.
    pub columns: u64,
    /// Claims that do not, with the reason.
    pub without: u64,
}

/// What an examination came to.
#[derive(Debug, Default)]
pub struct Examined {
    /// What does not hold, in the order in which it was examined.
    pub findings: Vec<Finding>,
    /// Findings beyond those that are kept.
    pub more: u64,
    /// What there is.
    pub counts: Counts,
    /// Origin, size and root of the signed checkpoint.
    pub signed: Option<(String, u64, Digest)>,
    /// The digest of the plan's text.
    pub plan: Option<Digest>,
    /// The plan and its runs, as the proved leaves tell them.
    pub history: History,
    /// The seal, with its leaf and its time.
    pub seal: Option<(u64, i64, SealLeaf)>,
}

impl Examined {
    /// Whether nothing was found.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }

    /// How many things do not hold.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.findings.len() as u64 + self.more
    }

    pub(super) fn find(&mut self, leaf: impl Into<Option<u64>>, what: impl Into<String>) {
        self.push(Finding { leaf: leaf.into(), claim: None, what: what.into() });
    }

    pub(super) fn find_claim(&mut self, audit: &str, claim: &str, what: impl Into<String>) {
        self.push(Finding { leaf: None, claim: Some((audit.to_owned(), claim.to_owned())), what: what.into() });
    }

    fn push(&mut self, finding: Finding) {
        if self.findings.len() < MOST_FINDINGS { self.findings.push(finding) } else { self.more += 1 }
    }
}

/// Examines a sealed file. `expected` is the key as it was got from elsewhere; without one the file's own is taken, which shows only that the file fits itself.
#[must_use]
pub fn examine(file: &SealedReport, expected: Option<&VerifierKey>) -> Examined {
    let mut found = Examined::default();
    if file.sealed != VERSION {
        found.find(None, format!("expected layout {VERSION}, found {}", file.sealed));
        return found;
    }
    let own = VerifierKey::parse(file.vkey.trim_end());
    let key = match (expected, own) {
        (Some(expected), Ok(own)) if own == *expected => own,
        (Some(expected), own) => {
            let own = own.map_or_else(|error| error.to_string(), |own| own.label());
            found.find(None, format!("vkey: expected {}, found {own}", expected.label()));
            expected.clone()
        }
        (None, Ok(own)) => own,
        (None, Err(error)) => {
            found.find(None, format!("vkey: {error}"));
            return found;
        }
    };
    let proved = proven::check(&file.leaves, &file.checkpoint, &key);
    for finding in proved.findings {
        found.find(finding.leaf, finding.what);
    }
    found.counts.leaves = proved.leaves.len() as u64;
    found.signed = proved.signed.map(|signed| (signed.origin().to_owned(), signed.size(), *signed.root()));
    let plan = digest(&file.body.plan.text);
    found.plan = Some(plan);
    of_leaves(&proved.leaves, &plan, &mut found);
    seal(file, &plan, &mut found);
    runs::against(&file.body, &mut found);
    content::against(&file.body, &proved.leaves, &mut found);
    found
}

/// What the proved leaves tell: the plan's history, and the one seal.
fn of_leaves(leaves: &[(u64, Leaf)], plan: &Digest, found: &mut Examined) {
    let heads: Vec<(u64, &Head)> = leaves.iter().map(|(leaf, told)| (*leaf, &told.head)).collect();
    for (leaf, head) in &heads {
        if ![PLAN, RUN, SEAL].contains(&head.kind.as_str()) {
            found.find(*leaf, format!("expected a plan, a run or a seal, found {:?}", head.kind));
        }
        match SealLeaf::of_head(head) {
            Ok(None) => {}
            Ok(Some(_)) if found.seal.is_some() => found.find(*leaf, "expected one seal, found a second"),
            Ok(Some(said)) => found.seal = Some((*leaf, head.at_ms, said)),
            Err(error) => found.find(*leaf, error.to_string()),
        }
    }
    match History::of(plan, heads) {
        Ok(history) => {
            for (leaf, what) in &history.wrong {
                found.find(*leaf, what.clone());
            }
            found.history = history;
        }
        Err(error) => found.find(None, format!("leaves: {error}")),
    }
}

/// The seal against body, plan and place in the log.
fn seal(file: &SealedReport, plan: &Digest, found: &mut Examined) {
    let Some((leaf, _, said)) = found.seal.clone() else {
        found.find(None, "expected the leaf of a seal, found none that is proved");
        return;
    };
    match file.body.digest() {
        Ok(body) if body == said.body => {}
        Ok(body) => found.find(leaf, format!("body: expected digest {}, found {body}", said.body)),
        Err(error) => found.find(None, error.to_string()),
    }
    if said.plan != *plan {
        found.find(leaf, format!("plan: expected digest {}, found {plan}", said.plan));
    }
    if said.run != file.body.run {
        found.find(leaf, format!("expected the report of run {}, found that of {}", said.run, file.body.run));
    }
    if said.size != leaf {
        found.find(leaf, format!("expected it behind {} leaves, found {leaf} before it", said.size));
    }
    if let Some(last) = file.leaves.last().filter(|last| last.index != leaf) {
        found.find(last.index, format!("expected nothing behind the seal in leaf {leaf}, found an entry"));
    }
}
