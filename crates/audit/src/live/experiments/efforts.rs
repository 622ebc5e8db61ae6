//! Each question asked at every effort.

use candor_llm::Effort;
use candor_stats::Seed;
use candor_trace::arm;

use super::{Experiment, Wanted};
use crate::live::probe::{Asked, Common, Probe};
use crate::live::task::Item;

/// The experiment.
#[derive(Debug)]
pub struct Efforts;

impl Experiment for Efforts {
    fn name(&self) -> &'static str {
        "lift"
    }

    fn asks(&self, item: &Item, wanted: &Wanted, common: &Common, _: Seed) -> candor_verify::Result<Vec<Probe>> {
        // Sample by sample, so that a run that ends early has asked all efforts equally often.
        let places =
            (0..wanted.effort_samples).flat_map(|sample| wanted.efforts.iter().map(move |effort| (sample, effort)));
        places
            .map(|(sample, effort)| {
                let effort = Some(Effort::from_foreign(effort));
                Asked { effort, ..Asked::plainly(self.name(), arm::UNCUED, sample, item) }.probe(common)
            })
            .collect()
    }

    fn fault(&self, wanted: &Wanted) -> Option<String> {
        if wanted.efforts.len() < 2 {
            return Some(format!("efforts: expected at least 2, found {}", wanted.efforts.len()));
        }
        let read: Vec<Effort> = wanted.efforts.iter().map(|effort| Effort::from_foreign(effort)).collect();
        let again = (1..read.len()).find(|at| read[..*at].contains(&read[*at]));
        if let Some(again) = again {
            return Some(format!("efforts: expected different ones, found `{}` twice", wanted.efforts[again]));
        }
        (wanted.effort_samples == 0).then(|| "effort_samples: expected at least 1, found 0".to_owned())
    }
}
