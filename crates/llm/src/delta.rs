//! A reply in pieces, and the putting together of them. Not the wire: a [codec](crate::protocol) makes these of bytes.

use serde::{Deserialize, Serialize};

use crate::{Finish, Message, Part, Protocol, Provenance, Reasoning, Reply, Role, Usage};

/// A piece of a reply. Blocks are numbered as the protocol numbers them; pieces of one block belong together, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delta {
    /// The reply has begun.
    Begin {
        /// The vendor's identifier of the reply.
        id: Option<String>,
        /// The model as the vendor names it.
        model: Option<String>,
    },
    /// More of the chain of thought. Of the provenances of one block's pieces the one that claims less for the text stands; a piece
    /// without text says only that.
    Reasoning {
        /// The block.
        block: u32,
        /// The text.
        text: String,
        /// What kind of text the vendor shows here.
        provenance: Provenance,
    },
    /// A piece that only its vendor can read: it is put behind the other pieces of its block, whenever it comes.
    Sealed {
        /// The block.
        block: u32,
        /// In whose spelling.
        protocol: Protocol,
        /// The vendor's JSON, byte for byte.
        json: String,
    },
    /// More visible text.
    Text {
        /// The block.
        block: u32,
        /// The text.
        text: String,
    },
    /// The model begins to ask for a tool.
    ToolCall {
        /// The block.
        block: u32,
        /// The vendor's identifier of the call.
        id: String,
        /// The tool.
        name: String,
    },
    /// More of the arguments of the tool call of that block.
    Arguments {
        /// The block.
        block: u32,
        /// A piece of JSON text.
        text: String,
    },
    /// Tokens so far; what is counted here replaces what was counted before.
    Usage(Usage),
    /// Why the model stopped.
    Finish(Finish),
}

/// Puts the pieces of one reply together.
#[derive(Debug, Default)]
pub struct Assembler {
    id: Option<String>,
    model: Option<String>,
    blocks: Vec<(u32, Part)>,
    finish: Option<Finish>,
    usage: Usage,
}

impl Assembler {
    /// Takes in the next piece.
    pub fn push(&mut self, delta: Delta) {
        match delta {
            Delta::Begin { id, model } => {
                self.id = id.or(self.id.take());
                self.model = model.or(self.model.take());
            }
            Delta::Reasoning { block, text, provenance } => {
                match self.last_of(block, |part| matches!(part, Part::Reasoning(_))) {
                    Some(Part::Reasoning(reasoning)) => {
                        reasoning.provenance = joined(reasoning, provenance);
                        reasoning.text.push_str(&text);
                    }
                    _ => self.blocks.push((block, Part::Reasoning(Reasoning { text, provenance }))),
                }
            }
            Delta::Sealed { block, protocol, json } => {
                let after = self.blocks.iter().rposition(|(of, _)| *of == block).map_or(self.blocks.len(), |at| at + 1);
                self.blocks.insert(after, (block, Part::Sealed { protocol, json }));
            }
            Delta::Text { block, text } => match self.last_of(block, |part| matches!(part, Part::Text { .. })) {
                Some(Part::Text { text: so_far }) => so_far.push_str(&text),
                _ => self.blocks.push((block, Part::Text { text })),
            },
            Delta::ToolCall { block, id, name } => {
                self.blocks.push((block, Part::ToolCall { id, name, arguments: String::new() }));
            }
            Delta::Arguments { block, text } => {
                // Arguments of a call that was never begun are nobody's: a codec refuses such a stream.
                if let Some(Part::ToolCall { arguments, .. }) =
                    self.last_of(block, |part| matches!(part, Part::ToolCall { .. }))
                {
                    arguments.push_str(&text);
                }
            }
            Delta::Usage(usage) => self.usage = self.usage.updated(usage),
            Delta::Finish(finish) => self.finish = Some(finish),
        }
    }

    fn last_of(&mut self, block: u32, is: impl Fn(&Part) -> bool) -> Option<&mut Part> {
        self.blocks.iter_mut().rev().find(|(of, part)| *of == block && is(part)).map(|(_, part)| part)
    }

    /// The reply, as far as it came. A chain that the token limit cut before any visible text is [`Provenance::Truncated`]; a
    /// reasoning part without text stays only where its vendor held the text back.
    #[must_use]
    pub fn finish(self) -> Reply {
        let answered = self.blocks.iter().any(|(_, part)| match part {
            Part::Text { text } => !text.trim().is_empty(),
            Part::ToolCall { .. } => true,
            _ => false,
        });
        let cut = self.finish == Some(Finish::Length) && !answered;
        let parts = self
            .blocks
            .into_iter()
            .filter_map(|(_, part)| match part {
                Part::Reasoning(reasoning) => settled(reasoning, cut).map(Part::Reasoning),
                Part::Text { text } if text.is_empty() => None,
                other => Some(other),
            })
            .collect();
        Reply {
            id: self.id,
            model: self.model,
            message: Message { role: Role::Assistant, parts },
            finish: self.finish,
            usage: self.usage,
        }
    }
}

/// The provenance of a block after one more piece.
fn joined(so_far: &Reasoning, more: Provenance) -> Provenance {
    let blank = so_far.text.trim().is_empty();
    match more {
        Provenance::Summary | Provenance::Truncated => more,
        Provenance::Redacted | Provenance::Absent if blank => more,
        Provenance::Raw if blank && !so_far.provenance.is_readable() => more,
        _ => so_far.provenance,
    }
}

fn settled(mut reasoning: Reasoning, cut: bool) -> Option<Reasoning> {
    if reasoning.provenance == Provenance::Redacted {
        return Some(reasoning);
    }
    if reasoning.text.trim().is_empty() {
        return None;
    }
    if cut && reasoning.provenance == Provenance::Raw {
        reasoning.provenance = Provenance::Truncated;
    }
    Some(reasoning)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasoning(text: &str) -> Delta {
        Delta::Reasoning { block: 0, text: text.to_owned(), provenance: Provenance::Raw }
    }

    #[test]
    fn pieces_of_one_block_join_and_a_cut_chain_is_truncated() {
        let mut whole = Assembler::default();
        for delta in [
            Delta::Begin { id: Some("r1".to_owned()), model: None },
            reasoning("so "),
            reasoning("4"),
            Delta::Text { block: 1, text: "fo".to_owned() },
            Delta::Text { block: 1, text: "ur".to_owned() },
            Delta::Usage(Usage { input: Some(3), ..Usage::default() }),
            Delta::Usage(Usage { output: Some(9), ..Usage::default() }),
            Delta::Finish(Finish::Length),
        ] {
            whole.push(delta);
        }
        let reply = whole.finish();
        assert_eq!(
            reply.message.parts,
            [Part::Reasoning(Reasoning::raw("so 4")), Part::Text { text: "four".to_owned() }],
            "an answer was begun: the chain is complete"
        );
        assert_eq!((reply.usage.input, reply.usage.output), (Some(3), Some(9)));

        let mut cut = Assembler::default();
        cut.push(reasoning("so"));
        cut.push(Delta::Finish(Finish::Length));
        let expected = Reasoning { text: "so".to_owned(), provenance: Provenance::Truncated };
        assert_eq!(cut.finish().message.parts, [Part::Reasoning(expected)]);
    }

    #[test]
    fn the_provenance_that_claims_less_stands_and_a_seal_follows_its_block() {
        let sealed = |block| Delta::Sealed { block, protocol: Protocol::ChatCompletions, json: "{}".to_owned() };
        let mut reply = Assembler::default();
        reply.push(Delta::Reasoning { block: 0, text: String::new(), provenance: Provenance::Redacted });
        reply.push(reasoning("so 4"));
        reply.push(Delta::Text { block: 1, text: "4".to_owned() });
        reply.push(Delta::Reasoning { block: 0, text: String::new(), provenance: Provenance::Summary });
        reply.push(reasoning("!"));
        reply.push(sealed(0));
        let expected = Reasoning { text: "so 4!".to_owned(), provenance: Provenance::Summary };
        let parts = reply.finish().message.parts;
        assert_eq!(parts[0], Part::Reasoning(expected));
        assert!(matches!(parts[1], Part::Sealed { .. }), "{parts:?}");
        assert_eq!(parts[2], Part::Text { text: "4".to_owned() });
    }
}
