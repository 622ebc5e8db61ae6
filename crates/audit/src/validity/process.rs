//! Planted questions: how likely each is to be answered right, how often it is asked, and which verdicts are recorded wrong. A regime is only
//! ever a change of this process, so that all worlds mean the same by it.

use candor_stats::{Seed, Stream};

use super::regime::Regime;

/// A place of the written grid: how many questions, how often each is asked, how likely a right answer is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Questions.
    pub questions: usize,
    /// Samples of each.
    pub samples: u32,
    /// How likely a right answer is, where the world asks for it.
    pub p: f64,
}

impl Point {
    /// That place.
    #[must_use]
    pub const fn new(questions: usize, samples: u32, p: f64) -> Self {
        Self { questions, samples, p }
    }
}

/// The grid of most worlds.
pub(super) const GRID: [Point; 6] = [
    Point::new(40, 4, 0.5),
    Point::new(40, 4, 0.75),
    Point::new(80, 4, 0.3),
    Point::new(80, 4, 0.8),
    Point::new(120, 2, 0.6),
    Point::new(120, 2, 0.85),
];

/// The same with twenty questions, whatever the regime.
pub(super) const FEW: [Point; 3] = [Point::new(20, 4, 0.3), Point::new(20, 4, 0.5), Point::new(20, 4, 0.7)];

/// Eight of ten questions have no variation of their own where the regime is "tied".
const TIED: f64 = 0.8;
const WRONG: f64 = 0.1;

/// How planted questions are answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Process {
    pub(super) questions: usize,
    samples: u32,
    unequal: bool,
    p: f64,
    icc: f64,
    drift: f64,
    tied: f64,
    wrong: f64,
}

impl Process {
    pub(super) fn new(regime: Regime, point: Point) -> Self {
        let plain = Self {
            questions: point.questions,
            samples: point.samples,
            unequal: false,
            p: point.p,
            icc: 0.2,
            drift: 0.0,
            tied: 0.0,
            wrong: 0.0,
        };
        match regime {
            Regime::AsAssumed | Regime::Few => plain,
            Regime::Clustered => Self { icc: 0.5, unequal: point.samples > 1, ..plain },
            // So far that no mean leaves [.02, .98].
            Regime::Drifting => Self { drift: 0.3_f64.min(1.9 * point.p.min(1.0 - point.p)), ..plain },
            Regime::Tied => Self { tied: TIED, ..plain },
            Regime::WrongLabels => Self { wrong: WRONG, ..plain },
        }
    }

    /// The mean probability of a right answer over questions.
    pub(super) fn mean(&self) -> f64 {
        self.p
    }

    /// The same process on another number of questions.
    pub(super) fn of_questions(&self, questions: usize) -> Self {
        Self { questions, ..*self }
    }

    /// How often a question is asked: where numbers differ, most are asked twice and some ten times.
    pub(super) fn samples(&self, question: usize) -> u32 {
        match (self.unequal, question % 4) {
            (false, _) => self.samples,
            (true, 3) => 10,
            (true, _) => 2,
        }
    }

    /// A question's probability of a right answer.
    pub(super) fn rate(&self, question: usize, s: &mut Stream) -> f64 {
        let last = self.questions.saturating_sub(1).max(1) as f64;
        self.rate_at(question as f64 / last, s)
    }

    /// The same for a question at that share of the way.
    fn rate_at(&self, way: f64, s: &mut Stream) -> f64 {
        let mean = (self.p + self.drift * (way - 0.5)).clamp(0.0, 1.0);
        if self.tied > 0.0 && s.chance(self.tied) {
            return f64::from(u8::from(s.chance(mean)));
        }
        let size = 1.0 / self.icc - 1.0;
        beta(mean * size, (1.0 - mean) * size, s)
    }

    /// What is recorded of a truth.
    pub(super) fn recorded(&self, truth: bool, s: &mut Stream) -> bool {
        if self.wrong > 0.0 { truth != s.chance(self.wrong) } else { truth }
    }

    /// The mean over questions of something that follows from a question's rate: over 400,000 planted questions, so that its own error is far
    /// below that of any interval.
    pub(super) fn mean_of(&self, mut of: impl FnMut(f64, &mut Stream) -> f64) -> f64 {
        const MANY: usize = 400_000;
        let mut s = Seed(1).stream("truth of a planted process");
        let sum: f64 = (0..MANY)
            .map(|at| {
                let rate = self.rate_at(at as f64 / (MANY - 1) as f64, &mut s);
                of(rate, &mut s)
            })
            .sum();
        sum / MANY as f64
    }
}

/// Beta(a, b) by Jöhnk's rejection (Jöhnk 1964); quick where a + b is small, as here.
fn beta(a: f64, b: f64, s: &mut Stream) -> f64 {
    if a <= 0.0 || b <= 0.0 {
        return if a <= 0.0 { 0.0 } else { 1.0 };
    }
    loop {
        let (x, y) = (s.unit().powf(1.0 / a), s.unit().powf(1.0 / b));
        if x + y <= 1.0 && x + y > 0.0 {
            return x / (x + y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_regime_keeps_the_mean_and_changes_what_it_says() {
        for regime in Regime::ALL {
            for point in GRID {
                let process = Process::new(regime, point);
                let mean = process.mean_of(|rate, _| rate);
                assert!((mean - point.p).abs() < 0.004, "{regime:?} {point:?}: {mean}");
                let sure = process.mean_of(|rate, _| f64::from(u8::from(!(1e-9..=1.0 - 1e-9).contains(&rate))));
                assert_eq!(sure > 0.7, regime == Regime::Tied, "{regime:?} {point:?}: {sure}");
            }
        }
        let process = Process::new(Regime::Clustered, GRID[0]);
        assert_eq!((0..4).map(|question| process.samples(question)).collect::<Vec<_>>(), [2, 2, 2, 10]);
        let mut s = Seed(3).stream("labels");
        let wrong = Process::new(Regime::WrongLabels, GRID[0]);
        let kept = (0..10_000).filter(|_| wrong.recorded(true, &mut s)).count();
        assert!((8_800..9_200).contains(&kept), "{kept}");
    }
}
