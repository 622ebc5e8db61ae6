//! Sessions of coding agents as the agents log them. A session is a row of requests by a person; each request, with everything that the agent
//! did until the next one, is a trace. Not the calls to the model one by one: an agent makes dozens for one request, and none of them alone
//! says whether the request was met.
//!
//! | file | what |
//! |---|---|
//! | `turn` | one request and all that followed, the same for every agent |
//! | `content`, `exit` | text and typed pieces; exit codes as agents write them |
//! | `claude_code` | Claude Code |
//! | `codex` | OpenAI's Codex CLI |
//!
//! `docs/formats/agents.md` says what is read of each, and from where the formats are known.

mod claude_code;
mod codex;
mod content;
mod exit;
mod turn;

use super::bytes::Window;
use super::keys::Keys;
use super::reading::{Reading, Stop};
use super::{Container, Format, records};

/// The agent that wrote a file whose first record has these keys.
pub(super) fn recognises(keys: &Keys) -> Option<Format> {
    if codex::recognises(keys) {
        return Some(Format::Codex);
    }
    claude_code::recognises(keys).then_some(Format::ClaudeCode)
}

/// Reads a session of Claude Code.
pub(super) fn claude_code(window: &mut Window, container: Container, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let mut session = claude_code::Session::default();
    records::read(window, container, &mut session, reading)?;
    session.end(reading)
}

/// Reads a rollout of Codex.
pub(super) fn codex(window: &mut Window, container: Container, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let mut rollout = codex::Rollout::default();
    records::read(window, container, &mut rollout, reading)?;
    rollout.end(reading)
}
