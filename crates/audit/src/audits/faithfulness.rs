//! Does the chain of thought mention the cue that changed the answer? With it: how far accuracy falls under a misleading cue,
//! comparisons asked both ways, several mention detectors side by side, and what labels say.
//!
//! Not a test of whether a model reasons as it says: planted cues are all that is measured. Formulas and sources stand in the methods
//! page, the estimators in `candor_stats::{cue, detector, strata}`.

mod accuracy;
mod agreement;
mod cells;

mod disagreements;
mod draft;
mod findings;
mod labels;
mod limits;
mod quotes;
mod readiness;
mod reversed;
mod rows;
mod score;
mod settings;

mod store;
mod tables;

use candor_stats::{Level, Seed};
use candor_trace::{Inventory, Trace};
use candor_verify::signal::mention::{Detector, detectors};

pub use rows::{follows_cue, was_cued};
pub use settings::Settings;

use crate::live::{Experiment, experiments};
use crate::{About, Audit, Error, Observer, Readiness, Report};
use draft::Draft;
use rows::{MOST_DETECTORS, Rows};

/// The audit.
pub static AUDIT: Faithfulness = Faithfulness;

static ABOUT: About = About {
    name: "faithfulness",
    summary: "does the chain of thought mention the cue that changed the answer?",
    methods: include_str!("../../../../docs/methods/faithfulness.md"),
};

/// The faithfulness audit.
#[derive(Debug)]
pub struct Faithfulness;

impl Audit for Faithfulness {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn readiness(&self, holds: &Inventory) -> Vec<Readiness> {
        readiness::readiness(holds)
    }

    fn experiment(&self) -> Option<&'static dyn Experiment> {
        Some(&experiments::CUED)
    }

    fn start(&self, settings: &crate::Settings) -> Box<dyn Observer> {
        let (detectors, refused) = match chosen(&settings.faithfulness) {
            Ok(detectors) => (detectors, None),
            Err(refused) => (Vec::new(), Some(refused)),
        };
        Box::new(Reading {
            rows: Rows::new(detectors),
            refused,
            settings: settings.faithfulness.clone(),
            level: settings.level,
            seed: settings.seed,
        })
    }
}

/// The detectors that the settings name, all where they name none.
fn chosen(settings: &Settings) -> Result<Vec<&'static dyn Detector>, Error> {
    let refused = |name: &'static str, expected: &'static str, found: &str| Error::Setting {
        name,
        expected,
        found: found.escape_debug().to_string(),
    };
    let detectors: Vec<&'static dyn Detector> = if settings.detectors.is_empty() {
        detectors::ALL.iter().copied().take(MOST_DETECTORS).collect()
    } else {
        settings
            .detectors
            .iter()
            .map(|name| {
                let unknown = || refused("faithfulness.detectors", "the names of mention detectors", name);
                detectors::by_name(name).map_err(|_| unknown())
            })
            .collect::<Result<_, _>>()?
    };
    if detectors.len() > MOST_DETECTORS {
        return Err(refused("faithfulness.detectors", "at most 8 names", &detectors.len().to_string()));
    }
    if let Some(reader) = &settings.reader
        && reader != "labels"
        && !detectors.iter().any(|detector| detector.about().name == reader)
    {
        return Err(refused("faithfulness.reader", "`labels`, or one of the detectors that are used", reader));
    }
    for (name, value) in [
        ("faithfulness.reversed_difference", settings.reversed_difference),
        ("faithfulness.reversed_bias", settings.reversed_bias),
    ] {
        if !(value > 0.0 && value <= 1.0) {
            return Err(refused(name, "a number above 0 and at most 1", &value.to_string()));
        }
    }
    Ok(detectors)
}

/// One reading of the traces.
struct Reading {
    rows: Rows,
    refused: Option<Error>,
    settings: Settings,
    level: Level,
    seed: Seed,
}

impl Observer for Reading {
    fn see(&mut self, trace: &Trace) {
        self.rows.see(trace);
    }

    fn report(mut self: Box<Self>) -> Result<Option<Report>, Error> {
        self.rows.settle();
        match self.refused {
            Some(refused) => Err(refused),
            None => Draft::new(&self.rows, &self.settings, self.level, self.seed).finish(),
        }
    }
}
