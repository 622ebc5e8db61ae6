//! What one path costs, from recorded money. Not a price table: prices belong to a date and a contract.

use candor_stats::derivation::Derivation;
use candor_stats::paired::mean_difference;
use candor_stats::{Estimate, Interval, Level, Method, Size, Undefined};

use super::questions::Questions;

/// Mean recorded cost of one sample in dollars: mean of question means, t over questions, cut at 0.
pub(super) fn per_sample(questions: &Questions, level: Level) -> Result<Estimate, Undefined> {
    let mut means = Vec::with_capacity(questions.asked.len());
    let mut samples = 0;
    for asked in &questions.asked {
        if asked.samples.iter().any(|kept| !kept.costed) {
            return Err(Undefined::NotRecorded { what: "the cost of every sample".into() });
        }
        samples += asked.samples.len();
        let sum: f64 = asked.samples.iter().map(|kept| kept.cost as f64 * 1e-6).sum();
        means.push(sum / asked.samples.len() as f64);
    }
    mean_dollars(&means, samples as u64, level)
}

/// The mean of dollars per unit, t over units, cut at 0.
pub(crate) fn mean_dollars(spent: &[f64], samples: u64, level: Level) -> Result<Estimate, Undefined> {
    let mean = mean_difference(spent, level)?;
    let interval = mean.interval().map_err(Clone::clone).and_then(|interval| {
        Interval::new(interval.low().max(0.0), interval.high().max(0.0), level)
            .map_err(|_| Undefined::NoVariation { what: "costs".into() })
    });
    let size = Size { units: spent.len() as u64, samples };
    let dollars = Estimate::new(mean.value(), interval, size, Method::named("CR1, t(G-1)"))?;
    Ok(dollars.carrying(&mean).rederived(|derivation| derivation.told("least", 0.0)))
}

/// The cost of k samples, from that of one.
pub(super) fn of_paths(one: &Result<Estimate, Undefined>, k: u32) -> Result<Estimate, Undefined> {
    let one = one.as_ref().map_err(Clone::clone)?;
    let all = one.map(|cost| cost * f64::from(k), one.method().clone())?;
    Ok(all.derived(|| Derivation::by("affine").told("times", f64::from(k)).part(one.derivation())))
}
