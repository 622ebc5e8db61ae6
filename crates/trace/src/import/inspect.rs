//! Logs of Inspect AI: the `.eval` archive and the single JSON object. Not its event stream: what a sample's messages, output and scores
//! say is enough for a trace.

mod message;
mod sample;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use candor_llm::Effort;
use serde::Deserialize;
use zip::ZipArchive;

use super::Limits;
use super::bytes::{Position, Window};
use super::reading::{Reading, Stop};
use super::records::{self, Records};
use crate::error::{Problem, shown};
use crate::mapping::path::Step;
use crate::{Error, Place, Result};
use sample::Sample;

/// What a log says of all its samples.
#[derive(Debug, Clone, Default)]
pub(super) struct Header {
    task: Option<String>,
    model: Option<String>,
    effort: Option<Effort>,
}

#[derive(Debug, Default, Deserialize)]
struct Eval {
    #[serde(default)]
    task: Option<String>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    model_generate_config: Config,
}

#[derive(Debug, Default, Deserialize)]
struct Config {
    #[serde(default)]
    reasoning_effort: Option<String>,
    #[serde(default)]
    reasoning_tokens: Option<u32>,
}

impl From<Eval> for Header {
    fn from(eval: Eval) -> Self {
        let Config { reasoning_effort, reasoning_tokens } = eval.model_generate_config;
        let named = reasoning_effort.map(|effort| Effort::from_foreign(&effort));
        Self { task: eval.task, model: eval.model, effort: named.or(reasoning_tokens.map(Effort::Budget)) }
    }
}

/// Reads samples as they come, each with the header of its log.
struct Samples {
    header: Header,
}

impl Records for Samples {
    fn record(&mut self, bytes: &[u8], _: &[String], place: Place, reading: &mut Reading<'_>) -> Result<(), Stop> {
        match serde_json::from_slice::<Sample<'_>>(bytes) {
            Ok(sample) => reading.trace(place, sample.into_trace(&self.header), true),
            Err(error) => reading.invalid(Problem::json_of(bytes, &error), place),
        }
    }
}

fn field(name: &str) -> Step {
    Step::Field(name.to_owned())
}

/// Reads a log that is one JSON object. The header is looked for first, in a pass of its own, since it may stand behind the samples.
pub(super) fn json(window: &mut Window, path: &Path, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let header = header_of(path, &reading.options.limits)?;
    records::json(window, Some(&[field("samples"), Step::Items]), &mut Samples { header }, reading)
}

fn header_of(path: &Path, limits: &Limits) -> Result<Header, Stop> {
    let mut window = Window::open(path, &path.to_string_lossy(), limits, &Position::default())?;
    let mut found = Eval::default();
    let mut each = |bytes: &[u8], _: &[String], _: u64| {
        found = serde_json::from_slice(bytes).map_err(|error| Stop::Broken(Problem::json(&error), 1))?;
        // One header is enough; the samples behind it are not this pass's business.
        Err(Stop::Asked)
    };
    match super::elements::Elements::new(&mut window, &mut each).run(&[field("eval")]) {
        Ok(_) | Err(Stop::Asked) => Ok(found.into()),
        Err(stop) => Err(stop),
    }
}

/// Reads an archive: the header, then its samples in the order of the archive. A run that was interrupted has no `header.json`; what its
/// journal says of the start stands in for it.
pub(super) fn archive(path: &Path, name: &str, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let refused = |source| Error::Io { path: path.to_path_buf(), doing: "opened", source };
    let file = File::open(path).map_err(refused)?;
    let broken = |error: zip::result::ZipError, record| {
        Stop::Broken(Problem::new("", "a zip archive of Inspect AI", error.to_string()), record)
    };
    let mut archive = ZipArchive::new(std::io::BufReader::new(file)).map_err(|error| broken(error, 0))?;
    let limits = reading.options.limits.clone();
    let mut members: Vec<(usize, String)> = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(|error| broken(error, index as u64 + 1))?;
        if let Ok(name) = member.name() {
            members.push((index, name.into_owned()));
        }
    }
    let find = |wanted: &str| members.iter().find(|(_, name)| name == wanted).map(|(index, _)| *index);
    let header = match find("header.json").or_else(|| find("_journal/start.json")) {
        Some(index) => {
            let bytes = member(&mut archive, index, name, &limits)?;
            let started: Started = serde_json::from_slice(&bytes)
                .map_err(|error| Stop::Broken(Problem::json(&error), index as u64 + 1))?;
            Header::from(started.eval)
        }
        None => Header::default(),
    };
    if find("header.json").is_none() {
        reading.set_aside("an interrupted log: samples that had not ended are not in it");
    }
    let mut samples = Samples { header };
    let mut unpacked = 0_u64;
    for (index, _) in members.iter().filter(|(_, name)| name.starts_with("samples/") && name.ends_with(".json")) {
        let place = Place { record: *index as u64 + 1, part: 0 };
        match member(&mut archive, *index, name, &limits) {
            Ok(bytes) => {
                unpacked += bytes.len() as u64;
                if unpacked > limits.unpacked {
                    let limit = format!("{} bytes", limits.unpacked);
                    return Err(Error::TooLarge { file: shown(name), what: "the unpacked content", limit }.into());
                }
                samples.record(&bytes, &[], place, reading)?;
            }
            Err(Stop::Broken(problem, _)) => reading.invalid(problem, place)?,
            Err(stop) => return Err(stop),
        }
    }
    Ok(())
}

#[derive(Debug, Default, Deserialize)]
struct Started {
    #[serde(default)]
    eval: Eval,
}

/// Unpacks one member, never more than a record may be: what the archive says of its own sizes is not believed.
fn member<R: std::io::Read + std::io::Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
    name: &str,
    limits: &Limits,
) -> Result<Vec<u8>, Stop> {
    let record = index as u64 + 1;
    let broken = |found: String| Stop::Broken(Problem::new("", "a member that can be unpacked", found), record);
    let member = archive.by_index(index).map_err(|error| broken(error.to_string()))?;
    let mut bytes = Vec::new();
    let most = limits.record as u64;
    std::io::Read::take(member, most + 1).read_to_end(&mut bytes).map_err(|error| broken(error.to_string()))?;
    if bytes.len() as u64 > most {
        return Err(Error::TooLarge { file: shown(name), what: "a member", limit: format!("{most} bytes") }.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
