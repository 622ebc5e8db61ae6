//! Each question asked plainly, again and again.

use std::ops::Range;

use candor_stats::Seed;
use candor_trace::arm;

use super::{Experiment, Wanted};
use crate::live::probe::{Asked, Common, Probe};
use crate::live::task::Item;

/// The experiment.
#[derive(Debug)]
pub struct Samples;

impl Samples {
    /// These draws of a question, in that arm.
    pub(in crate::live) fn draws(
        &self,
        item: &Item,
        arm: &str,
        samples: Range<u32>,
        common: &Common,
    ) -> candor_verify::Result<Vec<Probe>> {
        samples.map(|sample| Asked::plainly(self.name(), arm, sample, item).probe(common)).collect()
    }
}

impl Experiment for Samples {
    fn name(&self) -> &'static str {
        "compute"
    }

    fn asks(&self, item: &Item, wanted: &Wanted, common: &Common, _: Seed) -> candor_verify::Result<Vec<Probe>> {
        self.draws(item, arm::UNCUED, 0..wanted.samples, common)
    }

    fn fault(&self, wanted: &Wanted) -> Option<String> {
        (wanted.samples == 0).then(|| "samples: expected at least 1, found 0".to_owned())
    }
}
