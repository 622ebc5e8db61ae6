//! A running count told in sentences: the problem behind two families. Not what is put around it.

use candor_stats::seed::Stream;

use super::{between, pick};

/// How many there are at first, and every change.
#[derive(Debug)]
pub(super) struct Tally {
    start: i64,
    changes: Vec<i64>,
}

impl Tally {
    /// One of so many changes; the count never falls below one.
    pub(super) fn draw(stream: &mut Stream, changes: u32) -> Self {
        let start = between(stream, 6, 29);
        let mut count = start;
        let mut drawn = Vec::new();
        for _ in 0..changes {
            let by = between(stream, 2, 13);
            let change = if by < count && stream.chance(0.5) { -by } else { by };
            count += change;
            drawn.push(change);
        }
        Self { start, changes: drawn }
    }

    /// How many there are in the end.
    pub(super) fn total(&self) -> i64 {
        self.start + self.changes.iter().sum::<i64>()
    }

    /// What comes of slips: the last change forgotten, or made the other way round.
    pub(super) fn slips(&self) -> [i64; 3] {
        let last = self.changes.last().copied().unwrap_or_default();
        [self.total() - last, self.total() - 2 * last, self.total() - 1]
    }

    /// In sentences, each in one of several wordings; every one names what is counted.
    pub(super) fn told(&self, things: &str, place: &str, stream: &mut Stream) -> Vec<String> {
        let start = self.start;
        let first = [
            format!("There are {start} {things} {place}."),
            format!("At first {start} {things} are {place}."),
            format!("Somebody counts {start} {things} {place}."),
        ];
        let mut sentences = vec![one_of(stream, first)];
        for change in &self.changes {
            let by = change.abs();
            let told = if *change > 0 {
                [
                    format!("Then {by} more {things} are brought there."),
                    format!("Now {by} {things} are added to those."),
                    format!("After that {by} further {things} join them."),
                ]
            } else {
                [
                    format!("Then {by} of the {things} are taken away."),
                    format!("Now {by} {things} are removed from there."),
                    format!("After that {by} of these {things} are given away."),
                ]
            };
            sentences.push(one_of(stream, told));
        }
        sentences
    }

    /// What is asked.
    pub(super) fn asked(things: &str, place: &str, stream: &mut Stream) -> String {
        let wording = pick(
            stream,
            &[
                "How many {} are {@} in the end?",
                "What is the number of {} {@} after all this?",
                "How many {} are left {@}?",
            ],
        );
        wording.replace("{}", things).replace("{@}", place)
    }
}

fn one_of(stream: &mut Stream, wordings: [String; 3]) -> String {
    let at = stream.index(wordings.len());
    wordings.into_iter().nth(at).unwrap_or_default()
}
