//! A sealed report examined: alone, with its key, or beside the log that it was taken from. What is printed; the examination is the library's.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use candor_audit::foreign::{clean, clean_line};
use candor_audit::sealed::{Examined, MOST_SEALED_BYTES, SealedReport, beside, examine};
use candor_record::log::VerifierKey;
use candor_record::record::Reader;
use serde::Serialize;

use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::registering::{self, shown};
use crate::settings::Settings;
use crate::show::page::WIDEST;
use crate::show::text;

/// Findings that are printed; all are counted.
const SHOWN: usize = 20;

/// Runs that are printed one by one; all are counted.
const RUNS: usize = 20;

/// A sealed file that was examined.
#[derive(Debug)]
pub(super) struct OfFile {
    file: SealedReport,
    examined: Examined,
    /// What it says beside the log.
    beside: Option<candor_audit::sealed::Beside>,
    bytes: usize,
}

#[derive(Debug, Serialize)]
struct Found {
    holds: bool,
    origin: Option<String>,
    leaves_of_the_log: Option<u64>,
    root: Option<String>,
    plan: Option<String>,
    plan_leaf: Option<u64>,
    seal_leaf: Option<u64>,
    run: String,
    runs: u64,
    finished: u64,
    never_ended: u64,
    runs_with_numbers: u64,
    other_plans: Option<u64>,
    other_runs: Option<u64>,
    leaves: u64,
    claims: u64,
    claims_with_derivation: u64,
    claims_without: u64,
    columns: u64,
    after_the_seal: Vec<String>,
    findings: Vec<String>,
    more: u64,
}

/// Reads and examines it.
pub(super) fn of_file(path: &Path, key: Option<&VerifierKey>) -> Result<OfFile, Problem> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST_SEALED_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| Problem::reading(path, &error))?;
    if bytes.starts_with(b"PK") {
        return Err(Problem::input(format!(
            "{}: expected a record, a bundle or a sealed report, found an archive",
            path.display()
        ))
        .hint("a bundle is unpacked first: unzip case.zip -d case"));
    }
    let file = SealedReport::from_bytes(&bytes).map_err(|error| {
        Problem::record(format!("{}: {error}", path.display()))
            .hint("a sealed report is one line of canonical JSON, as candor audit report --sealed writes it")
    })?;
    let examined = examine(&file, key);
    Ok(OfFile { file, examined, beside: None, bytes: bytes.len() })
}

impl OfFile {
    /// Holds it against the log in a folder.
    pub(super) fn beside(&mut self, log: &Path, key: &VerifierKey) -> Result<(), Problem> {
        let mut reader = Reader::of_log(log, key).map_err(|error| recording::problem(&error))?;
        let size = reader.size();
        let mut entries = Vec::new();
        for carried in &self.file.leaves {
            let entry = (carried.index < size).then(|| reader.tiles().entry(carried.index));
            entries.push(entry.transpose().map_err(|error| recording::problem(&error.into()))?);
        }
        let told = registering::told(&mut reader)?;
        let seal = self.examined.seal.as_ref().map_or(0, |(leaf, ..)| *leaf);
        let Some(plan) = self.examined.plan else { return Ok(()) };
        let before: Vec<_> = told.iter().filter(|(leaf, _)| *leaf < seal).cloned().collect();
        let others = registering::others(&before, &plan)?;
        let mut of_plan = Vec::new();
        for (leaf, head) in &told {
            let said = candor_audit::registered::of_plan(head).map_err(|error| recording::problem(&error.into()))?;
            if said == Some(plan) {
                of_plan.push((*leaf, head));
            }
        }
        self.beside = Some(beside(&self.file, &self.examined, &entries, &of_plan, others));
        Ok(())
    }

    /// Every finding as a line.
    fn lines(&self) -> Vec<String> {
        let beside = self.beside.iter().flat_map(|beside| &beside.findings);
        self.examined.findings.iter().chain(beside).map(ToString::to_string).collect()
    }

    /// How many things do not hold.
    pub(super) fn count(&self) -> u64 {
        self.lines().len() as u64 + self.examined.more
    }

    fn found(&self) -> Found {
        let Examined { counts, signed, seal, history, .. } = &self.examined;
        Found {
            holds: self.count() == 0,
            origin: signed.as_ref().map(|(origin, ..)| origin.clone()),
            leaves_of_the_log: signed.as_ref().map(|(_, size, _)| *size),
            root: signed.as_ref().map(|(.., root)| root.to_string()),
            plan: self.examined.plan.map(|plan| plan.to_string()),
            plan_leaf: history.plan.as_ref().map(|(told, _)| told.leaf),
            seal_leaf: seal.as_ref().map(|(leaf, ..)| *leaf),
            run: self.file.body.run.clone(),
            runs: counts.runs,
            finished: counts.finished,
            never_ended: counts.never_ended,
            runs_with_numbers: counts.numbers,
            other_plans: seal.as_ref().map(|(.., seal)| seal.other_plans),
            other_runs: seal.as_ref().map(|(.., seal)| seal.other_runs),
            leaves: counts.leaves,
            claims: counts.claims,
            claims_with_derivation: counts.derived,
            claims_without: counts.without,
            columns: counts.columns,
            after_the_seal: self.beside.iter().flat_map(|beside| beside.shown.clone()).collect(),
            findings: self.lines(),
            more: self.examined.more,
        }
    }

    /// As JSON.
    pub(super) fn json(&self) -> impl Serialize + use<> {
        self.found()
    }

    /// The page about it.
    pub(super) fn page(&self) -> String {
        let found = self.found();
        let mut out = String::new();
        for line in found.findings.iter().take(SHOWN) {
            out += &format!("FAIL  {line}\n");
        }
        let hidden = found.findings.len().saturating_sub(SHOWN) as u64 + found.more;
        if hidden > 0 {
            out += &format!("      and {} more: --json lists them\n", text::counted(hidden, "finding"));
        }
        out += &format!(
            "sealed   {}, report of run {}\n",
            text::counted(self.bytes as u64, "byte"),
            clean_line(&found.run)
        );
        if let (Some(origin), Some(size), Some(root)) = (&found.origin, found.leaves_of_the_log, &found.root) {
            out += &format!(
                "log      {origin}, {size} leaves, root {root}\n         {} proved under it\n",
                text::counted(found.leaves, "leaf")
            );
        }
        if let (Some((told, _)), Some(plan)) = (&self.examined.history.plan, &found.plan) {
            out += &format!("plan     {plan}\n         registered in leaf {}, at {}\n", told.leaf, shown(told.at_ms));
        }
        out += &self.runs();
        if let Some((leaf, at_ms, seal)) = &self.examined.seal {
            out += &format!("seal     leaf {leaf}, at {}\n", shown(*at_ms));
            out += &format!(
                "others   on the same source the log had {} with {}, as the seal says\n",
                text::counted(seal.other_plans, "other plan"),
                text::counted(seal.other_runs, "run")
            );
        }
        out += &format!(
            "report   {}: {} with what they were computed from ({}), {} without and why\n",
            text::counted(found.claims, "claim"),
            found.claims_with_derivation,
            text::counted(found.columns, "column"),
            found.claims_without
        );
        for line in &found.after_the_seal {
            out += &format!("after    {line}\n");
        }
        clean(&out).into_owned()
    }

    fn runs(&self) -> String {
        let runs = &self.examined.history.runs;
        let counts = &self.examined.counts;
        let mut out = format!(
            "runs     {} of this plan: {} finished, {} begun and never ended; numbers of {}\n",
            runs.len(),
            counts.finished,
            counts.never_ended,
            counts.numbers
        );
        for run in runs.iter().take(RUNS) {
            let state = match run.end() {
                None => "begun, never ended",
                Some(end) if end.finished => "ended",
                Some(_) => "stopped before its end",
            };
            let listed = self.file.body.runs.iter().find(|listed| listed.run == run.run);
            let without = listed.and_then(|listed| listed.without.as_ref()).filter(|_| run.end().is_some());
            let without = without.map_or_else(String::new, |why| format!("; no numbers: {}", clean_line(why)));
            let this = if run.run == self.file.body.run { "; the report is of this one" } else { "" };
            let leaves: Vec<String> = run.leaves().iter().map(ToString::to_string).collect();
            out += &format!(
                "         {}. {}: {state}, leaves {}{without}{this}\n",
                run.number,
                clean_line(&run.run),
                leaves.join(", ")
            );
        }
        if let Some(more) = runs.len().checked_sub(RUNS).filter(|more| *more > 0) {
            out += &format!("         and {} more\n", text::counted(more as u64, "run"));
        }
        out
    }
}

/// Examines a file and says what was found.
pub(super) fn run(path: &Path, key: Option<&VerifierKey>, settings: &Settings) -> Result<Outcome, Problem> {
    let found = of_file(path, key)?;
    if settings.json {
        output::json(&found.json())?;
    } else {
        let mut out = found.page();
        let label =
            key.map(VerifierKey::label).or_else(|| VerifierKey::parse(&found.file.vkey).ok().map(|key| key.label()));
        out += &format!("key      {}\n\n", clean_line(&label.unwrap_or_default()));
        let mut said = if found.count() == 0 {
            "holds: plan, report, derivation and list of runs are those that the log committed to.\n"
        } else {
            "does not hold: what is named above is not what the log committed to.\n"
        }
        .to_owned();
        if key.is_none() {
            said += "The key is the file's own, which shows only that the file fits itself: anybody can make one. \
                     Give the one you got from elsewhere with --vkey.\n";
        }
        for line in (said + NOT_SHOWN).lines() {
            out += &(text::fill(line, WIDEST, "  ").join("\n") + "\n");
        }
        output::print(&out)?;
    }
    if found.count() == 0 {
        return Ok(Outcome::Done);
    }
    Err(Problem::record(format!("{}: {}", path.display(), text::counted(found.count(), "finding"))))
}

/// What an examination of a sealed file does not show.
pub(super) const NOT_SHOWN: &str = "Not shown by it: that what was recorded is true; that each claim follows from its derivation (interop/rederive.py computes them again); that no other record, \
     folder of state or copy of the data was used; what came after the seal (--sealed beside the log shows that); and whoever holds the signing key can rewrite a log whose checkpoints never left the house.\n";
