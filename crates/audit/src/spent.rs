//! What the calls of one subject spent in tokens and money, as sums. Not an estimate: it orders levels, and no claim is made of it.

use candor_trace::Trace;

use crate::words::thousands;

/// A thing that calls spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spending {
    /// Reasoning tokens, as the vendor counted them.
    Reasoning,
    /// Output tokens.
    Output,
    /// Money.
    Cost,
}

impl Spending {
    /// From what says most about how long a model reasoned.
    pub(crate) const ALL: [Self; 3] = [Self::Reasoning, Self::Output, Self::Cost];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Reasoning => "mean reasoning tokens",
            Self::Output => "mean output tokens",
            Self::Cost => "mean cost",
        }
    }

    /// A mean as sentences show it.
    pub(crate) fn shown(self, mean: f64) -> String {
        match self {
            Self::Reasoning | Self::Output => thousands(mean.round() as u64),
            Self::Cost => format!("${}", format!("{mean:.6}").trim_end_matches('0').trim_end_matches('.')),
        }
    }
}

/// Sums over the calls of one subject, and of how many calls they are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    calls: u64,
    sums: [(f64, u64); 3],
}

impl Spent {
    /// Takes in one call.
    pub(crate) fn add(&mut self, trace: &Trace) {
        self.calls += 1;
        let spent = [
            trace.usage.reasoning.map(|tokens| tokens as f64),
            trace.usage.output.map(|tokens| tokens as f64),
            trace.cost.map(candor_trace::Money::units),
        ];
        for ((sum, known), amount) in self.sums.iter_mut().zip(spent) {
            if let Some(amount) = amount {
                *sum += amount;
                *known += 1;
            }
        }
    }

    /// The mean over the calls that have it; `None` where that is not most of them.
    pub(crate) fn mean(&self, what: Spending) -> Option<f64> {
        let (sum, known) = match what {
            Spending::Reasoning => self.sums[0],
            Spending::Output => self.sums[1],
            Spending::Cost => self.sums[2],
        };
        (2 * known > self.calls).then(|| sum / known as f64)
    }
}
