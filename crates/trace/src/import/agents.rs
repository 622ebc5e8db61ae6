//! Sessions of coding agents as the agents log them. A session is a row of requests by a person; each request, with everything that the agent
//! did until the next one, is a trace. Not the calls to the model one by one: an agent makes dozens for one request, and none of them alone
//! says whether the request was met.
//!
//! | file | what |
//! |---|---|
//! | `turn` | one request and all that followed, the same for every agent |
//! | `earlier` | what earlier requests of the session called, carried as context |
//! | `content`, `exit` | text and typed pieces; exit codes as agents write them |
//! | `claude_code` | Claude Code |
//! | `codex` | OpenAI's Codex CLI |
//! | `gemini_cli` | Gemini CLI |
//! | `open_hands` | OpenHands |
//! | `swe_agent` | SWE-agent |
//!
//! `docs/formats/agents.md` says what is read of each, and from where the formats are known.

mod claude_code;
mod codex;
mod content;
mod earlier;
mod exit;
mod gemini_cli;
mod open_hands;
mod swe_agent;
mod turn;

use super::bytes::Window;
use super::keys::Keys;
use super::reading::{Reading, Stop};
use super::{Container, Format};

/// An agent: how its files are recognised and read.
struct Agent {
    format: Format,
    recognises: fn(&Keys) -> bool,
    read: Read,
}

type Read = fn(&mut Window, Container, &mut Reading<'_>) -> Result<(), Stop>;

/// Every agent, in the order in which files are tried.
static AGENTS: [Agent; 5] = [
    Agent { format: Format::Codex, recognises: codex::recognises, read: codex::read },
    Agent { format: Format::GeminiCli, recognises: gemini_cli::recognises, read: gemini_cli::read },
    Agent { format: Format::OpenHands, recognises: open_hands::recognises, read: open_hands::read },
    Agent { format: Format::SweAgent, recognises: swe_agent::recognises, read: swe_agent::read },
    Agent { format: Format::ClaudeCode, recognises: claude_code::recognises, read: claude_code::read },
];

/// The agent that wrote a file whose first record has these keys.
pub(super) fn recognises(keys: &Keys) -> Option<Format> {
    AGENTS.iter().find(|agent| (agent.recognises)(keys)).map(|agent| agent.format)
}

/// Reads the sessions of a file; `None` where no agent wrote it.
pub(super) fn read(
    format: Option<Format>,
    container: Option<Container>,
    window: &mut Window,
    reading: &mut Reading<'_>,
) -> Option<(Format, Result<(), Stop>)> {
    let format = format?;
    let agent = AGENTS.iter().find(|agent| agent.format == format)?;
    Some((format, (agent.read)(window, container?, reading)))
}
