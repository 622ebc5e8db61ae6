//! `candor init NAME`: a folder with a task, a configuration and how to plan with them, to start from. Nothing that is there is touched.

use std::fs;
use std::path::{Path, PathBuf};

use candor_audit::live::Wanted;
use candor_audit::live::families::{self, Knobs};
use candor_audit::live::task::write_task;
use candor_stats::Seed;

use crate::Outcome;
use crate::live::Asked;
use crate::output;
use crate::problem::Problem;
use crate::runs::{Plan, Source, write_whole};
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
    /// Make questions of this family: distraction, framing, correlation, deduction, preservation
    #[arg(long, value_name = "FAMILY")]
    family: Option<String>,
    /// So many of them
    #[arg(long, value_name = "N", default_value_t = 200, requires = "family")]
    questions: usize,
    /// Steps that lead to the answer, or what comes to it: 1 to 8
    #[arg(long, value_name = "N", default_value_t = 3, requires = "family")]
    difficulty: u32,
    /// Pieces that have nothing to do with the answer: 0 to 8
    #[arg(long, value_name = "N", default_value_t = 4, requires = "family")]
    distractors: u32,
    /// Where the making begins: the same seed makes the same bytes
    #[arg(long, value_name = "N", default_value_t = 0, requires = "family")]
    seed: u64,
}

/// Makes it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let folder = &args.name;
    let mut files = vec![("task.jsonl", TASK.to_owned()), ("candor.toml", CONFIG.to_owned())];
    if let Some(family) = &args.family {
        files = vec![
            ("task.jsonl", made(family, args)?),
            ("candor.toml", CONFIG.to_owned()),
            ("plan.toml", plan(&folder.join("task.jsonl"))?),
        ];
    }
    if let Some((there, _)) = files.iter().find(|(name, _)| folder.join(name).exists()) {
        return Err(Problem::usage(format!("{}: expected no such file, found one", folder.join(there).display()))
            .hint("candor init writes nothing over what is there; choose another name"));
    }
    fs::create_dir_all(folder).map_err(|error| Problem::writing(folder, &error))?;
    for (name, content) in &files {
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
    if let Some(family) = args.family.as_deref().and_then(families::named) {
        let plan = shown(&folder.join("plan.toml"));
        let lines = [
            format!("{task}: {} of the family {}", text::counted(args.questions as u64, "question"), family.name()),
            format!("planted: {}", family.planted()),
            format!("{plan}: every question at three efforts, for the audits lift and inverse"),
            String::new(),
            "next, what would be asked, before anything is; and then asked:".to_owned(),
            format!("  candor audit plan --plan {plan} --on openai:MODEL"),
            format!("  candor audit run --plan {plan} --on openai:MODEL --ceiling 1usd --max-output 4000"),
            String::new(),
        ];
        return said(&lines.join("\n"));
    }
    let lines = [
        format!("{task}: four questions, a line each, that show every field; put yours in their place"),
        format!(
            "{0}: providers, keys, and the price that a ceiling takes; optional, and read with --config {0}",
            shown(&folder.join("candor.toml"))
        ),
        String::new(),
        "next, what would be asked, before anything is; and then asked:".to_owned(),
        format!("  candor audit plan --on pebble --task {task}"),
        format!("  candor audit run --on openai:MODEL --task {task} --ceiling 1usd --max-output 4000"),
        String::new(),
    ];
    said(&lines.join("\n"))
}

fn said(lines: &str) -> Result<Outcome, Problem> {
    output::print(&text::typed(lines, crate::settings::program()))?;
    Ok(Outcome::Done)
}

/// The questions of a family.
fn made(family: &str, args: &Args) -> Result<String, Problem> {
    let Some(known) = families::named(family) else {
        let names: Vec<&str> = families::ALL.iter().map(|family| family.name()).collect();
        return Err(Problem::usage(format!("--family: expected one of {}, found `{family}`", names.join(", "))));
    };
    let knobs = Knobs { difficulty: args.difficulty, distractors: args.distractors };
    let task = families::task(known, knobs, args.questions, Seed(args.seed));
    task.map(|task| write_task(&task)).map_err(|error| Problem::usage(error.to_string()))
}

/// A plan that asks them at every effort: where more of it answers worse is what the families are for.
fn plan(task: &Path) -> Result<String, Problem> {
    let asked = Asked {
        // Whom to ask is the user's to say: pebble reads no questions but its own.
        on: vec!["PROVIDER:MODEL".to_owned()],
        task: task.to_string_lossy().into_owned(),
        wanted: Wanted::default(),
        ..Asked::on_pebble()
    };
    let plan = Plan {
        candor: env!("CARGO_PKG_VERSION").to_owned(),
        audits: ["lift", "inverse"].map(str::to_owned).to_vec(),
        source: Source::default(),
        settings: candor_audit::Settings::default(),
        live: Some(asked),
        require: Vec::new(),
    };
    toml::to_string(&plan).map_err(|error| Problem::internal(format!("a plan that TOML cannot hold: {error}")))
}
