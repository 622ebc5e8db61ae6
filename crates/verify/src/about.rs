//! What a catalogue entry says of itself, and the parameters it takes. Not the parameters' meaning: that is with each entry.

use std::collections::BTreeMap;

/// The name and purpose of an entry of a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The name by which plans and reports call it; the file of its code has the same one.
    pub name: &'static str,
    /// What it does, in one line.
    pub one_line: &'static str,
    /// The parameters it takes, each with its default.
    pub params: &'static [Param],
}

/// One parameter of a catalogue entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it sets and which values it takes.
    pub one_line: &'static str,
    /// The value where nothing is said, as it would be written.
    pub default: &'static str,
}

/// Parameters as they were written: name and text.
pub type Params = BTreeMap<String, String>;
