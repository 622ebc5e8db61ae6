//! A confidence sequence for each window (a day, a release), all of them together at one level.
//!
//! Under drift a mean over all time is no parameter; the mean of a window is, as long as it stays within the window.

use super::confidence::ConfidenceSequence;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::interval::Level;
use crate::undefined::Undefined;

/// How the error probability alpha is split over windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// A number of windows that is known beforehand: alpha/n each.
    Planned(u32),
    /// No end in sight: alpha 6/(pi^2 j^2) for window j = 1, 2, …; later windows are wider.
    Endless,
}

/// Confidence sequences of consecutive windows.
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    level: Level,
    split: Split,
    closed: Vec<Result<Estimate, Undefined>>,
    open: ConfidenceSequence,
}

impl Windows {
    /// The first window is open.
    ///
    /// # Errors
    /// When no window is planned.
    pub fn new(level: Level, split: Split) -> Result<Self, Error> {
        if split == Split::Planned(0) {
            return Err(Error::domain("planned windows", "at least 1", 0));
        }
        Ok(Self { level, split, closed: Vec::new(), open: ConfidenceSequence::new(share(level, split, 1)) })
    }

    /// The window that is open, to add observations to and to look at.
    pub fn open(&mut self) -> &mut ConfidenceSequence {
        &mut self.open
    }

    /// Closes the window and opens the next.
    ///
    /// # Errors
    /// When every planned window has been opened: the error probability is spent.
    pub fn close(&mut self) -> Result<(), Error> {
        let next = self.closed.len() + 2;
        if let Split::Planned(planned) = self.split
            && next > planned as usize
        {
            return Err(Error::domain("windows", format!("the {planned} that were planned"), next));
        }
        let next = ConfidenceSequence::new(share(self.level, self.split, next));
        let closed = std::mem::replace(&mut self.open, next);
        self.closed.push(closed.estimate());
        Ok(())
    }

    /// Every window so far, the open one last. All intervals hold together, at all times, with the level.
    #[must_use]
    pub fn estimates(&self) -> Vec<Result<Estimate, Undefined>> {
        self.closed.iter().cloned().chain([self.open.estimate()]).collect()
    }

    /// The first window whose interval shares no point with that of an earlier one, and the earliest such: their means differ. False with
    /// probability alpha at most, over all windows and times.
    #[must_use]
    pub fn drift(&self) -> Option<(usize, usize)> {
        let estimates = self.estimates();
        let interval = |at: usize| estimates.get(at)?.as_ref().ok()?.interval().ok();
        (0..estimates.len()).flat_map(|late| (0..late).map(move |early| (early, late))).find(|(early, late)| {
            matches!((interval(*early), interval(*late)), (Some(early), Some(late)) if early.disjoint(late))
        })
    }
}

/// The level of window `number`, from 1.
fn share(level: Level, split: Split, number: usize) -> Level {
    match split {
        Split::Planned(planned) => level.bonferroni(planned as usize),
        Split::Endless => {
            let part = 6.0 / (std::f64::consts::PI * number as f64).powi(2);
            Level::new((1.0 - level.alpha() * part).min(1.0 - f64::EPSILON)).unwrap_or(level)
        }
    }
}
