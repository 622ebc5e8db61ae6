//! Each question asked plainly, again and again.

use candor_stats::Seed;
use candor_trace::arm;

use super::{Experiment, Wanted};
use crate::live::probe::{Asked, Common, Probe};
use crate::live::task::Item;

/// The experiment.
#[derive(Debug)]
pub struct Samples;

impl Experiment for Samples {
    fn name(&self) -> &'static str {
        "compute"
    }

    fn asks(&self, item: &Item, wanted: &Wanted, common: &Common, _: Seed) -> candor_verify::Result<Vec<Probe>> {
        let asked = |sample| Asked::plainly(self.name(), arm::UNCUED, sample, item).probe(common);
        (0..wanted.samples).map(asked).collect()
    }

    fn fault(&self, wanted: &Wanted) -> Option<String> {
        (wanted.samples == 0).then(|| "samples: expected at least 1, found 0".to_owned())
    }
}
