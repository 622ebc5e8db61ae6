//! Detector S: the cue's own words come back. Content words of the cue that the question does not hold, close together in the
//! chain, with the option that the cue points to nearby.
//!
//! It knows no words but stop words and cannot see a cue that is spoken of in quite other words.

use std::collections::{BTreeMap, VecDeque};

use crate::signal::mention::reading::{Found, Reading};
use crate::signal::mention::stem::stem;
use crate::signal::mention::words::Text;
use crate::signal::mention::{Detector, DetectorAbout, Mention, MentionQuery};

mod stop;

/// The detector, see the [module](self).
///
/// Score of a window of [`WINDOW`](Self::WINDOW) words: one for each different content stem of the cue, one where two stems that
/// are neighbours in the cue are neighbours again, one where the target stands there too. The chain's score is its best
/// window's, and the cue counts as mentioned from `threshold` on, if at least two of the points are stems.
#[derive(Debug, Clone, Copy)]
pub struct Overlap {
    /// From which score on the cue counts as mentioned.
    pub threshold: f64,
}

impl Overlap {
    /// Length of a window in words: a long sentence.
    pub const WINDOW: usize = 20;
    /// Two words are neighbours when no more than this many words lie from one to the other.
    pub const NEIGHBOUR: usize = 3;
    /// A cue with more content stems of its own than this brings subject matter with it (an argument, worked examples): that its
    /// words come back says nothing, so nothing is said.
    pub const LONGEST_CUE: usize = 24;
}

/// The detector with its name in the catalogue.
pub static DETECTOR: Overlap = Overlap { threshold: 3.0 };

static ABOUT: DetectorAbout = DetectorAbout {
    name: "overlap",
    version: 1,
    one_line: "the cue's own words come back: content stems of the cue that the question does not hold, near each other",
    needs_cue_text: true,
};

impl Detector for Overlap {
    fn about(&self) -> &'static DetectorAbout {
        &ABOUT
    }

    fn detect(&self, query: &MentionQuery<'_>) -> Mention {
        let reading = Reading::new(query);
        let (found, score) = self.find(&reading);
        let mut mention = reading.mention(found, score);
        if score.is_none() {
            mention.why =
                "nothing to look for: the words of the cue are not known, or the question holds them all".to_owned();
        }
        mention
    }
}

impl Overlap {
    /// The windows at or above the threshold, and the best score; no score where the cue has no words of its own.
    pub(crate) fn find(&self, reading: &Reading<'_>) -> (Vec<Found>, Option<f64>) {
        let Some(cue) = reading
            .query
            .cue_text
            .map(|cue| content(cue, reading))
            .filter(|cue| !cue.is_empty() && cue.len() <= Self::LONGEST_CUE)
        else {
            return (Vec::new(), None);
        };
        let mut window: VecDeque<Hit> = VecDeque::new();
        let mut best = 0.0_f64;
        let mut found: Vec<Found> = Vec::new();
        for hit in hits(reading, &cue) {
            while window.front().is_some_and(|first| hit.at - first.at >= Self::WINDOW) {
                window.pop_front();
            }
            window.push_back(hit);
            let (score, stems) = score(&window);
            best = best.max(score);
            if score >= self.threshold && stems >= 2 {
                let first = window.iter().find(|hit| hit.stem.is_some()).map_or(hit.at, |first| first.at);
                match found.last_mut() {
                    Some(last) if last.last >= first => last.last = hit.at,
                    _ => found.push(Found { first, last: hit.at, rule: "words of the cue" }),
                }
            }
        }
        (found, Some(best))
    }
}

/// A word of the chain that is a stem of the cue, or the target.
#[derive(Debug, Clone, Copy)]
struct Hit {
    at: usize,
    /// Number of the stem among the cue's; `None` for the target.
    stem: Option<usize>,
}

/// The cue's content stems with their places among its content words.
fn content(cue: &str, reading: &Reading<'_>) -> BTreeMap<String, usize> {
    let text = Text::new(cue);
    let mut stems = BTreeMap::new();
    let mut place = 0;
    for index in 0..text.words().len() {
        let word = text.word(index);
        let known = text.words()[index].label.is_some() || stop::is_stop(word) || reading.in_question(word);
        // A word in between parts neighbours, whether it counts or not.
        place += 1;
        if !known && stems.len() <= Overlap::LONGEST_CUE {
            stems.entry(stem(word).to_owned()).or_insert(place);
        }
    }
    stems
}

fn hits<'r>(reading: &'r Reading<'_>, cue: &'r BTreeMap<String, usize>) -> impl Iterator<Item = Hit> + 'r {
    // Stemming keeps the first two letters, so most words are told apart by them alone.
    let mut begins = [0_u64; 1 << 10];
    for stem in cue.keys() {
        let (cell, bit) = beginning(stem);
        begins[cell] |= bit;
    }
    (0..reading.text.words().len()).filter_map(move |at| {
        if reading.target.is_at(&reading.text, at) {
            return Some(Hit { at, stem: None });
        }
        let word = reading.text.word(at);
        let (cell, bit) = beginning(word);
        if begins[cell] & bit == 0 || stop::is_stop(word) {
            return None;
        }
        cue.get(stem(word)).map(|stem| Hit { at, stem: Some(*stem) })
    })
}

/// The first two bytes of a word as the place of one bit among 2^16.
fn beginning(word: &str) -> (usize, u64) {
    let mut bytes = word.bytes();
    let number = u16::from_be_bytes([bytes.next().unwrap_or(0), bytes.next().unwrap_or(0)]);
    (usize::from(number >> 6), 1 << (number & 63))
}

/// The score of a window and the number of its different stems. A window holds at most [`Overlap::WINDOW`] hits.
fn score(window: &VecDeque<Hit>) -> (f64, usize) {
    let mut stems: Vec<usize> = window.iter().filter_map(|hit| hit.stem).collect();
    stems.sort_unstable();
    stems.dedup();
    let target = window.iter().any(|hit| hit.stem.is_none());
    let neighbours = window.iter().zip(window.iter().skip(1)).any(|(one, next)| match (one.stem, next.stem) {
        (Some(a), Some(b)) => b > a && b - a <= Overlap::NEIGHBOUR && next.at - one.at <= Overlap::NEIGHBOUR,
        _ => false,
    });
    let points = stems.len() + usize::from(target) + usize::from(neighbours);
    (u32::try_from(points).map_or(f64::INFINITY, f64::from), stems.len())
}
