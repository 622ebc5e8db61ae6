//! `candor record`: make, look after and check the record. Not what is recorded, and not how it is stored.

mod checkpoint;
mod chosen;
mod cosign;
mod erase;
mod export;
mod hold;
mod init;
mod label;
mod prove;
mod sealed;
mod state;
mod status;
mod subject;
mod timestamp;
mod verify;

use clap::Subcommand;

use crate::Outcome;
use crate::problem::Problem;
use crate::settings::Settings;

/// What to do with the record.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a record and the key that signs it
    Init(init::Args),
    /// Say what the record holds, what stands, and what is due
    Status(status::Args),
    /// Check a record, a copy of one, a bundle or a sealed report, offline, with the public key alone
    Verify(verify::Args),
    /// Record what somebody says of a trace: a label, or a file of them
    Label(label::Args),
    /// Write the proof that a trace is in the record
    Prove(prove::Args),
    /// Print the signed checkpoint, to be mailed, printed or timestamped
    Checkpoint(checkpoint::Args),
    /// Have a checkpoint stamped by a time-stamping authority (RFC 3161), by files that you carry there and back
    Timestamp(timestamp::Args),
    /// Cosign the checkpoint of somebody's log as a witness, or keep what a witness cosigned, by files that are carried there and back
    Cosign(cosign::Args),
    /// Erase content, and record that and why
    Erase(erase::Args),
    /// Print the pseudonym under which a person stands in the record
    Subject(subject::Args),
    /// Say what is kept beside the record and cannot be derived from it, or copy it
    State(state::Args),
    /// Make a bundle for somebody else: the public log, and of the content what is chosen
    Export(export::Args),
    /// Bar erasure, or lift a bar
    Hold(hold::Args),
}

/// Does it.
pub(crate) fn run(command: Command, settings: &Settings) -> Result<Outcome, Problem> {
    match command {
        Command::Init(args) => init::run(&args, settings),
        Command::Status(args) => status::run(&args, settings),
        Command::Verify(args) => verify::run(&args, settings),
        Command::Export(args) => export::run(&args, settings),
        Command::Label(args) => label::run(&args, settings),
        Command::Subject(args) => subject::run(&args, settings),
        Command::State(args) => state::run(&args, settings),
        Command::Timestamp(args) => timestamp::run(&args, settings),
        Command::Cosign(args) => cosign::run(&args, settings),
        Command::Prove(args) => prove::run(&args, settings),
        Command::Checkpoint(args) => checkpoint::run(&args, settings),
        Command::Erase(args) => erase::run(&args, settings),
        Command::Hold(args) => hold::run(&args, settings),
    }
}

/// A day (UTC), as pages and messages write it.
pub(super) fn day(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| format!("{ms} ms since 1970"), |at| at.strftime("%Y-%m-%d").to_string())
}

/// A moment to the second (UTC), as pages and messages write it.
fn moment(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| format!("{ms} ms since 1970"), |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}
