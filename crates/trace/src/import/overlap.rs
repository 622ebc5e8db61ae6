//! The same samples in two files of a source: a log beside its copy in another format, a file that was copied or went on in a second one. Found by
//! content, told and never dropped: two runs may agree to the letter, and who reads may know why. Not repeats within one file, which are samples
//! like any other.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use candor_llm::{Conversation, Part};
use serde::Serialize;

use crate::digested::Digested;
use crate::error::shown;
use crate::numeral::grouped;
use crate::{Event, Trace};

/// Two files that hold the same samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overlap {
    /// The file that was read later, and how many samples it holds.
    pub file: String,
    /// See [`Overlap::file`].
    pub of_file: u64,
    /// The file that was read earlier, and how many samples it holds.
    pub earlier: String,
    /// See [`Overlap::earlier`].
    pub of_earlier: u64,
    /// How many samples both hold: the same model, question, arm, effort and, where they were recorded, number, time and request, and the same
    /// reply to the letter. Of a source of very many samples it is the least that there are.
    pub samples: u64,
}

impl fmt::Display for Overlap {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, earlier) = (shown(&self.file), shown(&self.earlier));
        let samples =
            |count: u64| if count == 1 { "1 sample".to_owned() } else { format!("{} samples", grouped(count)) };
        write!(out, "{file} and {earlier} hold the same {}", samples(self.samples))?;
        write!(out, " (of {} and {}), word for word: ", grouped(self.of_file), grouped(self.of_earlier))?;
        out.write_str("all are read, so that they count twice (numbered ones are used once); ")?;
        match (self.samples == self.of_file, self.samples == self.of_earlier) {
            (true, true) => write!(out, "unless these are two runs, leave one of the two out"),
            (true, false) => write!(out, "unless these are two runs, leave {file} out"),
            (false, true) => write!(out, "unless these are two runs, leave {earlier} out"),
            (false, false) => write!(out, "unless these are two runs, take them out of one of the two"),
        }
    }
}

/// A sample by its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    digest: u64,
    /// Whether so much was said that nobody says it twice by chance.
    is_long: bool,
}

impl Sample {
    /// Nothing where nothing was said. The number of the sample counts where the source gives one.
    pub(super) fn of(trace: &Trace, numbered: bool) -> Option<Self> {
        /// A reply of fewer bytes, such as a letter, is given twice by chance.
        const LONG: usize = 100;
        if trace.trial.is_roster() {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        let Trace { model, effort, stratum, at_ms, trial, cue, .. } = trace;
        (model, effort, stratum, at_ms, &trial.unit, &trial.arm).hash(&mut hasher);
        numbered.then_some(trial.sample).hash(&mut hasher);
        if let Some(cue) = cue {
            (cue.kind.as_str(), &cue.target).hash(&mut hasher);
        }
        let mut said = 0;
        let mut says = false;
        for event in &trace.events {
            let text = match event {
                Event::Request(conversation) => {
                    asked(conversation, &mut hasher);
                    continue;
                }
                Event::Reasoning(reasoning) => &reasoning.text,
                Event::ToolCall { arguments, .. } => arguments,
                Event::Output { text, answer, .. } => {
                    says |= answer.is_some();
                    answer.hash(&mut hasher);
                    text
                }
                _ => continue,
            };
            text.hash(&mut hasher);
            said += text.len();
        }
        (says || said > 0).then(|| Self { digest: hasher.finish(), is_long: said >= LONG })
    }
}

fn asked(conversation: &Conversation, hasher: &mut DefaultHasher) {
    for part in conversation.messages.iter().flat_map(|message| &message.parts) {
        match part {
            Part::Text { text } => text.hash(hasher),
            Part::Reasoning(reasoning) => reasoning.text.hash(hasher),
            Part::ToolCall { arguments: text, .. } | Part::ToolResult { content: text, .. } => text.hash(hasher),
            Part::Sealed { json, .. } => json.hash(hasher),
        }
    }
}

/// More samples are not told apart: what is said is then the least. About 45 MB.
const MOST_SAMPLES: usize = 7 << 18;
/// More pairs of files are not told.
const MOST_PAIRS: usize = 10_000;

/// Where a sample was seen first, how often there, and how often in the file that is being read.
#[derive(Debug, Clone, Copy)]
struct Seen {
    file: u32,
    there: u32,
    again_in: u32,
    again: u32,
}

/// What two files have in common.
#[derive(Debug, Clone, Copy, Default)]
struct Common {
    long: u64,
    short: u64,
}

/// The samples of a source on the way through its files.
#[derive(Debug, Default)]
pub(super) struct Overlaps {
    files: Vec<(Arc<str>, u64)>,
    seen: Digested<Seen>,
    pairs: BTreeMap<(u32, u32), Common>,
}

impl Overlaps {
    /// The next file begins.
    pub(super) fn begin(&mut self, file: &Arc<str>) {
        self.files.push((Arc::clone(file), 0));
    }

    /// Takes in a sample of the file that was begun last.
    pub(super) fn see(&mut self, sample: Sample) {
        let Some(((_, samples), before)) = self.files.split_last_mut() else { return };
        *samples += 1;
        let Ok(now) = u32::try_from(before.len()) else { return };
        let Some(seen) = self.seen.get_mut(&sample.digest) else {
            if self.seen.len() < MOST_SAMPLES {
                self.seen.insert(sample.digest, Seen { file: now, there: 1, again_in: now, again: 0 });
            }
            return;
        };
        if seen.file == now {
            seen.there = seen.there.saturating_add(1);
            return;
        }
        if seen.again_in != now {
            (seen.again_in, seen.again) = (now, 0);
        }
        if seen.again == seen.there {
            return;
        }
        seen.again += 1;
        let pair = (seen.file, now);
        if self.pairs.len() < MOST_PAIRS || self.pairs.contains_key(&pair) {
            let common = self.pairs.entry(pair).or_default();
            if sample.is_long { common.long += 1 } else { common.short += 1 }
        }
    }

    /// The pairs of files that hold the same samples, most first. Short replies count only where nearly all of the smaller file stands in the other:
    /// two runs that answer A, B or C agree often.
    pub(super) fn told(&self) -> Vec<Overlap> {
        let of = |file: u32| self.files.get(file as usize);
        let mut told: Vec<Overlap> = self
            .pairs
            .iter()
            .filter_map(|((earlier, file), common)| {
                let ((earlier, of_earlier), (file, of_file)) = (of(*earlier)?, of(*file)?);
                let fewer = *of_earlier.min(of_file);
                let all = common.long + common.short;
                let samples = if all * 20 >= fewer * 19 { all } else { common.long };
                // One reply in a hundred, such as a refusal, may be a phrase that is always the same.
                (samples * 100 > fewer).then(|| Overlap {
                    file: file.to_string(),
                    of_file: *of_file,
                    earlier: earlier.to_string(),
                    of_earlier: *of_earlier,
                    samples,
                })
            })
            .collect();
        told.sort_by_key(|overlap| std::cmp::Reverse(overlap.samples));
        told
    }
}
