//! Mappings: how foreign records become traces without code. A mapping is TOML; `docs/formats/mapping.md` describes it.
//!
//! | file | what |
//! |---|---|
//! | `document` | the TOML as written |
//! | `path`, `pattern` | where in a record a value stands; which files are meant |
//! | `compile` | from the document to something that can run |
//! | `selection`, `flat` | reads only the parts of a record that are named; the plain case directly |
//! | `scope`, `field`, `scalar` | values, and what is done to them on the way |
//! | `template` | from a row of a record to a trace |
//! | `side_table` | joined files |
//! | `importer` | runs all of it over a file |
//! | `respelt` | arms under the names that audits look for |
//! | `yaml` | YAML, loaded |
//! | `draft` | a first mapping for files that nothing knows |

mod absent;
mod compile;
mod document;
pub mod draft;
mod field;
mod importer;
pub mod path;
mod pattern;
mod plain;
mod respelt;
mod scalar;
mod scope;
mod selection;
mod side_table;
mod template;
mod yaml;

pub(crate) use importer::Mapped;
pub(crate) use scalar::Scalar;

use crate::import::Container;
use crate::{Error, Result};
use path::Step;
use pattern::Pattern;
use selection::Selection;
use side_table::SidePlan;
use template::Template;

pub use absent::AbsentField;
pub(crate) use absent::Watch;

/// How foreign records become traces.
#[derive(Debug, Clone)]
pub struct Mapping {
    name: Option<String>,
    about: Option<String>,
    files: Option<Pattern>,
    shape: Shape,
    /// What of a record is visited.
    selection: Selection,
    sides: Vec<SidePlan>,
    templates: Vec<Template>,
}

/// The outer form of a file.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// `None` where the content decides.
    pub(crate) container: Option<Container>,
    /// The way to the records; `None` where the container decides.
    pub(crate) records: Option<Vec<Step>>,
    pub(crate) delimiter: Option<u8>,
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// [`Error::Mapping`] with the place in the TOML or the field that cannot be used, and a hint.
    pub fn parse(toml: &str) -> Result<Self> {
        let document: document::Document = toml::from_str(toml).map_err(|error| {
            let place = error.span().map_or_else(
                || "the file".to_owned(),
                |span| format!("line {}", toml[..span.start.min(toml.len())].matches('\n').count() + 1),
            );
            Error::Mapping {
                place,
                problem: error.message().to_owned(),
                hint: match crate::spelling::instead(error.message()) {
                    Some(meant) => format!("did you mean `{meant}`? docs/formats/mapping.md lists every field"),
                    None => "docs/formats/mapping.md lists every field".to_owned(),
                },
            }
        })?;
        compile::mapping(&document)
    }

    /// What the mapping calls itself.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What the mapping says of itself.
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        self.about.as_deref()
    }

    /// Which files it reads, by the end of their path; `None` where it reads any.
    #[must_use]
    pub fn files(&self) -> Option<&str> {
        self.files.as_ref().map(Pattern::text)
    }

    /// Whether it reads a file of this path.
    #[must_use]
    pub fn reads(&self, path: &str) -> bool {
        self.files.as_ref().is_none_or(|files| files.matches(path).is_some())
    }

    /// Whether it reads a file that somebody names together with it, whatever the file is called: nothing is taken from the path, and no
    /// side table has to be found by it.
    pub(crate) fn reads_named_file(&self) -> bool {
        self.sides.is_empty() && self.files.as_ref().is_none_or(|files| files.names().is_empty())
    }

    /// Whether it reads a file of this path as a side table.
    #[must_use]
    pub fn joins(&self, path: &str) -> bool {
        self.sides.iter().any(|side| side.files.matches(path).is_some())
    }
}
