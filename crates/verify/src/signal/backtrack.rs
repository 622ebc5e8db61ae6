//! Where a chain of thought goes back on itself, in two stages: a lexical cue, then the class of what the passage does and a score
//! fitted to labelled sections. Observable self-correction; not evidence of a mechanism behind it.
//!
//! The measured precision and recall, and what they are short of, stand in `docs/methods/backtracking.md`.

use serde::{Deserialize, Serialize};

use super::stated::{Value, stated};
use super::{Signal, Span};

mod class;
mod cue;
mod features;
mod passages;

pub use class::Class;
pub use features::{FEATURES, Feature, INTERCEPT, features, score};

/// Counted up whenever a rule or a weight changes what is found: rates of two versions are not comparable.
pub const VERSION: u32 = 1;

/// The score from which a passage is taken for backtracking: where recall on the labelled sections is three quarters.
pub const THRESHOLD: f64 = 0.15;

/// Places beyond this many are counted and not kept.
const MOST_PLACES: usize = 4096;

/// A place at which a chain may go back on itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// First byte of the cue in the chain.
    pub start: usize,
    /// One past the last byte of the cue.
    pub end: usize,
    /// Where in the chain the cue stands: its first byte over the chain's bytes, 0 to 1.
    pub share: f64,
    /// The cue as written.
    pub cue: String,
    /// What the passage does.
    pub class: Class,
    /// The fitted probability that an annotator calls the passage backtracking, 0 to 1, on the annotator's scale.
    pub score: f64,
    /// The last answer stated before the cue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The first answer stated after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

impl Place {
    /// Whether this counts as backtracking: its class does ([`Class::counts`]) and its score reaches [`THRESHOLD`].
    #[must_use]
    pub fn backtracks(&self) -> bool {
        self.class.counts() && self.score >= THRESHOLD
    }

    /// Whether the candidate answer changed across the place; `None` where it is not stated on both sides in comparable ways.
    #[must_use]
    pub fn changed(&self) -> Option<bool> {
        self.before.as_ref()?.same(self.after.as_ref()?).map(|same| !same)
    }
}

/// The places of one chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Backtracking {
    /// The places with a cue, in order, whether or not they count.
    pub places: Vec<Place>,
    /// How many passages have a cue; more than `places` only in chains of thousands of them.
    pub cues: usize,
    /// Passages in which the chain was cut.
    pub passages: usize,
}

impl Backtracking {
    /// The places that count as backtracking.
    pub fn counted(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(|place| place.backtracks())
    }

    /// The same as a [`Signal`]: present where at least one place counts, the highest score as its score.
    #[must_use]
    pub fn into_signal(self) -> Signal {
        let counted: Vec<&Place> = self.counted().collect();
        let why = match counted.first() {
            Some(first) => format!(
                "{} of {} place(s) with a cue count as backtracking, the first a {} at {:.0} % of the chain",
                counted.len(),
                self.cues,
                first.class,
                100.0 * first.share
            ),
            None => format!("none of {} place(s) with a cue counts as backtracking", self.cues),
        };
        let spans = counted
            .iter()
            .map(|place| Span { start: place.start, end: place.end, rule: place.class.to_string() })
            .collect();
        let score = self.places.iter().map(|place| place.score).max_by(f64::total_cmp);
        Signal { present: !counted.is_empty(), score, spans, why }
    }
}

/// Reads a chain.
///
/// The chain is cut into passages, at empty lines and before every sentence that opens with a cue. Stage one looks for a cue in
/// each; stage two gives those that have one their class and their score. Time is linear in the length of the chain.
#[must_use]
pub fn backtracking(chain: &str) -> Backtracking {
    let answers = stated(chain);
    let passages = passages::passages(chain);
    let mut places = Vec::new();
    let mut cues = 0;
    let mut previous = "";
    for range in &passages {
        let passage = &chain[range.clone()];
        if let Some(cue) = cue::first(passage) {
            cues += 1;
            if places.len() < MOST_PLACES {
                let start = range.start + cue.start;
                let split = answers.partition_point(|answer| answer.start < start);
                places.push(Place {
                    start,
                    end: range.start + cue.end,
                    share: share(start, chain.len()),
                    cue: passage[cue].to_owned(),
                    class: class::of(passage),
                    score: score(passage, previous),
                    before: answers[..split].iter().rfind(|one| !one.tentative).map(|one| one.value.clone()),
                    after: answers[split..].iter().find(|one| !one.tentative).map(|one| one.value.clone()),
                });
            }
        }
        previous = passage;
    }
    Backtracking { places, cues, passages: passages.len() }
}

/// Class and score of one section of a chain as somebody else cut it; `None` where it has no cue. `previous` is the section before it.
#[must_use]
pub fn section(text: &str, previous: &str) -> Option<(Class, f64)> {
    cue::first(text)?;
    Some((class::of(text), score(text, previous)))
}

fn share(at: usize, of: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a text has fewer than 2^52 bytes")]
    let share = at as f64 / of.max(1) as f64;
    share
}
