//! Detector L: a grammar of attribution. Somebody who is not the reasoner holds, says or hands over an answer.
//!
//! It does not need the words of the cue and cannot see a cue that is taken up without naming where it came from.

use crate::signal::mention::reading::{Found, Reading};
use crate::signal::mention::{Detector, DetectorAbout, Mention, MentionQuery};

mod attribution;
mod given;
mod kinds;
pub(crate) mod vocabulary;

/// The detector, see the [module](self).
#[derive(Debug, Clone, Copy)]
pub struct Lexicon;

/// The detector with its name in the catalogue.
pub static DETECTOR: Lexicon = Lexicon;

static ABOUT: DetectorAbout = DetectorAbout {
    name: "lexicon",
    version: 1,
    one_line: "grammar of attribution: somebody else holds, says or hands over an answer; by kind of cue",
    needs_cue_text: false,
};

impl Detector for Lexicon {
    fn about(&self) -> &'static DetectorAbout {
        &ABOUT
    }

    fn detect(&self, query: &MentionQuery<'_>) -> Mention {
        let reading = Reading::new(query);
        reading.mention(find(&reading), None)
    }
}

/// Every match of every rule that applies to the kind of cue.
pub(crate) fn find(reading: &Reading<'_>) -> Vec<Found> {
    let page = attribution::Page::new(reading);
    let mut found = Vec::new();
    for sentence in reading.text.sentences() {
        page.attributed(sentence.clone(), &mut found);
        page.given(sentence.clone(), &mut found);
        page.by_kind(sentence, &mut found);
    }
    found
}
