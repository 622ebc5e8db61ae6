//! Arms under the names that audits look for, where a file calls them otherwise. Not which words mean what: `draft` knows them.

use std::collections::BTreeMap;

use super::draft::spelled;

/// The words that were met, with what they are called; a clone begins with what its original knows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Respelt {
    met: BTreeMap<String, Option<&'static str>>,
}

impl Respelt {
    /// Gives an arm its usual name, where it has one.
    pub(crate) fn respell(&mut self, arm: &mut Option<String>) {
        /// A column with more words than these names no arms; they are then looked up each time.
        const MOST: usize = 64;
        let Some(name) = arm else { return };
        let called = match self.met.get(name.as_str()) {
            Some(called) => *called,
            None => {
                let called = spelled(name);
                if self.met.len() < MOST {
                    self.met.insert(name.clone(), called);
                }
                called
            }
        };
        if let Some(called) = called {
            called.clone_into(name);
        }
    }
}
