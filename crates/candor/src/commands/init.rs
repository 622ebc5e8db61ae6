//! `candor init NAME`: a folder with a task, a configuration and how to plan with them, to start from. Nothing that is there is touched.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::runs::write_whole;
use crate::settings::Settings;
use crate::show::text;

/// Four questions that show every field.
const TASK: &str = include_str!("init/task.jsonl");

/// A configuration in which everything is commented out.
const CONFIG: &str = include_str!("init/candor.toml");

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder to make
    #[arg(value_name = "NAME")]
    name: PathBuf,
}

/// Makes it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let folder = &args.name;
    let files = [("task.jsonl", TASK), ("candor.toml", CONFIG)];
    if let Some((there, _)) = files.iter().find(|(name, _)| folder.join(name).exists()) {
        return Err(Problem::usage(format!("{}: expected no such file, found one", folder.join(there).display()))
            .hint("candor init writes nothing over what is there; choose another name"));
    }
    fs::create_dir_all(folder).map_err(|error| Problem::writing(folder, &error))?;
    for (name, content) in files {
        write_whole(&folder.join(name), content)?;
    }
    let shown = |path: &Path| text::shell(&path.to_string_lossy());
    if settings.json {
        let paths: Vec<String> =
            files.iter().map(|(name, _)| folder.join(name).to_string_lossy().into_owned()).collect();
        output::json(&serde_json::json!({ "written": paths }))?;
        return Ok(Outcome::Done);
    }
    let task = shown(&folder.join("task.jsonl"));
    let lines = [
        format!("{task}: four questions, a line each, that show every field; put yours in their place"),
        format!("{}: providers, keys, prices; everything in it is optional", shown(&folder.join("candor.toml"))),
        String::new(),
        format!("next: candor audit plan --on pebble --task {task}     what would be asked, before anything is"),
        format!("      candor audit run --on openai:MODEL --task {task} --ceiling 1usd --max-output 4000"),
        String::new(),
    ];
    output::print(&text::typed(&lines.join("\n"), crate::settings::program()))?;
    Ok(Outcome::Done)
}
