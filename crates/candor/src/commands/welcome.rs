//! `candor` alone: what it is, three commands to try, and that nothing leaves the machine. Eight lines; nothing is read or written.

use serde::Serialize;

use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::settings::{Settings, program};
use crate::show::page::{Tone, Writing};
use crate::show::text;

const SENTENCE: &str = "candor measures how reasoning models behave on recorded calls and marks every number.";
const HERE: &str = "nothing leaves this machine: no socket is opened";

/// A command to try, and what it answers.
#[derive(Debug, Serialize)]
struct Try {
    command: &'static str,
    answers: &'static str,
}

const TRY: [Try; 3] = [
    Try { command: "candor audit run", answers: "the audits on a planted process that is part of this program" },
    Try { command: "candor look PATH", answers: "what is this data, and what can it answer?" },
    Try { command: "candor audit run --from PATH", answers: "the audits on your own recorded calls" },
];

/// The same for programs.
#[derive(Debug, Serialize)]
struct Welcome {
    candor: &'static str,
    is: &'static str,
    #[serde(rename = "try")]
    commands: [Try; 3],
    network: &'static str,
}

/// Says hello.
pub(crate) fn run(settings: &Settings) -> Result<Outcome, Problem> {
    if settings.json {
        let version = env!("CARGO_PKG_VERSION");
        output::json(&Welcome { candor: version, is: SENTENCE, commands: TRY, network: HERE })?;
        return Ok(Outcome::Done);
    }
    let mut writing = Writing::on(settings.page);
    writing.paragraph("", SENTENCE);
    writing.gap();
    let commands = TRY.each_ref().map(|one| text::typed(one.command, program()));
    let longest = commands.iter().map(|command| text::width(command)).max().unwrap_or(0);
    for (command, one) in commands.iter().zip(&TRY) {
        writing.toned(&format!("  {}  ", text::left(command, longest)), one.answers, Some(Tone::Faint));
    }
    writing.gap();
    writing.paragraph("", HERE);
    writing.paragraph("", &text::typed("every command: candor --help", program()));
    output::print(&writing.finish())?;
    Ok(Outcome::Done)
}
