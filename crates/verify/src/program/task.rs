//! What the launcher tells the helper and what the helper reports back. Not the confining itself.

use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What happens where this machine lacks a part of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confinement {
    /// The program is not run.
    Full,
    /// It runs within what there is, at least the limits; every verdict says what was missing.
    LimitsOnly,
}

impl FromStr for Confinement {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "full" => Ok(Self::Full),
            "limits-only" => Ok(Self::LimitsOnly),
            _ => Err(()),
        }
    }
}

/// One program to run, as it is handed to the helper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Task {
    /// The program's absolute path and its arguments.
    pub(super) command: Vec<String>,
    /// What else can be read.
    pub(super) read: Vec<String>,
    /// The one folder that can be written.
    pub(super) scratch: PathBuf,
    pub(super) confinement: Confinement,
    /// Processor time of each process.
    pub(super) cpu_seconds: u64,
    /// Address space of each process, in bytes.
    pub(super) memory: u64,
    /// Largest file, in bytes.
    pub(super) written: u64,
    /// Further processes.
    pub(super) processes: u32,
}

/// The first line that the helper writes to its standard error: what follows is the program's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Report {
    /// The program is about to begin.
    Confined {
        /// Parts that this machine lacks; empty under [`Confinement::Full`].
        missing: Vec<String>,
    },
    /// It is not run.
    Refused {
        /// Why.
        why: String,
    },
}

/// Begins the helper's line.
pub(super) const REPORT: &str = "candor-sandbox ";
