//! One call that an experiment asks for, with everything that the reply will be read by. Not the reply.

use std::sync::Arc;

use candor_llm::{Call, Conversation, Effort, Finish, Message, Part, Provenance, Reasoning, Reply, Role, Sampling};
use candor_record::Digest;
use candor_stats::Seed;
use candor_trace::{Cue, Event, Money, Origin, Question, Trace, Trial};
use serde::{Deserialize, Serialize};

use super::judge::{self, Decides};
use super::programs::Allowed;
use super::prompt::{Answered, Layout, Prompt};
use super::task::{Item, Wording};

/// One call that is to be made.
pub struct Probe {
    /// Its place in the experiment.
    pub trial: Trial,
    /// What is asked.
    pub call: Call,
    cue: Option<Cue>,
    stratum: Option<String>,
    wording: Wording,
    labels: Vec<char>,
    answered: Answered,
    decides: Decides,
}

impl std::fmt::Debug for Probe {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Probe").field("trial", &self.trial).field("call", &self.call).finish_non_exhaustive()
    }
}

/// What all calls of a run have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Common {
    /// The model as its vendor names it.
    pub model: String,
    /// The effort of every call that does not vary it.
    pub effort: Option<Effort>,
    /// At most this many tokens of output.
    pub max_output: Option<u32>,
    /// How tokens are drawn.
    pub sampling: Sampling,
}

/// What an experiment varies about a question.
#[derive(Clone)]
pub(super) struct Asked<'a> {
    pub(super) experiment: &'static str,
    pub(super) arm: String,
    pub(super) sample: u32,
    pub(super) wording: Wording,
    pub(super) labels: Vec<char>,
    pub(super) answered: Answered,
    pub(super) cue: Option<Cue>,
    pub(super) conversation: Conversation,
    pub(super) effort: Option<Effort>,
    pub(super) item: &'a Item,
}

impl<'a> Asked<'a> {
    /// The question as it stands, in the usual layout.
    pub(super) fn plainly(experiment: &'static str, arm: &str, sample: u32, item: &'a Item) -> Self {
        let wording = item.wording.clone();
        let labels = judge::usual(wording.options.len());
        let text = Prompt::new(&wording, &labels, Layout::Brackets).text();
        Self {
            experiment,
            arm: arm.to_owned(),
            sample,
            wording,
            labels,
            answered: Answered::Letter,
            cue: None,
            conversation: Conversation { messages: vec![Message::text(Role::User, text)] },
            effort: None,
            item,
        }
    }

    /// The same, asked once more.
    pub(super) fn again(&self, sample: u32) -> Self {
        Self { sample, ..self.clone() }
    }

    /// The call. The item's verifier was tried when the task was read.
    pub(super) fn probe(self, common: &Common) -> candor_verify::Result<Probe> {
        let decides = judge::decides(self.item, &self.wording, &self.labels)?;
        Ok(Probe {
            trial: Trial {
                audit: Some(self.experiment.to_owned()),
                unit: self.item.id.clone(),
                arm: Some(self.arm),
                sample: self.sample,
            },
            call: Call {
                model: common.model.clone(),
                conversation: self.conversation,
                effort: self.effort.or_else(|| common.effort.clone()),
                max_output: common.max_output,
                sampling: common.sampling,
                ..Call::default()
            },
            cue: self.cue,
            stratum: self.item.stratum.clone(),
            wording: self.wording,
            labels: self.labels,
            answered: self.answered,
            decides,
        })
    }
}

impl Probe {
    /// The same call, decided by this program.
    pub(super) fn decided_by(self, allowed: &Allowed) -> Self {
        let Allowed { program, name } = allowed;
        Self { decides: Decides::Program(Box::new(program.clone()), Arc::clone(name)), ..self }
    }

    /// Rubric, question and gold where a judge is asked about the reply; `None` where a program decides.
    pub(super) fn judged(&self) -> Option<(Option<&str>, &str, &str)> {
        let Decides::Judge(rubric) = &self.decides else { return None };
        let right = self.wording.right().and_then(|at| self.wording.options.get(at));
        Some((rubric.as_deref(), &self.wording.question, right.unwrap_or(&self.wording.answer)))
    }

    /// The name of the call in the ledger: a digest of what is asked, of whom, of its place in the experiment and of the seed. Equal questions in
    /// other places are other draws, and so are equal places under another seed.
    #[must_use]
    pub fn key(&self, provider: &str, seed: Seed) -> Digest {
        let call = serde_json::to_string(&self.call).unwrap_or_default();
        let trial = serde_json::to_string(&self.trial).unwrap_or_default();
        // Lengths first, so that no two pairs of texts run into one.
        let text = format!("{seed}\n{}\n{provider}\n{}\n{call}\n{trial}", provider.len(), call.len());
        Digest::tagged("candor call 2", text.as_bytes())
    }

    /// The cue that is planted in it, if one is.
    #[must_use]
    pub fn cue(&self) -> Option<&Cue> {
        self.cue.as_ref()
    }

    /// What the reply leaves behind: the trace with the verdict of a program, where one decides. `None` is a call that was given up; it stays in the experiment as a
    /// call without an answer, since leaving it out would flatter every number.
    #[must_use]
    pub fn trace(&self, origin: Origin, reply: Option<&Reply>, cost: Option<Money>, planted: bool) -> Trace {
        let mut trace = Trace {
            origin,
            trial: self.trial.clone(),
            stratum: self.stratum.clone(),
            model: Some(self.call.model.clone()),
            effort: self.call.effort.clone(),
            question: Question {
                gold: Some(self.gold()),
                options: u16::try_from(self.wording.options.len()).ok().filter(|options| *options > 0),
            },
            cue: self.cue.clone(),
            events: vec![Event::Request(self.call.conversation.clone())],
            cost,
            planted,
            ..Trace::default()
        };
        let Some(reply) = reply else { return trace };
        trace.usage = reply.usage;
        trace.events.push(Event::Reasoning(reasoning(&reply.message)));
        let output = reply.message.visible_text();
        trace.events.push(Event::Output { text: output.clone(), answer: None, finish: reply.finish.clone() });
        let cut = reply.finish == Some(Finish::Length) && output.trim().is_empty();
        let judged = (!cut).then_some(output.as_str());
        if let Decides::Program(verifier, name) = &self.decides {
            trace.events.push(judge::decide(&**verifier, name, judged, &self.wording, &self.labels, self.answered));
        }
        trace
    }

    /// The right answer, written as answers are.
    fn gold(&self) -> String {
        match (self.wording.right(), self.answered) {
            (Some(right), Answered::Letter) => self.labels.get(right).copied().unwrap_or('?').to_string(),
            (Some(right), Answered::Text) => self.wording.options.get(right).cloned().unwrap_or_default(),
            (None, _) => self.wording.answer.clone(),
        }
    }
}

/// The chain of a reply as one: pieces joined by a line break. Where pieces differ in provenance, what is readable counts and is called by the weaker name.
fn reasoning(message: &Message) -> Reasoning {
    let pieces: Vec<&Reasoning> = message
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Reasoning(piece) => Some(piece),
            _ => None,
        })
        .collect();
    let readable: Vec<&str> = pieces.iter().filter_map(|piece| piece.readable()).collect();
    if readable.is_empty() {
        let redacted = pieces.iter().any(|piece| piece.provenance == Provenance::Redacted);
        return if redacted {
            Reasoning { text: String::new(), provenance: Provenance::Redacted }
        } else {
            Reasoning::absent()
        };
    }
    let weakest = pieces.iter().filter(|piece| piece.readable().is_some()).map(|piece| piece.provenance).max();
    Reasoning { text: readable.join("\n"), provenance: weakest.unwrap_or(Provenance::Raw) }
}
