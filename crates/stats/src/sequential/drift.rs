//! Has the mean moved away from a baseline that is itself only estimated? A two-sample e-process.
//!
//! Not a comparison with a baseline taken for the truth: that alarms for ever once the baseline's own error is resolved.

use super::capital::CELLS;
use super::confidence::ConfidenceSequence;
use crate::error::Error;
use crate::interval::Level;

/// Shares of the capital at stake; the capital is their average, so that small and large moves are both found.
const BETS: [f64; 5] = [0.5, 0.25, 0.125, 0.062_5, 0.031_25];

/// What an alarm's error rate means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Control {
    /// One alarm for all time: the probability that it is ever false is at most 1 - level, baseline included. The longer nothing
    /// happens, the more evidence a later move has to overcome.
    Once {
        /// The level.
        level: Level,
        /// How many streams are watched together. The e-value reaches up to streams/alpha, which is what e-BH over them can ask for,
        /// and the stream's own alarm takes its Bonferroni share.
        streams: u32,
    },
    /// Restarted at each observation (an e-detector): false alarms come, on average, at most once in so many observations, given that the
    /// baseline's confidence set holds its mean. The wait for a true alarm does not grow with the time before the move.
    RunLength {
        /// The average number of observations to a false alarm is at least this.
        observations: f64,
        /// The level of the baseline's confidence set.
        level: Level,
    },
}

/// Capital against "the mean is m" for m in one cell of the grid: per bet, on a rise and on a fall.
#[derive(Debug, Clone, PartialEq)]
struct Cell {
    low: f64,
    high: f64,
    rise: [f64; BETS.len()],
    fall: [f64; BETS.len()],
}

/// Watches a stream for a move away from a baseline.
///
/// For each mean m in the baseline's confidence set a bettor multiplies capital by 1 + b (x/m - 1) (on a rise) or 1 + b ((1 - x)/(1 - m) - 1) (on
/// a fall), averaged over b = 1/2, 1/4, … 1/32 and both sides; the evidence is the smallest capital over the set, bounded from
/// below within each cell of the 1/1,000 grid.
///
/// Once: e = min(smallest capital / 2, streams/alpha), with the baseline's set at 1 - alpha/(2 streams). For the true m this is at most the average of
/// the capital and of the baseline's own e-value, 2 streams/alpha where the set misses m, so that e is an e-process of "the stream has the
/// baseline's mean". Alarm at streams/alpha. RunLength: capital is (1 + capital) times the same factor, alarm at the number of observations.
///
/// Assumes that under the null each observation, baseline included, has the same mean given those before it. Sources: Shafer, JRSS A 184
/// (2021) 407; Ramdas, Grünwald, Vovk and Shafer, Statist. Sci. 38 (2023) 576; e-detectors: Shin, Ramdas and Rinaldo, NEJSDS 2 (2024) 229.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftMonitor {
    control: Control,
    cells: Vec<Cell>,
    observations: u64,
    /// The smallest capital over the cells.
    smallest: f64,
    alarm: Option<u64>,
}

impl DriftMonitor {
    /// Against a baseline of observations in [0, 1], in their order. A baseline that contradicts itself alarms at the first observation.
    ///
    /// # Errors
    /// Without a baseline, when a value is outside [0, 1], no stream is watched, or the run length is below 1.
    pub fn new(baseline: &[f64], control: Control) -> Result<Self, Error> {
        let level = match control {
            Control::Once { streams: 0, .. } => return Err(Error::domain("streams", "at least 1", 0)),
            Control::Once { level, streams } => level.bonferroni(2 * streams as usize),
            Control::RunLength { observations, .. } if !(observations.is_finite() && observations >= 1.0) => {
                return Err(Error::domain("average run length", "a finite number, at least 1", observations));
            }
            Control::RunLength { level, .. } => level,
        };
        if baseline.is_empty() {
            return Err(Error::domain("baseline", "at least 1 observation", 0));
        }
        let mut set = ConfidenceSequence::new(level);
        for x in baseline {
            set.push(*x)?;
        }
        let start = match control {
            Control::Once { .. } => 1.0,
            Control::RunLength { .. } => 0.0,
        };
        let grid = |at: usize| at as f64 / CELLS as f64;
        let cells = set.interval().map_or_else(
            |_| Vec::new(),
            |interval| {
                (0..CELLS)
                    .map(|at| (grid(at), grid(at + 1)))
                    .filter(|(low, high)| *high > interval.low() + 1e-9 && *low < interval.high() - 1e-9)
                    .map(|(low, high)| Cell { low, high, rise: [start; BETS.len()], fall: [start; BETS.len()] })
                    .collect()
            },
        );
        Ok(Self { control, cells, observations: 0, smallest: 0.0, alarm: None })
    }

    /// The next observation of the stream.
    ///
    /// # Errors
    /// When `x` is outside [0, 1].
    pub fn push(&mut self, x: f64) -> Result<(), Error> {
        if !(0.0..=1.0).contains(&x) {
            return Err(Error::domain("observation", "a number in [0, 1]", x));
        }
        self.observations += 1;
        let restart = match self.control {
            Control::Once { .. } => 0.0,
            Control::RunLength { .. } => 1.0,
        };
        let mut smallest = f64::INFINITY;
        for cell in &mut self.cells {
            // The capital on a rise is smallest at the upper end of the cell, the one on a fall at the lower end.
            let (rise, fall) = (x / cell.high - 1.0, (1.0 - x) / (1.0 - cell.low) - 1.0);
            for ((bet, up), down) in BETS.iter().zip(&mut cell.rise).zip(&mut cell.fall) {
                *up = grown(*up + restart, 1.0 + bet * rise);
                *down = grown(*down + restart, 1.0 + bet * fall);
            }
            let sum: f64 = cell.rise.iter().chain(&cell.fall).sum();
            smallest = smallest.min(sum / (2 * BETS.len()) as f64);
        }
        self.smallest = smallest;
        if self.alarm.is_none() && self.evidence() >= self.threshold() {
            self.alarm = Some(self.observations);
        }
        Ok(())
    }

    /// The evidence against "nothing moved" now. Under [`Control::Once`] an e-value, for [`crate::multiplicity::e_bh`]; under
    /// [`Control::RunLength`] the detector's statistic, which is none.
    #[must_use]
    pub fn evidence(&self) -> f64 {
        match self.control {
            Control::Once { .. } => (0.5 * self.smallest).min(self.threshold()),
            Control::RunLength { .. } => self.smallest.min(self.threshold()),
        }
    }

    /// Observations of the stream so far.
    #[must_use]
    pub fn observations(&self) -> u64 {
        self.observations
    }

    /// The evidence at which the alarm is raised.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        match self.control {
            Control::Once { level, streams } => f64::from(streams) / level.alpha(),
            Control::RunLength { observations, .. } => observations,
        }
    }

    /// After how many observations of the stream the alarm was raised, if it was. It stays raised.
    #[must_use]
    pub fn alarm(&self) -> Option<u64> {
        self.alarm
    }

    /// What the alarm's error rate means.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control
    }
}

/// Capital times a factor, short of overflow: less capital is always allowed.
fn grown(capital: f64, factor: f64) -> f64 {
    (capital * factor).min(1e300)
}
