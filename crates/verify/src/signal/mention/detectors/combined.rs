//! Both principles together: the cue is mentioned where the grammar of attribution or the cue's own words say so. The default.
//!
//! Each sees what the other cannot, and each has few false positives on uncued chains, so their union is taken. It is not a third
//! principle: agreement between detectors is to be read off the first two.

use super::{lexicon, overlap};
use crate::signal::mention::reading::Reading;
use crate::signal::mention::{Detector, DetectorAbout, Mention, MentionQuery};

/// The detector, see the [module](self).
#[derive(Debug, Clone, Copy)]
pub struct Combined;

/// The detector with its name in the catalogue.
pub static DETECTOR: Combined = Combined;

static ABOUT: DetectorAbout =
    DetectorAbout { name: "combined", version: 1, one_line: "lexicon or overlap", needs_cue_text: false };

impl Detector for Combined {
    fn about(&self) -> &'static DetectorAbout {
        &ABOUT
    }

    fn detect(&self, query: &MentionQuery<'_>) -> Mention {
        let reading = Reading::new(query);
        let mut found = lexicon::find(&reading);
        let (overlapping, score) = overlap::DETECTOR.find(&reading);
        found.extend(overlapping);
        reading.mention(found, score)
    }
}
