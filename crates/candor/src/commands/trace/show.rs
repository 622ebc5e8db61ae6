//! `candor trace show ID`: one trace, what was recorded beside what was claimed.

use std::ops::ControlFlow;

use candor_audit::account::{Voice, account};
use candor_record::record::State;
use candor_trace::Trace;
use candor_trace::recorded::KIND;
use serde::Serialize;

use super::places::{Places, Wanted};
use crate::Outcome;
use crate::commands::record::day;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::Settings;
use crate::show::{text, trace as shown};

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The trace: its identifier, or the first digits of it
    id: String,
    #[command(flatten)]
    places: Places,
    /// Show every text whole
    #[arg(long)]
    full: bool,
}

/// A trace with its account, for programs.
#[derive(Debug, Serialize)]
struct Whole<'t> {
    id: String,
    place: String,
    trace: &'t Trace,
    account: Vec<Claimed>,
}

/// One claim and how it stands.
#[derive(Debug, Serialize)]
struct Claimed {
    event: usize,
    voice: &'static str,
    kind: &'static str,
    start: usize,
    end: usize,
    support: candor_verify::signal::statement::Support,
    why: String,
    evidence: Vec<usize>,
}

/// The fewest digits that name a trace.
const FEWEST_DIGITS: usize = 4;

/// Shows it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let wanted = args.id.trim().to_ascii_lowercase();
    if wanted.len() < FEWEST_DIGITS || wanted.len() > 32 || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Problem::usage(format!("trace `{}`: expected 4 to 32 hexadecimal digits", args.id.escape_debug()))
            .hint(format!("{} shows identifiers; findings name one each", args.places.list())));
    }
    let mut found: Vec<Trace> = Vec::new();
    args.places.search(settings, false, &Wanted::Named(&wanted), &mut |trace| {
        let named = [trace.id(), trace.origin.trace_id()].iter().any(|id| id.to_string().starts_with(&wanted));
        if named && found.iter().all(|other| other.id() != trace.id()) {
            found.push(trace.clone());
        }
        // A whole identifier names one trace; a beginning may name two.
        if found.len() > 1 || (found.len() == 1 && wanted.len() == 32) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    let trace = match found.as_slice() {
        [trace] => trace,
        [] => {
            if let Some(gone) = erased(settings, &wanted)? {
                return Err(gone);
            }
            return Err(Problem::input(format!(
                "trace {wanted}: expected one in what was read, found none of that name"
            ))
            .hint(format!("{} shows identifiers; --from PATH looks elsewhere", args.places.list())));
        }
        [first, second, ..] => {
            return Err(Problem::usage(format!(
                "trace {wanted}: expected the beginning of one identifier, found several"
            ))
            .hint(format!("the first two are {} and {}", first.id(), second.id())));
        }
    };
    let said = account(trace);
    if settings.json {
        let account = said
            .into_iter()
            .map(|said| Claimed {
                event: said.event,
                voice: if said.voice == Voice::Output { "output" } else { "chain" },
                kind: said.statement.kind.as_str(),
                start: said.statement.start,
                end: said.statement.end,
                support: said.compared.support,
                why: said.compared.why,
                evidence: said.compared.evidence,
            })
            .collect();
        output::json(&Whole { id: trace.id().to_string(), place: trace.origin.to_string(), trace, account })?;
    } else {
        output::print(&shown::trace(trace, &said, args.full, settings.page))?;
    }
    Ok(Outcome::Done)
}

/// A trace of the record whose content is gone: what is left to say of it.
fn erased(settings: &Settings, beginning: &str) -> Result<Option<Problem>, Problem> {
    if !recording::exists(settings) {
        return Ok(None);
    }
    let failed = |error| recording::problem(&error);
    let mut reader = recording::read(settings)?;
    for (leaf, told) in reader.holding(&format!("\"trace\":\"{beginning}")).map_err(failed)? {
        let Some(id) = told.head.trace.as_ref().filter(|id| told.head.kind == KIND && id.starts_with(beginning)) else {
            continue;
        };
        for (part, digest) in told.parts() {
            if let State::Erased { at_ms, basis, .. } = reader.part(leaf, part, digest).map_err(failed)? {
                return Ok(Some(
                    Problem::input(format!(
                        "trace {id}: recorded as leaf {leaf}, content erased at {}; basis stated by the operator: {}; not examined",
                        day(at_ms),
                        text::clean(&basis)
                    ))
                    .hint(format!("candor record prove --leaf {leaf}{} shows that it was there", settings.to_directory)),
                ));
            }
        }
    }
    Ok(None)
}
