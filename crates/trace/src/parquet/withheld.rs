//! A trace without its chain of thought, for whoever is not meant to get it. Where it stood is left open and reads as redacted: what was withheld is
//! never taken for silence. Not the redaction of secrets.

use candor_llm::{Part, Provenance, Reasoning};

use crate::recorded::left_open;
use crate::{Event, Trace};

/// The label that cuts a chain into sections, and repeats its words.
const SECTIONS: &str = "sections";

/// The trace without any chain of thought, without what a vendor sealed of it, and without the label that repeats it.
pub(super) fn withheld(mut trace: Trace) -> Trace {
    trace.events.retain(|event| !matches!(event, Event::Label(label) if label.name == SECTIONS));
    for event in &mut trace.events {
        match event {
            Event::Reasoning(chain) if chain.provenance != Provenance::Absent => {
                *chain = Reasoning { text: String::new(), provenance: Provenance::Redacted };
            }
            Event::Request(conversation) => {
                for part in conversation.messages.iter_mut().flat_map(|message| &mut message.parts) {
                    if matches!(part, Part::Reasoning(_) | Part::Sealed { .. }) {
                        *part = left_open();
                    }
                }
            }
            _ => {}
        }
    }
    trace
}
