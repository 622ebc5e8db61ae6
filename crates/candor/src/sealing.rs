//! Sealing: a stored run, its plan's text and every run of that plan become one file with proofs, behind a leaf that commits to it. Not the file's form and not its
//! examination, which are the library's.

use candor_audit::registered::{self, History, Number, PLAN_PART, RunOfPlan};
use candor_audit::sealed::{Body, PlanText, SealedReport, SealedRunBody, VERSION};
use candor_record::Digest;
use candor_record::leaf::Part;
use candor_record::proven::Proven;
use candor_record::record::{Places, Reader, State, now_ms};

use crate::problem::Problem;
use crate::recording;
use crate::registering;
use crate::runs::{Store, Stored};
use crate::settings::Settings;

/// A sealed file that was made.
#[derive(Debug)]
pub(crate) struct Sealed {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// The leaf of the seal.
    pub(crate) leaf: u64,
    /// Runs that it lists.
    pub(crate) runs: usize,
}

/// Seals the report of a run: appends the leaf, signs, and puts the file together.
pub(crate) fn seal(stored: &Stored, settings: &Settings) -> Result<Sealed, Problem> {
    let record = recording::open_waiting(settings)?;
    let mut reader = recording::read(settings)?;
    let told = registering::told(&mut reader)?;
    let Some(plan) = registering::plan_of(&told, &stored.id)? else {
        return Err(Problem::record(format!("run {}: expected it registered in the record, found it not", stored.id))
            .hint("candor audit run registers a plan before its data, where there is a record"));
    };
    if registering::changed(&told, &stored.id, &plan)? {
        return Err(Problem::record(format!(
            "run {}: expected every step of it under the plan that was registered, found that it went on under another",
            stored.id
        )));
    }
    let history = registering::history(&told, &plan)?;
    let body = body(stored, &plan, &history, &mut reader, settings)?;
    let size = reader.size();
    let said = body.seal(plan, &history, registering::others(&told, &plan)?, size).map_err(|error| refused(&error))?;
    let leaves: Vec<u64> =
        std::iter::once(said.plan_leaf).chain(history.runs.iter().flat_map(RunOfPlan::leaves)).collect();
    let vkey = vkey(settings)?;
    // What does not fit is refused before there is a leaf that speaks of it.
    let draft = file(&body, &leaves, &mut reader, &vkey)?;
    draft.to_bytes().map_err(|error| refused(&error))?;
    let head = said.to_head(now_ms()).map_err(|error| refused(&error))?;
    let leaf = record.append(head, &[]).map_err(|error| recording::problem(&error))?.leaf;
    record.close(now_ms()).map_err(|error| recording::problem(&error))?;
    if leaf != size {
        return Err(Problem::internal(format!("a seal behind {size} leaves that became leaf {leaf}")));
    }
    let mut reader = recording::read(settings)?;
    let leaves: Vec<u64> = leaves.into_iter().chain([leaf]).collect();
    let bytes = file(&body, &leaves, &mut reader, &vkey)?.to_bytes().map_err(|error| refused(&error))?;
    Ok(Sealed { bytes, leaf, runs: body.runs.len() })
}

fn refused(error: &dyn std::fmt::Display) -> Problem {
    Problem::record(error.to_string())
}

fn vkey(settings: &Settings) -> Result<String, Problem> {
    let path = Places::of(&recording::folder(settings)).log().join(candor_record::log::store::VKEY);
    let text = std::fs::read_to_string(&path).map_err(|error| Problem::reading(&path, &error))?;
    Ok(text.trim_end().to_owned())
}

fn file(body: &Body, leaves: &[u64], reader: &mut Reader, vkey: &str) -> Result<SealedReport, Problem> {
    let mut leaves = leaves.to_vec();
    leaves.sort_unstable();
    let proven: Result<Vec<Proven>, _> = leaves.iter().map(|leaf| Proven::read(reader, *leaf)).collect();
    Ok(SealedReport {
        sealed: VERSION,
        body: body.clone(),
        leaves: proven.map_err(|error| recording::problem(&error))?,
        checkpoint: reader.checkpoint().to_string(),
        vkey: vkey.to_owned(),
    })
}

fn body(
    stored: &Stored,
    plan: &Digest,
    history: &History,
    reader: &mut Reader,
    settings: &Settings,
) -> Result<Body, Problem> {
    let Some((told, _)) = &history.plan else {
        return Err(Problem::record(format!("run {}: expected its plan in the record, found it not", stored.id)));
    };
    let run = history.run(&stored.id);
    if run.and_then(|run| run.begun).is_none_or(|begun| begun.leaf < told.leaf) {
        return Err(Problem::record(format!(
            "run {}: expected its plan registered before it began, found it later",
            stored.id
        )));
    }
    let Some(end) = run.and_then(RunOfPlan::end) else {
        return Err(Problem::record(format!("run {}: expected its end in the record, found it only begun", stored.id)));
    };
    let (report, _) = stored.report_with_text()?;
    let derived = stored.derived()?;
    for (what, is, expected) in [("report.json", &report, end.report), ("derived.json", &derived, end.derived)] {
        let is = Digest::of(is.as_bytes());
        if is != expected {
            return Err(Problem::record(format!(
                "run {}: {what}: expected digest {expected}, as leaf {} says, found {is}",
                stored.id, end.told.leaf
            )));
        }
    }
    let part = plan_part(told.leaf, reader)?;
    let text = String::from_utf8(part.content().to_vec())
        .map_err(|_| Problem::record(format!("leaf {}: expected a plan in text, found other bytes", told.leaf)))?;
    if registered::digest(&text) != *plan {
        return Err(Problem::record(format!("leaf {}: expected the text of plan {plan}, found another", told.leaf)));
    }
    let store = Store::under(&settings.directory);
    Ok(Body {
        plan: PlanText { text, salt: hexadecimal(part.salt()) },
        run: stored.id.clone(),
        report,
        derived,
        runs: history.runs.iter().map(|run| listed(run, &store)).collect(),
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text of the plan with its salt.
fn plan_part(leaf: u64, reader: &mut Reader) -> Result<Part, Problem> {
    let told = reader.leaf(leaf).map_err(|error| recording::problem(&error))?;
    let part = told.parts().find(|(part, _)| part.name.as_str() == PLAN_PART);
    let (part, digest) =
        part.ok_or_else(|| Problem::record(format!("leaf {leaf}: expected the text of a plan, found none")))?;
    match reader.part(leaf, part, digest).map_err(|error| recording::problem(&error))? {
        State::There(part) => Ok(part),
        State::Erased { leaf: by, basis, .. } => Err(Problem::record(format!(
            "leaf {leaf}: expected the text of the plan, found it erased as leaf {by} tells; basis stated by the operator: {basis}; not examined"
        ))),
        State::Missing => Err(Problem::record(format!("leaf {leaf}: expected the text of the plan, found it gone"))),
        State::Damaged(error) => Err(Problem::record(format!("leaf {leaf}: text of the plan: {error}"))),
    }
}

/// A run of the plan, with what it came to as far as that is still here.
fn listed(run: &RunOfPlan, store: &Store) -> SealedRunBody {
    let (numbers, without) = match numbers(run, store) {
        Ok(numbers) => (Some(numbers), None),
        Err(why) => (None, Some(why.to_owned())),
    };
    SealedRunBody { run: run.run.clone(), number: run.number, leaves: run.leaves(), numbers, without }
}

fn numbers(run: &RunOfPlan, store: &Store) -> Result<Vec<Number>, &'static str> {
    let end = run.end().ok_or("it never ended")?;
    let stored = store.exact(&run.run).ok_or("its report is not stored any more")?;
    let (text, report) = stored.report_with_text().map_err(|_| "its report cannot be read")?;
    if Digest::of(text.as_bytes()) != end.report {
        return Err("its stored report is not the one that its leaf commits to");
    }
    Ok(registered::numbers(&report))
}
